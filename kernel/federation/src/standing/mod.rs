//! How it goes with each peer: how far behind each side is, what waits, and what somebody should do next.
//!
//! Everything here is read from rows that the line and the node write; nothing is measured, and nothing is decided but the words of
//! the next step.

mod next;
mod peer;
#[cfg(test)]
mod tests;

pub use next::NextStep;
pub use peer::{Given, Standing, Taken, all, find, turn};
