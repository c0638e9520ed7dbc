//! Offering a cooperative to another instance: to whom, and what follows from it, told before it is done.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use tiwizi_federation::transfers::NewOffer;
use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::{Record, RecordId};

use super::super::super::register;
use super::super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::super::{frame, nowhere, posted};
use super::{TRANSFERS, told};
use crate::app::App;
use crate::federation::may_see;
use crate::form::Posted;
use crate::moving::transfers;
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem};

/// `GET /{language}/federation/transfers/new?cooperative=ID`
pub(super) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    may_see(&visit.visitor)?;
    if app.transfers().is_none() {
        return nowhere(&app, &visit);
    }
    let mut parameters = Parameters::of_query(Some(&visit.look.query))?;
    let id: RecordId = parameters.take_as("cooperative", "the id of a cooperative")?.ok_or(Fault::NotFound)?;
    let record = find(&app, &visit, id).await?;
    page(&app, &visit, &record, None)
}

/// `POST /{language}/federation/transfers/new`
pub(super) async fn send(State(app): State<Arc<App>>, asked: Asked, form: Posted) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    may_see(&visit.visitor)?;
    let door = transfers(&app)?;
    let id: RecordId = form.field("cooperative").and_then(|id| id.parse().ok()).ok_or(Fault::NotFound)?;
    let to: Option<NodeId> = form.field("to").and_then(|to| to.parse().ok());
    let to = to.ok_or_else(|| Problem::field("/to", "required", "the form does not say to whom"))?;
    let offer = NewOffer { cooperatives: BTreeSet::from([id]), to };
    let error = match door.offer(visit.visitor.caller(), &offer).await {
        Ok(id) => return Ok(visit.go(&format!("{TRANSFERS}/{id}?done=transfer-offered"))),
        Err(error) => error,
    };
    let Some((key, fault)) = told(&error) else { return Err(error.into()) };
    let record = find(&app, &visit, id).await?;
    Ok(with_status(fault.status(), page(&app, &visit, &record, Some(key))?))
}

/// A cooperative that its reader may offer.
async fn find(app: &App, visit: &Visit, id: RecordId) -> Result<Record, Problem> {
    let door = transfers(app)?;
    let permit = app.records.may_read(visit.visitor.caller(), &app.pages.names().cooperative)?;
    let record = app.records.read(&permit, id).await?.ok_or(Fault::NotFound)?;
    if door.could_offer(visit.visitor.caller(), &record) { Ok(record) } else { Err(Fault::Forbidden.into()) }
}

fn page(app: &App, visit: &Visit, record: &Record, wrong: Option<&str>) -> Result<Response, Problem> {
    let (texts, door) = (visit.texts(app), transfers(app)?);
    let takers: Vec<(String, String)> =
        door.takers().into_iter().map(|(node, name)| (node.to_string(), name)).collect();
    let data = context! {
        id => record.id.to_string(),
        name => register::names(visit.look.language, &record.body).first().map(register::Name::value),
        cooperative => visit.look.address(&format!("/directory/{}", record.id)),
        takers,
        action => visit.look.address(&format!("{TRANSFERS}/new")),
        wrong,
        ..frame(visit)
    };
    visit.page(app, "federation/offer.html", &texts.text("transfer-offer"), data)
}
