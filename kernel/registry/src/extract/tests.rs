//! Extracts from a register: issued, kept, verified, and judged again after things changed.

use serde_json::{Value, json};
use tiwizi_identity::{AccountCaller, Caller, Role, RoleGrant};
use tiwizi_model::limits::EXTRACT_OFFICERS_MAX;
use tiwizi_model::{AccountId, FileHash, InstanceId, Jurisdiction, Language, Record, RecordId, Version};
use tiwizi_records::{Draft, DraftAction, WriteError};
use tiwizi_storage::instance::InstanceRow;

use super::*;
use crate::acts::{ActKind, NewAct};
use crate::testing::Register;

const FILE: Issued = Issued { file: FileHash([3; 32]), bytes: 12 };

struct Desk {
    register: Register,
    instance: InstanceRow,
    cooperative: RecordId,
    president: RecordId,
}

impl Desk {
    async fn new() -> Self {
        let register = Register::new().await;
        let instance = InstanceRow {
            id: InstanceId(register.records.ambient().new_uuid()),
            name: "Délégation de Taroudannt".into(),
            jurisdiction: Jurisdiction::Nation,
            created_at: register.records.ambient().now(),
            key: vec![7; 32],
        };
        let cooperative = create(&register, "cooperative", cooperative()).await;
        let person = create(&register, "person", json!({"name_fr": "Fadma Aït Ali", "name_ar": "فاضمة"})).await;
        let left = create(&register, "person", json!({"name_fr": "Hammou"})).await;
        let president = create(&register, "membership", membership(cooperative, person, "2", "president", None)).await;
        create(&register, "membership", membership(cooperative, left, "1", "treasurer", Some("2024-01-01"))).await;
        create(&register, "membership", membership(cooperative, left, "3", "member", None)).await;
        Self { register, instance, cooperative, president }
    }

    fn office(&self) -> Office<'_> {
        Office { records: &self.register.records, instance: &self.instance }
    }

    fn wanted(&self, paper: Paper) -> Wanted {
        Wanted { cooperative: self.cooperative, paper, language: Language::French }
    }

    async fn issue(&self, paper: Paper) -> Prepared {
        let prepared = prepare(self.office(), &Caller::system(), self.wanted(paper)).await.unwrap();
        keep(&self.register.records, &Caller::system(), &prepared, FILE).await.unwrap();
        prepared
    }

    async fn verify(&self, token: &str) -> Finding {
        verify(&self.register.records, token).await.unwrap()
    }

    async fn genuine(&self, token: &str) -> Genuine {
        match self.verify(token).await {
            Finding::Genuine(genuine) => *genuine,
            other => panic!("{other:?}"),
        }
    }

    async fn patch(&self, kind: &str, id: RecordId, patch: Value) {
        let draft = Draft::patch(format!("registry/{kind}").parse().unwrap(), id, patch, None);
        self.register.records.submit(&Caller::system(), vec![draft], None).await.unwrap();
    }
}

async fn create(register: &Register, kind: &str, body: Value) -> RecordId {
    let draft = Draft::create(format!("registry/{kind}").parse().unwrap(), body);
    register.records.submit(&Caller::system(), vec![draft], None).await.unwrap()[0].id
}

fn cooperative() -> Value {
    json!({
        "court": "Taroudannt", "number": "12/2019", "name_fr": "Tifaouine", "name_ar": "تيفاوين", "sector": "argan",
        "province": "09.541", "category": "ab", "capital_mad": 12000.5, "registered_on": "2019-02-01", "status": "registered",
    })
}

fn membership(cooperative: RecordId, person: RecordId, number: &str, role: &str, left_on: Option<&str>) -> Value {
    let mut body = json!({
        "cooperative": cooperative.to_string(), "person": person.to_string(), "number": number, "role": role,
        "province": "09.541", "sector": "argan", "joined_on": "2019-02-01",
    });
    if let Some(day) = left_on {
        body["left_on"] = day.into();
    }
    body
}

fn registrar(province: &str) -> Caller {
    let scope = format!("province:{province}").parse().unwrap();
    Caller::of_account(AccountCaller {
        account: AccountId(uuid::Uuid::from_u128(1)),
        name: "Registrar".into(),
        person: None,
        language: Language::French,
        roles: vec![RoleGrant { role: Role::Registrar, scope }],
    })
}

