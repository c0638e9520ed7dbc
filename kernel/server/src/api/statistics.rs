//! Totals that a reader of the log keeps. They are public, small counts of people hidden: counts, never rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use serde::Serialize;
use tiwizi_federation::national::Coverage;
use tiwizi_model::limits;
use tiwizi_registry::readers::{self, By, Measure, Sight, Statistics, Table};
use utoipa::ToSchema;

use crate::accepts::{self, Form};
use crate::ages;
use crate::api::coverage::CoverageView;
use crate::app::App;
use crate::caller::Visitor;
use crate::json;
use crate::national::{cover, reason};
use crate::open_data;
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;

/// One measure, split up.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatisticsView {
    /// What is counted.
    measure: &'static str,
    /// How it is split up.
    by: &'static str,
    /// The sum of the counts; null when it is hidden or not known.
    total: Option<i64>,
    /// Why the sum is null: `hidden` or `unknown`.
    total_reason: Option<&'static str>,
    /// By the code of the place, sector, size, band of age or year. What has none is left out; null where nothing is known, which is not nought.
    counts: BTreeMap<String, Option<i64>>,
    /// The codes of which nothing is known, each with the reason: `not-enrolled`, `nothing-came` or `loading`.
    unknown: BTreeMap<String, &'static str>,
    /// The codes whose counts are hidden: small counts of people, and others that would give them away.
    hidden: Vec<String>,
    /// A count of people below this is hidden; null where nothing is.
    minimum: Option<i64>,
    /// The year in which ages are taken; null where the counts do not follow it.
    ages: Option<u16>,
    /// How far each source is counted.
    as_of: Vec<AsOf>,
    /// Of which regions something is known, and as of when; null where this instance is not the nation.
    coverage: Option<CoverageView>,
}

/// The sums of all measures.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatisticsOverview {
    /// Each measure.
    measures: Vec<MeasureView>,
    /// Who counts as young.
    youth: YouthView,
    /// How far each source is counted.
    as_of: Vec<AsOf>,
    /// Of which regions something is known, and as of when; null where this instance is not the nation.
    coverage: Option<CoverageView>,
}

/// The sum of one measure.
#[derive(Serialize, ToSchema)]
pub(crate) struct MeasureView {
    /// Its name in addresses.
    measure: &'static str,
    /// The sum; null when it is hidden or not known. Capital is in dirhams.
    total: Option<i64>,
    /// Why the sum is null: `hidden` or `unknown`.
    total_reason: Option<&'static str>,
    /// How it can be split up.
    by: Vec<&'static str>,
}

/// Who counts as young.
#[derive(Serialize, ToSchema)]
pub(crate) struct YouthView {
    /// The highest age.
    age_max: u16,
    /// The year in which ages are taken.
    reference_year: u16,
}

/// How far a source is counted.
#[derive(Serialize, ToSchema)]
pub(crate) struct AsOf {
    /// The instance whose register it is.
    instance: String,
    /// The place in its log.
    seq: i64,
    /// When the change there was written; null where nothing is counted yet.
    at: Option<String>,
}

impl AsOf {
    pub(crate) fn of(app: &App, as_of: readers::AsOf) -> Self {
        Self { instance: app.instance.id.to_string(), seq: as_of.seq.0, at: as_of.at.map(rfc3339) }
    }
}

