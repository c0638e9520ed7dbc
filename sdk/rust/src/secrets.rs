//! The secrets that the manifest names. To send one to a service, let the kernel put it into the request by its name; take it
//! yourself only where that cannot be done.

use crate::Error;
use crate::imports::{Kernel, SecretsImport as _};

/// A secret. It prints as nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Whether an administrator has set the secret.
///
/// # Errors
/// `not-found` when the manifest names no such secret.
pub fn is_set(name: &str) -> Result<bool, Error> {
    Kernel::is_set(name).map_err(Error::from_wire)
}

/// The secret itself; the kernel writes down that it was shown.
///
/// # Errors
/// `denied` without the capability `secrets`, `not-found` when it is not set or the manifest names no such secret.
pub fn reveal(name: &str) -> Result<Secret, Error> {
    Kernel::reveal(name).map(Secret).map_err(Error::from_wire)
}
