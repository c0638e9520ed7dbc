//! What counts once, editions, and questions of every kind, through the plugin's routes.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, Store, native};

use crate::Training;
use crate::content::put;
use crate::kinds::Course;
use crate::questions::{AnswerKey, Question, Quiz, Right, RightOf, Unit};
use crate::tests::{LEARNER, call, installed, page};
use tiwizi_sdk::{Entry, Find, Language};

/// Answers that a telephone keeps until there is a link.
fn sync(events: &Value) -> Vec<Value> {
    let mut request = Request::post("/sync", &[]);
    request.body = json!({ "events": events }).to_string().into_bytes();
    match call(&request) {
        Answer::Json { body, .. } => body["events"].as_array().unwrap().clone(),
        other => panic!("{other:?}"),
    }
}

fn passing() -> Value {
    json!({ "id": "0190-phone-1", "course": "founding", "quiz": "m1-q", "language": "ar", "at": -5,
        "answers": { "q1": ["b"], "q2": ["a"], "q3": ["c"], "q4": ["b"] } })
}

#[test]
fn answers_that_come_five_times_count_once() {
    installed();
    native::as_member(LEARNER);
    let lessons: Vec<Value> = (1..=3)
        .map(|lesson| json!({ "id": format!("0190-lesson-{lesson}"), "course": "founding", "lesson": format!("m1-l{lesson}") }))
        .collect();
    let mut all = lessons.clone();
    all.push(passing());
    let first = sync(&json!(all));
    assert!(first.iter().all(|event| event["state"] == "kept"), "{first:?}");
    for _ in 0..4 {
        let again = sync(&json!(all));
        assert!(again.iter().all(|event| event["state"] == "known"), "{again:?}");
        assert_eq!(again[3]["result"], first[3]["result"]);
    }
    assert_eq!(native::bodies("attempt").len(), 1);
    assert_eq!(native::reached().len(), 1);
    assert_eq!(native::bodies("sending").len(), 4);
}

#[test]
fn the_same_event_twice_in_one_sending_counts_once() {
    installed();
    native::as_member(LEARNER);
    let fates = sync(&json!([passing(), passing()]));
    assert_eq!((&fates[0]["state"], &fates[1]["state"]), (&json!("kept"), &json!("known")));
    assert_eq!(native::bodies("attempt").len(), 1);
}

#[test]
fn a_telephone_with_a_wrong_clock_changes_no_order() {
    installed();
    native::as_member(LEARNER);
    let mut wrong = passing();
    wrong["id"] = json!("0190-phone-2");
    wrong["at"] = json!(9_000_000_000_000_u64);
    wrong["answers"]["q1"] = json!(["a"]);
    sync(&json!([wrong]));
    native::advance(1_000);
    sync(&json!([passing()]));
    let attempts = native::bodies("attempt");
    assert_eq!(attempts.iter().map(|attempt| attempt["right"].as_u64()).collect::<Vec<_>>(), [Some(3), Some(4)]);
    assert!(attempts[0]["at"].as_u64() < attempts[1]["at"].as_u64());
    let said: Vec<Value> = native::bodies("sending").into_iter().map(|sending| sending["said_at"].clone()).collect();
    assert_eq!(said, [json!(9_000_000_000_000_u64), json!(-5)]);
}

#[test]
fn an_event_that_is_refused_keeps_no_other_from_counting() {
    installed();
    native::as_member(LEARNER);
    let mut half = passing();
    half["answers"] = json!({ "q1": ["b"] });
    half["id"] = json!("0190-half-1");
    let fates = sync(&json!([
        half,
        { "id": "x", "course": "founding", "lesson": "m1-l1" },
        { "id": "0190-none-1", "course": "none", "lesson": "m1-l1" },
        { "id": "0190-none-2", "course": "founding", "lesson": "none" },
        passing(),
    ]));
    let why: Vec<&Value> = fates.iter().map(|fate| &fate["why"]).collect();
    assert_eq!(why, [&json!("answers"), &json!("id"), &json!("course"), &json!("lesson"), &Value::Null]);
    assert_eq!(native::bodies("attempt").len(), 1);
}

#[test]
fn a_form_that_is_sent_twice_leads_to_the_same_result() {
    installed();
    native::as_member(LEARNER);
    let (_, data) = page(&Request::get("/courses/founding/quizzes/m1-q"));
    let sending = data["sending"].as_str().unwrap();
    let form = [("sending", sending), ("q1", "b"), ("q2", "a"), ("q3", "c"), ("q4", "b")];
    let first = call(&Request::post("/courses/founding/quizzes/m1-q", &form));
    assert!(matches!(&first, Answer::Redirect(path) if path.contains("/result?attempt=")), "{first:?}");
    assert_eq!(call(&Request::post("/courses/founding/quizzes/m1-q", &form)), first);
    assert_eq!(native::bodies("attempt").len(), 1);
}

