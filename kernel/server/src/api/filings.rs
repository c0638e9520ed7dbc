//! Yearly filings: the years of a cooperative, what is filed for one, and what the office decides on it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tiwizi_identity::Caller;
use tiwizi_model::{FileHash, RecordId, Version};
use tiwizi_records::FieldError;
use tiwizi_registry::day::Day;
use tiwizi_registry::filings::{FilingError, OfYear, Opened, Rights, StoredFiling, Values};
use tiwizi_registry::money::Mad;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Visitor;
use crate::json::{self, Shaped};
use crate::problem::{Fault, Problem, ProblemBody};
use crate::uploads;

/// The years that a cooperative files for.
#[derive(Serialize, ToSchema)]
pub(crate) struct FilingYearsView {
    /// The years, the last one first.
    items: Vec<FilingYearView>,
    /// What the caller may do.
    rights: FilingRightsView,
}

/// One year.
#[derive(Serialize, ToSchema)]
pub(crate) struct FilingYearView {
    /// The year.
    year: u16,
    /// The last day on which it may be filed.
    due_on: String,
    /// Where it stands: `expected`, `draft`, `submitted`, `correction` or `accepted`; null when nobody has begun.
    status: Option<&'static str>,
    /// When it was filed.
    filed_on: Option<String>,
}

/// What a caller may do with filings.
#[derive(Serialize, ToSchema)]
pub(crate) struct FilingRightsView {
    /// Fill one in and submit it.
    file: bool,
    /// Send one back and accept it.
    judge: bool,
}

/// The filing of a year.
#[derive(Serialize, ToSchema)]
pub(crate) struct FilingView {
    /// The year.
    year: u16,
    /// Where it stands.
    status: &'static str,
    /// The version to write against; null when there is no record yet.
    version: Option<i64>,
    /// The last day on which it may be filed.
    due_on: String,
    /// When the ordinary assembly met.
    assembly_on: Option<String>,
    /// Its minutes, by their SHA-256.
    minutes: Option<String>,
    /// The accounts, by their SHA-256.
    accounts: Option<String>,
    /// The turnover, in dirhams.
    #[schema(value_type = Option<f64>)]
    turnover_mad: Option<Mad>,
    /// The surplus, in dirhams; below zero for a loss.
    #[schema(value_type = Option<f64>)]
    surplus_mad: Option<Mad>,
    /// Members at the end of the year.
    members: Option<u32>,
    /// The women among them.
    women: Option<u32>,
    /// People whom it employs.
    employees: Option<u32>,
    /// The year whose values were carried over.
    carried_from: Option<u16>,
    /// When it was submitted first.
    submitted_on: Option<String>,
    /// What is to be corrected.
    reason: Option<String>,
    /// The place of its act.
    act: Option<u32>,
    /// What the caller may do.
    rights: FilingRightsView,
}

/// What a cooperative says of a year.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilingBody {
    /// The version that was looked at; none when there was none.
    version: Option<i64>,
    /// Whether it is submitted; else it is kept as a draft.
    #[serde(default)]
    submit: bool,
    /// When the ordinary assembly met.
    assembly_on: Option<String>,
    /// Its minutes, by their SHA-256; store them first.
    minutes: Option<String>,
    /// The accounts.
    accounts: Option<String>,
    /// The turnover, in dirhams.
    #[schema(value_type = Option<f64>)]
    turnover_mad: Option<Mad>,
    /// The surplus, in dirhams.
    #[schema(value_type = Option<f64>)]
    surplus_mad: Option<Mad>,
    /// Members at the end of the year.
    members: Option<u32>,
    /// The women among them.
    women: Option<u32>,
    /// People whom it employs.
    employees: Option<u32>,
    /// That both amounts are those of the year before indeed.
    #[serde(default)]
    same_as_before: bool,
}

/// A filing that was written.
#[derive(Serialize, ToSchema)]
pub(crate) struct FilingWrittenView {
    /// Where it stands now.
    status: &'static str,
    /// Its version.
    version: i64,
}

/// What the office decides.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilingDecisionBody {
    /// `accept`, or `correct` to send it back.
    decision: String,
    /// The version that was looked at.
    version: i64,
    /// What is to be corrected.
    reason: Option<String>,
}

