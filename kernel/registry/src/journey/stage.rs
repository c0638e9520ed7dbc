//! The three stages of a path, and when each was first reached.

use serde::{Deserialize, Serialize};
use tiwizi_model::Instant;

/// A stage of the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Something was learnt.
    Skills,
    /// A project was taken up.
    Project,
    /// Something is offered or sold.
    Market,
}

impl Stage {
    /// All, in their order.
    pub const ALL: [Self; 3] = [Self::Skills, Self::Project, Self::Market];

    /// Its name in records, rules and addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Skills => "skills",
            Self::Project => "project",
            Self::Market => "market",
        }
    }

    /// The stage of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// The one behind it.
    #[must_use]
    pub fn following(self) -> Option<Self> {
        match self {
            Self::Skills => Some(Self::Project),
            Self::Project => Some(Self::Market),
            Self::Market => None,
        }
    }
}

/// When each stage was first reached, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Times {
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    skills: Option<i64>,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    project: Option<i64>,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    market: Option<i64>,
}

impl Times {
    /// Takes a milestone.
    pub(super) fn take(&mut self, stage: Stage, at: Instant) {
        let slot = match stage {
            Stage::Skills => &mut self.skills,
            Stage::Project => &mut self.project,
            Stage::Market => &mut self.market,
        };
        *slot = Some(slot.map_or(at.0, |before| before.min(at.0)));
    }

    /// Takes those of another.
    pub(super) fn join(&mut self, other: Self) {
        for stage in Stage::ALL {
            if let Some(at) = other.of(stage) {
                self.take(stage, at);
            }
        }
    }

    /// When a stage was first reached.
    pub(super) fn of(self, stage: Stage) -> Option<Instant> {
        let at = match stage {
            Stage::Skills => self.skills,
            Stage::Project => self.project,
            Stage::Market => self.market,
        };
        at.map(Instant)
    }

    /// The furthest stage that was reached, whether or not those before it were.
    pub(super) fn furthest(self) -> Option<Stage> {
        Stage::ALL.into_iter().rev().find(|stage| self.of(*stage).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        assert!(Stage::ALL.iter().all(|stage| Stage::named(stage.name()) == Some(*stage)));
        assert_eq!(Stage::named("fair"), None);
        assert_eq!(Stage::ALL.map(Stage::following), [Some(Stage::Project), Some(Stage::Market), None]);
    }

    #[test]
    fn the_first_time_counts_and_a_stage_may_be_passed_over() {
        let mut times = Times::default();
        assert_eq!(times.furthest(), None);
        times.take(Stage::Market, Instant(9));
        times.take(Stage::Market, Instant(7));
        times.take(Stage::Market, Instant(8));
        assert_eq!((times.furthest(), times.of(Stage::Market)), (Some(Stage::Market), Some(Instant(7))));
        let mut other = Times::default();
        other.take(Stage::Skills, Instant(3));
        other.join(times);
        assert_eq!((other.of(Stage::Skills), other.of(Stage::Project)), (Some(Instant(3)), None));
    }
}
