//! A change of rules is looked at once, in steps, and goes on where it was cut off.

use std::sync::Arc;

use tiwizi_model::{AccountId, Instant, Language};
use tiwizi_records::Draft;
use tiwizi_storage::account::{self, AccountRow};
use tiwizi_storage::grant::{self, GrantRow};
use tiwizi_storage::notice;
use uuid::Uuid;

use super::*;
use crate::rule_pack::{RulePacks, built_in};
use crate::testing::Register;

const REGISTRAR: u128 = 900;

/// The pack of the program with another capital, under the next version.
fn dearer(capital: u64) -> RulePack {
    let mut pack = serde_json::to_value(built_in().unwrap().newest().unwrap()).unwrap();
    pack["rules"]["capital_min_mad"]["value"] = json!(capital);
    pack["version"] = json!(2);
    serde_json::from_value(pack).unwrap()
}

fn watch(register: &Register, pack: Option<RulePack>) -> RuleWatch {
    let packs = pack.map_or_else(|| built_in().unwrap().clone(), |pack| RulePacks::new(vec![pack]).unwrap());
    RuleWatch::new(register.records.clone(), Acts::new(register.records.clone(), Arc::new(packs)))
}

/// A register with cooperatives in two provinces, by their capital, and a registrar.
async fn register() -> Register {
    let register = Register::new().await;
    let mut drafts = Vec::new();
    for (name, province, capital) in
        [("Tafukt", "09.541", 5_000), ("Azekka Zaytoun", "09.541", 90_000), ("Ighrem Ouzoud", "01.051", 5_000)]
    {
        let body = json!({ "court": "Taroudannt", "number": format!("{}/2010", name.len()), "name_fr": name,
            "sector": "crafts", "province": province, "status": "registered", "capital_mad": capital });
        drafts.push(Draft::create(register.names.cooperative.clone(), body));
    }
    register.records.submit(&Caller::system(), drafts, None).await.unwrap();
    let account = AccountRow {
        id: AccountId(Uuid::from_u128(REGISTRAR)),
        email: "registrar@example.org".to_owned(),
        name: "Registrar".to_owned(),
        password_hash: String::new(),
        person: None,
        language: Language::French,
        disabled: false,
        wrong_count: 0,
        wait_until: None,
        secret_until: None,
        created_at: Instant(1),
    };
    let (role, scope) = ("registrar".to_owned(), "province:09.541".to_owned());
    let granted = GrantRow { account: account.id, role, scope, granted_at: Instant(1), granted_by: None };
    let mut tx = register.records.db().begin_write().await.unwrap();
    account::create(&mut tx, &account).await.unwrap();
    grant::add(&mut tx, &granted).await.unwrap();
    tx.commit().await.unwrap();
    register
}

async fn told(register: &Register) -> Vec<(String, String)> {
    let mut tx = register.records.db().read().await.unwrap();
    let rows = notice::list(&mut tx, AccountId(Uuid::from_u128(REGISTRAR)), None, 9).await.unwrap();
    rows.into_iter().map(|row| (row.key, row.args)).collect()
}

#[tokio::test]
async fn the_first_rules_are_seen_and_others_are_looked_at_once() {
    let register = register().await;
    let first = watch(&register, None);
    assert_eq!(first.step().await.unwrap(), Watched::Done);
    assert_eq!((first.report().await.unwrap(), first.step().await.unwrap()), (None, Watched::Done));
    // Another program comes with other rules. It is stopped after its first step.
    let second = watch(&register, Some(dearer(50_000)));
    assert_eq!(second.step().await.unwrap(), Watched::More);
    let begun = second.report().await.unwrap().unwrap();
    assert_eq!((begun.ended_at, begun.looked), (None, 1));
    assert!(told(&register).await.is_empty());
    let third = watch(&register, Some(dearer(50_000)));
    let mut steps = 0;
    while third.step().await.unwrap() == Watched::More {
        steps += 1;
        assert!(steps < 10, "a step looks at something");
    }
    let report = third.report().await.unwrap().unwrap();
    assert!(report.ended_at.is_some() && report.begun_at == begun.begun_at, "it went on");
    assert_eq!((report.looked, report.affected, report.unread), (3, 2, 0));
    let here = &report.provinces["09.541"];
    assert_eq!((here.looked, here.affected), (2, 1));
    assert_eq!((here.before.get("capital-min"), here.after.get("capital-min")), (None, Some(&1)));
    assert_eq!((report.provinces["01.051"].affected, &report.provinces["01.051"].parts), (1, &vec![1]));
    let mut lines = Vec::new();
    for place in 1..=report.parts {
        lines.extend(third.part(place).await.unwrap());
    }
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line.arises == ["capital-min"] && line.ends.is_empty()), "{lines:?}");
    let notices = told(&register).await;
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].0 == NOTICE && notices[0].1.contains("ma-112-12/2"), "{notices:?}");
    // Nothing is done twice.
    assert_eq!(third.step().await.unwrap(), Watched::Done);
    assert_eq!((third.report().await.unwrap(), told(&register).await.len()), (Some(report), 1));
}

