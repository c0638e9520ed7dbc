//! Transfers on pages: the path of each from one home to another, who waits for whom, and the steps that its reader may take.

mod list;
mod offer;
mod show;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use minijinja::{Value, context};
use tiwizi_federation::transfers::{Phase, StepView, TransferView, TransfersError};
use tiwizi_words::Texts;

use super::super::register;
use super::super::visit::Visit;
use crate::api::transfers::side;
use crate::app::App;
use crate::problem::Fault;

/// Where transfers are.
pub(super) const TRANSFERS: &str = "/federation/transfers";

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/{language}/federation/transfers", get(list::show))
        .route("/{language}/federation/transfers/new", get(offer::show).post(offer::send))
        .route("/{language}/federation/transfers/{transfer}", get(show::show).post(show::send))
        .route("/{language}/federation/transfers/{transfer}/parcel", get(show::parcel))
        .route("/{language}/federation/transfers/{transfer}/accept", post(show::accept))
}

/// A transfer, in words.
fn line(visit: &Visit, texts: &Texts, view: &TransferView) -> Value {
    let name =
        view.names().and_then(|body| register::names(visit.look.language, body).first().map(register::Name::value));
    let step = |step: &StepView| {
        context! {
            step => step.step.name(),
            phase => step.phase.name(),
            who => &*step.who,
            is_ours => step.is_ours,
            is_next => step.phase == Phase::Next,
        }
    };
    context! {
        href => visit.look.address(&format!("{TRANSFERS}/{}", view.id)),
        name,
        id => view.lead.to_string(),
        cooperative => visit.look.address(&format!("/directory/{}", view.lead)),
        is_known => view.record.is_some(),
        moves => view.roots.len(),
        from => &*view.from.1,
        to => &*view.to.1,
        state => view.state.name(),
        is_open => view.state.is_open(),
        side => side(view.side),
        steps => view.steps.iter().map(step).collect::<Vec<_>>(),
        waits => view.next().map(step),
        trouble => view.trouble.as_deref(),
        by => view.by.as_deref(),
        made => texts.moment(view.made_at),
        changed => texts.moment(view.changed_at),
        tenure => view.tenure,
    }
}

/// What stood in the way of a step, in words; none for what is no matter of its reader.
fn told(error: &TransfersError) -> Option<(&'static str, Fault)> {
    use TransfersError as E;
    Some(match error {
        E::Count => ("transfer-wrong-count", Fault::Invalid),
        E::Elsewhere { .. } => ("transfer-wrong-elsewhere", Fault::NotHome),
        E::Stranger { .. } => ("transfer-wrong-peer", Fault::Invalid),
        E::Moving { .. } => ("transfer-wrong-moving", Fault::InTransfer),
        E::State { .. } | E::OtherSide => ("transfer-wrong-state", Fault::Conflict),
        E::Stale => ("transfer-wrong-stale", Fault::Stale),
        E::Parcel(_) | E::Incomplete => ("transfer-wrong-parcel", Fault::Invalid),
        E::Behind { .. } => ("transfer-wrong-behind", Fault::Conflict),
        E::Newer { .. } => ("transfer-wrong-newer", Fault::Conflict),
        E::NotTaken { .. } | E::NotOwn(_) => ("transfer-wrong-records", Fault::Invalid),
        _ => return None,
    })
}
