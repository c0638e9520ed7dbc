//! Who may have a place at all, and if not, every reason why.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::Shape;

use super::{Application, Call};

/// A reason why an application cannot have a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub enum Ineligible {
    /// The register has the cooperative as suspended, dissolved or merged.
    NotActive,
    /// It was registered too short a time ago.
    TooYoung,
    /// The call is not for its sector.
    Sector,
    /// The call is not for its province.
    Province,
    /// It brings food and shows no authorisation.
    NoAuthorisation,
    /// It can come to none of the phases that there are.
    NoPhase,
    /// A later application of the same cooperative stands in its place.
    Superseded,
}

/// Every reason why an application cannot have a place; none for most.
#[must_use]
pub fn reasons(call: &Call, application: &Application) -> Vec<Ineligible> {
    let applicant = &application.applicant;
    let outside = |codes: &[String], code: &String| !codes.is_empty() && !codes.contains(code);
    let comes = |code: &String| call.phases.iter().any(|phase| phase.code == *code);
    let authorised = application.authorisation.as_ref().is_some_and(|number| !number.trim().is_empty());
    [
        (!applicant.active, Ineligible::NotActive),
        (applicant.registered_days < call.registered_days_min, Ineligible::TooYoung),
        (outside(&call.sectors, &applicant.sector), Ineligible::Sector),
        (outside(&call.provinces, &applicant.province), Ineligible::Province),
        (call.food_authorisation && application.food && !authorised, Ineligible::NoAuthorisation),
        (!application.phases.iter().any(comes), Ineligible::NoPhase),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect()
}