#[tokio::test]
async fn an_extract_says_what_the_records_say_and_no_term_that_they_do_not_know() {
    let desk = Desk::new().await;
    let data = desk.issue(Paper::Extract).await.certified.data;
    assert_eq!(
        (data.court.as_str(), data.number.as_str(), data.province.as_str()),
        ("Taroudannt", "12/2019", "09.541")
    );
    assert_eq!((data.capital_mad.as_deref(), data.version), (Some("12000.50"), 1));
    let officer = ExtractOfficer {
        name_ar: Some("فاضمة".into()),
        name_fr: Some("Fadma Aït Ali".into()),
        role: "president".into(),
        ..ExtractOfficer::default()
    };
    assert_eq!(data.officers, [officer]);
}

#[tokio::test]
async fn who_sits_there_for_a_legal_person_is_named_with_it() {
    let desk = Desk::new().await;
    let company = create(&desk.register, "legal-person", json!({"name_fr": "Arganier SARL", "form": "company"})).await;
    let sent = create(&desk.register, "person", json!({"name_fr": "Tanirt"})).await;
    let mut body = membership(desk.cooperative, sent, "7", "board-member", None);
    let fields = body.as_object_mut().unwrap();
    fields.remove("person");
    fields.insert("legal_person".into(), company.to_string().into());
    fields.insert("represented_by".into(), sent.to_string().into());
    create(&desk.register, "membership", body).await;
    let issued = desk.issue(Paper::Extract).await;
    let last = issued.certified.data.officers.last().unwrap();
    assert_eq!((last.name_fr.as_deref(), last.represents.as_deref()), (Some("Tanirt"), Some("Arganier SARL")));
    assert_eq!(desk.genuine(&issued.token.text()).await.standing, Standing::Same);
}

#[tokio::test]
async fn acts_say_since_when_somebody_is_in_office_and_what_was_entered() {
    let desk = Desk::new().await;
    let before = desk.issue(Paper::Extract).await;
    let mut appointed = Vec::new();
    for (number, role) in [("4", "secretary"), ("5", "treasurer")] {
        let person = create(&desk.register, "person", json!({"name_fr": format!("Tanirt {number}")})).await;
        create(&desk.register, "membership", membership(desk.cooperative, person, number, "member", None)).await;
        appointed.push(json!({"person": person.to_string(), "role": role, "years": 2}));
    }
    let act = NewAct {
        kind: ActKind::OfficersChanged,
        effective_on: "2025-02-01".parse().unwrap(),
        documents: Vec::new(),
        corrects: None,
        data: json!({"appointed": appointed}),
    };
    desk.register.acts().enter(&Caller::system(), desk.cooperative, act).await.unwrap();
    let issued = desk.issue(Paper::Extract).await;
    let data = &issued.certified.data;
    let entered = ExtractAct {
        act: "officers-changed".into(),
        effective_on: Some("2025-02-01".into()),
        entered_on: Some("2025-11-30".into()),
        subject: None,
    };
    assert_eq!(data.acts, [entered]);
    let term = |officer: &ExtractOfficer| (officer.role.clone(), officer.from.clone(), officer.until.clone());
    let terms: Vec<_> = data.officers.iter().map(term).collect();
    let two_years = |role: &str| (role.to_owned(), Some("2025-02-01".to_owned()), Some("2027-02-01".to_owned()));
    assert_eq!(terms, [("president".to_owned(), None, None), two_years("treasurer"), two_years("secretary")]);
    assert_eq!(desk.genuine(&issued.token.text()).await.standing, Standing::Same);
    let standing = desk.genuine(&before.token.text()).await.standing;
    let Standing::Changed(parts) = standing else { panic!("{standing:?}") };
    assert!(parts.ends_with(&[Part::Officers, Part::Acts]), "{parts:?}");
}

#[tokio::test]
async fn a_certificate_names_no_officer_and_no_capital() {
    let data = Desk::new().await.issue(Paper::Certificate).await.certified.data;
    assert!(data.officers.is_empty() && data.capital_mad.is_none());
    assert_eq!(data.registered_on.as_deref(), Some("2019-02-01"));
}

#[tokio::test]
async fn a_certificate_is_issued_and_compared_however_many_hold_an_office() {
    let desk = Desk::new().await;
    let before = desk.issue(Paper::Extract).await;
    let person = |number: usize| {
        let body = json!({"name_fr": format!("Tanirt {number}")});
        Draft::create("registry/person".parse().unwrap(), body)
    };
    let (records, caller) = (&desk.register.records, Caller::system());
    let persons = records.submit(&caller, (0..=EXTRACT_OFFICERS_MAX).map(person).collect(), None).await.unwrap();
    let board = |(index, person): (usize, &Record)| {
        let body = membership(desk.cooperative, person.id, &(index + 10).to_string(), "board-member", None);
        Draft::create("registry/membership".parse().unwrap(), body)
    };
    records.submit(&caller, persons.iter().enumerate().map(board).collect(), None).await.unwrap();
    let refused = prepare(desk.office(), &caller, desk.wanted(Paper::Extract)).await;
    assert!(matches!(refused, Err(IssueError::Gather(GatherError::Officers))), "{refused:?}");
    assert_eq!(desk.genuine(&before.token.text()).await.standing, Standing::Unchecked);
    let certificate = desk.issue(Paper::Certificate).await;
    assert_eq!(desk.genuine(&certificate.token.text()).await.standing, Standing::Same);
}

