//! Packages of reference data: the nation publishes them; every instance lists them, looks at what they would change, and applies them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use tiwizi_federation::national::{
    Difference, DifferenceLine, PackageDraft, PackageLine, PackageView, TakesEffect, Target,
};
use tiwizi_federation_core::package::{Content, PackageKind, PackageKindError};
use tiwizi_model::KindName;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Visitor;
use crate::federation::{may_decide, may_see};
use crate::json::{self, Shaped};
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;

/// A version of a package.
#[derive(Serialize, ToSchema)]
pub(crate) struct PackageLineView {
    /// Its name.
    name: String,
    /// Its version, from 1.
    version: u32,
    /// How large it is.
    bytes: u64,
    /// `publishing`, `received`, `applied` or `replaced`.
    state: &'static str,
    /// When it was published or received.
    received: String,
    /// When it last changed.
    changed: String,
}

/// All packages.
#[derive(Serialize, ToSchema)]
pub(crate) struct PackageLinesView {
    items: Vec<PackageLineView>,
}

/// A version of a package with what is in it.
#[derive(Serialize, ToSchema)]
pub(crate) struct PackageShownView {
    /// Its name.
    name: String,
    /// Its version.
    version: u32,
    /// `nomenclature`, `rule-pack`, `course` or `project-model`.
    kind: String,
    /// Who signed it.
    publisher: String,
    /// Where it stands.
    state: &'static str,
    /// The version of it that is applied.
    applied: Option<u32>,
    /// When it was published or received.
    received: String,
    /// The SHA-256 and the length of each record, by its name.
    contents: BTreeMap<String, PackageContentView>,
}

/// One record of a package.
#[derive(Serialize, ToSchema)]
pub(crate) struct PackageContentView {
    /// The SHA-256 of its bytes.
    hash: String,
    /// How many they are.
    bytes: u64,
}

/// What would be published.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackageDraftBody {
    /// `nomenclature`, `rule-pack`, `course` or `project-model`.
    kind: String,
    /// Its name: the same for all of its versions.
    name: String,
    /// The texts, by the names of their files or of their records.
    #[serde(default)]
    contents: BTreeMap<String, String>,
    /// In the place of contents: the own records of these kinds, `training/course`.
    #[serde(default)]
    kinds: Vec<String>,
}

/// What was published.
#[derive(Serialize, ToSchema)]
pub(crate) struct PackagePublishedView {
    name: String,
    version: u32,
}

/// What is to be applied.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackageApplyBody {
    /// The version; null takes back what is applied.
    version: Option<u32>,
    /// The version that was applied when the difference was looked at; null when none was.
    seen: Option<u32>,
}

/// What applying changes, or changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct PackageDifferenceView {
    /// The version that is applied.
    from: Option<u32>,
    /// The version that would be.
    to: Option<u32>,
    /// How many records come.
    added: usize,
    /// How many change.
    changed: usize,
    /// How many go.
    removed: usize,
    /// How many stay as they are.
    kept: usize,
    /// The records that do not stay as they are, up to a bound.
    records: Vec<PackageRecordView>,
    /// Only after applying: `now`, or `next-start` for what is read when the program starts.
    takes_effect: Option<&'static str>,
}

/// A record that would not stay as it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct PackageRecordView {
    /// Its name.
    record: String,
    /// `added`, `changed` or `removed`.
    what: &'static str,
    /// The members that differ, of one that changes.
    members: Vec<String>,
}

