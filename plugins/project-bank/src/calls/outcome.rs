//! What an applicant is told.

use serde::Serialize;

/// What became of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Outcome {
    /// The application.
    pub(crate) application: String,
    /// Its score, in hundredths of a point of a hundred, rounded down. The order goes by the exact one.
    pub(crate) score: u32,
    /// What each criterion of the call brought of it, in the call's order and the same unit, rounded down.
    pub(crate) points: Vec<u32>,
    /// Its place in the order of merit among all, from 1.
    pub(crate) merit: u32,
    /// Why it is chosen, or why not.
    pub(crate) because: Because,
}

/// Why an application is chosen, or is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub(crate) enum Because {
    /// It is chosen by its place in the order of merit.
    Merit,
    /// It has a place that was kept for its group, or that a group could not have because it has the most that it may.
    Kept {
        /// The groups for which places were kept: `province:09.541`, `sector:food`, `women`.
        groups: Vec<String>,
    },
    /// It waits: everybody who is chosen comes before it in the order of merit.
    Full {
        /// Its place on the waiting list, from 1.
        waiting: u32,
    },
    /// It waits: its group has the most places that it may have.
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
    /// Its score is below what the call asks for.
    BelowThreshold,
}

impl Because {
    /// Whether it is chosen.
    pub(crate) const fn is_chosen(&self) -> bool {
        matches!(self, Self::Merit | Self::Kept { .. })
    }

    /// The place on the waiting list, if it waits.
    pub(crate) const fn waiting(&self) -> Option<u32> {
        match self {
            Self::Full { waiting } | Self::GroupFull { waiting, .. } | Self::KeptForOthers { waiting, .. } => {
                Some(*waiting)
            }
            _ => None,
        }
    }
}
