//! The instances that this one talks to: how the line to each is, what an administrator does to it, and what to do when something is wrong.

mod doctor;
mod list;
mod trouble;

#[cfg(test)]
mod tests;

pub use doctor::{Diagnosis, Finding, Gravity, diagnose};
pub use list::{PeerError, PeerView, find, hasten, list, turn};
pub use trouble::Trouble;
