//! The stages of a cooperative's life, and which act leads from one to another.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::source::Source;

/// Where a cooperative stands (decree 2-15-617 for registration, amendment and striking-off; the rest is data to verify).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Nothing is entered yet.
    #[default]
    Nothing,
    /// Its name was asked for.
    DenominationRequested,
    /// Its name may be used.
    DenominationApproved,
    /// Its name was refused.
    DenominationRefused,
    /// Its statutes are signed.
    Constituted,
    /// The local authority has its file.
    Filed,
    /// It is in the local register.
    Registered,
    /// It may not act for a time.
    Suspended,
    /// Its end was decided.
    Dissolved,
    /// A liquidator settles what it owes and owns.
    InLiquidation,
    /// It is no longer in the register.
    StruckOff,
    /// It went into another one.
    Merged,
    /// It became several.
    Split,
    /// It became something else.
    Transformed,
}

impl Stage {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 14] = [
        Self::Nothing,
        Self::DenominationRequested,
        Self::DenominationApproved,
        Self::DenominationRefused,
        Self::Constituted,
        Self::Filed,
        Self::Registered,
        Self::Suspended,
        Self::Dissolved,
        Self::InLiquidation,
        Self::StruckOff,
        Self::Merged,
        Self::Split,
        Self::Transformed,
    ];

    /// Its name in packs and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::DenominationRequested => "denomination-requested",
            Self::DenominationApproved => "denomination-approved",
            Self::DenominationRefused => "denomination-refused",
            Self::Constituted => "constituted",
            Self::Filed => "filed",
            Self::Registered => "registered",
            Self::Suspended => "suspended",
            Self::Dissolved => "dissolved",
            Self::InLiquidation => "in-liquidation",
            Self::StruckOff => "struck-off",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::Transformed => "transformed",
        }
    }

    /// The status that the record of a cooperative has in this stage; none before it is registered.
    #[must_use]
    pub fn status(self) -> Option<&'static str> {
        match self {
            Self::Registered => Some("registered"),
            Self::Suspended => Some("suspended"),
            Self::Dissolved => Some("dissolved"),
            Self::InLiquidation => Some("in_liquidation"),
            Self::StruckOff => Some("struck_off"),
            Self::Merged => Some("merged"),
            Self::Split => Some("split"),
            Self::Transformed => Some("transformed"),
            Self::Nothing
            | Self::DenominationRequested
            | Self::DenominationApproved
            | Self::DenominationRefused
            | Self::Constituted
            | Self::Filed => None,
        }
    }

    /// The stage of a record with that status.
    #[must_use]
    pub fn of_status(status: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.status() == Some(status))
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The kind of act.
    pub act: String,
    /// The stages in which it may be entered.
    pub from: Vec<Stage>,
    /// What the act must say for this line to hold: the answer to a denomination, the status that is taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The stage after it; none leaves the stage as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Stage>,
}

/// Which act leads from which stage to which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransitionTable {
    /// Where it comes from.
    pub source: Source,
    /// Its lines.
    pub list: Vec<Transition>,
}

impl TransitionTable {
    /// The stage after an act; none when the act may not be entered in this stage.
    #[must_use]
    pub fn after(&self, stage: Stage, act: &str, when: Option<&str>) -> Option<Stage> {
        self.list
            .iter()
            .find(|line| line.act == act && line.when.as_deref() == when && line.from.contains(&stage))
            .map(|line| line.to.unwrap_or(stage))
    }

    /// The kinds of acts that may be entered in a stage, each once, in the order of the table.
    #[must_use]
    pub fn possible(&self, stage: Stage) -> Vec<&str> {
        let mut acts: Vec<&str> = Vec::new();
        for line in self.list.iter().filter(|line| line.from.contains(&stage)) {
            if !acts.contains(&line.act.as_str()) {
                acts.push(&line.act);
            }
        }
        acts
    }

    /// The kinds of acts that leave the stage as it is, each once, in the order of the table.
    #[must_use]
    pub fn steady(&self) -> Vec<&str> {
        let mut acts: Vec<&str> = Vec::new();
        for line in self.list.iter().filter(|line| line.to.is_none()) {
            if !acts.contains(&line.act.as_str()) {
                acts.push(&line.act);
            }
        }
        acts
    }
}
