//! Cooperatives that two homes have: the cases that this register is asked, its answers, and all cases as the nation sees them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiwizi_federation::national::{Case, CaseState, CaseView, HomeAnswer, OwnCase, OwnState};
use tiwizi_federation_core::flow::statement::CaseAnswer;
use tiwizi_model::{RecordId, Version};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Visitor;
use crate::federation::may_see;
use crate::json::{self, Shaped};
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;

/// A case that this register is asked.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnCaseView {
    /// Its id.
    id: String,
    /// The version of its record.
    version: i64,
    /// `open`, `answering`, `answered`, `same`, `distinct` or `disputed`.
    status: &'static str,
    /// The cooperative of this register.
    own: String,
    /// The other one.
    other: String,
    /// The instance that is the other home.
    other_home: String,
    /// What that is called.
    other_name: String,
    /// What is public of the other one.
    #[schema(value_type = Object)]
    shown: Value,
    /// `likely` or `certain`.
    level: String,
    /// What speaks for it.
    reasons: Vec<String>,
    /// What was answered here: `same` or `distinct`.
    answer: Option<&'static str>,
    /// Why.
    reason: Option<String>,
    /// The one that remains, when both homes say that the two are one.
    keep: Option<String>,
    /// The province of the own one.
    province: Option<String>,
    /// When it last changed.
    changed: String,
}

/// A page of cases.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnCasesView {
    items: Vec<OwnCaseView>,
    /// The cursor of the next page.
    next: Option<String>,
}

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseAnswerBody {
    /// `same` or `distinct`.
    answer: String,
    /// Why, in at most 500 letters.
    reason: String,
    /// The version of the case that was looked at.
    version: i64,
}

/// A case as the nation sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct NationalCaseView {
    /// Its id.
    id: String,
    /// `found`, `open`, `decided`, `same`, `distinct` or `disputed`.
    status: &'static str,
    /// The two cooperatives.
    sides: Vec<CaseSideView>,
    /// `likely` or `certain`.
    level: String,
    /// The points that the rule gave.
    points: i64,
    /// What speaks for it.
    reasons: Vec<String>,
    /// The one that remains, when both homes say that the two are one.
    keep: Option<String>,
    /// When it was opened.
    opened: String,
    /// When it last changed.
    changed: String,
}

/// One of two cooperatives.
#[derive(Serialize, ToSchema)]
pub(crate) struct CaseSideView {
    /// The cooperative.
    cooperative: String,
    /// The instance that is its home.
    home: String,
    /// What that is called.
    home_name: String,
    /// What is public of it.
    #[schema(value_type = Object)]
    shown: Value,
    /// What the home answered: `same` or `distinct`.
    answer: Option<&'static str>,
    /// Why.
    reason: Option<String>,
}

/// Cases as the nation sees them.
#[derive(Serialize, ToSchema)]
pub(crate) struct NationalCasesView {
    items: Vec<NationalCaseView>,
}

/// Lists the cases that this register is asked, the surest first.
#[utoipa::path(get, path = "/api/v1/cases", tag = "federation",
    params(("status" = Option<String>, Query, description = "`open`, `answering`, `answered`, `same`, `distinct` or `disputed`; `open` without it"),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before")),
    responses((status = 200, body = OwnCasesView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn list(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let mut parameters = Parameters::of_query(uri.query())?;
    let (status, cursor) = (parameters.take("status")?, parameters.take("cursor")?);
    parameters.finish()?;
    let state = match status {
        None => OwnState::Open,
        Some(name) => {
            OwnState::named(&name).ok_or_else(|| Problem::parameter("status", "a state of a case is expected"))?
        }
    };
    let (found, next) = app.national().own_cases(caller, state, cursor).await?;
    json::ok(&OwnCasesView { items: found.into_iter().map(own_view).collect(), next })
}

/// One case that this register is asked.
#[utoipa::path(get, path = "/api/v1/cases/{case}", tag = "federation",
    params(("case" = String, Path, description = "The id of the case")),
    responses((status = 200, body = OwnCaseView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let (found, _) = app.national().own_case(caller, id_of(&case)?).await?;
    json::ok(&own_view(found))
}

/// Answers a case, with a reason; also anew, while the two homes have not said the same.
#[utoipa::path(put, path = "/api/v1/cases/{case}/answer", tag = "federation", request_body = CaseAnswerBody,
    params(("case" = String, Path, description = "The id of the case")),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(case): Path<String>,
    Shaped(body): Shaped<CaseAnswerBody>,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let answer = CaseAnswer::named(&body.answer)
        .ok_or_else(|| Problem::field("/answer", "enum", "same or distinct is expected"))?;
    let seen = (id_of(&case)?, Version(body.version));
    app.national().answer(caller, seen, answer, &body.reason).await?;
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

/// Lists the cases of the nation in a state, the oldest first.
#[utoipa::path(get, path = "/api/v1/national-cases", tag = "federation",
    params(("status" = Option<String>, Query, description = "`found`, `open`, `decided`, `same`, `distinct` or `disputed`; `open` without it")),
    responses((status = 200, body = NationalCasesView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn list_all(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let mut parameters = Parameters::of_query(uri.query())?;
    let status = parameters.take("status")?;
    parameters.finish()?;
    let state = match status {
        None => CaseState::Open,
        Some(name) => {
            CaseState::named(&name).ok_or_else(|| Problem::parameter("status", "a state of a case is expected"))?
        }
    };
    let items = app.national().cases(&view, state).await?.into_iter().map(national_view).collect();
    json::ok(&NationalCasesView { items })
}

/// One case of the nation.
#[utoipa::path(get, path = "/api/v1/national-cases/{case}", tag = "federation",
    params(("case" = String, Path, description = "The id of the case")),
    responses((status = 200, body = NationalCaseView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn show_one(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    json::ok(&national_view(app.national().case_of(&view, id_of(&case)?).await?))
}

/// A case by its id.
pub(crate) fn id_of(text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

fn own_view(found: OwnCase) -> OwnCaseView {
    OwnCaseView {
        id: found.id.to_string(),
        version: found.version.0,
        status: found.state.name(),
        own: found.own.to_string(),
        other: found.other.to_string(),
        other_home: found.other_home,
        other_name: found.other_name,
        shown: found.shown,
        level: found.level,
        reasons: found.reasons,
        answer: found.answer.map(CaseAnswer::as_str),
        reason: found.reason,
        keep: found.keep.map(|id| id.to_string()),
        province: found.province,
        changed: rfc3339(found.changed_at),
    }
}

fn national_view(found: Case) -> NationalCaseView {
    NationalCaseView {
        id: found.id.to_string(),
        status: found.state.name(),
        sides: found.sides.into_iter().map(side_view).collect(),
        level: found.level,
        points: found.points,
        reasons: found.reasons,
        keep: found.keep.map(|id| id.to_string()),
        opened: rfc3339(found.opened_at),
        changed: rfc3339(found.changed_at),
    }
}

fn side_view(side: CaseView) -> CaseSideView {
    let (answer, reason) = match side.answer {
        Some(HomeAnswer { answer, reason, .. }) => (Some(answer.as_str()), Some(reason)),
        None => (None, None),
    };
    CaseSideView {
        cooperative: side.entity.to_string(),
        home: side.home.to_string(),
        home_name: side.home_name,
        shown: side.shown,
        answer,
        reason,
    }
}
