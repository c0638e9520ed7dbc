//! Data protection: what is processed here, what people ask about themselves, and what goes when its time is over.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tiwizi_identity::{Caller, Role};
use tiwizi_model::{KindName, Record, RecordId, Version};
use tiwizi_records::manifest::KindDeclaration;
use tiwizi_registry::protection::{
    Answer, NewRequest, RunMode, answer as answer_request, ask as ask_request, ask_run, dossier as dossier_of,
    dossier_of_request, newest_runs, prepare, rule_text, withdraw as withdraw_request,
};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Visitor;
use crate::dossier;
use crate::json::{self, Shaped};
use crate::problem::{Fault, Problem, ProblemBody};

/// Runs of one kind that are shown.
const RUNS_SHOWN: u32 = 5;

/// What is processed here.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProtectionView {
    /// Whether this is a demonstration, in which nothing true about people is to be kept.
    demonstration: bool,
    /// Who answers for it, as `registry/controller` says.
    #[schema(value_type = Option<Object>)]
    controller: Option<Value>,
    /// The processings that are recorded, drafts left out.
    #[schema(value_type = Vec<Object>)]
    processings: Vec<Value>,
    /// Kinds with data about people that no processing in force covers.
    uncovered: Vec<String>,
}

/// Drafts that were written.
#[derive(Serialize, ToSchema)]
pub(crate) struct DraftsView {
    /// Their ids.
    items: Vec<String>,
}

/// What somebody asks about a person's data.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestBody {
    /// `access`, `rectification` or `opposition`.
    right: String,
    /// In the person's own words.
    #[serde(default)]
    text: String,
    /// For a rectification: fields of the person, as they should be.
    #[serde(default)]
    #[schema(value_type = Object)]
    changes: Map<String, Value>,
    /// For an opposition: the id of the processing.
    processing: Option<String>,
}

/// A request as it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct RequestView {
    /// Its id.
    id: String,
    /// Its version.
    version: i64,
    /// What it says.
    #[schema(value_type = Object)]
    body: Value,
}

/// What is answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerBody {
    /// The version that was looked at.
    version: i64,
    /// Whether it is granted.
    granted: bool,
    /// What is said to the person.
    answer: String,
}

/// A request that is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawBody {
    /// The version that was looked at.
    version: i64,
}

/// How long one kind is kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionView {
    /// The kind.
    kind: String,
    /// The sentence for people.
    retention: String,
    /// The rule; null where a program cannot follow it.
    rule: Option<String>,
    /// The newest runs, the newest first.
    #[schema(value_type = Vec<Object>)]
    runs: Vec<Value>,
}

/// Every kind with data about people or with a rule.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionsView {
    items: Vec<RetentionView>,
}

/// A run that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunBody {
    /// The kind.
    kind: String,
    /// `preview` or `erase`.
    mode: String,
}

/// A run that waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunView {
    /// The id of its record of `registry/retention-run`.
    id: String,
}

/// Says what is processed here, and who answers for it.
#[utoipa::path(get, path = "/api/v1/protection", tag = "protection", responses((status = 200, body = ProtectionView)))]
pub(crate) async fn show(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let coverage = app.protection.coverage().await?;
    let kinds = app.records.kinds();
    let uncovered = coverage.uncovered(kinds.iter().map(|kind| kind.declaration()));
    let recorded = coverage.processings.iter().filter(|one| one.status != "draft");
    json::ok(&ProtectionView {
        demonstration: !coverage.is_in_service(),
        controller: coverage.controller.as_ref().map(|record| record.body.clone()),
        processings: recorded.map(dossier::processing).collect(),
        uncovered: uncovered.iter().map(ToString::to_string).collect(),
    })
}

