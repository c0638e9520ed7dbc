//! What the nation has of each region, and as of when. Everybody may know it: without it no number of the nation can be read.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tiwizi_federation::national::{Coverage, Missing, PlaneCoverage, RegionCoverage, Source};
use tiwizi_identity::policy::may_see_federation;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Visitor;
use crate::json;
use crate::problem::{Problem, ProblemBody};
use crate::time::rfc3339;

/// What is known, region by region.
#[derive(Serialize, ToSchema)]
pub(crate) struct CoverageView {
    /// Of how many regions something is known.
    known: usize,
    /// How many regions there are.
    of: usize,
    /// Since when nothing of what is known is missing: the oldest of the regions that are known. Null while none is.
    as_of: Option<String>,
    /// Each region.
    regions: Vec<CoverageRegionView>,
}

/// A region.
#[derive(Serialize, ToSchema)]
pub(crate) struct CoverageRegionView {
    /// Its HCP code.
    code: String,
    /// `whole`, `part` or `missing`.
    state: &'static str,
    /// Why nothing is known of it: `not-enrolled`, `nothing-came` or `loading`; null when something is.
    reason: Option<&'static str>,
    /// Why nothing is known of its members, and so of numbers of people: the same reasons; null when something is.
    members: Option<&'static str>,
    /// Since when nothing of what is known of it is missing.
    as_of: Option<String>,
    /// Its provinces of which nothing is known, each with the reason.
    missing: BTreeMap<String, &'static str>,
    /// The instances that keep its register.
    sources: Vec<CoverageSourceView>,
}

/// An instance whose register is here, or would be.
#[derive(Serialize, ToSchema)]
pub(crate) struct CoverageSourceView {
    /// Its id in the federation.
    node: String,
    /// What its records name as their home.
    home: String,
    /// What it is called.
    name: String,
    /// `national`, `region`, `province` or `union`.
    role: &'static str,
    /// Whether nothing is exchanged with it for now.
    suspended: bool,
    /// When its register was last read to its end.
    as_of: Option<String>,
    /// What is here of each of its planes; null for those who may not look at the lines.
    planes: Option<BTreeMap<String, CoveragePlaneView>>,
}

/// How much of one plane is here.
#[derive(Serialize, ToSchema)]
pub(crate) struct CoveragePlaneView {
    /// The entries that were taken.
    taken: u64,
    /// The entries that the last proven checkpoint is over.
    size: Option<u64>,
    /// When it was last read to its end.
    as_of: Option<String>,
    /// When anything last came.
    changed: String,
    /// Why nothing more of it is taken.
    stopped: Option<String>,
}

impl CoverageView {
    /// What is known; none where this instance is not the nation, and shows its own register.
    pub(crate) fn of(coverage: &Coverage, sees_planes: bool) -> Option<Self> {
        let (known, of) = coverage.count()?;
        let regions = coverage.regions().iter().map(|region| region_view(coverage, region, sees_planes)).collect();
        Some(Self { known, of, as_of: coverage.as_of().map(rfc3339), regions })
    }
}

fn region_view(coverage: &Coverage, region: &RegionCoverage, sees_planes: bool) -> CoverageRegionView {
    let sources = region.sources.iter().filter_map(|place| coverage.sources().get(*place));
    CoverageRegionView {
        code: region.code.clone(),
        state: region.state.name(),
        reason: region.reason().map(Missing::name),
        members: coverage.missing_members(&region.code).map(Missing::name),
        as_of: region.as_of.map(rfc3339),
        missing: region.missing.iter().map(|(code, reason)| (code.to_string(), reason.name())).collect(),
        sources: sources.map(|source| source_view(source, sees_planes)).collect(),
    }
}

fn source_view(source: &Source, sees_planes: bool) -> CoverageSourceView {
    let planes = || source.planes.iter().map(|(name, plane)| (name.clone(), plane_view(plane))).collect();
    CoverageSourceView {
        node: source.node.to_string(),
        home: source.home.to_string(),
        name: source.name.clone(),
        role: source.role.as_str(),
        suspended: source.suspended,
        as_of: source.as_of().map(rfc3339),
        planes: sees_planes.then(planes),
    }
}

fn plane_view(plane: &PlaneCoverage) -> CoveragePlaneView {
    CoveragePlaneView {
        taken: plane.taken,
        size: plane.size,
        as_of: plane.reached_at.map(rfc3339),
        changed: rfc3339(plane.changed_at),
        stopped: plane.stopped.clone(),
    }
}

/// What is known of each region, and as of when; null where this instance is not the nation.
#[utoipa::path(get, path = "/api/v1/coverage", tag = "federation",
    responses((status = 200, body = Option<CoverageView>), (status = 401, body = ProblemBody)))]
pub(crate) async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let sees_planes = may_see_federation(visitor.caller()).is_ok();
    let coverage = app.national().coverage().await?;
    json::ok(&CoverageView::of(&coverage, sees_planes))
}
