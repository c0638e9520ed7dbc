//! The versions of one record, the newest first.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use serde::Serialize;
use tiwizi_identity::policy;
use tiwizi_model::{RecordId, Version, limits};
use utoipa::ToSchema;

use crate::api::kinds;
use crate::api::question::read_limit;
use crate::api::shapes::{PageView, RecordView};
use crate::app::App;
use crate::caller::Visitor;
use crate::json;
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};

/// One version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionView {
    /// `create`, `replace` or `delete`.
    operation: &'static str,
    /// The account that wrote it; only for those who are signed in.
    account: Option<String>,
    /// The plugin through which it was written.
    plugin: Option<String>,
    /// The record as it was then.
    record: RecordView,
}

/// Lists the versions of a record.
#[utoipa::path(get, path = "/api/v1/records/{namespace}/{kind}/{id}/history", tag = "records",
    params(("namespace" = String, Path, description = "`registry`, or the id of a plugin"), ("kind" = String, Path, description = "The kind's own name"), ("id" = String, Path, description = "The id of the record"),
        ("limit" = Option<u32>, Query, description = "The length of a page, 1 to 100"),
        ("cursor" = Option<i64>, Query, description = "`next` of the page before")),
    responses((status = 200, body = PageView<VersionView>), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((namespace, kind, id)): Path<(String, String, String)>,
    uri: Uri,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of_query(uri.query())?;
    let limit = read_limit(&mut parameters)?.unwrap_or(limits::PAGE_ROWS_DEFAULT);
    let after = parameters.take_as("cursor", "the `next` of the page before")?.map(Version);
    parameters.finish()?;
    let kind = kinds::find(&app, &namespace, &kind)?;
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let permit = policy::may_read(visitor.caller(), kind.name(), kind.access())?;
    let entries = app.records.history(&permit, id, after, limit).await?;
    if entries.is_empty() && after.is_none() {
        return Err(Fault::NotFound.into());
    }
    let is_full = u32::try_from(entries.len()).is_ok_and(|count| count == limit);
    let next = entries.last().filter(|_| is_full).map(|entry| entry.record.version.to_string());
    let is_signed_in = !visitor.caller().is_public();
    let items = entries
        .into_iter()
        .map(|entry| VersionView {
            operation: entry.operation.name(),
            account: entry.record.author.account.filter(|_| is_signed_in).map(|account| account.to_string()),
            plugin: entry.record.author.plugin.as_ref().map(ToString::to_string),
            record: RecordView::from(entry.record),
        })
        .collect();
    json::ok(&PageView { items, next })
}
