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
    let cells = |data: &Value, by: usize| -> Vec<Value> {
        let lines = data["tables"][by]["lines"].as_array().unwrap();
        lines.iter().map(|line| json!([line["name"], line["cells"]])).collect()
    };
    assert_eq!(cells(&data, 0)[0][1], json!([6, 0, 0, 0]));
    assert_eq!(data["tables"][3]["by"], "language");
    let languages: Vec<Value> = cells(&data, 3).into_iter().map(|line| line[1][0].clone()).collect();
    assert_eq!(languages, [Value::Null, Value::Null], "one alone cannot be told, nor the rest");
    native::as_member(LEARNER);
    assert!(matches!(call(&Request::get("/programme")), Answer::Problem(error) if error.status == 403));
}

/// Learners of the register: six women of Taroudannt, four of them young, and three men of Tata.
fn from_the_register() {
    for number in 0..9 {
        let woman = number < 6;
        let person = native::add_person(&json!({
            "name_fr": "Fadma", "gender": if woman { "female" } else { "male" }, "province": if woman { "09.541" } else { "09.551" },
            "birth_date": if number < 4 { "2000-05-01" } else { "1960-05-01" },
        }));
        native::as_member(&person);
        redirect(&Request::post("/courses/founding/enrol", &[]));
    }
}

#[test]
fn the_programme_counts_women_the_young_and_provinces_and_a_file_says_the_same() {
    begun();
    from_the_register();
    native::as_holder(&["observer"]);
    let (_, data) = page(&Request::get("/programme"));
    let table = |by: usize| data["tables"][by]["lines"].clone();
    assert_eq!(table(0)[0]["cells"], json!([9, 0, null, null]), "three men, and four young, are too few");
    assert_eq!(table(1).as_array().unwrap().len(), 2);
    assert_eq!(data["tables"][1]["columns"], json!(["all", "completed", "women", "young"]));
    assert!(table(1)[0]["cells"][0].is_null() && table(1)[1]["cells"][0].is_null(), "{data}");
    assert_eq!(table(2)[0]["name"], "2026-01");
    let (_, data) = page(&Request::post("/programme/csv", &[]));
    assert!(data["file"].is_string(), "{data}");
    native::as_member(LEARNER);
    assert!(matches!(call(&Request::post("/programme/csv", &[])), Answer::Problem(error) if error.status == 403));
}

#[test]
fn a_coach_sees_each_answer_of_those_who_joined_by_themselves_and_nobody_else_does() {
    begun();
    let enrolled = native::add_person(&json!({ "name_fr": "Ijja", "province": "09.541" }));
    redirect(&Request::post("/cohorts/tafraout-1/people", &[("person", enrolled.as_str()), ("name", "Ijja")]));
    native::as_member(LEARNER);
    redirect(&Request::post("/join", &[("code", "tafraout-1")]));
    send_answers("m1-q", false);
    as_trainer("amina");
    let (_, data) = page(&Request::get("/cohorts/tafraout-1"));
    let people = data["people"].as_array().unwrap();
    let link = |name: &str| people.iter().find(|one| one["name"] == name).unwrap()["id"].clone();
    assert_eq!(link("Ijja"), Value::Null, "who was enrolled by the coach gave no leave");
    let path = format!("/cohorts/tafraout-1/people/{}", link(LEARNER).as_str().unwrap());
    let (template, data) = page(&Request::get(&path));
    assert_eq!((template.as_str(), &data["modules"][0]["completed"]), ("cohort-person", &json!(false)));
    let answers = data["attempts"][0]["answers"].as_array().unwrap();
    assert!(answers.len() == 4 && answers.iter().any(|answer| answer["right"] == false), "{data}");
    assert!(answers.iter().all(|answer| answer["text"].is_string() && answer["given"].is_string()));

    as_trainer("brahim");
    assert!(matches!(call(&Request::get(&path)), Answer::Problem(error) if error.status == 403), "another trainer");
    assert!(
        page(&Request::get("/cohorts/tafraout-1")).1["people"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["id"].is_null())
    );
    let ijja = native::ids("membership")[0].clone();
    as_trainer("amina");
    let hers = Request::get(&format!("/cohorts/tafraout-1/people/{ijja}"));
    assert!(matches!(call(&hers), Answer::Problem(error) if error.status == 403));
    native::as_member(&enrolled);
    redirect(&Request::post("/join", &[("code", "tafraout-1")]));
    as_trainer("amina");
    assert_eq!(page(&hers).0, "cohort-person", "she has joined by herself since");
}

#[test]
fn a_coach_sees_the_newest_answers_however_many_there_were_before() {
    begun();
    native::as_member(LEARNER);
    redirect(&Request::post("/join", &[("code", "tafraout-1")]));
    for _ in 0..61 {
        send_answers("m1-q", false);
        native::advance(60_000);
    }
    send_answers("m2-q", false);
    native::advance(60_000);
    send_answers("m1-q", true);
    as_trainer("amina");
    let member = native::ids("membership")[0].clone();
    let (_, data) = page(&Request::get(&format!("/cohorts/tafraout-1/people/{member}")));
    let attempts = data["attempts"].as_array().unwrap();
    let passed: Vec<&Value> = attempts.iter().map(|attempt| &attempt["passed"]).collect();
    assert!(attempts.len() == 10 && passed[0] == true && passed[1..].iter().all(|passed| *passed == false), "{data}");
    assert_ne!(attempts[0]["title"], attempts[1]["title"], "of all quizzes together, by their time");
}

#[test]
fn what_was_reached_stands_on_the_page_of_the_learner() {
    installed();
    native::as_member(LEARNER);
    for lesson in ["m1-l1", "m1-l2", "m1-l3"] {
        redirect(&Request::post(&format!("/courses/founding/lessons/{lesson}/done"), &[]));
    }
    assert_eq!(page(&Request::get("/progress")).1["badges"], json!([]));
    send_answers("m1-q", true);
    let (_, data) = page(&Request::get("/progress"));
    assert_eq!(data["badges"].as_array().unwrap().len(), 1);
    assert_eq!(data["badges"][0]["level"], "module");
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
