//! Rule packs: what the law asks, as dated, versioned data.
//!
//! A pack is a file in `manifests/rules`. Every rule in it names the text that it comes from, and says whether it still has to
//! be verified against that text. An act is held to the pack that was in force on its day of effect, so a new law is a new file with a
//! new day, and no act that was right becomes wrong by it.
//!
//! This module knows no cooperative: what a change of rules does to those that are there is in `acts`.
//!
//! Invariant: a pack that was read has passed `check`; nothing in it contradicts itself.

mod check;
mod compare;
mod pack;
mod packs;
mod role;
mod source;
mod transition;

pub use check::PackFault;
pub use compare::{RuleChange, changes};
pub use pack::{
    BodyForm, BodyRule, Fraction, MandateYears, OfficeRule, RulePack, Rules, Seats, SectorList, StatuteItem, Statutes,
    Titles, UnionRule, Youth,
};
pub use packs::{PackError, RulePacks, built_in, in_use, put_to_use, youth, youth_on};
pub use role::Role;
pub use source::{LegalText, Rule, Source};
pub use transition::{Stage, Transition, TransitionTable};

#[cfg(test)]
pub(crate) mod tests;
