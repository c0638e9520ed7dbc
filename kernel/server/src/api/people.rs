//! The numbers of identity cards, with the log of who looked at them, and unions with their members.
//!
//! A number travels in the body of a POST and in its answer, never in an address. No answer with a number is remembered.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use tiwizi_model::{Record, RecordId, Version};
use tiwizi_registry::people::{CardSet, UnionMember, UnionSheet};
use tiwizi_registry::readers::Totals;
use utoipa::ToSchema;

use crate::api::shapes::{ListView, RecordView};
use crate::app::App;
use crate::caller::Visitor;
use crate::etag::{self, Seen};
use crate::json::{self, Shaped};
use crate::problem::{Fault, Problem, ProblemBody};

/// The number of an identity card that is set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCardNumber {
    /// 4 to 24 letters and digits; spaces, hyphens and case make no difference.
    number: String,
    /// Why the office that keeps another person with this number is asked, when there is one whom the caller does not see. Without it nobody is asked.
    ask: Option<String>,
}

/// The number of an identity card.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardNumber {
    /// 4 to 24 letters and digits; spaces, hyphens and case make no difference.
    number: String,
}

/// Who has a number.
#[derive(Serialize, ToSchema)]
pub(crate) struct CardHolder {
    /// The record of the person; null when the caller finds none.
    person: Option<String>,
}

/// A look at the number of an identity card.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardLook {
    /// Why: it is kept, and the person can read it.
    reason: String,
}

/// The number that was asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct CardShown {
    /// The number, without spaces and hyphens.
    number: String,
}

/// A union with its members.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnionView {
    /// Its record.
    union: RecordView,
    /// Its members, the present ones first; null for those who may not see memberships of it.
    members: Option<Vec<UnionMemberView>>,
    /// The people behind its present members; null for those who may not see memberships of each of them.
    people: Option<PeopleView>,
}

/// A member of a union.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnionMemberView {
    /// Its membership.
    membership: RecordView,
    /// `cooperative`, `legal-person` or `person`.
    holder: &'static str,
    /// Its own record; null when it is not there for the caller.
    member: Option<RecordView>,
    /// Its people.
    people: Option<PeopleView>,
}

/// Numbers of people, by their memberships.
#[derive(Serialize, ToSchema)]
pub(crate) struct PeopleView {
    /// All of them.
    members: i64,
    /// The women among them.
    women: i64,
    /// The young people among them.
    youth: i64,
}

/// Finds the person with the number of an identity card.
#[utoipa::path(post, path = "/api/v1/persons/find", tag = "register", request_body = CardNumber,
    responses((status = 200, body = CardHolder), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn find(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Shaped(wanted): Shaped<CardNumber>,
) -> Result<Response, Problem> {
    let found = app.people.by_national_id(visitor.caller(), &wanted.number).await?;
    json::ok(&CardHolder { person: found.map(|record| record.id.to_string()) })
}

/// Sets the number of a person's identity card. It is stored sealed, and found again by a keyed hash.
#[utoipa::path(put, path = "/api/v1/persons/{id}/national-id", tag = "register", request_body = NewCardNumber,
    params(("id" = String, Path, description = "The id of the person"),
        ("if-match" = Option<String>, Header, description = "The version of the person that the caller saw")),
    responses((status = 202, description = "Nothing is set; the office that keeps the person with this number is asked"), (status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn set(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    headers: HeaderMap,
    Shaped(wanted): Shaped<NewCardNumber>,
) -> Result<Response, Problem> {
    let Some(reason) = &wanted.ask else { return write(&app, &visitor, &id, &headers, Some(&wanted.number)).await };
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let seen = version(&headers)?;
    let set = app.people.set_or_ask(visitor.caller(), id, (wanted.number.as_str(), reason.as_str()), seen).await?;
    match set {
        CardSet::Set(record) => Ok(written(&record)),
        CardSet::Asked => Ok(StatusCode::ACCEPTED.into_response()),
    }
}

/// Forgets the number of a person's identity card.
#[utoipa::path(delete, path = "/api/v1/persons/{id}/national-id", tag = "register",
    params(("id" = String, Path, description = "The id of the person"),
        ("if-match" = Option<String>, Header, description = "The version of the person that the caller saw")),
    responses((status = 204), (status = 404, body = ProblemBody), (status = 412, body = ProblemBody)))]
pub(crate) async fn forget(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    write(&app, &visitor, &id, &headers, None).await
}

async fn write(
    app: &App,
    visitor: &Visitor,
    id: &str,
    headers: &HeaderMap,
    number: Option<&str>,
) -> Result<Response, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let seen = version(headers)?;
    Ok(written(&app.people.set_national_id(visitor.caller(), id, number, seen).await?))
}

/// The version that the caller saw, if it says so.
fn version(headers: &HeaderMap) -> Result<Option<Version>, Problem> {
    Ok(match etag::seen(headers)? {
        Seen::Version(version) => Some(version),
        Seen::Unsaid | Seen::Any => None,
    })
}

fn written(record: &Record) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(http::header::ETAG, etag::tag(record.version));
    response
}

/// Shows the number of a person's identity card, and notes who looked, when and why.
#[utoipa::path(post, path = "/api/v1/persons/{id}/national-id/looks", tag = "register", request_body = CardLook,
    params(("id" = String, Path, description = "The id of the person")),
    responses((status = 200, body = CardShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn look(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Shaped(wanted): Shaped<CardLook>,
) -> Result<Response, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let number = app.people.national_id(visitor.caller(), id, &wanted.reason).await?;
    json::ok(&CardShown { number: number.reveal().to_owned() })
}

/// The last looks at the number of a person's identity card, for the person and the administrators.
#[utoipa::path(get, path = "/api/v1/persons/{id}/national-id/looks", tag = "register",
    params(("id" = String, Path, description = "The id of the person")),
    responses((status = 200, body = ListView<RecordView>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn looks(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    // Who may read no look at all is told so; the list itself is empty for them.
    app.records.may_read(visitor.caller(), &tiwizi_registry::kinds::Names::new().look)?;
    let items = app.people.looks(visitor.caller(), id).await?.into_iter().map(RecordView::from).collect();
    json::ok(&ListView { items })
}

/// A union of cooperatives with its members.
#[utoipa::path(get, path = "/api/v1/unions/{id}", tag = "register",
    params(("id" = String, Path, description = "The id of the union")),
    responses((status = 200, body = UnionView), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn union(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let sheet = app.people.union_sheet(visitor.caller(), id).await?;
    json::ok(&UnionView::from(sheet))
}

impl From<UnionSheet> for UnionView {
    fn from(sheet: UnionSheet) -> Self {
        let people =
            sheet.totals.map(|totals| PeopleView { members: totals.people, women: totals.women, youth: totals.youth });
        let members = sheet.members.map(|members| members.into_iter().map(UnionMemberView::from).collect());
        Self { union: sheet.record.into(), members, people }
    }
}

impl From<UnionMember> for UnionMemberView {
    fn from(member: UnionMember) -> Self {
        let people = |totals: Totals| PeopleView { members: totals.members, women: totals.women, youth: totals.youth };
        Self {
            holder: member.holder.name(),
            member: member.record.map(RecordView::from),
            people: member.people.map(people),
            membership: member.membership.into(),
        }
    }
}
