//! Records: list, create, show, replace, patch, delete. The content of a record is the body itself; what the kernel
//! keeps of it (id, version, times) stands around it in answers.

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use tiwizi_identity::policy;
use tiwizi_model::{Record, RecordId, Version};
use tiwizi_records::{Draft, DraftAction, Kind};

use crate::accepts::{self, Form};
use crate::api::kinds;
use crate::api::listing;
use crate::api::question::Question;
use crate::api::shapes::{PageView, RecordView};
use crate::app::App;
use crate::caller::Visitor;
use crate::etag::{self, Seen};
use crate::idempotency::Key;
use crate::json::{self, Content};
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};

type RecordPath = Path<(String, String, String)>;

/// Lists records, by declared indexes only. As CSV or JSON lines it is an export: signed in and without `limit`, it
/// holds every record that the caller may read.
#[utoipa::path(get, path = "/api/v1/records/{namespace}/{kind}", tag = "records",
    params(
        ("namespace" = String, Path, description = "`registry`, or the id of a plugin"),
        ("kind" = String, Path, description = "The kind's own name"),
        ("q" = Option<String>, Query, description = "Words, each the beginning of a word of the record"),
        ("sort" = Option<String>, Query, description = "A field; `-` before it turns the order round. `created` sorts by age"),
        ("limit" = Option<u32>, Query, description = "The length of a page, 1 to 100. It ends sooner once its records pass 4 MiB; `next` goes on behind it"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
        ("fields" = Option<String>, Query, description = "The fields of the content that are wanted, separated by commas"),
    ),
    responses((status = 200, body = PageView<RecordView>), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody), (status = 406, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((namespace, kind)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let kind = kinds::find(&app, &namespace, &kind)?;
    let form = accepts::choose(&headers, &[Form::Json, Form::Csv, Form::Lines])?;
    let question = Question::read(&kind, uri.query())?;
    let permit = policy::may_read(visitor.caller(), kind.name(), kind.access())?;
    match form {
        Form::Json | Form::Html | Form::Events => {
            let page = app.records.list(&permit, &question.query).await?;
            json::ok(&PageView { items: listing::views(page.items, question.fields.as_deref()), next: page.next })
        }
        Form::Csv | Form::Lines => {
            let is_whole = !visitor.caller().is_public() && !question.has_limit;
            listing::export(app, permit, kind, question, listing::Shape { form, is_whole }).await
        }
    }
}

/// Creates a record.
#[utoipa::path(post, path = "/api/v1/records/{namespace}/{kind}", tag = "records", request_body = Object,
    params(("namespace" = String, Path, description = "`registry`, or the id of a plugin"), ("kind" = String, Path, description = "The kind's own name"),
        ("idempotency-key" = Option<String>, Header, description = "The same key with the same body has its effect once")),
    responses((status = 201, body = RecordView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((namespace, kind)): Path<(String, String)>,
    key: Option<Extension<Key>>,
    Content(body): Content,
) -> Result<Response, Problem> {
    let kind = kinds::find(&app, &namespace, &kind)?;
    let draft = Draft::create(kind.name().clone(), body);
    let record = write(&app, &visitor, draft, key).await?;
    let location = format!("/api/v1/records/{}/{}", record.kind, record.id);
    let mut response = answer(&app, &visitor, StatusCode::CREATED, &record).await?;
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// One record. With `If-None-Match` of the version that it still has, the answer is empty.
#[utoipa::path(get, path = "/api/v1/records/{namespace}/{kind}/{id}", tag = "records",
    params(("namespace" = String, Path, description = "`registry`, or the id of a plugin"), ("kind" = String, Path, description = "The kind's own name"), ("id" = String, Path, description = "The id of the record")),
    responses((status = 200, body = RecordView), (status = 304), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((namespace, kind, id)): RecordPath,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Parameters::of_query(uri.query())?.finish()?;
    accepts::choose(&headers, &[Form::Json])?;
    let kind = kinds::find(&app, &namespace, &kind)?;
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let permit = policy::may_read(visitor.caller(), kind.name(), kind.access())?;
    let record = app.records.read(&permit, id).await?.filter(|record| !record.deleted).ok_or(Fault::NotFound)?;
    let tag = etag::tag(record.version);
    if etag::is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let mut response = json::ok(&RecordView::from(record))?;
    response.headers_mut().insert(header::ETAG, tag);
    Ok(response)
}

/// Gives a record another content. `If-Match` must say which version the caller saw.
#[utoipa::path(put, path = "/api/v1/records/{namespace}/{kind}/{id}", tag = "records", request_body = Object,
    params(("namespace" = String, Path, description = "`registry`, or the id of a plugin"), ("kind" = String, Path, description = "The kind's own name"), ("id" = String, Path, description = "The id of the record"), ("if-match" = String, Header, description = "The ETag that the caller saw")),
    responses((status = 200, body = RecordView), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody), (status = 428, body = ProblemBody)))]
pub(crate) async fn replace(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(path): RecordPath,
    headers: HeaderMap,
    Content(body): Content,
) -> Result<Response, Problem> {
    let (kind, id) = target(&app, &path)?;
    let Seen::Version(seen) = etag::seen(&headers)? else { return Err(Fault::VersionRequired.into()) };
    let record = write(&app, &visitor, Draft::replace(kind.name().clone(), id, body, seen), None).await?;
    answer(&app, &visitor, StatusCode::OK, &record).await
}

/// Changes some of a record's content by a JSON Merge Patch.
#[utoipa::path(patch, path = "/api/v1/records/{namespace}/{kind}/{id}", tag = "records", request_body(content = Object, content_type = "application/merge-patch+json"),
    params(("namespace" = String, Path, description = "`registry`, or the id of a plugin"), ("kind" = String, Path, description = "The kind's own name"), ("id" = String, Path, description = "The id of the record"), ("if-match" = Option<String>, Header, description = "The ETag that the caller saw")),
    responses((status = 200, body = RecordView), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn patch(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(path): RecordPath,
    headers: HeaderMap,
    Content(patch): Content,
) -> Result<Response, Problem> {
    let (kind, id) = target(&app, &path)?;
    let seen = optional_version(&headers)?;
    let record = write(&app, &visitor, Draft::patch(kind.name().clone(), id, patch, seen), None).await?;
    answer(&app, &visitor, StatusCode::OK, &record).await
}

/// Deletes a record; a tombstone stays in the log.
#[utoipa::path(delete, path = "/api/v1/records/{namespace}/{kind}/{id}", tag = "records",
    params(("namespace" = String, Path, description = "`registry`, or the id of a plugin"), ("kind" = String, Path, description = "The kind's own name"), ("id" = String, Path, description = "The id of the record"), ("if-match" = Option<String>, Header, description = "The ETag that the caller saw")),
    responses((status = 204), (status = 404, body = ProblemBody), (status = 412, body = ProblemBody)))]
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(path): RecordPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (kind, id) = target(&app, &path)?;
    let draft =
        Draft { kind: kind.name().clone(), action: DraftAction::Delete { id, seen: optional_version(&headers)? } };
    write(&app, &visitor, draft, None).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A record that was written, as far as its writer may read it.
