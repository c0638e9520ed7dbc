//! The opening balance of a cooperative with more members than fit into one act.

use tiwizi_model::limits::{ACT_MEMBERS_MAX, OPENING_PART_BYTES_MAX, RECORD_BYTES_MAX};

use super::door::{codes, create, imported, new, people, registrar};
use super::*;
use crate::acts::opening::parts;
use crate::testing::Register;

/// An opening balance with as many members as acts keep, and everything that is noted of each.
fn opening() -> Opening {
    let members = (0..u128::try_from(ACT_MEMBERS_MAX).unwrap()).map(|number| {
        json!({ "number": format!("{number:0>40}"), "person": person(1_000 + number).to_string(), "holder": "legal-person",
            "represented_by": person(9_000 + number).to_string(), "joined_on": "2010-05-06", "shares": 1_000_000,
            "share_value_mad": if number == 3_999 { 200 } else { 100 }, "paid_mad": 12_345_678.25,
            "role": if number < 3 { "vice-president" } else { "board-member" } })
    });
    let said = json!({ "stage": "registered", "court": "Taroudannt", "number": "3/2010", "sector": "crafts", "province": "09.541",
        "capital_mad": 5000, "members": members.collect::<Vec<Value>>() });
    serde_json::from_value(said).unwrap()
}

fn acts_of(parts: Vec<Opening>) -> Vec<Act> {
    let act_of = |(at, part): (usize, Opening)| {
        let empty =
            json!({ "stage": "registered", "court": "A", "number": "1", "sector": "crafts", "province": "09.541" });
        let data = ActData::TakenOver(Box::new(part));
        Act { data, ..act(u32::try_from(at).unwrap() + 1, ActKind::TakenOver, "2025-01-01", empty) }
    };
    parts.into_iter().enumerate().map(act_of).collect()
}

#[test]
fn an_opening_balance_that_is_too_long_is_several_acts_that_say_the_same() {
    let whole = acts_of(vec![opening()]);
    assert!(whole[0].body(None).to_string().len() > RECORD_BYTES_MAX);
    let several = acts_of(parts(opening(), OPENING_PART_BYTES_MAX));
    assert!(several.len() > 1);
    for act in &several {
        assert!(act.body(None).to_string().len() < RECORD_BYTES_MAX);
        assert_eq!(Act::of_body(person(1), &act.body(None)).unwrap(), *act);
    }
    let project = |acts: Vec<Act>| Ledger::of(acts).unwrap().project(packs()).unwrap();
    let (whole, state) = (project(whole), project(several));
    assert_eq!(state.members.len(), ACT_MEMBERS_MAX);
    assert_eq!(state, whole);
}

#[test]
fn what_fits_is_one_act_and_nothing_goes_on_with_what_is_not_there() {
    let mut small = opening();
    small.members.truncate(5);
    assert_eq!(parts(small.clone(), OPENING_PART_BYTES_MAX), [small.clone()]);
    let mut several = acts_of(parts(small, 600));
    assert!(several.len() > 1, "{}", several.len());
    several.remove(0);
    several.iter_mut().zip(1..).for_each(|(act, sequence)| act.sequence = sequence);
    let illegal = Ledger::of(several).unwrap().project(packs()).unwrap_err();
    assert_eq!(illegal.faults[0].code, "transition");
}

#[test]
fn an_opening_balance_is_all_its_parts_and_nothing_that_came_after() {
    let mut small = opening();
    small.members.truncate(5);
    let mut acts = acts_of(parts(small, 600));
    let (count, last) = (acts.len(), acts.last().unwrap().sequence);
    assert!(count > 1);
    acts.push(act(last + 1, ActKind::Amended, "2025-02-01", json!({ "commune": "Tiout" })));
    let opened = Ledger::of(acts).unwrap().opening().unwrap();
    assert_eq!((opened.acts().len(), opened.project(packs()).unwrap().members.len()), (count, 5));
    assert_eq!(Ledger::of(founding()).unwrap().opening(), None);
}

