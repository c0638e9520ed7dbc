//! The proposals of one way, the newest first.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use tiwizi_federation::proposals::Way;

use super::super::super::visit::SignedIn;
use super::super::{frame, nowhere};
use super::{PROPOSALS, line};
use crate::app::App;
use crate::federation::may_see;
use crate::parameters::Parameters;
use crate::problem::Problem;

/// `GET /{language}/federation/proposals`: what others ask; `?way=sent` shows what this instance asks.
pub(super) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    may_see(&visit.visitor)?;
    let Some(door) = app.proposals() else { return nowhere(&app, &visit) };
    let mut parameters = Parameters::of_query(Some(&visit.look.query))?;
    let way = parameters.take("way")?.as_deref().and_then(Way::named).unwrap_or(Way::Received);
    let page = door.list(visit.visitor.caller(), way, parameters.take("cursor")?).await?;
    let texts = visit.texts(&app);
    let tab = |way: Way| context! { way => way.name(), href => visit.look.address(&format!("{PROPOSALS}?way={}", way.name())) };
    let data = context! {
        way => way.name(),
        tabs => [Way::Received, Way::Sent].map(tab).to_vec(),
        lines => page.items.iter().map(|view| line(&app, &visit, &texts, view)).collect::<Vec<_>>(),
        next => page.next.map(|next| visit.look.address(&format!("{PROPOSALS}?way={}&cursor={next}", way.name()))),
        ..frame(&visit)
    };
    visit.page(&app, "federation/proposals.html", &texts.text("proposals"), data)
}
