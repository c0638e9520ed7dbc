//! What each act demands, corrections, and what is not fulfilled on a day.

use serde_json::json;

use super::*;
use crate::money::Mad;
use crate::rule_pack::{BodyForm, Stage};

#[test]
fn a_cooperative_is_founded_filed_for_and_struck_off() {
    let mut acts = founding();
    let more = [
        (ActKind::RegisteredCentrally, "2024-03-20", json!({ "number": "R 1" })),
        (ActKind::Amended, "2024-06-01", json!({ "name_fr": "Tifaouine du Souss", "commune": "Tiout" })),
        (ActKind::YearlyFiling, "2025-04-01", filing(2024)),
        (ActKind::Dissolved, "2025-06-01", json!({ "reason": "decided by the assembly" })),
        (ActKind::LiquidationOpened, "2025-06-02", json!({ "liquidator": "Fatima, notaire" })),
        (ActKind::StruckOff, "2025-09-01", json!({ "reason": "liquidation closed" })),
    ];
    for (kind, on, value) in more {
        let sequence = u32::try_from(acts.len() + 1).unwrap();
        acts.push(act(sequence, kind, on, value));
    }
    let ledger = ledger(acts);
    let registered = ledger.as_of(day("2024-03-01"), packs()).unwrap();
    assert_eq!((registered.stage, registered.member_count()), (Stage::Registered, 5));
    assert_eq!(registered.capital.subscribed, Mad::whole(5_000));
    assert_eq!(registered.capital.paid, Some(Mad::whole(2_500)));
    assert_eq!(registered.names.fr.as_deref(), Some("Tifaouine"));
    assert_eq!(ledger.as_of(day("2024-02-29"), packs()).unwrap().stage, Stage::Filed);
    let end = ledger.project(packs()).unwrap();
    assert_eq!((end.stage, end.names.fr.as_deref()), (Stage::StruckOff, Some("Tifaouine du Souss")));
    assert_eq!(end.closing.unwrap().struck_off_on, Some(day("2025-09-01")));
}

#[test]
fn a_state_is_read_as_it_was_written() {
    let state = ledger(founding()).project(packs()).unwrap();
    let text = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
}

#[test]
fn an_act_is_stored_as_it_was_made() {
    for act in founding() {
        let body = act.body("09.541".parse().ok());
        assert_eq!(Act::of_body(person(9), &body).unwrap(), act);
    }
}

#[test]
fn a_founding_that_breaks_a_rule_is_refused_with_the_place() {
    let persons: Vec<_> = (11..16).map(person).collect();
    let start = ledger(founding().into_iter().take(2).collect());
    let good = constitution(&persons);
    let wrong = |pointer: &str, value: serde_json::Value| {
        let mut data = good.clone();
        *data.pointer_mut(pointer).unwrap() = value;
        faults(&start, act(3, ActKind::Constituted, "2024-02-01", data))
    };
    for (pointer, value, expected) in [
        ("/statutes", json!(["denomination"]), ("/data/statutes", "statutes-incomplete")),
        ("/statutes/0", json!("motto"), ("/data/statutes", "statutes-incomplete")),
        ("/share_value_mad", json!(99), ("/data/share_value_mad", "share-min")),
        ("/founders/0/paid_mad", json!(249.99), ("/data/founders/0/paid_mad", "paid-at-subscription")),
        ("/founders/0/paid_mad", json!(1001), ("/data/founders/0/paid_mad", "paid")),
        ("/founders/0/shares", json!(0), ("/data/founders/0/shares", "too-small")),
        ("/founders/1/number", json!("1"), ("/data/founders/1/number", "taken")),
        ("/founders/1/person", json!(person(11).to_string()), ("/data/founders/1/person", "repeated")),
        ("/officers/0/role", json!("board-member"), ("/data/officers", "officers")),
        ("/officers/0/role", json!("manager"), ("/data/officers/0/role", "form")),
        ("/officers/0/person", json!(person(99).to_string()), ("/data/officers/0/person", "no-member")),
    ] {
        let found = wrong(pointer, value);
        let expected = (expected.0.to_owned(), expected.1.to_owned());
        assert!(found.contains(&expected), "{pointer}: {found:?}");
    }
    let four = act(3, ActKind::Constituted, "2024-02-01", constitution(&persons[..4]));
    assert_eq!(faults(&start, four), [("/data/founders".into(), "founders-min".into())]);
    let late = act(3, ActKind::Constituted, "2025-01-04", good.clone());
    assert_eq!(faults(&start, late), [("/effective_on".into(), "denomination-expired".into())]);
    assert_eq!(faults(&start, act(3, ActKind::Constituted, "2024-02-01", good)), []);
}

