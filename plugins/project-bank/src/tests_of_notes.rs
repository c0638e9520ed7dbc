//! Noting what truly happened, through the pages.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, Store, native};

use crate::notes::{NOTES_MAX, Note};
use crate::tests::{FADMA, HASSAN, MANIFEST, adopted, call, page, redirect};

fn form<'a>(month: &'a str, seen: &'a str, amounts: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [("month", month), ("seen", seen)].iter().chain(amounts).copied().collect()
}

fn note(path: &str, month: &str, seen: &str, amounts: &[(&str, &str)]) -> Request {
    Request::post(&format!("{path}/actual"), &form(month, seen, amounts))
}

fn notes() -> Vec<Value> {
    native::bodies("note")
}

fn shown(path: &str) -> Value {
    let (status, template, data) = page(&Request::get(&format!("{path}/actual")));
    assert_eq!((status, template.as_str()), (200, "actual"));
    data
}

#[test]
fn what_happened_stands_beside_the_plan_with_the_difference_and_what_follows() {
    let path = adopted();
    let before = shown(&path);
    assert_eq!((&before["forecast"], &before["rows"], &before["month"]), (&Value::Null, &json!([]), &json!(1)));
    redirect(&note(&path, "1", "0", &[("sales", "1 234,50"), ("costs", "٩٠٠"), ("cash", "-250")]));
    let data = shown(&path);
    let row = &data["rows"][0];
    assert_eq!((&row["month"], &data["month"]), (&json!(1), &json!(2)));
    for (place, actual) in [(0, 1234.5), (1, 900.0), (2, -250.0)] {
        let cell = &row["groups"][place];
        assert_eq!(cell["actual"], json!(actual));
        let difference = cell["difference"].as_f64().unwrap();
        assert!((difference - (actual - cell["planned"].as_f64().unwrap())).abs() < 1e-9);
    }
    // The cash that was counted is what the rest of the plan goes on from.
    let off = row["groups"][2]["difference"].as_f64().unwrap();
    let forecast = &data["forecast"];
    assert!((forecast["amount"].as_f64().unwrap() - forecast["planned"].as_f64().unwrap() - off).abs() < 1e-6);
    assert_eq!((&forecast["month"], &forecast["lowest"]["below"]), (&json!(1), &json!(true)));
    let cash = data["charts"]["cash"].as_array().unwrap();
    assert_eq!((cash.len(), &cash[0]["amounts"][1], &cash[1]["amounts"][1]), (60, &json!(-250.0), &Value::Null));
    assert_eq!(cash[59]["amounts"][2], forecast["amount"]);
    assert_eq!(data["charts"]["sales"][0]["amounts"][1], json!(1234.5));
}

#[test]
fn a_correction_is_a_further_note_and_the_first_one_stays() {
    let path = adopted();
    redirect(&note(&path, "2", "0", &[("sales", "1000"), ("text", "fête")]));
    native::advance(1000);
    redirect(&note(&path, "2", "1", &[("sales", "1100"), ("text", "une facture oubliée")]));
    let amounts: Vec<(Value, Value)> =
        notes().iter().map(|note| (note["number"].clone(), note["amount"].clone())).collect();
    assert_eq!(amounts, [(json!(1), json!("1000")), (json!(2), json!("1100"))]);
    let (_, _, data) = page(&Request::get(&format!("{path}/actual")).with_query("month", "2"));
    assert_eq!(data["rows"][0]["groups"][0]["actual"], json!(1100.0));
    let history = data["history"].as_array().unwrap();
    assert_eq!((&history[0]["corrected"], &history[1]["corrected"]), (&json!(true), &json!(false)));
    assert_eq!((&history[1]["text"], &data["fields"][0]["value"]), (&json!("une facture oubliée"), &json!("1100")));
}

#[test]
fn a_note_is_never_changed_and_not_deleted_by_hand() {
    let manifest: Value = serde_json::from_str(MANIFEST).unwrap();
    let kind = manifest["kinds"].as_array().unwrap().iter().find(|kind| kind["name"] == "note").unwrap();
    assert_eq!((&kind["access"]["change"], &kind["access"]["read"]), (&json!([]), &json!(["own", "plugin"])));
    assert_eq!(kind["access"]["delete"], json!(["plugin:own"]));
    let path = adopted();
    redirect(&note(&path, "1", "0", &[("sales", "1")]));
    let mut entry = Store::<Note>::list(&tiwizi_sdk::Find::new()).unwrap().items.remove(0);
    entry.body.amount = "2".parse().unwrap();
    assert!(Store::replace(&entry).unwrap_err().is("denied"));
}

