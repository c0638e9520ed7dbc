//! The rules of the plugin, run natively against the kit's kernel in memory.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Declared as _, Request, native};

use crate::Training;
use crate::certificate::Certificate;
use crate::cohort::{Cohort, Membership};
use crate::draft::{Draft, Review};
use crate::kinds::{Attempt, Course, Edition, Enrolment, Lesson, Sending};
use crate::path::Path;
use crate::questions::{AnswerKey, Quiz};

pub(crate) const MANIFEST: &str = include_str!("../../../manifests/training/manifest.json");
pub(crate) const LEARNER: &str = "00000000-0000-7000-8000-00000000000a";

#[test]
fn the_manifest_says_of_the_kinds_what_their_types_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../manifests/training/manifest.json");
    let kinds = [
        Course::declaration(),
        Lesson::declaration(),
        Quiz::declaration(),
        AnswerKey::declaration(),
        Enrolment::declaration(),
        Attempt::declaration(),
        Sending::declaration(),
        Edition::declaration(),
        Draft::declaration(),
        Review::declaration(),
        Path::declaration(),
        Cohort::declaration(),
        Membership::declaration(),
        Certificate::declaration(),
    ];
    native::check_manifest(MANIFEST, path, &kinds);
}

pub(crate) fn installed() {
    native::start(MANIFEST);
    for (language, messages) in [
        ("ar", include_str!("../../../manifests/training/locales/ar.ftl")),
        ("ary", include_str!("../../../manifests/training/locales/ary.ftl")),
        ("fr", include_str!("../../../manifests/training/locales/fr.ftl")),
        ("shi", include_str!("../../../manifests/training/locales/shi.ftl")),
    ] {
        native::add_messages(language, messages);
    }
    native::install::<Training>().unwrap();
}

pub(crate) fn call(request: &Request) -> Answer {
    native::call::<Training>(request)
}

pub(crate) fn page(request: &Request) -> (String, Value) {
    match call(request) {
        Answer::Page { template, data, .. } => (template, data),
        other => panic!("{} did not answer with a page but with {other:?}", request.path),
    }
}

pub(crate) fn redirect(request: &Request) -> String {
    match call(request) {
        Answer::Redirect(path) => path,
        other => panic!("{} did not redirect but answered {other:?}", request.path),
    }
}

fn key_of(course: &str, quiz: &str) -> Value {
    let is_it = |key: &Value| key["course"] == course && key["quiz"] == quiz;
    native::bodies("answer-key").into_iter().find(is_it).unwrap()
}

/// The bodies of a kind that belong to a course and are in a language.
fn in_language(kind: &str, course: &str, tag: &str) -> Vec<Value> {
    let is_it = |body: &Value| body["course"] == course && body["language"] == tag;
    native::bodies(kind).into_iter().filter(is_it).collect()
}

