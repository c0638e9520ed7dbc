//! Packages of reference data on pages: the list, a version with what it would change, and applying it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tiwizi_federation::national::{
    Difference, NationalError, PackageLine, PackageState, PackageView, TakesEffect, Target,
};
use tiwizi_words::Texts;

use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::{frame, posted};
use crate::app::App;
use crate::federation::{may_decide, may_see};
use crate::form::Posted;
use crate::problem::{Fault, Problem};

const PATH: &str = "/federation/packages";
/// What the form says in the place of a version: what is applied is taken back.
const NOTHING: &str = "none";

/// `GET /{language}/federation/packages`
pub(super) async fn list(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let view = may_see(&visit.visitor)?;
    let texts = visit.texts(&app);
    let found = app.national().packages(&view).await?;
    let data = context! {
        packages => found.iter().map(|line| line_of(&visit, &texts, line)).collect::<Vec<_>>(),
        is_nation => app.national().is_nation(),
        ..frame(&visit)
    };
    visit.page(&app, "federation/packages.html", &texts.text("packages"), data)
}

/// `GET /{language}/federation/packages/{package}/{version}`: what is in it, and what applying it would change.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, package, version)): Path<(String, String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    page(&app, &visit, (&package, &version), None).await
}

/// `POST /{language}/federation/packages/{package}/{version}`: applies it, or takes it back.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    Path((_, package, version)): Path<(String, String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    let decision = may_decide(&visit.visitor)?;
    let number = version_of(&version)?;
    let target = match form.field("target") {
        Some(NOTHING) => Target::Nothing,
        Some(text) if text == version => Target::Version(number),
        _ => return Err(Problem::field("/target", "required", "the form does not say what is applied")),
    };
    let seen: Option<u32> = form.field("seen").and_then(|text| text.parse().ok());
    match app.national().apply(&decision, &package, target, seen).await {
        Ok(done) => {
            let key = match done.takes_effect {
                TakesEffect::Now => "package-applied",
                TakesEffect::AtNextStart => "package-applied-later",
            };
            Ok(visit.go(&format!("{PATH}?done={key}")))
        }
        Err(error) => {
            let Some(key) = wrong(&error) else { return Err(error.into()) };
            let problem = Problem::from(error);
            let details: Vec<String> = problem.errors().iter().map(|field| field.message.clone()).collect();
            let again = page(&app, &visit, (&package, &version), Some((key, details))).await?;
            Ok(with_status(problem.fault().status(), again))
        }
    }
}

/// What is said on the page when nothing was applied; none for what is no fault of the reader's or the package's.
fn wrong(error: &NationalError) -> Option<&'static str> {
    match error {
        NationalError::Stale => Some("package-wrong-stale"),
        NationalError::Own => Some("package-wrong-own"),
        NationalError::Fault(_)
        | NationalError::Published(_)
        | NationalError::Step(_)
        | NationalError::Package(_)
        | NationalError::Packed(_) => Some("package-wrong"),
        _ => None,
    }
}

fn version_of(text: &str) -> Result<u32, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

fn address(visit: &Visit, name: &str, version: u32) -> String {
    visit.look.address(&format!("{PATH}/{}/{version}", utf8_percent_encode(name, NON_ALPHANUMERIC)))
}

fn line_of(visit: &Visit, texts: &Texts, line: &PackageLine) -> Value {
    context! {
        href => address(visit, &line.name, line.version),
        name => &*line.name,
        version => line.version,
        state => line.state.name(),
        size => texts.size(line.bytes),
        received => texts.moment(line.received_at),
    }
}

async fn page(
    app: &App,
    visit: &Visit,
    (package, version): (&str, &str),
    wrong: Option<(&'static str, Vec<String>)>,
) -> Result<Response, Problem> {
    let view = may_see(&visit.visitor)?;
    let (door, texts) = (app.national(), visit.texts(app));
    let number = version_of(version)?;
    let found = door.package(&view, package, number).await?;
    let is_applied = found.applied == Some(number);
    let target = if is_applied { Target::Nothing } else { Target::Version(number) };
    let difference = door.difference(&view, package, target).await?;
    // The nation publishes its own records, and has nothing of them to apply.
    let is_own = door.is_nation() && is_of_records(&found);
    let may_apply = view.may_decide() && !is_own && found.state != PackageState::Publishing;
    let data = context! {
        name => &*found.package.name,
        version => found.package.version,
        kind => found.package.kind.to_string(),
        state => found.state.name(),
        received => texts.moment(found.received_at),
        contents => found.package.contents.len(),
        is_applied,
        is_older => found.applied.is_some_and(|applied| applied > number),
        applied => found.applied,
        difference => shown(&difference),
        at_start => !is_of_records(&found),
        target => if is_applied { NOTHING.to_owned() } else { number.to_string() },
        may_apply,
        action => address(visit, &found.package.name, number),
        list => visit.look.address(PATH),
        wrong => wrong.map(|(key, details)| context! { key, details }),
        ..frame(visit)
    };
    visit.page(app, "federation/package.html", &texts.text("packages"), data)
}

fn is_of_records(found: &PackageView) -> bool {
    use tiwizi_federation_core::package::PackageKind;
    matches!(found.package.kind, PackageKind::Course | PackageKind::ProjectModel)
}

fn shown(difference: &Difference) -> Value {
    let line = |line: &tiwizi_federation::national::DifferenceLine| {
        context! {
            record => &*line.record,
            what => line.what.name(),
            members => line.members.iter().cloned().collect::<Vec<_>>(),
        }
    };
    context! {
        is_empty => difference.is_empty(),
        added => difference.added,
        changed => difference.changed,
        removed => difference.removed,
        kept => difference.kept,
        lines => difference.lines.iter().map(line).collect::<Vec<_>>(),
    }
}
