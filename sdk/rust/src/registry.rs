//! The register of cooperatives, to read, with the rights of the caller. Capability `registry.read`.
//!
//! Bodies are JSON values, reduced to the fields that the caller may see; a plugin reads them into types of its own
//! that name only what it needs.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::imports::{Kernel, RegistryImport as _};
use crate::store::{Entry, Field, Find, Kind, Page, entry, page};
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

/// Where a founding file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoundingStep {
    /// The founders choose a name.
    Name,
    /// The office answers whether they may have it.
    NameAsked,
    /// They gather the file.
    File,
    /// The office looks at the file.
    Submitted,
    /// The file is right; the court enters the cooperative.
    Accepted,
    /// It is in the register.
    Registered,
    /// One that a later kernel has.
    #[serde(other)]
    Other,
}

impl FoundingStep {
    /// Its name in the contract, for the key of a message; `other` for one that this kit does not know.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NameAsked => "name-asked",
            Self::File => "file",
            Self::Submitted => "submitted",
            Self::Accepted => "accepted",
            Self::Registered => "registered",
            Self::Other => "other",
        }
    }
}

/// A founding file, as far as a plugin is told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Founding {
    /// Where it stands.
    pub step: FoundingStep,
    /// Since when, in milliseconds since 1970.
    pub since: u64,
    /// `founders` or `office`; none once it is registered.
    #[serde(default)]
    pub waits_for: Option<String>,
    /// The cooperative, once it is registered.
    #[serde(default)]
    pub cooperative: Option<String>,
}

/// Where the file stands that the caller opened from a record of the plugin's own, which its page links to as
/// `founding/new?from=plugin/kind/id`. None when none was opened, and for a caller who takes no part in it.
///
/// The record's subject is the caller's person, and its member `founding` says what the file begins with.
///
/// # Errors
/// `denied` without the capability, or for a kind of somebody else's.
pub fn founding<From: Kind>(id: &str) -> Result<Option<Entry<Founding>>, Error> {
    Kernel::founding(From::NAME, id).map_err(Error::from_wire)?.map(entry).transpose()
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Part {
    /// How many parts.
    pub numerator: u32,
    /// Of how many.
    pub denominator: u32,
}

/// The rules of today by which a cooperative is founded.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FoundingRules {
    /// The pack that they come from: `ma-112-12/1`.
    pub pack: String,
    /// Founders, at least.
    pub founders_min: u32,
    /// Capital, at least, in dirhams.
    pub capital_min_mad: f64,
    /// The value of a share, at least, in dirhams.
    pub share_min_mad: f64,
    /// The part of a share that is paid when it is subscribed, at least.
    pub paid_at_subscription: Part,
    /// The rules that are still to be compared with the text of the law, by their names here.
    #[serde(default)]
    pub to_verify: Vec<String>,
}

/// Reads the rules of today.
///
/// # Errors
/// `denied` without the capability, `unavailable` when no rule pack is in force.
pub fn founding_rules() -> Result<FoundingRules, Error> {
    Ok(serde_json::from_str(&Kernel::founding_rules().map_err(Error::from_wire)?)?)
}