#[tokio::test]
async fn what_was_issued_is_genuine_with_its_file_and_nothing_else_is() {
    let desk = Desk::new().await;
    let prepared = desk.issue(Paper::Extract).await;
    let found = desk.genuine(&prepared.token.text()).await;
    assert_eq!((found.standing, found.file, found.replaced_by), (Standing::Same, Some(FILE.file), None));
    assert_eq!(found.certified, prepared.certified);
    for wrong in ["", "x", &prepared.token.text()[1..]] {
        assert!(matches!(desk.verify(wrong).await, Finding::NotOurs), "{wrong}");
    }
    // Another instance's key signs just as well, and is not this one's.
    let other = SigningKey::derive(b"another instance", 1);
    let foreign = Token::sign(&other, prepared.id, desk.register.records.ambient().now(), prepared.token.digest);
    assert!(matches!(desk.verify(&foreign.text()).await, Finding::NotOurs));
}

#[tokio::test]
async fn a_signed_token_without_its_record_proves_nothing() {
    let desk = Desk::new().await;
    let prepared = prepare(desk.office(), &Caller::system(), desk.wanted(Paper::Extract)).await.unwrap();
    assert!(matches!(desk.verify(&prepared.token.text()).await, Finding::Unrecorded));
    // The key signs something else under the id of a record that is there.
    let kept = desk.issue(Paper::Extract).await;
    let key = SigningKey::derive(&desk.instance.key, 1);
    let forged = Token::sign(&key, kept.id, desk.register.records.ambient().now(), [1; 32]);
    assert!(matches!(desk.verify(&forged.text()).await, Finding::Unrecorded));
}

#[tokio::test]
async fn what_has_changed_since_is_named_by_its_parts() {
    let desk = Desk::new().await;
    let (extract, certificate) = (desk.issue(Paper::Extract).await, desk.issue(Paper::Certificate).await);
    desk.patch("membership", desk.president, json!({"left_on": "2025-01-01"})).await;
    assert_eq!(desk.genuine(&extract.token.text()).await.standing, Standing::Changed(vec![Part::Officers]));
    assert_eq!(desk.genuine(&certificate.token.text()).await.standing, Standing::Same);
    desk.patch("cooperative", desk.cooperative, json!({"status": "dissolved", "commune": "Igherm"})).await;
    let changed = Standing::Changed(vec![Part::Seat, Part::State, Part::Officers]);
    assert_eq!(desk.genuine(&extract.token.text()).await.standing, changed);
    let draft = Draft::delete("registry/cooperative".parse().unwrap(), desk.cooperative, None);
    desk.register.records.submit(&Caller::system(), vec![draft], None).await.unwrap();
    assert_eq!(desk.genuine(&extract.token.text()).await.standing, Standing::Gone);
}

#[tokio::test]
async fn an_extract_of_a_record_that_was_merged_since_is_not_said_to_be_as_before() {
    let desk = Desk::new().await;
    let mut body = cooperative();
    (body["number"], body["name_fr"], body["name_ar"]) =
        (json!("13/2019"), json!("Azekka Zaytoun"), json!("أزكا زيتون"));
    let other = create(&desk.register, "cooperative", body).await;
    let (extract, certificate) = (desk.issue(Paper::Extract).await, desk.issue(Paper::Certificate).await);
    desk.patch("cooperative", desk.cooperative, json!({"merged_into": other.to_string()})).await;
    for issued in [extract, certificate] {
        let standing = desk.genuine(&issued.token.text()).await.standing;
        assert_eq!(standing, Standing::Changed(vec![Part::State]));
    }
}

#[tokio::test]
async fn an_extract_that_an_older_key_signed_stays_genuine_and_names_the_newer_key() {
    let desk = Desk::new().await;
    let old = desk.issue(Paper::Extract).await;
    replace_signing_key(&desk.register.records, &desk.instance.key, ReplaceReason::Routine).await.unwrap();
    let new = desk.issue(Paper::Extract).await;
    let (old, new) = (desk.genuine(&old.token.text()).await, desk.genuine(&new.token.text()).await);
    assert_eq!((old.key.number, old.replaced_by.map(|key| key.number)), (1, Some(2)));
    assert_eq!((new.key.number, new.replaced_by, old.standing), (2, None, Standing::Same));
}

