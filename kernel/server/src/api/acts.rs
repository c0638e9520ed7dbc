//! The acts of cooperatives: what was entered, what follows from it, and the door for the next one.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderValue, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::Class;
use tiwizi_model::{FileHash, RecordId};
use tiwizi_registry::ActError;
use tiwizi_registry::acts::{self, Act, ActKind, Entered, Ledger, NewAct, activity, findings};
use tiwizi_registry::day::{Day, DayError};
use tiwizi_registry::duplicates::{Match, Subject};
use tiwizi_registry::rule_pack::RulePack;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Visitor;
use crate::json::{self, Shaped};
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;
use crate::uploads;

/// Cooperatives that are told to be like one that is to be.
const ALIKE_MAX: usize = 20;

/// An act that is to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActBody {
    /// Its kind: `registered`, `members-changed`…
    act: String,
    /// From when on it holds: `2026-01-31`.
    effective_on: String,
    /// The files that prove it, by their SHA-256; store them first.
    #[serde(default)]
    documents: Vec<String>,
    /// What it says, in the shape of its kind: see the schema of `registry/act`.
    #[schema(value_type = Object)]
    data: Value,
    /// The place of the act that it corrects.
    corrects: Option<u32>,
}

/// An act that was entered.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActView {
    /// Its place among the acts of the cooperative.
    sequence: u32,
    /// Its kind.
    act: &'static str,
    /// From when on it holds.
    effective_on: String,
    /// When it was entered.
    entered: String,
    /// The account that entered it.
    author: Option<String>,
    /// The files that prove it; none for those who may not see personal fields.
    documents: Vec<String>,
    /// The place of the act that it corrects.
    corrects: Option<u32>,
    /// What it says; null for those who may not see personal fields.
    #[schema(value_type = Option<Object>)]
    data: Option<Value>,
}

/// A cooperative by its acts.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActsView {
    /// The cooperative: its record, or the id that its record will have.
    cooperative: String,
    /// Its acts, in the order in which they were entered.
    items: Vec<ActView>,
    /// Where it stands.
    stage: &'static str,
    /// Whether it is active, by what it filed: `founding`, `new`, `active`, `dormant`, `suspended` or `ended`.
    #[schema(value_type = Option<String>)]
    activity: Option<Value>,
    /// The rule pack of the day, as `id/version`.
    rules: Option<String>,
    /// What of the rules it does not fulfil on that day.
    #[schema(value_type = Vec<Object>)]
    findings: Vec<Value>,
    /// Everything that follows from its acts; null for those who may not see personal fields.
    #[schema(value_type = Option<Object>)]
    state: Option<Value>,
}

/// What was entered, and what follows from it.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnteredView {
    /// The cooperative.
    cooperative: String,
    /// The record of the act.
    record: String,
    /// The act.
    entered: ActView,
    /// Where the cooperative stands now.
    stage: &'static str,
    /// Everything that follows from its acts.
    #[schema(value_type = Object)]
    state: Value,
    /// After a request for a name: cooperatives of its place that may be the same. Look at them before it is registered.
    alike: Vec<AlikeView>,
}

/// A cooperative that the one that is to be may be the same as.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlikeView {
    /// Its record.
    record: String,
    /// How surely: `certain`, `likely` or `possible`.
    level: &'static str,
    /// What speaks for it: `name 96`, `sector`.
    reasons: Vec<String>,
}

