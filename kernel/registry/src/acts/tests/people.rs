//! Legal persons as members, unions, calls on shares, and the mandates that have records.

use serde_json::json;

use super::*;
use crate::money::Mad;

fn members(joined: Value) -> Value {
    json!({ "joined": [joined] })
}

/// A company with ten shares, for which a natural person acts.
fn company(number: &str, represented_by: u128) -> Value {
    json!({
        "number": number, "person": person(70).to_string(), "holder": "legal-person",
        "represented_by": person(represented_by).to_string(), "shares": 10, "paid_mad": 250
    })
}

#[test]
fn a_legal_person_is_a_member_and_sits_on_the_board_by_whom_it_sends() {
    let founded = ledger(founding());
    let joined = ledger({
        let mut acts = founding();
        acts.push(act(6, ActKind::MembersChanged, "2024-04-01", members(company("6", 80))));
        acts
    });
    let appointed = |who: u128| json!({ "appointed": [{ "person": person(who).to_string(), "role": "board-member" }] });
    let refused = act(6, ActKind::OfficersChanged, "2024-05-01", appointed(80));
    assert_eq!(faults(&founded, refused), [("/data/appointed/0/person".to_owned(), "no-member".to_owned())]);
    // The company itself cannot sit there.
    let itself = act(7, ActKind::OfficersChanged, "2024-05-01", appointed(70));
    assert_eq!(faults(&joined, itself), [("/data/appointed/0/person".to_owned(), "no-member".to_owned())]);
    let (seated, state) =
        joined.entered(act(7, ActKind::OfficersChanged, "2024-05-01", appointed(80)), packs()).unwrap();
    assert_eq!(state.mandates_on(day("2024-05-02")).count(), 4);
    let other = json!({ "represented": [{ "number": "6", "by": person(81).to_string() }] });
    let (seated, state) = seated.entered(act(8, ActKind::MembersChanged, "2024-06-01", other), packs()).unwrap();
    assert_eq!(state.members["6"].represented_by, Some(person(81)));
    assert_eq!(state.mandates_on(day("2024-06-01")).count(), 3, "the seat of who was sent before is over");
    let leaving = json!({ "left": [{ "number": "6", "reason": "withdrawn" }] });
    let (_, state) = seated.entered(act(9, ActKind::MembersChanged, "2024-07-01", leaving), packs()).unwrap();
    assert!(!state.may_sit(person(81)) && state.may_sit(person(11)));
}

#[test]
fn a_natural_person_acts_in_person_and_nobody_is_a_member_of_itself() {
    let founded = ledger(founding());
    let represented = json!({
        "number": "6", "person": person(60).to_string(), "represented_by": person(61).to_string(), "shares": 1, "paid_mad": 100
    });
    let fault = |value: Value| faults(&founded, act(6, ActKind::MembersChanged, "2024-04-01", value));
    assert_eq!(fault(members(represented)), [("/data/joined/0/represented_by".into(), "not-represented".into())]);
    let itself = json!({ "number": "6", "person": person(1).to_string(), "holder": "cooperative", "shares": 1, "paid_mad": 100 });
    assert_eq!(fault(members(itself)), [("/data/joined/0/person".into(), "own-member".into())]);
    let sent = json!({ "represented": [{ "number": "1", "by": person(61).to_string() }] });
    assert_eq!(fault(sent), [("/data/represented/0/by".into(), "not-represented".into())]);
}

#[test]
fn a_manager_who_leaves_may_go_on_and_one_who_died_does_not() {
    let persons: Vec<RecordId> = (11..16).map(person).collect();
    let mut constitution = constitution(&persons);
    constitution["form"] = json!("managers");
    constitution["officers"] = json!([{ "person": person(11).to_string(), "role": "manager" }]);
    let mut acts = founding();
    acts[2] = act(3, ActKind::Constituted, "2024-02-01", constitution);
    let founded = ledger(acts);
    for (reason, running) in [("withdrawn", 1), ("died", 0)] {
        let left = json!({ "left": [{ "number": "1", "reason": reason }] });
        let (_, state) = founded.entered(act(6, ActKind::MembersChanged, "2024-04-01", left), packs()).unwrap();
        assert_eq!(state.mandates_on(day("2024-04-02")).count(), running, "{reason}");
    }
}

