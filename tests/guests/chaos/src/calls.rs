//! Questions to other plugins and answers to theirs. The same component is installed under several ids, so that plugins can ask each other.

use serde_json::{Value, json};
use tiwizi_sdk::calls::{Asked, ask};
use tiwizi_sdk::ui::{Fragment, Slot};
use tiwizi_sdk::{Answer, Error, Find, Request, Store, context, kv, registry};

use crate::work::{self, Note};

fn text<'a>(wanted: &'a Value, name: &str) -> &'a str {
    wanted.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Asks as `wanted` says: `contract`, `major`, `method`, `payload`.
fn asked(wanted: &Value) -> Result<Value, Error> {
    let major = wanted.get("major").and_then(Value::as_u64).and_then(|major| u32::try_from(major).ok()).unwrap_or(1);
    ask(text(wanted, "contract"), major, text(wanted, "method"), wanted.get("payload").unwrap_or(&Value::Null))
}

fn told(outcome: Result<Value, Error>) -> Value {
    outcome.unwrap_or_else(|error| {
        json!({ "code": error.code, "message": error.message, "retryable": error.retryable, "details": error.details })
    })
}

fn wanted(request: &Request) -> Result<Value, Error> {
    Ok(serde_json::from_str(request.form_required("text")?)?)
}

fn write(text: &str) -> Result<(), Error> {
    Store::create(&Note { text: text.to_owned() }).map(drop)
}

fn notes() -> Result<Vec<String>, Error> {
    Ok(Store::<Note>::list(&Find::new())?.items.into_iter().map(|entry| entry.body.text).collect())
}

pub(crate) fn ask_one(request: &Request) -> Result<Answer, Error> {
    Answer::json(&told(asked(&wanted(request)?)))
}

/// Asks, then writes a note of its own, whatever was answered.
pub(crate) fn ask_then_write(request: &Request) -> Result<Answer, Error> {
    let answer = told(asked(&wanted(request)?));
    write("of the caller")?;
    Answer::json(&answer)
}

pub(crate) fn ask_then_trap(request: &Request) -> Result<Answer, Error> {
    asked(&wanted(request)?)?;
    work::trap(request)
}

pub(crate) fn ask_then_problem(request: &Request) -> Result<Answer, Error> {
    asked(&wanted(request)?)?;
    Err(Error::new(418, "teapot", "it changed its mind"))
}

/// Asks the same again and again; answers how often it was answered, and what it was told in the end.
pub(crate) fn ask_often(request: &Request) -> Result<Answer, Error> {
    let wanted = wanted(request)?;
    let answered = (0..100).take_while(|_| asked(&wanted).is_ok()).count();
    Answer::json(&json!({ "answered": answered, "last": told(asked(&wanted)) }))
}

/// Answers another plugin.
pub(crate) fn answer(asked_for: &Asked) -> Result<Value, Error> {
    let payload: Value = asked_for.payload()?;
    match asked_for.method.as_str() {
        "who" => {
            let caller = context::caller();
            Ok(json!({
                "asker": asked_for.plugin, "contract": asked_for.contract, "self": context::plugin_id(),
                "name": caller.name, "language": context::language(), "payload": payload,
            }))
        }
        "write" => {
            write(text(&payload, "text"))?;
            kv::increment("asked", 1)?;
            Ok(json!(notes()?))
        }
        "write-then-fail" => {
            write(text(&payload, "text"))?;
            Err(Error::new(409, "teapot", "it does not want to\nanswer").with("hot", true))
        }
        "write-then-trap" => {
            write(text(&payload, "text"))?;
            work::trap(&Request::default()).map(|_| Value::Null)
        }
        "loop" => work::endless(&Request::default()).map(|_| Value::Null),
        "sleep" => work::sleep(&Request::default()).map(|_| Value::Null),
        "large" => Ok(json!("x".repeat(3 << 20))),
        "register" => Ok(told(registry::cooperatives::<Value>(&Find::new().limit(1)).map(|_| json!("granted")))),
        "further" => {
            if text(&payload, "method") == "write" {
                write("on the way")?;
            }
            asked(&payload)
        }
        "deeper" => Ok(told(asked(&payload))),
        other => Err(Error::not_found(format!("there is no method {other}"))),
    }
}

/// A part of a page, as the setting `greeting` says: what is fine, what is not, and what takes too long.
pub(crate) fn render(slot: &Slot) -> Result<Option<Fragment>, Error> {
    let input: Value = slot.input()?;
    let greeting: String = tiwizi_sdk::config::get("greeting")?;
    let data =
        json!({ "word": format!("{} {} <b>{}</b>", slot.name, context::plugin_id(), text(&input, "cooperative")) });
    let title = format!("Chaos <{}>", slot.name);
    match greeting.as_str() {
        "none" => Ok(None),
        "error" => Err(Error::invalid("it does not want to")),
        "trap" => work::trap(&Request::default()).map(|_| None),
        "loop" => work::endless(&Request::default()).map(|_| None),
        "sleep" => work::sleep(&Request::default()).map(|_| None),
        "template" => Fragment::new("../../layout", title, &data).map(Some),
        // The kit makes none such.
        "no-object" => Ok(Some(Fragment { template: "part".to_owned(), title, data: json!("no object") })),
        "large" => Fragment::new("part", title, &json!({ "word": "x".repeat(200 << 10) })).map(Some),
        "write" => {
            let refused = write("from a part").map_err(|error| error.code).err();
            Fragment::new("part", title, &json!({ "word": refused })).map(Some)
        }
        _ => Fragment::new("part", title, &data).map(Some),
    }
}
