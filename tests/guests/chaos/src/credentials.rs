//! Credentials: what a plugin may have signed, and what it may not.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Request, credentials};

fn claims(name: &str) -> Value {
    json!({
        "subject": { "name": name },
        "achievement": {
            "id": "/modules/accounts", "name": "Tenir les comptes", "description": "Un module de formation.",
            "criteria": { "narrative": "Finir les leçons et réussir le test." },
            "achievementType": "Course", "inLanguage": "fr",
        },
    })
}

/// Has one signed for the name that is sent.
pub(crate) fn issue(request: &Request) -> Result<Answer, Error> {
    let name = request.form_required("text")?;
    Answer::json(&credentials::issue(&claims(name))?)
}

/// Has one signed and refuses itself afterwards.
pub(crate) fn issue_then_problem(request: &Request) -> Result<Answer, Error> {
    credentials::issue(&claims(request.form_required("text")?))?;
    Err(Error::new(418, "teapot", "it changed its mind"))
}

/// Takes one back.
pub(crate) fn revoke(request: &Request) -> Result<Answer, Error> {
    credentials::revoke(request.form_required("text")?, "Marked wrong")?;
    Answer::json(&"revoked")
}

/// Has more signed than a call may.
pub(crate) fn many(_: &Request) -> Result<Answer, Error> {
    let codes = (0..=100).map(|_| credentials::issue(&claims("Fadma")));
    let codes: Vec<String> = codes.map(|made| made.map_or_else(|error| error.code, |_| "made".to_owned())).collect();
    Answer::json(&codes)
}

/// What is refused, and as what.
pub(crate) fn refused(_: &Request) -> Result<Answer, Error> {
    let code = |claims: &Value| credentials::issue(claims).map_or_else(|error| error.code, |_| "made".to_owned());
    let mut someone = claims("Fadma");
    if let Some(subject) = someone.pointer_mut("/subject").and_then(Value::as_object_mut) {
        subject.insert("record".to_owned(), "00000000-0000-7000-8000-000000000001".into());
    }
    let mut issuer = claims("Fadma");
    if let Some(claims) = issuer.as_object_mut() {
        claims.insert("issuer".to_owned(), "did:web:elsewhere.example".into());
    }
    let taken = |id: &str| credentials::revoke(id, "?").map_or_else(|error| error.code, |()| "revoked".to_owned());
    Answer::json(&json!({
        "card": code(&claims("Fadma JB123456")),
        "long": code(&claims(&"x".repeat(40_000))),
        "issuer": code(&issuer),
        "stranger": code(&someone),
        "nobody's": taken(&"0".repeat(32)),
        "no id": taken("1"),
    }))
}
