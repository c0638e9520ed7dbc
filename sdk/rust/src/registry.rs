//! The register of cooperatives, to read, with the rights of the caller. Capability `registry.read`.
//!
//! Bodies are JSON values, reduced to the fields that the caller may see; a plugin reads them into types of its own
//! that name only what it needs.

use serde::de::DeserializeOwned;

use crate::imports::{Kernel, RegistryImport as _};
use crate::store::{Entry, Field, Find, Page, entry, page};
use crate::{Date, Error};

/// A cooperative of the register: its fields by which [`cooperatives`] filters and sorts.
///
/// The register's indexes are: court and number; ICE; French name; Arabic name; province and French name; sector and
/// French name; province, sector and French name; status and day of registration.
#[derive(Debug, Clone, Copy)]
pub struct Cooperative;

impl Cooperative {
    /// The court that keeps its local register.
    pub const COURT: Field<Self, String> = Field::new("court");
    /// Its number in that register.
    pub const NUMBER: Field<Self, String> = Field::new("number");
    /// Its national business number.
    pub const ICE: Field<Self, String> = Field::new("ice");
    /// Its name in French.
    pub const NAME_FR: Field<Self, String> = Field::new("name_fr");
    /// Its name in Arabic.
    pub const NAME_AR: Field<Self, String> = Field::new("name_ar");
    /// The code of its province.
    pub const PROVINCE: Field<Self, String> = Field::new("province");
    /// The code of its sector.
    pub const SECTOR: Field<Self, String> = Field::new("sector");
    /// `registered`, `suspended`, `dissolved`…
    pub const STATUS: Field<Self, String> = Field::new("status");
    /// The day of its registration.
    pub const REGISTERED_ON: Field<Self, Date> = Field::new("registered_on");
}

/// Reads a cooperative.
///
/// # Errors
/// `denied` without the capability.
pub fn cooperative<Body: DeserializeOwned>(id: &str) -> Result<Option<Entry<Body>>, Error> {
    Kernel::cooperative(id).map_err(Error::from_wire)?.map(entry).transpose()
}

/// Reads a person.
///
/// # Errors
/// `denied` without the capability.
pub fn person<Body: DeserializeOwned>(id: &str) -> Result<Option<Entry<Body>>, Error> {
    Kernel::person(id).map_err(Error::from_wire)?.map(entry).transpose()
}

/// The cooperatives that the caller acts for as an officer, in the order of their ids; the first 100. None for the public, for jobs and
/// for whoever is only a member.
///
/// # Errors
/// `denied` without the capability.
pub fn acts_for<Body: DeserializeOwned>() -> Result<Vec<Entry<Body>>, Error> {
    Kernel::acts_for().map_err(Error::from_wire)?.into_iter().map(entry).collect()
}

/// Finds cooperatives.
///
/// # Errors
/// `denied` without the capability, `not-indexed` when no index can answer.
pub fn cooperatives<Body: DeserializeOwned>(find: &Find<Cooperative>) -> Result<Page<Body>, Error> {
    page(Kernel::cooperatives(&find.to_wire()).map_err(Error::from_wire)?)
}
