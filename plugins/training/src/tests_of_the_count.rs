//! Certificates by region and province: what is counted, what is told of it, and who sees it.

use serde_json::{Value, json};
use tiwizi_sdk::jobs::{Later, Outcome};
use tiwizi_sdk::{Answer, Request, kv, native};

use crate::Training;
use crate::tests::{LEARNER, call, finish_lessons, installed, page, redirect, send_answers};
use crate::tests_of_the_desk::as_trainer;

const MODULE: &str = "module/founding/m1";
/// In March 2026.
const MARCH: u64 = 1_772_323_200_000;
const DAY: u64 = 24 * 3_600 * 1_000;

/// Somebody of the register who lives there; nowhere without a province.
fn person(province: Option<&str>, gender: &str, born: &str) -> String {
    let mut body = json!({ "name_fr": "Fadma", "gender": gender, "birth_date": born });
    if let Some(province) = province {
        body["province"] = json!(province);
    }
    native::add_person(&body)
}

/// Has the person complete the first module and ask for its certificate; answers the path of it.
fn certify(person: &str) -> String {
    native::as_member(person);
    finish_lessons(1);
    send_answers("m1-q", true);
    redirect(&Request::post("/certificates", &[("of", MODULE)]))
}

fn certify_women(count: usize, province: &str) {
    for _ in 0..count {
        certify(&person(Some(province), "female", "1960-05-01"));
    }
}

/// Has everything counted, as an observer who asks for it.
fn count() {
    native::as_holder(&["observer"]);
    assert_eq!(redirect(&Request::post("/programme/certificates/count", &[])), "/programme/certificates?asked=1");
    let done = native::run_jobs::<Training>();
    assert!(done.len() >= 3 && done.iter().all(|(_, outcome)| *outcome == Outcome::Done), "{done:?}");
}

fn seen(query: &str) -> Value {
    native::as_holder(&["observer"]);
    let (template, data) = page(&asking(query));
    assert_eq!(template, "certified");
    data
}

fn asking(query: &str) -> Request {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.fold(Request::get("/programme/certificates"), |request, (name, value)| request.with_query(name, value))
}

/// What is told of each place: level, name, and its cells.
fn lines(data: &Value) -> Vec<(String, String, Value)> {
    let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    let lines = data["lines"].as_array().unwrap().iter();
    lines.map(|line| (text(line, "level"), text(line, "name"), line["cells"].clone())).collect()
}

fn cells(data: &Value, name: &str) -> Value {
    let found = lines(data).into_iter().find(|(_, known, _)| known == name);
    found.unwrap_or_else(|| panic!("{name} is no line of {data}")).2
}

/// What is kept of counts.
fn tallies() -> usize {
    kv::list("certificates/count/", 0, None).unwrap().keys.len()
}

fn begun() {
    installed();
    native::at(MARCH);
}

#[test]
fn certificates_are_told_by_region_and_province_by_year_and_month() {
    begun();
    certify_women(6, "09.541");
    native::advance(40 * DAY);
    for _ in 0..7 {
        certify(&person(Some("09.541"), "male", "2001-05-01"));
    }
    certify_women(8, "04.421");
    assert!(seen("")["chosen"].is_null(), "nothing was counted yet");
    count();
    let data = seen("");
    assert_eq!(data["chosen"]["of"], MODULE);
    assert_eq!((&data["chosen"]["year"], &data["chosen"]["month"]), (&json!(2026), &Value::Null));
    let told: Vec<(String, String, Value)> = lines(&data);
    let names: Vec<&str> = told.iter().map(|(_, name, _)| name.as_str()).collect();
    assert_eq!(names[1..], ["Rabat-Salé-Kénitra", "Rabat", "Souss-Massa", "Taroudannt"]);
    assert_eq!((&told[0].0, &told[0].2), (&"all".to_owned(), &json!([21, 14, 7])));
    assert_eq!(cells(&data, "Souss-Massa"), json!([13, 6, 7]));
    assert_eq!(cells(&data, "Taroudannt"), json!([13, 6, 7]));
    assert_eq!(cells(&data, "Rabat"), json!([8, 8, 0]));
    let april = seen("month=4");
    assert_eq!(cells(&april, "Taroudannt"), json!([7, 0, 7]));
    assert_eq!(cells(&seen("month=3"), "Rabat"), json!([0, 0, 0]));
    assert_eq!(april["regions"][1], json!({ "label": "Souss-Massa", "amount": 7 }));
    let months: Vec<Value> = april["months"].as_array().unwrap().iter().map(|month| month["amount"].clone()).collect();
    assert_eq!(months[2..5], [json!(6), json!(15), json!(0)]);
    assert_eq!(cells(&seen(&format!("of={MODULE}&year=2026&month=4")), "Rabat"), json!([8, 8, 0]));
}

