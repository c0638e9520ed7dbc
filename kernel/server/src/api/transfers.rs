//! Transfers: cooperatives that go from one home to another, step by step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use tiwizi_federation::transfers::{Checked, NewOffer, Side, StepView, TransferView};
use tiwizi_federation_core::gate::PeerBytes;
use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::RecordId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::caller::Visitor;
use crate::federation::may_see;
use crate::json::{self, Shaped};
use crate::moving::transfers;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;

/// A transfer.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransferShown {
    /// Its id: the same at every instance.
    id: String,
    /// The cooperative that leads; the others, and the people who go along, are among `moves`.
    cooperative: String,
    /// Everything that moves.
    moves: Vec<String>,
    /// The id of the home that gives.
    from: String,
    /// What that is called.
    from_name: String,
    /// The id of the home that takes over.
    to: String,
    /// What that is called.
    to_name: String,
    /// The term of the home that ends: what `seal` compares.
    tenure: u32,
    /// `offered`, `accepted`, `sealed`, `completed`, `void` or `ended`.
    state: &'static str,
    /// What this instance is to it: `gives`, `takes` or `watches`.
    side: &'static str,
    /// Its steps.
    steps: Vec<StepShown>,
    /// What stands in the way.
    trouble: Option<String>,
    /// Who began it, when that was here.
    by: Option<String>,
    /// When it was offered, or heard of.
    made_at: String,
    /// When it last moved on.
    changed_at: String,
}

/// A step of a transfer.
#[derive(Serialize, ToSchema)]
pub(crate) struct StepShown {
    /// `offer`, `accept`, `seal`, `complete` or `void`.
    step: &'static str,
    /// `done`, `next` or `later`.
    phase: &'static str,
    /// The instance that takes it.
    who: String,
    /// Whether that is this one.
    ours: bool,
}

/// The newest transfers.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransfersShown {
    items: Vec<TransferShown>,
}

/// What came out of a parcel.
#[derive(Serialize, ToSchema)]
pub(crate) struct AcceptedShown {
    transfer: TransferShown,
    /// The records that were taken in, by kind.
    records: BTreeMap<String, usize>,
}

/// An offer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferBody {
    /// The cooperatives. Those who are members of no cooperative that stays go along.
    cooperatives: Vec<String>,
    /// The id of the instance that shall be their home.
    to: String,
}

/// A seal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SealBody {
    /// The term that was looked at. Another one by now is refused.
    tenure: u32,
}

