//! Whom this instance knows: the directory that the root of the federation signs, and the peers that follow from it.
//!
//! An instance asks to be enrolled (`request`); people compare its fingerprint; the root signs the next directory (`enrol`); everybody takes
//! it from a file or over the link (`take`). A directory counts until a later one is taken, however old it is: nothing local waits for it.
//! What an instance says of its own keys is believed as soon as it is heard, because its root key says it (`learn`).

mod enrol;
mod learn;
mod request;
mod roll;
mod state;
mod take;

#[cfg(test)]
mod tests;

pub use enrol::{Desk, EnrolError, Enrolled, Terms};
pub use learn::{LearnError, learn};
pub use request::{Asking, request};
pub use roll::{Here, Roll};
pub use state::PeerState;
pub use take::{TakeError, Taken, published, take};
