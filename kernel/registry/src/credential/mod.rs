//! Credentials (Open Badges 3.0) that the instance signs because a plugin asked: what may stand in one, how it is signed, under which
//! keys anybody verifies it, and whether it still holds.
//!
//! A credential is a compact JWT of the Verifiable Credentials data model. It is handed out once; the register keeps its digest and not
//! the credential, so it holds no second copy of whom it names. The keys are those of the extracts, with their history: what a JWT signs
//! begins with `eyJ`, and nothing that an extract signs does, so neither passes for the other.
//!
//! Invariant: issuer, id, times and key are the kernel's. A plugin says what was achieved by whom, and nothing else of it.

mod card;
mod claims;
mod issue;
mod issuer;
mod keys;
mod token;
mod verify;

#[cfg(test)]
mod tests;

pub use claims::{Claims, ClaimsError, Wanted};
pub use issue::{CredentialError, Issued, Order, issue, revoke};
pub use issuer::Issuer;
pub use keys::{did_document, key_set};
pub use verify::{Code, CodeError, Finding, Held, State, VerifyError, find, verify};
