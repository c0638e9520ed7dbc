//! Certified extracts and certificates of registration: what they certify, the key that signs them, the token by which a
//! print is verified, and the records that are kept of them.
//!
//! Here nothing is drawn: `tiwizi_print` makes the paper of a [`Certified`]. An extract is made in two steps, because the paper
//! carries its token and the record carries the hash of the paper: [`prepare`], print, [`keep`].
//!
//! Invariant: what was signed is kept byte for byte and never written again from its parts; no record of an extract or of a
//! signing key changes. So a print is verified with public keys that the register holds, whatever became of the secret ones.

mod by_acts;
mod certified;
mod data;
mod gather;
mod issue;
mod keys;
mod signing;
mod token;
mod verify;

#[cfg(test)]
mod tests;

pub use certified::{Certified, CertifiedError, Paper, PaperError};
pub use data::{ExtractAct, ExtractData, ExtractOfficer, Part};
pub use gather::{GatherError, from_records};
pub use issue::{IssueError, Issued, Office, Prepared, Wanted, keep, may_issue, prepare};
pub(crate) use keys::current as current_key;
pub use keys::{KeyError, KeyRow, ReplaceReason, all as signing_keys, replace as replace_signing_key};
pub(crate) use signing::is_signed;
pub use signing::{KeyId, KeyIdError, SigningKey};
pub use token::{Token, TokenError};
pub use verify::{Finding, Genuine, Standing, VerifyError, verify};
