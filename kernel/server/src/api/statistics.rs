//! Totals that a reader of the log keeps. They are public: counts, never rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use serde::Serialize;
use tiwizi_records::Reader as _;
use tiwizi_registry::readers::{self, By, Measure, TallyReader};
use tiwizi_storage::cursor;
use utoipa::ToSchema;

use crate::app::App;
use crate::json;
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};

/// One measure, split up.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatisticsView {
    /// `cooperatives`, `members`, `women` or `youth`.
    measure: &'static str,
    /// `province`, `region` or `sector`.
    by: &'static str,
    /// The sum of the counts.
    total: i64,
    /// By the code of the province, region or sector. What has none is left out.
    counts: BTreeMap<String, i64>,
    /// How far each source is counted.
    as_of: Vec<AsOf>,
}

/// How far a source is counted.
#[derive(Serialize, ToSchema)]
pub(crate) struct AsOf {
    /// The instance whose register it is.
    instance: String,
    /// The place in its log.
    seq: i64,
}

#[derive(Clone, Copy)]
enum Split {
    Province,
    Region,
    Sector,
}

impl Split {
    fn read(text: Option<&str>) -> Result<Self, Problem> {
        match text {
            None | Some("province") => Ok(Self::Province),
            Some("region") => Ok(Self::Region),
            Some("sector") => Ok(Self::Sector),
            Some(_) => Err(Problem::parameter("by", "province, region or sector is expected")),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::Region => "region",
            Self::Sector => "sector",
        }
    }

    fn source(self) -> By {
        match self {
            Self::Province | Self::Region => By::Province,
            Self::Sector => By::Sector,
        }
    }

    /// The key under which a count is shown: a province's region is the first part of its code.
    fn key(self, key: String) -> String {
        match self {
            Self::Region => key.split('.').next().unwrap_or_default().to_owned(),
            Self::Province | Self::Sector => key,
        }
    }
}

/// Counts of the register.
#[utoipa::path(get, path = "/api/v1/statistics/{measure}", tag = "records",
    params(("measure" = String, Path, description = "`cooperatives`, `members`, `women` or `youth`"), ("by" = Option<String>, Query, description = "`province`, `region` or `sector`")),
    responses((status = 200, body = StatisticsView), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(measure): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of_query(uri.query())?;
    let split = Split::read(parameters.take("by")?.as_deref())?;
    parameters.finish()?;
    let measure = Measure::ALL.into_iter().find(|known| known.name() == measure).ok_or(Fault::NotFound)?;
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for (key, amount) in readers::counts(&app.db, measure, split.source()).await? {
        let count = counts.entry(split.key(key)).or_default();
        *count = count.saturating_add(amount);
    }
    let seq = cursor::find(&mut *app.db.read_single().await?, TallyReader::default().name()).await?;
    json::ok(&StatisticsView {
        measure: measure.name(),
        by: split.name(),
        total: counts.values().sum(),
        counts,
        as_of: vec![AsOf { instance: app.instance.id.to_string(), seq: seq.0 }],
    })
}