async fn answer(app: &App, visitor: &Visitor, status: StatusCode, written: &Record) -> Result<Response, Problem> {
    let permit = app.records.may_read(visitor.caller(), &written.kind)?;
    let record = app.records.read(&permit, written.id).await?.ok_or(Fault::NotFound)?;
    let tag = etag::tag(record.version);
    let mut response = json::answer(status, &RecordView::from(record))?;
    response.headers_mut().insert(header::ETAG, tag);
    Ok(response)
}

fn target(app: &App, (namespace, kind, id): &(String, String, String)) -> Result<(Arc<Kind>, RecordId), Problem> {
    let kind = kinds::find(app, namespace, kind)?;
    Ok((kind, id.parse().map_err(|_| Fault::NotFound)?))
}

fn optional_version(headers: &HeaderMap) -> Result<Option<Version>, Problem> {
    match etag::seen(headers)? {
        Seen::Version(version) => Ok(Some(version)),
        Seen::Any | Seen::Unsaid => Ok(None),
    }
}

async fn write(app: &App, visitor: &Visitor, draft: Draft, key: Option<Extension<Key>>) -> Result<Record, Problem> {
    let receipt = key.map(|Extension(key)| key.receipt());
    let written = app.records.submit(visitor.caller(), vec![draft], receipt).await?;
    written.into_iter().next().ok_or_else(|| Fault::Internal.into())
}
