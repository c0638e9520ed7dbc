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
    pub(crate) fn new(bytes_max: usize, wait: Duration) -> Self {
        Self { bytes_max, wait }
    }

    /// For everything but uploads.
    pub(crate) const NORMAL: Self =
        Self { bytes_max: limits::BODY_BYTES_MAX, wait: Duration::from_millis(limits::BODY_WAIT_MS) };

    /// For one paper of a founding file, which may come over a slow link too.
    pub(crate) const PAPER: Self =
        Self { bytes_max: limits::FOUNDING_DOCUMENT_BYTES_MAX, wait: Duration::from_millis(limits::UPLOAD_WAIT_MS) };

    /// For a printed extract that anybody holds against the one that was issued.
    pub(crate) const PRINT: Self =
        Self { bytes_max: limits::EXTRACT_PDF_BYTES_MAX, wait: Duration::from_millis(limits::BODY_WAIT_MS) };

    /// For what moves to this instance from another home.
    pub(crate) const PARCEL: Self =
        Self { bytes_max: limits::FED_PARCEL_BYTES_MAX, wait: Duration::from_millis(limits::UPLOAD_WAIT_MS) };

    /// For files and bundles, which may come over a slow link.
    pub(crate) const UPLOAD: Self =
        Self { bytes_max: limits::UPLOAD_BYTES_MAX, wait: Duration::from_millis(limits::UPLOAD_WAIT_MS) };
}

/// Reads a body. One that is too large is refused, as soon as it says so or turns out to be; none of the rest is kept.
pub(crate) async fn read(headers: &HeaderMap, mut body: Body, limit: BodyLimit) -> Result<Bytes, Problem> {
    refuse_encoding(headers)?;
    let outcome = if declared_bytes(headers).is_some_and(|declared| declared > limit.bytes_max) {
        Err(too_large(limit))
    } else {
        let read = tokio::time::timeout(limit.wait, read_frames(&mut body, limit)).await;
        read.unwrap_or_else(|_| Err(Fault::TooSlow.into()))
    };
    if outcome.as_ref().is_err_and(|problem| problem.fault() == Fault::BodyTooLarge) {
        pass_over(body).await;
    }
    outcome
}

/// Takes what a client still sends and forgets it, within bounds: when a connection is closed on a client that is sending,
/// the client does not get to see the answer.
pub(crate) async fn pass_over(mut body: Body) {
    let rest = async {
        let mut passed = 0_usize;
        while let Some(Ok(frame)) = body.frame().await {
            passed = passed.saturating_add(frame.data_ref().map_or(0, Bytes::len));
            if passed > limits::BODY_PASSED_OVER_BYTES_MAX {
                break;
            }
        }
    };
    // The client had its time; it is answered all the same.
    tokio::time::timeout(Duration::from_millis(limits::BODY_PASSED_OVER_MS), rest).await.unwrap_or_default();
}

async fn read_frames(body: &mut Body, limit: BodyLimit) -> Result<Bytes, Problem> {
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

/// How long a body says that it is, in bytes.
pub(crate) fn declared_bytes(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Compressed bodies are not taken: a small one can unpack to anything.
pub(crate) fn refuse_encoding(headers: &HeaderMap) -> Result<(), Problem> {
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
        let endless =
            Body::from_stream(futures::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[0; 4096]))));
        assert_eq!(read(&headers, endless, limit).await.unwrap_err().fault(), Fault::BodyTooLarge);
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
