//! The packs that come with the program, and packs that are not right.

use serde_json::{Value, json};

use super::*;
use crate::day::Day;
use crate::money::Mad;

const TEXT: &str = include_str!("../../../../manifests/rules/ma-112-12.json");

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn value() -> Value {
    serde_json::from_str(TEXT).unwrap()
}

/// The pack with another value at a place.
pub(crate) fn with(changes: &[(&str, Value)]) -> RulePack {
    let mut pack = value();
    for (pointer, new) in changes {
        *pack.pointer_mut(pointer).unwrap() = new.clone();
    }
    serde_json::from_value(pack).unwrap()
}

fn fault(changes: &[(&str, Value)]) -> String {
    match RulePacks::new(vec![with(changes)]) {
        Err(PackError::Wrong { fault, .. }) => fault.pointer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_pack_of_law_112_12_is_right_and_every_guess_in_it_says_so() {
    let pack = built_in().unwrap().newest().unwrap();
    assert_eq!((pack.id.as_str(), pack.statutes.items.len()), ("ma-112-12", 26));
    assert_eq!((pack.rules.capital_min_mad.value, pack.rules.share_min_mad.value), (Mad::whole(1000), Mad::whole(100)));
    for (pointer, source) in check::sources(pack) {
        assert_eq!(source.to_verify, source.note.is_some(), "{pointer}");
    }
    assert!(pack.rules.members_min.source.to_verify && !pack.rules.capital_min_mad.source.to_verify);
    let youth = youth().unwrap();
    assert_eq!((youth.age_max, youth.reference_year), (35, None), "no year stands for good");
}

#[test]
fn a_pack_may_name_a_year_of_ages_and_says_it_again() {
    for text in [json!({"age_max": 35}), json!({"age_max": 35, "reference_year": 2025})] {
        let pack = with(&[("/rules/youth/value", text.clone())]);
        assert_eq!(serde_json::to_value(pack.rules.youth.value).unwrap(), text);
        assert!(RulePacks::new(vec![pack]).is_ok());
    }
}

#[test]
fn an_unknown_member_is_refused() {
    for pointer in ["", "/rules", "/rules/members_min", "/rules/youth/value", "/transitions/list/0", "/texts/0"] {
        let mut pack = value();
        pack.pointer_mut(pointer).unwrap()["colour"] = json!("red");
        let text = pack.to_string();
        assert!(matches!(RulePacks::read([("x.json", text.as_str())]), Err(PackError::Read { .. })), "{pointer}");
    }
}

#[test]
fn a_pack_that_lacks_a_rule_is_refused_by_its_name() {
    for rule in ["board_of_members", "offices", "youth", "members_min"] {
        let mut pack = value();
        pack["rules"].as_object_mut().unwrap().remove(rule).unwrap();
        let text = pack.to_string();
        let Err(PackError::Read { source, .. }) = RulePacks::read([("x.json", text.as_str())]) else {
            panic!("{rule}")
        };
        assert!(source.to_string().contains(&format!("missing field `{rule}`")), "{source}");
    }
}

#[test]
fn a_pack_that_contradicts_itself_is_refused_with_the_place() {
    for (pointer, value, expected) in [
        ("/from", json!("2014-02-30"), ""),
        ("/rules/members_min/source/text", json!("nowhere"), "/rules/members_min"),
        ("/rules/members_min/source/note", json!(""), "/rules/members_min"),
        ("/rules/members_min/value", json!(0), "/rules/members_min"),
        ("/rules/paid_at_subscription/value/numerator", json!(5), "/rules/paid_at_subscription"),
        ("/rules/filing_months/value", json!(1), "/rules/filing_months"),
        ("/rules/bodies/value/0/members_from", json!(9), "/rules/bodies/value"),
        ("/rules/bodies/value/1/members_from", json!(1), "/rules/bodies/value"),
        ("/rules/offices/value/0/max", json!(0), "/rules/offices/value"),
        ("/rules/offices/value/0/min", json!(0), "/rules/offices/value"),
        ("/rules/offices/value/1/office", json!("president"), "/rules/offices/value"),
        ("/rules/youth/value", json!({"age_max": 35, "reference_year": 3}), "/rules/youth"),
        ("/statutes/items/1/code", json!("denomination"), "/statutes/items"),
        ("/sectors/version", json!(99), "/sectors/version"),
        ("/transitions/list/0/act", json!("abolished"), "/transitions/list/0"),
        ("/transitions/list/1/when", json!(null), "/transitions/list/1"),
        ("/transitions/list/3/act", json!("filed"), "/transitions/list/4"),
    ] {
        if expected.is_empty() {
            let mut pack = super::tests::value();
            *pack.pointer_mut(pointer).unwrap() = value;
            assert!(serde_json::from_value::<RulePack>(pack).is_err());
        } else if pointer == "/transitions/list/3/act" {
            let from = json!(["constituted"]);
            assert_eq!(fault(&[(pointer, value), ("/transitions/list/3/from", from)]), expected);
        } else {
            assert_eq!(fault(&[(pointer, value)]), expected, "{pointer}");
        }
    }
}

#[test]
fn the_pack_is_chosen_by_the_day() {
    let (old, new) = (with(&[]), with(&[("/id", json!("framework")), ("/from", json!("2027-01-01"))]));
    let packs = RulePacks::new(vec![new.clone(), old.clone()]).unwrap();
    assert_eq!(packs.at(day("2014-12-17")), None);
    for (text, id) in [("2014-12-18", "ma-112-12"), ("2026-12-31", "ma-112-12"), ("2027-01-01", "framework")] {
        assert_eq!(packs.at(day(text)).unwrap().id, id, "{text}");
    }
    assert!(matches!(RulePacks::new(vec![old.clone(), old.clone()]), Err(PackError::Clash { .. })));
    let again = RulePack { from: day("2030-01-01"), ..old.clone() };
    assert!(matches!(RulePacks::new(vec![old.clone(), new.clone(), again]), Err(PackError::Clash { .. })));
    let ended = RulePack { until: Some(day("2027-01-01")), ..old.clone() };
    assert!(matches!(RulePacks::new(vec![ended, new]), Err(PackError::Clash { .. })));
    let ended = RulePacks::new(vec![RulePack { until: Some(day("2020-01-01")), ..old }]).unwrap();
    assert_eq!(ended.at(day("2020-01-02")), None);
    assert!(matches!(RulePacks::new(Vec::new()), Err(PackError::None)));
}

#[test]
fn who_counts_as_young_changes_on_the_first_day_of_a_pack_and_not_before() {
    let changes =
        [("/id", json!("framework")), ("/from", json!("2027-01-01")), ("/rules/youth/value/age_max", json!(40))];
    let packs = RulePacks::new(vec![with(&[]), with(&changes)]).unwrap();
    for (text, age_max) in [("2026-12-31", 35), ("2027-01-01", 40), ("2000-01-01", 40)] {
        assert_eq!(packs.youth_on(day(text)).unwrap().age_max, age_max, "{text}");
    }
    assert_eq!(youth_on(day("2026-01-01")).unwrap().age_max, 35);
}

#[test]
fn what_differs_between_two_packs_is_listed() {
    let (old, new) = (with(&[]), with(&[("/rules/members_min/value", json!(7)), ("/sectors/source/note", json!("?"))]));
    assert_eq!(
        changes(&old, &new),
        [RuleChange { rule: "/rules/members_min".into(), before: json!(5), after: json!(7) }]
    );
    assert_eq!(changes(&old, &old), []);
}

#[test]
fn forms_and_deadlines_follow_the_rules() {
    let pack = with(&[]);
    assert_eq!(pack.forms(49), [BodyForm::Managers, BodyForm::Board]);
    assert_eq!(pack.forms(50), [BodyForm::Board]);
    assert_eq!(pack.filing_deadline(2025), day("2026-07-31"));
    let quarter = pack.rules.paid_at_subscription.value;
    assert!(quarter.is_reached(Mad::whole(250), Mad::whole(1000)));
    assert!(!quarter.is_reached("249.99".parse().unwrap(), Mad::whole(1000)));
}
