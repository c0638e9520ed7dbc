//! A team around a plan: who takes part and what they may, what two people change at once, what is still to be done before they found.
//!
//! `kinds` are the records, `access` says who may what, `together` merges what several changed, `checklist` looks what is done. It knows no page.

pub(crate) mod access;
pub(crate) mod checklist;
pub(crate) mod kinds;
pub(crate) mod together;

#[cfg(test)]
mod tests;