#[test]
fn a_member_has_one_number_in_whatever_digits_acts_write_it() {
    let mut acts = founding();
    acts.push(act(6, ActKind::MembersChanged, "2024-04-01", members(company("٦", 80))));
    let state = ledger(acts.clone()).project(packs()).unwrap();
    assert!(state.members.contains_key("6") && !state.members.contains_key("٦"));
    let leaving = json!({ "left": [{ "number": "۶", "reason": "withdrawn" }] });
    acts.push(act(7, ActKind::MembersChanged, "2024-07-01", leaving));
    assert!(!ledger(acts).project(packs()).unwrap().may_sit(person(80)));
    assert_eq!(
        ActData::read(ActKind::Registered, json!({ "court": "A ١", "number": "١٢/٢٠١٩" })).unwrap().value(),
        json!({ "court": "A 1", "number": "12/2019" })
    );
}

/// A union that two members found, each by a natural person.
fn union(holder: &str, count: u128) -> Vec<Act> {
    let mut request = request();
    request["entity"] = json!("union");
    let founder = |number: u128| {
        let mut founder = json!({
            "number": number.to_string(), "person": person(100 + number).to_string(), "holder": holder, "shares": 10, "paid_mad": 500
        });
        if holder != "person" {
            founder["represented_by"] = json!(person(200 + number).to_string());
        }
        founder
    };
    let founders: Vec<Value> = (1..=count).map(founder).collect();
    let officers = json!([{ "person": person(201).to_string(), "role": "manager" }]);
    let constitution = json!({
        "statutes": statutes(), "form": "managers", "share_value_mad": 100, "founders": founders, "officers": officers
    });
    vec![
        act(1, ActKind::DenominationRequested, "2024-01-02", request),
        act(2, ActKind::DenominationAnswered, "2024-01-04", json!({ "answer": "approved" })),
        act(3, ActKind::Constituted, "2024-02-01", constitution),
    ]
}

#[test]
fn a_union_is_founded_by_cooperatives_and_by_as_many_as_the_rules_ask() {
    let state = ledger(union("cooperative", 2)).project(packs()).unwrap();
    assert_eq!((state.entity, state.member_count()), (Entity::Union, 2));
    let constituted = |acts: Vec<Act>| {
        let mut acts = acts.into_iter();
        let before = ledger(acts.by_ref().take(2).collect());
        faults(&before, acts.next().unwrap())
    };
    assert_eq!(constituted(union("cooperative", 1)), [("/data/founders".into(), "founders-min".into())]);
    let of_persons = constituted(union("person", 2));
    assert_eq!(of_persons[0], ("/data/founders/0/holder".into(), "union-member".into()));
    // Without a word it is a cooperative, and two are too few.
    let mut acts = union("cooperative", 2);
    acts[0] = act(1, ActKind::DenominationRequested, "2024-01-02", request());
    assert_eq!(constituted(acts), [("/data/founders".into(), "founders-min".into())]);
}

fn call(numerator: u32, due_on: &str) -> Value {
    json!({ "called": { "numerator": numerator, "denominator": 4, "due_on": due_on } })
}

#[test]
fn a_call_asks_for_a_part_of_the_shares_until_a_day() {
    // Ten shares of 100 dirhams each, of which a half is paid.
    let founded = ledger(founding());
    let fault = |value: Value| faults(&founded, act(6, ActKind::CapitalChanged, "2024-04-01", value));
    assert_eq!(fault(call(5, "2024-06-01")), [("/data/called/numerator".into(), "part".into())]);
    assert_eq!(fault(call(3, "2024-03-31")), [("/data/called/due_on".into(), "order".into())]);
    assert_eq!(fault(call(2, "2024-06-01")), [("/data/called".into(), "paid".into())]);
    // Registered on the first of March 2024: the whole is due three years later (article 26).
    assert_eq!(fault(call(4, "2027-03-02")), [("/data/called/due_on".into(), "balance-term".into())]);
    let called = act(6, ActKind::CapitalChanged, "2024-04-01", call(3, "2024-06-01"));
    let (called, state) = founded.entered(called, packs()).unwrap();
    let account = |state: &State, number: &str, on: &str| ShareAccount::of(state, &state.members[number], day(on));
    let first = account(&state, "1", "2024-06-01");
    assert_eq!((first.subscribed, first.called, first.due), (Mad::whole(1000), Some(Mad::whole(750)), Mad::whole(250)));
    assert_eq!((first.due_on, first.pay_until), (Some(day("2024-06-01")), Some(day("2027-03-01"))));
    assert!(!first.is_overdue && account(&state, "1", "2024-06-02").is_overdue);
    let paid = json!({ "paid": [{ "number": "1", "amount_mad": 250 }] });
    let (_, state) = called.entered(act(7, ActKind::CapitalChanged, "2024-05-01", paid), packs()).unwrap();
    let first = account(&state, "1", "2024-06-02");
    assert_eq!((first.due, first.due_on, first.is_overdue), (Mad::ZERO, None, false));
    let pack = packs().at(day("2024-06-02")).unwrap();
    let overdue = findings(&state, day("2024-06-02"), pack);
    let names = ["2", "3", "4", "5"].map(str::to_owned).to_vec();
    assert!(overdue.contains(&Finding::CallOverdue { members: names }), "{overdue:?}");
}