/// Lists the newest transfers.
#[utoipa::path(get, path = "/api/v1/transfers", tag = "federation",
    responses((status = 200, body = TransfersShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn list(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let found = transfers(&app)?.list(&view).await?;
    json::ok(&TransfersShown { items: found.iter().map(shown).collect() })
}

/// Offers cooperatives of this instance to another one. Nobody writes them from then on, until it is sealed or called off.
#[utoipa::path(post, path = "/api/v1/transfers", tag = "federation", request_body = OfferBody,
    responses((status = 201, body = TransferShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn offer(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Shaped(body): Shaped<OfferBody>,
) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let door = transfers(&app)?;
    let ids: Result<BTreeSet<RecordId>, _> = body.cooperatives.iter().map(|id| id.parse()).collect();
    let cooperatives =
        ids.map_err(|_| Problem::field("/cooperatives", "format", "the ids of cooperatives are expected"))?;
    let to: NodeId =
        body.to.parse().map_err(|_| Problem::field("/to", "format", "the id of an instance is expected"))?;
    let id = door.offer(visitor.caller(), &NewOffer { cooperatives, to }).await?;
    json::answer(StatusCode::CREATED, &shown(&door.show(&view, id).await?))
}

/// Shows a transfer.
#[utoipa::path(get, path = "/api/v1/transfers/{transfer}", tag = "federation",
    params(("transfer" = String, Path, description = "The id of the transfer")),
    responses((status = 200, body = TransferShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(transfer): Path<String>,
) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    json::ok(&shown(&transfers(&app)?.show(&view, id_of(&transfer)?).await?))
}

/// Gives the parcel of an open offer: everything that moves, sealed for its receiver.
#[utoipa::path(get, path = "/api/v1/transfers/{transfer}/parcel", tag = "federation",
    params(("transfer" = String, Path, description = "The id of the transfer")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn parcel(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(transfer): Path<String>,
) -> Result<Response, Problem> {
    may_see(&visitor)?;
    let id = id_of(&transfer)?;
    let parcel = transfers(&app)?.parcel(visitor.caller(), id).await?;
    sent(id, &parcel)
}

/// Checks the parcel of an offer to this instance, takes it in and accepts.
#[utoipa::path(post, path = "/api/v1/transfers/{transfer}/accept", tag = "federation", request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    params(("transfer" = String, Path, description = "The id of the transfer")),
    responses((status = 200, body = AcceptedShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn accept(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(transfer): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let (door, id) = (transfers(&app)?, id_of(&transfer)?);
    if body::media_type(&headers).as_deref() != Some("application/octet-stream") {
        return Err(Problem::from(Fault::MediaType).saying("send application/octet-stream"));
    }
    let bytes = body::read(&headers, body, BodyLimit::PARCEL).await?;
    let Checked { records, .. } = door.accept(visitor.caller(), id, &bytes).await?;
    let records = records.into_iter().map(|(kind, count)| (kind.to_string(), count)).collect();
    json::ok(&AcceptedShown { transfer: shown(&door.show(&view, id).await?), records })
}

/// Seals an accepted transfer: the home changes. For registrars of the nation, at its instance.
#[utoipa::path(post, path = "/api/v1/transfers/{transfer}/seal", tag = "federation", request_body = SealBody,
    params(("transfer" = String, Path, description = "The id of the transfer")),
    responses((status = 200, body = TransferShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn seal(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(transfer): Path<String>,
    Shaped(body): Shaped<SealBody>,
) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let (door, id) = (transfers(&app)?, id_of(&transfer)?);
    door.seal(visitor.caller(), id, body.tenure).await?;
    json::ok(&shown(&door.show(&view, id).await?))
}

/// Calls a transfer off that is not sealed: its home may write again. For registrars of the nation, at its instance.
#[utoipa::path(post, path = "/api/v1/transfers/{transfer}/void", tag = "federation",
    params(("transfer" = String, Path, description = "The id of the transfer")),
    responses((status = 200, body = TransferShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn void(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(transfer): Path<String>,
) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let (door, id) = (transfers(&app)?, id_of(&transfer)?);
    door.void(visitor.caller(), id).await?;
    json::ok(&shown(&door.show(&view, id).await?))
}

pub(crate) fn id_of(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

/// A parcel as a file.
pub(crate) fn sent(id: Uuid, parcel: &PeerBytes) -> Result<Response, Problem> {
    let mut response = Body::from(parcel.as_bytes().to_vec()).into_response();
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{id}.tzparcel\"")).map_err(Problem::internal)?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_DISPOSITION, name);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What this instance is to a transfer, by name.
pub(crate) fn side(side: Side) -> &'static str {
    match side {
        Side::Gives => "gives",
        Side::Takes => "takes",
        Side::Watches => "watches",
    }
}

fn shown(view: &TransferView) -> TransferShown {
    let step = |step: &StepView| StepShown {
        step: step.step.name(),
        phase: step.phase.name(),
        who: step.who.clone(),
        ours: step.is_ours,
    };
    TransferShown {
        id: view.id.to_string(),
        cooperative: view.lead.to_string(),
        moves: view.roots.iter().map(ToString::to_string).collect(),
        from: view.from.0.to_string(),
        from_name: view.from.1.clone(),
        to: view.to.0.to_string(),
        to_name: view.to.1.clone(),
        tenure: view.tenure,
        state: view.state.name(),
        side: side(view.side),
        steps: view.steps.iter().map(step).collect(),
        trouble: view.trouble.clone(),
        by: view.by.clone(),
        made_at: rfc3339(view.made_at),
        changed_at: rfc3339(view.changed_at),
    }
}