#[tokio::test]
async fn rules_that_are_still_to_come_are_looked_at_on_their_first_day() {
    let register = register().await;
    let mut coming = serde_json::to_value(dearer(50_000)).unwrap();
    coming["id"] = json!("framework");
    coming["from"] = json!("2025-12-02");
    let packs = vec![built_in().unwrap().newest().unwrap().clone(), serde_json::from_value(coming).unwrap()];
    let acts = Acts::new(register.records.clone(), Arc::new(RulePacks::new(packs).unwrap()));
    let watch = RuleWatch::new(register.records.clone(), acts);
    // It is the thirtieth of November.
    assert_eq!((watch.step().await.unwrap(), watch.step().await.unwrap()), (Watched::Done, Watched::Done));
    assert!(watch.report().await.unwrap().is_none() && told(&register).await.is_empty());
    register.clock.advance_ms(2 * 24 * 60 * 60 * 1000);
    let mut steps = 0;
    while watch.step().await.unwrap() == Watched::More {
        steps += 1;
        assert!(steps < 10, "a step looks at something");
    }
    let report = watch.report().await.unwrap().unwrap();
    assert_eq!((report.day.to_string().as_str(), report.affected), ("2025-12-02", 2));
    let notices = told(&register).await;
    assert!(notices.len() == 1 && notices[0].1.contains("\"from\":\"2025-12-02\""), "{notices:?}");
}

#[tokio::test]
async fn rules_that_change_again_meanwhile_are_looked_at_from_the_start() {
    let register = register().await;
    watch(&register, None).step().await.unwrap();
    assert_eq!(watch(&register, Some(dearer(50_000))).step().await.unwrap(), Watched::More);
    let other = watch(&register, Some(dearer(100_000)));
    while other.step().await.unwrap() == Watched::More {}
    let report = other.report().await.unwrap().unwrap();
    let old = report.old.as_ref().map(|pack| pack.version);
    assert_eq!((old, report.looked, report.affected), (Some(1), 3, 3));
    let lines: usize = {
        let mut count = 0;
        for place in 1..=report.parts {
            count += other.part(place).await.unwrap().len();
        }
        count
    };
    assert_eq!(lines, 3, "nothing is left of the report that was cut off");
}

#[tokio::test]
async fn what_is_said_in_other_words_only_needs_no_report() {
    let register = register().await;
    watch(&register, None).step().await.unwrap();
    let mut same = built_in().unwrap().newest().unwrap().clone();
    same.version = 2;
    same.title.fr = "Loi sur les coopératives".to_owned();
    let second = watch(&register, Some(same));
    assert_eq!((second.step().await.unwrap(), second.step().await.unwrap()), (Watched::Done, Watched::Done));
    assert_eq!((second.report().await.unwrap(), told(&register).await.len()), (None, 0));
}

#[tokio::test]
async fn rules_that_are_not_read_any_more_are_told_of_and_not_passed_over() {
    let register = register().await;
    let mut tx = register.records.db().begin_write().await.unwrap();
    instance_value::store(&mut tx, SEEN, "{\"id\":\"of another program\"}").await.unwrap();
    tx.commit().await.unwrap();
    let watch = watch(&register, None);
    assert_eq!(watch.step().await.unwrap(), Watched::Done);
    let report = watch.report().await.unwrap().unwrap();
    assert_eq!((&report.old, report.looked, report.ended_at.is_some()), (&None, 0, true));
    let notices = told(&register).await;
    assert_eq!((notices.len(), notices[0].0.as_str()), (1, NOTICE_UNCOMPARED));
    assert_eq!((watch.step().await.unwrap(), told(&register).await.len()), (Watched::Done, 1));
}