#[test]
fn the_same_form_sent_twice_is_one_note() {
    let path = adopted();
    let sent = note(&path, "1", "0", &[("sales", "1000"), ("cash", "500"), ("text", "compté à deux")]);
    for _ in 0..3 {
        assert!(redirect(&sent).ends_with("/actual?month=1"));
    }
    assert_eq!(notes().len(), 2);
}

#[test]
fn two_people_who_note_one_month_do_not_write_over_each_other() {
    let path = adopted();
    redirect(&note(&path, "1", "0", &[("sales", "1000")]));
    let (status, _, data) = page(&note(&path, "1", "0", &[("sales", "900")]));
    assert_eq!((status, &data["whole_fault"]), (422, &json!("noted-meanwhile")));
    assert_eq!((&data["fields"][0]["value"], &data["seen"]), (&json!("1000"), &json!("1")));
    assert_eq!(notes().len(), 1);
    redirect(&note(&path, "1", "1", &[("sales", "900")]));
    assert_eq!(notes().len(), 2);
}

#[test]
fn what_makes_no_sense_is_told_at_its_field_and_nothing_is_noted() {
    let path = adopted();
    let long = "x".repeat(301);
    for (amounts, field, code) in [
        (vec![("sales", "-1")], "sales", "negative"),
        (vec![("costs", "−٥")], "costs", "negative"),
        (vec![("cash", "1,250")], "cash", "ambiguous"),
        (vec![("cash", "beaucoup")], "cash", "number"),
        (vec![("cash", "-2000000000")], "cash", "too-large"),
        (vec![("sales", "1"), ("costs", "x")], "costs", "number"),
    ] {
        let (status, _, data) = page(&note(&path, "1", "0", &amounts));
        let there = data["fields"].as_array().unwrap().iter().find(|there| there["name"] == field).unwrap().clone();
        assert_eq!((status, &there["error"]), (422, &json!(code)), "{amounts:?}");
    }
    let (status, _, data) = page(&note(&path, "1", "0", &[("sales", "1"), ("text", &long)]));
    assert_eq!((status, &data["text_fault"]), (422, &json!("too-long")));
    for (month, amounts, code) in [
        ("1", vec![], "nothing-noted"),
        ("61", vec![("sales", "1")], "month"),
        ("-1", vec![("sales", "1")], "month"),
        ("x", vec![("sales", "1")], "month"),
    ] {
        let (status, _, data) = page(&note(&path, month, "0", &amounts));
        assert_eq!((status, &data["whole_fault"]), (422, &json!(code)), "{month}");
    }
    assert_eq!(notes(), Vec::<Value>::new());
}

#[test]
fn a_plan_has_a_bounded_number_of_notes() {
    let path = adopted();
    for number in 0..NOTES_MAX {
        let (seen, amount) = (number.to_string(), (number % 2 + 1).to_string());
        redirect(&note(&path, "1", &seen, &[("sales", &amount)]));
    }
    let (status, _, data) = page(&note(&path, "1", &NOTES_MAX.to_string(), &[("sales", "7")]));
    assert_eq!((status, &data["whole_fault"]), (422, &json!("too-many-notes")));
    assert_eq!(notes().len(), NOTES_MAX);
}

#[test]
fn notes_are_of_one_s_own_plan_and_nobody_else_s() {
    let path = adopted();
    redirect(&note(&path, "1", "0", &[("sales", "1000")]));
    let other = redirect(&Request::post("/models/saffron/adopt", &[]));
    assert_eq!(shown(&other)["rows"], json!([]));
    native::as_member(HASSAN);
    let refused = call(&note(&path, "1", "1", &[("sales", "1")]));
    assert!(matches!(refused, Answer::Problem(error) if error.status == 404));
    assert_eq!(page(&Request::get(&format!("{path}/actual"))).0, 404);
    native::as_public();
    assert!(matches!(call(&Request::get(&format!("{path}/actual"))), Answer::Problem(error) if error.status == 401));
    native::as_member(FADMA);
    assert_eq!(shown(&path)["rows"][0]["groups"][0]["actual"], json!(1000.0));
}

#[test]
fn months_after_a_shorter_plan_s_end_are_left_out_and_not_lost() {
    let path = adopted();
    redirect(&note(&path, "60", "0", &[("cash", "5")]));
    let months = format!("{path}/actual");
    redirect(&Request::post(&path, &[("years", "3"), ("action", "keep"), ("loans/bank/months", "36")]));
    let (_, _, data) = page(&Request::get(&months));
    assert_eq!((&data["rows"], &data["forecast"]), (&json!([]), &Value::Null));
    redirect(&Request::post(&path, &[("years", "5"), ("action", "keep")]));
    assert_eq!(shown(&path)["rows"][0]["month"], json!(60));
}
