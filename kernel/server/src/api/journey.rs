//! How many people and cooperatives stand at which stage of the path. They are public, small counts hidden: counts, never rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use serde::Serialize;
use tiwizi_federation::national::Coverage;
use tiwizi_model::limits;
use tiwizi_registry::journey::funnel::{Funnel, FunnelTable, Wait, Who};
use tiwizi_registry::readers::{By, Measure, Sight};
use utoipa::ToSchema;

use crate::accepts::{self, Form};
use crate::api::coverage::CoverageView;
use crate::api::statistics::AsOf;
use crate::app::App;
use crate::caller::Visitor;
use crate::json;
use crate::national::{cover_funnel, reason};
use crate::open_data;
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};

/// Who stands where on the path.
#[derive(Serialize, ToSchema)]
pub(crate) struct FunnelView {
    /// Who is counted.
    who: &'static str,
    /// How they are split up.
    by: &'static str,
    /// Each stage in its order, with those who reached it and none behind it.
    stages: Vec<StageView>,
    /// How long it takes from a stage to the next; what few tell, and what would tell a hidden count, is left out.
    waits: Vec<WaitView>,
    /// A count below this is hidden; null where nothing is.
    minimum: Option<i64>,
    /// The year in which ages are taken; null where the counts do not follow it.
    ages: Option<u16>,
    /// How far each source is counted.
    as_of: Vec<AsOf>,
    /// Of which regions something is known, and as of when; null where this instance is not the nation.
    coverage: Option<CoverageView>,
}

/// Those who stand at one stage.
#[derive(Serialize, ToSchema)]
pub(crate) struct StageView {
    /// `skills`, `project` or `market`.
    stage: &'static str,
    /// The sum; null when it is hidden or not known.
    total: Option<i64>,
    /// Why the sum is null: `hidden` or `unknown`.
    total_reason: Option<&'static str>,
    /// By the code of the region or sector. What has none is left out; null where nothing is known, which is not nought.
    counts: BTreeMap<String, Option<i64>>,
    /// The codes of which nothing is known, each with the reason.
    unknown: BTreeMap<String, &'static str>,
    /// The codes whose counts are hidden.
    hidden: Vec<String>,
}

/// How long it takes from a stage to the next.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitView {
    /// The stage from which it is taken.
    from: &'static str,
    /// Half took as long or less, in days.
    median_days: i64,
    /// How many went from one to the other.
    count: i64,
}

impl WaitView {
    fn of(wait: Wait) -> Self {
        Self { from: wait.from.name(), median_days: wait.median_days, count: wait.count }
    }
}

/// How many stand at which stage of the path: skills, project, market. The public does not see small counts.
#[utoipa::path(get, path = "/api/v1/statistics/journey/{who}", tag = "records",
    params(
        ("who" = String, Path, description = "`people`, `women`, `youth` or `cooperatives`"),
        ("by" = Option<String>, Query, description = "`region`, which is taken when it is not said; `sector` of cooperatives"),
    ),
    responses((status = 200, body = FunnelView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody), (status = 406, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(who): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let form = accepts::choose(&headers, &[Form::Json, Form::Csv])?;
    let mut parameters = Parameters::of_query(uri.query())?;
    let asked = parameters.take("by")?;
    parameters.finish()?;
    let who = Who::named(&who).ok_or(Fault::NotFound)?;
    let by = split(who, asked.as_deref())?;
    let sight = Funnel::sight(visitor.caller());
    let mut funnel = Funnel::open(&app.db, app.ambient.now()).await?;
    let coverage = cover_funnel(&app, &mut funnel).await?;
    let tables = open_data::funnel_tables(&mut funnel, (who, by), sight).await?;
    if form == Form::Csv {
        let response = open_data::funnel_table(&tables, &funnel, &coverage);
        return Ok(if sight == Sight::Public { response } else { open_data::without_licence(response) });
    }
    let waits = funnel.waits(who, sight).await?;
    json::ok(&FunnelView {
        who: who.name(),
        by: by.name(),
        stages: tables.into_iter().map(|table| stage(table, &coverage)).collect(),
        waits: waits.into_iter().map(WaitView::of).collect(),
        minimum: (sight != Sight::Staff).then_some(limits::STATISTICS_CELL_MIN),
        ages: (who == Who::Youth).then(|| funnel.youth_rule().reference_year),
        as_of: vec![AsOf::of(&app, funnel.as_of())],
        coverage: CoverageView::of(&coverage, false),
    })
}

/// The split that is asked for, if they have it.
fn split(who: Who, asked: Option<&str>) -> Result<By, Problem> {
    let Some(asked) = asked else { return Ok(By::Region) };
    let found = By::named(asked).filter(|by| who.splits().contains(by));
    found.ok_or_else(|| {
        let names: Vec<&str> = who.splits().iter().map(|by| by.name()).collect();
        Problem::parameter("by", format!("{} are split up by {}", who.name(), names.join(", ")))
    })
}

fn stage(table: FunnelTable, coverage: &Coverage) -> StageView {
    let total_reason = match table.total {
        Some(_) => None,
        None if table.is_unknown => Some("unknown"),
        None => Some("hidden"),
    };
    let (mut counts, mut hidden, mut unknown) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    for row in table.rows {
        match row.amount {
            None if row.is_unknown => {
                unknown.insert(row.key.clone(), reason(coverage, Measure::Members, &row.key));
                counts.insert(row.key, None);
            }
            None => hidden.push(row.key),
            Some(0) => {}
            Some(amount) => {
                counts.insert(row.key, Some(amount));
            }
        }
    }
    StageView { stage: table.stage.name(), total: table.total, total_reason, counts, unknown, hidden }
}
