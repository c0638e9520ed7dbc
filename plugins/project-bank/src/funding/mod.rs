//! The funding directory: programmes and loans, and whether a project may hope for one.
//!
//! What a programme asks for is data ([`Condition`]), and so is what is known of a project or a cooperative ([`Facts`]). [`judge`] holds one
//! against the other and never only says no: each condition is met, not met or not known, with the value that was used, where it comes from
//! and what can be done next. Nothing that comes with the plugin is taken for checked: it carries its source, and waits for a person who
//! compares it with the programme's own text.

mod condition;
mod facts;
mod judge;
pub(crate) mod kinds;
pub(crate) mod seed;
#[cfg(test)]
mod tests;

#[cfg(test)]
use condition::WrongCondition;
pub(crate) use condition::{About, Bound, Condition};
pub(crate) use facts::{Fact, Facts, From, Said};
#[cfg(test)]
use judge::Held;
pub(crate) use judge::{Judged, Summary, judge};