#[test]
fn an_act_out_of_its_stage_names_what_is_possible() {
    let start = ledger(founding().into_iter().take(2).collect());
    let early = act(3, ActKind::Registered, "2024-02-01", json!({ "court": "A", "number": "1" }));
    let fault = start.entered(early, packs()).unwrap_err().remove(0);
    assert_eq!((fault.pointer.as_str(), fault.code.as_ref()), ("/act", "transition"));
    assert!(fault.message.contains("constituted") && fault.message.contains("denomination-approved"), "{fault}");
    let old = act(1, ActKind::DenominationRequested, "2010-01-01", request());
    assert_eq!(faults(&Ledger::default(), old), [("/effective_on".into(), "no-rules".into())]);
}

#[test]
fn members_join_pay_and_leave_and_the_capital_follows() {
    let start = ledger(founding());
    let joins = json!({ "joined": [{ "number": "6", "person": person(16).to_string(), "shares": 4, "paid_mad": 100 }],
        "left": [{ "number": "5", "reason": "withdrawn" }], "noticed": ["1"] });
    let (start, state) = start.entered(act(6, ActKind::MembersChanged, "2024-05-01", joins), packs()).unwrap();
    assert_eq!((state.member_count(), state.capital.subscribed), (5, Mad::whole(4_400)));
    assert_eq!(state.capital.paid, Some(Mad::whole(2_100)));
    assert_eq!(state.members["6"].owes_since(), Some(day("2024-05-01")));
    let pays = json!({ "paid": [{ "number": "6", "amount_mad": 300 }], "subscribed": [{ "number": "2", "shares": 2, "paid_mad": 50 }] });
    let (start, state) = start.entered(act(7, ActKind::CapitalChanged, "2024-06-01", pays), packs()).unwrap();
    assert_eq!((state.members["6"].owes_since(), state.members["2"].shares), (None, Some(12)));
    let again = json!({ "paid": [{ "number": "6", "amount_mad": 1 }] });
    let again = act(8, ActKind::CapitalChanged, "2024-06-02", again);
    assert_eq!(faults(&start, again), [("/data/paid/0/amount_mad".into(), "paid".into())]);
    let out = |on: &str| {
        act(8, ActKind::MembersChanged, on, json!({ "left": [{ "number": "1", "reason": "excluded-unpaid" }] }))
    };
    assert_eq!(faults(&start, out("2024-07-31")), [("/data/left/0/reason".into(), "notice".into())]);
    assert_eq!(faults(&start, out("2024-08-01")), []);
    let gone = json!({ "left": [{ "number": "5", "reason": "died" }] });
    let gone = act(8, ActKind::MembersChanged, "2024-07-01", gone);
    assert_eq!(faults(&start, gone), [("/data/left/0/number".into(), "no-member".into())]);
}

#[test]
fn mandates_have_terms_and_a_president_follows_a_president() {
    let start = ledger(founding());
    let change = json!({ "appointed": [{ "person": person(14).to_string(), "role": "president", "years": 2 }] });
    let (_, state) = start.entered(act(6, ActKind::OfficersChanged, "2024-05-01", change), packs()).unwrap();
    let running: Vec<_> =
        state.mandates_on(day("2024-05-01")).filter(|one| one.role == Role::President).map(|one| one.person).collect();
    assert_eq!(running, [person(14)]);
    assert_eq!(state.mandates.last().unwrap().until, Some(day("2026-05-01")));
    let long = json!({ "appointed": [{ "person": person(14).to_string(), "role": "president", "years": 4 }] });
    let long = act(6, ActKind::OfficersChanged, "2024-05-01", long);
    assert_eq!(faults(&start, long), [("/data/appointed/0/years".into(), "mandate-years".into())]);
    let managers =
        json!({ "form": "managers", "appointed": [{ "person": person(14).to_string(), "role": "manager" }] });
    let (_, state) = start.entered(act(6, ActKind::OfficersChanged, "2024-05-01", managers), packs()).unwrap();
    assert_eq!((state.form, state.mandates_on(day("2024-05-01")).count()), (Some(BodyForm::Managers), 1));
}