#[test]
fn a_kept_page_that_is_answered_anew_is_another_attempt() {
    installed();
    native::as_member(LEARNER);
    let (_, data) = page(&Request::get("/courses/founding/quizzes/m1-q"));
    let sending = data["sending"].as_str().unwrap();
    let wrong = [("sending", sending), ("q1", "a"), ("q2", "b"), ("q3", "a"), ("q4", "a")];
    let right = [("sending", sending), ("q1", "b"), ("q2", "a"), ("q3", "c"), ("q4", "b")];
    let first = call(&Request::post("/courses/founding/quizzes/m1-q", &wrong));
    let second = call(&Request::post("/courses/founding/quizzes/m1-q", &right));
    assert!(matches!(&second, Answer::Redirect(path) if path.contains("/result?attempt=")), "{second:?}");
    assert_ne!(first, second);
    assert_eq!(call(&Request::post("/courses/founding/quizzes/m1-q", &wrong)), first);
    let passed: Vec<Value> = native::bodies("attempt").iter().map(|attempt| attempt["passed"].clone()).collect();
    assert_eq!(passed, [json!(false), json!(true)]);
}

#[test]
fn without_an_account_nothing_is_taken_in() {
    installed();
    let mut request = Request::post("/sync", &[]);
    request.body = b"{\"events\":[]}".to_vec();
    assert!(matches!(call(&request), Answer::Problem(error) if error.status == 401));
}

/// Puts questions of every kind into the first quiz.
fn every_kind() {
    native::call::<Mixing>(&Request::post("/", &[]));
}

/// A plugin of the same manifest that writes what a trainer would publish.
struct Mixing;

impl tiwizi_sdk::Plugin for Mixing {
    fn handle(_: &Request) -> Result<Answer, tiwizi_sdk::Error> {
        let choices = json!([{ "code": "a", "text": "A" }, { "code": "b", "text": "B" }, { "code": "c", "text": "C" }]);
        let questions: Vec<Question> = serde_json::from_value(json!([
            { "code": "q1", "text": "?", "choices": choices, "explain": "" },
            { "code": "q2", "kind": "multiple", "text": "?", "choices": choices, "explain": "" },
            { "code": "q3", "kind": "order", "text": "?", "choices": choices, "explain": "" },
            { "code": "q4", "kind": "number", "text": "?", "unit": "kg", "explain": "" },
            { "code": "q5", "kind": "text", "text": "?", "explain": "" },
        ]))?;
        let find = Find::new().equal(Quiz::COURSE, "founding").equal(Quiz::CODE, "m1-q");
        let mut quiz: Entry<Quiz> = Store::first(&find.equal(Quiz::LANGUAGE, Language::French))?.unwrap();
        quiz.body.questions = questions;
        Store::replace(&quiz)?;
        let find = Find::new().equal(AnswerKey::COURSE, "founding").equal(AnswerKey::QUIZ, "m1-q");
        let mut key = Store::first(&find)?.unwrap();
        let right = |question: &str, right: Right| RightOf { question: question.to_owned(), right };
        let choices = |codes: [&str; 2]| codes.map(str::to_owned).to_vec();
        key.body.answers = [("q1".to_owned(), "b".to_owned())].into();
        key.body.rights = vec![
            right("q2", Right { choices: choices(["a", "b"]), ..Right::default() }),
            right("q3", Right { choices: ["c", "a", "b"].map(str::to_owned).to_vec(), ..Right::default() }),
            right(
                "q4",
                Right {
                    number: Some("12.5".to_owned()),
                    units: vec![Unit { names: vec!["kg".to_owned()], factor: "1".to_owned() }],
                    ..Right::default()
                },
            ),
            right("q5", Right { texts: choices(["miel", "عسل"]), ..Right::default() }),
        ];
        Store::replace(&key)?;
        Ok(Answer::redirect("/"))
    }
}

