//! What surrounds every handler: the request's id and span, the refusals that need no route, panics, the rendering
//! and logging of problems, security headers, and the count of answers.
//!
//! A request id is made here and accepted from nobody. Nothing below this file writes a request to the log.

use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use tiwizi_model::{Language, limits};
use tracing::Instrument as _;

use crate::accepts::{self, Form};
use crate::app::{App, SeenRequest};
use crate::caller::is_safe;
use crate::language;
use crate::pages::{self, ProblemPlace};
use crate::problem::{self, Fault, Problem};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Pages take scripts and styles from their own origin only; nothing inline runs.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    media-src 'self' blob:; font-src 'self'; connect-src 'self'; form-action 'self'; manifest-src 'self'; \
    base-uri 'none'; frame-ancestors 'none'";
/// Everything that is no page can run nothing at all.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// The id of one request: in its answer, in its problem, in its log lines, and handed to plugins.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(Arc<str>);

impl RequestId {
    /// The id as text.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the edge remembers of a request while its handler has it.
struct Asked {
    id: RequestId,
    method: Method,
    route: String,
    language: Language,
    /// What the page of a problem needs; none where a program asks.
    reader: Option<Reader>,
}

/// What says who reads a page and with which letters.
struct Reader {
    query: String,
    /// The cookies and the credentials alone.
    headers: HeaderMap,
}

impl Reader {
    fn of(request: &Request) -> Option<Self> {
        if is_for_programs(request.uri().path()) || !wants_html(request.headers()) {
            return None;
        }
        let mut headers = HeaderMap::new();
        for name in [header::COOKIE, header::AUTHORIZATION] {
            for value in request.headers().get_all(&name) {
                headers.append(name.clone(), value.clone());
            }
        }
        Some(Self { query: request.uri().query().unwrap_or_default().to_owned(), headers })
    }
}

/// The layer around every route.
pub(crate) async fn surround(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let started = tokio::time::Instant::now();
    let asked = Asked::of(&app, &request);
    request.headers_mut().remove(REQUEST_ID);
    request.extensions_mut().insert(asked.id.clone());
    let span = tracing::info_span!("request", request.id = asked.id.as_str(), method = %asked.method, path = for_the_log(request.uri().path()));
    let path = app.settings.requests.is_some().then(|| request.uri().path().to_owned());
    let response = match refuse(&request) {
        Err(problem) => problem.into_response(),
        Ok(()) if changes_the_instance(&request) => {
            let work = next.run(request).instrument(span.clone());
            guard(&app, to_its_end(&app, work)).instrument(span.clone()).await
        }
        Ok(()) => guard(&app, next.run(request)).instrument(span.clone()).await,
    };
    let response = finish(&app, &asked, response).instrument(span).await;
    if let (Some(requests), Some(path)) = (&app.settings.requests, path) {
        let (id, method) = (asked.id.as_str().to_owned(), asked.method.to_string());
        let seen = SeenRequest { id, method, path, status: response.status().as_u16(), took: started.elapsed() };
        requests.try_send(seen).ok();
    }
    app.metrics.answered(&asked.route, &asked.method, response.status().as_u16(), started.elapsed());
    response
}

impl Asked {
    fn of(app: &App, request: &Request) -> Self {
        let path = request.uri().path();
        let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
        Self {
            id: RequestId(app.ambient.new_uuid().hyphenated().to_string().into()),
            method: request.method().clone(),
            route,
            language: language::of_address(path).unwrap_or_else(|| language::choose(None, request.headers())),
            reader: Reader::of(request),
        }
    }
}

/// An address as the log may have it: with the token of a print it could be seen whom the print names, with the secret of an
/// invitation somebody else could take it up, and with the hash of a paper whoever has an account could read it.
fn for_the_log(path: &str) -> &str {
    const SECRET: [&str; 4] = ["/verify/", "/founding/join/", "/api/v1/files/", "/documents/"];
    let ends = SECRET.into_iter().filter_map(|start| Some(path.find(start)?.saturating_add(start.len())));
    ends.min().and_then(|end| path.get(..end)).unwrap_or(path)
}

/// Whether an address is never shown to a person as a page.
pub(crate) fn is_for_programs(path: &str) -> bool {
    ["/api/", "/fed/", "/health/", "/metrics", "/assets/", "/open-data/", "/.well-known/"]
        .iter()
        .any(|start| path.starts_with(start))
}

fn wants_html(headers: &HeaderMap) -> bool {
    let named = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.contains("text/html"));
    headers.get_all(header::ACCEPT).iter().any(named)
        && accepts::choose(headers, &[Form::Html, Form::Json]).is_ok_and(|form| form == Form::Html)
}

