//! The register as a file.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use tiwizi_model::ProvinceCode;
use tiwizi_registry::export::{Separator, Shape};
use tiwizi_registry::import::Table;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Visitor;
use crate::exports::{self, Wanted};
use crate::json::Shaped;
use crate::problem::{Problem, ProblemBody};

/// What shall be exported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportBody {
    /// `cooperatives` or `members`.
    table: String,
    /// `csv`, `jsonl` or `xlsx`.
    format: String,
    /// What stands between the cells of CSV: `comma`, `semicolon` or `tab`.
    separator: Option<String>,
    /// The HCP code of the province to which it is narrowed.
    province: Option<String>,
    /// Why members are exported. It is noted with who asked and when.
    reason: Option<String>,
}

/// Exports cooperatives or members in the columns that an import reads, as far as the caller may read them. For those who keep the
/// register or observe it; cooperatives for administrators too. The file comes as it is written. How many
/// members are left out, because their cooperative is not there for the caller, is in `x-left-out`: a header of XLSX, a trailer of the others
/// for who asks with `te: trailers`, and a notice to whoever exported. An `Idempotency-Key` is not looked at.
#[utoipa::path(post, path = "/api/v1/exports", tag = "exchange", request_body = ExportBody,
    responses((status = 200, content_type = "text/csv"), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody), (status = 507, body = ProblemBody)))]
pub(crate) async fn export(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Shaped(body): Shaped<ExportBody>,
) -> Result<Response, Problem> {
    let caller = visitor.signed_in()?;
    exports::answer(&app, caller, wanted(&body)?).await
}

fn wanted(body: &ExportBody) -> Result<Wanted, Problem> {
    let wrong = |pointer: &str, expected: &str| Problem::field(pointer, "unknown", format!("{expected} is expected"));
    let separator = body.separator.as_deref().map_or(Some(Separator::default()), Separator::named);
    let province = body.province.as_deref().map(str::parse::<ProvinceCode>).transpose();
    Ok(Wanted {
        table: Table::named(&body.table).ok_or_else(|| wrong("/table", "cooperatives or members"))?,
        shape: body.format.parse::<Shape>().map_err(|_| wrong("/format", "csv, jsonl or xlsx"))?,
        separator: separator.ok_or_else(|| wrong("/separator", "comma, semicolon or tab"))?,
        province: province.map_err(|error| Problem::field("/province", "unknown", error.to_string()))?,
        reason: body.reason.clone().unwrap_or_default(),
    })
}
