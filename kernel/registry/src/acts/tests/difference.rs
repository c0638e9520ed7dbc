//! What an act changed, told from the two states around it.

use super::*;

/// The states before and after the last of these acts.
fn around(acts: Vec<Act>) -> (State, State) {
    let before = Ledger::of(acts[..acts.len() - 1].to_vec()).unwrap().project(packs()).unwrap();
    (before, ledger(acts).project(packs()).unwrap())
}

/// The fields that differ, with the topic in a word.
fn told(acts: Vec<Act>) -> Vec<(String, &'static str)> {
    let (before, after) = around(acts);
    let topic = |topic: &Topic| match topic {
        Topic::Cooperative => "it".to_owned(),
        Topic::Member { number, .. } => format!("member {number}"),
        Topic::Mandate { role, .. } => role.name().to_owned(),
        Topic::Filing { year } => year.to_string(),
    };
    differences(&before, &after).iter().map(|one| (topic(&one.topic), one.field)).collect()
}

fn then(more: Vec<Act>) -> Vec<Act> {
    [founding(), more].concat()
}

#[test]
fn an_amendment_differs_in_what_it_names() {
    let acts = then(vec![act(6, ActKind::Amended, "2024-04-01", json!({ "commune": "Tiout", "name_fr": "Autre" }))]);
    let (before, after) = around(acts.clone());
    assert_eq!(told(acts), [("it".to_owned(), "name-fr"), ("it".to_owned(), "commune")]);
    let found = differences(&before, &after);
    assert_eq!(found[0].before, Some(Content::Text("Tifaouine".to_owned())));
    assert_eq!((&found[1].before, &found[1].after), (&None, &Some(Content::Text("Tiout".to_owned()))));
    assert!(differences(&after, &after).is_empty());
}

#[test]
fn members_and_mandates_are_told_one_by_one() {
    let joins =
        json!({ "joined": [{ "number": "6", "person": person(20).to_string(), "shares": 2, "paid_mad": 200 }] });
    let found = told(then(vec![act(6, ActKind::MembersChanged, "2024-04-01", joins)]));
    let of = |field: &'static str| (field, found.iter().any(|(topic, name)| topic == "member 6" && *name == field));
    assert_eq!(["joined-on", "shares", "paid"].map(of), [("joined-on", true), ("shares", true), ("paid", true)]);
    assert!(found.contains(&("it".to_owned(), "members")) && found.contains(&("it".to_owned(), "capital")));
    let treasurer = json!({ "appointed": [{ "person": person(14).to_string(), "role": "treasurer" }] });
    let found = told(then(vec![act(6, ActKind::OfficersChanged, "2024-04-01", treasurer)]));
    let of = |field: &'static str| found.iter().filter(|(topic, name)| topic == "treasurer" && *name == field).count();
    // One ends, another begins with its term.
    assert_eq!(["from", "until", "ended-on"].map(of), [1, 1, 1]);
}

#[test]
fn a_correction_that_annuls_takes_back_what_the_act_changed() {
    let joins =
        json!({ "joined": [{ "number": "6", "person": person(20).to_string(), "shares": 2, "paid_mad": 200 }] });
    let joined = act(6, ActKind::MembersChanged, "2024-04-01", joins);
    let forth = told(then(vec![joined.clone()]));
    let back = told(then(vec![joined, correction(7, 6, None)]));
    assert_eq!(forth, back);
}

#[test]
fn a_filing_is_told_by_its_year() {
    let found = told(then(vec![act(6, ActKind::YearlyFiling, "2025-04-01", filing(2024))]));
    assert!(found.iter().all(|(topic, _)| topic == "2024"), "{found:?}");
    assert!(found.contains(&("2024".to_owned(), "turnover")));
}

#[test]
fn what_a_member_is_and_who_acts_for_it_is_told() {
    let joins = json!({ "joined": [{ "number": "6", "person": person(30).to_string(), "holder": "legal-person",
        "represented_by": person(31).to_string(), "shares": 2, "paid_mad": 200 }] });
    let joined = act(6, ActKind::MembersChanged, "2024-04-01", joins);
    let (before, after) = around(then(vec![joined.clone()]));
    let found = differences(&before, &after);
    let of = |field: &str| found.iter().find(|one| one.field == field).and_then(|one| one.after.clone());
    assert_eq!(of("holder"), Some(Content::Holder(crate::holder::Holder::LegalPerson)));
    assert_eq!(of("represented-by"), Some(Content::Person(person(31))));
    let another = json!({ "represented": [{ "number": "6", "by": person(32).to_string() }] });
    let found = told(then(vec![joined, act(7, ActKind::MembersChanged, "2024-05-01", another)]));
    assert_eq!(found, [("member 6".to_owned(), "represented-by")]);
}
