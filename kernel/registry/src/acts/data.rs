//! What the acts say, by their kind. The manifest of `registry/act` holds the same shapes as schemas; a member that is unknown is refused
//! in both.

mod founding;
mod life;
mod people;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::founding::{
    Answer, CentralRegistration, Constitution, DenominationAnswer, DenominationRequest, Filed, Founder, Registration,
};
pub use self::life::{
    Amendment, Cause, Correction, Liquidation, Merger, Opening, OpeningMember, Splitting, Stands, Transformation,
    YearlyFiling,
};
pub use self::people::{
    Appointment, CapitalChange, Ended, Joining, Leaving, LeavingReason, MembersChange, OfficersChange, Payment,
    Representation, ShareCall, Subscription, Withdrawal,
};
use crate::act_kind::ActKind;
pub use crate::rule_pack::Role;

/// What an act says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", content = "data", rename_all = "kebab-case")]
pub enum ActData {
    /// A name was asked for.
    DenominationRequested(DenominationRequest),
    /// The answer to that.
    DenominationAnswered(DenominationAnswer),
    /// The founding assembly.
    Constituted(Constitution),
    /// The receipt of the local authority.
    Filed(Filed),
    /// The entry in the local register.
    Registered(Registration),
    /// The entry in the central register.
    RegisteredCentrally(CentralRegistration),
    /// A change of name, seat, category or sector.
    Amended(Amendment),
    /// Mandates that began or ended.
    OfficersChanged(OfficersChange),
    /// Shares that were subscribed, paid or given back.
    CapitalChanged(CapitalChange),
    /// Members who joined, left or were given notice.
    MembersChanged(MembersChange),
    /// The minutes and accounts of a year.
    YearlyFiling(YearlyFiling),
    /// Why it may not act.
    Suspended(Cause),
    /// Why it may act again.
    Resumed(Cause),
    /// Into which one it went.
    Merged(Merger),
    /// Which ones it became.
    Split(Splitting),
    /// What it became.
    Transformed(Transformation),
    /// Why it ends.
    Dissolved(Cause),
    /// Who settles.
    LiquidationOpened(Liquidation),
    /// Why it is taken out.
    StruckOff(Cause),
    /// What was wrong, and what stands instead.
    Corrected(Correction),
    /// What the register held before.
    TakenOver(Box<Opening>),
}

impl ActData {
    /// Reads what an act of a kind says.
    ///
    /// # Errors
    /// When it is not what acts of that kind say.
    pub fn read(kind: ActKind, data: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(json!({ "act": kind, "data": data }))
    }

    /// What it says, as it is stored.
    #[must_use]
    pub fn value(&self) -> Value {
        let whole = serde_json::to_value(self).unwrap_or_default();
        whole.get("data").cloned().unwrap_or_default()
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ActKind {
        match self {
            Self::DenominationRequested(_) => ActKind::DenominationRequested,
            Self::DenominationAnswered(_) => ActKind::DenominationAnswered,
            Self::Constituted(_) => ActKind::Constituted,
            Self::Filed(_) => ActKind::Filed,
            Self::Registered(_) => ActKind::Registered,
            Self::RegisteredCentrally(_) => ActKind::RegisteredCentrally,
            Self::Amended(_) => ActKind::Amended,
            Self::OfficersChanged(_) => ActKind::OfficersChanged,
            Self::CapitalChanged(_) => ActKind::CapitalChanged,
            Self::MembersChanged(_) => ActKind::MembersChanged,
            Self::YearlyFiling(_) => ActKind::YearlyFiling,
            Self::Suspended(_) => ActKind::Suspended,
            Self::Resumed(_) => ActKind::Resumed,
            Self::Merged(_) => ActKind::Merged,
            Self::Split(_) => ActKind::Split,
            Self::Transformed(_) => ActKind::Transformed,
            Self::Dissolved(_) => ActKind::Dissolved,
            Self::LiquidationOpened(_) => ActKind::LiquidationOpened,
            Self::StruckOff(_) => ActKind::StruckOff,
            Self::Corrected(_) => ActKind::Corrected,
            Self::TakenOver(_) => ActKind::TakenOver,
        }
    }

    /// Which of several outcomes it has, as the table of transitions names it.
    #[must_use]
    pub fn when(&self) -> Option<&'static str> {
        match self {
            Self::DenominationAnswered(answer) => Some(answer.answer.name()),
            Self::TakenOver(opening) => Some(opening.stage.name()),
            _ => None,
        }
    }
}
