//! Records that may be the same: found before they are written, told to whoever writes, decided on by a registrar, merged and unmerged.
//!
//! The search runs whoever brings a record: the API, a page, a batch, a plugin, the command line (`look`), and an import, which compares
//! its rows with each other as well (`census`). A reader of the log keeps the codes by which near names are found in any script, and opens
//! a pair, a record of the kind `registry/duplicate`, for each cooperative that was let pass (`follow`). What counts as the same is data (`rule`).
//!
//! A merge is an alias and no more: the merged record stays as it is, readable and in the log, and says which one to look at instead.
//!
//! Invariant: nothing here deletes a record, and nothing is merged but by a person.

mod across;
mod census;
mod decide;
mod fields;
mod find;
mod follow;
mod holdings;
mod look;
mod profile;
mod rule;
mod spelling;

#[cfg(test)]
mod tests;

pub use across::{Across, Sided};
pub use census::{Census, CensusError, Origin, Twin};
pub use decide::{DecideError, Decision, decide, survivor};
pub use find::{Duplicates, FindError, Match};
pub use follow::DuplicateReader;
pub use holdings::has_of_its_own;
pub use profile::{Finding, Profile, Subject};
pub use rule::{Comparison, Evidence, KindRule, Level, Outcome, Outcomes, Rule, RuleBook, RuleError};
