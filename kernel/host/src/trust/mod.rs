//! Who may sign a plugin: keys, certificates, trust roots, revocations.
//!
//! Whoever makes a key may sign with it. Whether an instance accepts the signature is decided by its administrator, who adds trust
//! roots; a root certifies other keys for some plugins, at its own level or below, until a day. Everything is a statement: text
//! that people can read and compare, signed as the bytes that it is. Nothing here is encrypted, and nothing here asks the network.
//!
//! Invariant: a `Certificate`, a `Seal` or a `Revocations` that exists carries signatures that fit.

mod note;

mod certificate;
mod doors;
mod judge;
mod key;
pub(crate) mod ledger;
mod revocations;
mod seal;

pub use certificate::{Certificate, Terms, Use, UseError, certificates_text, read_certificates};
pub use doors::{DecisionError, Import, Verdict, VerifyError};
pub use judge::{Acceptance, Root, TrustError, UNCERTIFIED, Voucher};
pub use key::{KeyNameError, SecretKey, Signer};
pub use note::NoteError;
pub use revocations::{BeforeError, Entry, EntryError, Issue, Revocations, Target};
pub use seal::Seal;

pub(crate) use doors::is_stop;
pub(crate) use judge::Claim;
