//! What is told and what is put aside, as the text in the payload says.

use serde_json::{Value, json};
use tiwizi_sdk::events::{self, Event, Outcome};
use tiwizi_sdk::jobs::{self, Job, Later};
use tiwizi_sdk::{Answer, Error, Request, Store, context, kv};

use crate::work::{self, Note};

/// What is to be done, and how often it was tried.
struct Order<'a> {
    text: &'a str,
    key: &'a str,
    attempt: u32,
    depth: u32,
}

pub(crate) fn on_event(event: &Event) -> Outcome {
    let text = at(&event.payload, "text").as_str().unwrap_or_default();
    if text == "see" {
        return see(&json!({
            "subscription": event.subscription, "topic": event.topic, "record": event.record, "version": event.version,
            "operation": event.operation.map(tiwizi_sdk::hooks::Operation::name), "key": event.key, "payload": event.payload,
            "attempt": event.attempt, "depth": event.depth, "caller": format!("{:?}", context::caller().kind),
        }));
    }
    if event.topic.starts_with("registry/") {
        return note(&format!("{} {}", event.key, event.version.unwrap_or_default())).into();
    }
    obey(&Order { text, key: &event.key, attempt: event.attempt, depth: event.depth })
}

pub(crate) fn run_job(job: &Job) -> Outcome {
    let text = at(&job.payload, "text").as_str().unwrap_or(&job.name);
    if text == "see" {
        return see(&json!({ "name": job.name, "payload": job.payload, "due": job.due_at, "attempt": job.attempt }));
    }
    obey(&Order { text, key: &job.id, attempt: job.attempt, depth: 0 })
}

fn see(seen: &Value) -> Outcome {
    kv::set("text", &seen.to_string(), None).into()
}

fn obey(order: &Order<'_>) -> Outcome {
    let request = Request::default();
    let done = match order.text {
        "reject" => return Outcome::Reject("never\n\u{202e}again".to_owned()),
        "retry" => return Outcome::Retry(Some(30)),
        "trap" => work::trap(&request).map(drop),
        "loop" => work::endless(&request).map(drop),
        "sleep" => work::sleep(&request).map(drop),
        "note" => note(order.key),
        "note-then-trap" if order.attempt == 1 => note(order.key).and_then(|()| work::trap(&request).map(drop)),
        "note-then-retry" if order.attempt == 1 => {
            return note(order.key).map_or_else(|error| Err(error).into(), |()| Outcome::Retry(None));
        }
        "note-then-trap" | "note-then-retry" => note(order.key),
        text if text.starts_with("pong") => pong(order.depth),
        "ping" => {
            events::emit("ping", "ping", &json!({ "text": "ping" })).and_then(|()| kv::increment("count", 1).map(drop))
        }
        "progress" => progress(),
        "again" => put_again(),
        _ => remember(order.text),
    };
    done.into()
}

fn note(key: &str) -> Result<(), Error> {
    Store::create(&Note { text: format!("note of {key}") }).map(drop)
}

/// A note that everybody who hears of it answers with one of his own.
fn pong(depth: u32) -> Result<(), Error> {
    kv::increment("count", 1)?;
    let text = format!("pong {depth} {}", context::plugin_id());
    Store::create(&Note { text }).map(drop)
}

/// Keeps what came in the order in which it came.
fn remember(text: &str) -> Result<(), Error> {
    let mut order: Vec<String> = kv::get("order")?.unwrap_or_default();
    order.push(text.to_owned());
    kv::set("order", &order, None)
}

fn progress() -> Result<(), Error> {
    jobs::progress(3, 7, "three\n\u{202e}of seven")?;
    jobs::progress(4, 7, "too soon after")
}

fn put_again() -> Result<(), Error> {
    Later::new("work").enqueue(&json!({ "text": "later" })).map(drop)
}

fn wanted(request: &Request) -> Result<Value, Error> {
    Ok(serde_json::from_str(request.form_required("text")?)?)
}

fn told<Output: Into<Value>>(outcome: Result<Output, Error>) -> Value {
    match outcome {
        Ok(value) => value.into(),
        Err(error) => json!({ "code": error.code, "message": error.message, "details": error.details }),
    }
}

/// Puts a job aside as the form tells.
pub(crate) fn enqueue(request: &Request) -> Result<Answer, Error> {
    let wanted = wanted(request)?;
    let name = at(&wanted, "name").as_str().unwrap_or("work");
    let mut later = Later::new(name);
    if let Some(at) = at(&wanted, "at").as_u64() {
        later = later.at(at);
    }
    if let Some(key) = at(&wanted, "once").as_str() {
        later = later.once(key);
    }
    if let Some(attempts) = at(&wanted, "attempts").as_u64() {
        later = later.attempts_max(u32::try_from(attempts).unwrap_or(u32::MAX));
    }
    Answer::json(&told(later.enqueue(at(&wanted, "payload"))))
}

pub(crate) fn enqueue_then_problem(request: &Request) -> Result<Answer, Error> {
    enqueue(request)?;
    Err(Error::new(418, "teapot", "it changed its mind"))
}

/// One more than a call may, and what each bound answers.
pub(crate) fn bounds(_: &Request) -> Result<Answer, Error> {
    let put = || told(Later::new("work").enqueue(&json!({})).map(|_| Value::Null));
    let jobs = (0..200).map(|_| put()).find(|told| !told.is_null());
    let emit = || told(events::emit("ping", "", &1).map(|()| Value::Null));
    let events = (0..200).map(|_| emit()).find(|told| !told.is_null());
    let large = told(Later::new("work").enqueue(&"x".repeat(65 << 10)));
    let progress = told(jobs::progress(1, 2, "").map(|()| Value::Null));
    Answer::json(&json!({ "jobs": jobs, "events": events, "large": large, "progress": progress }))
}

pub(crate) fn cancel(request: &Request) -> Result<Answer, Error> {
    Answer::json(&told(jobs::cancel(request.form_required("text")?)))
}

pub(crate) fn emit(request: &Request) -> Result<Answer, Error> {
    let wanted = wanted(request)?;
    let (topic, key) =
        (at(&wanted, "topic").as_str().unwrap_or("ping"), at(&wanted, "key").as_str().unwrap_or_default());
    Answer::json(&told(events::emit(topic, key, at(&wanted, "payload")).map(|()| Value::Null)))
}

pub(crate) fn order(_: &Request) -> Result<Answer, Error> {
    Answer::json(&kv::get::<Vec<String>>("order")?.unwrap_or_default())
}

/// A member of an object; null when there is none.
fn at<'a>(object: &'a Value, name: &str) -> &'a Value {
    object.get(name).unwrap_or(&Value::Null)
}
