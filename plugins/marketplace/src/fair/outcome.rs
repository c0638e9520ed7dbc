//! What an applicant is told.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::Shape;

use super::Ineligible;

/// A place at the fair.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shape)]
pub struct Place {
    /// When.
    #[field(max_length = 32)]
    pub phase: String,
    /// The stand, from 1.
    pub stand: u32,
    /// The half of a shared stand, 1 or 2; 1 of a whole one.
    pub half: u32,
}

/// What became of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The application.
    pub application: String,
    /// The cooperative.
    pub cooperative: String,
    /// Its score, in hundredths of a point of a hundred.
    pub score: u64,
    /// Its place in the order of merit among all that are eligible, from 1; none when it is not.
    pub merit: Option<u32>,
    /// Why it is in, or why not.
    pub because: Because,
}

/// Why an application has a place, or has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub enum Because {
    /// It has one by its place in the order of merit.
    Merit {
        /// The place.
        place: Place,
    },
    /// It has one that was kept for its group, or that a group could not have because it has the most that it may.
    Kept {
        /// The place.
        place: Place,
        /// The groups for which places were kept: `province:09.541`, `sector:argan`, `women`.
        groups: Vec<String>,
    },
    /// It waits: everybody with a place comes before it in the order of merit.
    Full {
        /// Its place on the waiting list, from 1.
        waiting: u32,
    },
    /// It waits: a group of it has the most places that it may have.
    GroupFull {
        /// Its place on the waiting list, from 1.
        waiting: u32,
        /// The groups.
        groups: Vec<String>,
    },
    /// It waits: places that it would have had are kept for groups that it is not of.
    KeptForOthers {
        /// Its place on the waiting list, from 1.
        waiting: u32,
        /// The groups.
        groups: Vec<String>,
    },
    /// It cannot have one.
    Ineligible {
        /// Every reason.
        reasons: Vec<Ineligible>,
    },
}

impl Because {
    /// The place, if it has one.
    #[must_use]
    pub const fn place(&self) -> Option<&Place> {
        match self {
            Self::Merit { place } | Self::Kept { place, .. } => Some(place),
            _ => None,
        }
    }

    /// The place on the waiting list, if it waits.
    #[must_use]
    pub const fn waiting(&self) -> Option<u32> {
        match self {
            Self::Full { waiting } | Self::GroupFull { waiting, .. } | Self::KeptForOthers { waiting, .. } => {
                Some(*waiting)
            }
            _ => None,
        }
    }
}