#[test]
fn a_correction_stands_in_the_place_of_what_it_corrects() {
    let start = ledger(founding());
    let right = json!({ "court": "Taroudannt", "number": "13/2024" });
    let (start, state) = start.entered(correction(6, 5, Some(("2024-03-02", right))), packs()).unwrap();
    assert_eq!((state.number.as_deref(), state.registered_on), (Some("13/2024"), Some(day("2024-03-02"))));
    // One that was corrected is corrected by the correction of its correction alone.
    let again = json!({ "court": "Taroudannt", "number": "14/2024" });
    assert_eq!(
        faults(&start, correction(7, 5, Some(("2024-03-02", again.clone())))),
        [("/corrects".into(), "corrected".into())]
    );
    let (start, state) = start.entered(correction(7, 6, Some(("2024-03-03", again))), packs()).unwrap();
    assert_eq!(state.number.as_deref(), Some("14/2024"));
    assert_eq!(start.acts().len(), 7);
    assert_eq!(faults(&start, correction(8, 6, None)), [("/corrects".into(), "no-act".into())]);
    let wrong = correction(8, 7, Some(("2024-03-03", json!({ "colour": "red" }))));
    assert_eq!(faults(&start, wrong), [("/data/stands/data".into(), "type".into())]);
}

#[test]
fn a_correction_that_a_later_act_does_not_survive_is_refused_and_names_it() {
    let start = ledger(founding());
    let refused = correction(6, 2, Some(("2024-01-04", json!({ "answer": "refused", "reason": "taken" }))));
    let fault = start.entered(refused, packs()).unwrap_err().remove(0);
    assert_eq!((fault.pointer.as_str(), fault.code.as_ref()), ("/corrects", "later-act"));
    assert!(fault.message.contains("act 3"), "{fault}");
    let annulled = start.entered(correction(6, 4, None), packs()).unwrap_err().remove(0);
    assert!(annulled.message.contains("act 5"), "{annulled}");
    let persons: Vec<_> = (11..16).map(person).collect();
    let mut poor = constitution(&persons);
    poor["founders"][0]["paid_mad"] = json!(1);
    let poor = faults(&start, correction(6, 3, Some(("2024-02-01", poor))));
    assert_eq!(poor, [("/data/stands/data/founders/0/paid_mad".into(), "paid-at-subscription".into())]);
    // The last act may be annulled, and brought back.
    let (start, state) = start.entered(correction(6, 5, None), packs()).unwrap();
    assert_eq!(state.stage, Stage::Filed);
    let back = correction(7, 6, Some(("2024-03-01", json!({ "court": "Taroudannt", "number": "12/2024" }))));
    assert_eq!(start.entered(back, packs()).unwrap().1.stage, Stage::Registered);
}

#[test]
fn an_act_that_is_entered_late_is_put_in_its_place_by_its_day() {
    let (start, _) = ledger(founding())
        .entered(act(6, ActKind::Suspended, "2024-08-01", json!({ "reason": "no filing" })), packs())
        .unwrap();
    let late = json!({ "commune": "Tiout" });
    let (start, state) = start.entered(act(7, ActKind::Amended, "2024-05-01", late), packs()).unwrap();
    assert_eq!((state.stage, state.commune.as_deref()), (Stage::Suspended, Some("Tiout")));
    let dissolved = act(8, ActKind::Dissolved, "2024-06-01", json!({ "reason": "?" }));
    let fault = start.entered(dissolved, packs()).unwrap_err().remove(0);
    assert!(fault.code == "later-act" && fault.message.contains("act 6"), "{fault}");
}

#[test]
fn whether_it_is_active_follows_from_its_filings() {
    let pack = packs().newest().unwrap();
    let start = ledger(founding());
    let (filed, _) = start.entered(act(6, ActKind::YearlyFiling, "2025-04-01", filing(2024)), packs()).unwrap();
    for (on, unfiled, with_filing) in [
        ("2024-12-31", Activity::New, Activity::New),
        ("2025-07-31", Activity::New, Activity::New),
        ("2025-08-01", Activity::Dormant, Activity::Active),
        ("2026-07-31", Activity::Dormant, Activity::Active),
        ("2026-08-01", Activity::Dormant, Activity::Dormant),
    ] {
        let found = |ledger: &Ledger| activity(&ledger.project(packs()).unwrap(), day(on), pack);
        assert_eq!((found(&start), found(&filed)), (unfiled, with_filing), "{on}");
    }
    let state = start.project(packs()).unwrap();
    let late = Finding::FilingLate { year: 2024, until: day("2025-07-31") };
    assert_eq!(findings(&state, day("2025-08-01"), pack), [late]);
    let in_years = findings(&state, day("2027-03-02"), pack);
    assert!(in_years.iter().any(|one| matches!(one, Finding::BalanceOverdue { members } if members.len() == 5)));
    assert!(in_years.contains(&Finding::MandateOver { mandates: 3 }));
    let twice = act(7, ActKind::YearlyFiling, "2025-05-01", filing(2024));
    assert_eq!(faults(&filed, twice), [("/data/year".into(), "taken".into())]);
    let bare = Act { documents: Vec::new(), ..act(6, ActKind::YearlyFiling, "2025-04-01", filing(2024)) };
    assert_eq!(faults(&start, bare).len(), 2);
}

