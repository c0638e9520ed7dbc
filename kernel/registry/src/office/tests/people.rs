//! What people ask about their data, records of persons that may be one, and founding files, in the inbox.

use serde_json::Map;
use tiwizi_identity::Identity;
use tiwizi_model::KindName;

use super::*;
use crate::founding::{Foundings, NameAnswer};
use crate::protection::{self, Answer, NewRequest, Right};

/// A caller without a role, whose account is stored; of a person or of nobody.
async fn signed_in(register: &Register, number: u128, person: Option<RecordId>) -> Caller {
    let row = account_of(number, person);
    let mut tx = register.records.db().begin_write().await.unwrap();
    account::create(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    let (account, name, language) = (row.id, row.name, Language::French);
    Caller::of_account(AccountCaller { account, name, person, language, roles: Vec::new() })
}

fn access_of(person: RecordId) -> NewRequest {
    NewRequest { person, right: Right::Access, text: String::new(), changes: Map::new(), processing: None }
}

impl House {
    async fn person(&self, name: &str, province: &str) -> RecordId {
        let body = json!({ "name_fr": name, "province": province });
        let drafts = vec![Draft::create(self.register.names.person.clone(), body)];
        self.register.records.submit(&Caller::system(), drafts, None).await.unwrap()[0].id
    }

    /// What waits of one kind, as a caller sees it.
    async fn of_kind(&self, caller: &Caller, kind: &KindName) -> Vec<StoredTask> {
        self.office.follow().await.unwrap();
        let asked = Inbox { source: Some(kind.clone()), ..Inbox::default() };
        self.office.inbox(caller, &asked).await.unwrap().tasks
    }
}

#[tokio::test]
async fn a_request_waits_by_its_term_and_names_its_person_to_whom_may_see_it() {
    let house = House::new().await;
    let person = house.person("Fadma", "09.541").await;
    let own = signed_in(&house.register, 30, Some(person)).await;
    let records = &house.register.records;
    let asked = protection::ask(records, &own, access_of(person)).await.unwrap();
    let told = house.told(&house.registrar).await;
    assert_eq!((told.len(), told[0].key.as_str()), (1, "notice-request-asked"));
    assert_eq!(told[0].link, Some(format!("/register/requests/{}", asked.id)));
    assert!(house.told(&own).await.is_empty(), "who asks knows of it");

    let kind = &house.register.names.subject_request;
    let found = house.of_kind(&house.registrar, kind).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let (id, task) = (found[0].id, &found[0].task);
    assert_eq!((task.what.as_str(), task.record, task.waits_for), ("request-access", asked.id, WaitsFor::Office));
    assert_eq!((task.since, task.due_on), (day("2025-11-30"), day("2025-12-30")));
    assert_eq!(task.names["name_fr"], "Fadma");
    let here = Inbox { source: Some(kind.clone()), province: "09.551".parse().ok(), ..Inbox::default() };
    assert!(house.office.inbox(&Caller::system(), &here).await.unwrap().tasks.is_empty());
    // The name is read for the reader; the task is stored without it.
    let stored = house.office.task(&house.registrar, id).await.unwrap();
    assert!(stored.task.names.is_empty(), "{stored:?}");
    let observer = holder_of(&house.register, 4, "observer", "nation").await;
    assert!(house.of_kind(&observer, kind).await.is_empty(), "requests are for registrars");
    let hidden = house.office.task(&observer, id).await;
    assert!(matches!(hidden, Err(OfficeError::Missing { .. })), "{hidden:?}");
}

#[tokio::test]
async fn a_request_that_waits_goes_with_its_person_to_another_province() {
    let house = House::new().await;
    let (person, settled) = (house.person("Fadma", "09.541").await, house.person("Ijja", "09.541").await);
    let own = signed_in(&house.register, 30, Some(person)).await;
    let there = holder_of(&house.register, 2, "registrar", "province:01.051").await;
    let records = &house.register.records;
    let asked = protection::ask(records, &own, access_of(person)).await.unwrap();
    let other = protection::ask(records, &house.registrar, access_of(settled)).await.unwrap();
    let kind = &house.register.names.subject_request;
    assert_eq!(house.of_kind(&house.registrar, kind).await.len(), 2);
    let moved = Draft::patch(house.register.names.person.clone(), person, json!({ "province": "01.051" }), None);
    records.submit(&Caller::system(), vec![moved], None).await.unwrap();
    let found = house.of_kind(&there, kind).await;
    let waiting: Vec<RecordId> = found.iter().map(|stored| stored.task.record).collect();
    assert_eq!(waiting, [asked.id]);
    assert_eq!(house.keys(&there).await, ["notice-request-asked"]);
    let left = house.of_kind(&house.registrar, kind).await;
    let left: Vec<RecordId> = left.iter().map(|stored| stored.task.record).collect();
    assert_eq!(left, [other.id]);
    // The office that the person has left answers no more, and the one where the person lies does.
    let at = (asked.id, asked.version.next());
    let given = || Answer { is_granted: false, text: "see your page".into() };
    let refused = protection::answer(records, &house.registrar, at, given()).await;
    assert!(refused.is_err(), "{refused:?}");
    protection::answer(records, &there, at, given()).await.unwrap();
}

#[tokio::test]
async fn a_request_is_given_reminded_of_and_answered_and_each_is_told() {
    let house = House::new().await;
    let person = house.person("Fadma", "09.541").await;
    let own = signed_in(&house.register, 30, Some(person)).await;
    let records = &house.register.records;
    let asked = protection::ask(records, &house.registrar, access_of(person)).await.unwrap();
    assert_eq!(house.keys(&own).await, ["notice-own-request-asked"], "the office wrote it down");
    let colleague = holder_of(&house.register, 2, "registrar", "nation").await;
    let kind = &house.register.names.subject_request;
    let task = house.of_kind(&house.registrar, kind).await.remove(0);
    house.office.take(&house.registrar, task.id, None).await.unwrap();
    house.office.hand_back(&house.registrar, task.id, None).await.unwrap();
    house.office.assign(&house.registrar, task.id, None, colleague.account().unwrap()).await.unwrap();
    assert_eq!(house.keys(&colleague).await, ["notice-task-given"]);
    house.office.remind(day("2025-12-01")).await.unwrap();
    let told = house.told(&colleague).await;
    assert_eq!((told.len(), told[0].key.as_str()), (2, "notice-task-due"));
    let args: Value = serde_json::from_str(&told[0].args).unwrap();
    assert_eq!(args, json!({ "what": "request-access", "due": "2025-12-30" }), "nobody is named to a notice");

    let said = Answer { is_granted: true, text: "Voici.".into() };
    protection::answer(records, &house.registrar, (asked.id, asked.version), said).await.unwrap();
    let told = house.told(&own).await;
    assert_eq!((told.len(), told[0].key.as_str()), (2, "notice-own-request-answered"));
    assert_eq!(told[0].link.as_deref(), Some("/account/privacy"));
    assert!(house.of_kind(&house.registrar, kind).await.is_empty());
}

#[tokio::test]
async fn a_pair_of_persons_names_one_to_whom_may_see_that_one() {
    let house = House::new().await;
    let kind = &house.register.names.duplicate;
    let mut unit = tiwizi_records::Unit::new(house.register.records.clone(), Caller::system());
    for (name, province, other) in [("Fadma", "09.541", "Itto"), ("Hassan", "01.051", "Brahim")] {
        let (first, second) = (house.person(name, province).await, house.person(other, "09.541").await);
        let body = json!({ "kind": "person", "first": first.to_string(), "second": second.to_string(), "level": "likely",
            "points": 80, "reasons": ["birth_date"], "status": "open", "province": "09.541" });
        unit.create_by_kernel(kind, body).unwrap();
    }
    unit.commit(None).await.unwrap();
    let names = |tasks: &[StoredTask]| {
        let mut names: Vec<Option<String>> =
            tasks.iter().map(|stored| stored.task.names.get("name_fr")?.as_str().map(str::to_owned)).collect();
        names.sort();
        names
    };
    let found = house.of_kind(&house.registrar, kind).await;
    assert_eq!(names(&found), [None, Some("Fadma".to_owned())], "the other lies in another province");
    let everywhere = house.of_kind(&Caller::system(), kind).await;
    assert_eq!(names(&everywhere), [Some("Fadma".to_owned()), Some("Hassan".to_owned())]);
}

#[tokio::test]
async fn a_founding_file_waits_for_the_office_and_comes_back_from_its_founders() {
    let house = House::new().await;
    let (records, kind) = (&house.register.records, &house.register.names.founding);
    let identity = Identity::new(records.db().clone(), records.ambient().clone());
    let foundings = Foundings::new(records.clone(), house.register.acts(), identity, Register::key());
    let founder = signed_in(&house.register, 40, None).await;
    let name = json!({ "name_fr": "Tifaouine", "category": "a", "sector": "argan", "province": "09.541" });
    let file = foundings.open(&founder, name.as_object().unwrap()).await.unwrap();
    assert!(house.of_kind(&house.registrar, kind).await.is_empty(), "founders fill it in");
    let seen = foundings.look(&founder, file).await.unwrap().version;
    let asked = foundings.ask_for_name(&founder, (file, seen)).await.unwrap();
    let task = house.of_kind(&house.registrar, kind).await.remove(0);
    assert_eq!((task.task.what.as_str(), task.task.record), ("founding-name-asked", file));
    assert_eq!((task.task.due_on, task.task.names["name_fr"].as_str()), (day("2025-12-03"), Some("Tifaouine")));
    house.office.take(&house.registrar, task.id, None).await.unwrap();
    let answer = NameAnswer { is_approved: true, ..NameAnswer::default() };
    foundings.answer_name(&house.registrar, (file, asked), answer).await.unwrap();
    assert!(house.of_kind(&house.registrar, kind).await.is_empty(), "they gather the file");

    let now = records.ambient().now().0;
    let write = async |patch: Value| {
        let mut unit = tiwizi_records::Unit::new(records.clone(), Caller::system().by_kernel());
        unit.patch(kind, file, patch, None).await.unwrap();
        unit.commit(None).await.unwrap();
    };
    let corrections = json!([{ "section": "statutes", "text": "Article 7" }]);
    write(json!({ "step": "file", "since": now, "corrections": corrections })).await;
    let back = house.of_kind(&house.registrar, kind).await.remove(0);
    assert_eq!((back.task.what.as_str(), back.task.waits_for), ("founding-correction", WaitsFor::Others));
    house.office.remind(day("2025-12-29")).await.unwrap();
    let told = house.told(&founder).await;
    assert_eq!((told[0].key.as_str(), told[0].link.clone()), ("notice-own-due", Some(format!("/founding/{file}"))));
    write(json!({ "step": "submitted", "since": now, "corrections": null })).await;
    let again = house.of_kind(&house.registrar, kind).await.remove(0);
    assert_eq!((again.task.what.as_str(), again.task.holder), ("founding-submitted", house.registrar.account()));
    assert_eq!(house.keys(&house.registrar).await[0], "notice-task-back");
    write(json!({ "step": "given-up", "since": now })).await;
    assert!(house.of_kind(&house.registrar, kind).await.is_empty());
}

#[tokio::test]
async fn an_officer_who_keeps_the_register_decides_on_nothing_of_the_own_cooperative() {
    let house = House::new().await;
    let own = format!("cooperative:{}", house.cooperative);
    let roles = [("registrar", HERE), ("officer", own.as_str())];
    let both = Caller::of_account(AccountCaller {
        account: AccountId(Uuid::from_u128(30)),
        name: "Tanirt".into(),
        person: None,
        language: Language::French,
        roles: roles
            .map(|(role, scope)| RoleGrant::new(role.parse().unwrap(), scope.parse().unwrap()).unwrap())
            .to_vec(),
    });
    house.submit(&both, 2024, values()).await.unwrap();
    let refused = house.accept(&both, 2024).await;
    assert!(matches!(refused, Err(FilingError::Own)), "{refused:?}");
    let rights = house.filings.years(&both, house.cooperative).await.unwrap().1;
    assert!(rights.file && rights.is_own && !rights.judge, "{rights:?}");
    let amended = NewAct {
        kind: ActKind::Amended,
        effective_on: day("2025-11-20"),
        documents: Vec::new(),
        corrects: None,
        data: json!({ "commune": "Tiout" }),
    };
    let entered = house.register.acts().enter(&both, house.cooperative, amended).await;
    assert!(matches!(entered, Err(crate::acts::ActError::Own)), "{entered:?}");
    house.accept(&house.registrar, 2024).await.unwrap();
}

#[tokio::test]
async fn every_founder_of_a_large_file_is_reminded() {
    let house = House::new().await;
    let (records, names) = (&house.register.records, &house.register.names);
    let numbers = 1_000..1_120_u128;
    let mut tx = records.db().begin_write().await.unwrap();
    for number in numbers.clone() {
        account::create(&mut tx, &account_of(number, None)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let now = records.ambient().now().0;
    let id = |number: u128| Uuid::from_u128(number).to_string();
    let bounds = tiwizi_records::UnitBounds { writes_max: 200, bytes_max: 1 << 20 };
    let mut unit = tiwizi_records::Unit::within(bounds, records.clone(), Caller::system());
    let file = json!({
        "cooperative": id(77), "step": "file", "since": now, "opened_at": now, "opened_by": id(1_000), "province": "09.541",
        "name_fr": "Tifaouine", "corrections": [{ "section": "statutes", "text": "Article 7" }],
    });
    let file = unit.create_by_kernel(&names.founding, file).unwrap().id;
    for number in numbers.clone() {
        let founder = json!({ "founding": file.to_string(), "province": "09.541", "account": id(number),
            "invited_at": now, "joined_at": now });
        unit.create_by_kernel(&names.founder, founder).unwrap();
    }
    unit.commit(None).await.unwrap();
    house.office.follow().await.unwrap();
    house.office.remind(day("2025-12-29")).await.unwrap();
    let mut tx = records.db().read().await.unwrap();
    for number in numbers {
        let told = notice::list(&mut tx, AccountId(Uuid::from_u128(number)), None, 9).await.unwrap();
        assert_eq!(told.len(), 1, "{number}");
    }
}
