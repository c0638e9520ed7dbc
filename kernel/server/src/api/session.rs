//! Signing in and out with a browser's session. A program uses a token instead (`tokens.rs`).

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use tiwizi_identity::NewSession;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::{self, Visitor};
use crate::cookie;
use crate::json::{self, Shaped};
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;

/// What a person signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    email: String,
    password: String,
}

/// A new password in place of the old one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    password: String,
    new_password: String,
}

/// A session that was opened.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionOpened {
    /// The account.
    account: String,
    /// The value for the `x-csrf-token` header of requests that change something.
    csrf: String,
    /// Whether the password must be replaced before anything else.
    must_change: bool,
    /// When it ends at the latest.
    expires: String,
}

/// A session, as its holder sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionAnswer {
    /// The account.
    account: String,
    /// The value for the `x-csrf-token` header of requests that change something.
    csrf: Option<String>,
    /// Whether the password must be replaced before anything else.
    must_change: bool,
    /// The name that pages greet.
    name: Option<String>,
    /// The roles with their scopes, as `registrar province:09.541`.
    roles: Vec<String>,
}

/// Signs in. The answer sets the session's cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "identity", request_body = Credentials,
    responses((status = 201, body = SessionOpened), (status = 401, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Shaped(credentials): Shaped<Credentials>,
) -> Result<Response, Problem> {
    caller::refuse_other_sites(&headers)?;
    let session = app.identity.sign_in(&credentials.email, &credentials.password).await?;
    opened(StatusCode::CREATED, &session)
}

/// The answer that gives a browser its new session.
fn opened(status: StatusCode, session: &NewSession) -> Result<Response, Problem> {
    let answer = SessionOpened {
        account: session.account.to_string(),
        csrf: session.csrf.reveal().to_owned(),
        must_change: session.must_change,
        expires: rfc3339(session.expires_at),
    };
    let mut response = json::answer(status, &answer)?;
    if let Some(value) = cookie::of_session(session.cookie_secret.reveal()) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// Says who is signed in.
#[utoipa::path(get, path = "/api/v1/session", tag = "identity",
    responses((status = 200, body = SessionAnswer), (status = 401, body = ProblemBody)))]
pub(crate) async fn show(visitor: Visitor) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let session = visitor.session();
    json::ok(&SessionAnswer {
        account: caller.account().map(|account| account.to_string()).unwrap_or_default(),
        csrf: session.map(|session| session.csrf().to_owned()),
        must_change: session.is_some_and(caller::VisitorSession::must_change),
        name: caller.name().map(ToOwned::to_owned),
        roles: caller.roles().iter().map(|grant| format!("{} {}", grant.role, grant.scope)).collect(),
    })
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "identity",
    responses((status = 204), (status = 401, body = ProblemBody)))]
pub(crate) async fn end(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let session = visitor.session().ok_or(Fault::NotSignedIn)?;
    app.identity.sign_out(session.secret()).await?;
    Ok(signed_out())
}

/// Replaces the password. Every session and token of the account ends; the answer opens a new session.
#[utoipa::path(post, path = "/api/v1/session/password", tag = "identity", request_body = NewPassword,
    responses((status = 200, body = SessionOpened), (status = 401, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn change_password(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Shaped(change): Shaped<NewPassword>,
) -> Result<Response, Problem> {
    let account = visitor.signed_in()?.account().ok_or(Fault::NotSignedIn)?;
    let session = app.identity.change_password(account, &change.password, &change.new_password).await?;
    opened(StatusCode::OK, &session)
}

fn signed_out() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::SET_COOKIE, cookie::end_of_session());
    headers.insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cookies\", \"storage\""));
    response
}