/// Writes drafts of processings for the kinds that none names.
#[utoipa::path(post, path = "/api/v1/protection/drafts", tag = "protection",
    responses((status = 200, body = DraftsView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn draft(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let caller = demand_administrator(&visitor)?;
    let made = prepare(&app.records, caller).await?;
    json::ok(&DraftsView { items: made.iter().map(|record| record.id.to_string()).collect() })
}

/// Gives out everything that is kept of one's own person.
#[utoipa::path(get, path = "/api/v1/persons/{person}/dossier", tag = "protection",
    params(("person" = String, Path, description = "The id of the person")),
    responses((status = 200, body = Object), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn own_dossier(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(person): Path<String>,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let mut found = dossier_of(&app.records, &app.people, caller, id(&person)?).await?;
    dossier::disclose(&app, &mut found).await?;
    attached(&dossier::view(&found))
}

/// Asks something about a person's data: for oneself, or at the counter of the office.
#[utoipa::path(post, path = "/api/v1/persons/{person}/requests", tag = "protection", request_body = RequestBody,
    params(("person" = String, Path, description = "The id of the person")),
    responses((status = 201, body = RequestView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn ask(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(person): Path<String>,
    Shaped(asked): Shaped<RequestBody>,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let RequestBody { right, text, changes, processing } = asked;
    let right = right
        .parse()
        .map_err(|_| Problem::field("/right", "enum", "access, rectification or opposition is expected"))?;
    let processing = processing
        .map(|id| id.parse().map_err(|_| Problem::field("/processing", "format", "the id of a processing is expected")))
        .transpose()?;
    let new = NewRequest { person: id(&person)?, right, text, changes, processing };
    let made = ask_request(&app.records, caller, new).await?;
    json::answer(StatusCode::CREATED, &request_view(made))
}

/// Gives out everything that is kept of the person of a request for access. The request says then when.
#[utoipa::path(post, path = "/api/v1/subject-requests/{request}/dossier", tag = "protection",
    params(("request" = String, Path, description = "The id of the request")),
    responses((status = 200, body = Object), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn dossier_for_request(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(request): Path<String>,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let mut found = dossier_of_request(&app.records, caller, id(&request)?).await?;
    dossier::disclose(&app, &mut found).await?;
    attached(&dossier::view(&found))
}

/// Answers a request.
#[utoipa::path(post, path = "/api/v1/subject-requests/{request}/answer", tag = "protection", request_body = AnswerBody,
    params(("request" = String, Path, description = "The id of the request")),
    responses((status = 200, body = RequestView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(request): Path<String>,
    Shaped(given): Shaped<AnswerBody>,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let request = id(&request)?;
    let said = Answer { is_granted: given.granted, text: given.answer };
    answer_request(&app.records, caller, (request, Version(given.version)), said).await?;
    shown(&app, caller, request).await
}

/// Takes one's own request back: one that waits, or an opposition that was granted.
#[utoipa::path(post, path = "/api/v1/subject-requests/{request}/withdraw", tag = "protection", request_body = WithdrawBody,
    params(("request" = String, Path, description = "The id of the request")),
    responses((status = 200, body = RequestView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody)))]
pub(crate) async fn withdraw(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(request): Path<String>,
    Shaped(given): Shaped<WithdrawBody>,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let request = id(&request)?;
    withdraw_request(&app.records, caller, (request, Version(given.version))).await?;
    shown(&app, caller, request).await
}

/// Says of each kind with data about people how long it is kept, and what the last runs found.
#[utoipa::path(get, path = "/api/v1/retention", tag = "protection",
    responses((status = 200, body = RetentionsView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn retention(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let caller = demand_administrator(&visitor)?;
    let kinds = app.records.kinds();
    let mut items = Vec::new();
    for declared in kinds.iter().map(|kind| kind.declaration()).filter(|kind| is_shown(kind)) {
        let runs = match declared.retain {
            Some(_) => newest_runs(&app.records, caller, &declared.name, RUNS_SHOWN).await?,
            None => Vec::new(),
        };
        items.push(RetentionView {
            kind: declared.name.to_string(),
            retention: declared.retention.clone(),
            rule: declared.retain.as_ref().map(rule_text),
            runs: runs.into_iter().map(run_view).collect(),
        });
    }
    json::ok(&RetentionsView { items })
}

/// Asks for a run through a kind. It is done in the background, and its record says what came of it.
#[utoipa::path(post, path = "/api/v1/retention", tag = "protection", request_body = RunBody,
    responses((status = 202, body = RunView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn run(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Shaped(asked): Shaped<RunBody>,
) -> Result<Response, Problem> {
    let caller = demand_administrator(&visitor)?;
    let kind: KindName = asked.kind.parse().map_err(|_| Problem::field("/kind", "format", "a kind is expected"))?;
    let mode = RunMode::named(&asked.mode);
    let mode = mode.ok_or_else(|| Problem::field("/mode", "enum", "preview or erase is expected"))?;
    let run = ask_run(&app.records, caller, &kind, mode).await?;
    json::answer(StatusCode::ACCEPTED, &RunView { id: run.to_string() })
}

/// Whether retention has something to say of a kind.
pub(crate) fn is_shown(kind: &KindDeclaration) -> bool {
    kind.retain.is_some() || tiwizi_registry::protection::is_personal(kind)
}

fn demand_administrator(visitor: &Visitor) -> Result<&Caller, Problem> {
    let caller = visitor.signed_in()?;
    if caller.holds(Role::Administrator) { Ok(caller) } else { Err(Fault::Forbidden.into()) }
}

fn id(text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

async fn shown(app: &App, caller: &Caller, request: RecordId) -> Result<Response, Problem> {
    let permit = app.records.may_read(caller, &app.pages.names().subject_request)?;
    let record = app.records.read(&permit, request).await?.ok_or(Fault::NotFound)?;
    json::ok(&request_view(record))
}

fn request_view(record: Record) -> RequestView {
    RequestView { id: record.id.to_string(), version: record.version.0, body: record.body }
}

fn run_view(record: Record) -> Value {
    json!({ "id": record.id.to_string(), "run": record.body })
}

/// A file to keep, and not to be kept on the way.
fn attached(value: &Value) -> Result<Response, Problem> {
    let mut response = json::ok(value)?;
    let disposition = HeaderValue::from_static("attachment; filename=\"tiwizi-donnees.json\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
