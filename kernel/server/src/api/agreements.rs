//! Agreements: what is given to whom and taken of whom, looked at before it is signed, offered, signed, held up and ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiwizi_federation::agreements::{Agreement, DraftForm, LookedAt, PlanePreview, Previewed, Step, Version};
use tiwizi_federation_core::agreement::{AgreementId, Difference, Document, Retraction, Widening};
use tiwizi_federation_core::wire::{Hash, NodeId};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Visitor;
use crate::federation::{Door, door, may_decide, may_see};
use crate::json::{self, Shaped};
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;

/// An agreement.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgreementView {
    /// Its id.
    id: String,
    /// The id of the other side.
    peer: String,
    /// What the other side is called.
    peer_name: String,
    /// Whether a version waits for this side to sign.
    waits_for_us: bool,
    /// The version that is in force, or was last.
    current: Option<VersionView>,
    /// The version that is on offer.
    next: Option<VersionView>,
}

/// One version of an agreement.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionView {
    /// Its number, from 1.
    version: u32,
    /// `offered`, `signed`, `active`, `suspended`, `terminated`, `expired`, `declined` or `withdrawn`.
    state: String,
    /// Whether this side drafted it.
    ours: bool,
    /// Whether this side holds it up.
    held_up_here: bool,
    /// Whether the other side holds it up.
    held_up_there: bool,
    /// When it ends.
    expires: String,
    /// The hash of the document.
    hash: String,
    /// The document, as it is signed.
    #[schema(value_type = Object)]
    document: Value,
}

/// All agreements.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgreementsView {
    items: Vec<AgreementView>,
}

/// A draft, as it is sent. `DraftForm` reads it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it says to the OpenAPI document what `DraftForm` reads")]
pub(crate) struct DraftBody {
    /// The id of the other side.
    peer: String,
    /// The agreement whose next version it is; without it, a new one.
    follows: Option<String>,
    /// What for.
    purpose: String,
    /// By which law or decision.
    legal_basis: String,
    /// The decision of the commission (CNDP), when fields about people are given or taken.
    cndp: Option<String>,
    /// The first day on which it holds no more, at most two years ahead.
    expires_on: String,
    /// For how many days what is given may be kept.
    retention_days: u32,
    /// Within how many days what is called back is erased.
    erasure_days: u32,
    /// The instances to which it may be given further; nobody without it.
    onward: Vec<String>,
    /// What this side gives, by kind: `{"registry/cooperative": {"fields": {"name_fr": "clear"}, "rows": {"province": ["09.541"]}}}`. A field
    /// is `clear`, `withheld` or `{"generalised": "birth_date.year"}`; what is not named is withheld.
    #[schema(value_type = Object)]
    gives: Value,
    /// What the other side gives, in the same form.
    #[schema(value_type = Object)]
    takes: Value,
}

/// What an agreement would give.
#[derive(Serialize, ToSchema)]
pub(crate) struct PreviewView {
    /// The document, as it would be signed.
    #[schema(value_type = Object)]
    document: Value,
    /// What this side would give, by plane.
    planes: Vec<PlaneView>,
    /// The bytes of all planes, compressed.
    bytes: u64,
    /// Whether every entry was looked at.
    whole: bool,
    /// What the other side has to give up that it has now.
    retracts: Vec<ChangeView>,
    /// What the other side is given that it has not.
    fills: Vec<ChangeView>,
}

/// What would be given of one plane.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlaneView {
    /// The plane.
    plane: String,
    /// How many entries were looked at.
    looked_at: u64,
    /// How many there are.
    entries: u64,
    /// Their bytes, compressed.
    bytes: u64,
    /// Entries by kind.
    counts: BTreeMap<String, CountView>,
    /// The fields about people that would be given.
    personal: Vec<PersonalView>,
    /// A few rows, with their values masked.
    samples: Vec<SampleView>,
}

/// Entries of one kind.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountView {
    /// Those that would be shown.
    shown: u64,
    /// Those of which the other side would see that they are there, and nothing else.
    hidden: u64,
    /// Rows that would be taken back from view.
    withdrawn: u64,
}

/// A field about people.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonalView {
    /// Its kind.
    kind: String,
    /// Its name.
    field: String,
    /// `personal` or `sensitive`.
    class: String,
}

/// A row whose values are masked.
#[derive(Serialize, ToSchema)]
pub(crate) struct SampleView {
    /// Its kind.
    kind: String,
    /// What of it would be given.
    fields: BTreeMap<String, String>,
}

