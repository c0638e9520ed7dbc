//! The only maker of permits.
//!
//! A kind says who may do what (`Access`); the caller says who is asking; a permit says over which rows and which
//! classes of fields the answer is yes. Permits cannot be made anywhere else, and nothing reads or writes records
//! without one. What no rule allows is refused. What instances say to each other has permits of its own (`federation`).

mod access;
mod class;
mod federation;
mod permit;

#[cfg(test)]
mod tests;

pub use access::{Access, Action, Grantee, GranteeError, Placement};
pub use class::{Class, ClassError, Classes};
pub use federation::{
    FederationDecision, FederationRefusal, FederationView, may_decide_federation, may_see_federation,
};
pub use permit::{Reach, ReadPermit, Refusal, WritePermit, may_read, may_write, shown_to_plugin};
