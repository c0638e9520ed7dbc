//! Where a plan comes from, and what happens when that is corrected.
//!
//! A plan that was adopted or adapted remembers the model's version that it was taken from: the *base*. When the model has a newer version,
//! three texts stand beside each other: the base, the plan as its owners have it (*mine*), and the model as it is now (*theirs*). What only the
//! model changed is offered, what only the owners changed is kept, what both changed alike is so already, and what both changed differently is
//! asked. Nothing is taken over that nobody said yes to, and nothing of either side disappears without standing in the list.
//!
//! Lines of the owners' own have codes that no model has. Neither a correction nor its undoing touches one.

mod document;
mod merge;

#[cfg(test)]
mod laws;

pub(crate) use document::{Document, Place};
pub(crate) use merge::{Difference, Found, apply, differences, of_a_model, offered, undone};