#[test]
fn a_small_group_is_hidden_with_another_so_that_no_total_tells_it() {
    begun();
    certify_women(3, "09.541");
    certify_women(6, "09.551");
    certify_women(9, "04.421");
    count();
    let data = seen("");
    let told = |name: &str| cells(&data, name)[0].clone();
    assert_eq!((told("Souss-Massa"), told("Rabat")), (json!(9), json!(9)));
    assert_eq!((told("Taroudannt"), told("Tata")), (Value::Null, Value::Null), "{data}");
    let month = seen("month=3");
    assert_eq!(cells(&month, "Tata"), json!([null, null, null]), "the month tells no more than its year");
}

#[test]
fn a_month_that_is_hidden_is_not_told_by_the_year_and_the_other_months() {
    begun();
    certify_women(3, "09.541");
    native::advance(40 * DAY);
    certify_women(6, "09.541");
    native::advance(40 * DAY);
    certify_women(9, "09.541");
    count();
    let month = |month: u32| cells(&seen(&format!("month={month}")), "Taroudannt")[0].clone();
    assert_eq!([month(3), month(4), month(5)], [Value::Null, Value::Null, json!(9)]);
    assert_eq!(cells(&seen(""), "Taroudannt")[0], 18);
}

#[test]
fn whose_place_nobody_knows_is_unknown_and_no_province() {
    begun();
    for _ in 0..5 {
        certify(&person(None, "female", "1960-05-01"));
    }
    certify("00000000-0000-7000-8000-0000000000d1");
    certify_women(6, "09.541");
    count();
    let data = seen("");
    let told = lines(&data);
    assert_eq!(told.last().unwrap().1, "Province inconnue");
    assert_eq!(cells(&data, "Province inconnue")[0], 6);
    assert_eq!(cells(&data, "Taroudannt")[0], 6);
    assert!(native::bodies("certificate")[5].get("holder").is_some_and(|holder| *holder == json!({})));
}

#[test]
fn a_place_is_that_of_the_person_then_of_the_enrolment_then_of_their_cooperatives() {
    begun();
    let place = |of: usize| native::bodies("certificate")[of]["holder"]["province"].clone();
    let seat = |province: &str| native::add_cooperative(&json!({ "name_fr": "Tamount", "province": province }));
    let (one, other) = (seat("09.541"), seat("04.421"));
    let officer = |person: &str, cooperatives: &[&String]| {
        native::as_member(person);
        cooperatives.iter().for_each(|cooperative| native::act_for(cooperative));
        finish_lessons(1);
        send_answers("m1-q", true);
        redirect(&Request::post("/certificates", &[("of", MODULE)]));
    };
    officer(&person(Some("09.551"), "female", "1990-01-01"), &[&one]);
    officer(&person(None, "female", "1990-01-01"), &[&one]);
    officer(&person(None, "female", "1990-01-01"), &[&one, &other]);
    assert_eq!([place(0), place(1), place(2)], [json!("09.551"), json!("09.541"), Value::Null]);
    let noted = person(Some("09.541"), "female", "1990-01-01");
    native::as_member(&noted);
    redirect(&Request::post("/courses/founding/enrol", &[]));
    native::deny("registry.read");
    certify(&noted);
    assert_eq!(place(3), "09.541", "what the enrolment noted");
}

