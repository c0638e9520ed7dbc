//! A model is withdrawn: the plans that were taken from it stay, say so, and take over nothing of it.

use serde_json::{Value, json};
use tiwizi_sdk::hooks::Operation;
use tiwizi_sdk::{Find, Request, Store, native};

use crate::kinds::Model;
use crate::tests::{FADMA, HASSAN, adopted, corrected, kept, page, redirect, reviewing, told, version};

fn turned(state: &str) {
    native::as_holder(&["trainer"]);
    let mut entry = Store::<Model>::first(&Find::new().equal(Model::CODE, "saffron")).unwrap().unwrap();
    entry.body.state = serde_json::from_value(json!(state)).unwrap();
    Store::replace(&entry).unwrap();
    told(Operation::Change, &entry.id);
    native::as_member(FADMA);
}

fn places(data: &Value) -> Vec<&str> {
    data["rows"].as_array().unwrap().iter().map(|row| row["place"].as_str().unwrap()).collect()
}

/// A plan with a figure of its own, whose model was corrected and then withdrawn.
fn withdrawn() -> String {
    let path = adopted();
    redirect(&Request::post(&path, &[("parameters/flask/value", "43"), ("action", "keep")]));
    corrected(|plan| plan["discount"] = json!("9"));
    turned("withdrawn");
    path
}

#[test]
fn beside_a_model_that_is_withdrawn_a_plan_says_so_and_shows_where_they_differ() {
    let path = withdrawn();
    let (status, template, data) = page(&Request::get(&format!("{path}/review")));
    assert_eq!((status, template.as_str(), &data["published"]), (200, "review", &json!(false)));
    assert_eq!(places(&data), ["discount", "parameters/flask/value"]);
    assert_eq!((&data["rows"][0]["mine"]["number"], &data["rows"][0]["theirs"]["number"]), (&json!(8.0), &json!(9.0)));
    // What leads there says it too, and no longer promises a correction.
    let (_, _, plan) = page(&Request::get(&path));
    assert_eq!((&plan["model"]["published"], &plan["corrected"]), (&json!(false), &json!(false)));
    assert_eq!(page(&Request::get("/plans")).2["plans"][0]["corrected"], json!(false));
    native::as_member(HASSAN);
    assert_eq!(page(&Request::get(&format!("{path}/review"))).0, 404, "somebody else's plan");
}

#[test]
fn of_a_model_that_is_withdrawn_a_plan_takes_nothing_over_and_undoes_what_it_took_before() {
    let path = adopted();
    corrected(|plan| plan["discount"] = json!("9"));
    redirect(&reviewing(&format!("{path}/review"), 1, &[("action", "all")]));
    corrected(|plan| plan["discount"] = json!("10"));
    turned("withdrawn");
    let before = kept();
    for action in ["all", "none", "chosen"] {
        let form = [("action", action), ("yes", "discount")];
        let (status, _, data) = page(&reviewing(&format!("{path}/review"), 2, &form));
        assert_eq!((status, &data["published"]), (409, &json!(false)), "{action}");
    }
    assert_eq!(kept(), before);
    redirect(&Request::post(&format!("{path}/undo"), &[]));
    assert_eq!((&kept()["plan"]["discount"], &kept()["version"]), (&json!("8"), &json!(version(0))));
}

#[test]
fn a_model_that_is_put_back_is_compared_and_taken_over_as_before() {
    let path = withdrawn();
    turned("published");
    let (_, _, data) = page(&Request::get(&format!("{path}/review")));
    assert_eq!((&data["published"], &data["open"]), (&json!(true), &json!(true)));
    redirect(&reviewing(&format!("{path}/review"), 1, &[("action", "all")]));
    let plan = &kept()["plan"];
    assert_eq!((&plan["discount"], kept()["version"].clone()), (&json!("9"), json!(version(1))));
}
