//! The register of cooperatives, to read, with the rights of the caller. Capability `registry.read`.
//!
//! Bodies are JSON values, reduced to the fields that the caller may see; a plugin reads them into types of its own
//! that name only what it needs.

use serde::de::DeserializeOwned;

use crate::store::{Entry, Find, Page, entry, page};
use crate::{Error, imports};

/// Reads a cooperative.
///
/// # Errors
/// `denied` without the capability.
pub fn cooperative<Body: DeserializeOwned>(id: &str) -> Result<Option<Entry<Body>>, Error> {
    imports::cooperative(id).map_err(Error::from_wire)?.map(entry).transpose()
}

/// Reads a person.
///
/// # Errors
/// `denied` without the capability.
pub fn person<Body: DeserializeOwned>(id: &str) -> Result<Option<Entry<Body>>, Error> {
    imports::person(id).map_err(Error::from_wire)?.map(entry).transpose()
}

/// Finds cooperatives.
///
/// # Errors
/// `denied` without the capability, `not-indexed` when no index can answer.
pub fn cooperatives<Body: DeserializeOwned>(find: &Find) -> Result<Page<Body>, Error> {
    page(imports::cooperatives(&find.to_wire()).map_err(Error::from_wire)?)
}
