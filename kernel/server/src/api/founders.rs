//! The founders of a file, and its papers.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tiwizi_model::{FileHash, Instant, Version, limits};
use tiwizi_registry::founding::{Invitation, Invited, NewDocument, Seat, Seen, Viewer};
use utoipa::ToSchema;

use super::foundings::read_id;
use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::caller::Visitor;
use crate::json::{self, Shaped};
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::stored::{self, Stored, StoredFile};
use crate::time::rfc3339;

/// Somebody who shall found the cooperative too; an e-mail address or a telephone is needed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFounder {
    /// By what name the others know it.
    #[serde(default)]
    name: String,
    /// Its e-mail address: an account with it is told.
    email: Option<String>,
    /// Its telephone.
    phone: Option<String>,
}

/// What a founder says of itself, or what the founders agreed on for it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FounderBody {
    /// `name_ar`, `name_fr`, `gender`, `birth_date`, `national_id`, `phone`, `email`, `address`; `holder` with `member_cooperative`, or with `legal_name_ar`, `legal_name_fr`, `legal_form`, `legal_ice`, `legal_number`; `shares`, `paid_mad`, `role`.
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

/// The secret of an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JoinBody {
    invitation: String,
}

/// Which file was joined.
#[derive(Serialize, ToSchema)]
pub(crate) struct JoinedView {
    /// The id of the file.
    founding: String,
}

/// An invitation that was given.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitedView {
    /// The founder.
    founder: String,
    /// The secret, which is shown once: hand it on to whom it is for.
    invitation: String,
}

