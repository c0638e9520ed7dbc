//! The steps of a person's or a cooperative's path: skills, project, market. Capability `milestones`.

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

/// Notes the same of a cooperative that the caller acts for as an officer. The record `id` of kind `Proof` belongs to that cooperative: it
/// is its subject.
///
/// # Errors
/// `denied` without the capability, or for a cooperative that the caller does not act for; `invalid` for a code that the manifest does not
/// declare, or a proof that belongs to somebody else.
pub fn reach_for<Proof: Kind>(cooperative: &str, code: &str, id: &str) -> Result<(), Error> {
    Kernel::reach_for(cooperative, code, Proof::NAME, id).map_err(Error::from_wire)
}
