//! Credentials (Open Badges 3.0) that the instance signs and anybody verifies. Capability `credentials`.
//!
//! ```
//! # use serde_json::json;
//! # use tiwizi_sdk::{Error, credentials, native};
//! fn certify(name: &str) -> Result<credentials::Credential, Error> {
//!     credentials::issue(&json!({
//!         "subject": { "name": name },
//!         "achievement": {
//!             "id": "/modules/accounts", "name": "Accounts", "description": "Keeping the books of a cooperative.",
//!             "criteria": { "narrative": "Every lesson is done and the test is passed." },
//!         },
//!     }))
//! }
//! # native::start(r#"{ "id": "training", "capabilities": [{ "name": "credentials" }] }"#);
//! let credential = certify("Fadma Ouali").unwrap();
//! assert!(credential.address.ends_with(&credential.id));
//! credentials::revoke(&credential.id, "The test was marked wrong").unwrap();
//! # assert!(native::credentials()[0].revoked.is_some());
//! ```

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::imports::{CredentialsImport as _, Kernel};

/// A credential as it is handed out. The kernel keeps no copy: whoever shall have it later keeps the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// What it is taken back by; the end of its address, which nobody can guess.
    pub id: String,
    /// Where anybody verifies it.
    pub address: String,
    /// The signed credential, a compact JWT.
    pub token: String,
}

/// Signs a credential of a subject's achievement, with the call's other writes. What the claims hold stands in `docs/write-a-plugin.md`.
///
/// # Errors
/// `denied` without the capability, `invalid` for claims that are not right, `not-found` when the caller may see no such person,
/// `over-limit` for too large or too many, `unavailable` where the instance has no public address.
pub fn issue<Claims: Serialize>(claims: &Claims) -> Result<Credential, Error> {
    let issued = Kernel::issue(&serde_json::to_string(claims)?).map_err(Error::from_wire)?;
    Ok(serde_json::from_str(&issued)?)
}

/// Takes back a credential that the plugin had issued in an earlier call. The reason is kept, and not shown to the public.
///
/// # Errors
/// `denied` without the capability, `not-found` when the plugin had no such credential issued, `invalid` for a reason that is none.
pub fn revoke(id: &str, reason: &str) -> Result<(), Error> {
    Kernel::revoke(id, reason).map_err(Error::from_wire)
}