/// A founder.
#[derive(Serialize, ToSchema)]
pub(crate) struct FounderView {
    /// Its id.
    id: String,
    /// When it was invited, or opened the file.
    invited: String,
    /// Since when it takes part.
    joined: Option<String>,
    /// When it confirmed the terms as they stand.
    confirmed: Option<String>,
    /// Whether the number of its identity card is known; the number itself is kept sealed, and not shown.
    has_national_id: bool,
    /// What it has not said of itself yet.
    missing: Vec<&'static str>,
    /// What it said, and what the founders agreed on.
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

/// A paper that was put into a file.
#[derive(Serialize, ToSchema)]
pub(crate) struct PaperView {
    /// The SHA-256 of its bytes.
    hash: String,
    /// Its length.
    bytes: u64,
    /// The version that the file has now.
    version: i64,
}

/// Invites somebody to a file.
#[utoipa::path(post, path = "/api/v1/foundings/{id}/founders", tag = "register", request_body = NewFounder,
    params(("id" = String, Path, description = "The id of the file")),
    responses((status = 201, body = InvitedView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn invite(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Shaped(body): Shaped<NewFounder>,
) -> Result<Response, Problem> {
    let new = Invitation { name: body.name, email: body.email, phone: body.phone };
    invited(&app.foundings.invite(visitor.signed_in()?, read_id(&id)?, new).await?)
}

/// Gives a new secret in the place of one that was lost.
#[utoipa::path(post, path = "/api/v1/foundings/{id}/founders/{founder}/invitation", tag = "register",
    params(("id" = String, Path, description = "The id of the file"), ("founder" = String, Path, description = "The founder")),
    responses((status = 201, body = InvitedView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn invite_again(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((id, founder)): Path<(String, String)>,
) -> Result<Response, Problem> {
    invited(&app.foundings.invite_again(visitor.signed_in()?, read_id(&id)?, read_id(&founder)?).await?)
}

fn invited(invited: &Invited) -> Result<Response, Problem> {
    let view = InvitedView { founder: invited.founder.to_string(), invitation: invited.secret.reveal().to_owned() };
    let mut response = json::answer(StatusCode::CREATED, &view)?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Takes part in a file by an invitation.
#[utoipa::path(post, path = "/api/v1/foundings/join", tag = "register", request_body = JoinBody,
    responses((status = 200, body = JoinedView), (status = 401, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn join(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Shaped(body): Shaped<JoinBody>,
) -> Result<Response, Problem> {
    let founding = app.foundings.join(visitor.signed_in()?, &body.invitation).await?;
    json::ok(&JoinedView { founding: founding.to_string() })
}

/// Takes part in a file to which the caller's account was invited.
#[utoipa::path(post, path = "/api/v1/foundings/{id}/join", tag = "register",
    params(("id" = String, Path, description = "The id of the file")),
    responses((status = 200, body = JoinedView), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn join_as_invited(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let founding = app.foundings.join_as_invited(visitor.signed_in()?, read_id(&id)?).await?;
    json::ok(&JoinedView { founding: founding.to_string() })
}

/// Fills in what a founder says of itself, or what the founders agreed on for it.
#[utoipa::path(patch, path = "/api/v1/foundings/{id}/founders/{founder}", tag = "register", request_body = FounderBody,
    params(("id" = String, Path, description = "The id of the file"), ("founder" = String, Path, description = "The founder")),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn edit(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((id, founder)): Path<(String, String)>,
    Shaped(body): Shaped<FounderBody>,
) -> Result<Response, Problem> {
    let at = (read_id(&id)?, read_id(&founder)?);
    let edited = app.foundings.edit_founder(visitor.signed_in()?, at, &body.fields).await;
    edited.map_err(|error| Problem::from(error).below("/fields"))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Takes a founder out of a file, or leaves it.
#[utoipa::path(delete, path = "/api/v1/foundings/{id}/founders/{founder}", tag = "register",
    params(("id" = String, Path, description = "The id of the file"), ("founder" = String, Path, description = "The founder")),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((id, founder)): Path<(String, String)>,
) -> Result<Response, Problem> {
    app.foundings.remove(visitor.signed_in()?, read_id(&id)?, read_id(&founder)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Puts a paper into a file.
#[utoipa::path(post, path = "/api/v1/foundings/{id}/documents", tag = "register", request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    params(("id" = String, Path, description = "The id of the file"),
        ("document" = String, Query, description = "Which paper: `statutes`, `minutes`, `members-list`, `bank`, `identity-cards`, `receipt`, `valuation` or `other`"),
        ("name" = Option<String>, Query, description = "The name that it has")),
    responses((status = 201, body = PaperView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn add_paper(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let (caller, id) = (visitor.signed_in()?, read_id(&id)?);
    let mut parameters = Parameters::of_query(uri.query())?;
    let document = parameters.take("document")?.unwrap_or_default();
    let name = parameters.take("name")?;
    parameters.finish()?;
    app.foundings.may_add_document(caller, id).await?;
    if body::media_type(&headers).as_deref() != Some("application/octet-stream") {
        return Err(Problem::from(Fault::MediaType).saying("send application/octet-stream"));
    }
    let bytes = body::read(&headers, body, BodyLimit::PAPER).await?;
    let new = store_paper(&app, document, name, bytes).await?;
    let (hash, length) = (new.hash, new.bytes);
    let version = app.foundings.add_document(caller, id, new).await?;
    let view = PaperView { hash: hash.to_string(), bytes: length, version: version.0 };
    json::answer(StatusCode::CREATED, &view)
}

/// Stores the bytes of a paper.
pub(crate) async fn store_paper(
    app: &App,
    document: String,
    name: Option<String>,
    content: bytes::Bytes,
) -> Result<NewDocument, Problem> {
    if content.is_empty() {
        return Err(Problem::field("/file", "required", "no file was chosen, or it is empty"));
    }
    if content.len() > limits::FOUNDING_DOCUMENT_BYTES_MAX {
        return Err(Fault::BodyTooLarge.into());
    }
    let length = u64::try_from(content.len()).map_err(Problem::internal)?;
    let hash = app.files.put(content).await?;
    Ok(NewDocument { document, hash, bytes: length, name })
}

/// Takes a paper out of a file.
#[utoipa::path(delete, path = "/api/v1/foundings/{id}/documents/{hash}", tag = "register",
    params(("id" = String, Path, description = "The id of the file"), ("hash" = String, Path, description = "The SHA-256 of the paper"),
        ("version" = i64, Query, description = "The version that was seen")),
    responses((status = 204), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 412, body = ProblemBody)))]
pub(crate) async fn remove_paper(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((id, hash)): Path<(String, String)>,
    uri: Uri,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let mut parameters = Parameters::of_query(uri.query())?;
    let version: Option<i64> = parameters.take_as("version", "the version that was seen")?;
    parameters.finish()?;
    let hash: FileHash = hash.parse().map_err(|_| Fault::NotFound)?;
    let seen = version.ok_or_else(|| Problem::parameter("version", "the version that was seen is needed"))?;
    app.foundings.remove_document(caller, (read_id(&id)?, Version(seen)), hash).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Sends a paper of a file, to those who may see the file.
#[utoipa::path(get, path = "/api/v1/foundings/{id}/documents/{hash}", tag = "register",
    params(("id" = String, Path, description = "The id of the file"), ("hash" = String, Path, description = "The SHA-256 of the paper")),
    responses((status = 200, content_type = "application/octet-stream"), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn paper(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((id, hash)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let seen = app.foundings.look(visitor.signed_in()?, read_id(&id)?).await?;
    send_paper(&app, &seen, &hash, &headers).await
}

/// Sends a paper of a file that somebody sees.
pub(crate) async fn send_paper(app: &App, seen: &Seen, hash: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let hash: FileHash = hash.parse().map_err(|_| Fault::NotFound)?;
    let document = seen.founding.documents.iter().find(|document| document.hash == hash);
    let document = document.filter(|_| !matches!(seen.viewer, Viewer::Invited(_))).ok_or(Fault::NotFound)?;
    let bytes = app.files.size(hash).await?.ok_or(Fault::NotFound)?;
    let media_type = HeaderValue::from_static("application/octet-stream");
    let file = StoredFile { hash, place: Stored::Shared, bytes, media_type, caching: "private, no-cache" };
    let mut response = stored::send(&app.files, headers, file).await?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition(document.name.as_deref()));
    Ok(response)
}

/// A paper is saved, never shown: under its own name where that is plain, so that a telephone knows what opens it.
fn disposition(name: Option<&str>) -> HeaderValue {
    let name = name.unwrap_or_default();
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    let text = format!("attachment; filename*=UTF-8''{encoded}");
    let plain = || HeaderValue::from_static("attachment");
    if name.is_empty() { plain() } else { HeaderValue::from_str(&text).unwrap_or_else(|_| plain()) }
}

/// A founder, as everybody may see it who sees the file.
pub(crate) fn founder_view(seat: &Seat) -> FounderView {
    let founder = &seat.founder;
    let moment = |at: Option<i64>| at.map(|at| rfc3339(Instant(at)));
    FounderView {
        id: seat.id.to_string(),
        invited: rfc3339(Instant(founder.invited_at)),
        joined: moment(founder.joined_at),
        confirmed: moment(founder.confirmed_at),
        has_national_id: founder.national_id_key.is_some(),
        missing: founder.missing(),
        fields: seat.shown(),
    }
}
