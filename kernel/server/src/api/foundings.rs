//! Founding files: the guided path from the request for a name to registration, for the founders and for the office.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderValue, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tiwizi_model::{Instant, ProvinceCode, RecordId, Version};
use tiwizi_registry::founding::{Correction, Entry, Lack, Mine, NameAnswer, Section, Seen, Step, Viewer, WaitingQuery};
use utoipa::ToSchema;

use super::founders::{FounderView, founder_view};
use crate::app::App;
use crate::caller::Visitor;
use crate::json::{self, Shaped};
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;

/// Fields of the section of the name; the province is needed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFounding {
    /// `entity`, `name_ar`, `name_fr`, `name_zgh`, `category`, `sector`, `branch`, `province`, `commune`.
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

/// What is filled in in one section of a file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SectionBody {
    /// The version that was seen.
    version: i64,
    /// `name`, `capital`, `management`, `statutes`, `assembly` or `receipt`.
    section: String,
    /// Its fields, as in the schema of `registry/founding`; a null takes one away, what is not given stays.
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

/// A step that founders take.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepBody {
    /// The version that was seen.
    version: i64,
    /// `ask-for-name`, `confirm`, `submit`, `take-back`, `change-name` or `give-up`.
    step: String,
}

/// A decision of the office.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionBody {
    /// The version that was seen.
    version: i64,
    /// `approve-name`, `refuse-name`, `ask-correction`, `accept` or `register`.
    decision: String,
    /// Why: a refusal of the name says it.
    reason: Option<String>,
    /// The number of the certificate of the name.
    certificate: Option<String>,
    /// What is to be corrected: each with its `section` and `text`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    corrections: Vec<Correction>,
    /// The court whose clerk entered the cooperative.
    court: Option<String>,
    /// The number there.
    number: Option<String>,
    /// The day of that entry: `2026-01-31`.
    registered_on: Option<String>,
    /// With `approve-name` and `register`: cooperatives that were told to be likely the same, and are others.
    #[serde(default)]
    confirm_distinct: Vec<String>,
}

/// A file in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundingShort {
    /// Its id.
    id: String,
    /// The name that is wanted.
    name: Option<String>,
    /// The province of the seat.
    province: String,
    /// Where it stands: `name`, `name-asked`, `file`, `submitted`, `accepted`, `registered` or `given-up`.
    step: &'static str,
    /// Since when.
    since: String,
    /// For whom it waits: `founders`, `office`, or nobody.
    waits_for: Option<&'static str>,
    /// Until when the office answers, where the rules say so.
    due: Option<String>,
    /// Whether the account has joined; null in lists of the office.
    joined: Option<bool>,
}

/// Files, and where the next page begins.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundingsView {
    items: Vec<FoundingShort>,
    next: Option<String>,
}

/// Something that is missing in a file.
#[derive(Serialize, ToSchema)]
pub(crate) struct LackView {
    /// The section where it is filled in.
    section: &'static str,
    /// What it is.
    code: &'static str,
    /// The founder whom it is about.
    founder: Option<String>,
    /// What the rule asks, and what there is.
    #[schema(value_type = Object)]
    values: Map<String, Value>,
}

/// A file.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundingView {
    /// Its id.
    id: String,
    /// Its version, which goes with every change.
    version: i64,
    /// As what the caller sees it: `founder`, `invited`, `office` or `observer`.
    viewer: &'static str,
    /// The caller's own place among the founders.
    own: Option<String>,
    /// For whom it waits: `founders`, `office`, or nobody.
    waits_for: Option<&'static str>,
    /// Until when the office answers, where the rules say so.
    due: Option<String>,
    /// Parts that are done.
    done: usize,
    /// All parts.
    all: usize,
    /// What is missing before it can be handed in.
    lacks: Vec<LackView>,
    /// What it holds, as in the schema of `registry/founding`; null for those who are only invited.
    #[schema(value_type = Option<Object>)]
    file: Option<Value>,
    /// Its founders; none for those who are only invited.
    founders: Vec<FounderView>,
}

