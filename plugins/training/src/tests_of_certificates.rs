//! Certificates of modules, courses and paths, and who sees what of them.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use crate::Training;
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
    let (_, data) = page(&Request::post(&path, &[]));
    assert_eq!(native::documents()[0].data["address"], data["credential"]);
    native::set_setting("address", json!("https://exemple.ma/"));
    assert_eq!(page(&Request::get(&path)).1["link"], Value::Null);
    let (_, data) = page(&Request::post(&path, &[]));
    assert!(data["link"].is_string());
    let made = native::documents();
    let id = path.rsplit_once('/').unwrap().1;
    assert_eq!(made[1].data["address"], format!("https://exemple.ma/fr/p/training/certificates/{id}"));
}

/// Somebody who has completed a module, and the path of their certificate.
fn certified() -> String {
    installed();
    native::as_member(LEARNER);
    complete(1);
    redirect(&Request::post("/certificates", &[("of", "module/founding/m1")]))
}

fn signed() -> Vec<native::Signed> {
    native::credentials()
}

fn kept() -> Value {
    native::bodies("certificate").remove(0)
}

#[test]
fn a_paper_is_set_once_for_each_language_and_linked_from_then_on() {
    let path = certified();
    assert_eq!(page(&Request::get(&path)).1["link"], Value::Null);
    for _ in 0..2 {
        assert!(page(&Request::post(&path, &[])).1["link"].is_string());
    }
    assert_eq!(native::documents().len(), 1);
    assert!(page(&Request::get(&path)).1["link"].is_string());
    let arabic = |request: Request| page(&request.in_language("ar")).1["link"].clone();
    assert_eq!(arabic(Request::get(&path)), Value::Null);
    assert!(arabic(Request::post(&path, &[])).is_string());
    assert_eq!((native::documents().len(), kept()["papers"].as_array().unwrap().len()), (2, 2));
    native::as_public();
    assert_eq!(page(&Request::get(&path)).1["link"], Value::Null);
}

#[test]
fn a_certificate_has_a_credential_in_the_languages_of_its_course() {
    let path = certified();
    let claims = signed().remove(0).claims;
    let name = claims["achievement"]["name"].as_str().unwrap();
    let titles = native::bodies("course").into_iter().find(|course| course["code"] == "founding").unwrap();
    let titles = titles["modules"][0]["title"].clone();
    assert!(name.starts_with(titles["fr"].as_str().unwrap()), "{name}");
    for tag in ["ar", "ary", "shi"] {
        assert!(name.contains(titles[tag].as_str().unwrap()), "{tag}: {name}");
    }
    assert_eq!(claims["achievement"]["id"], "/courses/founding#m1");
    assert_eq!(claims["subject"]["record"], LEARNER);
    assert!(claims["achievement"].get("inLanguage").is_none());
    let (_, data) = page(&Request::get(&path));
    assert!(data["file"].is_string() && data["credential"].as_str().unwrap().starts_with("https://"));
    native::as_public();
    let (_, data) = page(&Request::get(&path));
    assert!(data["file"].is_null() && data["credential"].is_string());
    let answer = call(&Request::post(&format!("{path}/credential"), &[]));
    assert!(matches!(answer, Answer::Problem(error) if error.status == 401));
}

#[test]
fn a_certificate_is_given_where_nothing_is_signed_and_signed_when_it_can_be() {
    installed();
    native::as_member(LEARNER);
    complete(1);
    native::deny("credentials");
    let path = redirect(&Request::post("/certificates", &[("of", "module/founding/m1")]));
    assert!(signed().is_empty() && kept().get("credential").is_none());
    let ask = Request::post(&format!("{path}/credential"), &[]);
    let Answer::Page { status, data, .. } = call(&ask) else { panic!("no page") };
    assert_eq!((status, &data["refused"]), (422, &json!("credential-unavailable")));
    native::grant("credentials");
    for _ in 0..2 {
        assert!(page(&ask).1["file"].is_string());
    }
    assert_eq!(signed().len(), 1);
}

#[test]
fn a_certificate_taken_back_takes_back_its_credential_and_nothing_is_made_of_it() {
    let path = certified();
    page(&Request::post(&path, &[]));
    let take = Request::post(&format!("{path}/take-back"), &[("reason", "Le quiz était mal noté")]);
    assert!(matches!(call(&take), Answer::Problem(error) if error.status == 403));
    as_trainer("amina");
    let silent = Request::post(&format!("{path}/take-back"), &[("reason", " ")]);
    assert!(matches!(call(&silent), Answer::Problem(error) if error.is("invalid")));
    assert_eq!(redirect(&take), path);
    assert_eq!(signed()[0].revoked.as_deref(), Some("Le quiz était mal noté"));
    let once = kept();
    redirect(&take);
    assert_eq!(kept(), once);
    native::as_public();
    let (_, data) = page(&Request::get(&path));
    assert!(data["taken_back"].is_number() && data["why"].is_null() && data["credential"].is_string());
    native::as_member(LEARNER);
    let (_, data) = page(&Request::get(&path));
    assert_eq!(
        (&data["why"], &data["link"], &data["file"]),
        (&json!("Le quiz était mal noté"), &Value::Null, &Value::Null)
    );
    for below in ["", "/credential"] {
        let Answer::Page { status, data, .. } = call(&Request::post(&format!("{path}{below}"), &[])) else { panic!() };
        assert_eq!((status, &data["refused"]), (422, &json!("certificate-gone")));
    }
    assert_eq!(redirect(&Request::post("/certificates", &[("of", "module/founding/m1")])), path);
}

#[test]
fn a_certificate_given_back_holds_again_and_has_a_new_credential_signed() {
    let path = certified();
    let give = Request::post(&format!("{path}/give-back"), &[]);
    assert!(matches!(call(&give), Answer::Problem(error) if error.status == 403));
    as_trainer("amina");
    redirect(&give);
    assert!(kept()["credential"].is_object(), "what holds is left alone");
    redirect(&Request::post(&format!("{path}/take-back"), &[("reason", "Erreur")]));
    redirect(&give);
    native::as_member(LEARNER);
    let (_, data) = page(&Request::get(&path));
    assert!(data["taken_back"].is_null() && data["credential"].is_null());
    assert!(page(&Request::post(&format!("{path}/credential"), &[])).1["file"].is_string());
    let signed = signed();
    assert_eq!((signed.len(), signed[0].revoked.is_some(), signed[1].revoked.is_some()), (2, true, false));
}

#[test]
fn nobody_but_trainers_makes_paths() {
    installed();
    native::as_member(LEARNER);
    let form = [("code", "start"), ("title", "Commencer"), ("language", "fr"), ("courses", "founding")];
    assert!(matches!(call(&Request::post("/paths", &form)), Answer::Problem(error) if error.status == 403));
}

#[test]
fn another_plugin_hears_what_the_person_has_completed_for_whom_it_asks_and_nothing_of_others() {
    installed();
    native::as_member(LEARNER);
    complete(2);
    let ask = || native::invoke::<Training>("project-bank", "learning", "completed", &json!({}));
    assert_eq!(ask().unwrap(), json!(["founding/m1", "founding/m2"]));
    native::as_member("00000000-0000-7000-8000-0000000000ee");
    assert_eq!(ask().unwrap(), json!([]));
    native::as_public();
    assert_eq!(ask().unwrap(), json!([]));
    assert!(native::invoke::<Training>("project-bank", "learning", "answers", &json!({})).is_err());
}
