//! The newest transfers, those that wait for this instance first.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::context;

use super::super::super::visit::SignedIn;
use super::super::{frame, nowhere};
use super::line;
use crate::app::App;
use crate::federation::may_see;
use crate::problem::Problem;

/// `GET /{language}/federation/transfers`
pub(super) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let view = may_see(&visit.visitor)?;
    let Some(door) = app.transfers() else { return nowhere(&app, &visit) };
    let texts = visit.texts(&app);
    let mut found = door.list(&view).await?;
    found.sort_by_key(|one| !one.next().is_some_and(|next| next.is_ours));
    let data = context! {
        lines => found.iter().map(|one| line(&visit, &texts, one)).collect::<Vec<_>>(),
        ..frame(&visit)
    };
    visit.page(&app, "federation/transfers.html", &texts.text("transfers"), data)
}
