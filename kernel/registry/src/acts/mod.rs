//! Acts: the local register as a list of what happened, in its order, to which only the next act is ever added.
//!
//! What a cooperative is follows from its acts. `apply` is a pure function from a state and an act to the next state; `Ledger` holds
//! the acts of one cooperative and replays them, corrections in the place of what they correct. `Acts` is the one door through which
//! acts are entered: it writes the act and the records that follow from it in one unit (decision 25).
//!
//! It deliberately knows no HTTP, no page and no print; whoever shows a cooperative takes a `State`.
//!
//! Invariant: the record of a cooperative that has acts is what `projection` makes of them.

mod act;
mod apply;
mod compliance;
mod data;
mod difference;
mod door;
mod error;
mod ledger;
mod opening;
mod people;
mod projection;
mod reevaluate;
mod shares;
mod state;
pub(crate) mod text;

pub use crate::act_kind::ActKind;
pub use crate::holder::{Entity, Holder};
pub use crate::kept::{KEPT_BY_ACTS, keeps_acts};
pub use act::{Act, NewAct};
pub use apply::apply;
pub use compliance::{Activity, Finding, activity, expected_year, findings};
pub use data::{
    ActData, Amendment, Answer, Appointment, CapitalChange, Cause, CentralRegistration, Constitution, Correction,
    DenominationAnswer, DenominationRequest, Ended, Filed, Founder, Joining, Leaving, LeavingReason, Liquidation,
    MembersChange, Merger, OfficersChange, Opening, OpeningMember, Payment, Registration, Representation, Role,
    ShareCall, Splitting, Stands, Subscription, Transformation, Withdrawal, YearlyFiling,
};
pub use difference::{Content, Difference, Topic, differences};
pub use door::{Acts, AuditedPart, Desk, Drift, Entered, PackChange, ReevaluatedPart, Rehearsal, Rights, Together};
pub use error::ActError;
pub use ledger::{Illegal, Ledger};
pub use reevaluate::{Affected, Reevaluation, Standing, reevaluate};
pub use shares::ShareAccount;
pub use state::{Capital, Closing, Debt, Denomination, Filing, Mandate, Member, Names, State};

#[cfg(test)]
mod tests;
