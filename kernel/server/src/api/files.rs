//! Files, named by the hash of their bytes. A hash alone opens nothing (`uploads.rs`). What was stored is sent back as bytes to be saved, never as something that
//! a browser would show or run.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde::Serialize;
use tiwizi_model::{FileHash, KindName, RecordId};
use utoipa::ToSchema;

use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::caller::Visitor;
use crate::json;
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::stored::{self, Stored, StoredFile};
use crate::uploads;

/// A file that was stored.
#[derive(Serialize, ToSchema)]
pub(crate) struct FileView {
    /// Its SHA-256, which is its name.
    hash: String,
    /// Its length.
    bytes: usize,
}

/// Stores a file. Only those who hold a role may.
#[utoipa::path(post, path = "/api/v1/files", tag = "files", request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = FileView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 413, body = ProblemBody)))]
pub(crate) async fn store(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    if caller.roles().is_empty() {
        return Err(Fault::Forbidden.into());
    }
    if body::media_type(&headers).as_deref() != Some("application/octet-stream") {
        return Err(Problem::from(Fault::MediaType).saying("send application/octet-stream"));
    }
    let bytes = body::read(&headers, body, BodyLimit::UPLOAD).await?;
    let length = bytes.len();
    let hash = uploads::store(&app, caller, bytes).await?;
    json::answer(StatusCode::CREATED, &FileView { hash: hash.to_string(), bytes: length })
}

/// Sends a file, whole or in part: to whoever stored it, and to whoever may see the record that is named, if that names the file.
#[utoipa::path(get, path = "/api/v1/files/{hash}", tag = "files",
    params(("hash" = String, Path, description = "The SHA-256 of the file"),
        ("kind" = Option<String>, Query, description = "The kind of a record that names the file: `registry/act`, `registry/extract`, `registry/filing` or `registry/founding`"),
        ("record" = Option<String>, Query, description = "The id of that record"), ("range" = Option<String>, Header, description = "`bytes=0-99`")),
    responses((status = 200, content_type = "application/octet-stream"), (status = 206, content_type = "application/octet-stream"), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody), (status = 416, body = ProblemBody)))]
pub(crate) async fn read(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(hash): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let hash: FileHash = hash.parse().map_err(|_| Fault::NotFound)?;
    let mut parameters = Parameters::of_query(uri.query())?;
    let kind: Option<KindName> = parameters.take_as("kind", "the name of a kind, as in registry/filing")?;
    let record: Option<RecordId> = parameters.take_as("record", "the id of a record")?;
    parameters.finish()?;
    let is_named = match kind.as_ref().zip(record) {
        Some(named) => uploads::is_named(&app, caller, named, hash).await?,
        None => false,
    };
    if !is_named && !uploads::is_own(&app, caller, hash).await? {
        return Err(Fault::NotFound.into());
    }
    let bytes = app.files.size(hash).await?.ok_or(Fault::NotFound)?;
    let media_type = HeaderValue::from_static("application/octet-stream");
    let file = StoredFile { hash, place: Stored::Shared, bytes, media_type, caching: "private, no-cache" };
    let mut response = stored::send(&app.files, &headers, file).await?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    Ok(response)
}
