//! `Idempotency-Key`: a POST that is repeated with the same key and the same body has its effect once and is answered
//! the same.
//!
//! Within this process, requests with one key wait for each other. Across processes and crashes, writes of records
//! remember their key in their own transaction (a receipt); other answers are remembered right
//! after they were given. An answer that shows a secret is not remembered: its repetition is told so.
//!
//! A form of a plugin may carry its key in a field, which the kernel made with its page (`later.rs`): the browser sends it without a
//! script, or keeps the form and sends it later.
//!
//! Of callers without an account nothing is remembered: they cannot be told apart, and one stranger's page is not another's. What they
//! send is done as often as it is sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tiwizi_model::{AccountId, limits};
use tiwizi_records::Receipt;
use tiwizi_storage::{WriteError, idempotency};

use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::caller::Visitor;
use crate::later;
use crate::problem::{Fault, Problem};

/// The header that carries a key.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The status of a receipt that `records` stored with its writes: the handler runs again and gives them again.
const RECEIPT: i32 = 0;
/// Answers that show a secret once.
const SHOWN_ONCE: [&str; 2] = ["/api/v1/session", "/api/v1/tokens"];
/// What is not held in memory, neither as it comes nor as it goes: files to import and exports. A file that comes twice changes nothing.
const STREAMED: [&str; 2] = ["/api/v1/imports", "/api/v1/exports"];
/// What only looks: it has no effect that could come twice. The number of an identity card in it would be there to be guessed from the
/// hash of the request.
const LOOKS: [&str; 1] = ["/api/v1/persons/find"];
/// The pages of persons, after the language. Such a number stands in what is sent to them, and in what they answer.
const PERSONS: &str = "register/persons";
/// Headers of an answer that are given again with it.
const KEPT: [HeaderName; 3] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG];

/// The key of one request, for handlers that keep it in their own transaction.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    account: AccountId,
    key: String,
    request_hash: [u8; 32],
}

impl Key {
    /// The same for `records`, which keeps it in the transaction of the writes.
    pub(crate) fn receipt(self) -> Receipt {
        Receipt { key: self.key, request_hash: self.request_hash }
    }
}

/// What is remembered of an answer.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    headers: Vec<(String, String)>,
    body: String,
}

type Lock = Arc<tokio::sync::Mutex<()>>;

/// The keys of requests that are under way in this process.
#[derive(Debug, Default)]
pub(crate) struct Inflight(Mutex<HashMap<(AccountId, String), Lock>>);

impl Inflight {
    fn lock_of(&self, key: &Key) -> Lock {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that nobody holds any more go; the map is as large as what is under way.
        locks.retain(|_, lock| Arc::strong_count(lock) > 1);
        Arc::clone(locks.entry((key.account, key.key.clone())).or_default())
    }
}

/// The layer that answers repetitions.
pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let is_remembered = request.method() == Method::POST && may_be_remembered(request.uri().path());
    if !is_remembered {
        return next.run(request).await;
    }
    let answer = if request.headers().contains_key(HEADER) {
        once(&app, request, next).await
    } else if later::may_hold_a_key(&request) {
        once_if_later(&app, request, next).await
    } else {
        return next.run(request).await;
    };
    answer.unwrap_or_else(IntoResponse::into_response)
}

/// A form whose key stands in a field. It counts with what was sent, so that whoever goes back and sends something else is not refused.
async fn once_if_later(app: &App, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let bytes = body::read(&parts.headers, body, BodyLimit::NORMAL).await?;
    let Some(form) = later::LaterForm::of(&bytes) else {
        return Ok(next.run(Request::from_parts(parts, Body::from(bytes))).await);
    };
    let account = Visitor::recognise(app, &parts).await?.caller().account();
    form.check(account, app.ambient.now())?;
    let Some(account) = account else { return Err(Fault::NotSignedIn.into()) };
    let request_hash = hash_of(&parts, form.content.as_bytes());
    let key = Key { account, key: form.key_with(&request_hash), request_hash };
    parts.headers.insert(HEADER, HeaderValue::from_str(&key.key).map_err(Problem::internal)?);
    answer_once(app, key, parts, bytes.into(), next).await
}

/// Whether anything of a request to this path may lie in the database.
fn may_be_remembered(path: &str) -> bool {
    let page = path.trim_start_matches('/').split_once('/').map_or("", |(_, page)| page);
    let rest = page.strip_prefix(PERSONS);
    let is_of_persons = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    !is_of_persons && !LOOKS.contains(&path) && !STREAMED.contains(&path)
}

async fn once(app: &App, request: Request, next: Next) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let text = read_key(&parts.headers)?;
    let account = Visitor::recognise(app, &parts).await?.caller().account();
    let Some(account) = account else {
        // Also an upload, which its handler refuses before a body of that size is read.
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let limit = if is_upload(&parts) { BodyLimit::UPLOAD } else { BodyLimit::NORMAL };
    let bytes = body::read(&parts.headers, body, limit).await?;
    let key = Key { account, key: text, request_hash: hash_of(&parts, &bytes) };
    answer_once(app, key, parts, bytes.into(), next).await
}

