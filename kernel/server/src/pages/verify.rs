//! The page to which the code on a print leads. It says in Arabic, French and Amazigh whether the print is genuine and what has
//! changed since, and shows what was certified, to be compared with the paper.
//!
//! Whoever cannot follow the code, because the instance has another address than ten years ago, copies what is printed beside it.
//!
//! Whoever has the address has seen the paper, so the page names whom the paper names. It is kept by nobody and found by no search
//! engine.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use fluent_bundle::FluentArgs;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use minijinja::value::Serde;
use minijinja::{Value, context};
use tiwizi_model::limits::EXTRACT_TOKEN_CHARS_MAX;
use tiwizi_model::{Instant, Language};
use tiwizi_print::content;
use tiwizi_registry::credential::Code;
use tiwizi_registry::extract::{Finding, Genuine, KeyRow, Paper, Part, Standing};
use tiwizi_words::Texts;

use super::credential;
use super::visit::Visit;
use crate::app::App;
use crate::parameters::Parameters;
use crate::problem::Problem;
use crate::{credentials, extracts};

/// The languages in which every reader is answered.
const ANSWERS: [Language; 3] = [Language::Arabic, Language::French, Language::StandardAmazigh];

/// `GET /{language}/verify/{token}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, token)): Path<(String, String)>,
    visit: Visit,
) -> Result<Response, Problem> {
    let finding = extracts::verify(&app, &token).await?;
    let texts = visit.texts(&app);
    let answers: Vec<Value> = languages(visit.look.language)
        .into_iter()
        .map(|language| {
            let texts = Texts::new(language, Arc::clone(&app.pages.engine.messages));
            let direction = if language.is_right_to_left() { "rtl" } else { "ltr" };
            context! { language => language.tag(), direction, lines => lines(&texts, &finding) }
        })
        .collect();
    let data =
        context! { ask => Value::from(()), kind => kind(&finding), answers, extract => extract(&texts, &finding) };
    visit.page(&app, "verify.html", &texts.text("verify-title"), data).map(kept_by_nobody)
}

/// `GET /{language}/verify`: `?print=` is the address on a print, or its last part. Leads to what that is, wherever the address led.
/// A credential may stand there too, whole or by its address.
pub(super) async fn ask(State(app): State<Arc<App>>, visit: Visit, headers: HeaderMap) -> Result<Response, Problem> {
    let given = Parameters::of_query(Some(&visit.look.query))?.take("print")?.unwrap_or_default();
    if let Some(credential) = credential_of(&given) {
        let finding = credentials::verify(&app, &credential).await?;
        return credential::answer(&app, &visit, &headers, finding);
    }
    if let Some(code) = token_of(&given).filter(|token| token.parse::<Code>().is_ok()) {
        return Ok(kept_by_nobody(visit.go(&format!("/verify/credential/{code}"))));
    }
    if let Some(token) = token_of(&given) {
        return Ok(kept_by_nobody(visit.go(&format!("/verify/{token}"))));
    }
    let texts = visit.texts(&app);
    let ask = context! { action => visit.look.address("/verify"), wrong => !given.trim().is_empty(), given };
    let data = context! { ask, kind => "info", answers => Vec::<Value>::new(), extract => Value::from(()) };
    visit.page(&app, "verify.html", &texts.text("verify-title"), data).map(kept_by_nobody)
}

/// The token in what somebody copied from a print, over however many lines it stands there.
fn token_of(given: &str) -> Option<String> {
    let joined: String = given.chars().filter(|letter| !letter.is_whitespace()).collect();
    let token = joined.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let fits = !token.is_empty() && token.len() <= EXTRACT_TOKEN_CHARS_MAX;
    let is_plain = token.bytes().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_'));
    (fits && is_plain).then(|| token.to_owned())
}

/// A credential that somebody copied whole: three parts with full stops between them.
fn credential_of(given: &str) -> Option<String> {
    let joined: String = given.chars().filter(|letter| !letter.is_whitespace()).collect();
    (joined.starts_with("eyJ") && joined.bytes().filter(|letter| *letter == b'.').count() == 2).then_some(joined)
}

/// The answer names people, so nobody on the way keeps it.
pub(super) fn kept_by_nobody(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    response
}

/// The page's own language first, then the others.
pub(super) fn languages(own: Language) -> Vec<Language> {
    std::iter::once(own).chain(ANSWERS.into_iter().filter(|language| *language != own)).collect()
}

/// How serious it is, as notices are shown.
fn kind(finding: &Finding) -> &'static str {
    match finding {
        Finding::NotOurs | Finding::Unrecorded => "error",
        Finding::Genuine(genuine) if genuine.standing == Standing::Same => "success",
        Finding::Genuine(_) => "warning",
    }
}

/// What is said of it, in sentences.
fn lines(texts: &Texts, finding: &Finding) -> Vec<String> {
    match finding {
        Finding::NotOurs => vec![texts.text("verify-not-ours")],
        Finding::Unrecorded => vec![texts.text("verify-unrecorded")],
        Finding::Genuine(genuine) => {
            let key = genuine.replaced_by.as_ref().map(|next| replaced(texts, next));
            [issued(texts, genuine), standing(texts, &genuine.standing)].into_iter().chain(key).collect()
        }
    }
}

fn issued(texts: &Texts, genuine: &Genuine) -> String {
    let mut args = FluentArgs::new();
    args.set("office", texts.value(&genuine.certified.office));
    args.set("date", texts.date(Instant(genuine.certified.issued_at)));
    texts.text_with("verify-genuine", &args)
}

fn standing(texts: &Texts, standing: &Standing) -> String {
    match standing {
        Standing::Same => texts.text("verify-same"),
        Standing::Changed(parts) => {
            let name = |part: &Part| texts.text(&format!("verify-part-{}", part.name()));
            let mut args = FluentArgs::new();
            args.set("parts", parts.iter().map(name).collect::<Vec<_>>().join(" · "));
            texts.text_with("verify-changed", &args)
        }
        Standing::Gone => texts.text("verify-gone"),
        Standing::Unchecked => texts.text("verify-unchecked"),
    }
}

fn replaced(texts: &Texts, next: &KeyRow) -> String {
    let mut args = FluentArgs::new();
    args.set("date", texts.date(next.since));
    let key = if next.follows_a_compromise() { "verify-key-compromised" } else { "verify-key-replaced" };
    texts.text_with(key, &args)
}

/// What was certified; none when nothing was.
fn extract(texts: &Texts, finding: &Finding) -> Option<Value> {
    let Finding::Genuine(genuine) = finding else { return None };
    let certified = &genuine.certified;
    let paper = match certified.paper {
        Paper::Extract => "print-extract",
        Paper::Certificate => "print-certificate",
    };
    Some(context! {
        paper => texts.text(paper),
        reference => genuine.extract.to_string(),
        issued_by => certified.issued_by.as_deref(),
        content => Value::from(Serde(content(&certified.data, texts))),
    })
}
