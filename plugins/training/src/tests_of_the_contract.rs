//! What other plugins are told of what a person has learnt.

use serde_json::{Value, json};
use tiwizi_sdk::{Request, native};

use crate::Training;
use crate::tests::{LEARNER, installed, redirect};

fn modules(asked: &Value) -> Vec<Value> {
    let told = native::invoke::<Training>("project-bank", "progress", "modules", &json!({ "modules": asked })).unwrap();
    told["modules"].as_array().unwrap().clone()
}

#[test]
fn a_project_bank_is_told_which_modules_are_done_and_where_the_others_go_on() {
    installed();
    let asked = json!(["founding/m1", "founding/m2", "founding/m99", "nothing/m1", "founding"]);
    let told = modules(&asked);
    assert_eq!(told.len(), 2, "what there is no module of is left out: {told:?}");
    assert_eq!(told[0]["path"], "/courses/founding", "who has not begun is led to the course");
    assert_eq!((&told[0]["done"], &told[0]["begun"]), (&json!(false), &json!(false)));

    native::as_member(LEARNER);
    redirect(&Request::post("/courses/founding/enrol", &[]));
    redirect(&Request::post("/courses/founding/lessons/m1-l1/done", &[]));
    let told = modules(&asked);
    assert_eq!(told[0]["path"], "/courses/founding/lessons/m1-l2");
    assert_eq!(told[1]["path"], "/courses/founding/lessons/m2-l1");
    for lesson in ["m1-l2", "m1-l3"] {
        redirect(&Request::post(&format!("/courses/founding/lessons/{lesson}/done"), &[]));
    }
    assert_eq!(modules(&asked)[0]["path"], "/courses/founding/quizzes/m1-q", "the quiz is what is left");
    let form = [("language", "fr"), ("q1", "b"), ("q2", "a"), ("q3", "c"), ("q4", "b")];
    redirect(&Request::post("/courses/founding/quizzes/m1-q", &form));
    let told = modules(&asked);
    assert_eq!((&told[0]["done"], &told[1]["done"]), (&json!(true), &json!(false)));

    native::as_member("00000000-0000-7000-8000-00000000000b");
    assert_eq!(modules(&asked)[0]["done"], false, "nobody is told of somebody else");
}

#[test]
fn too_many_modules_and_unknown_questions_are_refused() {
    installed();
    let many: Vec<String> = (0..25).map(|number| format!("founding/m{number}")).collect();
    let refused = native::invoke::<Training>("x", "progress", "modules", &json!({ "modules": many })).unwrap_err();
    assert!(refused.is("invalid"));
    assert!(native::invoke::<Training>("x", "progress", "modules", &json!({})).unwrap_err().is("invalid"));
}