#[test]
fn each_kind_of_question_is_asked_answered_and_shown() {
    installed();
    every_kind();
    native::as_member(LEARNER);
    let quiz = "/courses/founding/quizzes/m1-q";
    let (_, data) = page(&Request::get(quiz));
    assert_eq!(data["quiz"]["questions"][3]["unit"], "kg");
    let form =
        [("q1", "b"), ("q2", "a"), ("q3:a", "2"), ("q3:b", "3"), ("q3:c", "1"), ("q4", "١٢٫٥ kg"), ("q5", "العَسَل")];
    let Answer::Redirect(path) = call(&Request::post(quiz, &form)) else { panic!("the quiz is whole") };
    let attempt = path.split_once('=').unwrap().1;
    let (_, data) = page(&Request::get(&format!("{quiz}/result")).with_query("attempt", attempt));
    let points: Vec<u64> =
        data["questions"].as_array().unwrap().iter().map(|question| question["points"].as_u64().unwrap()).collect();
    assert_eq!(points, [100, 50, 100, 100, 0]);
    assert_eq!((&data["points"], &data["partial"], &data["passed"]), (&json!(350), &json!(true), &json!(true)));
    assert_eq!(data["questions"][2]["answer"], "C → A → B");
    let given = &native::bodies("attempt")[0]["given"];
    assert_eq!(given[4], json!({ "question": "q5", "values": ["العَسَل"], "points": 0 }));
    let half = [("q1", "b"), ("q2", "a"), ("q2", "c"), ("q3:a", "1"), ("q3:b", "1")];
    let Answer::Page { status, data, .. } = call(&Request::post(quiz, &half)) else { panic!("it is shown again") };
    assert_eq!(status, 422);
    assert_eq!(data["given"], json!({ "q1": "b", "q2": ["a", "c"], "q3": { "a": "1", "b": "1" } }));
}

#[test]
fn who_has_begun_goes_on_with_that_edition() {
    installed();
    native::as_member(LEARNER);
    call(&Request::post("/courses/founding/enrol", &[]));
    native::call::<Newer>(&Request::post("/", &[]));
    let titles = || page(&Request::get("/courses/founding")).1["modules"].as_array().unwrap().len();
    assert_eq!(titles(), 4);
    page(&Request::get("/courses/founding/lessons/m4-l1"));
    native::as_member("00000000-0000-7000-8000-00000000000b");
    assert_eq!(titles(), 1);
    assert!(matches!(call(&Request::get("/courses/founding/lessons/m4-l1")), Answer::Page { status: 404, .. }));
}

/// How often the last page asked the store and who calls; it asked for nothing else.
fn asked() -> (u32, u32) {
    let used = native::used();
    assert!(used.calls.keys().all(|name| ["store", "context"].contains(&name.as_str())), "{used:?}");
    (used.of("store"), used.of("context"))
}

#[test]
fn a_lesson_is_two_reads_for_the_public_and_four_at_most_for_whoever_learns() {
    const LESSON: &str = "/courses/founding/lessons/m1-l2";
    installed();
    for language in ["ar", "fr", "shi"] {
        page(&Request::get(LESSON).in_language(language));
        assert_eq!(asked(), (2, 1), "the course and the lesson, {language}");
    }
    native::as_member(LEARNER);
    page(&Request::get(LESSON));
    assert_eq!(asked(), (3, 1), "not begun yet");
    call(&Request::post("/courses/founding/enrol", &[]));
    page(&Request::get(LESSON));
    assert_eq!(asked(), (3, 1), "and the enrolment");
    page(&Request::get("/courses/founding"));
    assert_eq!(asked(), (2, 1), "the course's page");
    native::call::<Newer>(&Request::post("/", &[]));
    page(&Request::get(LESSON));
    assert_eq!(asked(), (4, 1), "and the edition that was begun");
    assert_eq!(native::used().bytes.keys().collect::<Vec<_>>(), ["course", "edition", "enrolment", "lesson"]);
}

/// A plugin of the same manifest that publishes a second edition.
pub(crate) struct Newer;

impl tiwizi_sdk::Plugin for Newer {
    fn handle(_: &Request) -> Result<Answer, tiwizi_sdk::Error> {
        crate::edition::keep("founding")?;
        let mut course = Course::demand("founding")?;
        course.version = 2;
        course.modules.truncate(1);
        put(&Find::new().equal(Course::CODE, "founding"), &course)?;
        Ok(Answer::redirect("/"))
    }
}

#[test]
fn nobody_new_begins_what_was_withdrawn() {
    installed();
    native::call::<Withdrawing>(&Request::post("/", &[]));
    native::as_member(LEARNER);
    assert!(
        matches!(call(&Request::post("/courses/founding/enrol", &[])), Answer::Problem(error) if error.is("withdrawn"))
    );
    assert!(
        page(&Request::get("/")).1["courses"].as_array().unwrap().iter().all(|course| course["code"] != "founding")
    );
    let _: Training = Training;
}

/// A plugin of the same manifest that withdraws the course.
struct Withdrawing;

impl tiwizi_sdk::Plugin for Withdrawing {
    fn handle(_: &Request) -> Result<Answer, tiwizi_sdk::Error> {
        let mut course = Course::demand("founding")?;
        course.withdrawn_at = Some(1);
        put(&Find::new().equal(Course::CODE, "founding"), &course)?;
        Ok(Answer::redirect("/"))
    }
}