/// A form that answers every question of a quiz: right, or wrong.
fn answers(quiz: &str, right: bool) -> Vec<(String, String)> {
    let key = key_of("founding", quiz);
    let answer = |choice: &str| {
        if right {
            choice.to_owned()
        } else if choice == "a" {
            "b".to_owned()
        } else {
            "a".to_owned()
        }
    };
    key["answers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(code, choice)| (code.clone(), answer(choice.as_str().unwrap())))
        .collect()
}

pub(crate) fn send_answers(quiz: &str, right: bool) -> Answer {
    let form = answers(quiz, right);
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    call(&Request::post(&format!("/courses/founding/quizzes/{quiz}"), &form).in_language("shi"))
}

pub(crate) fn finish_lessons(module: u32) {
    for lesson in 1..=3 {
        redirect(&Request::post(&format!("/courses/founding/lessons/m{module}-l{lesson}/done"), &[]));
    }
}

#[test]
fn installing_writes_each_course_whole_in_the_languages_that_it_names() {
    installed();
    for course in native::bodies("course") {
        let code = course["code"].as_str().unwrap();
        let modules = course["modules"].as_array().unwrap();
        let lessons: usize = modules.iter().map(|module| module["lessons"].as_array().unwrap().len()).sum();
        let languages = course["languages"].as_array().unwrap();
        assert!(languages.contains(&json!("ar")) && languages.contains(&json!("fr")), "{code}");
        for tag in languages.iter().map(|tag| tag.as_str().unwrap()) {
            assert_eq!(in_language("lesson", code, tag).len(), lessons, "{code} {tag}");
            assert_eq!(in_language("quiz", code, tag).len(), modules.len(), "{code} {tag}");
        }
        for tag in ["ar", "ary", "fr", "zgh", "shi", "tzm", "rif"] {
            assert!(course["title"][tag].is_string() && course["summary"][tag].is_string(), "{code} {tag}");
        }
    }
    for tag in ["zgh", "tzm", "rif"] {
        assert_eq!(in_language("lesson", "founding", tag).len(), 1, "{tag}");
    }
}

#[test]
fn a_lesson_says_in_every_language_the_same_blocks() {
    installed();
    let shape = |lesson: &Value| -> Vec<(Value, usize)> {
        let blocks = lesson["blocks"].as_array().unwrap().iter();
        blocks.map(|block| (block["kind"].clone(), block["items"].as_array().map_or(0, Vec::len))).collect()
    };
    for lesson in native::bodies("lesson") {
        let code = lesson["course"].as_str().unwrap();
        let french = in_language("lesson", code, "fr").into_iter().find(|one| one["code"] == lesson["code"]).unwrap();
        assert_eq!(shape(&lesson), shape(&french), "{code} {} {}", lesson["code"], lesson["language"]);
    }
}

#[test]
fn every_question_has_a_right_choice_and_says_why() {
    installed();
    for quiz in native::bodies("quiz") {
        let key = key_of(quiz["course"].as_str().unwrap(), quiz["code"].as_str().unwrap());
        let questions = quiz["questions"].as_array().unwrap();
        assert_eq!(key["answers"].as_object().unwrap().len(), questions.len(), "{} {}", quiz["course"], quiz["code"]);
        for question in questions {
            let right = &key["answers"][question["code"].as_str().unwrap()];
            assert!(
                question["choices"].as_array().unwrap().iter().any(|choice| choice["code"] == *right),
                "{question}"
            );
            assert!(question["explain"].as_str().is_some_and(|why| !why.is_empty()), "{question}");
        }
    }
}

#[test]
fn installing_again_changes_nothing() {
    installed();
    let before = (native::bodies("course"), native::bodies("lesson").len());
    native::install::<Training>().unwrap();
    assert_eq!((native::bodies("course"), native::bodies("lesson").len()), before);
}

#[test]
fn anybody_reads_a_lesson_and_sees_which_language_it_is_in() {
    installed();
    let (template, data) = page(&Request::get("/courses/founding/lessons/m1-l2").in_language("zgh"));
    assert_eq!(template, "lesson");
    assert_eq!((&data["lesson"]["language"], &data["lesson"]["fallback"]), (&json!("shi"), &json!(true)));
    let (_, data) = page(&Request::get("/courses/founding/lessons/m1-l1").in_language("rif"));
    assert_eq!((&data["lesson"]["language"], &data["lesson"]["fallback"]), (&json!("rif"), &json!(false)));
    assert_eq!(data["lesson"]["audio"], Value::Null);
}

#[test]
fn what_does_not_exist_is_a_page_that_leads_back() {
    installed();
    for path in ["/courses/none", "/courses/founding/lessons/none", "/courses/founding/quizzes/none", "/nothing"] {
        let Answer::Page { status, template, .. } = call(&Request::get(path)) else { panic!("{path}") };
        assert_eq!((status, template.as_str()), (404, "missing"), "{path}");
    }
}

#[test]
fn a_module_is_completed_by_its_lessons_and_its_quiz_in_either_order() {
    for quiz_first in [true, false] {
        installed();
        native::as_member(LEARNER);
        if quiz_first {
            send_answers("m1-q", true);
            assert_eq!(native::reached(), []);
            finish_lessons(1);
        } else {
            finish_lessons(1);
            assert_eq!(native::reached(), []);
            send_answers("m1-q", true);
        }
        assert_eq!(native::bodies("enrolment")[0]["modules_done"], json!(["m1"]), "quiz first: {quiz_first}");
        assert_eq!(native::reached().len(), 1, "quiz first: {quiz_first}");
    }
}

#[test]
fn each_module_counts_once_and_the_last_completes_the_course() {
    installed();
    native::as_member(LEARNER);
    for module in 1..=4 {
        finish_lessons(module);
        send_answers(&format!("m{module}-q"), true);
        send_answers(&format!("m{module}-q"), true);
        assert_eq!(native::reached().len(), module as usize);
    }
    assert!(native::bodies("enrolment")[0]["completed_at"].is_u64());
    let (_, data) = page(&Request::get("/progress"));
    assert_eq!(data["courses"][0]["completed"], true);
}

#[test]
fn a_failed_quiz_shows_what_was_right_and_completes_nothing() {
    installed();
    native::as_member(LEARNER);
    finish_lessons(1);
    let Answer::Redirect(path) = send_answers("m1-q", false) else { panic!("an answered quiz leads to its result") };
    let (path, attempt) = path.split_once("?attempt=").unwrap();
    let mut request = Request::get(path);
    request.query = vec![("attempt".to_owned(), attempt.to_owned())];
    let (template, data) = page(&request);
    assert_eq!(template, "result");
    assert_eq!((&data["passed"], &data["right"], &data["module_done"]), (&json!(false), &json!(0), &json!(false)));
    assert!(data["questions"][0]["answer"].as_str().is_some_and(|answer| !answer.is_empty()));
    assert_eq!(native::reached(), []);
}

#[test]
fn a_half_answered_quiz_comes_back_with_the_answers_kept() {
    installed();
    native::as_member(LEARNER);
    let Answer::Page { status, template, data, .. } =
        call(&Request::post("/courses/founding/quizzes/m1-q", &[("q1", "b")]))
    else {
        panic!("a half-answered quiz is shown again")
    };
    assert_eq!((status, template.as_str()), (422, "quiz"));
    assert_eq!(data["given"], json!({ "q1": "b" }));
    assert_eq!(native::bodies("attempt"), Vec::<Value>::new());
}

#[test]
fn a_choice_that_is_none_counts_as_not_answered() {
    installed();
    native::as_member(LEARNER);
    let form: Vec<(&str, &str)> = ["q1", "q2", "q3", "q4"].into_iter().map(|code| (code, "zzz")).collect();
    let answer = call(&Request::post("/courses/founding/quizzes/m1-q", &form));
    assert!(matches!(answer, Answer::Page { status: 422, .. }));
}

#[test]
fn without_an_account_the_result_is_shown_and_nothing_is_kept() {
    installed();
    let Answer::Page { template, data, .. } = send_answers("m1-q", true) else { panic!("the result is a page") };
    assert_eq!((template.as_str(), &data["passed"], &data["kept"]), ("result", &json!(true), &json!(false)));
    assert_eq!(native::bodies("attempt"), Vec::<Value>::new());
    assert!(
        matches!(call(&Request::post("/courses/founding/enrol", &[])), Answer::Problem(error) if error.status == 401)
    );
}

#[test]
fn the_pages_never_hold_the_answer_key() {
    installed();
    native::as_member(LEARNER);
    let (_, data) = page(&Request::get("/courses/founding/quizzes/m1-q"));
    assert!(data["quiz"]["questions"][0].get("answer").is_none());
    assert!(data.get("key").is_none());
}
