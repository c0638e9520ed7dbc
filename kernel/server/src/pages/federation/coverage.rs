//! What the nation has of each region, and as of when: a page of its own, and a line beside every number and list of the nation.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use tiwizi_federation::national::{Coverage, RegionCoverage, Source};
use tiwizi_identity::policy::may_see_federation;
use tiwizi_model::Record;
use tiwizi_registry::territory;
use tiwizi_words::Texts;

use super::super::visit::Visit;
use super::{frame, plane};
use crate::app::App;
use crate::problem::Problem;

const PATH: &str = "/federation/coverage";

/// `GET /{language}/federation/coverage`: for everybody, because no number of the nation can be read without it.
pub(super) async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Problem> {
    let sees_lines = may_see_federation(visit.visitor.caller()).is_ok();
    let texts = visit.texts(&app);
    let coverage = app.national().coverage().await?;
    let regions = coverage.regions().iter().map(|region| region_line(&texts, &coverage, region, sees_lines));
    let data = context! {
        coverage => covered(&visit, &texts, &coverage),
        regions => regions.collect::<Vec<_>>(),
        sees_lines,
        ..frame(&visit)
    };
    visit.page(&app, "federation/coverage.html", &texts.text("coverage"), data)
}

/// The line that stands beside numbers and lists: of how many regions something is known, since when nothing of that is missing, and which
/// regions are missing. None where this instance is not the nation.
pub(in super::super) fn covered(visit: &Visit, texts: &Texts, coverage: &Coverage) -> Option<Value> {
    let (known, of) = coverage.count()?;
    let mut args = FluentArgs::new();
    args.set("known", known);
    args.set("of", of);
    let missing = coverage.regions().iter().filter(|region| region.reason().is_some());
    Some(context! {
        count => texts.text_with("coverage-count", &args),
        as_of => coverage.as_of().map(|at| texts.moment(at)),
        is_whole => known == of,
        missing => missing.map(|region| name(texts, region)).collect::<Vec<_>>(),
        href => visit.look.address(PATH),
    })
}

/// Where a record of another home is from, and as of when it is shown. None for an own one.
pub(in super::super) fn home(app: &App, texts: &Texts, coverage: &Coverage, record: &Record) -> Option<Value> {
    if record.home == app.instance.id {
        return None;
    }
    let source = coverage.source_of(record.home);
    let kinds = app.records.kinds();
    let plane = kinds.find(&record.kind).map(|kind| kind.declaration().plane.clone()).unwrap_or_default();
    Some(context! {
        name => source.map(|source| source.name.clone()),
        as_of => source.and_then(|source| source.as_of_plane(&plane)).map(|at| texts.moment(at)),
    })
}

/// The same where nothing else of what is known is asked for.
pub(in super::super) async fn home_of(app: &App, texts: &Texts, record: &Record) -> Result<Option<Value>, Problem> {
    if record.home == app.instance.id {
        return Ok(None);
    }
    Ok(home(app, texts, &app.national().coverage().await?, record))
}

fn name(texts: &Texts, region: &RegionCoverage) -> String {
    territory::region(&region.code)
        .map_or_else(|| region.code.clone(), |found| found.names.name(texts.language()).to_owned())
}

fn region_line(texts: &Texts, coverage: &Coverage, region: &RegionCoverage, sees_lines: bool) -> Value {
    let sources = region.sources.iter().filter_map(|place| coverage.sources().get(*place));
    let province = |code: &tiwizi_model::ProvinceCode| {
        territory::province(*code)
            .map_or_else(|| code.to_string(), |found| found.names.name(texts.language()).to_owned())
    };
    // Of a region of which nothing is known the reason stands for all of its provinces.
    let missing: Vec<String> =
        if region.reason().is_some() { Vec::new() } else { region.missing.keys().map(province).collect() };
    context! {
        code => &*region.code,
        name => name(texts, region),
        state => region.state.name(),
        reason => region.reason().map(|reason| reason.name()),
        lacks_members => region.reason().is_none() && coverage.missing_members(&region.code).is_some(),
        as_of => region.as_of.map(|at| texts.moment(at)),
        missing,
        sources => sources.map(|source| source_line(texts, source, sees_lines)).collect::<Vec<_>>(),
    }
}

fn source_line(texts: &Texts, source: &Source, sees_lines: bool) -> Value {
    let planes = source.planes.iter().map(|(name, found)| {
        context! {
            name => plane(texts, name),
            taken => found.taken,
            size => found.size,
            as_of => found.reached_at.map(|at| texts.moment(at)),
            stopped => found.stopped.is_some(),
        }
    });
    context! {
        name => &*source.name,
        suspended => source.suspended,
        as_of => source.as_of().map(|at| texts.moment(at)),
        planes => if sees_lines { planes.collect::<Vec<_>>() } else { Vec::new() },
    }
}
