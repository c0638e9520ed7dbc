//! The other instances: how the line to each is, how far behind each side is, what waits, and what to do next.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tiwizi_federation::standing::{self, Given, Standing, Taken};
use tiwizi_federation_core::wire::NodeId;
use tiwizi_storage::federation::peer::Switch;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Visitor;
use crate::federation::{door, may_decide, may_see, standing, standings};
use crate::json::{self, Shaped};
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;

/// The switches of a peer, by their names.
const SWITCHES: [(&str, Switch); 4] =
    [("pause", Switch::Pause), ("resume", Switch::Resume), ("cut", Switch::Cut), ("mend", Switch::Mend)];

/// A peer.
#[derive(Serialize, ToSchema)]
pub(crate) struct PeerView {
    /// Its id: the hash of its first keys.
    id: String,
    /// What it is called.
    name: String,
    /// What it is: `national`, `region`, `province` or `union`.
    role: String,
    /// The groups of digits that two officials compare.
    fingerprint: String,
    /// Where it is reached; null for one that only dials out.
    url: Option<String>,
    /// Whether the directory in force names it and does not suspend it.
    member: bool,
    /// Whether it is let rest here.
    paused: bool,
    /// Whether its line is cut here.
    cut: bool,
    /// Since when it is cut; null while it is not, and where that was not kept yet.
    cut_since: Option<String>,
    /// When it was last heard of.
    contact: Option<String>,
    /// What went wrong last, since then.
    error: Option<String>,
    /// When it is tried next.
    next_try: String,
    /// Failures in a row.
    retries: u64,
    /// How far its clock is ahead.
    clock_offset_ms: i64,
    /// What the line carries in a second, in bytes; 0 while nothing was measured.
    goodput: u64,
    /// As of when all that it gives by agreements is here; null while it never was.
    as_of: Option<String>,
    /// Entries that it has not acknowledged.
    behind_there: u64,
    /// Entries of it that are not here yet, as far as is known.
    behind_here: u64,
    /// Entries of it that wait here.
    parked: u64,
    /// What it was given, by log.
    given: Vec<GivenView>,
    /// What was taken of it, by log.
    taken: Vec<TakenView>,
    /// What to do next: `mend`, `resume`, `directory`, `fork`, `clock`, `call`, `upgrade`, `parked`, `unreachable`, `sign`, `offered`, `agree`, `await`, `catch-up`,
    /// `snapshot` or `nothing`.
    next_step: &'static str,
}

/// What a peer was given of one log.
#[derive(Serialize, ToSchema)]
pub(crate) struct GivenView {
    /// The plane.
    plane: String,
    /// By which agreement; null for what members always tell each other.
    agreement: Option<String>,
    /// Entries that it has not acknowledged.
    behind: u64,
    /// Whether it takes a snapshot first.
    needs_snapshot: bool,
    /// When it last acknowledged.
    acknowledged: Option<String>,
}

/// What was taken of one log of a peer.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakenView {
    /// The plane.
    plane: String,
    /// By which agreement; null for what members always tell each other.
    agreement: Option<String>,
    /// Entries that were taken.
    entries: u64,
    /// Entries that are known to be there and were not taken.
    behind: u64,
    /// When all of it was here last.
    reached: Option<String>,
    /// Entries that wait here.
    parked: u64,
    /// Whether nothing more is taken, because the log has two histories.
    stopped: bool,
}

/// All peers.
#[derive(Serialize, ToSchema)]
pub(crate) struct PeersView {
    /// This instance in the federation.
    me: String,
    /// The groups of digits by which officials know it.
    fingerprint: String,
    items: Vec<PeerView>,
}

/// A switch that is turned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SwitchBody {
    /// `pause`, `resume`, `cut` or `mend`.
    switch: String,
}

/// What went to a peer.
#[derive(Serialize, ToSchema)]
pub(crate) struct LedgerView {
    items: Vec<SpanView>,
}

/// A span of entries.
#[derive(Serialize, ToSchema)]
pub(crate) struct SpanView {
    /// By which agreement; null for what members always tell each other.
    agreement: Option<String>,
    /// By which version of it.
    version: u64,
    /// The plane.
    plane: String,
    /// The first entry.
    from: u64,
    /// The first entry behind the span.
    up_to: u64,
    /// When the last of them went.
    at: String,
}