/// Lists the years of a cooperative.
#[utoipa::path(get, path = "/api/v1/cooperatives/{id}/filings", tag = "office",
    params(("id" = String, Path, description = "The id of the cooperative")),
    responses((status = 200, body = FilingYearsView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (years, rights) = app.filings.years(visitor.caller(), cooperative_of(&id)?).await?;
    json::ok(&FilingYearsView { items: years.iter().map(of_year).collect(), rights: rights_view(rights) })
}

/// The filing of a year; with what is carried over, when nobody has begun it.
#[utoipa::path(get, path = "/api/v1/cooperatives/{id}/filings/{year}", tag = "office",
    params(("id" = String, Path, description = "The id of the cooperative"), ("year" = u16, Path, description = "The year")),
    responses((status = 200, body = FilingView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((id, year)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let opened = app.filings.open(visitor.caller(), cooperative_of(&id)?, year_of(&year)?).await?;
    json::ok(&view(&opened))
}

/// Keeps a filing as a draft, or submits it.
#[utoipa::path(put, path = "/api/v1/cooperatives/{id}/filings/{year}", tag = "office", request_body = FilingBody,
    params(("id" = String, Path, description = "The id of the cooperative"), ("year" = u16, Path, description = "The year")),
    responses((status = 200, body = FilingWrittenView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn write(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((id, year)): Path<(String, String)>,
    Shaped(body): Shaped<FilingBody>,
) -> Result<Response, Problem> {
    let (caller, key) = (visitor.caller(), (cooperative_of(&id)?, year_of(&year)?));
    let (seen, is_submitted) = (body.version.map(Version), body.submit);
    // Whoever may not file here learns no more than that.
    let opened = app.filings.open(caller, key.0, key.1).await?;
    let values = body.read(&app, caller, &opened.filing.values).await?;
    let written: StoredFiling = if is_submitted {
        app.filings.submit(caller, key, seen, values).await?
    } else {
        app.filings.save(caller, key, seen, values).await?
    };
    json::ok(&FilingWrittenView { status: written.filing.status.name(), version: written.version.0 })
}

/// Accepts a filing, so that its act is entered, or sends it back with what is to be corrected.
#[utoipa::path(post, path = "/api/v1/cooperatives/{id}/filings/{year}/decision", tag = "office", request_body = FilingDecisionBody,
    params(("id" = String, Path, description = "The id of the cooperative"), ("year" = u16, Path, description = "The year"),
        ("idempotency-key" = Option<String>, Header, description = "The same key with the same body has its effect once")),
    responses((status = 200, body = FilingView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn decide(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((id, year)): Path<(String, String)>,
    Shaped(body): Shaped<FilingDecisionBody>,
) -> Result<Response, Problem> {
    let (caller, key) = (visitor.caller(), (cooperative_of(&id)?, year_of(&year)?));
    let seen = Version(body.version);
    match body.decision.as_str() {
        "accept" => app.filings.accept(caller, key, seen).await?,
        "correct" => app.filings.send_back(caller, key, seen, body.reason.as_deref().unwrap_or_default()).await?,
        _ => return Err(Problem::field("/decision", "enum", "accept or correct is expected")),
    }
    json::ok(&view(&app.filings.open(caller, key.0, key.1).await?))
}

impl FilingBody {
    /// Reads what came, and looks whether its documents are there.
    async fn read(self, app: &App, caller: &Caller, kept: &Values) -> Result<Values, Problem> {
        let day = |text: String| {
            let expected = "a day is expected, as in 2026-03-15";
            text.parse::<Day>().map_err(|_| Problem::field("/assembly_on", "date", expected))
        };
        Ok(Values {
            assembly_on: self.assembly_on.map(day).transpose()?,
            minutes: document(app, caller, ("/minutes", self.minutes), kept.minutes).await?,
            accounts: document(app, caller, ("/accounts", self.accounts), kept.accounts).await?,
            turnover: self.turnover_mad,
            surplus: self.surplus_mad,
            members: self.members,
            women: self.women,
            employees: self.employees,
            same_as_before: self.same_as_before,
        })
    }
}

/// A document that the caller stored, or that is kept there already.
async fn document(
    app: &App,
    caller: &Caller,
    (pointer, text): (&str, Option<String>),
    kept: Option<FileHash>,
) -> Result<Option<FileHash>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let hash: FileHash =
        text.parse().map_err(|_| Problem::field(pointer, "format", "the SHA-256 of a stored file is expected"))?;
    if uploads::may_name(app, caller, hash, kept.as_slice()).await? {
        Ok(Some(hash))
    } else {
        Err(Problem::field(pointer, "no-document", "store the file first, with POST /api/v1/files"))
    }
}

/// The cooperative of an address.
pub(crate) fn cooperative_of(id: &str) -> Result<RecordId, Problem> {
    id.parse().map_err(|_| Fault::NotFound.into())
}

/// The year of an address.
pub(crate) fn year_of(text: &str) -> Result<u16, Problem> {
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_year).ok_or_else(|| Fault::NotFound.into())
}

/// The faults of a filing that was refused; the error itself when it is another.
pub(crate) fn faults_of(error: FilingError) -> Result<Vec<FieldError>, FilingError> {
    match error {
        FilingError::Invalid { fields } => Ok(fields),
        error => Err(error),
    }
}

fn of_year(year: &OfYear) -> FilingYearView {
    FilingYearView {
        year: year.year,
        due_on: year.due_on.to_string(),
        status: year.status.map(|status| status.name()),
        filed_on: year.filed_on.map(|day| day.to_string()),
    }
}

fn rights_view(rights: Rights) -> FilingRightsView {
    FilingRightsView { file: rights.file, judge: rights.judge }
}

fn view(opened: &Opened) -> FilingView {
    let (filing, values) = (&opened.filing, &opened.filing.values);
    FilingView {
        year: filing.year,
        status: filing.status.name(),
        version: opened.stored.map(|(_, version)| version.0),
        due_on: filing.due_on.to_string(),
        assembly_on: values.assembly_on.map(|day| day.to_string()),
        minutes: values.minutes.map(|hash| hash.to_string()),
        accounts: values.accounts.map(|hash| hash.to_string()),
        turnover_mad: values.turnover,
        surplus_mad: values.surplus,
        members: values.members,
        women: values.women,
        employees: values.employees,
        carried_from: filing.carried_from,
        submitted_on: filing.submitted_on.map(|day| day.to_string()),
        reason: filing.reason.clone(),
        act: filing.act,
        rights: rights_view(opened.rights),
    }
}
