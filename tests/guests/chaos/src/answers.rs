//! Answers, good and bad.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Request, context};

pub(crate) fn fine(_: &Request) -> Result<Answer, Error> {
    Answer::json(&"fine")
}

pub(crate) fn page(_: &Request) -> Result<Answer, Error> {
    Answer::page("page", "A page", &json!({ "word": "tiwizi" }))
}

pub(crate) fn asset(_: &Request) -> Result<Answer, Error> {
    Ok(Answer::File("note.txt".to_owned()))
}

pub(crate) fn who(_: &Request) -> Result<Answer, Error> {
    let caller = context::caller();
    Answer::json(&json!({
        "kind": format!("{:?}", caller.kind),
        "name": caller.name,
        "person": caller.person,
        "roles": caller.roles,
        "request": context::request_id(),
        "language": context::language(),
        "plugin": format!("{} {}", context::plugin_id(), context::plugin_version()),
        "now": context::now(),
    }))
}

pub(crate) fn environment(_: &Request) -> Result<Answer, Error> {
    let variables: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
    let arguments: Vec<String> = std::env::args().collect();
    Answer::json(&json!({ "variables": variables, "arguments": arguments }))
}

/// More than the host takes over from a guest at all. An address costs the guest no time to make, as a document of JSON would: it is to be
/// stopped for its size.
pub(crate) fn giant(_: &Request) -> Result<Answer, Error> {
    Ok(Answer::redirect("x".repeat(8 << 20)))
}

/// Less than that, but with its quotation marks more than an answer may have.
pub(crate) fn large(_: &Request) -> Result<Answer, Error> {
    Answer::json(&"x".repeat(2 << 20))
}

pub(crate) fn no_json(_: &Request) -> Result<Answer, Error> {
    // The kit makes only good JSON; a value that is no object reaches the host as a page's data all the same.
    Ok(Answer::Page {
        status: 200,
        template: "page".to_owned(),
        title: String::new(),
        data: Value::String("{".to_owned()),
    })
}

pub(crate) fn deep_json(_: &Request) -> Result<Answer, Error> {
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    Answer::json(&deep)
}

pub(crate) fn line_break(_: &Request) -> Result<Answer, Error> {
    Ok(Answer::redirect("/x\r\nSet-Cookie: stolen=1"))
}

pub(crate) fn away(_: &Request) -> Result<Answer, Error> {
    Ok(Answer::redirect("//evil.test/"))
}

pub(crate) fn template(_: &Request) -> Result<Answer, Error> {
    Answer::page("../../kernel/console", "Console", &json!({}))
}

pub(crate) fn status(_: &Request) -> Result<Answer, Error> {
    Ok(fine(&Request::default())?.with_status(101))
}

pub(crate) fn file(_: &Request) -> Result<Answer, Error> {
    Ok(Answer::File("../manifest.json".to_owned()))
}