/// Asks for a name: the first act of a cooperative that is to be. The answer names the id that it gets.
#[utoipa::path(post, path = "/api/v1/denominations", tag = "register", request_body = ActBody,
    params(("idempotency-key" = Option<String>, Header, description = "The same key with the same body has its effect once")),
    responses((status = 201, body = EnteredView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn request_denomination(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Shaped(body): Shaped<ActBody>,
) -> Result<Response, Problem> {
    // Before the body is read: strangers are not told which files are stored here.
    let caller = visitor.signed_in()?;
    let new = body.read(&app, caller, None).await?;
    let alike = alike(&app, caller, &new.data).await?;
    let entered = app.acts.request_denomination(caller, new).await?;
    created(entered, alike)
}

/// Enters an act of a cooperative. What follows from it is written with it, or nothing is.
#[utoipa::path(post, path = "/api/v1/cooperatives/{id}/acts", tag = "register", request_body = ActBody,
    params(("id" = String, Path, description = "The id of the cooperative"),
        ("idempotency-key" = Option<String>, Header, description = "The same key with the same body has its effect once")),
    responses((status = 201, body = EnteredView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn enter(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Shaped(body): Shaped<ActBody>,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let cooperative: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let new = body.read(&app, caller, Some(cooperative)).await?;
    let entered = app.acts.enter(caller, cooperative, new).await?;
    created(entered, Vec::new())
}

/// The acts of a cooperative, and what follows from them now or on a day.
#[utoipa::path(get, path = "/api/v1/cooperatives/{id}/acts", tag = "register",
    params(("id" = String, Path, description = "The id of the cooperative"),
        ("as_of" = Option<String>, Query, description = "The day of the state: `2026-01-31`; without it the state after all acts, and the rules of today")),
    responses((status = 200, body = ActsView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of_query(uri.query())?;
    let as_of: Option<Day> = parameters.take_as("as_of", "a day, as in 2026-01-31")?;
    parameters.finish()?;
    let cooperative: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let (ledger, classes) = app.acts.ledger(visitor.caller(), cooperative).await?;
    let packs = app.acts.packs();
    let today = Day::of(app.ambient.now());
    let (state, day) = match as_of {
        // Of one without acts only what its records say now is known.
        _ if ledger.is_empty() => (app.acts.state(visitor.caller(), cooperative).await?.0, today),
        Some(day) => (ledger.as_of(day, packs).map_err(Problem::internal)?, day),
        None => (ledger.project(packs).map_err(Problem::internal)?, today),
    };
    let pack = packs.at(day);
    let is_whole = classes.holds(Class::Personal);
    json::ok(&Shown { cooperative, ledger: &ledger, state: &state, day, pack, is_whole }.view()?)
}

/// What is to be shown to one caller.
struct Shown<'a> {
    cooperative: RecordId,
    ledger: &'a Ledger,
    state: &'a acts::State,
    day: Day,
    pack: Option<&'a RulePack>,
    is_whole: bool,
}

impl Shown<'_> {
    fn view(&self) -> Result<ActsView, Problem> {
        let found = self.pack.map(|pack| findings(self.state, self.day, pack)).unwrap_or_default();
        // A finding may name members by their numbers.
        let found = found.iter().filter(|_| self.is_whole).map(serde_json::to_value);
        let active = self.pack.map(|pack| serde_json::to_value(activity(self.state, self.day, pack))).transpose();
        Ok(ActsView {
            cooperative: self.cooperative.to_string(),
            items: self.ledger.acts().iter().map(|act| act_view(act, self.is_whole)).collect(),
            stage: self.state.stage.name(),
            activity: active.map_err(Problem::internal)?,
            rules: self.pack.map(RulePack::reference),
            findings: found.collect::<Result<_, _>>().map_err(Problem::internal)?,
            state: if self.is_whole { Some(state_value(self.state)?) } else { None },
        })
    }
}

impl ActBody {
    /// Reads what came, and looks whether its documents are there, and stored by the caller or named by an act that stands.
    async fn read(self, app: &App, caller: &Caller, cooperative: Option<RecordId>) -> Result<NewAct, Problem> {
        let kind =
            ActKind::named(&self.act).ok_or_else(|| Problem::field("/act", "enum", "there is no act of this kind"))?;
        let effective_on: Day = self
            .effective_on
            .parse()
            .map_err(|error: DayError| Problem::field("/effective_on", "date", error.to_string()))?;
        let standing = match cooperative.filter(|_| !self.documents.is_empty()) {
            Some(cooperative) => standing(app, caller, cooperative).await?,
            None => Vec::new(),
        };
        let mut documents: Vec<FileHash> = Vec::new();
        for (at, text) in self.documents.iter().take(tiwizi_model::limits::ACT_DOCUMENTS_MAX + 1).enumerate() {
            let pointer = format!("/documents/{at}");
            let hash: FileHash = text
                .parse()
                .map_err(|_| Problem::field(&pointer, "format", "the SHA-256 of a stored file is expected"))?;
            if !uploads::may_name(app, caller, hash, &standing).await? {
                return Err(Problem::field(&pointer, "no-document", "store the file first, with POST /api/v1/files"));
            }
            documents.push(hash);
        }
        Ok(NewAct { kind, effective_on, documents, corrects: self.corrects, data: self.data })
    }
}

/// The files that acts of a cooperative name, as far as the caller may see them.
async fn standing(app: &App, caller: &Caller, cooperative: RecordId) -> Result<Vec<FileHash>, Problem> {
    match app.acts.ledger(caller, cooperative).await {
        Ok((ledger, classes)) if classes.holds(Class::Personal) => {
            Ok(ledger.acts().iter().flat_map(|act| act.documents.iter().copied()).collect())
        }
        // Whether the act may be entered is said by the door of acts.
        Ok(_) | Err(ActError::Missing { .. } | ActError::Refused(_)) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn act_view(act: &Act, is_whole: bool) -> ActView {
    let documents = if is_whole { act.documents.as_slice() } else { &[] };
    ActView {
        sequence: act.sequence,
        act: act.kind().name(),
        effective_on: act.effective_on.to_string(),
        entered: rfc3339(act.entered_at),
        author: act.author.map(|author| author.to_string()),
        documents: documents.iter().map(ToString::to_string).collect(),
        corrects: act.corrects,
        data: is_whole.then(|| act.data.value()),
    }
}

fn state_value(state: &acts::State) -> Result<Value, Problem> {
    serde_json::to_value(state).map_err(Problem::internal)
}

/// Cooperatives that one which is to be may be the same as, as far as the caller sees them.
async fn alike(app: &App, caller: &Caller, body: &Value) -> Result<Vec<AlikeView>, Problem> {
    let found = app.duplicates.find(Subject::Cooperative, body).await?;
    let permit = app.records.may_read(caller, &app.pages.names().cooperative)?;
    let ids: Vec<RecordId> = found.iter().take(ALIKE_MAX).map(|one| one.id).collect();
    let seen = app.records.read_many(&permit, &ids).await?;
    let found = found.into_iter().filter(|one| seen.iter().any(|record| record.id == one.id));
    let view = |one: Match| AlikeView {
        record: one.id.to_string(),
        level: one.finding.level.name(),
        reasons: one.finding.reasons,
    };
    Ok(found.map(view).collect())
}

fn created(entered: Entered, alike: Vec<AlikeView>) -> Result<Response, Problem> {
    let cooperative = entered.act.cooperative.to_string();
    let location = format!("/api/v1/cooperatives/{cooperative}/acts");
    let view = EnteredView {
        cooperative,
        record: entered.record.to_string(),
        entered: act_view(&entered.act, true),
        stage: entered.state.stage.name(),
        state: state_value(&entered.state)?,
        alike,
    };
    let mut response = json::answer(StatusCode::CREATED, &view)?;
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}
