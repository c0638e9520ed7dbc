//! One peer: how the line is, what each side has of the other, its agreements, and its switches.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_federation::peers::Trouble;
use tiwizi_federation::standing::{self, Given, Taken};
use tiwizi_words::Texts;

use super::super::visit::{Asked, SignedIn, Visit};
use super::{AGREEMENTS, PEERS, agreements, frame, nowhere, peers, plane, posted};
use crate::api::peers::{node_of, switch_of};
use crate::app::App;
use crate::federation::{may_decide, may_see, standing};
use crate::form::Posted;
use crate::problem::Problem;

/// `GET /{language}/federation/peers/{peer}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, peer)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let view = may_see(&visit.visitor)?;
    let Some(door) = app.agreements() else { return nowhere(&app, &visit) };
    let (found, agreed) = standing(&app, &view, &door, node_of(&peer)?).await?;
    let (texts, row) = (visit.texts(&app), &found.row);
    let trouble = row.error_code.as_deref().map(|code| {
        let trouble = Trouble::read(code);
        context! { code, cause => trouble.map(Trouble::cause), next => trouble.map(Trouble::next) }
    });
    let address = visit.look.address(&format!("{PEERS}/peers/{}", found.node));
    let data = context! {
        peer => peers::line(&visit, &texts, &found),
        id => found.node.to_string(),
        fingerprint => found.node.fingerprint(),
        url => row.url.as_deref(),
        trouble,
        next_try => texts.moment(row.next_try_at),
        given => found.given.iter().map(|given| of_given(&texts, given)).collect::<Vec<_>>(),
        taken => found.taken.iter().map(|taken| of_taken(&texts, taken)).collect::<Vec<_>>(),
        agreements => agreed.iter().map(|one| agreements::line(&visit, &texts, one)).collect::<Vec<_>>(),
        ledger => format!("{address}/ledger"),
        may_decide => view.may_decide(),
        new => visit.look.address(&format!("{AGREEMENTS}/new?peer={}", found.node)),
        action => address,
        ..frame(&visit)
    };
    visit.page(&app, "federation/peer.html", &row.name, data)
}

/// `POST /{language}/federation/peers/{peer}`: one of its switches.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    Path((_, peer)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit: Visit = posted(&app, asked, &form).await?;
    let (decision, node) = (may_decide(&visit.visitor)?, node_of(&peer)?);
    let switch = form.field("switch").and_then(switch_of);
    let switch = switch.ok_or_else(|| Problem::field("/switch", "required", "the form does not say what is turned"))?;
    standing::turn(&app.db, &decision, node, (switch, app.ambient.now())).await?;
    Ok(visit.go(&format!("{PEERS}/peers/{node}?done=peer-switched")))
}

fn of_given(texts: &Texts, given: &Given) -> Value {
    context! {
        plane => plane(texts, &given.plane),
        behind => given.behind,
        needs_snapshot => given.needs_snapshot,
        at => given.at.map(|at| texts.moment(at)),
    }
}

fn of_taken(texts: &Texts, taken: &Taken) -> Value {
    context! {
        plane => plane(texts, &taken.plane),
        entries => taken.entries,
        behind => taken.behind,
        parked => taken.parked,
        is_stopped => taken.is_stopped,
        at => taken.reached_at.map(|at| texts.moment(at)),
    }
}
