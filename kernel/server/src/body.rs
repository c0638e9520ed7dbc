//! Reads request bodies, in full, within their limits of size and time.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use tiwizi_model::limits;

use crate::problem::{Fault, Problem};

/// How much of a body is read, and how long that may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimit {
    bytes_max: usize,
    wait: Duration,
}

impl BodyLimit {
    /// For everything but uploads.
    pub(crate) const NORMAL: Self =
        Self { bytes_max: limits::BODY_BYTES_MAX, wait: Duration::from_millis(limits::BODY_WAIT_MS) };

    /// For files and bundles, which may come over a slow link.
    pub(crate) const UPLOAD: Self =
        Self { bytes_max: limits::UPLOAD_BYTES_MAX, wait: Duration::from_millis(limits::UPLOAD_WAIT_MS) };
}

/// Reads a body. A body that says that it is too large is refused before a byte of it is read.
pub(crate) async fn read(headers: &HeaderMap, body: Body, limit: BodyLimit) -> Result<Bytes, Problem> {
    refuse_encoding(headers)?;
    if declared_bytes(headers).is_some_and(|declared| declared > limit.bytes_max) {
        return Err(too_large(limit));
    }
    let read = read_frames(body, limit);
    match tokio::time::timeout(limit.wait, read).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Fault::TooSlow.into()),
    }
}

async fn read_frames(mut body: Body, limit: BodyLimit) -> Result<Bytes, Problem> {
    let mut collected = BytesMut::new();
    loop {
        let next = tokio::time::timeout(Duration::from_millis(limits::BODY_WAIT_MS), body.frame()).await;
        let Some(frame) = next.map_err(|_| Problem::from(Fault::TooSlow))? else {
            return Ok(collected.freeze());
        };
        let frame = frame.map_err(|error| Problem::from(Fault::Malformed).because(error))?;
        let Ok(data) = frame.into_data() else { continue };
        if collected.len().saturating_add(data.len()) > limit.bytes_max {
            return Err(too_large(limit));
        }
        collected.extend_from_slice(&data);
    }
}

fn declared_bytes(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Compressed bodies are not taken: a small one can unpack to anything.
fn refuse_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(header::CONTENT_ENCODING) {
        None => Ok(()),
        Some(value) if value.as_bytes().eq_ignore_ascii_case(b"identity") => Ok(()),
        Some(_) => Err(Problem::from(Fault::MediaType).saying("compressed bodies are not taken")),
    }
}

fn too_large(limit: BodyLimit) -> Problem {
    Problem::from(Fault::BodyTooLarge).saying(format!("at most {} bytes are taken here", limit.bytes_max))
}

/// The media type of a body, without its parameters, in small letters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = text.split(';').next()?.trim();
    Some(essence.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_over_its_limit_is_refused_whether_or_not_it_says_so() {
        let limit = BodyLimit { bytes_max: 10, wait: Duration::from_secs(5) };
        let silent = read(&HeaderMap::new(), Body::from("x".repeat(11)), limit).await.unwrap_err();
        assert_eq!(silent.fault(), Fault::BodyTooLarge);
        let headers: HeaderMap = [(header::CONTENT_LENGTH, "100000000000".parse().unwrap())].into_iter().collect();
        let declared = read(&headers, Body::empty(), limit).await.unwrap_err();
        assert_eq!(declared.fault(), Fault::BodyTooLarge);
        assert_eq!(read(&HeaderMap::new(), Body::from("x".repeat(10)), limit).await.unwrap().len(), 10);
    }

    #[tokio::test]
    async fn a_compressed_body_is_refused() {
        let headers: HeaderMap = [(header::CONTENT_ENCODING, "gzip".parse().unwrap())].into_iter().collect();
        let problem = read(&headers, Body::from("x"), BodyLimit::NORMAL).await.unwrap_err();
        assert_eq!(problem.fault(), Fault::MediaType);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls_is_given_up() {
        let stalled = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
        let problem = read(&HeaderMap::new(), stalled, BodyLimit::NORMAL).await.unwrap_err();
        assert_eq!(problem.fault(), Fault::TooSlow);
    }
}
