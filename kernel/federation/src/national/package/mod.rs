//! Packages of reference data: the nation publishes them, every instance keeps them, looks at what they would change, and applies them.
//!
//! What a package holds is decided by its kind. A nomenclature is the list of sectors; a rule pack is texts of rules, in files named as in
//! `manifests/rules`; courses and project models are records, named by their kind and id. Lists and rules go through the checks of an
//! operator's file and hold from the next start; records are written as the nation's.
//!
//! Undoing is applying the version before, or none.

mod apply;
mod catalogue;
mod difference;
mod publish;
mod receive;

use tiwizi_federation_core::package::{PAYLOAD_TYPE, Package, PackageKind, Packed, is_name};
use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_model::{Instant, limits};
use tiwizi_registry::Published;
use tiwizi_storage::federation::package::{self as rows, PackageRow};
use tiwizi_storage::{Db, Tx};

use super::error::NationalError;

pub use apply::{Applied, TakesEffect, Target};
pub use difference::{Difference, DifferenceLine, What};
pub use publish::PackageDraft;

/// Where a version of a package stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PackageState {
    /// It is being published: kept, and not said to others yet.
    Publishing,
    /// It is here: published or received, and not applied.
    Received,
    /// It is applied.
    Applied,
    /// It was applied, and another version took its place.
    Replaced,
}

impl PackageState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Publishing, Self::Received, Self::Applied, Self::Replaced];

    /// Its name in rows and in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Publishing => "publishing",
            Self::Received => "received",
            Self::Applied => "applied",
            Self::Replaced => "replaced",
        }
    }

    fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == word)
    }
}

/// A version of a package in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageLine {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// How large it is.
    pub bytes: u64,
    /// Where it stands.
    pub state: PackageState,
    /// When it was published or received.
    pub received_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

/// A version of a package with what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct PackageView {
    /// What the nation signed.
    pub package: Package,
    /// The same with the bytes.
    pub packed: Packed,
    /// Where it stands.
    pub state: PackageState,
    /// The version that is applied of the same package.
    pub applied: Option<u32>,
    /// When it was published or received.
    pub received_at: Instant,
}

/// A row, read.
pub(super) struct Stored {
    pub(super) package: Package,
    pub(super) packed: Packed,
    pub(super) state: PackageState,
    pub(super) publisher: NodeId,
    pub(super) received_at: Instant,
}

impl Stored {
    /// Reads a row. It was held to its signature when it came; the bytes are held to the list again.
    pub(super) fn of(row: &PackageRow) -> Result<Self, NationalError> {
        let damaged = || NationalError::Damaged { what: format!("the package {} {}", row.name, row.version) };
        let packed = Packed::decode(&row.envelope).map_err(|_| damaged())?;
        let list = packed.envelope.unverified(PAYLOAD_TYPE).map_err(|_| damaged())?;
        let package = Package::parse(list).map_err(|_| damaged())?;
        for (name, bytes) in &packed.contents {
            package.check(name, bytes).map_err(|_| damaged())?;
        }
        let state = PackageState::read(&row.state).ok_or_else(damaged)?;
        Ok(Self { package, packed, state, publisher: NodeId(Hash(row.node)), received_at: row.received_at })
    }
}

/// One version. What no package can be called is not looked for: a database may refuse to hear of it.
pub(super) async fn find(tx: &mut Tx, name: &str, version: u32) -> Result<Stored, NationalError> {
    if !is_name(name) {
        return Err(NationalError::Absent { what: "package" });
    }
    let row = rows::find(tx, name, version.into()).await?;
    Stored::of(&row.ok_or(NationalError::Absent { what: "package" })?)
}

/// The version that is applied.
pub(super) async fn applied(tx: &mut Tx, name: &str) -> Result<Option<Stored>, NationalError> {
    if !is_name(name) {
        return Ok(None);
    }
    let row = rows::latest(tx, name, PackageState::Applied.name()).await?;
    row.as_ref().map(Stored::of).transpose()
}

/// All versions of all packages, by name and the latest first.
pub(super) async fn list(tx: &mut Tx) -> Result<Vec<PackageLine>, NationalError> {
    let lines = rows::list(tx, limits::FED_PACKAGES_SHOWN_MAX).await?;
    let line = |line: rows::PackageLine| {
        let damaged = || NationalError::Damaged { what: format!("the package {} {}", line.name, line.version) };
        Ok(PackageLine {
            version: u32::try_from(line.version).map_err(|_| damaged())?,
            state: PackageState::read(&line.state).ok_or_else(damaged)?,
            name: line.name,
            bytes: line.bytes,
            received_at: line.received_at,
            changed_at: line.changed_at,
        })
    };
    lines.into_iter().map(line).collect()
}

/// Whether it holds texts that the start of the program reads; otherwise it holds records.
pub(super) fn holds_texts(kind: PackageKind) -> bool {
    matches!(kind, PackageKind::Nomenclature | PackageKind::RulePack)
}

/// The texts of all packages that are applied, but for one that is looked at.
pub(super) async fn texts_in_force(tx: &mut Tx, without: Option<&str>) -> Result<Published, NationalError> {
    let mut texts = Published::default();
    for line in list(tx).await? {
        if line.state == PackageState::Applied && Some(line.name.as_str()) != without {
            let stored = find(tx, &line.name, line.version).await?;
            if holds_texts(stored.package.kind) {
                texts = texts.with(stored.packed.contents);
            }
        }
    }
    Ok(texts)
}

/// What was published and is applied here, for whoever opens the instance: it is put to use before anything asks for a rule.
///
/// # Errors
/// When a row cannot be read or the database fails.
pub async fn published(db: &Db) -> Result<Published, NationalError> {
    texts_in_force(&mut *db.read().await?, None).await
}
