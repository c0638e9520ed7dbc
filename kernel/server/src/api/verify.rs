//! Verifying a print: for everybody who holds one. A wrong token is an answer, not an error.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Serialize;
use serde_json::Value;
use tiwizi_model::Instant;
use tiwizi_registry::extract::{Finding, Genuine, Standing};
use utoipa::ToSchema;

use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::extracts;
use crate::json;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;

/// What a verification found.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerificationView {
    /// `genuine`; `not-ours` when no key of this instance signed it; `unrecorded` when one did and the register holds no such
    /// extract.
    verdict: &'static str,
    /// What was issued; only of a genuine one.
    extract: Option<GenuineView>,
    /// Whether the file that was sent is the paper that was issued; null when none was sent.
    same_file: Option<bool>,
}

/// An extract that was issued here.
#[derive(Serialize, ToSchema)]
pub(crate) struct GenuineView {
    /// Its id, which stands on the paper.
    id: String,
    /// `extract` or `certificate`.
    paper: &'static str,
    /// The tag of its language.
    language: String,
    /// The id of the instance that certified it.
    instance: String,
    /// The name of that instance.
    office: String,
    /// When it was issued.
    issued: String,
    /// Who issued it.
    issued_by: Option<String>,
    /// The key that signed it.
    key: SigningKeyView,
    /// `same`; `changed` when the register says something else now; `gone` when the cooperative is not in it any more;
    /// `unchecked` when there is too much to compare.
    standing: &'static str,
    /// The parts that have changed since: `name`, `registration`, `seat`, `category`, `capital`, `state`, `officers`, `acts`.
    changed: Vec<&'static str>,
    /// What it certified, to compare with the paper.
    #[schema(value_type = Object)]
    certified: Value,
    /// The SHA-256 of the paper; null when its signature does not fit.
    file: Option<String>,
}

/// The key that signed an extract.
#[derive(Serialize, ToSchema)]
pub(crate) struct SigningKeyView {
    /// 1 for the first key of the instance.
    number: u32,
    /// What tokens name it by.
    id: String,
    /// Its public half (Ed25519), in hexadecimal digits.
    public: String,
    /// Since when it signs.
    since: String,
    /// When another key took its place.
    replaced: Option<String>,
    /// Why: `routine`, `compromised` or `instance-key`.
    replaced_because: Option<String>,
}

/// Verifies a print by its token.
#[utoipa::path(get, path = "/api/v1/verify/{token}", tag = "extracts",
    params(("token" = String, Path, description = "The last part of the address on the print")),
    responses((status = 200, body = VerificationView), (status = 503, body = ProblemBody)))]
pub(crate) async fn show(State(app): State<Arc<App>>, Path(token): Path<String>) -> Result<Response, Problem> {
    let finding = extracts::verify(&app, &token).await?;
    answer(view(finding, None)?)
}

/// Verifies a print, and says whether a file is the paper that was issued, byte for byte.
#[utoipa::path(post, path = "/api/v1/verify/{token}", tag = "extracts", request_body(content = Vec<u8>, content_type = "application/pdf"),
    params(("token" = String, Path, description = "The last part of the address on the print")),
    responses((status = 200, body = VerificationView), (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(crate) async fn compare(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    if body::media_type(&headers).as_deref() != Some("application/pdf") {
        return Err(Problem::from(Fault::MediaType).saying("send application/pdf"));
    }
    let bytes = body::read(&headers, body, BodyLimit::PRINT).await?;
    let finding = extracts::verify(&app, &token).await?;
    answer(view(finding, Some(&bytes))?)
}

/// The answer names people, so nobody on the way keeps it.
fn answer(view: VerificationView) -> Result<Response, Problem> {
    let mut response = json::ok(&view)?;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    Ok(response)
}

fn view(finding: Finding, file: Option<&[u8]>) -> Result<VerificationView, Problem> {
    let (verdict, extract, is_same) = match finding {
        Finding::NotOurs => ("not-ours", None, false),
        Finding::Unrecorded => ("unrecorded", None, false),
        Finding::Genuine(genuine) => {
            let is_same = file.is_some_and(|bytes| genuine.is_file(bytes));
            ("genuine", Some(of_genuine(*genuine)?), is_same)
        }
    };
    Ok(VerificationView { verdict, extract, same_file: file.map(|_| is_same) })
}

fn of_genuine(genuine: Genuine) -> Result<GenuineView, Problem> {
    let Genuine { extract, certified, key, replaced_by, standing, file } = genuine;
    let (standing, parts) = match standing {
        Standing::Same => ("same", Vec::new()),
        Standing::Changed(parts) => ("changed", parts),
        Standing::Gone => ("gone", Vec::new()),
        Standing::Unchecked => ("unchecked", Vec::new()),
    };
    Ok(GenuineView {
        id: extract.to_string(),
        paper: certified.paper.name(),
        issued: rfc3339(Instant(certified.issued_at)),
        certified: serde_json::to_value(&certified.data).map_err(Problem::internal)?,
        language: certified.language,
        instance: certified.instance,
        office: certified.office,
        issued_by: certified.issued_by,
        key: SigningKeyView {
            number: key.number,
            id: key.id.to_string(),
            public: key.public.to_string(),
            since: rfc3339(key.since),
            replaced: replaced_by.as_ref().map(|next| rfc3339(next.since)),
            replaced_because: replaced_by.map(|next| next.reason),
        },
        standing,
        changed: parts.into_iter().map(tiwizi_registry::extract::Part::name).collect(),
        file: file.map(|file| file.to_string()),
    })
}
