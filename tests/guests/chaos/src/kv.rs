//! Values by key: what a plugin may do with them, and what it may not.

use std::hint::black_box;
use std::time::Duration;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Request, kv};

use crate::work;

fn told<Output: Into<Value>>(outcome: Result<Output, Error>) -> Value {
    match outcome {
        Ok(value) => value.into(),
        Err(error) => json!({ "code": error.code, "retryable": error.retryable, "details": error.details }),
    }
}

pub(crate) fn see(_: &Request) -> Result<Answer, Error> {
    let texts = |key| kv::get::<String>(key).map(Value::from);
    Answer::json(
        &json!({ "text": told(texts("text")), "brief": told(texts("brief")), "count": told(kv::get::<i64>("count").map(Value::from)) }),
    )
}

pub(crate) fn keys(_: &Request) -> Result<Answer, Error> {
    let mut pages = Vec::new();
    let mut cursor = None;
    for _ in 0..10 {
        let page = kv::list("k/", 2, cursor.as_deref())?;
        pages.push(page.keys);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Answer::json(&pages)
}

/// Writes, reads what it wrote, writes over it and forgets it, all in one call.
pub(crate) fn mix(request: &Request) -> Result<Answer, Error> {
    for key in ["k/c", "k/a", "k/b", "other"] {
        kv::set(key, &key, None)?;
    }
    kv::set("k/gone", &1, None)?;
    kv::delete("k/gone")?;
    kv::delete("k/never")?;
    kv::swap("text", None, &"first", None)?;
    let refused = kv::swap("text", None, &"second", None);
    kv::swap("text", Some(&"first"), &"third", None)?;
    let sums = [kv::increment("count", 5)?, kv::increment("count", -2)?];
    let number = kv::increment("text", 1);
    let Answer::Json { body, .. } = keys(request)? else { return Err(Error::internal("it lists")) };
    Answer::json(&json!({
        "keys": body, "text": kv::get::<String>("text")?, "sums": sums, "gone": kv::get::<i64>("k/gone")?,
        "refused": told(refused.map(|()| Value::Null)), "number": told(number),
    }))
}

pub(crate) fn set(request: &Request) -> Result<Answer, Error> {
    kv::set("text", &request.form_required("text")?, None)?;
    Answer::json(&"set")
}

pub(crate) fn set_then_trap(request: &Request) -> Result<Answer, Error> {
    set(request)?;
    kv::increment("count", 1)?;
    work::trap(request)
}

pub(crate) fn set_then_problem(request: &Request) -> Result<Answer, Error> {
    set(request)?;
    Err(Error::new(418, "teapot", "it changed its mind"))
}

/// Counts, and dawdles a little so that others count at the same time.
pub(crate) fn count(_: &Request) -> Result<Answer, Error> {
    let sum = kv::increment("count", 1)?;
    std::thread::sleep(Duration::from_millis(50));
    Answer::json(&sum)
}

pub(crate) fn swap(request: &Request) -> Result<Answer, Error> {
    let before: Option<String> = kv::get("text")?;
    kv::swap("text", before.as_ref(), &request.form_required("text")?.to_owned(), None)?;
    std::thread::sleep(Duration::from_millis(50));
    Answer::json(&before)
}

pub(crate) fn brief(_: &Request) -> Result<Answer, Error> {
    kv::set("brief", &"here", Some(Duration::from_millis(1)))?;
    kv::set("k/brief", &"here", Some(Duration::from_millis(1)))?;
    Answer::json(&"set")
}

/// Steps over each bound and tells what it is answered.
pub(crate) fn bounds(_: &Request) -> Result<Answer, Error> {
    let set =
        |key: &str, bytes: usize| told(kv::set_bytes(key, &black_box(vec![7; bytes]), None).map(|()| Value::Null));
    let (fits, large) = (set(&"k".repeat(512), 64 << 10), set("k", (64 << 10) + 1));
    let names = [set("", 1), set(&"k".repeat(513), 1), set("a\nb", 1)];
    let much = (0..1_000).map(|number| set(&format!("much/{number}"), 64 << 10)).find(|told| !told.is_null());
    Answer::json(&json!({ "fits": fits, "large": large, "names": names, "much": much }))
}
