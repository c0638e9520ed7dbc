//! Secrets: its own, one that is not set, and one that the manifest does not name.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Request, secrets};

fn outcome<Output: Into<Value>>(outcome: Result<Output, Error>) -> Value {
    match outcome {
        Ok(value) => value.into(),
        Err(error) => json!({ "code": error.code, "message": error.message, "details": error.details }),
    }
}

fn told_of(name: &str) -> Value {
    let revealed = secrets::reveal(name).map(|secret| secret.expose().len());
    json!({ "set": outcome(secrets::is_set(name)), "length": outcome(revealed) })
}

pub(crate) fn told(_: &Request) -> Result<Answer, Error> {
    Answer::json(&json!({ "token": told_of("token"), "other": told_of("other"), "foreign": told_of("foreign") }))
}