#[tokio::test]
async fn a_print_of_ten_years_ago_is_genuine_after_a_new_key_every_other_year() {
    const TWO_YEARS_MS: u64 = 2 * 366 * 86_400_000;
    let desk = Desk::new().await;
    let print = desk.issue(Paper::Extract).await;
    for _ in 0..5 {
        desk.register.clock.advance_ms(TWO_YEARS_MS);
        replace_signing_key(&desk.register.records, &desk.instance.key, ReplaceReason::Routine).await.unwrap();
    }
    desk.patch("cooperative", desk.cooperative, json!({"status": "dissolved"})).await;
    let found = desk.genuine(&print.token.text()).await;
    assert_eq!((found.key.number, found.standing), (1, Standing::Changed(vec![Part::State])));
    assert!(found.replaced_by.is_some());
}

#[tokio::test]
async fn a_stolen_key_proves_nothing_after_it_was_replaced_and_all_before() {
    let desk = Desk::new().await;
    let before = desk.issue(Paper::Extract).await;
    let stolen = prepare(desk.office(), &Caller::system(), desk.wanted(Paper::Extract)).await.unwrap();
    desk.register.clock.advance_ms(1_000);
    replace_signing_key(&desk.register.records, &desk.instance.key, ReplaceReason::Compromised).await.unwrap();
    desk.register.clock.advance_ms(1_000);
    keep(&desk.register.records, &Caller::system(), &stolen, FILE).await.unwrap();
    assert!(matches!(desk.verify(&stolen.token.text()).await, Finding::Unrecorded));
    assert_eq!(desk.genuine(&before.token.text()).await.standing, Standing::Same);
    let next = signing_keys(&desk.register.records).await.unwrap().pop().unwrap();
    assert!(next.follows_a_compromise());
}

#[tokio::test]
async fn a_new_key_of_the_instance_brings_a_new_signing_key() {
    let mut desk = Desk::new().await;
    let old = desk.issue(Paper::Extract).await;
    desk.instance.key = vec![8; 32];
    let new = desk.issue(Paper::Extract).await;
    assert_eq!(desk.genuine(&old.token.text()).await.key.number, 1);
    assert_eq!(desk.genuine(&new.token.text()).await.key.number, 2);
    let reasons: Vec<String> =
        signing_keys(&desk.register.records).await.unwrap().into_iter().map(|key| key.reason).collect();
    assert_eq!(reasons, ["first", "instance-key"]);
}

#[tokio::test]
async fn only_whoever_keeps_the_register_there_issues() {
    let desk = Desk::new().await;
    let ask = |caller: Caller| {
        let desk = &desk;
        async move { prepare(desk.office(), &caller, desk.wanted(Paper::Extract)).await }
    };
    let made = ask(registrar("09.541")).await.unwrap();
    assert_eq!(made.certified.issued_by.as_deref(), Some("Registrar"));
    // Her person lies in no province, so that this registrar could not read it.
    assert_eq!(made.certified.data.officers[0].name_fr.as_deref(), Some("Fadma Aït Ali"));
    assert!(matches!(ask(registrar("01.051")).await, Err(IssueError::Refused(_))));
    assert!(matches!(ask(Caller::public()).await, Err(IssueError::Refused(_))));
    let nowhere = Wanted { cooperative: desk.president, ..desk.wanted(Paper::Extract) };
    assert!(matches!(prepare(desk.office(), &Caller::system(), nowhere).await, Err(IssueError::Missing)));
}

#[tokio::test]
async fn nobody_makes_or_changes_an_extract_or_a_key_by_hand() {
    let desk = Desk::new().await;
    let prepared = desk.issue(Paper::Extract).await;
    let kind = desk.register.names.extract.clone();
    let patch = Draft::patch(kind.clone(), prepared.id, json!({"paper": "certificate"}), None);
    let delete = Draft::delete(kind, prepared.id, Some(Version::FIRST));
    let forged_key = json!({
        "number": 9, "key_id": "0".repeat(16), "public_key": "0".repeat(64), "since": 1, "reason": "routine",
    });
    let key = Draft {
        kind: desk.register.names.signing_key.clone(),
        action: DraftAction::Create { id: None, body: forged_key },
    };
    for draft in [patch, delete, key] {
        let refused = desk.register.records.submit(&registrar("09.541"), vec![draft], None).await;
        assert!(matches!(refused, Err(WriteError::Refused(_))), "{refused:?}");
    }
}
