//! What went to a peer, span by span. What of one person went where stands in what the person is given out.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_federation::agreements::Span;

use super::super::visit::SignedIn;
use super::{AGREEMENTS, PEERS, frame, nowhere, plane};
use crate::api::peers::node_of;
use crate::app::App;
use crate::federation::{may_see, standing};
use crate::problem::Problem;

/// `GET /{language}/federation/peers/{peer}/ledger`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, peer)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let view = may_see(&visit.visitor)?;
    let Some(door) = app.agreements() else { return nowhere(&app, &visit) };
    let node = node_of(&peer)?;
    let (found, _) = standing(&app, &view, &door, node).await?;
    let texts = visit.texts(&app);
    let line = |span: &Span| -> Value {
        context! {
            plane => plane(&texts, &span.plane),
            agreement => span.agreement.map(|id| visit.look.address(&format!("{AGREEMENTS}/{id}"))),
            version => span.version,
            entries => span.up_to_seq.saturating_sub(span.from_seq),
            at => texts.moment(span.at),
        }
    };
    let spans = door.spans(&view, &node).await?;
    let data = context! {
        name => &*found.row.name,
        peer_page => visit.look.address(&format!("{PEERS}/peers/{node}")),
        spans => spans.iter().map(line).collect::<Vec<_>>(),
        ..frame(&visit)
    };
    visit.page(&app, "federation/ledger.html", &texts.text("ledger"), data)
}
