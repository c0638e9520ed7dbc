//! The plugin's rules, run natively against the kernel in memory.

use serde_json::json;
use tiwizi_sdk::{Answer, Request, native};

use crate::__TYPE__;

fn started() -> String {
    native::start(include_str!("../manifest.json"));
    native::add_cooperative(&json!({ "name_fr": "Argane du Souss", "name_ar": "أركان سوس", "commune": "Taroudant" }));
    native::add_cooperative(&json!({ "name_fr": "Miel du Rif", "name_ar": "عسل الريف", "commune": "Chefchaouen" }))
}

fn call(request: &Request) -> Answer {
    native::call::<__TYPE__>(request)
}

#[test]
fn the_list_shows_every_cooperative_by_name() {
    started();
    let Answer::Page { template, data, .. } = call(&Request::get("/")) else { panic!("the list is a page") };
    assert_eq!(template, "list");
    let names: Vec<_> =
        data["cooperatives"].as_array().unwrap().iter().map(|row| &row["cooperative"]["name_fr"]).collect();
    assert_eq!(names, ["Argane du Souss", "Miel du Rif"]);
}

#[test]
fn words_narrow_the_list() {
    started();
    let request = Request::get("/").with_query("words", "rif");
    let Answer::Page { data, .. } = call(&request) else { panic!("the list is a page") };
    assert_eq!(data["cooperatives"].as_array().unwrap().len(), 1);
}

#[test]
fn a_cooperative_has_its_page_and_another_address_has_none() {
    let id = started();
    let answer = call(&Request::get(&format!("/cooperatives/{id}")));
    assert!(matches!(answer, Answer::Page { title, .. } if title == "Miel du Rif"));
    let other = "/cooperatives/00000000-0000-7000-8000-000000000000";
    assert!(matches!(call(&Request::get(other)), Answer::Problem(error) if error.status == 404));
}

#[test]
fn without_its_grant_the_plugin_says_so() {
    started();
    native::deny("registry.read");
    assert!(matches!(call(&Request::get("/")), Answer::Problem(error) if error.status == 403));
}
