//! What a call asks for, and what is known of an application.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiwizi_sdk::Shape;

/// Applications to one call: they are ranked in one call of the plugin.
pub(crate) const APPLICATIONS_MAX: usize = 200;
/// Members of one jury. Every number up to it divides [`super::score::PARTS`], so that no mean is rounded.
pub(crate) const JURORS_MAX: usize = 10;
/// The scales of a criterion: the largest mark that it has. Each divides a hundred.
pub(crate) const SCALES: [u32; 4] = [5, 10, 20, 100];
/// The largest score: hundredths of a point of a hundred.
pub(crate) const SCORE_MAX: u32 = 10_000;

/// A call for projects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Call {
    /// What counts, and how much.
    #[field(min_items = 1, max_items = 12)]
    pub(crate) criteria: Vec<Criterion>,
    /// How the marks of several become one.
    pub(crate) average: Average,
    /// The score that an application needs, in hundredths of a point of a hundred.
    #[field(max = 10_000)]
    pub(crate) threshold: u32,
    /// How many are chosen at most.
    #[field(min = 1, max = 200)]
    pub(crate) places: u32,
    /// Members of the jury who must have marked each application.
    #[field(min = 1, max = 10)]
    pub(crate) sheets_min: u32,
    /// What is looked at when scores are equal, before the lot.
    pub(crate) ties: Ties,
    /// Places that are kept, at least or at most.
    #[field(max_items = 80)]
    pub(crate) quotas: Vec<Quota>,
}

/// Something that is marked from 0 to its scale and counts so much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Criterion {
    /// Its code.
    #[field(min_length = 1, max_length = 32)]
    pub(crate) code: String,
    /// How much it counts.
    #[field(min = 1, max = 100)]
    pub(crate) weight: u32,
    /// The largest mark.
    #[field(min = 5, max = 100)]
    pub(crate) scale: u32,
}

/// How the marks of a jury become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Average {
    /// Their mean.
    Mean,
    /// The one in the middle; of two in the middle their mean.
    Median,
}

/// What decides between equal scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ties {
    /// The criteria, the one that counts most first; then the lot.
    Criteria,
    /// The lot.
    Lot,
}

/// Places that are kept for a group at least, or that it has at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Quota {
    /// Which group.
    pub(crate) of: QuotaOf,
    /// The code of the province or sector; nothing for women and youth.
    #[field(max_length = 32)]
    pub(crate) code: String,
    /// Places that it has at least, if so many applications reach the threshold.
    #[field(max = 200)]
    pub(crate) min: u32,
    /// Places that it has at most. Women and youth have no such bound.
    #[serde(default)]
    pub(crate) max: Option<u32>,
}

/// What a quota looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum QuotaOf {
    /// The province of the project.
    Province,
    /// The sector.
    Sector,
    /// Projects of women.
    Women,
    /// Projects of young people.
    Youth,
}

/// What quotas look at, as it was when the call closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Applicant {
    /// The province.
    #[field(max_length = 6)]
    pub(crate) province: String,
    /// The sector.
    #[field(max_length = 64)]
    pub(crate) sector: String,
    /// Whether those of the project are women only.
    pub(crate) women: bool,
    /// Whether they are young only.
    pub(crate) youth: bool,
}

/// An application with what the jury gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Application {
    /// Its id.
    #[field(max_length = 64)]
    pub(crate) id: String,
    /// Who applies.
    pub(crate) applicant: Applicant,
    /// The marks of each who marked it, by the criterion's code.
    #[field(max_items = 10)]
    pub(crate) sheets: Vec<BTreeMap<String, u32>>,
}

/// What is wrong with a call, or with what was sent to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WrongCall {
    /// Nothing counts.
    NoCriterion,
    /// Two criteria have this code.
    CriterionTwice(String),
    /// A scale that there is not.
    Scale(String),
    /// Two quotas speak of the same group.
    QuotaTwice(String),
    /// A quota keeps more than it allows.
    QuotaMinAboveMax(String),
    /// A bound from above for women or youth.
    AtMost,
    /// Quotas of two kinds: their groups would overlap.
    QuotasOfTwoKinds,
    /// The quotas keep more places than there are.
    QuotasAboveCapacity,
    /// An application is there twice.
    ApplicationTwice(String),
    /// Too many applications, or too many sheets of one.
    TooMany,
    /// These applications have not been marked by enough of the jury.
    NotMarked(Vec<String>),
    /// A mark of this application lacks or is above its scale.
    Mark(String),
}

impl Quota {
    /// Whether an applicant is of its group.
    pub(crate) fn holds(&self, applicant: &Applicant) -> bool {
        match self.of {
            QuotaOf::Province => applicant.province == self.code,
            QuotaOf::Sector => applicant.sector == self.code,
            QuotaOf::Women => applicant.women,
            QuotaOf::Youth => applicant.youth,
        }
    }

    /// What it is called where a group is named: `province:09.541`.
    pub(crate) fn name(&self) -> String {
        match self.of {
            QuotaOf::Province => format!("province:{}", self.code),
            QuotaOf::Sector => format!("sector:{}", self.code),
            QuotaOf::Women => "women".to_owned(),
            QuotaOf::Youth => "youth".to_owned(),
        }
    }
}

impl Call {
    /// Whether the call makes sense.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub(crate) fn check(&self) -> Result<(), WrongCall> {
        if self.criteria.is_empty() {
            return Err(WrongCall::NoCriterion);
        }
        let codes: Vec<String> = self.criteria.iter().map(|criterion| criterion.code.clone()).collect();
        if let Some(code) = twice(codes) {
            return Err(WrongCall::CriterionTwice(code));
        }
        if let Some(wrong) = self.criteria.iter().find(|criterion| !SCALES.contains(&criterion.scale)) {
            return Err(WrongCall::Scale(wrong.code.clone()));
        }
        self.check_quotas()
    }

    fn check_quotas(&self) -> Result<(), WrongCall> {
        if let Some(name) = twice(self.quotas.iter().map(Quota::name).collect()) {
            return Err(WrongCall::QuotaTwice(name));
        }
        if self.quotas.array_windows().any(|[one, other]| one.of != other.of) {
            return Err(WrongCall::QuotasOfTwoKinds);
        }
        if let Some(wrong) = self.quotas.iter().find(|quota| quota.max.is_some_and(|max| max < quota.min)) {
            return Err(WrongCall::QuotaMinAboveMax(wrong.name()));
        }
        let is_whole = |quota: &Quota| matches!(quota.of, QuotaOf::Women | QuotaOf::Youth);
        if self.quotas.iter().any(|quota| is_whole(quota) && quota.max.is_some()) {
            return Err(WrongCall::AtMost);
        }
        let kept: u64 = self.quotas.iter().map(|quota| u64::from(quota.min)).sum();
        if kept > u64::from(self.places) { Err(WrongCall::QuotasAboveCapacity) } else { Ok(()) }
    }
}

/// The first that is there twice.
fn twice(mut names: Vec<String>) -> Option<String> {
    names.sort_unstable();
    names.array_windows().find(|[one, other]| one == other).map(|[one, _]| one.clone())
}
