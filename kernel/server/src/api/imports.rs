//! Imports from files that are sent: tried first, imported when somebody says so.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};
use tiwizi_model::{RecordId, limits};
use tiwizi_registry::import::{Encoding, Progress, Table};
use tiwizi_registry::imports::{Column, Findings, Line, NewImport, Shown, StoredRun};
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

use crate::app::App;
use crate::body;
use crate::caller::Visitor;
use crate::json::{self, Shaped};
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;
use crate::upload;

/// The types of files that are taken. What a file is, its bytes say.
const TAKEN: [&str; 4] = [
    "application/octet-stream",
    "text/csv",
    "text/tab-separated-values",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

/// An import.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportView {
    /// Its id.
    id: String,
    /// The name of the file on its owner's machine.
    name: String,
    /// Its length in bytes.
    bytes: u64,
    /// `cooperatives` or `members`, once that is known.
    table: Option<&'static str>,
    /// `waiting`, `checking`, `checked`, `queued`, `importing`, `imported`, `refused` (a row was wrong, and nothing was kept), `stopped`,
    /// `cut` (the instance stopped meanwhile), `failed` or `given-up`.
    status: &'static str,
    /// Whether the good rows are kept when others are wrong.
    skip_bad: bool,
    /// The account that sent it.
    account: String,
    /// Whose account that was then.
    account_name: String,
    /// When it was sent.
    asked: String,
    /// When its last part began.
    began: Option<String>,
    /// When its last part ended.
    ended: Option<String>,
    /// Rows that were not there, or would not be.
    created: u64,
    /// Rows that were there with another content.
    updated: u64,
    /// Rows that were there just so.
    unchanged: u64,
    /// Rows that were wrong.
    rejected: u64,
    /// Rows that may be the same as another cooperative and were let pass.
    flagged: u64,
    /// Rows that were written before it ended early; they stay. Null when nobody knows, as after a crash.
    written: Option<u64>,
    /// Why it failed: `read`, `encoding`, `sheet`, `header`, `no-processing`, `write` or `internal`.
    error: Option<String>,
    /// Whether the file and its report are still there.
    files: bool,
}

/// An import with what was found in its file.
#[derive(Serialize, ToSchema)]
pub(crate) struct WholeImportView {
    /// Where it stands.
    import: ImportView,
    /// How far it has come, while it is worked on.
    progress: Option<ProgressView>,
    /// Who started what is worked on, while this one waits for it.
    behind: Option<String>,
    /// What was found in the file.
    found: Option<FoundView>,
}

/// How far an import has come.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProgressView {
    /// Whether rows are being written, or only checked.
    writing: bool,
    /// Rows that are done.
    rows: u64,
    /// Rows that were wrong until now.
    rejected: u64,
    /// Bytes that are done.
    bytes: u64,
    /// All bytes.
    bytes_all: u64,
}

/// What was found in a file.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundView {
    /// `csv` or `xlsx`.
    format: Option<String>,
    /// How the letters of a text are written.
    encoding: Option<String>,
    /// `comma`, `semicolon` or `tab`.
    separator: Option<String>,
    /// The names of the first row.
    columns: Vec<ColumnView>,
    /// Columns without which the file cannot be read, and which it has not.
    missing: Vec<String>,
    /// The first rows that were wrong. All of them are in the report.
    rejected: Vec<LineView>,
    /// The first rows that may be the same as another cooperative.
    alike: Vec<LineView>,
    /// Why it could not be read or written.
    detail: Option<String>,
}

/// A name of the first row.
#[derive(Serialize, ToSchema)]
pub(crate) struct ColumnView {
    /// As it stands in the file.
    written: String,
    /// The column that it means; null when no column is called so.
    name: Option<String>,
}

/// A value of a row, and what is wrong with it.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineView {
    /// The row, as a spreadsheet counts: the header is 1.
    row: u64,
    /// The column; empty when the row as a whole is meant.
    column: String,
    /// The value, shortened.
    value: String,
    /// A stable code.
    code: String,
    /// A sentence.
    message: String,
}

/// The newest imports.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportsView {
    items: Vec<ImportView>,
}

/// The id of an import that was taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakenView {
    id: String,
}

/// What shall be imported of a file that was tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunBody {
    /// Whether the good rows are kept when others are wrong. Without it nothing is kept then.
    #[serde(default)]
    skip_bad: bool,
}

/// Sends a file to be imported: CSV or XLSX. It is tried in the background; nothing is written before `run`. For administrators and
/// registrars of the nation. An `Idempotency-Key` is not looked at: a file that is sent twice is tried twice and changes nothing.
#[utoipa::path(post, path = "/api/v1/imports", tag = "exchange", request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    params(("table" = Option<String>, Query, description = "`cooperatives` or `members`; without it the columns tell"),
        ("encoding" = Option<String>, Query, description = "`utf-8`, `utf-16le`, `utf-16be`, `windows-1256` or `windows-1252`; without it the file tells"),
        ("name" = Option<String>, Query, description = "The name of the file, to be shown")),
    responses((status = 201, body = TakenView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody), (status = 507, body = ProblemBody)))]
