//! The plugin's rules, run natively against the kernel in memory.

use serde_json::Value;
use tiwizi_sdk::{Answer, Declared as _, Request, native};

use crate::{__TYPE__, Note};

const MANIFEST: &str = include_str!("../manifest.json");
const MEMBER: &str = "00000000-0000-7000-8000-00000000000a";
const OTHER: &str = "00000000-0000-7000-8000-00000000000b";

fn call(request: &Request) -> Answer {
    native::call::<__TYPE__>(request)
}

#[test]
fn the_manifest_says_what_the_types_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/manifest.json");
    native::check_manifest(MANIFEST, path, &[Note::declaration()]);
}

#[test]
fn a_member_adds_and_deletes_a_note() {
    native::start(MANIFEST);
    native::as_member(MEMBER);
    assert_eq!(call(&Request::post("/", &[("text", "Olives")])), Answer::redirect("/"));
    let id = native::ids("note").remove(0);
    assert_eq!(call(&Request::post(&format!("/notes/{id}/delete"), &[])), Answer::redirect("/"));
    assert_eq!(native::bodies("note"), Vec::<Value>::new());
}

#[test]
fn nobody_sees_or_deletes_the_note_of_another() {
    native::start(MANIFEST);
    native::as_member(MEMBER);
    call(&Request::post("/", &[("text", "Olives")]));
    let id = native::ids("note").remove(0);
    native::as_member(OTHER);
    let Answer::Page { data, .. } = call(&Request::get("/")) else { panic!("the list is a page") };
    assert_eq!(data["notes"], serde_json::json!([]));
    let answer = call(&Request::post(&format!("/notes/{id}/delete"), &[]));
    assert!(matches!(answer, Answer::Problem(error) if error.status == 404));
    assert_eq!(native::bodies("note").len(), 1);
}

#[test]
fn a_wrong_form_comes_back_with_its_faults() {
    native::start(MANIFEST);
    native::as_member(MEMBER);
    let Answer::Page { status, data, .. } = call(&Request::post("/", &[("text", " ")])) else { panic!("it is a page") };
    assert_eq!((status, &data["form"]["faults"]["text"]), (422, &"required".into()));
}

#[test]
fn without_its_grant_the_plugin_says_so() {
    native::start(MANIFEST);
    native::as_member(MEMBER);
    native::deny("store");
    assert!(matches!(call(&Request::get("/")), Answer::Problem(error) if error.status == 403));
}