/// Lists packages, by name and the latest first.
#[utoipa::path(get, path = "/api/v1/packages", tag = "federation",
    responses((status = 200, body = PackageLinesView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn list(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let items = app.national().packages(&view).await?.into_iter().map(line_view).collect();
    json::ok(&PackageLinesView { items })
}

/// Publishes the next version of a package, signed by the nation. Every other instance takes it over the line.
#[utoipa::path(post, path = "/api/v1/packages", tag = "federation", request_body = PackageDraftBody,
    responses((status = 201, body = PackagePublishedView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn publish(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Shaped(body): Shaped<PackageDraftBody>,
) -> Result<Response, Problem> {
    let decision = may_decide(&visitor)?;
    let door = app.national();
    let kind: PackageKind =
        body.kind.parse().map_err(|error: PackageKindError| Problem::field("/kind", "enum", error.to_string()))?;
    let kinds: Result<Vec<KindName>, Problem> = body
        .kinds
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let pointer = format!("/kinds/{place}");
            name.parse().map_err(|_| Problem::field(&pointer, "format", "the name of a kind is expected"))
        })
        .collect();
    let kinds = kinds?;
    let mut contents: BTreeMap<String, Vec<u8>> =
        body.contents.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    contents.extend(door.gather(&decision, &kinds).await?);
    let name = body.name;
    let version = door.publish(&decision, PackageDraft { kind, name: name.clone(), contents }).await?;
    json::answer(StatusCode::CREATED, &PackagePublishedView { name, version })
}

/// One version of a package. A slash in its name is written `%2F`.
#[utoipa::path(get, path = "/api/v1/packages/{package}/{version}", tag = "federation",
    params(("package" = String, Path, description = "Its name"), ("version" = String, Path, description = "Its version")),
    responses((status = 200, body = PackageShownView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path((package, version)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let version: u32 = version.parse().map_err(|_| Fault::NotFound)?;
    let found = app.national().package(&view, &package, version).await?;
    json::ok(&shown_view(found))
}

/// What applying a version would change; without a version, what taking back the one that is applied would. Nothing is changed.
#[utoipa::path(get, path = "/api/v1/packages/{package}/difference", tag = "federation",
    params(("package" = String, Path, description = "Its name"), ("version" = Option<u32>, Query, description = "The version that would be applied")),
    responses((status = 200, body = PackageDifferenceView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn difference(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(package): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let mut parameters = Parameters::of_query(uri.query())?;
    let version: Option<u32> = parameters.take_as("version", "a version, as in 2")?;
    parameters.finish()?;
    let found = app.national().difference(&view, &package, target(version)).await?;
    json::ok(&difference_view(found, None))
}

/// Applies a version, or takes back the one that is applied.
#[utoipa::path(put, path = "/api/v1/packages/{package}/applied", tag = "federation", request_body = PackageApplyBody,
    params(("package" = String, Path, description = "Its name")),
    responses((status = 200, body = PackageDifferenceView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn apply(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(package): Path<String>,
    Shaped(body): Shaped<PackageApplyBody>,
) -> Result<Response, Problem> {
    let decision = may_decide(&visitor)?;
    let done = app.national().apply(&decision, &package, target(body.version), body.seen).await?;
    json::ok(&difference_view(done.difference, Some(done.takes_effect)))
}

/// What a version, or none, stands for.
pub(crate) fn target(version: Option<u32>) -> Target {
    version.map_or(Target::Nothing, Target::Version)
}

fn line_view(line: PackageLine) -> PackageLineView {
    PackageLineView {
        name: line.name,
        version: line.version,
        bytes: line.bytes,
        state: line.state.name(),
        received: rfc3339(line.received_at),
        changed: rfc3339(line.changed_at),
    }
}

fn shown_view(found: PackageView) -> PackageShownView {
    let package = found.package;
    let content = |content: Content| PackageContentView { hash: content.hash.to_string(), bytes: content.bytes };
    PackageShownView {
        kind: package.kind.to_string(),
        publisher: package.publisher.to_string(),
        state: found.state.name(),
        applied: found.applied,
        received: rfc3339(found.received_at),
        contents: package.contents.into_iter().map(|(name, found)| (name, content(found))).collect(),
        name: package.name,
        version: package.version,
    }
}

fn difference_view(found: Difference, takes_effect: Option<TakesEffect>) -> PackageDifferenceView {
    let changed = |line: DifferenceLine| PackageRecordView {
        record: line.record,
        what: line.what.name(),
        members: line.members.into_iter().collect(),
    };
    PackageDifferenceView {
        from: found.from,
        to: found.to,
        added: found.added,
        changed: found.changed,
        removed: found.removed,
        kept: found.kept,
        records: found.lines.into_iter().map(changed).collect(),
        takes_effect: takes_effect.map(|when| match when {
            TakesEffect::Now => "now",
            TakesEffect::AtNextStart => "next-start",
        }),
    }
}
