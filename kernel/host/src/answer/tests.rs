//! Answers that are judged good, and those that are not.

use serde_json::json;

use super::*;
use crate::bindings::tiwizi::plugin::types;

struct Shelf;

impl Holdings for Shelf {
    fn has_template(&self, name: &str) -> bool {
        name == "course"
    }
    fn has_asset(&self, path: &str) -> bool {
        path == "audio/vote.opus"
    }
}

fn page(status: u16, template: &str, data: &str) -> Result<Answer, AnswerError> {
    let page =
        wire::Page { status, template: template.to_owned(), title: "a\nb\u{202e}".to_owned(), data: data.to_owned() };
    judge(wire::Answer::Page(page), &Shelf)
}

fn problem(status: u16, code: &str, details: &str) -> Result<Answer, AnswerError> {
    let error = types::Error {
        code: code.to_owned(),
        message: "no\r\nway".to_owned(),
        retryable: true,
        details: details.to_owned(),
    };
    judge(wire::Answer::Problem(wire::Problem { status, error }), &Shelf)
}

#[test]
fn a_good_page_passes_with_a_plain_title() {
    let expected =
        Answer::Page { status: 200, template: "course".to_owned(), title: "a b ".to_owned(), data: json!({"a": 1}) };
    assert_eq!(page(200, "course", r#"{"a":1}"#).unwrap(), expected);
}

#[test]
fn rubbish_pages_are_refused() {
    assert!(matches!(page(200, "other", "{}"), Err(AnswerError::Template { .. })));
    assert!(matches!(page(200, "../course", "{}"), Err(AnswerError::Template { .. })));
    assert!(matches!(page(200, "course", "{"), Err(AnswerError::Json { .. })));
    assert!(matches!(page(200, "course", "[]"), Err(AnswerError::Object { .. })));
    assert!(matches!(page(200, "course", &"[".repeat(100_000)), Err(AnswerError::Json { .. })));
    assert!(matches!(page(200, "course", &" ".repeat(3 << 20)), Err(AnswerError::Large { .. })));
    for status in [0, 100, 199, 204, 301, 304, 600, 65_535] {
        assert!(matches!(page(status, "course", "{}"), Err(AnswerError::Status { .. })), "{status}");
    }
}

#[test]
fn a_redirection_stays_below_the_plugin() {
    for location in ["/", "/courses/founding?x=1#top", "/a.b/..c"] {
        assert!(judge(wire::Answer::Redirect(location.to_owned()), &Shelf).is_ok(), "{location}");
    }
    let long = format!("/{}", "x".repeat(3_000));
    let refused = [
        "",
        "x",
        "//evil.test",
        "https://evil.test",
        "/\\evil.test",
        "/a\r\nSet-Cookie: x=1",
        "/a b",
        "/../x",
        "/a/../../x",
        "/%2e%2E/x",
        "/./x",
        "/ⵣ",
        &long,
    ];
    for location in refused {
        assert!(judge(wire::Answer::Redirect(location.to_owned()), &Shelf).is_err(), "{location}");
    }
}

#[test]
fn only_assets_of_the_bundle_are_served() {
    assert!(judge(wire::Answer::File("audio/vote.opus".to_owned()), &Shelf).is_ok());
    for path in ["", "audio/other.opus", "../manifest.json", "/audio/vote.opus"] {
        assert!(judge(wire::Answer::File(path.to_owned()), &Shelf).is_err(), "{path}");
    }
}

#[test]
fn a_problem_has_a_plain_code_and_message() {
    let Ok(Answer::Problem { code, message, details, .. }) = problem(404, "No Such\nThing", "") else {
        panic!("it is a problem");
    };
    assert_eq!((code.as_str(), message.as_str(), details), ("plugin", "no  way", json!({})));
    assert!(matches!(problem(200, "x", "{}"), Err(AnswerError::Status { status: 200 })));
    assert!(problem(404, "x", "[1]").is_err());
}
