//! The page of a credential: whether it still holds, in Arabic, French and Amazigh, and as JSON at the same address.
//!
//! It says what was achieved and when; whose it is stands in the credential, which its holder shows to whom they like.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use fluent_bundle::FluentArgs;
use http::{HeaderMap, HeaderValue, header};
use minijinja::{Value, context};
use serde::Serialize;
use tiwizi_model::Instant;
use tiwizi_registry::credential::{Finding, Held, State as Standing};
use tiwizi_words::Texts;

use super::look::address;
use super::verify::{kept_by_nobody, languages};
use super::visit::Visit;
use crate::accepts::{self, Form};
use crate::app::App;
use crate::caller::Visitor;
use crate::problem::Problem;
use crate::time::rfc3339;
use crate::{credentials, json, language};

/// What programs are told.
#[derive(Serialize)]
struct StandingView {
    /// `valid`, `expired`, `revoked` or `unknown`.
    status: &'static str,
    /// What was achieved.
    title: Option<String>,
    /// The id of the issuer.
    issuer: Option<String>,
    issued: Option<String>,
    valid_until: Option<String>,
    revoked: Option<String>,
}

/// `GET /verify/credential/{code}`: the id of a credential. Programs are answered here, people in their language.
pub(super) async fn find(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if accepts::choose(&headers, &[Form::Json, Form::Html])? == Form::Json {
        let finding = credentials::find(&app, &code).await?;
        return view(&app, finding);
    }
    // What is in the address goes on in it; another text than a code is found by nobody there either.
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let language = language::choose(visitor.caller().language(), &headers);
    let onward = Redirect::to(&address(language, &format!("/verify/credential/{code}"))).into_response();
    let mut response = kept_by_nobody(onward);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept, cookie, accept-language"));
    Ok(response)
}

/// `GET /{language}/verify/credential/{code}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, code)): Path<(String, String)>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let finding = credentials::find(&app, &code).await?;
    answer(&app, &visit, &headers, finding)
}

/// The answer to whoever wants to know of a credential, as a page or as JSON.
pub(super) fn answer(app: &App, visit: &Visit, headers: &HeaderMap, finding: Finding) -> Result<Response, Problem> {
    if accepts::choose(headers, &[Form::Html, Form::Json])? == Form::Json {
        return view(app, finding);
    }
    let texts = visit.texts(app);
    let answers: Vec<Value> = languages(visit.look.language)
        .into_iter()
        .map(|language| {
            let texts = Texts::new(language, Arc::clone(&app.pages.engine.messages));
            let direction = if language.is_right_to_left() { "rtl" } else { "ltr" };
            context! { language => language.tag(), direction, lines => lines(app, &texts, &finding) }
        })
        .collect();
    let title = match &finding {
        Finding::Issued(held) => Some(held.title.as_str()),
        Finding::Unknown => None,
    };
    let data = context! { kind => kind(&finding), answers, title, again => visit.look.address("/verify") };
    visit.page(app, "credential.html", &texts.text("credential-title"), data).map(kept_by_nobody)
}

fn kind(finding: &Finding) -> &'static str {
    match finding {
        Finding::Issued(Held { state: Standing::Valid, .. }) => "success",
        Finding::Issued(Held { state: Standing::Expired, .. }) => "warning",
        Finding::Issued(Held { state: Standing::Revoked { .. }, .. }) | Finding::Unknown => "error",
    }
}

/// What is said of it, in sentences.
fn lines(app: &App, texts: &Texts, finding: &Finding) -> Vec<String> {
    let Finding::Issued(held) = finding else { return vec![texts.text("credential-unknown")] };
    let dated = |key: &str, at: Instant| {
        let mut args = FluentArgs::new();
        args.set("office", texts.value(&app.instance.name));
        args.set("date", texts.date(at));
        texts.text_with(key, &args)
    };
    let issued = dated("credential-issued", held.issued_at);
    let standing = match (held.state, held.valid_until) {
        (Standing::Revoked { at }, _) => dated("credential-revoked", at),
        (Standing::Expired, Some(until)) => dated("credential-expired", until),
        (Standing::Valid, Some(until)) => dated("credential-valid-until", until),
        (Standing::Valid | Standing::Expired, None) => texts.text("credential-valid"),
    };
    vec![issued, standing]
}

fn view(app: &App, finding: Finding) -> Result<Response, Problem> {
    let view = match finding {
        Finding::Unknown => StandingView {
            status: "unknown",
            title: None,
            issuer: None,
            issued: None,
            valid_until: None,
            revoked: None,
        },
        Finding::Issued(Held { title, issued_at, valid_until, state, .. }) => {
            let (status, revoked) = match state {
                Standing::Valid => ("valid", None),
                Standing::Expired => ("expired", None),
                Standing::Revoked { at } => ("revoked", Some(rfc3339(at))),
            };
            StandingView {
                status,
                title: Some(title),
                issuer: app.issuer().map(|issuer| issuer.did().to_owned()),
                issued: Some(rfc3339(issued_at)),
                valid_until: valid_until.map(rfc3339),
                revoked,
            }
        }
    };
    let mut response = kept_by_nobody(json::ok(&view)?);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}
