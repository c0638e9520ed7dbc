//! Records of other homes: the one door by which they come in, are taken back, and change their home.
//!
//! Whoever calls has proved that the home says what it hands in; here it is held to the kind, to the order of versions and to who may write
//! the record, and stored in a transaction of the caller's, so that its place in the home's log is stored with it. One record that is not
//! accepted is told apart, to be parked; it never stops the others.
//!
//! Nobody reviews these records: their home has. They have a change in the log like any other, so search and counts follow them. No version
//! is kept of what its home has deleted or withdrawn.
//!
//! Invariant: no local door writes a record of another home, and nothing here writes one of this instance but `release`.

mod door;
mod fence;
mod judge;
mod moving;
mod said;
mod withheld;

#[cfg(test)]
mod tests;

pub use door::ForeignError;
pub(crate) use fence::{Touched, guard};
pub use moving::{MoveError, Moved, Moving};
pub use said::{Breach, Park, Said, Saying, Verdict};
pub use withheld::Withheld;