/// The refusals that need no route.
fn refuse(request: &Request) -> Result<(), Problem> {
    if address_bytes(request.uri()) > limits::ADDRESS_BYTES_MAX {
        return Err(Fault::AddressTooLong.into());
    }
    let header_bytes: usize =
        request.headers().iter().map(|(name, value)| name.as_str().len().saturating_add(value.len())).sum();
    if header_bytes > limits::HEADER_BYTES_MAX || request.headers().len() > limits::HEADERS_MAX {
        return Err(Fault::HeaderTooLarge.into());
    }
    if *request.method() == Method::TRACE || *request.method() == Method::CONNECT {
        return Err(Fault::Method.into());
    }
    Ok(())
}

fn address_bytes(uri: &Uri) -> usize {
    uri.path_and_query().map_or(0, |address| address.as_str().len())
}

/// Whether a request changes what the instance is made of: that stands in the database and in memory, and both change or neither.
fn changes_the_instance(request: &Request) -> bool {
    let path = request.uri().path();
    !is_safe(request.method()) && (path.starts_with("/api/v1/plugins") || path.split('/').nth(2) == Some("console"))
}

/// A client that hangs up drops its handler wherever it stands; this one goes on without it.
async fn to_its_end(app: &App, work: impl Future<Output = Response> + Send + 'static) -> Response {
    match app.tasks.to_its_end(work).await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(response) => response,
        Err(Ok(payload)) => std::panic::resume_unwind(payload),
        Err(Err(error)) => Problem::from(Fault::Unavailable).because(error).into_response(),
    }
}

/// A panic in a handler ends that request and nothing else.
async fn guard(app: &App, handler: impl Future<Output = Response>) -> Response {
    match AssertUnwindSafe(handler).catch_unwind().await {
        Ok(response) => response,
        Err(payload) => {
            app.metrics.panics.fetch_add(1, Ordering::Relaxed);
            let message = payload
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| payload.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            tracing::error!(panic.message = message, "a handler panicked");
            Problem::from(Fault::Internal).into_response()
        }
    }
}

async fn finish(app: &App, asked: &Asked, mut response: Response) -> Response {
    let problem = response.extensions_mut().remove::<Problem>().or_else(|| problem::of_bare(&response));
    if let Some(problem) = problem {
        report(&problem);
        response = render(app, asked, &problem, response).await;
    }
    put_security_headers(response.headers_mut(), app.settings.behind_tls);
    if let Ok(id) = HeaderValue::from_str(asked.id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    tracing::debug!(status = response.status().as_u16(), "answered");
    response
}

/// Writes a problem to the log, once: here, or where a page of its own is made of it.
pub(crate) fn report(problem: &Problem) {
    let code = problem.fault().code();
    let cause = problem.cause().map(|cause| chain(cause));
    let cause = cause.as_deref().unwrap_or("none");
    match problem.fault().status().as_u16() {
        500.. => tracing::error!(problem.code = code, problem.cause = cause, "request failed"),
        401 | 403 | 404 => tracing::info!(problem.code = code, problem.cause = cause, "request refused"),
        _ => tracing::debug!(problem.code = code, problem.cause = cause, "request refused"),
    }
}

/// An error with all that lies behind it, in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

async fn render(app: &App, asked: &Asked, problem: &Problem, response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    let page = match &asked.reader {
        None => None,
        Some(reader) => {
            let place = ProblemPlace { language: asked.language, query: &reader.query, headers: &reader.headers };
            pages::render_problem(app, place, problem, asked.id.as_str()).await
        }
    };
    let (media_type, body) = match page {
        Some(html) => ("text/html; charset=utf-8", Body::from(html)),
        None => ("application/problem+json", Body::from(problem.to_json(asked.id.as_str()))),
    };
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, body)
}

fn put_security_headers(headers: &mut HeaderMap, behind_tls: bool) {
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let policy = if is_page { PAGE_POLICY } else { DATA_POLICY };
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(self)"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if behind_tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_something_by_itself_stays_out_of_the_log() {
        for (path, logged) in [
            ("/ar/founding/join/abc", "/ar/founding/join/"),
            ("/api/v1/files/0f3a", "/api/v1/files/"),
            ("/fr/founding/1/documents/0f3a/remove", "/fr/founding/1/documents/"),
            ("/api/v1/foundings/1/documents/0f3a", "/api/v1/foundings/1/documents/"),
            ("/api/v1/files", "/api/v1/files"),
            ("/fr/verify/abc", "/fr/verify/"),
            ("/api/v1/verify/abc/verify/def", "/api/v1/verify/"),
            ("/fr/directory", "/fr/directory"),
        ] {
            assert_eq!(for_the_log(path), logged);
        }
    }
}
