//! The federation over HTTP: heads and bodies in, answers out. What is asked and what is answered is decided in `tiwizi_federation::exchange`.
//!
//! The order is the promise here: nothing of a body is read before the head was let in, and every answer whose request bears a signature is
//! signed, refusals too. A peer goes by the code of a problem and by the type of an answer; statuses are for what stands between.

mod letters;
mod open;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;
use tiwizi_federation::exchange::{Admitted, Answer, Body as Answered, Exchange, Head, PROBLEM_TYPE, Refusal};
use tiwizi_federation::store::SqlStore;
use tiwizi_federation_core::signature::{Lines, Request as Signed, challenge_line};
use tiwizi_model::limits;

use crate::accept::Peer;
use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::edge::{self, RequestId};
use crate::problem::{Fault, Problem, fed as statuses};

pub(crate) use letters::ByLetter;
use open::Talk;
pub(crate) use open::{Opening, open};
pub use open::{Part, TalkError};

/// Marks an answer whose bytes are signed: nothing may write them in another way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AsItIs;

/// Every route of the federation. They are described in `docs/federation-protocol.md`: what goes over them is signed bytes, not JSON.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/fed/v1", get(answer).post(answer))
        .route("/fed/v1/keys", post(answer))
        .route("/fed/v1/directory", get(answer).post(answer))
        .route("/fed/v1/checkpoints", get(answer).post(answer))
        .route("/fed/v1/logs/{log}/pages", get(answer).post(answer))
        .route("/fed/v1/logs/{log}/snapshots", get(answer).post(answer))
        .route("/fed/v1/logs/{log}/snapshots/{chunk}", get(answer).post(answer))
        .route("/fed/v1/packages/{package}/{version}", get(answer))
        .route("/fed/v1/letters", get(answer))
        .route("/fed/v1/letters/{node}", post(answer))
        .route("/fed/v1/replies/{ticket}", post(answer))
}

/// Answers whatever a peer asks.
async fn answer(State(app): State<Arc<App>>, request: Request) -> Response {
    let id = request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.as_str().to_owned());
    // An instance that takes no part has nothing here.
    let Some(talk) = app.federation.talk().filter(|talk| talk.listens()) else {
        return Problem::from(Fault::NotFound).into_response();
    };
    answer_to(&app, talk, request, id).await
}

/// Answers a request, however it came.
async fn answer_to(app: &Arc<App>, talk: &Talk, request: Request, id: String) -> Response {
    let exchange = talk.exchange();
    let (parts, body) = request.into_parts();
    let head = match head(&parts) {
        Ok(head) => head,
        Err(problem) => return problem.into_response(),
    };
    let admitted = match exchange.admit(head).await {
        Ok(admitted) => admitted,
        Err(denied) => {
            if !matches!(denied.refusal, Refusal::Flood { .. }) {
                body::pass_over(body).await;
            }
            return refused(exchange, denied.request.as_ref(), &denied.refusal, &id);
        }
    };
    match answered(app, exchange, &admitted, (&parts.headers, body)).await {
        Ok(answer) => sent(exchange, &admitted.request, &answer, parts.headers.contains_key(header::RANGE)),
        Err(Stopped::Refused(refusal)) => refused(exchange, Some(&admitted.request), &refusal, &id),
        Err(Stopped::Problem(problem)) => problem.into_response(),
    }
}

/// Why there is no answer.
enum Stopped {
    Refused(Refusal),
    /// The line was given up, or this instance stops.
    Problem(Problem),
}

async fn answered(
    app: &App,
    exchange: &Exchange<SqlStore>,
    admitted: &Admitted,
    (headers, body): (&HeaderMap, Body),
) -> Result<Answer, Stopped> {
    let limit = BodyLimit::of_peer(admitted.question.body_bytes_max());
    let bytes = body::read(headers, body, limit).await.map_err(Stopped::Problem)?;
    exchange.check_body(admitted, &bytes).map_err(Stopped::Refused)?;
    let range = range(headers);
    let answer = exchange.answer(admitted, &bytes, range);
    if admitted.question.wait_ms() == 0 {
        return answer.await.map_err(Stopped::Refused);
    }
    // Only what waits is cut off by a stop: it has done nothing yet.
    let mut closing = app.tasks.closing();
    tokio::select! {
        answer = answer => answer.map_err(Stopped::Refused),
        () = closing.asked() => Err(Stopped::Problem(Fault::Unavailable.into())),
    }
}