/// What changes for one kind.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeView {
    /// The plane.
    plane: String,
    /// The kind.
    kind: String,
    /// `kind` for all of it, `fields` or `rows`.
    what: &'static str,
    /// The fields, when it is about fields.
    fields: Vec<String>,
}

/// A step.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepBody {
    /// `accept`, `decline`, `withdraw`, `suspend`, `resume` or `terminate`.
    step: String,
    /// The version that was looked at.
    version: u32,
    /// The hash of its document: an offer may become another one under the same number, and with this nothing else is signed.
    hash: Option<String>,
}

/// Lists agreements, those that wait for a signature here first.
#[utoipa::path(get, path = "/api/v1/agreements", tag = "federation",
    responses((status = 200, body = AgreementsView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn list(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let found = door(&app)?.list(&view).await?;
    json::ok(&AgreementsView { items: found.iter().map(agreement_view).collect::<Result<_, _>>()? })
}

/// Shows an agreement.
#[utoipa::path(get, path = "/api/v1/agreements/{agreement}", tag = "federation",
    params(("agreement" = String, Path, description = "The id of the agreement")),
    responses((status = 200, body = AgreementView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(agreement): Path<String>,
) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let found = door(&app)?.show(&view, id_of(&agreement)?).await?;
    json::ok(&agreement_view(&found)?)
}

/// Tells what a draft would give, before anybody signs it. Nothing is kept of it.
#[utoipa::path(post, path = "/api/v1/agreements/preview", tag = "federation", request_body = DraftBody,
    responses((status = 200, body = PreviewView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn preview(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Shaped(form): Shaped<DraftForm>,
) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let door = door(&app)?;
    let draft = form.draft().map_err(faults)?;
    let document = door.write(&view, &draft).await?;
    let before = match draft.follows {
        Some(id) => Some(door.show(&view, id).await?),
        None => None,
    };
    let previewed = door.preview(&view, &document).await?;
    json::ok(&preview_view(&door, &document, before.as_ref(), &previewed)?)
}

/// Tells what a version of an agreement gives, or would give when this side signs it.
#[utoipa::path(get, path = "/api/v1/agreements/{agreement}/preview", tag = "federation",
    params(("agreement" = String, Path, description = "The id of the agreement"),
        ("version" = Option<u32>, Query, description = "Which version; without it that on offer, or else that in force")),
    responses((status = 200, body = PreviewView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn preview_of(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(agreement): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let mut parameters = Parameters::of_query(uri.query())?;
    let version: Option<u32> = parameters.take_as("version", "the number of a version")?;
    parameters.finish()?;
    let door = door(&app)?;
    let found = door.show(&view, id_of(&agreement)?).await?;
    let wanted = match version {
        Some(number) => found.version(number),
        None => found.next.as_ref().or(found.current.as_ref()),
    };
    let document = &wanted.ok_or(Fault::NotFound)?.document;
    let previewed = door.preview(&view, document).await?;
    json::ok(&preview_view(&door, document, Some(&found), &previewed)?)
}

/// Signs a draft and offers it to the other side.
#[utoipa::path(post, path = "/api/v1/agreements", tag = "federation", request_body = DraftBody,
    responses((status = 201, body = AgreementView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn offer(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Shaped(form): Shaped<DraftForm>,
) -> Result<Response, Problem> {
    let (decision, view) = (may_decide(&visitor)?, may_see(&visitor)?);
    let door = door(&app)?;
    let id = door.offer(&decision, &form.draft().map_err(faults)?).await?;
    json::answer(StatusCode::CREATED, &agreement_view(&door.show(&view, id).await?)?)
}

/// Takes a step of a version: signs or declines what the other side offered, takes back what this side offered, holds up what is in force, or ends it.
#[utoipa::path(post, path = "/api/v1/agreements/{agreement}/steps", tag = "federation", request_body = StepBody,
    params(("agreement" = String, Path, description = "The id of the agreement")),
    responses((status = 200, body = AgreementView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn step(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(agreement): Path<String>,
    Shaped(body): Shaped<StepBody>,
) -> Result<Response, Problem> {
    let (decision, view) = (may_decide(&visitor)?, may_see(&visitor)?);
    let step = Step::named(&body.step).ok_or_else(|| {
        Problem::field("/step", "enum", "accept, decline, withdraw, suspend, resume or terminate is expected")
    })?;
    let (door, id) = (door(&app)?, id_of(&agreement)?);
    let hash = body.hash.as_deref().map(str::parse::<Hash>).transpose();
    let hash = hash.map_err(|error| Problem::field("/hash", "format", error.to_string()))?;
    door.step(&decision, id, LookedAt { version: body.version, hash }, step).await?;
    json::ok(&agreement_view(&door.show(&view, id).await?)?)
}

pub(crate) fn id_of(text: &str) -> Result<AgreementId, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

/// What is wrong with a form, as a problem.
pub(crate) fn faults(faults: Vec<tiwizi_federation_core::agreement::Fault>) -> Problem {
    tiwizi_federation::agreements::AgreementsError::Faults(faults).into()
}

/// An agreement as the API gives it.
pub(crate) fn agreement_view(agreement: &Agreement) -> Result<AgreementView, Problem> {
    Ok(AgreementView {
        id: agreement.id.to_string(),
        peer: agreement.other.node.to_string(),
        peer_name: agreement.other.name.clone(),
        waits_for_us: agreement.waits_for_us(),
        current: agreement.current.as_ref().map(version_view).transpose()?,
        next: agreement.next.as_ref().map(version_view).transpose()?,
    })
}

fn version_view(version: &Version) -> Result<VersionView, Problem> {
    Ok(VersionView {
        version: version.document.version,
        state: version.state.to_string(),
        ours: version.is_ours,
        held_up_here: version.is_held_up_here,
        held_up_there: version.is_held_up_there,
        expires: rfc3339(version.document.expires_at),
        hash: version.document.hash().to_string(),
        document: document_value(&version.document)?,
    })
}

fn document_value(document: &Document) -> Result<Value, Problem> {
    serde_json::from_slice(&document.encode()).map_err(Problem::internal)
}

fn preview_view(
    door: &Door,
    document: &Document,
    before: Option<&Agreement>,
    previewed: &Previewed,
) -> Result<PreviewView, Problem> {
    let difference = difference(before, document, &door.me());
    Ok(PreviewView {
        document: document_value(document)?,
        planes: previewed.planes.iter().map(plane_view).collect(),
        bytes: previewed.bytes(),
        whole: previewed.is_whole(),
        retracts: retracts(&difference),
        fills: fills(&difference),
    })
}

/// What a version would change of what this side gives.
pub(crate) fn difference(before: Option<&Agreement>, document: &Document, me: &NodeId) -> Difference {
    match before {
        Some(agreement) => agreement.difference(document, me),
        None => tiwizi_federation_core::agreement::compare(None, Some(document), me),
    }
}

fn plane_view(found: &PlanePreview) -> PlaneView {
    let PlanePreview { plane, preview, looked_at, entries } = found;
    let count = |count: &tiwizi_federation_core::preview::Count| CountView {
        shown: count.shown,
        hidden: count.hidden,
        withdrawn: count.withdrawn,
    };
    PlaneView {
        plane: plane.to_string(),
        looked_at: *looked_at,
        entries: *entries,
        bytes: preview.bytes,
        counts: preview.counts.iter().map(|(kind, found)| (kind.to_string(), count(found))).collect(),
        personal: preview
            .personal
            .iter()
            .map(|((kind, field), class)| PersonalView {
                kind: kind.to_string(),
                field: field.clone(),
                class: class.to_string(),
            })
            .collect(),
        samples: preview
            .samples
            .iter()
            .map(|sample| SampleView { kind: sample.kind.to_string(), fields: sample.fields.clone() })
            .collect(),
    }
}

fn retracts(difference: &Difference) -> Vec<ChangeView> {
    let mut found = Vec::new();
    for ((plane, kind), retractions) in &difference.retract {
        found.extend(retractions.iter().map(|retraction| {
            let (what, fields) = match retraction {
                Retraction::Kind => ("kind", Vec::new()),
                Retraction::Fields(fields) => ("fields", fields.iter().cloned().collect()),
                Retraction::Rows { left } => ("rows", left.keys().cloned().collect()),
            };
            ChangeView { plane: plane.to_string(), kind: kind.to_string(), what, fields }
        }));
    }
    found
}

fn fills(difference: &Difference) -> Vec<ChangeView> {
    let mut found = Vec::new();
    for ((plane, kind), widenings) in &difference.fill {
        found.extend(widenings.iter().map(|widening| {
            let (what, fields) = match widening {
                Widening::Kind => ("kind", Vec::new()),
                Widening::Fields(fields) => ("fields", fields.iter().cloned().collect()),
                Widening::Rows { now } => ("rows", now.keys().cloned().collect()),
            };
            ChangeView { plane: plane.to_string(), kind: kind.to_string(), what, fields }
        }));
    }
    found
}
