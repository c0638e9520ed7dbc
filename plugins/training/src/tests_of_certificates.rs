//! Certificates of modules, courses and paths, and who sees what of them.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use crate::tests::{LEARNER, call, finish_lessons, installed, page, redirect, send_answers};
use crate::tests_of_the_desk::as_trainer;

fn complete(modules: u32) {
    for module in 1..=modules {
        finish_lessons(module);
        send_answers(&format!("m{module}-q"), true);
    }
}

fn offered() -> Vec<Value> {
    page(&Request::get("/certificates")).1["certificates"].as_array().unwrap().clone()
}

#[test]
fn what_is_completed_is_certified_once_and_anybody_with_the_code_sees_it() {
    installed();
    native::as_member(LEARNER);
    complete(1);
    assert_eq!(offered().len(), 1);
    let ask = Request::post("/certificates", &[("of", "module/founding/m1")]);
    let path = redirect(&ask);
    assert_eq!(redirect(&ask), path);
    assert_eq!(native::bodies("certificate").len(), 1);
    native::as_public();
    let (template, data) = page(&Request::get(&path));
    assert_eq!((template.as_str(), &data["level"], &data["mine"]), ("certificate", &json!("module"), &json!(false)));
    assert!(data.get("person").is_none());
    assert!(matches!(call(&Request::post(&path, &[])), Answer::Problem(error) if error.status == 401));
    assert!(matches!(
        call(&Request::get("/certificates/00000000-0000-7000-8000-0000000000ff")),
        Answer::Page { status: 404, .. }
    ));
}

#[test]
fn what_is_not_completed_is_not_certified() {
    installed();
    native::as_member(LEARNER);
    complete(1);
    for of in ["module/founding/m2", "course/founding", "path/all"] {
        let answer = call(&Request::post("/certificates", &[("of", of)]));
        assert!(matches!(answer, Answer::Problem(error) if error.status == 403), "{of}");
    }
}

#[test]
fn the_course_and_the_path_are_certified_when_all_of_it_is_done() {
    installed();
    as_trainer("amina");
    let form = [("code", "start"), ("title", "Commencer"), ("language", "fr"), ("courses", "founding")];
    redirect(&Request::post("/paths", &form));
    native::as_member(LEARNER);
    complete(4);
    let of: Vec<Value> = offered().into_iter().map(|certificate| certificate["of"].clone()).collect();
    assert!(of.contains(&json!("course/founding")) && of.contains(&json!("path/start")), "{of:?}");
    let path = redirect(&Request::post("/certificates", &[("of", "path/start")]));
    page(&Request::post(&path, &[]));
    assert_eq!(native::documents()[0].data["address"], "");
    native::set_setting("address", json!("https://exemple.ma/"));
    let (_, data) = page(&Request::post(&path, &[]));
    assert!(data["link"].is_string());
    let made = native::documents();
    let id = path.rsplit_once('/').unwrap().1;
    assert_eq!(made[1].data["address"], format!("https://exemple.ma/fr/p/training/certificates/{id}"));
}

#[test]
fn nobody_but_trainers_makes_paths() {
    installed();
    native::as_member(LEARNER);
    let form = [("code", "start"), ("title", "Commencer"), ("language", "fr"), ("courses", "founding")];
    assert!(matches!(call(&Request::post("/paths", &form)), Answer::Problem(error) if error.status == 403));
}
