//! Fairs: who gets a place, and why.
//!
//! A call says how many stands there are in which phases, who is eligible, what counts how much, and how many places are kept for whom.
//! From the call, the published seed and the applications follows the allocation ([`allocate`]), and nothing else has a part in it: whoever
//! has these three gets the same result, in whatever order the applications came. Each applicant is told in so many words why they are in,
//! or why not and what place they have on the waiting list ([`Outcome`]).
//!
//! The phases are filled one after another, in their order, each from those who can come to it and have no place yet. In each, the
//! applications are gone through in the order of merit, and one gets a place if the places that are left then still suffice for what is
//! kept for others ([`quotas`]); so the quotas hold whenever they can, the best come first, and whoever has a better mark and is else the
//! same never loses by it.
//!
//! The order of merit is: score; among equals who was longest without a place; among these the lot, drawn from the seed. When the call
//! turns rotation on, whoever had no place at the last fair goes before whoever had one.

mod allocate;
mod call;
mod eligible;
mod lot;
mod outcome;
mod quotas;
mod score;
#[cfg(test)]
mod tests;
mod waiting;

pub use allocate::{Allocation, allocate};
pub use call::{
    APPLICATIONS_MAX, Applicant, Application, Call, Criterion, Phase, Quota, QuotaOf, STANDS_MAX, Sharing, WrongCall,
};
pub use eligible::{Ineligible, reasons};
pub use outcome::{Because, Outcome, Place};
pub use waiting::next_in;