fn head(parts: &http::request::Parts) -> Result<Head, Problem> {
    let malformed = || Problem::from(Fault::Malformed);
    let host = parts.uri.authority().map(|authority| authority.as_str().to_owned());
    let named = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let mut lines = Vec::with_capacity(parts.headers.len());
    for (name, value) in &parts.headers {
        // A line that cannot be read cannot be signed; what stands between may have added it.
        if let Ok(value) = value.to_str() {
            lines.push((name.as_str(), value));
        }
    }
    Ok(Head {
        method: parts.method.as_str().to_owned(),
        authority: host.or(named).ok_or_else(malformed)?,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        lines: Lines::read(lines).map_err(|_| malformed())?,
        body_bytes: body::declared_bytes(&parts.headers).and_then(|bytes| u64::try_from(bytes).ok()),
        source: parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip()),
    })
}

/// The part of a chunk that is asked for: `bytes=FIRST-` or `bytes=FIRST-LAST`.
fn range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let (first, last) = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let last = if last.is_empty() { None } else { Some(last.parse().ok()?) };
    Some((first.parse().ok()?, last))
}

fn sent(exchange: &Exchange<SqlStore>, request: &Signed, answer: &Answer, has_range: bool) -> Response {
    let bytes = answer.body.as_bytes();
    let mut lines = Vec::new();
    let mut is_part = false;
    if !bytes.is_empty() {
        lines.push(("content-type", answer.media_type.to_owned()));
    }
    if let Answered::Part(part) = &answer.body {
        let last = part.first.saturating_add(bytes.len() as u64).saturating_sub(1);
        lines.push(("content-range", format!("bytes {}-{last}/{}", part.first, part.of)));
        is_part = has_range;
    }
    if answer.is_final {
        // A full page does not change. It is for one peer, so no shared cache keeps it.
        lines.push(("cache-control", format!("private, max-age={PAGE_AGE_S}, no-transform")));
    }
    let status = statuses::status_of_answer(bytes.is_empty(), answer.is_conflict, is_part);
    signed(exchange, request, status, &lines, bytes)
}

/// How long a full page may be kept by whoever asked for it.
const PAGE_AGE_S: u32 = 86_400;

/// A problem (RFC 9457) with the code of the refusal, signed when there is a request that it can be bound to.
fn refused(exchange: &Exchange<SqlStore>, request: Option<&Signed>, refusal: &Refusal, id: &str) -> Response {
    let (status, code) = (statuses::status_of(refusal), refusal.code());
    report(refusal, status);
    let body = json!({
        "type": format!("urn:tiwizi:problem:{code}"),
        "title": refusal.to_string(),
        "status": status.as_u16(),
        "code": code,
        "request_id": id,
    });
    let body = body.to_string().into_bytes();
    let mut lines = vec![("content-type", PROBLEM_TYPE.to_owned())];
    if let Some(after_s) = refusal.after_s() {
        lines.push(("retry-after", after_s.to_string()));
    }
    if let Refusal::Challenge(nonce) = refusal {
        match challenge_line(nonce) {
            Ok((name, value)) => lines.push((name, value)),
            Err(error) => return Problem::internal(error).into_response(),
        }
    }
    match request {
        Some(request) => signed(exchange, request, status, &lines, &body),
        None => response(status, lines.iter().map(|(name, value)| (*name, value.as_str())), &body),
    }
}

/// What is wrong on this side is told to the log, once, with all that lies behind it.
fn report(refusal: &Refusal, status: StatusCode) {
    let code = refusal.code();
    if status.is_server_error() && !matches!(refusal, Refusal::Cut | Refusal::Away) {
        tracing::error!(problem.code = code, problem.cause = %edge::chain(refusal), "a peer could not be answered");
    } else {
        tracing::debug!(problem.code = code, problem.cause = %edge::chain(refusal), "a peer was refused");
    }
}

fn signed(
    exchange: &Exchange<SqlStore>,
    request: &Signed,
    status: StatusCode,
    lines: &[(&str, String)],
    body: &[u8],
) -> Response {
    match exchange.sign(request, (status.as_u16(), body), lines) {
        Ok(Some(signed)) => response(status, signed.iter(), body),
        Ok(None) => response(status, lines.iter().map(|(name, value)| (*name, value.as_str())), body),
        Err(error) => Problem::internal(error).into_response(),
    }
}

fn response<'a>(status: StatusCode, lines: impl Iterator<Item = (&'a str, &'a str)>, body: &[u8]) -> Response {
    let mut response = Response::new(Body::from(body.to_vec()));
    *response.status_mut() = status;
    for (name, value) in lines {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response.extensions_mut().insert(AsItIs);
    response
}

impl BodyLimit {
    /// For what a peer sends: as much as its question brings, in the time that the slowest useful line takes for it.
    fn of_peer(bytes_max: usize) -> Self {
        let bytes = u64::try_from(bytes_max).unwrap_or(u64::MAX);
        let wait_ms = limits::BODY_WAIT_MS.saturating_add(bytes.saturating_mul(1_000) / limits::FED_BYTES_PER_S_MIN);
        Self::new(bytes_max, std::time::Duration::from_millis(wait_ms))
    }
}
