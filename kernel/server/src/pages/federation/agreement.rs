//! One agreement as a page to read: who gives whom what, why, until when; and the steps that its reader may take.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_federation::agreements::{Agreement, LookedAt, Step, Version};
use tiwizi_federation_core::agreement::State as Phase;
use tiwizi_federation_core::wire::Hash;

use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::{AGREEMENTS, PEERS, frame, nowhere, posted, terms, wrongs};
use crate::api::agreements::id_of;
use crate::app::App;
use crate::federation::{Door, door, may_decide, may_see};
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// `GET /{language}/federation/agreements/{agreement}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, agreement)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let view = may_see(&visit.visitor)?;
    let Some(door) = app.agreements() else { return nowhere(&app, &visit) };
    let found = door.show(&view, id_of(&agreement)?).await?;
    page(&app, &visit, &door, (&found, view.may_decide()), Vec::new())
}

/// `POST /{language}/federation/agreements/{agreement}`: a step, of the version that was looked at.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    Path((_, agreement)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    let (decision, view) = (may_decide(&visit.visitor)?, may_see(&visit.visitor)?);
    let (door, id) = (door(&app)?, id_of(&agreement)?);
    let step = form.field("step").and_then(Step::named);
    let version: Option<u32> = form.field("version").and_then(|text| text.parse().ok());
    let (Some(step), Some(version)) = (step, version) else {
        return Err(Problem::field("/step", "required", "the form does not say which step of which version is taken"));
    };
    let hash = form.field("hash").map(str::parse::<Hash>).transpose();
    let hash = hash.map_err(|error| Problem::field("/hash", "format", error.to_string()))?;
    match door.step(&decision, id, LookedAt { version, hash }, step).await {
        Ok(()) => Ok(visit.go(&format!("{AGREEMENTS}/{id}?done={}", taken(step)))),
        Err(error) => {
            let Some(wrong) = wrongs(&error) else { return Err(error.into()) };
            let found = door.show(&view, id).await?;
            let status = Problem::from(error).fault().status();
            let again = page(&app, &visit, &door, (&found, true), wrong)?;
            Ok(with_status(status, again))
        }
    }
}

/// What is said after a step.
fn taken(step: Step) -> &'static str {
    match step {
        Step::Accept => "agreement-accepted",
        Step::Decline => "agreement-declined",
        Step::Withdraw => "agreement-withdrawn",
        Step::Suspend => "agreement-suspended",
        Step::Resume => "agreement-resumed",
        Step::Terminate => "agreement-terminated",
    }
}

/// The steps of what is in force. An offer is signed on the page that shows what it gives.
fn steps(version: &Version) -> Vec<&'static str> {
    let first = match version.state {
        Phase::Active => Some(Step::Suspend),
        Phase::Suspended if version.is_held_up_here => Some(Step::Resume),
        Phase::Suspended => Some(Step::Suspend),
        Phase::Drafted
        | Phase::Offered
        | Phase::Signed
        | Phase::Terminated
        | Phase::Expired
        | Phase::Declined
        | Phase::Withdrawn => None,
    };
    let last = (!version.is_over()).then_some(Step::Terminate);
    first.into_iter().chain(last).map(Step::name).collect()
}

/// The step of an offer beside signing it: its side takes it back, the other one declines it.
fn turning_down(version: &Version) -> Vec<&'static str> {
    let step = if version.is_ours { Step::Withdraw } else { Step::Decline };
    (version.state == Phase::Offered).then_some(step).into_iter().map(Step::name).collect()
}

fn page(
    app: &App,
    visit: &Visit,
    door: &Door,
    (found, may_decide): (&Agreement, bool),
    wrong: Vec<Value>,
) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let address = visit.look.address(&format!("{AGREEMENTS}/{}", found.id));
    let version = |version: &Version, steps: Vec<&'static str>| {
        context! {
            number => version.document.version,
            hash => version.document.hash().to_string(),
            state => version.state.to_string(),
            is_over => version.is_over(),
            is_held_up_here => version.is_held_up_here,
            is_held_up_there => version.is_held_up_there,
            terms => terms::of(app, visit, door, &version.document),
            preview => format!("{address}/preview?version={}", version.document.version),
            steps,
        }
    };
    let (current, next) = (found.current.as_ref(), found.next.as_ref());
    let is_free = next.is_none_or(|next| next.state != Phase::Offered);
    let follow = may_decide && is_free && current.is_some_and(|current| !current.is_over());
    let data = context! {
        peer => &*found.other.name,
        peer_page => visit.look.address(&format!("{PEERS}/peers/{}", found.other.node)),
        current => current.map(|one| version(one, if may_decide { steps(one) } else { Vec::new() })),
        next => next.map(|one| version(one, if may_decide { turning_down(one) } else { Vec::new() })),
        waits_for_us => found.waits_for_us(),
        waits_for_them => found.waits_for_them(),
        follow => follow.then(|| visit.look.address(&format!("{AGREEMENTS}/new?follows={}", found.id))),
        action => address,
        wrong,
        ..frame(visit)
    };
    if current.or(next).is_none() {
        return Err(Fault::NotFound.into());
    }
    visit.page(app, "federation/agreement.html", &texts.text("agreement"), data)
}