/// Opens a file. Whoever opens it is its first founder.
#[utoipa::path(post, path = "/api/v1/foundings", tag = "register", request_body = NewFounding,
    params(("idempotency-key" = Option<String>, Header, description = "The same key with the same body has its effect once")),
    responses((status = 201, body = FoundingView), (status = 401, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn open(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Shaped(body): Shaped<NewFounding>,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let id = app.foundings.open(caller, &body.fields).await.map_err(|error| Problem::from(error).below("/fields"))?;
    let seen = app.foundings.look(caller, id).await?;
    let mut response = json::answer(StatusCode::CREATED, &view(&seen)?)?;
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/foundings/{id}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// The files in which one's own account takes part, and those to which it was invited.
#[utoipa::path(get, path = "/api/v1/foundings", tag = "register",
    responses((status = 200, body = FoundingsView), (status = 401, body = ProblemBody)))]
pub(crate) async fn mine(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let found = app.foundings.of_account(visitor.signed_in()?).await?;
    let short = |mine: Mine| FoundingShort {
        joined: Some(mine.has_joined),
        ..short(mine.id, &mine.founding, app.foundings.due(&mine.founding).map(|day| day.to_string()))
    };
    json::ok(&FoundingsView { items: found.into_iter().map(short).collect(), next: None })
}

/// The files that stand at one step in the provinces whose register the caller keeps, those that stand there longest first.
#[utoipa::path(get, path = "/api/v1/foundings/waiting", tag = "register",
    params(("step" = Option<String>, Query, description = "`name-asked` without it; `submitted`, `accepted`…"),
        ("province" = Option<String>, Query, description = "The HCP code of a province"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, body = FoundingsView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn waiting(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let mut parameters = Parameters::of_query(uri.query())?;
    let (step, cursor) = (parameters.take("step")?, parameters.take("cursor")?);
    let province: Option<ProvinceCode> = parameters.take_as("province", "the HCP code of a province")?;
    parameters.finish()?;
    let step = match step {
        None => Step::NameAsked,
        Some(name) => Step::named(&name).ok_or_else(|| Problem::parameter("step", "there is no such step"))?,
    };
    let asked = WaitingQuery { step, province, cursor: cursor.as_deref() };
    let page = app.foundings.waiting(caller, asked).await?;
    let short = |(id, founding, due): (RecordId, _, Option<tiwizi_registry::day::Day>)| {
        short(id, &founding, due.map(|day| day.to_string()))
    };
    json::ok(&FoundingsView { items: page.items.into_iter().map(short).collect(), next: page.next })
}

/// One file.
#[utoipa::path(get, path = "/api/v1/foundings/{id}", tag = "register",
    params(("id" = String, Path, description = "The id of the file")),
    responses((status = 200, body = FoundingView), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    json::ok(&view(&app.foundings.look(visitor.signed_in()?, read_id(&id)?).await?)?)
}

/// Fills in a section of a file.
#[utoipa::path(patch, path = "/api/v1/foundings/{id}", tag = "register", request_body = SectionBody,
    params(("id" = String, Path, description = "The id of the file")),
    responses((status = 200, body = FoundingView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn edit(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Shaped(body): Shaped<SectionBody>,
) -> Result<Response, Problem> {
    let (caller, id) = (visitor.signed_in()?, read_id(&id)?);
    let section = Section::named(&body.section)
        .ok_or_else(|| Problem::field("/section", "enum", "there is no section of this name"))?;
    let at = (id, Version(body.version));
    let edited = app.foundings.edit(caller, at, section, &body.fields).await;
    edited.map_err(|error| Problem::from(error).below("/fields"))?;
    json::ok(&view(&app.foundings.look(caller, id).await?)?)
}

/// Takes a step of the founders.
#[utoipa::path(post, path = "/api/v1/foundings/{id}/steps", tag = "register", request_body = StepBody,
    params(("id" = String, Path, description = "The id of the file")),
    responses((status = 200, body = FoundingView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn step(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Shaped(body): Shaped<StepBody>,
) -> Result<Response, Problem> {
    let (caller, id) = (visitor.signed_in()?, read_id(&id)?);
    let (foundings, at) = (&app.foundings, (id, Version(body.version)));
    match body.step.as_str() {
        "ask-for-name" => foundings.ask_for_name(caller, at).await.map(|_| ()),
        "confirm" => foundings.confirm(caller, at).await,
        "submit" => foundings.submit(caller, at).await.map(|_| ()),
        "take-back" => foundings.take_back(caller, at).await.map(|_| ()),
        "change-name" => foundings.change_name(caller, at).await.map(|_| ()),
        "give-up" => foundings.give_up(caller, at).await.map(|_| ()),
        _ => return Err(Problem::field("/step", "enum", "there is no step of this name")),
    }?;
    json::ok(&view(&app.foundings.look(caller, id).await?)?)
}

/// Takes a decision of the office. What it enters in the register is entered with it.
#[utoipa::path(post, path = "/api/v1/foundings/{id}/decisions", tag = "register", request_body = DecisionBody,
    params(("id" = String, Path, description = "The id of the file")),
    responses((status = 200, body = FoundingView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn decide(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Shaped(body): Shaped<DecisionBody>,
) -> Result<Response, Problem> {
    let (caller, id) = (visitor.signed_in()?, read_id(&id)?);
    let (foundings, at) = (&app.foundings, (id, Version(body.version)));
    let confirmed: Result<Vec<RecordId>, _> = body.confirm_distinct.iter().map(|id| id.parse()).collect();
    let confirm_distinct =
        confirmed.map_err(|_| Problem::field("/confirm_distinct", "format", "ids of cooperatives are expected"))?;
    match body.decision.as_str() {
        "approve-name" | "refuse-name" => {
            let is_approved = body.decision == "approve-name";
            let (reason, certificate) = (body.reason, body.certificate);
            let answer = NameAnswer { is_approved, reason, certificate, confirm_distinct };
            foundings.answer_name(caller, at, answer).await
        }
        "ask-correction" => foundings.ask_correction(caller, at, body.corrections).await,
        "accept" => foundings.accept(caller, at).await,
        "register" => {
            let entry = read_entry(body.court, body.number, body.registered_on.as_deref())?;
            foundings.register(caller, at, Entry { confirm_distinct, ..entry }).await
        }
        _ => return Err(Problem::field("/decision", "enum", "there is no decision of this name")),
    }?;
    json::ok(&view(&app.foundings.look(caller, id).await?)?)
}

/// The entry in the local register, as it was given.
pub(crate) fn read_entry(
    court: Option<String>,
    number: Option<String>,
    registered_on: Option<&str>,
) -> Result<Entry, Problem> {
    let registered_on = registered_on.unwrap_or_default().parse();
    let registered_on = registered_on
        .map_err(|error: tiwizi_registry::day::DayError| Problem::field("/registered_on", "date", error.to_string()))?;
    let (court, number) = (court.unwrap_or_default(), number.unwrap_or_default());
    Ok(Entry { court, number, registered_on, confirm_distinct: Vec::new() })
}

/// The id of a file or a founder in an address.
pub(crate) fn read_id(text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

fn short(id: RecordId, founding: &tiwizi_registry::founding::Founding, due: Option<String>) -> FoundingShort {
    FoundingShort {
        id: id.to_string(),
        name: founding.called().map(str::to_owned),
        province: founding.province.to_string(),
        step: founding.step.name(),
        since: rfc3339(Instant(founding.since)),
        waits_for: founding.step.waits_for().map(tiwizi_registry::founding::Party::name),
        due,
        joined: None,
    }
}

fn view(seen: &Seen) -> Result<FoundingView, Problem> {
    let (viewer, own) = match seen.viewer {
        Viewer::Founder(id) => ("founder", Some(id.to_string())),
        Viewer::Invited(id) => ("invited", Some(id.to_string())),
        Viewer::Office => ("office", None),
        Viewer::Observer => ("observer", None),
    };
    let is_whole = !matches!(seen.viewer, Viewer::Invited(_));
    let file = is_whole.then(|| serde_json::to_value(&seen.founding)).transpose().map_err(Problem::internal)?;
    Ok(FoundingView {
        id: seen.id.to_string(),
        version: seen.version.0,
        viewer,
        own,
        waits_for: seen.founding.step.waits_for().map(tiwizi_registry::founding::Party::name),
        due: seen.due.map(|day| day.to_string()),
        done: seen.progress.done,
        all: seen.progress.all,
        lacks: seen.lacks.iter().map(lack_view).collect(),
        file,
        founders: seen.seats.iter().filter(|_| is_whole).map(founder_view).collect(),
    })
}

fn lack_view(lack: &Lack) -> LackView {
    LackView {
        section: lack.section.name(),
        code: lack.code,
        founder: lack.founder.map(|founder| founder.to_string()),
        values: lack.values.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect(),
    }
}