#[test]
fn the_term_of_an_increase_runs_from_the_increase_and_the_oldest_part_is_paid_first() {
    let subscribed = json!({ "subscribed": [{ "number": "1", "shares": 10, "paid_mad": 250 }] });
    let (raised, state) =
        ledger(founding()).entered(act(6, ActKind::CapitalChanged, "2026-01-01", subscribed), packs()).unwrap();
    let until = |state: &State| {
        let account = ShareAccount::of(state, &state.members["1"], day("2026-06-01"));
        account.pay_until.map(|day| day.to_string())
    };
    // What is left of the first shares is owed since the registration.
    assert_eq!(until(&state).as_deref(), Some("2027-03-01"));
    let pay = |amount: u32| json!({ "paid": [{ "number": "1", "amount_mad": amount }] });
    let (paid, state) = raised.entered(act(7, ActKind::CapitalChanged, "2026-06-01", pay(500)), packs()).unwrap();
    assert_eq!(until(&state).as_deref(), Some("2029-01-01"));
    let on = day("2027-03-02");
    let found = findings(&state, on, packs().at(on).unwrap());
    let late = ["2", "3", "4", "5"].map(str::to_owned).to_vec();
    assert!(found.contains(&Finding::BalanceOverdue { members: late }), "{found:?}");
    let (_, state) = paid.entered(act(8, ActKind::CapitalChanged, "2026-07-01", pay(750)), packs()).unwrap();
    assert_eq!((until(&state), state.members["1"].debts.len()), (None, 0));
    // What is given back is what was subscribed last.
    let back = json!({ "withdrawn": [{ "number": "1", "shares": 10 }] });
    let (_, state) = raised.entered(act(7, ActKind::CapitalChanged, "2026-06-01", back), packs()).unwrap();
    let debts: Vec<(String, Mad)> =
        state.members["1"].debts.iter().map(|debt| (debt.since.to_string(), debt.amount)).collect();
    assert_eq!(debts, [("2024-03-01".to_owned(), Mad::whole(250))]);
}

#[test]
fn the_term_of_what_is_owed_is_that_of_the_rules_of_its_day() {
    use crate::rule_pack::tests::with;
    let later =
        with(&[("/id", json!("framework")), ("/from", json!("2025-01-01")), ("/rules/balance_years/value", json!(1))]);
    let packs = RulePacks::new(vec![with(&[]), later]).unwrap();
    let until = |state: &State| state.members["1"].pay_until().map(|day| day.to_string());
    let founded = ledger(founding());
    // Owed since the first of March 2024, for three years, though a call comes under other rules.
    let called = act(6, ActKind::CapitalChanged, "2025-04-01", call(4, "2027-03-01"));
    let (_, state) = founded.entered(called, &packs).unwrap();
    assert_eq!(until(&state).as_deref(), Some("2027-03-01"));
    let overdue = |state: &State, on: &str| {
        let found = findings(state, day(on), packs.at(day(on)).unwrap());
        found.iter().any(|one| matches!(one, Finding::BalanceOverdue { .. }))
    };
    assert!(!overdue(&state, "2027-03-01") && overdue(&state, "2027-03-02"));
    // What is subscribed under the other rules is due earlier.
    let subscribed = json!({ "subscribed": [{ "number": "1", "shares": 10, "paid_mad": 250 }] });
    let raised = act(6, ActKind::CapitalChanged, "2025-04-01", subscribed);
    let (_, state) = founded.entered(raised, &packs).unwrap();
    assert_eq!(until(&state).as_deref(), Some("2026-04-01"));
    assert!(!overdue(&state, "2026-04-01") && overdue(&state, "2026-04-02"));
}