#[tokio::test]
async fn what_the_register_does_not_know_of_a_members_shares_stays_unknown() {
    let register = Register::new().await;
    let cooperative = create(&register, &register.names.cooperative, imported()).await;
    let people = people(&register, 3).await;
    for (at, person) in people.iter().enumerate() {
        let mut body = json!({ "cooperative": cooperative.to_string(), "number": format!("M{at}"), "person": person.to_string(),
            "role": if at == 0 { "manager" } else { "member" }, "province": "09.541", "sector": "crafts" });
        if at == 2 {
            body["shares"] = json!(4);
            body["share_value_mad"] = json!(100);
            body["paid_mad"] = json!(150);
        }
        create(&register, &register.names.membership, body).await;
    }
    let left = |number: &str| json!({ "left": [{ "number": number, "reason": "withdrawn" }] });
    for number in ["M1", "M2"] {
        let act = new(ActKind::MembersChanged, "2025-02-01", left(number));
        register.acts().enter(&registrar(), cooperative, act).await.unwrap();
    }
    let members = register.all(&register.names.membership).await;
    let of = |number: &str| members.iter().find(|body| body["number"] == number).unwrap();
    assert_eq!((of("M1").get("shares"), of("M1")["left_on"].as_str()), (None, Some("2025-02-01")));
    assert_eq!((&of("M2")["shares"], &of("M2")["paid_mad"]), (&json!(4), &json!(150)));
    let back = json!({ "withdrawn": [{ "number": "M0", "shares": 1 }] });
    let refused =
        register.acts().enter(&registrar(), cooperative, new(ActKind::CapitalChanged, "2025-03-01", back)).await;
    let codes = codes(refused.unwrap_err());
    assert!(codes.contains(&("/data/withdrawn/0/number".into(), "shares-unknown".into())), "{codes:?}");
}

#[test]
fn what_the_register_held_is_taken_over_though_nobody_could_join_so() {
    let member = |number: &str| json!({ "number": number, "person": person(11).to_string(), "shares": 1 });
    let said = json!({ "stage": "registered", "court": "Taroudannt", "number": "3/2010", "sector": "crafts", "province": "09.541",
        "entity": "union", "members": [member("1"), member("2")] });
    let opened = ledger(vec![act(1, ActKind::TakenOver, "2025-01-01", said)]);
    let state = opened.project(packs()).unwrap();
    // A union of natural persons is told, and not refused: an act may mend it.
    let on = day("2025-01-02");
    let found = findings(&state, on, packs().at(on).unwrap());
    let numbers = vec!["1".to_owned(), "2".to_owned()];
    assert!(found.contains(&Finding::UnionHolders { members: numbers }), "{found:?}");
    let left = json!({ "left": [{ "number": "2", "reason": "withdrawn" }] });
    let (opened, state) = opened.entered(act(2, ActKind::MembersChanged, "2025-02-01", left), packs()).unwrap();
    assert_eq!(state.member_count(), 1);
    let joined =
        json!({ "joined": [{ "number": "3", "person": person(11).to_string(), "shares": 1, "paid_mad": 100 }] });
    let codes: Vec<String> = faults(&opened, act(3, ActKind::MembersChanged, "2025-03-01", joined))
        .into_iter()
        .map(|(_, code)| code)
        .collect();
    assert!(codes.contains(&"repeated".to_owned()) && codes.contains(&"union-member".to_owned()), "{codes:?}");
}

#[test]
fn an_act_before_the_opening_balance_is_told_what_is_to_be_corrected() {
    let said = json!({ "stage": "registered", "court": "Taroudannt", "number": "3/2010", "sector": "crafts", "province": "09.541" });
    let opened = ledger(vec![act(1, ActKind::TakenOver, "2025-01-01", said.clone())]);
    let amended = |sequence: u32| act(sequence, ActKind::Amended, "2024-06-01", json!({ "commune": "Tiout" }));
    assert_eq!(faults(&opened, amended(2)), [("/effective_on".into(), "before-opening".into())]);
    let (opened, _) = opened.entered(correction(2, 1, Some(("2024-01-01", said))), packs()).unwrap();
    let (_, state) = opened.entered(amended(3), packs()).unwrap();
    assert_eq!(state.commune.as_deref(), Some("Tiout"));
    // What no stage allows is told as ever.
    let twice = act(3, ActKind::Registered, "2024-06-01", json!({ "court": "A", "number": "1" }));
    assert_eq!(faults(&opened, twice), [("/act".into(), "transition".into())]);
}

#[test]
fn whoever_is_appointed_first_says_how_a_cooperative_is_managed() {
    let said = json!({ "stage": "registered", "court": "Taroudannt", "number": "3/2010", "sector": "crafts", "province": "09.541" });
    let opened = ledger(vec![act(1, ActKind::TakenOver, "2025-01-01", said)]);
    let appoints = |role: &str| {
        let data = json!({ "appointed": [{ "person": person(11).to_string(), "role": role }] });
        act(2, ActKind::OfficersChanged, "2025-02-01", data)
    };
    let (_, state) = opened.entered(appoints("manager"), packs()).unwrap();
    assert_eq!(state.form, Some(crate::rule_pack::BodyForm::Managers));
    // A board of one is none.
    assert_eq!(faults(&opened, appoints("president")), [("/data/appointed".into(), "board-seats".into())]);
}
