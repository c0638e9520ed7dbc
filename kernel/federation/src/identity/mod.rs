//! This instance's own keys: made once, told by a statement that the root key signs, changed by further ones.
//!
//! Two papers and one key. The root key is written on paper and nowhere else; the reserve, which takes its place one day, on another paper.
//! Both sign statements about keys alone. The signing key signs everything else, lies sealed in the database, and is gone once its time
//! is over. Whoever loses a paper goes on with the other (`docs/federate.md`).
//!
//! In the federation an instance is its node, the hash of its first statement; records name their home by the id that the instance was made
//! with. The directory joins the two (decision 34).

mod begin;
mod card;
mod error;
mod keys;
mod rotate;
mod seal;

#[cfg(test)]
mod tests;

pub use begin::Beginning;
pub use card::Card;
pub use error::IdentityError;
pub use keys::NodeKeys;
pub use rotate::{Change, Reason, retire_due};
pub use seal::SealError;