#[test]
fn another_pack_tells_what_it_changes_and_changes_no_act() {
    let old = packs().newest().unwrap();
    let new = crate::rule_pack::tests::with(&[("/rules/members_min/value", json!(7))]);
    let state = ledger(founding()).project(packs()).unwrap();
    let found = reevaluate(old, &new, [(person(1), &state)], day("2024-06-01"));
    assert_eq!(found.rules.len(), 1);
    assert_eq!(found.cooperatives[0].arises, [Finding::MembersMin { members: 5, members_min: 7 }]);
    assert_eq!(found.cooperatives[0].ends, []);
    assert_eq!((found.before.in_order, found.after.in_order), (1, 0));
    assert_eq!((found.before.findings.get("members-min"), found.after.findings.get("members-min")), (None, Some(&1)));
    assert_eq!(found.before.activity, found.after.activity);
    let both = [(person(1), &state), (person(2), &state)];
    let mut joined = found.clone();
    joined.join(found);
    let again = reevaluate(old, &new, both, day("2024-06-01"));
    assert_eq!((&joined.before, &joined.after), (&again.before, &again.after));
    assert_eq!(reevaluate(old, old, [(person(1), &state)], day("2024-06-01")).cooperatives, []);
}

#[test]
fn who_sits_on_the_board_and_who_presides_is_what_the_pack_says() {
    let stranger = json!({ "appointed": [{ "person": person(99).to_string(), "role": "board-member" }] });
    let appointed = act(6, ActKind::OfficersChanged, "2024-06-01", stranger);
    let second = json!({ "appointed": [{ "person": person(14).to_string(), "role": "president" }] });
    let second = act(6, ActKind::OfficersChanged, "2024-06-01", second);
    let of = |changes: &[(&str, Value)]| {
        crate::rule_pack::RulePacks::new(vec![crate::rule_pack::tests::with(changes)]).unwrap()
    };
    let enter = |packs: &crate::rule_pack::RulePacks, act: &Act| {
        let entered = ledger(founding()).entered(act.clone(), packs);
        entered.map(|(_, state)| state).map_err(|faults| faults[0].code.to_string())
    };
    assert_eq!(enter(packs(), &appointed).unwrap_err(), "no-member");
    let open = of(&[("/rules/board_of_members/value", json!(false))]);
    assert!(enter(&open, &appointed).is_ok());
    let presides = |state: &State| {
        let running = state.mandates_on(day("2024-06-02")).filter(|mandate| mandate.role == Role::President);
        running.count()
    };
    assert_eq!(presides(&enter(packs(), &second).unwrap()), 1);
    let two = of(&[("/rules/offices/value/0/max", json!(2))]);
    assert_eq!(presides(&enter(&two, &second).unwrap()), 2);
}

#[test]
fn every_rule_about_bodies_and_statutes_is_held_to_those_who_are_there() {
    let old = packs().newest().unwrap();
    let state = ledger(founding()).project(packs()).unwrap();
    for (pointer, value, name) in [
        ("/rules/board_seats/value/min", json!(4), "board-seats"),
        ("/rules/offices/value/1/max", json!(null), ""),
        ("/rules/offices/value/1/min", json!(1), ""),
        ("/rules/offices/value/0/office", json!("vice-president"), "office"),
        ("/rules/bodies/value/0/forms", json!(["managers"]), "form"),
        ("/statutes/items/3/code", json!("headquarters"), "statutes"),
    ] {
        let new = crate::rule_pack::tests::with(&[(pointer, value)]);
        let found = reevaluate(old, &new, [(person(1), &state)], day("2024-06-01"));
        assert_eq!(found.rules.len(), 1, "{pointer}");
        let arises: Vec<&str> = found.cooperatives.iter().flat_map(|one| &one.arises).map(Finding::name).collect();
        let expected: Vec<&str> = Some(name).filter(|name| !name.is_empty()).into_iter().collect();
        assert_eq!(arises, expected, "{pointer}");
    }
}