async fn answer_once(app: &App, key: Key, mut parts: Parts, body: Body, next: Next) -> Result<Response, Problem> {
    let lock = app.inflight.lock_of(&key);
    let _held = lock.lock().await;
    if let Some(answer) = recall(app, &key).await? {
        return Ok(answer);
    }
    let path = parts.uri.path().to_owned();
    parts.extensions.insert(key.clone());
    let response = next.run(Request::from_parts(parts, body)).await;
    if response.status().is_server_error() || response.status() == StatusCode::TOO_MANY_REQUESTS {
        return Ok(response);
    }
    remember(app, &key, &path, response).await
}

fn read_key(headers: &HeaderMap) -> Result<String, Problem> {
    let values: Vec<&HeaderValue> = headers.get_all(HEADER).iter().collect();
    let text = match values.as_slice() {
        [one] => one.to_str().unwrap_or_default(),
        _ => "",
    };
    if text.is_empty()
        || text.len() > limits::RECEIPT_KEY_BYTES_MAX
        || !text.bytes().all(|byte| byte.is_ascii_graphic())
    {
        let bytes_max = limits::RECEIPT_KEY_BYTES_MAX;
        let message = format!("Idempotency-Key must be given once, with 1 to {bytes_max} visible ASCII characters");
        return Err(Problem::from(Fault::Malformed).saying(message));
    }
    Ok(text.to_owned())
}

fn is_upload(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let is_upgrade = path.starts_with("/api/v1/plugins/") && path.ends_with("/upgrade");
    let is_paper = path.starts_with("/api/v1/foundings/") && path.ends_with("/documents");
    matches!(path, "/api/v1/files" | "/api/v1/plugins") || is_upgrade || is_paper
}

fn hash_of(parts: &Parts, bytes: &[u8]) -> [u8; 32] {
    let address = parts.uri.path_and_query().map_or("", |address| address.as_str());
    let media_type = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let mut hash = Sha256::new();
    for piece in [address.as_bytes(), media_type, bytes] {
        hash.update(piece.len().to_be_bytes());
        hash.update(piece);
    }
    hash.finalize().into()
}

/// The answer that was given under this key, if there was one.
async fn recall(app: &App, key: &Key) -> Result<Option<Response>, Problem> {
    let mut tx = app.db.read_single().await?;
    let Some(row) = idempotency::find(&mut tx, Some(key.account), &key.key).await? else { return Ok(None) };
    drop(tx);
    if row.request_hash != key.request_hash {
        return Err(Fault::KeyReused.into());
    }
    if row.status == RECEIPT {
        return Ok(None);
    }
    let status = u16::try_from(row.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let Some(status) = status else { return Err(Fault::Internal.into()) };
    if row.answer.is_empty() {
        return Err(Fault::AnsweredOnce.into());
    }
    let remembered: Remembered = serde_json::from_str(&row.answer).map_err(Problem::internal)?;
    let mut response = (status, remembered.body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in remembered.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(Some(response))
}

/// Remembers an answer. Problems are rendered further out, so of them only their being is kept: a repetition of a
/// refused request is judged anew.
async fn remember(app: &App, key: &Key, path: &str, response: Response) -> Result<Response, Problem> {
    if !response.status().is_success() && !response.status().is_redirection() {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, limits::BODY_BYTES_MAX).await.map_err(Problem::internal)?;
    let answer = match std::str::from_utf8(&bytes) {
        Ok(text) if !shows_a_secret(path) => write_answer(&parts.headers, text)?,
        _ => String::new(),
    };
    let row = idempotency::IdempotencyRow {
        account: Some(key.account),
        key: key.key.clone(),
        request_hash: key.request_hash,
        status: i32::from(parts.status.as_u16()),
        answer,
        at: app.ambient.now(),
    };
    store(app, &row).await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// Whether the answer of an address shows a secret (an invitation is one), the number of an identity card, or everything about a person:
/// the API's, or a page of the same.
fn shows_a_secret(path: &str) -> bool {
    let is_invitation = path.contains("/foundings/") && (path.ends_with("/founders") || path.ends_with("/invitation"));
    let ends = ["/account/tokens", "/national-id/looks", "/dossier", "/invite"];
    SHOWN_ONCE.contains(&path) || is_invitation || ends.iter().any(|end| path.ends_with(end))
}

fn write_answer(headers: &HeaderMap, body: &str) -> Result<String, Problem> {
    let headers =
        KEPT.iter().filter_map(|name| Some((name.to_string(), headers.get(name)?.to_str().ok()?.to_owned()))).collect();
    serde_json::to_string(&Remembered { headers, body: body.to_owned() }).map_err(Problem::internal)
}

async fn store(app: &App, row: &idempotency::IdempotencyRow) -> Result<(), Problem> {
    let mut tx = app.db.begin_write().await?;
    match idempotency::create(&mut tx, row).await {
        Ok(()) => tx.commit().await.map_err(Problem::from),
        // Another process, or the receipt of the handler itself, was there first.
        Err(WriteError::Duplicate { .. }) => Ok(()),
        Err(error) => Err(Problem::from(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_with_the_number_of_a_card_is_remembered() {
        let id = "0193b3c0-0000-7000-8000-000000000001";
        for path in ["/fr/register/persons".to_owned(), format!("/zgh/register/persons/{id}/number")] {
            assert!(!may_be_remembered(&path), "{path}");
        }
        assert!(!may_be_remembered("/api/v1/persons/find"));
        for path in ["/api/v1/batch", "/fr/register/requests", "/fr/p/chaos/register/persons", "/"] {
            assert!(may_be_remembered(path), "{path}");
        }
    }
}
