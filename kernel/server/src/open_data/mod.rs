//! Open data: what the public may read anyway, as whole files, with a licence and a date, and a catalogue of them.
//!
//! A file holds what the directory and the pages of statistics show to everybody, and no more. Whole exports are written
//! page by page while they are read, and only so many pages at once.

mod catalogue;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use futures::{StreamExt as _, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use tiwizi_federation::national::Coverage;
use tiwizi_identity::{Caller, policy};
use tiwizi_model::ProvinceCode;
use tiwizi_records::Query;
use tiwizi_registry::journey::Stage;
use tiwizi_registry::journey::funnel::{Funnel, FunnelTable, Who};
use tiwizi_registry::readers::{AsOf, By, Measure, Sight, Statistics, Table};
use tiwizi_registry::{sectors, territory};

use crate::accepts::Form;
use crate::ages;
use crate::api::kinds;
use crate::api::listing::{self, Shape};
use crate::api::question::Question;
use crate::app::App;
use crate::caller::Visitor;
use crate::export::csv_line;
use crate::national::{cover, cover_funnel, reason};
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;

/// The licence of the data.
const LICENCE: &str = "https://creativecommons.org/licenses/by/4.0/";
/// The licence by its name.
pub(crate) const LICENCE_NAME: &str = "CC BY 4.0";
/// The address of the catalogue.
pub(crate) const CATALOGUE: &str = "/open-data/catalogue.jsonld";
/// Says that a page or a file has the catalogue, and which licence.
pub(crate) const LINKS: &str = concat!(
    "</open-data/catalogue.jsonld>; rel=\"describedby\"; type=\"application/ld+json\", ",
    "<https://creativecommons.org/licenses/by/4.0/>; rel=\"license\""
);
/// When the last change that a file counts was written.
const AS_OF: HeaderName = HeaderName::from_static("x-as-of");
/// Of how many regions something is known, at the nation.
const COVERAGE: HeaderName = HeaderName::from_static("x-coverage");
/// A whole export is asked for again after this.
const RETRY_S: u32 = 30;

/// A file of the public register, or the catalogue of them all (DCAT 3, JSON-LD).
#[utoipa::path(get, path = "/open-data/{file}", tag = "open data",
    params(("file" = String, Path, description = "`catalogue.jsonld`, `cooperatives.csv` or `cooperatives.ndjson`")),
    responses((status = 200), (status = 404, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub(crate) async fn show(State(app): State<Arc<App>>, Path(file): Path<String>) -> Result<Response, Problem> {
    match file.as_str() {
        "catalogue.jsonld" => catalogue::answer(&app).await,
        "cooperatives.csv" => cooperatives(app, Form::Csv, "cooperatives.csv").await,
        "cooperatives.ndjson" => cooperatives(app, Form::Lines, "cooperatives.ndjson").await,
        _ => Err(Fault::NotFound.into()),
    }
}

/// A table of the statistics as the public sees it, as CSV. With ages of another year it is the office's, and no open data.
#[utoipa::path(get, path = "/open-data/statistics/{file}", tag = "open data",
    params(
        ("file" = String, Path, description = "`MEASURE-by-SPLIT.csv`, as in `members-by-region.csv`; `journey-WHO-by-SPLIT.csv` for the path"),
        ("ages" = Option<String>, Query, description = "The year in which ages are taken, from 1984 to this one; another than that which stands is for those from whom nothing is hidden"),
    ),
    responses((status = 200, content_type = "text/csv"), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn statistics(
    State(app): State<Arc<App>>,
    Path(file): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of_query(uri.query())?;
    if let Some((who, by)) = funnel_named(&file) {
        parameters.finish()?;
        let mut funnel = Funnel::open(&app.db, app.ambient.now()).await?;
        let coverage = cover_funnel(&app, &mut funnel).await?;
        let tables = funnel_tables(&mut funnel, (who, by), Sight::Public).await?;
        return Ok(funnel_table(&tables, &funnel, &coverage));
    }
    let (measure, by) = named(&file).ok_or(Fault::NotFound)?;
    let asked = parameters.take(ages::PARAMETER)?;
    parameters.finish()?;
    // Nobody else needs to be known: a session that is over keeps nobody from open data.
    let visitor = match asked {
        Some(_) => Visitor::recognise_again(&app, &headers, uri.path()).await?,
        None => Visitor::public(),
    };
    let now = app.ambient.now();
    let mut statistics = Statistics::open(&app.db, now).await?;
    let of_office = ages::take(&mut statistics, asked.as_deref(), &visitor, now)?;
    let sight = if of_office { Sight::of(visitor.caller()) } else { Sight::Public };
    let coverage = cover(&app, &mut statistics).await?;
    let shown = statistics.table(measure, by, sight).await?;
    let response = table(&shown, &statistics, &coverage);
    Ok(if of_office { without_licence(response) } else { response })
}

/// What the public does not see has no licence of open data.
pub(crate) fn without_licence(mut response: Response) -> Response {
    response.headers_mut().remove(header::LINK);
    response
}

/// The name of the file of a table.
pub(crate) fn file(measure: Measure, by: By) -> String {
    format!("{}-by-{}.csv", measure.name(), by.name())
}

/// The key of the words for what a measure is split up by: of closings the year is that in which they closed.
pub(crate) fn split_key(measure: Measure, by: By) -> String {
    match (measure, by) {
        (Measure::Closings, By::Year) => "by-year-closed".to_owned(),
        _ => format!("by-{}", by.name()),
    }
}

fn named(file: &str) -> Option<(Measure, By)> {
    let (measure, by) = file.strip_suffix(".csv")?.split_once("-by-")?;
    let (measure, by) = (Measure::named(measure)?, By::named(by)?);
    measure.splits().contains(&by).then_some((measure, by))
}

/// A table as CSV: one line for each code, with its names where it has some. A count that is hidden, or not known because nothing came from
/// there, is empty and says so. Where ages are counted the name of the file says of which year they are.
pub(crate) fn table(table: &Table, statistics: &Statistics, coverage: &Coverage) -> Response {
    let mut text = csv_line([table.by.name(), "name_ar", "name_fr", table.measure.name(), "hidden", "unknown"]);
    for row in &table.rows {
        let (ar, fr) = names(table.by, &row.key);
        let amount = row.amount.map(|amount| amount.to_string()).unwrap_or_default();
        let hidden = if row.is_hidden() { "yes" } else { "no" };
        let unknown = if row.is_unknown { reason(coverage, table.measure, &row.key) } else { "no" };
        text.push_str(&csv_line([row.key.as_str(), ar, fr, amount.as_str(), hidden, unknown]));
    }
    let mut response = Body::from(text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let mut name = file(table.measure, table.by);
    if table.measure.follows_ages(table.by) {
        name = name.replace(".csv", &format!("-ages-{}.csv", statistics.youth_rule().reference_year));
    }
    put_headers(headers, statistics.as_of(), &name);
    put_coverage(headers, coverage);
    response
}

/// The name of the file of a table of the path.
pub(crate) fn funnel_file(who: Who, by: By) -> String {
    format!("journey-{}-by-{}.csv", who.name(), by.name())
}

fn funnel_named(file: &str) -> Option<(Who, By)> {
    let (who, by) = file.strip_prefix("journey-")?.strip_suffix(".csv")?.split_once("-by-")?;
    let (who, by) = (Who::named(who)?, By::named(by)?);
    who.splits().contains(&by).then_some((who, by))
}

/// The tables of all stages, in their order.
pub(crate) async fn funnel_tables(
    funnel: &mut Funnel,
    (who, by): (Who, By),
    sight: Sight,
) -> Result<Vec<FunnelTable>, Problem> {
    let mut tables = Vec::new();
    for stage in Stage::ALL {
        tables.push(funnel.table(who, stage, by, sight).await?);
    }
    Ok(tables)
}

/// The path as CSV: one line for each stage and code.
pub(crate) fn funnel_table(tables: &[FunnelTable], funnel: &Funnel, coverage: &Coverage) -> Response {
    let mut text = String::new();
    let mut name = String::new();
    for table in tables {
        if text.is_empty() {
            name = funnel_file(table.who, table.by);
            text = csv_line(["stage", table.by.name(), "name_ar", "name_fr", table.who.name(), "hidden", "unknown"]);
        }
        for row in &table.rows {
            let (ar, fr) = names(table.by, &row.key);
            let amount = row.amount.map(|amount| amount.to_string()).unwrap_or_default();
            let hidden = if row.is_hidden() { "yes" } else { "no" };
            let unknown = if row.is_unknown { reason(coverage, Measure::Members, &row.key) } else { "no" };
            text.push_str(&csv_line([table.stage.name(), row.key.as_str(), ar, fr, amount.as_str(), hidden, unknown]));
        }
    }
    let mut response = Body::from(text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    put_headers(headers, funnel.as_of(), &name);
    put_coverage(headers, coverage);
    response
}

/// Says of how many regions something is known: `2/12; as-of=2026-03-01T10:00:00Z`.
fn put_coverage(headers: &mut HeaderMap, coverage: &Coverage) {
    let Some((known, of)) = coverage.count() else { return };
    let as_of = coverage.as_of().map(|at| format!("; as-of={}", rfc3339(at))).unwrap_or_default();
    if let Ok(value) = HeaderValue::from_str(&format!("{known}/{of}{as_of}")) {
        headers.insert(COVERAGE, value);
    }
}

/// The Arabic and the French name of a code.
fn names(by: By, key: &str) -> (&'static str, &'static str) {
    let place = match by {
        By::Region => territory::region(key).map(|region| &region.names),
        By::Province => {
            let code = key.parse::<ProvinceCode>().ok();
            code.and_then(territory::province).map(|province| &province.names)
        }
        By::Sector => {
            return sectors::sector(key).map_or(("", ""), |sector| (sector.ar.as_str(), sector.fr.as_str()));
        }
        By::Size | By::Age | By::Year => None,
    };
    place.map_or(("", ""), |names| (names.ar.as_str(), names.fr.as_str()))
}

/// Every cooperative of the register, as the public reads it.
async fn cooperatives(app: Arc<App>, form: Form, name: &str) -> Result<Response, Problem> {
    let held =
        Arc::clone(&app.exports).try_acquire_owned().map_err(|_| Problem::from(Fault::Busy).retry_after(RETRY_S))?;
    let as_of = Statistics::open(&app.db, app.ambient.now()).await?.as_of();
    let coverage = app.national().coverage().await?;
    let kind = kinds::find(&app, "registry", "cooperative")?;
    let permit = policy::may_read(&Caller::public(), kind.name(), kind.access())?;
    let question = Question { query: Query::default(), fields: None, has_limit: false };
    let response = listing::export(Arc::clone(&app), permit, kind, question, Shape { form, is_whole: true }).await?;
    drop(held);
    let (parts, body) = response.into_parts();
    // A page is read when the one before is sent. Meanwhile the place is given back: whoever stops reading keeps nobody else from it.
    let state = (body.into_data_stream(), Arc::clone(&app.exports));
    let pieces = stream::unfold(state, |(mut pieces, exports)| async move {
        let piece = match Arc::clone(&exports).acquire_owned().await {
            Ok(_held) => pieces.next().await?,
            Err(closed) => Err(axum::Error::new(closed)),
        };
        Some((piece, (pieces, exports)))
    });
    let mut response = Response::from_parts(parts, Body::from_stream(pieces));
    put_headers(response.headers_mut(), as_of, name);
    put_coverage(response.headers_mut(), &coverage);
    Ok(response)
}

fn put_headers(headers: &mut HeaderMap, as_of: AsOf, name: &str) {
    headers.insert(header::LINK, HeaderValue::from_static(LINKS));
    if let Some(at) = as_of.at.and_then(|at| HeaderValue::from_str(&rfc3339(at)).ok()) {
        headers.insert(AS_OF, at);
    }
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_a_file_that_leads_back_to_it() {
        for measure in Measure::ALL {
            for by in measure.splits() {
                assert_eq!(named(&file(measure, *by)), Some((measure, *by)));
            }
        }
        for who in Who::ALL {
            for by in who.splits() {
                assert_eq!(funnel_named(&funnel_file(who, *by)), Some((who, *by)));
            }
        }
        for wrong in ["journey-people-by-sector.csv", "journey-people.csv", "people-by-region.csv"] {
            assert_eq!(funnel_named(wrong), None, "{wrong}");
        }
        for wrong in ["youth-by-age.csv", "members.csv", "members-by-region", "people-by-region.csv", ""] {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_has_its_names() {
        assert_eq!(names(By::Province, "09.541").1, "Taroudannt");
        assert_eq!(names(By::Region, "09").1, "Souss-Massa");
        assert_eq!(names(By::Sector, "crafts").0, "الصناعة التقليدية");
        assert_eq!((names(By::Province, "99.999"), names(By::Size, "5-9")), (("", ""), ("", "")));
    }

    #[test]
    fn the_links_name_the_catalogue_and_the_licence() {
        assert!(LINKS.contains(CATALOGUE) && LINKS.contains(LICENCE));
    }
}
