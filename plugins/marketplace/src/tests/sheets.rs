//! Statements in sheets: lines that say the same are two sums of money, and what is pasted again is nothing new.

use serde_json::Value;
use tiwizi_sdk::{Request, native};

use super::{balance, buy, jobs, market, page};
use crate::payment::reference;

fn sheet(lines: &[String], of: &str, place: &str) -> Value {
    native::as_holder(&["registrar"]);
    let text = lines.join("\n");
    page(&Request::post("/money/statement", &[("statement", &text), ("of", of), ("place", place)])).2["told"].clone()
}

/// A line that pays the only order, and another that pays it again.
fn ordered() -> String {
    market();
    buy("dattes-majhoul.1kg.1", "transfer");
    let one = reference::of(native::bodies("order")[0]["number"].as_u64().unwrap()).unwrap();
    format!("27/11/2026;VIR {one};170")
}

fn kept() -> usize {
    native::bodies("bank-line").len()
}

#[test]
fn two_true_lines_on_two_sheets_of_one_statement_are_two_and_pasted_again_they_are_still_two() {
    let line = ordered();
    let first = sheet(&[line.clone()], "", "");
    assert_eq!(first["told"][0]["is"]["verdict"], "settled");
    let of = first["of"].as_str().unwrap().to_owned();
    let second = sheet(&[line.clone()], &of, "2");
    assert_eq!((&second["told"][0]["known"], kept()), (&Value::Bool(false), 1), "the second is put before a person");
    for (of, place) in [(of.as_str(), "2"), ("", ""), (of.as_str(), "2")] {
        let again = sheet(&[line.clone()], of, place);
        assert_eq!(again["told"][0]["known"], true, "{place}");
    }
    // The whole statement at once, and cut otherwise: it has two of these lines.
    let whole = sheet(&[line.clone(), line.clone()], "", "");
    assert!(whole["told"].as_array().unwrap().iter().all(|line| line["known"] == true));
    assert_eq!((kept(), balance("bank")), (1, 17_000));
    let third = sheet(&[line.clone(), line.clone(), line], "", "");
    assert_eq!((&third["told"][2]["known"], kept()), (&Value::Bool(false), 2));
}

#[test]
fn a_sheet_that_was_pasted_with_a_mistake_is_pasted_again_at_its_place() {
    let line = ordered();
    let of = sheet(&[line.clone()], "", "")["of"].as_str().unwrap().to_owned();
    sheet(&["27/11/2026;VIR AICHA;20".to_owned()], &of, "2");
    sheet(&[line.clone(), "27/11/2026;VIR AICHA;20".to_owned()], &of, "2");
    assert_eq!((kept(), native::bodies("sheet").len()), (2, 2));
    let next = sheet(&["27/11/2026;VIR AICHA;20".to_owned()], &of, "3");
    assert_eq!((&next["told"][0]["known"], kept()), (&Value::Bool(false), 3), "a second of the same on a third sheet");
}

#[test]
fn a_long_sheet_is_read_on_by_jobs_and_counts_once_however_often_it_is_pasted() {
    market();
    let lines: Vec<String> =
        (0..40).map(|number| format!("27/11/2026;VIR NUMERO {};{}", number % 20, 10 + number % 20)).collect();
    let told = sheet(&lines, "", "");
    assert_eq!((told["told"].as_array().unwrap().len(), &told["rest"]), (6, &Value::from(34)));
    sheet(&lines, "", "");
    jobs();
    assert_eq!(kept(), 40, "each of the twenty lines stands there twice");
    sheet(&lines, "", "");
    jobs();
    assert_eq!(kept(), 40);
}

#[test]
fn a_sheet_with_too_many_lines_or_of_a_statement_that_is_none_is_refused_or_a_first_one() {
    let line = ordered();
    let many: Vec<String> = (0..201).map(|number| format!("27/11/2026;VIR {number};1")).collect();
    assert_eq!(sheet(&many, "", "")["wrong"], "too-many");
    assert_eq!(sheet(&["no cells".to_owned()], "", "")["line"], 1);
    assert_eq!(kept(), 0);
    for (of, place) in [("' or 1", "2"), ("0123", "2"), ("", "7"), ("0123456789abcdef0123456789abcdef", "x")] {
        sheet(&[line.clone()], of, place);
    }
    assert_eq!((native::bodies("sheet").len(), balance("bank"), kept()), (1, 17_000, 0));
}
