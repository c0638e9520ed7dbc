//! The console, for administrators: what this instance is, its plugins and their grants, its accounts, its kinds.

pub(super) mod accounts;
pub(super) mod jobs;
pub(super) mod kinds;
pub(super) mod overview;
pub(super) mod plugin;
pub(super) mod plugin_life;
pub(super) mod plugins;
pub(super) mod protection;
mod signer;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use minijinja::{Value, context};
use tiwizi_identity::{Caller, Role};

use super::visit::{Asked, SignedIn, Visit};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// What a page may be told to say after a form was taken: a key of a message, from this list only.
const DONE: [&str; 54] = [
    "grants-saved",
    "plugin-enabled",
    "plugin-disabled",
    "plugin-installed",
    "plugin-upgraded",
    "plugin-rolled-back",
    "plugin-removed",
    "settings-saved",
    "secret-saved",
    "limits-saved",
    "job-retried",
    "job-forgotten",
    "account-added",
    "token-revoked",
    "password-changed",
    "record-created",
    "record-saved",
    "record-deleted",
    "captures-on",
    "captures-off",
    "record-restored",
    "duplicate-decided",
    "protection-saved",
    "protection-drafts",
    "retention-asked",
    "request-asked",
    "request-answered",
    "request-withdrawn",
    "task-taken",
    "task-handed-back",
    "task-assigned",
    "filing-saved",
    "filing-sent",
    "filing-taken",
    "filing-sent-back",
    "act-entered",
    "peer-switched",
    "agreement-offered",
    "agreement-accepted",
    "agreement-declined",
    "agreement-withdrawn",
    "agreement-suspended",
    "agreement-resumed",
    "agreement-terminated",
    "package-applied",
    "package-applied-later",
    "case-said",
    "proposal-sent",
    "proposal-answered",
    "proposal-forwarded",
    "transfer-offered",
    "transfer-accepted",
    "transfer-sealed",
    "transfer-voided",
];

/// What was just done, by the address's `done`.
pub(super) fn done(visit: &Visit) -> Option<&'static str> {
    let given = visit.look.query.split('&').find_map(|pair| pair.strip_prefix("done="))?;
    DONE.into_iter().find(|key| *key == given)
}

/// An administrator's visit.
pub(super) struct Administration(pub(super) Visit);

impl FromRequestParts<Arc<App>> for Administration {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let SignedIn(visit) = SignedIn::from_request_parts(parts, app).await?;
        demand(&visit).map_err(IntoResponse::into_response)?;
        Ok(Self(visit))
    }
}

/// The visit of an administrator who sent a form.
async fn posted(app: &App, asked: Asked, form: &Posted) -> Result<Visit, Problem> {
    let visit = asked.by(app, form.visitor.clone()).await;
    demand(&visit)?;
    Ok(visit)
}

/// An administrator who has a password of their own.
fn demand(visit: &Visit) -> Result<&Caller, Problem> {
    let caller = visit.visitor.signed_in()?;
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    if caller.holds(Role::Administrator) { Ok(caller) } else { Err(Fault::Forbidden.into()) }
}

const TABS: [(&str, &str); 6] = [
    ("console-overview", "/console"),
    ("console-plugins", "/console/plugins"),
    ("console-jobs", "/console/jobs"),
    ("console-accounts", "/console/accounts"),
    ("console-kinds", "/console/kinds"),
    ("console-protection", "/console/protection"),
];

/// What every page of the console has: its tabs, and what was just done or went wrong.
fn frame(visit: &Visit, wrong: Option<&str>) -> Value {
    let tab = |(label, path): (&'static str, &str)| {
        context! { label, url => visit.look.address(path), current => visit.look.path == path }
    };
    context! { tabs => TABS.map(tab).to_vec(), done => done(visit), wrong }
}
