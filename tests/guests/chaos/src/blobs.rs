//! Files: what a plugin may do with them, and what it may not.

use std::time::Duration;

use serde_json::{Value, json};
use tiwizi_sdk::bindings::tiwizi::plugin::blobs as raw;
use tiwizi_sdk::blobs::{self, Blob, Upload};
use tiwizi_sdk::{Answer, Error, Request};

use crate::work;

fn told<Output>(outcome: Result<Output, Error>, tell: impl FnOnce(Output) -> Value) -> Value {
    match outcome {
        Ok(output) => tell(output),
        Err(error) => json!({ "code": error.code, "details": error.details }),
    }
}

fn shown(blob: Blob) -> Value {
    json!({ "id": blob.id, "bytes": blob.bytes, "type": blob.media_type })
}

fn kept(request: &Request) -> Result<Blob, Error> {
    let (media_type, text) = request.form_required("text")?.split_once(' ').unwrap_or(("text/plain", ""));
    blobs::keep(media_type, text.as_bytes())
}

/// Keeps a file, `image/png bytes`, and makes a link to it.
pub(crate) fn keep(request: &Request) -> Result<Answer, Error> {
    let blob = kept(request)?;
    let link = blobs::link(&blob.id, Duration::from_secs(60))?;
    Answer::json(&json!({ "blob": shown(blob), "link": link }))
}

pub(crate) fn keep_then_trap(request: &Request) -> Result<Answer, Error> {
    kept(request)?;
    work::trap(request)
}

/// Leaves one file half written and one finished, and changes its mind.
pub(crate) fn keep_then_problem(request: &Request) -> Result<Answer, Error> {
    kept(request)?;
    Upload::begin("text/plain")?.write(&vec![7; 3 << 20])?;
    Err(Error::new(418, "teapot", "it changed its mind"))
}

pub(crate) fn unfinished(_: &Request) -> Result<Answer, Error> {
    Upload::begin("text/plain")?.write(&vec![7; 3 << 20])?;
    Answer::json(&"forgotten")
}

pub(crate) fn delete(request: &Request) -> Result<Answer, Error> {
    blobs::delete(request.form_required("text")?)?;
    Answer::json(&"deleted")
}

/// What the plugin is told of a file, by its id.
pub(crate) fn see(request: &Request) -> Result<Answer, Error> {
    let id = request.form_required("text")?;
    Answer::json(&json!({
        "stat": told(blobs::stat(id), |blob| blob.map_or(Value::Null, shown)),
        "text": told(blobs::read_all(id), |bytes| String::from_utf8_lossy(&bytes).into()),
        "part": told(blobs::read(id, 2, 3), |bytes| String::from_utf8_lossy(&bytes).into()),
        "behind": told(blobs::read(id, u64::MAX, 3), |bytes| bytes.len().into()),
        "link": told(blobs::link(id, Duration::from_secs(60)), Value::from),
        "list": told(blobs::list(0, None), |page| page.items.len().into()),
    }))
}

/// Steps over each bound and tells what it is answered.
pub(crate) fn bounds(_: &Request) -> Result<Answer, Error> {
    let open: Vec<_> = (0..5).map(|_| raw::begin("text/plain").map_err(|error| error.code)).collect();
    let first = open.first().and_then(|number| number.as_ref().ok()).copied().unwrap_or_default();
    let chunk = raw::write_chunk(first, &vec![1; (1 << 20) + 1]).map_err(|error| error.code);
    let other = raw::finish(first, Some(&"0".repeat(64))).map_err(|error| error.code).err();
    let gone = raw::write_chunk(first, b"more").map_err(|error| error.code);
    let media_type = blobs::keep("text/html; charset=utf-8", b"x").map_err(|error| error.code).err();
    Answer::json(&json!({
        "fifth": open.last(), "chunk": chunk.err(), "other": other, "gone": gone.err(), "type": media_type,
    }))
}