#[test]
fn a_certificate_taken_back_is_counted_no_more_and_one_given_back_again() {
    begun();
    certify_women(6, "09.541");
    let path = certify(&person(Some("09.541"), "female", "1960-05-01"));
    let told = || cells(&seen(""), "Taroudannt")[0].clone();
    count();
    assert_eq!(told(), 7);
    as_trainer("amina");
    redirect(&Request::post(&format!("{path}/take-back"), &[("reason", "Erreur")]));
    native::advance(60_000);
    count();
    assert_eq!(told(), 6);
    as_trainer("amina");
    redirect(&Request::post(&format!("{path}/give-back"), &[]));
    native::advance(60_000);
    count();
    assert_eq!(told(), 7);
    assert_eq!(tallies(), 1, "what was counted before is gone");
}

#[test]
fn more_certificates_than_one_step_reads_are_all_counted() {
    begun();
    for number in 0..130 {
        let province = if number < 100 { "09.541" } else { "04.421" };
        certify(&person(Some(province), "female", "1960-05-01"));
        if number % 60 == 59 {
            native::advance(40 * DAY);
        }
    }
    count();
    let data = seen("");
    assert_eq!(cells(&data, "Taroudannt")[0], 100);
    assert_eq!(lines(&data)[0].2[0], 130);
    assert_eq!(tallies(), 1);
}

#[test]
fn counting_each_night_keeps_one_count_and_a_newer_one_is_not_taken_back() {
    begun();
    certify_women(6, "09.541");
    for _ in 0..3 {
        native::advance(DAY);
        count();
        assert_eq!((tallies(), cells(&seen(""), "Taroudannt")[0].clone()), (1, json!(6)));
    }
    let newest = seen("")["counted_at"].as_u64().unwrap();
    assert_eq!(kv::get::<u64>("certificates/shown"), Ok(Some(newest)));
    // A count that began before and comes to its end after it.
    Later::new("certificates").enqueue(&json!({ "run": newest - 1, "stage": "show" })).unwrap();
    assert_eq!(native::run_jobs::<Training>().len(), 2);
    assert_eq!((&seen("")["counted_at"], tallies()), (&json!(newest), 1));
}

#[test]
fn who_is_not_of_the_programme_sees_no_count_and_has_none_made() {
    begun();
    certify_women(6, "09.541");
    count();
    let file = |language| Request::post("/programme/certificates/csv", &[]).in_language(language);
    let asks = || [asking(""), file("fr"), Request::post("/programme/certificates/count", &[])];
    native::as_member(LEARNER);
    for request in asks() {
        assert!(matches!(call(&request), Answer::Problem(error) if error.status == 403), "{}", request.path);
    }
    native::as_public();
    for request in asks() {
        assert!(matches!(call(&request), Answer::Problem(error) if error.status == 401), "{}", request.path);
    }
    as_trainer("amina");
    assert_eq!(page(&asking("")).0, "certified", "a coach sees it");
    assert!(page(&file("shi")).1["file"].is_string());
}

#[test]
fn where_no_work_in_the_background_is_allowed_the_page_says_so() {
    for capability in ["jobs", "kv"] {
        begun();
        native::deny(capability);
        native::as_holder(&["observer"]);
        let Answer::Page { status, data, .. } = call(&Request::post("/programme/certificates/count", &[])) else {
            panic!()
        };
        assert_eq!((status, &data["refused"]), (422, &json!("certified-no-count")), "{capability}");
        assert!(matches!(call(&Request::post("/programme/certificates/csv", &[])), Answer::Page { .. }));
        assert!(seen("")["chosen"].is_null(), "{capability}");
    }
}
