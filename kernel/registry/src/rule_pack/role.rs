//! The offices of cooperatives.

use serde::{Deserialize, Serialize};

use super::pack::BodyForm;

/// An office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Presides over the board.
    President,
    /// Stands in for the president.
    VicePresident,
    /// Manages (*gérant*).
    Manager,
    /// Keeps the money.
    Treasurer,
    /// Keeps the minutes.
    Secretary,
    /// Has a seat on the board.
    BoardMember,
}

impl Role {
    /// Its name, as in the records of memberships.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::President => "president",
            Self::VicePresident => "vice-president",
            Self::Manager => "manager",
            Self::Treasurer => "treasurer",
            Self::Secretary => "secretary",
            Self::BoardMember => "board-member",
        }
    }

    /// The office of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::President, Self::VicePresident, Self::Manager, Self::Treasurer, Self::Secretary, Self::BoardMember]
            .into_iter()
            .find(|role| role.name() == name)
    }

    /// The form of management that has this office.
    #[must_use]
    pub fn form(self) -> BodyForm {
        match self {
            Self::Manager => BodyForm::Managers,
            Self::President | Self::VicePresident | Self::Treasurer | Self::Secretary | Self::BoardMember => {
                BodyForm::Board
            }
        }
    }
}
