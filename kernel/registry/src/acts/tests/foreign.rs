//! Cooperatives whose home is another instance: read, and never written.

use std::collections::BTreeSet;

use tiwizi_identity::Caller;
use tiwizi_model::InstanceId;
use tiwizi_records::{Moving, Said, Saying, Unit, Verdict};

use super::door::{create, found, imported, new, registrar};
use super::*;
use crate::duplicates::DuplicateReader;
use crate::testing::{Register, THERE};

fn dissolved() -> NewAct {
    new(ActKind::Dissolved, "2025-06-01", json!({ "reason": "R" }))
}

/// Moves a cooperative to another home.
async fn release(register: &Register, cooperative: RecordId) {
    let (subjects, from) = ([cooperative], register.records.instance());
    let mut tx = register.records.db().begin_write().await.unwrap();
    let moving = Moving { subjects: &subjects, from, to: THERE, tenure: 2 };
    register.records.release(&mut tx, moving).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn acts_of_another_home_are_read_and_none_is_entered() {
    let register = Register::new().await;
    let cooperative = found(&register).await;
    let acts = register.acts();
    let before = acts.desk(&registrar(), cooperative).await.unwrap();
    assert!(before.may_correct && !before.possible.is_empty());
    release(&register, cooperative).await;
    let desk = acts.desk(&registrar(), cooperative).await.unwrap();
    assert_eq!((desk.ledger.acts().len(), desk.state.stage), (before.ledger.acts().len(), before.state.stage));
    assert_eq!(desk.state.members.len(), before.state.members.len());
    assert!(!desk.may_correct && desk.possible.is_empty() && desk.late.is_empty());
    for refused in [
        acts.enter(&registrar(), cooperative, dissolved()).await.map(|_| ()),
        acts.rehearse(&registrar(), cooperative, dissolved(), &BTreeSet::new()).await.map(|_| ()),
    ] {
        assert!(matches!(refused, Err(ActError::NotHome { home: THERE, .. })), "{refused:?}");
    }
    // Nor is anything of it audited or held to other rules here.
    assert_eq!(acts.audit_part(None).await.unwrap().looked, 0);
    let (old, now) = (packs().newest().unwrap(), day("2025-06-01"));
    let change = PackChange { old, new: old, day: now, province: None };
    let part = acts.reevaluate_part(&registrar(), change, None).await.unwrap();
    assert_eq!((part.looked, part.passed), (0, 1));
}

#[tokio::test]
async fn acts_of_which_another_home_shows_a_part_are_said_to_be_a_part() {
    let register = Register::new().await;
    let (names, home) = (register.names.clone(), register.records.instance());
    let cooperative = RecordId(Uuid::from_u128(70));
    register.receive(&names.cooperative, cooperative, 1, imported()).await;
    let act = json!({ "cooperative": cooperative.to_string(), "sequence": 1, "act": "dissolved", "effective_on": "2024-01-02",
        "entered_at": 1, "province": "09.541" });
    let withheld = BTreeSet::from(["data".to_owned()]);
    let verdict = register.receive_part(&names.act, RecordId(Uuid::from_u128(71)), 1, (act, withheld)).await;
    assert!(matches!(verdict, Verdict::Stored(_)), "{verdict:?}");
    let read = register.acts().state(&registrar(), cooperative).await;
    assert!(matches!(read, Err(ActError::Partial { home: THERE, .. })), "{read:?}");
    assert_ne!(home, THERE);
}

#[tokio::test]
async fn a_pair_of_two_homes_is_opened_for_nobody_and_none_is_an_alias_of_the_other() {
    let register = Register::new().await;
    let names = register.names.clone();
    let there = RecordId(Uuid::from_u128(70));
    let own = create(&register, &names.cooperative, imported()).await;
    register.receive(&names.cooperative, there, 1, imported()).await;
    let reader = DuplicateReader::new(register.records.clone(), Register::duplicates_rule());
    tiwizi_records::catch_up(&register.records, &reader).await.unwrap();
    assert_eq!(register.all(&names.duplicate).await, Vec::<Value>::new());
    let patch = json!({ "merged_into": there.to_string() });
    let draft = tiwizi_records::Draft::patch(names.cooperative.clone(), own, patch, None);
    let refused = register.records.submit(&registrar(), vec![draft], None).await;
    let Err(tiwizi_records::WriteError::Invalid { fields, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(fields[0].code, "merged-into-elsewhere");
}

/// What came of a case.
async fn say(register: &Register, case: RecordId, patch: Value) {
    let mut unit = Unit::new(register.records.clone(), Caller::system());
    unit.act_as(Caller::system().by_kernel());
    unit.patch(&register.names.case, case, patch, None).await.unwrap();
    unit.commit(None).await.unwrap();
}

#[tokio::test]
async fn a_cooperative_becomes_an_alias_of_one_of_another_home_once_both_homes_have_said_so() {
    let register = Register::new().await;
    let names = register.names.clone();
    let own = create(&register, &names.cooperative, imported()).await;
    // It is not here, as most cooperatives of other homes are not.
    let there = RecordId(Uuid::from_u128(70));
    let merge = || {
        let patch = json!({ "merged_into": there.to_string() });
        tiwizi_records::Draft::patch(names.cooperative.clone(), own, patch, None)
    };
    let case = json!({ "own": own.to_string(), "other": there.to_string(), "other_home": "1".repeat(64), "other_name": "Oriental",
        "shown": {}, "level": "certain", "points": 100, "reasons": ["ice"], "status": "open", "answer": "same", "heard": 1,
        "province": "09.541" });
    let mut unit = Unit::new(register.records.clone(), Caller::system());
    let case = unit.create_by_kernel(&names.case, case).unwrap();
    unit.commit(None).await.unwrap();
    for before in [json!({ "status": "disputed" }), json!({ "status": "same", "keep": own.to_string() })] {
        say(&register, case.id, before).await;
        let refused = register.records.submit(&registrar(), vec![merge()], None).await;
        let Err(tiwizi_records::WriteError::Invalid { fields, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(fields[0].code, "merged-into-nothing");
    }
    say(&register, case.id, json!({ "status": "same", "keep": there.to_string() })).await;
    register.records.submit(&registrar(), vec![merge()], None).await.unwrap();
}

#[tokio::test]
async fn a_cooperative_that_comes_is_entered_here_from_then_on() {
    let register = Register::new().await;
    let names = register.names.clone();
    let cooperative = RecordId(Uuid::from_u128(70));
    register.receive(&names.cooperative, cooperative, 4, imported()).await;
    let refused = register.acts().enter(&registrar(), cooperative, dissolved()).await;
    assert!(matches!(refused, Err(ActError::NotHome { .. })), "{refused:?}");
    let subjects = [cooperative];
    let to: InstanceId = register.records.instance();
    let mut tx = register.records.db().begin_write().await.unwrap();
    let moving = Moving { subjects: &subjects, from: THERE, to, tenure: 2 };
    register.records.adopt(&mut tx, moving).await.unwrap();
    tx.commit().await.unwrap();
    register.acts().enter(&registrar(), cooperative, dissolved()).await.unwrap();
    let permit = register.records.may_read(&Caller::system(), &names.act).unwrap();
    let page = register.records.list(&permit, &tiwizi_records::Query::default()).await.unwrap();
    assert!(page.items.iter().all(|act| act.tenure == 2), "acts are of the term of their cooperative");
    let late = Said {
        kind: names.cooperative.clone(),
        id: cooperative,
        version: tiwizi_model::Version(99),
        tenure: 1,
        home: THERE,
        at: Instant(1),
        saying: Saying::Delete,
    };
    let mut tx = register.records.db().begin_write().await.unwrap();
    assert_eq!(register.records.receive(&mut tx, vec![late]).await.unwrap(), [Verdict::Known]);
}
