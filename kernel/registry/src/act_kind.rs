//! The kinds of acts, by name.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// A kind of act in the local register.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum ActKind { $($(#[$doc])* $name,)* }

        impl ActKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name in records, packs and answers.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

kinds! {
    /// Approval of a name was asked for (law 112-12, article 7).
    DenominationRequested = "denomination-requested";
    /// The name was approved or refused.
    DenominationAnswered = "denomination-answered";
    /// The founding assembly signed the statutes.
    Constituted = "constituted";
    /// The local authority gave its receipt.
    Filed = "filed";
    /// The clerk of the court entered it in the local register.
    Registered = "registered";
    /// The central register has it.
    RegisteredCentrally = "registered-centrally";
    /// Its name, seat, category or sector changed.
    Amended = "amended";
    /// Mandates began or ended.
    OfficersChanged = "officers-changed";
    /// Shares were subscribed, paid or given back.
    CapitalChanged = "capital-changed";
    /// Members joined, left or were given notice.
    MembersChanged = "members-changed";
    /// The minutes and accounts of a year were filed.
    YearlyFiling = "yearly-filing";
    /// It may not act for a time.
    Suspended = "suspended";
    /// It may act again.
    Resumed = "resumed";
    /// It went into another cooperative.
    Merged = "merged";
    /// It became several.
    Split = "split";
    /// It became something else.
    Transformed = "transformed";
    /// Its end was decided.
    Dissolved = "dissolved";
    /// A liquidator was named.
    LiquidationOpened = "liquidation-opened";
    /// It was taken out of the register.
    StruckOff = "struck-off";
    /// An earlier act was wrong; this stands in its place.
    Corrected = "corrected";
    /// What the register held before acts were kept.
    TakenOver = "taken-over";
}

impl ActKind {
    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Whether it has several outcomes, of which the table of transitions names one in `when`.
    #[must_use]
    pub fn asks_when(self) -> bool {
        matches!(self, Self::DenominationAnswered | Self::TakenOver)
    }

    /// Whether people enter it. The opening balance is made by the kernel.
    #[must_use]
    pub fn is_entered(self) -> bool {
        self != Self::TakenOver
    }

    /// Whether the local register has it as an inscription: the registration, what amends it, and the striking-off (decree 2-15-617). What
    /// comes before the registration, the members, the filings of years and the central register are kept here, and inscribed nowhere.
    #[must_use]
    pub fn is_inscribed(self) -> bool {
        match self {
            Self::Registered
            | Self::Amended
            | Self::OfficersChanged
            | Self::CapitalChanged
            | Self::Suspended
            | Self::Resumed
            | Self::Merged
            | Self::Split
            | Self::Transformed
            | Self::Dissolved
            | Self::LiquidationOpened
            | Self::StruckOff => true,
            Self::DenominationRequested
            | Self::DenominationAnswered
            | Self::Constituted
            | Self::Filed
            | Self::RegisteredCentrally
            | Self::MembersChanged
            | Self::YearlyFiling
            | Self::Corrected
            | Self::TakenOver => false,
        }
    }
}

impl fmt::Display for ActKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name_everywhere() {
        for kind in ActKind::ALL {
            assert_eq!(ActKind::named(kind.name()), Some(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        assert_eq!((ActKind::ALL.len(), ActKind::named("closed")), (21, None));
    }

    #[test]
    fn what_is_inscribed_begins_with_the_registration_and_names_no_member_and_no_filing() {
        let inscribed: Vec<&str> =
            ActKind::ALL.iter().filter(|kind| kind.is_inscribed()).map(|kind| kind.name()).collect();
        assert_eq!((inscribed.first(), inscribed.last()), (Some(&"registered"), Some(&"struck-off")));
        for name in ["denomination-requested", "registered-centrally", "members-changed", "yearly-filing", "taken-over"]
        {
            assert!(!inscribed.contains(&name), "{name}");
        }
    }
}
