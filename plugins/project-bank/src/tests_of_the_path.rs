//! What the bank says on a path, and that a cooperative was founded from a plan.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use crate::ProjectBank;
use crate::tests::{FADMA, MANIFEST, adopted, call};

/// What the training plugin tells of two of the modules that the saffron model wants learnt.
fn training_tells(done: bool) {
    let module = |code: &str, title: &str, done: bool| json!({ "module": code, "title": title, "course": "Fonder", "minutes": 40, "done": done, "begun": true, "path": format!("/courses/{code}") });
    let modules =
        [module("founding/m1", "Ce qu’est une coopérative", true), module("founding/m2", "Les membres", done)];
    native::lay_out_contract("training/progress", 1, "modules", json!({ "modules": modules }));
}

#[test]
fn the_path_of_a_person_names_the_modules_to_learn_first_and_links_the_next() {
    native::start(MANIFEST);
    native::as_member(FADMA);
    assert_eq!(
        native::render::<ProjectBank>("path", &json!({})).unwrap(),
        None,
        "without a plan there is nothing to say"
    );
    adopted();
    training_tells(false);
    let part = native::render::<ProjectBank>("path", &json!({})).unwrap().unwrap();
    let project = &part.data["projects"][0];
    assert_eq!((&project["done"], &project["next"]["module"]), (&json!(1), &json!("founding/m2")));
    assert_eq!(project["next"]["path"], "/courses/founding/m2");
    native::deny("calls");
    let part = native::render::<ProjectBank>("path", &json!({})).unwrap().unwrap();
    assert_eq!(part.data["projects"][0]["modules"], json!([]), "codes that nobody can read are not shown");
}

#[test]
fn who_acts_for_a_cooperative_says_once_from_which_plan_it_was_founded() {
    let plan = adopted();
    training_tells(true);
    let cooperative = native::add_cooperative(&json!({ "name_fr": "Tamount", "status": "registered" }));
    let dissolved = native::add_cooperative(&json!({ "name_fr": "Ancienne", "status": "dissolved" }));
    let found = |of: &str| call(&Request::post(&format!("{plan}/founded"), &[("cooperative", of)]));
    assert!(matches!(found(&cooperative), Answer::Problem(error) if error.status == 403), "a member does not say it");
    native::act_for(&cooperative);
    native::act_for(&dissolved);
    assert!(matches!(found(&dissolved), Answer::Problem(error) if error.status == 409));
    let of_cooperative = || native::render::<ProjectBank>("path", &json!({ "cooperative": cooperative })).unwrap();
    assert_eq!(of_cooperative().unwrap().data["plans"][0]["title"], "Safran de montagne");
    for _ in 0..2 {
        assert!(matches!(found(&cooperative), Answer::Redirect(path) if path == plan));
    }
    assert_eq!(native::bodies("undertaking").len(), 1);
    let proof = native::ids("undertaking").remove(0);
    assert_eq!(native::reached_for(), [(cooperative.clone(), "project-founded".to_owned(), proof)]);
    let part = of_cooperative().unwrap();
    assert_eq!((&part.data["projects"][0]["model"]["code"], &part.data["plans"]), (&json!("saffron"), &Value::Null));
    assert_eq!(part.data["projects"][0]["next"], Value::Null, "all modules are done");
}

#[test]
fn a_cooperative_whose_founding_file_was_opened_from_a_plan_is_asked_nothing() {
    let plan = adopted();
    training_tells(true);
    assert!(matches!(call(&Request::post(&format!("{plan}/found"), &[])), Answer::Redirect(_)));
    let start = native::ids("start").remove(0);
    let cooperative = native::add_cooperative(&json!({ "name_fr": "Tamount", "status": "registered" }));
    let of_cooperative = || native::render::<ProjectBank>("path", &json!({ "cooperative": cooperative })).unwrap();
    native::put_founding("start", &start, "registered", Some(&cooperative), &[FADMA]);
    let told = || {
        let part = of_cooperative().unwrap();
        let project = &part.data["projects"][0];
        assert_eq!((&project["model"]["code"], &part.data["plans"]), (&json!("saffron"), &Value::Null));
    };
    told();
    let team = || call(&Request::get(&format!("{plan}/team")));
    team();
    assert_eq!(native::bodies("undertaking").len(), 0, "who does not act for it notes nothing");
    native::act_for(&cooperative);
    for _ in 0..2 {
        team();
    }
    let proof = native::ids("undertaking").remove(0);
    assert_eq!(native::reached_for(), [(cooperative.clone(), "project-founded".to_owned(), proof)]);
    told();
}
