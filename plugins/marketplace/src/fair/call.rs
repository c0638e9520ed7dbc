//! What a fair calls for, and what an applicant says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiwizi_sdk::Shape;

/// Stands of one phase.
pub const STANDS_MAX: u32 = 1_000;
/// Applications to one call.
pub const APPLICATIONS_MAX: usize = 20_000;

/// A call for applications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Call {
    /// What the lots are drawn from. It is published with the call.
    #[field(min_length = 8, max_length = 100)]
    pub seed: String,
    /// The times of the fair, in their order; most have one.
    #[field(min_items = 1, max_items = 12)]
    pub phases: Vec<Phase>,
    /// Whether a stand takes one exhibitor or two.
    pub sharing: Sharing,
    /// The sectors that may come; empty for all.
    #[field(max_items = 40)]
    pub sectors: Vec<String>,
    /// The provinces that may come; empty for all.
    #[field(max_items = 75)]
    pub provinces: Vec<String>,
    /// Days for which a cooperative must have been registered.
    #[field(max = 3_650)]
    pub registered_days_min: u32,
    /// Whether it must show an authorisation for food, where it brings any.
    pub food_authorisation: bool,
    /// What counts, and how much.
    #[field(max_items = 12)]
    pub criteria: Vec<Criterion>,
    /// Places that are kept, at least or at most.
    #[field(max_items = 100)]
    pub quotas: Vec<Quota>,
    /// Whether those who had no place last time go before those who had one.
    pub rotation: bool,
}

/// One time of the fair, with its stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Phase {
    /// Its code.
    #[field(min_length = 1, max_length = 32)]
    pub code: String,
    /// Its stands, numbered from 1.
    #[field(min = 1, max = 1_000)]
    pub stands: u32,
}

/// How stands are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub enum Sharing {
    /// One exhibitor has a stand.
    Whole,
    /// Two share one.
    Shared,
}

/// Something that is marked from 0 to 100 and counts so much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Criterion {
    /// Its code.
    #[field(min_length = 1, max_length = 32)]
    pub code: String,
    /// How much it counts.
    #[field(min = 1, max = 100)]
    pub weight: u32,
}

/// Places that are kept for a group at least in each phase, or that it has at most there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Quota {
    /// Which group.
    pub of: QuotaOf,
    /// The code of the province or sector; nothing for women's cooperatives.
    #[field(max_length = 32)]
    pub code: String,
    /// Places that it has at least, if so many eligible ones apply.
    #[field(max = 10_000)]
    pub min: u32,
    /// Places that it has at most. Women's cooperatives have no such bound.
    #[serde(default)]
    pub max: Option<u32>,
}

/// What a quota looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub enum QuotaOf {
    /// The province of the seat.
    Province,
    /// The sector.
    Sector,
    /// Cooperatives of women.
    Women,
}

/// Who applies, as the register knows them on the day when the call closes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Applicant {
    /// The cooperative.
    #[field(max_length = 64)]
    pub cooperative: String,
    /// Its province.
    #[field(max_length = 6)]
    pub province: String,
    /// Its sector.
    #[field(max_length = 64)]
    pub sector: String,
    /// Whether its members are women only.
    pub women: bool,
    /// Days since it was registered.
    pub registered_days: u32,
    /// Whether the register has it as registered, and not suspended or dissolved.
    pub active: bool,
    /// Fairs of this kind since it had a place; none when it never had one.
    #[serde(default)]
    pub fairs_since_place: Option<u32>,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Application {
    /// Its id.
    #[field(max_length = 64)]
    pub id: String,
    /// Who applies.
    pub applicant: Applicant,
    /// The phases that it can come to.
    #[field(min_items = 1, max_items = 12)]
    pub phases: Vec<String>,
    /// Whether it brings food.
    pub food: bool,
    /// The number of its authorisation for food.
    #[serde(default)]
    #[field(max_length = 60)]
    pub authorisation: Option<String>,
    /// With whom it would like to share a stand: another cooperative.
    #[serde(default)]
    #[field(max_length = 64)]
    pub with: Option<String>,
    /// The marks, from 0 to 100, by the criterion's code.
    #[serde(default)]
    #[field(max_entries = 12)]
    pub marks: BTreeMap<String, u32>,
}

/// What is wrong with a call, or with what was sent to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrongCall {
    /// Two phases have this code.
    PhaseTwice(String),
    /// There is no phase.
    NoPhase,
    /// Two quotas speak of the same group.
    QuotaTwice(String),
    /// A quota keeps more than it allows.
    QuotaMinAboveMax(String),
    /// A bound from above for women's cooperatives.
    WomenAtMost,
    /// The quotas of one kind keep more places than there are.
    QuotasAboveCapacity(QuotaOf),
    /// Two applications have this id.
    ApplicationTwice(String),
    /// Too many applications.
    TooMany,
}

impl Sharing {
    /// Exhibitors on a stand.
    #[must_use]
    pub const fn exhibitors(self) -> u32 {
        match self {
            Self::Whole => 1,
            Self::Shared => 2,
        }
    }
}

impl Quota {
    /// Whether an applicant is of its group.
    #[must_use]
    pub fn holds(&self, applicant: &Applicant) -> bool {
        match self.of {
            QuotaOf::Province => applicant.province == self.code,
            QuotaOf::Sector => applicant.sector == self.code,
            QuotaOf::Women => applicant.women,
        }
    }

    /// What it is called where a group is named: `province:09.541`.
    #[must_use]
    pub fn name(&self) -> String {
        match self.of {
            QuotaOf::Province => format!("province:{}", self.code),
            QuotaOf::Sector => format!("sector:{}", self.code),
            QuotaOf::Women => "women".to_owned(),
        }
    }
}

impl Call {
    /// Exhibitors that have a place in a phase.
    #[must_use]
    pub fn places(&self, phase: &Phase) -> u32 {
        phase.stands.min(STANDS_MAX).saturating_mul(self.sharing.exhibitors())
    }

    /// Whether the call makes sense.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), WrongCall> {
        let mut phases: Vec<&str> = self.phases.iter().map(|phase| phase.code.as_str()).collect();
        phases.sort_unstable();
        if phases.is_empty() {
            return Err(WrongCall::NoPhase);
        }
        if let Some([twice, _]) = phases.array_windows().find(|[one, other]| one == other) {
            return Err(WrongCall::PhaseTwice((*twice).to_owned()));
        }
        let mut names: Vec<String> = self.quotas.iter().map(Quota::name).collect();
        names.sort_unstable();
        if let Some([twice, _]) = names.array_windows().find(|[one, other]| one == other) {
            return Err(WrongCall::QuotaTwice(twice.clone()));
        }
        if let Some(wrong) = self.quotas.iter().find(|quota| quota.max.is_some_and(|max| max < quota.min)) {
            return Err(WrongCall::QuotaMinAboveMax(wrong.name()));
        }
        if self.quotas.iter().any(|quota| quota.of == QuotaOf::Women && quota.max.is_some()) {
            return Err(WrongCall::WomenAtMost);
        }
        for of in [QuotaOf::Province, QuotaOf::Sector, QuotaOf::Women] {
            let kept: u32 = self.quotas.iter().filter(|quota| quota.of == of).map(|quota| quota.min).sum();
            if self.phases.iter().any(|phase| kept > self.places(phase)) {
                return Err(WrongCall::QuotasAboveCapacity(of));
            }
        }
        Ok(())
    }
}