/// Lists the peers, those that need somebody first.
#[utoipa::path(get, path = "/api/v1/peers", tag = "federation",
    responses((status = 200, body = PeersView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn list(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let door = door(&app)?;
    let found = standings(&app, &view, &door).await?;
    let (me, items) = (door.me(), found.iter().map(peer_view).collect());
    json::ok(&PeersView { me: me.to_string(), fingerprint: me.fingerprint(), items })
}

/// Shows a peer.
#[utoipa::path(get, path = "/api/v1/peers/{peer}", tag = "federation",
    params(("peer" = String, Path, description = "The id of the peer")),
    responses((status = 200, body = PeerView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(peer): Path<String>,
) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let door = door(&app)?;
    let (found, _) = standing(&app, &view, &door, node_of(&peer)?).await?;
    json::ok(&peer_view(&found))
}

/// Lets a peer rest or work, cuts its line or mends it. A line is cut for demonstrations and drills: it is then as if it were down.
#[utoipa::path(post, path = "/api/v1/peers/{peer}/switch", tag = "federation", request_body = SwitchBody,
    params(("peer" = String, Path, description = "The id of the peer")),
    responses((status = 200, body = PeerView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn switch(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(peer): Path<String>,
    Shaped(body): Shaped<SwitchBody>,
) -> Result<Response, Problem> {
    let (decision, view) = (may_decide(&visitor)?, may_see(&visitor)?);
    let door = door(&app)?;
    let turned = switch_of(&body.switch)
        .ok_or_else(|| Problem::field("/switch", "enum", "pause, resume, cut or mend is expected"))?;
    let node = node_of(&peer)?;
    standing::turn(&app.db, &decision, node, (turned, app.ambient.now())).await?;
    let (found, _) = standing(&app, &view, &door, node).await?;
    json::ok(&peer_view(&found))
}

/// Lists what went to a peer, span by span.
#[utoipa::path(get, path = "/api/v1/peers/{peer}/ledger", tag = "federation",
    params(("peer" = String, Path, description = "The id of the peer")),
    responses((status = 200, body = LedgerView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn ledger(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(peer): Path<String>,
) -> Result<Response, Problem> {
    let view = may_see(&visitor)?;
    let spans = door(&app)?.spans(&view, &node_of(&peer)?).await?;
    let item = |span: tiwizi_federation::agreements::Span| SpanView {
        agreement: span.agreement.map(|id| id.to_string()),
        version: span.version,
        plane: span.plane,
        from: span.from_seq,
        up_to: span.up_to_seq,
        at: rfc3339(span.at),
    };
    json::ok(&LedgerView { items: spans.into_iter().map(item).collect() })
}

pub(crate) fn node_of(text: &str) -> Result<NodeId, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

/// The switch of that name.
pub(crate) fn switch_of(name: &str) -> Option<Switch> {
    SWITCHES.into_iter().find(|(known, _)| *known == name).map(|(_, switch)| switch)
}

fn peer_view(found: &Standing) -> PeerView {
    let row = &found.row;
    PeerView {
        id: found.node.to_string(),
        name: row.name.clone(),
        role: row.role.clone(),
        fingerprint: found.node.fingerprint(),
        url: row.url.clone(),
        member: found.is_member,
        paused: row.paused,
        cut: row.cut,
        cut_since: row.cut_at.map(rfc3339),
        contact: row.contact_at.map(rfc3339),
        error: row.error_code.clone(),
        next_try: rfc3339(row.next_try_at),
        retries: row.retries,
        clock_offset_ms: row.clock_offset_ms,
        goodput: row.goodput,
        as_of: found.as_of().map(rfc3339),
        behind_there: found.behind_there(),
        behind_here: found.behind_here(),
        parked: found.parked(),
        given: found.given.iter().map(given_view).collect(),
        taken: found.taken.iter().map(taken_view).collect(),
        next_step: found.next.code(),
    }
}

fn given_view(given: &Given) -> GivenView {
    GivenView {
        plane: given.plane.clone(),
        agreement: given.agreement.map(|id| id.to_string()),
        behind: given.behind,
        needs_snapshot: given.needs_snapshot,
        acknowledged: given.at.map(rfc3339),
    }
}

fn taken_view(taken: &Taken) -> TakenView {
    TakenView {
        plane: taken.plane.clone(),
        agreement: taken.agreement.map(|id| id.to_string()),
        entries: taken.entries,
        behind: taken.behind,
        reached: taken.reached_at.map(rfc3339),
        parked: taken.parked,
        stopped: taken.is_stopped,
    }
}
