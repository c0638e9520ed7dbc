//! The federation on pages: the other instances and how the line to each is, what is agreed on with them, what would be given and what was;
//! what is proposed to them and by them, and what moves from home to home.
//!
//! Those who keep or observe the register look; those who run the instance decide. Before anything is signed, its reader has seen what
//! would leave.

mod agreement;
mod agreements;
mod cases;
pub(super) mod coverage;
mod draft;
mod form;
mod given;
mod ledger;
mod packages;
mod peer;
mod peers;
mod preview;
mod proposals;
mod terms;
mod transfers;

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use minijinja::{Value, context};
use tiwizi_federation::agreements::AgreementsError;
use tiwizi_federation_core::agreement::Fault as Wrong;
use tiwizi_words::Texts;

use super::console::done;
use super::visit::{Asked, Visit};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem, federation::code};

/// Where the other instances are.
const PEERS: &str = "/federation";
/// Where agreements are.
const AGREEMENTS: &str = "/federation/agreements";
/// What the nation does for all, and what homes do with it: the key of the words, and where it is.
const MORE: [(&str, &str); 3] =
    [("coverage", "/federation/coverage"), ("packages", "/federation/packages"), ("cases", "/federation/cases")];

/// The addresses of the federation.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/{language}/federation", get(peers::show))
        .route("/{language}/federation/peers/{peer}", get(peer::show).post(peer::send))
        .route("/{language}/federation/peers/{peer}/ledger", get(ledger::show))
        .route("/{language}/federation/agreements", get(agreements::show))
        .route("/{language}/federation/agreements/new", get(draft::show).post(draft::send))
        .route("/{language}/federation/agreements/{agreement}", get(agreement::show).post(agreement::send))
        .route("/{language}/federation/agreements/{agreement}/preview", get(preview::show))
        .route("/{language}/federation/coverage", get(coverage::show))
        .route("/{language}/federation/packages", get(packages::list))
        .route("/{language}/federation/packages/{package}/{version}", get(packages::show).post(packages::send))
        .route("/{language}/federation/cases", get(cases::list))
        .route("/{language}/federation/cases/{case}", get(cases::show).post(cases::send))
        .route("/{language}/federation/national-cases/{case}", get(cases::show_one))
        .merge(proposals::routes())
        .merge(transfers::routes())
}

/// The visit of somebody who sent a form, with a password of their own.
async fn posted(app: &App, asked: Asked, form: &Posted) -> Result<Visit, Problem> {
    let visit = asked.by(app, form.visitor.clone()).await;
    visit.visitor.signed_in()?;
    if visit.must_change() { Err(Fault::MustChangePassword.into()) } else { Ok(visit) }
}

/// The page of an instance that is in no federation.
fn nowhere(app: &App, visit: &Visit) -> Result<Response, Problem> {
    visit.page(app, "federation/none.html", &visit.texts(app).text("federation"), context! {})
}

/// What every page has: the ways to the two lists, and what was just done.
fn frame(visit: &Visit) -> Value {
    context! {
        peers_page => visit.look.address(PEERS),
        agreements_page => visit.look.address(AGREEMENTS),
        more => MORE.map(|(key, path)| context! { key, href => visit.look.address(path) }).to_vec(),
        proposals_page => visit.look.address(proposals::PROPOSALS),
        transfers_page => visit.look.address(transfers::TRANSFERS),
        done => done(visit),
    }
}

/// The plane in words; a plugin's has the plugin's name.
fn plane(texts: &Texts, plane: &str) -> String {
    texts.find(&format!("plane-{plane}"), &fluent_bundle::FluentArgs::new()).unwrap_or_else(|| plane.to_owned())
}

/// What is wrong, as the page says it: a key, and the place in the form. None for what is no fault of the reader's.
fn wrongs(error: &AgreementsError) -> Option<Vec<Value>> {
    use AgreementsError as E;
    let one = |key: &str| vec![context! { key, place => "" }];
    Some(match error {
        E::Faults(faults) => faults.iter().map(wrong).collect(),
        E::Stranger { .. } => one("agreement-wrong-peer"),
        E::Uncovered(uncovered) => {
            let kinds = uncovered.kinds.iter();
            kinds.map(|kind| context! { key => "agreement-wrong-processing", place => kind.as_str() }).collect()
        }
        E::OldDirectory => one("agreement-wrong-directory"),
        E::OnOffer => one("agreement-wrong-on-offer"),
        E::Stale => one("agreement-wrong-stale"),
        E::NotInForce => one("agreement-wrong-state"),
        E::Node(tiwizi_federation_core::flow::NodeError::Step { .. }) => one("agreement-wrong-state"),
        _ => return None,
    })
}

fn wrong(fault: &Wrong) -> Value {
    let key = match code(&fault.what) {
        "required" | "empty" => "agreement-wrong-missing",
        "filter-hidden" | "filter-personal" => "agreement-wrong-filter",
        "unknown-kind" | "other-plane" | "no-class" | "not-derived" | "clash" => "agreement-wrong-field",
        "no-reference" => "agreement-wrong-cndp",
        "parties" => "agreement-wrong-peer",
        _ => "agreement-wrong-form",
    };
    context! { key, place => &*fault.pointer }
}
