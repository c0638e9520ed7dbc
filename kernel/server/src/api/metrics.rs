//! `GET /metrics`: for administrators, and for a collector on the same machine.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use tiwizi_identity::Role;
use tiwizi_storage::job;

use crate::accept::Peer;
use crate::app::App;
use crate::caller::Visitor;
use crate::metrics::{Elsewhere, Metrics};
use crate::problem::{Fault, Problem};

/// Numbers in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, content_type = "text/plain")))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let is_local = peer.is_some_and(|Extension(Peer(address))| address.ip().is_loopback());
    // A proxy on this machine makes everybody look local, but it says for whom it asks.
    let is_forwarded = headers.contains_key(header::FORWARDED) || headers.contains_key("x-forwarded-for");
    let is_collector = is_local && !is_forwarded;
    if !is_collector && !visitor.signed_in()?.holds(Role::Administrator) {
        return Err(Fault::Forbidden.into());
    }
    let head = app.db.sequence().await?;
    let counts = job::counts(&mut *app.db.read_single().await?).await?;
    let jobs = counts.iter().fold((0_i64, 0_i64, 0_i64), |(waiting, running, dead), (_, counts)| {
        let add = i64::saturating_add;
        (add(waiting, counts.waiting), add(running, counts.running), add(dead, counts.dead))
    });
    let (events_too_deep, disk) = (app.host.events_too_deep(), app.disk.space());
    let elsewhere = Elsewhere { log_head: head.0, jobs, events_too_deep, disk };
    let mut text = app.metrics.render(elsewhere, &app.host.used());
    text.push_str(&Metrics::render_plugins(&app.host.metrics()));
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}
