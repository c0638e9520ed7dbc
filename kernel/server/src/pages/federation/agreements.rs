//! All agreements, those that wait for a signature here first.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_federation::agreements::{Agreement, Version};
use tiwizi_words::Texts;

use super::super::visit::{SignedIn, Visit};
use super::{AGREEMENTS, frame, nowhere};
use crate::app::App;
use crate::federation::may_see;
use crate::problem::Problem;

/// `GET /{language}/federation/agreements`
pub(super) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let view = may_see(&visit.visitor)?;
    let Some(door) = app.agreements() else { return nowhere(&app, &visit) };
    let texts = visit.texts(&app);
    let found = door.list(&view).await?;
    let data = context! {
        agreements => found.iter().map(|one| line(&visit, &texts, one)).collect::<Vec<_>>(),
        new => view.may_decide().then(|| visit.look.address(&format!("{AGREEMENTS}/new"))),
        ..frame(&visit)
    };
    visit.page(&app, "federation/agreements.html", &texts.text("agreements"), data)
}

/// What lists say of an agreement.
pub(super) fn line(visit: &Visit, texts: &Texts, one: &Agreement) -> Value {
    let version = |version: &Version| {
        context! {
            number => version.document.version,
            state => version.state.to_string(),
            until => texts.date(version.document.expires_at),
        }
    };
    context! {
        href => visit.look.address(&format!("{AGREEMENTS}/{}", one.id)),
        peer => &*one.other.name,
        purpose => one.first().map(|version| version.document.purpose.clone()),
        current => one.current.as_ref().map(version),
        next => one.next.as_ref().map(version),
        waits_for_us => one.waits_for_us(),
    }
}
