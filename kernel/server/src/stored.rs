//! Sends a stored file, whole or in part, in pieces that are read as they are sent.

use std::ops::Range;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tiwizi_model::FileHash;
use tiwizi_storage::{BlobFile, Files};

use crate::etag;
use crate::problem::{Fault, Problem};
use crate::range::Wanted;

/// How much of a file lies in memory at once.
const PIECE_BYTES: u64 = 256 << 10;

/// Where the bytes of a file lie.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stored {
    /// Under their hash.
    Shared,
    /// In a file that a plugin keeps.
    Kept(BlobFile),
}

/// A file that shall be sent.
#[derive(Debug, Clone)]
pub(crate) struct StoredFile {
    /// The SHA-256 of its bytes.
    pub(crate) hash: FileHash,
    /// Where they lie.
    pub(crate) place: Stored,
    /// Its length.
    pub(crate) bytes: u64,
    /// Its type; nothing of the caller's choice.
    pub(crate) media_type: HeaderValue,
    /// How long it may be kept by the browser.
    pub(crate) caching: &'static str,
}

/// Answers a GET of a stored file.
pub(crate) async fn send(files: &Files, headers: &HeaderMap, file: StoredFile) -> Result<Response, Problem> {
    let text = format!("\"{}\"", file.hash);
    let tag = HeaderValue::from_str(&text).map_err(Problem::internal)?;
    let mut response = if etag::is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match Wanted::of(headers, file.bytes, &text) {
            Wanted::Whole => whole(files, &file),
            Wanted::Part { first, last } => part(files, &file, first, last)?,
            Wanted::Nothing => {
                let size = HeaderValue::from_str(&format!("bytes */{}", file.bytes)).map_err(Problem::internal)?;
                return Err(Problem::from(Fault::Range).with_header(header::CONTENT_RANGE, size));
            }
        }
    };
    let answer = response.headers_mut();
    answer.insert(header::ETAG, tag);
    answer.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(file.caching));
    answer.insert(header::CONTENT_TYPE, file.media_type);
    Ok(response)
}

fn whole(files: &Files, file: &StoredFile) -> Response {
    let mut response = pieces(files, file, 0..file.bytes).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(file.bytes));
    response
}

fn part(files: &Files, file: &StoredFile, first: u64, last: u64) -> Result<Response, Problem> {
    let end = last.saturating_add(1);
    let mut response = (StatusCode::PARTIAL_CONTENT, pieces(files, file, first..end)).into_response();
    let range = format!("bytes {first}-{last}/{}", file.bytes);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_RANGE, HeaderValue::from_str(&range).map_err(Problem::internal)?);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(end.saturating_sub(first)));
    Ok(response)
}

fn pieces(files: &Files, file: &StoredFile, range: Range<u64>) -> Body {
    let (files, hash, place) = (files.clone(), file.hash, file.place);
    Body::from_stream(stream::unfold((files, range), move |(files, range)| async move {
        if range.is_empty() {
            return None;
        }
        let end = range.start.saturating_add(PIECE_BYTES).min(range.end);
        let outcome = read_piece(&files, hash, place, range.start..end).await;
        let next = if outcome.is_ok() { end..range.end } else { range.end..range.end };
        Some((outcome, (files, next)))
    }))
}

/// A piece that cannot be read breaks the answer off: its headers are out already.
async fn read_piece(files: &Files, hash: FileHash, place: Stored, range: Range<u64>) -> std::io::Result<Bytes> {
    let found = match place {
        Stored::Shared => files.range(hash, range).await,
        Stored::Kept(file) => files.blob_range(file, range).await,
    };
    match found {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(std::io::ErrorKind::NotFound.into()),
        Err(error) => {
            tracing::error!(file.hash = %hash, %error, "a stored file cannot be read");
            Err(std::io::ErrorKind::Other.into())
        }
    }
}
