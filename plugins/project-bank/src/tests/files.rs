//! The list of files of a jury, with as many applications as a call can have.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, Store, native};

use super::calls::{CALL, account, closed, marks};
use super::{HASSAN, call, page, redirect};
use crate::called::{Candidacy, ScoreSheet};
use crate::calls::{APPLICATIONS_MAX, JURORS_MAX};

/// As many applications as there may be, each with a sheet of every member of the jury.
fn full() {
    closed();
    let call = native::bodies("candidacy").first().unwrap()["call"].as_str().unwrap().to_owned();
    let candidacy = native::bodies("candidacy").first().unwrap().clone();
    for number in 0..APPLICATIONS_MAX - 2 {
        let person = format!("00000000-0000-7000-8000-1{number:011}");
        native::as_member(&person);
        let mut body = candidacy.clone();
        for (field, value) in [("person", json!(person)), ("people", json!([person])), ("number", json!(number + 1))] {
            body[field] = value;
        }
        body["account"] = json!(person);
        body["plan"] = json!(format!("plan-{number}"));
        Store::create(&serde_json::from_value::<Candidacy>(body).unwrap()).unwrap();
    }
    native::as_public();
    for candidacy in native::ids("candidacy") {
        for juror in 0..JURORS_MAX {
            let sheet = json!({
                "call": call, "candidacy": candidacy, "juror": format!("other-{juror}"), "state": "done", "marks": { "market": 10 },
                "reasons": { "market": "Le marché est là." }, "conflict": "", "submission": 1,
            });
            Store::create(&serde_json::from_value::<ScoreSheet>(sheet).unwrap()).unwrap();
        }
    }
    account("hassan", Some(HASSAN));
}

fn numbers(data: &Value) -> Vec<u64> {
    data["files"].as_array().unwrap().iter().map(|file| file["number"].as_u64().unwrap()).collect()
}

#[test]
fn the_files_of_a_jury_come_page_by_page_and_none_twice() {
    full();
    let (mut seen, mut from) = (Vec::new(), Value::Null);
    for number in 0..APPLICATIONS_MAX.div_ceil(20) {
        let request = Request::get(&format!("{CALL}/files"));
        let request = if from.is_null() { request } else { request.with_query("from", &from.to_string()) };
        let (_, _, data) = page(&request);
        let used = native::used();
        assert!(data["files"].as_array().unwrap().iter().all(|file| file["done"] == JURORS_MAX), "page {number}");
        // The call, the member, the applications, what binds the member, and the sheets of each application.
        assert!(used.of("store") <= 5 + 20, "{used:?}");
        seen.extend(numbers(&data));
        from = data["next"].clone();
    }
    assert_eq!(from, Value::Null);
    assert_eq!(seen.len(), APPLICATIONS_MAX);
    assert!(seen.is_sorted_by(|one, other| one < other), "{seen:?}");
}

#[test]
fn who_has_marked_a_file_goes_on_where_it_stands() {
    full();
    let path = redirect(&Request::post(&format!("{CALL}/files/77"), &marks("16", "8", "done")));
    assert_eq!(path, format!("{CALL}/files?from=77"));
    let (_, _, data) = page(&Request::get(&format!("{CALL}/files")).with_query("from", "77"));
    assert_eq!(
        (&data["files"][0]["state"], &data["from"], numbers(&data)[..2].to_vec()),
        (&json!("done"), &json!(77), vec![77, 78])
    );
    let (_, _, data) = page(&Request::get(&format!("{CALL}/files")).with_query("from", "-1; x"));
    assert_eq!((numbers(&data)[0], &data["from"]), (1, &Value::Null), "what is no number is the beginning");
    let last = page(&Request::get(&format!("{CALL}/files")).with_query("from", "4294967295")).2;
    assert_eq!((numbers(&last), &last["next"]), (vec![], &Value::Null));
    assert!(matches!(
        call(&Request::get(&format!("{CALL}/files/4294967296"))),
        Answer::Page { status: 404, .. } | Answer::Problem(_)
    ));
}
