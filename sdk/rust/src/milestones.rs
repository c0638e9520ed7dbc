//! The steps of a person's path: skills, project, market.

use crate::Error;
use crate::imports::{Kernel, MilestonesImport as _};
use crate::store::Kind;

/// Notes that the caller's person has reached a milestone of the manifest; the record `id` of kind `Proof` proves it.
/// The same milestone with the same proof again changes nothing.
///
/// # Errors
/// `denied` without the capability, `invalid` for a code that the manifest does not declare or a caller without person.
pub fn reach<Proof: Kind>(code: &str, id: &str) -> Result<(), Error> {
    Kernel::reach(code, Proof::NAME, id).map_err(Error::from_wire)
}
