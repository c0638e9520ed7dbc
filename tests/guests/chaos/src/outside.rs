//! Requests to the outside, as the form tells: `text` is a JSON object.

use serde_json::{Value, json};
use tiwizi_sdk::http_out::Fetch;
use tiwizi_sdk::{Answer, Error, Request, kv};

fn text<'a>(wanted: &'a Value, name: &str) -> Option<&'a str> {
    wanted.get(name).and_then(Value::as_str)
}

fn number(wanted: &Value, name: &str) -> u32 {
    wanted.get(name).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
}

fn told(wanted: &Value) -> Value {
    let mut fetch = Fetch::new(text(wanted, "method").unwrap_or("GET"), text(wanted, "url").unwrap_or_default())
        .bytes_max(number(wanted, "bytes_max"))
        .redirects_max(u8::try_from(number(wanted, "redirects_max")).unwrap_or_default())
        .body(text(wanted, "body").unwrap_or_default());
    if number(wanted, "timeout_ms") > 0 {
        fetch = fetch.timeout(std::time::Duration::from_millis(number(wanted, "timeout_ms").into()));
    }
    for (name, value) in wanted.get("headers").and_then(Value::as_object).into_iter().flatten() {
        fetch = fetch.header(name, value.as_str().unwrap_or_default());
    }
    if let Some(secret) = text(wanted, "secret") {
        fetch = fetch.secret("x-key", "Bearer ", secret);
    }
    match fetch.send() {
        Ok(reply) => json!({
            "status": reply.status, "url": reply.url, "bytes": reply.body.len(),
            "type": reply.header("content-type"), "body": String::from_utf8_lossy(reply.body.get(..200).unwrap_or(&reply.body)),
        }),
        Err(error) => {
            json!({ "code": error.code, "message": error.message, "retryable": error.retryable, "details": error.details })
        }
    }
}

pub(crate) fn fetch(request: &Request) -> Result<Answer, Error> {
    let wanted: Value = serde_json::from_str(request.form_required("text")?)?;
    if wanted.get("counts").is_some() {
        kv::increment("count", 1)?;
    }
    Answer::json(&told(&wanted))
}

/// The same again and again; answers with what it was told in the end, and how often it was answered before.
pub(crate) fn storm(request: &Request) -> Result<Answer, Error> {
    let wanted: Value = serde_json::from_str(request.form_required("text")?)?;
    let mut answered = 0;
    let mut last = told(&wanted);
    while last.get("status").is_some() && answered < 100 {
        answered += 1;
        last = told(&wanted);
    }
    Answer::json(&json!({ "answered": answered, "last": last }))
}
