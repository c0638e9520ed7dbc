//! Cohorts, the coach's and the programme's views, and advice.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use crate::tests::{LEARNER, call, installed, page, redirect, send_answers};
use crate::tests_of_learning::Newer;
use crate::tests_of_the_desk::as_trainer;

fn begun() {
    installed();
    as_trainer("amina");
    redirect(&Request::post("/cohorts", &[("code", "tafraout-1"), ("name", "Tafraout"), ("course", "founding")]));
}

#[test]
fn who_joins_with_the_code_begins_the_course_and_the_coach_sees_where_they_are() {
    begun();
    native::as_member(LEARNER);
    let join = Request::post("/join", &[("code", " Tafraout-1 ")]);
    assert_eq!(redirect(&join), "/courses/founding");
    redirect(&join);
    send_answers("m1-q", false);
    as_trainer("amina");
    let (_, data) = page(&Request::get("/cohorts/tafraout-1"));
    assert_eq!(data["people"].as_array().unwrap().len(), 1);
    assert_eq!((&data["people"][0]["done"], &data["people"][0]["still"]), (&json!(0), &json!(false)));
    assert_eq!((&data["questions"][0]["wrong"], &data["questions"][0]["asked"]), (&json!(1), &json!(1)));
    native::advance(15 * 24 * 3_600 * 1_000);
    let (_, data) = page(&Request::get("/cohorts/tafraout-1"));
    assert_eq!(data["people"][0]["still"], true);
}

#[test]
fn the_coach_sees_each_in_the_edition_that_they_began() {
    begun();
    native::as_member(LEARNER);
    redirect(&Request::post("/join", &[("code", "tafraout-1")]));
    send_answers("m1-q", false);
    native::call::<Newer>(&Request::post("/", &[]));
    as_trainer("amina");
    let (template, data) = page(&Request::get("/cohorts/tafraout-1"));
    assert_eq!((template.as_str(), &data["people"][0]["total"]), ("cohort", &json!(12)));
    assert!(data["questions"][0]["text"].is_string());
}

#[test]
fn a_coach_enrols_somebody_and_nobody_else_does() {
    begun();
    let person = native::add_person(&json!({ "name_fr": "Fadma", "province": "09.541" }));
    let form = [("person", person.as_str()), ("name", "Fadma")];
    redirect(&Request::post("/cohorts/tafraout-1/people", &form));
    assert_eq!(native::bodies("enrolment")[0]["person"], person.as_str());
    assert_eq!(page(&Request::get("/cohorts/tafraout-1")).1["people"][0]["name"], "Fadma");
    native::as_member(LEARNER);
    for request in [Request::post("/cohorts/tafraout-1/people", &form), Request::get("/cohorts/tafraout-1")] {
        assert!(matches!(call(&request), Answer::Problem(error) if error.status == 403));
    }
    let wrong = Request::post("/join", &[("code", "nothing-here")]);
    assert!(matches!(call(&wrong), Answer::Problem(error) if error.status == 404));
}

#[test]
fn the_programme_sees_no_number_of_fewer_than_five() {
    begun();
    for learner in 0..6 {
        native::as_member(&format!("00000000-0000-7000-8000-0000000000c{learner}"));
        call(&Request::post("/courses/founding/enrol", &[]).in_language(if learner < 5 { "fr" } else { "shi" }));
    }
    native::as_holder(&["observer"]);
    let (_, data) = page(&Request::get("/programme"));
    let course = &data["courses"][0];
    assert_eq!((&course["all"], &course["completed"]), (&json!(6), &json!(0)));
    let counts: Vec<&Value> = course["languages"].as_array().unwrap().iter().map(|cell| &cell["count"]).collect();
    assert_eq!(counts, [&Value::Null, &Value::Null]);
    native::as_member(LEARNER);
    assert!(matches!(call(&Request::get("/programme")), Answer::Problem(error) if error.status == 403));
}

#[test]
fn advice_says_why_and_goes_by_the_register() {
    installed();
    native::as_member(LEARNER);
    native::at(1_795_000_000_000);
    let ask = |stage, number| {
        let form = [
            ("work", "lead"),
            ("stage", stage),
            ("language", "fr"),
            ("minutes", "30"),
            ("court", "Taroudannt"),
            ("number", number),
        ];
        page(&Request::post("/advice", &form)).1
    };
    let data = ask("idea", "");
    assert_eq!(data["steps"][0]["code"], "founding");
    assert_eq!(data["steps"][0]["why"][0], json!({ "message": "why-stage", "value": "idea" }));
    assert_eq!(data["steps"][0]["weeks"], 3);
    native::add_cooperative(&json!({ "court": "Taroudannt", "number": "17/2020", "registered_on": "2020-03-01" }));
    let data = ask("idea", "17/2020");
    assert_eq!(data["from_register"], true);
    assert!(data["steps"].as_array().unwrap().iter().all(|step| step["code"] != "founding"));
    let wrong = call(&Request::post("/advice", &[("work", "fly")]));
    assert!(matches!(wrong, Answer::Page { status: 422, .. }));
}
