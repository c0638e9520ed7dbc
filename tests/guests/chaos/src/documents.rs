//! Documents: what a plugin may have set, and what it may not.

use std::time::Duration;

use serde_json::json;
use tiwizi_sdk::{Answer, Error, Language, Request, documents};

/// Has a card set, and makes a link to it.
pub(crate) fn make(request: &Request) -> Result<Answer, Error> {
    let name = request.form_required("text")?;
    let id = documents::make("card", Language::Arabic, &json!({ "name": name }))?;
    let link = documents::link(&id, Duration::from_secs(60), "my card")?;
    Answer::json(&json!({ "id": id, "link": link }))
}

/// Has more set than a call may.
pub(crate) fn many(_: &Request) -> Result<Answer, Error> {
    let codes = (0..=20).map(|number| documents::make("card", Language::French, &json!({ "name": number })));
    let codes: Vec<String> = codes.map(|made| made.map_or_else(|error| error.code, |_| "made".to_owned())).collect();
    Answer::json(&codes)
}

/// What is refused, and as what.
pub(crate) fn refused(_: &Request) -> Result<Answer, Error> {
    let code = |made: Result<String, Error>| made.map_or_else(|error| error.code, |_| "made".to_owned());
    let name = |name: &str| code(documents::link(&"0".repeat(64), Duration::from_secs(60), name));
    Answer::json(&json!({
        "other": code(documents::make("other", Language::French, &json!({}))),
        "list": code(documents::make("card", Language::French, &json!([]))),
        "name": name("a\"b"),
        "gone": name("card"),
    }))
}
