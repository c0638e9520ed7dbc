//! The other instances in a table, those that need somebody first.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use tiwizi_federation::standing::Standing;
use tiwizi_words::Texts;

use super::super::visit::{SignedIn, Visit};
use super::{PEERS, frame, nowhere};
use crate::app::App;
use crate::federation::{may_see, standings};
use crate::problem::Problem;

/// `GET /{language}/federation`
pub(super) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let view = may_see(&visit.visitor)?;
    let Some(door) = app.agreements() else { return nowhere(&app, &visit) };
    let texts = visit.texts(&app);
    let found = standings(&app, &view, &door).await?;
    let me = door.me();
    let data = context! {
        name => &*app.instance.name,
        fingerprint => me.fingerprint(),
        peers => found.iter().map(|one| line(&visit, &texts, one)).collect::<Vec<_>>(),
        ..frame(&visit)
    };
    visit.page(&app, "federation/peers.html", &texts.text("federation"), data)
}

/// What the table, and a peer's own page, say of it.
pub(super) fn line(visit: &Visit, texts: &Texts, one: &Standing) -> Value {
    let row = &one.row;
    let goodput = (row.goodput > 0).then(|| texts.size(row.goodput));
    context! {
        href => visit.look.address(&format!("{PEERS}/peers/{}", one.node)),
        name => &*row.name,
        role => role(texts, &row.role),
        next => one.next.code(),
        is_for_people => one.next.is_for_people(),
        contact => row.contact_at.map(|at| texts.moment(at)),
        as_of => one.as_of().map(|at| texts.moment(at)),
        gives => one.gives(),
        behind_here => one.behind_here(),
        behind_there => one.behind_there(),
        parked => one.parked(),
        goodput,
        is_paused => row.paused,
        is_cut => row.cut,
        cut_at => row.cut_at.map(|at| texts.moment(at)),
    }
}

fn role(texts: &Texts, role: &str) -> String {
    texts.find(&format!("peer-role-{role}"), &FluentArgs::new()).unwrap_or_else(|| role.to_owned())
}
