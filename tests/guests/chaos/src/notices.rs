//! Notices: to a person, to a role, and too many. The form's `text` is `person ID WHAT` or `role ROLE PROVINCE WHAT`, `-` for no province.

use serde_json::{Value, json};
use tiwizi_sdk::notify::Message;
use tiwizi_sdk::{Answer, Error, Request};

use crate::work;

fn told(outcome: Result<(), Error>) -> Value {
    match outcome {
        Ok(()) => json!("told"),
        Err(error) => json!({ "code": error.code, "details": error.details }),
    }
}

fn sent(request: &Request) -> Result<Value, Error> {
    let words: Vec<&str> = request.form_required("text")?.split(' ').collect();
    let message = |what: &str| Message::new("ready").value("what", what).link("/fine");
    Ok(told(match words.as_slice() {
        ["person", person, what] => message(what).to_person(person),
        ["role", role, "-", what] => message(what).to_role(role, None),
        ["role", role, province, what] => message(what).to_role(role, Some(province)),
        _ => return Err(Error::bad_request("person or role")),
    }))
}

pub(crate) fn send(request: &Request) -> Result<Answer, Error> {
    Answer::json(&sent(request)?)
}

pub(crate) fn send_then_trap(request: &Request) -> Result<Answer, Error> {
    sent(request)?;
    work::trap(request)
}

/// Steps over each bound and tells what it is answered. The form's `text` is a person.
pub(crate) fn bounds(request: &Request) -> Result<Answer, Error> {
    let person = request.form_required("text")?;
    let ready = || Message::new("ready").value("what", "x");
    let mut many = ready();
    for number in 0..16 {
        many = many.value(&format!("more{number}"), number);
    }
    let first = [
        told(Message::new("sign-in").to_person(person)),
        told(ready().link("//evil.test/").to_person(person)),
        told(ready().value("long", "x".repeat(5_000)).to_person(person)),
        told(many.to_person(person)),
        told(ready().to_person("nobody")),
        told(ready().to_role("king", None)),
        told(ready().to_role("trainer", Some("9.541"))),
    ];
    let sent = (0..200).take_while(|_| ready().to_person(person).is_ok()).count();
    Answer::json(&json!({ "first": first, "sent": sent, "last": told(ready().to_person(person)) }))
}
