//! One transfer: its path as steps, who waits for whom, and the step that its reader may take.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::context;
use tiwizi_federation::transfers::{Step, TransferView};

use super::super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::super::{frame, nowhere, posted};
use super::{TRANSFERS, line, told};
use crate::api::transfers::{id_of, sent};
use crate::app::App;
use crate::federation::may_see;
use crate::form::Posted;
use crate::moving::transfers;
use crate::parcels::SentParcel;
use crate::problem::Problem;

/// What stood in the way, and in which words.
type Wrong = (Option<&'static str>, Option<String>);

/// `GET /{language}/federation/transfers/{transfer}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, transfer)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let view = may_see(&visit.visitor)?;
    let Some(door) = app.transfers() else { return nowhere(&app, &visit) };
    let found = door.show(&view, id_of(&transfer)?).await?;
    page(&app, &visit, &found, (None, None))
}

/// `POST /{language}/federation/transfers/{transfer}`: seals it, or calls it off.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    Path((_, transfer)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    let view = may_see(&visit.visitor)?;
    let (door, id, caller) = (transfers(&app)?, id_of(&transfer)?, visit.visitor.caller());
    let (done, outcome) = match form.field("step") {
        Some("seal") => {
            let tenure: Option<u32> = form.field("tenure").and_then(|text| text.parse().ok());
            let tenure =
                tenure.ok_or_else(|| Problem::field("/tenure", "required", "the form does not say which term ends"))?;
            ("transfer-sealed", door.seal(caller, id, tenure).await)
        }
        Some("void") => ("transfer-voided", door.void(caller, id).await),
        _ => return Err(Problem::field("/step", "required", "the form does not say which step is taken")),
    };
    let error = match outcome {
        Ok(()) => return Ok(visit.go(&format!("{TRANSFERS}/{id}?done={done}"))),
        Err(error) => error,
    };
    let Some((key, fault)) = told(&error) else { return Err(error.into()) };
    let found = door.show(&view, id).await?;
    Ok(with_status(fault.status(), page(&app, &visit, &found, (Some(key), None))?))
}

/// `GET /{language}/federation/transfers/{transfer}/parcel`: everything that moves, sealed for its receiver.
pub(super) async fn parcel(
    State(app): State<Arc<App>>,
    Path((_, transfer)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    may_see(&visit.visitor)?;
    let id = id_of(&transfer)?;
    let parcel = transfers(&app)?.parcel(visit.visitor.caller(), id).await?;
    sent(id, &parcel)
}

/// `POST /{language}/federation/transfers/{transfer}/accept`: the parcel, and with it the acceptance.
pub(super) async fn accept(
    State(app): State<Arc<App>>,
    Path((_, transfer)): Path<(String, String)>,
    asked: Asked,
    form: SentParcel,
) -> Result<Response, Problem> {
    let visit = asked.by(&app, form.visitor.clone()).await;
    let view = may_see(&visit.visitor)?;
    let (door, id) = (transfers(&app)?, id_of(&transfer)?);
    let error = match door.accept(visit.visitor.caller(), id, &form.bytes).await {
        Ok(_) => return Ok(visit.go(&format!("{TRANSFERS}/{id}?done=transfer-accepted"))),
        Err(error) => error,
    };
    let Some((key, fault)) = told(&error) else { return Err(error.into()) };
    let found = door.show(&view, id).await?;
    let cause = crate::edge::chain(&error);
    Ok(with_status(fault.status(), page(&app, &visit, &found, (Some(key), Some(cause)))?))
}

fn page(app: &App, visit: &Visit, found: &TransferView, (wrong, cause): Wrong) -> Result<Response, Problem> {
    let (texts, door, caller) = (visit.texts(app), transfers(app)?, visit.visitor.caller());
    let address = visit.look.address(&format!("{TRANSFERS}/{}", found.id));
    let may_step = door.may_step(caller, found);
    let next = found.next().map(|next| next.step);
    let data = context! {
        transfer => line(visit, &texts, found),
        accept => (may_step && next == Some(Step::Accept)).then(|| format!("{address}/accept")),
        may_seal => may_step && next == Some(Step::Seal),
        may_void => door.may_void(caller, found),
        parcel => door.may_pack(caller, found).then(|| format!("{address}/parcel")),
        action => address,
        wrong,
        cause,
        ..frame(visit)
    };
    visit.page(app, "federation/transfer.html", &texts.text("transfer"), data)
}
