//! Merging two records into one, and undoing it.

use serde_json::json;
use tiwizi_identity::{AccountCaller, Caller, RoleGrant};
use tiwizi_model::{AccountId, Language, Record, RecordId};
use tiwizi_records::{Draft, WriteError};
use uuid::Uuid;

use super::super::holdings::has_other_members;
use super::super::*;
use super::{cooperative, create, named, pairs};
use crate::testing::Register;

/// Two cooperatives that are one, and their pair.
async fn twins(register: &Register) -> (RecordId, RecordId, Record) {
    let first = create(register, cooperative("1/2019", ("name_fr", "Tafoukt Argan"))).await.unwrap();
    let mut body = cooperative("2/2020", ("name_fr", "Tafoukt Argan"));
    body.as_object_mut().unwrap().remove("commune");
    let second = create(register, body).await.unwrap();
    (first, second, pairs(register).await.remove(0))
}

async fn read(register: &Register, id: RecordId) -> Record {
    let permit = register.records.may_read(&Caller::system(), &register.names.cooperative).unwrap();
    register.records.read(&permit, id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_merge_leaves_an_alias_and_is_undone_with_everything_in_the_history() {
    let register = Register::new().await;
    let (first, second, pair) = twins(&register).await;
    assert_eq!(register.totals().await.cooperatives, 2);
    let caller = Caller::system();
    let merge = Decision::Merge { keep: first, hides: false };
    decide(&register.records, &caller, (pair.id, pair.version), merge, "one cooperative, entered twice").await.unwrap();
    let alias = read(&register, second).await;
    assert_eq!(alias.body["merged_into"], json!(first.to_string()));
    assert_eq!(alias.body["name_fr"], json!("Tafoukt Argan"));
    let permit = register.records.may_read(&caller, &register.names.cooperative).unwrap();
    assert_eq!(survivor(&register.records, &permit, second).await.unwrap(), first);
    assert_eq!(survivor(&register.records, &permit, first).await.unwrap(), first);
    assert_eq!(register.totals().await.cooperatives, 1);
    let merged = pairs(&register).await.remove(0);
    assert_eq!((&merged.body["status"], &merged.body["kept"]), (&json!("merged"), &json!(first.to_string())));

    // A new one is told of the record that remains, not of the alias; and nothing is merged into an alias.
    let third = cooperative("3/2021", ("name_fr", "Tafoukt Argan"));
    assert_eq!(named(create(&register, third).await), [(Some(first), "duplicate-likely".to_owned())]);
    let other = create(&register, cooperative("4/2021", ("name_fr", "Tiwizi Saffran"))).await.unwrap();
    let patch = json!({ "merged_into": second.to_string() });
    let patch = Draft::patch(register.names.cooperative.clone(), other, patch, None);
    let refused = register.records.submit(&caller, vec![patch], None).await;
    assert!(matches!(refused, Err(WriteError::Invalid { .. })), "{refused:?}");

    let undo = (merged.id, merged.version);
    decide(&register.records, &caller, undo, Decision::Undo, "they are two after all").await.unwrap();
    assert_eq!(read(&register, second).await.body.get("merged_into"), None);
    assert_eq!(register.totals().await.cooperatives, 3);
    let opened = pairs(&register).await.remove(0);
    assert_eq!((&opened.body["status"], opened.body.get("kept")), (&json!("open"), None));
    let history = register.records.history(&permit, second, None, 10).await.unwrap();
    assert_eq!(history.len(), 3);
}

#[tokio::test]
async fn a_pair_whose_alias_was_written_by_hand_is_closed_and_undone_as_every_other() {
    let register = Register::new().await;
    let (first, second, pair) = twins(&register).await;
    let caller = Caller::system();
    let by_hand = json!({ "merged_into": first.to_string() });
    let by_hand = Draft::patch(register.names.cooperative.clone(), second, by_hand, None);
    register.records.submit(&caller, vec![by_hand], None).await.unwrap();
    let at = (pair.id, pair.version);
    let other =
        decide(&register.records, &caller, at, Decision::Merge { keep: second, hides: false }, "the other way round")
            .await;
    assert!(matches!(other, Err(DecideError::Alias)), "{other:?}");
    decide(&register.records, &caller, at, Decision::Merge { keep: first, hides: false }, "entered twice")
        .await
        .unwrap();
    let merged = pairs(&register).await.remove(0);
    assert_eq!(merged.body["status"], json!("merged"));
    decide(&register.records, &caller, (merged.id, merged.version), Decision::Undo, "two").await.unwrap();
    assert_eq!(read(&register, second).await.body.get("merged_into"), None);
}

#[tokio::test]
async fn a_merge_that_hides_members_asks_for_a_word_on_them() {
    let register = Register::new().await;
    let (first, second, pair) = twins(&register).await;
    let caller = Caller::system();
    let person = Draft::create(register.names.person.clone(), json!({ "name_fr": "Tanirt", "province": "09.541" }));
    let person = register.records.submit(&caller, vec![person], None).await.unwrap()[0].id;
    let joins = async |cooperative: RecordId| {
        let body = json!({ "cooperative": cooperative.to_string(), "person": person.to_string(), "number": "1",
            "role": "member", "province": "09.541", "sector": "argan" });
        let draft = Draft::create(register.names.membership.clone(), body);
        register.records.submit(&caller, vec![draft], None).await.unwrap();
    };
    joins(second).await;
    let at = (pair.id, pair.version);
    let refused =
        decide(&register.records, &caller, at, Decision::Merge { keep: first, hides: false }, "entered twice").await;
    assert!(matches!(refused, Err(DecideError::Holds)), "{refused:?}");
    assert_eq!(read(&register, second).await.body.get("merged_into"), None);
    // The survivor has the member too: nothing goes out of sight.
    joins(first).await;
    decide(&register.records, &caller, at, Decision::Merge { keep: first, hides: false }, "entered twice")
        .await
        .unwrap();
}

#[tokio::test]
async fn more_members_than_are_compared_count_as_its_own() {
    let register = Register::new().await;
    let (first, second, _) = twins(&register).await;
    for (number, name) in [("1", "Tanirt"), ("2", "Idir Ousaden")] {
        let body = json!({ "name_fr": name, "province": "09.541" });
        let draft = Draft::create(register.names.person.clone(), body);
        let person = register.records.submit(&Caller::system(), vec![draft], None).await.unwrap()[0].id;
        for cooperative in [first, second] {
            let body = json!({ "cooperative": cooperative.to_string(), "person": person.to_string(), "number": number,
                "role": "member", "province": "09.541", "sector": "argan" });
            let draft = Draft::create(register.names.membership.clone(), body);
            register.records.submit(&Caller::system(), vec![draft], None).await.unwrap();
        }
    }
    let empty = create(&register, cooperative("9/2021", ("name_fr", "Tiwizi Saffran"))).await.unwrap();
    for (one, other, members_max, expected) in
        [(second, first, 2, false), (second, first, 1, true), (empty, first, 1, false), (first, empty, 2, true)]
    {
        let found = has_other_members(&register.records, one, other, members_max).await.unwrap();
        assert_eq!(found, expected, "{members_max}");
    }
}

#[tokio::test]
async fn members_that_are_meant_to_stay_with_the_alias_hold_no_merge_up() {
    let register = Register::new().await;
    let (first, second, pair) = twins(&register).await;
    let caller = Caller::system();
    let acts = json!({ "acts": 3 });
    let acts = Draft::patch(register.names.cooperative.clone(), second, acts, None);
    register.records.submit(&caller.by_kernel(), vec![acts], None).await.unwrap();
    let at = (pair.id, pair.version);
    for (hides, is_merged) in [(false, false), (true, true)] {
        let merge = Decision::Merge { keep: first, hides };
        let decided = decide(&register.records, &caller, at, merge, "entered twice").await;
        assert_eq!(decided.is_ok(), is_merged, "{decided:?}");
    }
}

#[tokio::test]
async fn three_who_merge_at_once_make_no_circle() {
    let register = Register::new().await;
    let mut ids = Vec::new();
    let names = ["Tafoukt Argan", "Azekka Zaytoun", "Tiwizi Saffran", "Asirem Tamment", "Itran Tazart"];
    for (number, name) in ["1", "2", "3", "4", "5"].into_iter().zip(names) {
        ids.push(create(&register, cooperative(number, ("name_fr", name))).await.unwrap());
    }
    let caller = Caller::system();
    let into = |alias: usize, remains: usize| {
        let patch = json!({ "merged_into": ids[remains].to_string() });
        let draft = Draft::patch(register.names.cooperative.clone(), ids[alias], patch, None);
        register.records.submit(&caller, vec![draft], None)
    };
    let (first, second, third) = tokio::join!(into(0, 1), into(1, 2), into(2, 0));
    let refused = [&first, &second, &third].into_iter().filter(|outcome| outcome.is_err()).count();
    assert!(refused > 0, "one of them looked at what was no alias yet");
    let permit = register.records.may_read(&caller, &register.names.cooperative).unwrap();
    let mut survivors = Vec::new();
    for id in ids.iter().take(3) {
        let survivor = survivor(&register.records, &permit, *id).await.unwrap();
        assert_eq!(read(&register, survivor).await.body.get("merged_into"), None, "a circle");
        survivors.push(survivor);
    }
    assert_eq!(survivors.iter().collect::<std::collections::BTreeSet<_>>().len(), refused, "{survivors:?}");
    // A batch cannot do it either.
    let patch = |alias: usize, remains: usize| {
        let patch = json!({ "merged_into": ids[remains].to_string() });
        Draft::patch(register.names.cooperative.clone(), ids[alias], patch, None)
    };
    let refused = register.records.submit(&caller, vec![patch(3, 4), patch(4, 3)], None).await;
    let Err(WriteError::Invalid { fields, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(fields[0].code, "moves");
}

#[tokio::test]
async fn a_merged_pair_of_which_nothing_is_left_is_opened_by_nobody_who_may_only_look() {
    let register = Register::new().await;
    let (first, second, pair) = twins(&register).await;
    let merge = Decision::Merge { keep: first, hides: false };
    decide(&register.records, &Caller::system(), (pair.id, pair.version), merge, "one").await.unwrap();
    let gone = |id| Draft::delete(register.names.cooperative.clone(), id, None);
    register.records.submit(&Caller::system(), vec![gone(second), gone(first)], None).await.unwrap();
    let merged = pairs(&register).await.remove(0);
    let role = RoleGrant::new("observer".parse().unwrap(), "nation".parse().unwrap()).unwrap();
    let observer = Caller::of_account(AccountCaller {
        account: AccountId(Uuid::from_u128(9)),
        name: "Tanirt".into(),
        person: None,
        language: Language::French,
        roles: vec![role],
    });
    let undone = decide(&register.records, &observer, (merged.id, merged.version), Decision::Undo, "?").await;
    assert!(matches!(undone, Err(DecideError::Refused)), "{undone:?}");
    assert_eq!(pairs(&register).await.remove(0).body["status"], json!("merged"));
}

#[tokio::test]
async fn what_was_seen_in_another_state_or_said_without_a_reason_decides_nothing() {
    let register = Register::new().await;
    let (first, _, pair) = twins(&register).await;
    let caller = Caller::system();
    let merge = Decision::Merge { keep: first, hides: false };
    let pinned = (pair.id, pair.version);
    for (decision, reason) in
        [(merge, "  "), (Decision::Undo, "why"), (Decision::Merge { keep: pair.id, hides: false }, "why")]
    {
        assert!(decide(&register.records, &caller, pinned, decision, reason).await.is_err(), "{decision:?}");
    }
    decide(&register.records, &caller, pinned, Decision::Distinct, "two villages").await.unwrap();
    let late = decide(&register.records, &caller, pinned, Decision::Undo, "seen before").await;
    assert!(late.is_err(), "an old version decides nothing");
    let settled = decide(&register.records, &caller, (pair.id, pair.version.next()), merge, "late").await;
    assert!(matches!(settled, Err(DecideError::Settled { .. })), "{settled:?}");
    let nobody = decide(&register.records, &Caller::public(), pinned, merge, "why").await;
    assert!(matches!(nobody, Err(DecideError::Read(_))), "{nobody:?}");
}