#[test]
fn a_part_of_an_amount_goes_up_to_the_next_centime() {
    use crate::rule_pack::Fraction;
    let third = Fraction { numerator: 1, denominator: 3 };
    assert_eq!(third.of(Mad::whole(100)).centimes(), 3334);
    assert_eq!(third.of(Mad::ZERO), Mad::ZERO);
    assert!(third.is_reached(third.of(Mad::whole(100)), Mad::whole(100)));
    let whole = Fraction { numerator: 4, denominator: 4 };
    assert_eq!(whole.of(Mad::whole(100)), Mad::whole(100));
}

#[tokio::test]
async fn who_goes_on_with_one_that_was_split_has_records_that_are_what_follows_from_acts() {
    use super::door::{found, new, registrar};
    let register = crate::testing::Register::new().await;
    let mut all = Vec::new();
    for name in ["Azekka Zaytoun", "Ighrem Ouzoud"] {
        all.push(imported_as(&register, name).await);
    }
    let split = found(&register).await;
    let into: Vec<String> = all.iter().map(ToString::to_string).collect();
    let acts = register.acts();
    acts.enter(&registrar(), split, new(ActKind::Split, "2024-06-01", json!({ "into": into }))).await.unwrap();
    let stored = register.all(&register.names.succession).await;
    assert_eq!(stored.len(), 2);
    assert!(stored.iter().all(|one| one["how"] == "split" && one["on"] == "2024-06-01"), "{stored:?}");
    assert!(acts.drift(split).await.unwrap().is_empty());
    let annulled =
        NewAct { corrects: Some(6), ..new(ActKind::Corrected, "2024-07-01", json!({ "reason": "never was" })) };
    acts.enter(&registrar(), split, annulled).await.unwrap();
    assert!(register.all(&register.names.succession).await.is_empty());
    assert!(acts.drift(split).await.unwrap().is_empty());
}

/// A cooperative that came by import.
async fn imported_as(register: &crate::testing::Register, name: &str) -> RecordId {
    let body = json!({ "court": "Taroudannt", "number": format!("{}/2010", name.len()), "name_fr": name,
        "sector": "crafts", "province": "09.541", "status": "registered" });
    super::door::create(register, &register.names.cooperative, body).await
}

#[tokio::test]
async fn who_acts_for_a_member_moves_with_the_seat() {
    use super::door::{create, found, holder, new, registrar};
    let register = crate::testing::Register::new().await;
    let cooperative = found(&register).await;
    let company = json!({ "name_fr": "Arganier SARL", "form": "company", "province": "09.541" });
    let company = create(&register, &register.names.legal_person, company).await;
    let sent = json!({ "name_fr": "Tamnougalt", "gender": "female", "birth_date": "1994-05-06", "province": "09.541", "confirm_distinct": [] });
    let sent = create(&register, &register.names.person, sent).await;
    let joined = json!({ "joined": [{ "number": "6", "person": company.to_string(), "holder": "legal-person",
        "represented_by": sent.to_string(), "shares": 4, "paid_mad": 100 }] });
    let acts = register.acts();
    acts.enter(&registrar(), cooperative, new(ActKind::MembersChanged, "2024-04-01", joined)).await.unwrap();
    let moved = new(ActKind::Amended, "2024-07-01", json!({ "province": "01.051" }));
    acts.enter(&holder("registrar", "nation"), cooperative, moved).await.unwrap();
    let persons = register.all(&register.names.person).await;
    assert!(persons.iter().all(|person| person["province"] == "01.051"), "{persons:?}");
    // A legal person has a seat of its own.
    assert_eq!(register.all(&register.names.legal_person).await[0]["province"], "09.541");
    assert!(acts.drift(cooperative).await.unwrap().is_empty());
}