/// The sums of the register, and how each can be split up.
#[utoipa::path(get, path = "/api/v1/statistics", tag = "records",
    params(("ages" = Option<String>, Query, description = "The year in which ages are taken, from 1984 to this one; another than that which stands is for those from whom nothing is hidden")),
    responses((status = 200, body = StatisticsOverview), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn overview(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, Problem> {
    let mut parameters = Parameters::of_query(uri.query())?;
    let asked = parameters.take(ages::PARAMETER)?;
    parameters.finish()?;
    let sight = Sight::of(visitor.caller());
    let now = app.ambient.now();
    let mut statistics = Statistics::open(&app.db, now).await?;
    ages::take(&mut statistics, asked.as_deref(), &visitor, now)?;
    let coverage = cover(&app, &mut statistics).await?;
    let mut measures = Vec::new();
    for measure in Measure::ALL {
        let by = measure.splits().first().copied().unwrap_or(By::Year);
        let table = statistics.table(measure, by, sight).await?;
        measures.push(MeasureView {
            measure: measure.name(),
            total: table.total,
            total_reason: total_reason(&table),
            by: measure.splits().iter().map(|by| by.name()).collect(),
        });
    }
    let rule = statistics.youth_rule();
    json::ok(&StatisticsOverview {
        measures,
        youth: YouthView { age_max: rule.age_max, reference_year: rule.reference_year },
        as_of: vec![AsOf::of(&app, statistics.as_of())],
        coverage: CoverageView::of(&coverage, false),
    })
}

/// Counts of the register. The public does not see small counts of people.
#[utoipa::path(get, path = "/api/v1/statistics/{measure}", tag = "records",
    params(
        ("measure" = String, Path, description = "`cooperatives`, `members`, `women`, `youth`, `jobs`, `capital`, `creations` or `closings`"),
        ("by" = Option<String>, Query, description = "`region`, `province`, `sector`, `size`, `age` or `year`, as far as the measure has it; `province` when it is not said, `year` of creations and closings"),
        ("ages" = Option<String>, Query, description = "The year in which ages are taken, from 1984 to this one; another than that which stands is for those from whom nothing is hidden"),
    ),
    responses((status = 200, body = StatisticsView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 406, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(measure): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let form = accepts::choose(&headers, &[Form::Json, Form::Csv])?;
    let mut parameters = Parameters::of_query(uri.query())?;
    let (asked, year) = (parameters.take("by")?, parameters.take(ages::PARAMETER)?);
    parameters.finish()?;
    let measure = Measure::named(&measure).ok_or(Fault::NotFound)?;
    let by = split(measure, asked.as_deref())?;
    let sight = Sight::of(visitor.caller());
    let now = app.ambient.now();
    let mut statistics = Statistics::open(&app.db, now).await?;
    ages::take(&mut statistics, year.as_deref(), &visitor, now)?;
    let coverage = cover(&app, &mut statistics).await?;
    let table = statistics.table(measure, by, sight).await?;
    if form != Form::Csv {
        return json::ok(&view(&app, table, sight, (&statistics, &coverage)));
    }
    let response = open_data::table(&table, &statistics, &coverage);
    Ok(if sight == Sight::Public { response } else { open_data::without_licence(response) })
}

/// The split that is asked for, if the measure has it.
fn split(measure: Measure, asked: Option<&str>) -> Result<By, Problem> {
    let splits = measure.splits();
    let found = match asked {
        None if splits.contains(&By::Province) => Some(By::Province),
        None => splits.first().copied(),
        Some(name) => By::named(name).filter(|by| splits.contains(by)),
    };
    found.ok_or_else(|| {
        let names: Vec<&str> = splits.iter().map(|by| by.name()).collect();
        Problem::parameter("by", format!("{} is split up by {}", measure.name(), names.join(", ")))
    })
}

fn view(app: &App, table: Table, sight: Sight, (statistics, coverage): (&Statistics, &Coverage)) -> StatisticsView {
    let ages = table.measure.follows_ages(table.by).then(|| statistics.youth_rule().reference_year);
    let is_held_back = sight != Sight::Staff && table.measure.counts_people();
    let total_reason = total_reason(&table);
    let (mut counts, mut hidden, mut unknown) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    for row in table.rows {
        match row.amount {
            None if row.is_unknown => {
                unknown.insert(row.key.clone(), reason(coverage, table.measure, &row.key));
                counts.insert(row.key, None);
            }
            None => hidden.push(row.key),
            Some(0) => {}
            Some(amount) => {
                counts.insert(row.key, Some(amount));
            }
        }
    }
    StatisticsView {
        measure: table.measure.name(),
        by: table.by.name(),
        total: table.total,
        total_reason,
        counts,
        unknown,
        hidden,
        minimum: is_held_back.then_some(limits::STATISTICS_CELL_MIN),
        ages,
        as_of: vec![AsOf::of(app, statistics.as_of())],
        coverage: CoverageView::of(coverage, false),
    }
}

/// Why a sum is null.
fn total_reason(table: &Table) -> Option<&'static str> {
    match table.total {
        Some(_) => None,
        None if table.is_unknown => Some("unknown"),
        None => Some("hidden"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_is_split_only_as_it_can_be() {
        assert_eq!(split(Measure::Members, None).unwrap(), By::Province);
        assert_eq!(split(Measure::Closings, None).unwrap(), By::Year);
        assert_eq!(split(Measure::Women, Some("age")).unwrap(), By::Age);
        for (measure, asked) in [(Measure::Youth, "age"), (Measure::Creations, "sector"), (Measure::Members, "colour")]
        {
            assert_eq!(split(measure, Some(asked)).unwrap_err().fault(), Fault::Parameter);
        }
    }
}