pub(crate) async fn send(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    if body::media_type(&headers).is_none_or(|media_type| !TAKEN.contains(&media_type.as_str())) {
        return Err(Problem::from(Fault::MediaType).saying("send application/octet-stream"));
    }
    let mut parameters = Parameters::of_query(uri.query())?;
    let table = parameters.take("table")?;
    let table = table.map(|name| {
        Table::named(&name).ok_or_else(|| Problem::parameter("table", "cooperatives or members is expected"))
    });
    let expected = "utf-8, utf-16le, utf-16be, windows-1256 or windows-1252";
    let new = NewImport {
        table: table.transpose()?,
        encoding: parameters.take_as::<Encoding>("encoding", expected)?,
        name: parameters.take("name")?.unwrap_or_default(),
    };
    parameters.finish()?;
    let incoming = upload::of_body(&app, caller, &headers, body).await?;
    let id = upload::hand_over(&app, caller, new, incoming).await?;
    let mut response = json::answer(StatusCode::CREATED, &TakenView { id: id.to_string() })?;
    let location = HeaderValue::from_str(&format!("/api/v1/imports/{id}")).map_err(Problem::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// Lists the newest imports: one's own, and all of them for administrators.
#[utoipa::path(get, path = "/api/v1/imports", tag = "exchange",
    responses((status = 200, body = ImportsView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn list(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let runs = app.imports.list(visitor.signed_in()?).await?;
    json::ok(&ImportsView { items: runs.iter().map(view).collect() })
}

/// Shows an import: where it stands, how far it has come, what was found. For whoever sent it, and for administrators.
#[utoipa::path(get, path = "/api/v1/imports/{import}", tag = "exchange", params(("import" = String, Path, description = "The id of the import")),
    responses((status = 200, body = WholeImportView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(import): Path<String>,
) -> Result<Response, Problem> {
    let Shown { stored, progress, findings, behind } = app.imports.show(visitor.signed_in()?, id_of(&import)?).await?;
    let (progress, found) = (progress.map(|progress| progress_view(&progress)), findings.map(found_view));
    json::ok(&WholeImportView { import: view(&stored), progress, behind, found })
}

/// Says that a file which was tried shall be imported.
#[utoipa::path(post, path = "/api/v1/imports/{import}/run", tag = "exchange", request_body = RunBody, params(("import" = String, Path, description = "The id of the import")),
    responses((status = 202), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn run(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(import): Path<String>,
    Shaped(RunBody { skip_bad }): Shaped<RunBody>,
) -> Result<StatusCode, Problem> {
    app.imports.import(visitor.signed_in()?, id_of(&import)?, skip_bad).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Ends an import after the rows that it is at, or takes back what waits. What was written stays.
#[utoipa::path(post, path = "/api/v1/imports/{import}/stop", tag = "exchange", params(("import" = String, Path, description = "The id of the import")),
    responses((status = 202), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody)))]
pub(crate) async fn stop(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(import): Path<String>,
) -> Result<StatusCode, Problem> {
    app.imports.stop(visitor.signed_in()?, id_of(&import)?).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Tries a file once more that ended early.
#[utoipa::path(post, path = "/api/v1/imports/{import}/again", tag = "exchange", params(("import" = String, Path, description = "The id of the import")),
    responses((status = 202), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody)))]
pub(crate) async fn again(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(import): Path<String>,
) -> Result<StatusCode, Problem> {
    app.imports.try_again(visitor.signed_in()?, id_of(&import)?).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Takes the file and its report away. An import that was not run is given up by that.
#[utoipa::path(delete, path = "/api/v1/imports/{import}", tag = "exchange", params(("import" = String, Path, description = "The id of the import")),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody)))]
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(import): Path<String>,
) -> Result<StatusCode, Problem> {
    app.imports.remove(visitor.signed_in()?, id_of(&import)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The report of every rejected row, as CSV.
#[utoipa::path(get, path = "/api/v1/imports/{import}/report", tag = "exchange", params(("import" = String, Path, description = "The id of the import")),
    responses((status = 200, content_type = "text/csv"), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn report(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(import): Path<String>,
) -> Result<Response, Problem> {
    let path = app.imports.report(visitor.signed_in()?, id_of(&import)?).await?;
    let file = tokio::fs::File::open(path).await.map_err(Problem::internal)?;
    let pieces = ReaderStream::with_capacity(file, limits::EXPORT_PIECE_BYTES);
    Ok(report_of(Body::from_stream(pieces)))
}

/// The answer with a report, on a page as well.
pub(crate) fn report_of(body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"rejected-rows.csv\""));
    response
}

/// The import that an address names.
pub(crate) fn id_of(text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

fn view(stored: &StoredRun) -> ImportView {
    let StoredRun { id, run, .. } = stored;
    ImportView {
        id: id.to_string(),
        name: run.name.clone(),
        bytes: run.bytes,
        table: run.table.map(Table::name),
        status: run.status.name(),
        skip_bad: run.skip_bad,
        account: run.account.to_string(),
        account_name: run.account_name.clone(),
        asked: rfc3339(run.asked_at),
        began: run.began_at.map(rfc3339),
        ended: run.ended_at.map(rfc3339),
        created: run.counts.created,
        updated: run.counts.updated,
        unchanged: run.counts.unchanged,
        rejected: run.counts.rejected,
        flagged: run.flagged,
        written: run.written,
        error: run.error.clone(),
        files: run.has_files,
    }
}

fn progress_view(progress: &Progress) -> ProgressView {
    ProgressView {
        writing: progress.writing,
        rows: progress.rows_done,
        rejected: progress.rows_rejected,
        bytes: progress.bytes_done,
        bytes_all: progress.bytes_total,
    }
}

fn found_view(findings: Findings) -> FoundView {
    let Findings { format, encoding, separator, columns, missing, rejected, alike, detail, .. } = findings;
    let column = |Column { written, name }: Column| ColumnView { written, name };
    let line = |Line { row, column, value, code, message }: Line| LineView { row, column, value, code, message };
    FoundView {
        format,
        encoding,
        separator,
        columns: columns.into_iter().map(column).collect(),
        missing,
        rejected: rejected.into_iter().map(line).collect(),
        alike: alike.into_iter().map(line).collect(),
        detail,
    }
}
