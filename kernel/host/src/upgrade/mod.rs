//! From one version of a plugin to the next, and back.
//!
//! The new version migrates what the old one left in one unit of work that nobody else sees (`trial`); only when it has done so,
//! every other record fits the new schemas and the new version is healthy, all of it is stored in one short transaction: the
//! unit, the plugin, its grants, and what it takes to go back. Until then nothing has happened, so there is nothing to undo, and a
//! rehearsal is the same run without the end (decision 12).

mod back;
mod difference;
mod error;
mod perform;
mod prepare;
mod swap;
mod trial;

use std::sync::Arc;

use bytes::Bytes;
use tiwizi_identity::Caller;
use tiwizi_model::{Instant, PluginId, limits};
use tiwizi_records::Counts;
use tiwizi_storage::before::BeforeRow;

use crate::capability::Grants;
use crate::plugin::PluginView;
use crate::trust::Acceptance;

pub use back::{RollbackError, RolledBack};
pub use difference::{Change, Difference, FieldChange, KindChange, Request as CapabilityChange};
pub use error::UpgradeError;

/// An upgrade that is wanted.
#[derive(Clone)]
pub struct Upgrade {
    /// The bundle of the new version.
    pub bundle: Bytes,
    /// The plugin that is meant; none takes the one that the bundle is of.
    pub only: Option<PluginId>,
    /// What the administrator grants beyond what was granted before; none when the administrator was not asked.
    pub consent: Option<Grants>,
    /// Which bundles are accepted. With `Development` the version need not rise.
    pub acceptance: Acceptance,
    /// Who wants it.
    pub by: Caller,
    /// Told of each stage as it begins.
    pub watch: Watch,
}

/// Somebody who watches an upgrade.
pub type Watch = Arc<dyn Fn(Stage) + Send + Sync>;

/// Where an upgrade is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The component is compiled.
    Compiling,
    /// Calls that run come to their end.
    Draining,
    /// The new version migrates.
    Migrating {
        /// Steps that were done.
        steps: u32,
        /// Records that were written.
        records: usize,
    },
    /// The records that were not migrated are held against the new schemas.
    Checking,
    /// The new version is asked whether it can work.
    Probing,
    /// All of it is stored.
    Storing,
}

/// What a migration did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MigrationReport {
    /// How many records and values.
    pub counts: Counts,
    /// In how many steps.
    pub steps: u32,
    /// How long it took, with the checks behind it.
    pub duration_ms: i64,
}

/// What an upgrade would do.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// What would be different.
    pub difference: Difference,
    /// What its migration would do.
    pub migration: MigrationReport,
}

/// What an upgrade did.
#[derive(Debug, Clone)]
pub struct Upgraded {
    /// The plugin as it stands now.
    pub plugin: PluginView,
    /// What is different.
    pub difference: Difference,
    /// What its migration did.
    pub migration: MigrationReport,
}

impl std::fmt::Debug for Upgrade {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Upgrade").field("consent", &self.consent).finish_non_exhaustive()
    }
}

impl Upgrade {
    /// A signed bundle, without further grants, watched by nobody.
    #[must_use]
    pub fn of(bundle: Bytes, by: Caller) -> Self {
        Self { bundle, only: None, consent: None, acceptance: Acceptance::Signed, by, watch: Arc::new(|_| ()) }
    }
}

/// The version of a plugin before the present one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeforeView {
    /// The plugin.
    pub plugin: PluginId,
    /// Its version.
    pub version: String,
    /// When the present version took its place.
    pub replaced_at: Instant,
}

impl BeforeView {
    pub(crate) fn of(row: &BeforeRow) -> Self {
        Self { plugin: row.plugin.clone(), version: row.version.clone(), replaced_at: row.replaced_at }
    }

    /// Whether the present version is so new that it goes back by itself when it crashes again and again.
    pub(crate) fn is_on_trial(&self, now: Instant) -> bool {
        self.replaced_at.plus_ms(limits::UPGRADE_ON_TRIAL_MS) > now
    }
}
