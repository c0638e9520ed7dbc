//! Certified extracts: issued by whoever keeps the register where the cooperative lies, and read by whoever may see the names that
//! stand on them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiwizi_model::language::LanguageError;
use tiwizi_model::{FileHash, Record, RecordId};
use tiwizi_registry::extract::{PaperError, Wanted};
use tiwizi_registry::kinds::Names;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Visitor;
use crate::extracts;
use crate::json::{self, Shaped};
use crate::problem::{Fault, Problem, ProblemBody};
use crate::stored::{self, Stored, StoredFile};
use crate::time::rfc3339;

const ENDING: &str = ".pdf";

/// An extract that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewExtract {
    /// `extract` or `certificate`.
    paper: String,
    /// The tag of its language: `ar`, `ary`, `fr`, `zgh`, `shi`, `tzm` or `rif`.
    language: String,
}

/// An extract that was issued.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExtractMade {
    /// Its id, which stands on the paper.
    id: String,
    /// `extract` or `certificate`.
    paper: String,
    /// The tag of its language.
    language: String,
    /// When it was issued.
    issued: String,
    /// Where the paper is.
    pdf: String,
    /// The SHA-256 of the paper.
    file: String,
    /// The address of its verification, which the code on the paper leads to.
    verify: String,
}

/// Issues an extract of a cooperative.
#[utoipa::path(post, path = "/api/v1/cooperatives/{cooperative}/extracts", tag = "extracts", request_body = NewExtract,
    params(("cooperative" = String, Path, description = "The id of the cooperative")),
    responses((status = 201, body = ExtractMade), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn issue(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(cooperative): Path<String>,
    Shaped(wanted): Shaped<NewExtract>,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    let cooperative: RecordId = cooperative.parse().map_err(|_| Fault::NotFound)?;
    let wanted = read(cooperative, &wanted.paper, &wanted.language)?;
    let issued = extracts::issue_extract(&app, caller, wanted).await?;
    let pdf = address(cooperative, issued.record.id);
    let location = HeaderValue::from_str(&pdf).map_err(Problem::internal)?;
    let view = ExtractMade {
        id: issued.record.id.to_string(),
        paper: wanted.paper.name().to_owned(),
        language: wanted.language.tag().to_owned(),
        issued: rfc3339(issued.record.created_at),
        pdf,
        file: text(&issued.record, "file").to_owned(),
        verify: issued.address,
    };
    let mut response = json::answer(StatusCode::CREATED, &view)?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// Sends the paper of an extract.
#[utoipa::path(get, path = "/api/v1/cooperatives/{cooperative}/extracts/{file}", tag = "extracts",
    params(("cooperative" = String, Path, description = "The id of the cooperative"), ("file" = String, Path, description = "The id of the extract, and `.pdf`")),
    responses((status = 200, content_type = "application/pdf"), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn file(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((cooperative, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = app.records.may_read(visitor.caller(), &Names::new().extract)?;
    let id: RecordId = file.strip_suffix(ENDING).and_then(|id| id.parse().ok()).ok_or(Fault::NotFound)?;
    let record = app.records.read(&permit, id).await?.ok_or(Fault::NotFound)?;
    // Whoever may not see the names that were certified may not see the paper either.
    if text(&record, "cooperative") != cooperative || text(&record, "text").is_empty() {
        return Err(Fault::NotFound.into());
    }
    let hash: FileHash = text(&record, "file").parse().map_err(Problem::internal)?;
    let bytes = app.files.size(hash).await?.ok_or(Fault::NotFound)?;
    let media_type = HeaderValue::from_static("application/pdf");
    let stored = StoredFile { hash, place: Stored::Shared, bytes, media_type, caching: "private, no-cache" };
    let mut response = stored::send(&app.files, &headers, stored).await?;
    let disposition = format!("attachment; filename=\"{id}{ENDING}\"");
    let disposition = HeaderValue::from_str(&disposition).map_err(Problem::internal)?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// What is wanted, by the names of the paper and the language.
pub(crate) fn read(cooperative: RecordId, paper: &str, language: &str) -> Result<Wanted, Problem> {
    let paper = paper.parse().map_err(|error: PaperError| Problem::field("/paper", "choice", error.to_string()))?;
    let language =
        language.parse().map_err(|error: LanguageError| Problem::field("/language", "choice", error.to_string()))?;
    Ok(Wanted { cooperative, paper, language })
}

/// Where the paper of an extract is.
pub(crate) fn address(cooperative: RecordId, extract: RecordId) -> String {
    format!("/api/v1/cooperatives/{cooperative}/extracts/{extract}{ENDING}")
}

fn text<'a>(record: &'a Record, field: &str) -> &'a str {
    record.body.get(field).and_then(Value::as_str).unwrap_or_default()
}
