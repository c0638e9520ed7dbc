//! The new version over the data of the old one, in a unit of its own: migrate, check, probe. Nothing is stored here.

use std::sync::Arc;

use tiwizi_model::limits;
use tiwizi_records::{Addition, Kind, MisfitQuestion, Records, Unit};

use super::error::UpgradeError;
use super::{MigrationReport, Stage, Watch};
use crate::call::{self, Step};
use crate::host::Host;
use crate::plugin::Plugin;
use crate::text::escaped;

/// The new version of a plugin and the kinds that it would have.
pub(super) struct Trial<'a> {
    pub(super) host: &'a Host,
    pub(super) plugin: Arc<Plugin>,
    pub(super) kinds: Addition,
    /// Kinds of the old version that the new one lacks.
    pub(super) gone: Vec<Arc<Kind>>,
    /// The version that is installed.
    pub(super) from: String,
    pub(super) watch: Watch,
}

impl Trial<'_> {
    /// What the new version makes of the data, to be stored or to be dropped.
    pub(super) async fn run(&self) -> Result<(Unit, MigrationReport), UpgradeError> {
        let began = self.host.ground().ambient.now();
        let (unit, steps) = self.migrate(began).await?;
        (self.watch)(Stage::Checking);
        let kinds: Vec<Arc<Kind>> = self.kinds.kinds().cloned().collect();
        let question = MisfitQuestion { kinds: &kinds, gone: &self.gone, unit: &unit };
        let misfits = unit.records().misfits(question).await.map_err(UpgradeError::Read)?;
        if !misfits.is_empty() {
            return Err(UpgradeError::Misfits { misfits });
        }
        (self.watch)(Stage::Probing);
        let unit = self.probe(unit).await?;
        let duration_ms = self.host.ground().ambient.now().0.saturating_sub(began.0);
        let report = MigrationReport { counts: unit.counts(), steps, duration_ms };
        Ok((unit, report))
    }

    fn records(&self) -> &Records {
        &self.host.ground().records
    }

    /// An empty unit over the kinds of the new version, with the rights of the kernel over them: a kind that only its people may read
    /// must be migrated too. Which kinds a plugin reaches at all is the host's part.
    fn unit(&self) -> Unit {
        let catalogue = self.host.catalogue().with(self.kinds.clone());
        call::unit_of_kernel(self.records().with_catalogue(catalogue), &self.plugin)
    }

    async fn migrate(&self, began: tiwizi_model::Instant) -> Result<(Unit, u32), UpgradeError> {
        let (mut unit, mut cursor) = (self.unit(), None::<String>);
        let until = began.plus_ms(i64::try_from(limits::MIGRATION_WALL_MS_MAX).unwrap_or(i64::MAX));
        for step in 1..=limits::MIGRATION_STEPS_MAX {
            let records = unit.counts();
            let records = records.created.saturating_add(records.changed).saturating_add(records.deleted);
            (self.watch)(Stage::Migrating { steps: step.saturating_sub(1), records });
            let (ground, plugin, from) = (self.host.ground().clone(), Arc::clone(&self.plugin), self.from.clone());
            let done = self
                .host
                .guests()
                .run(async move { call::migrate(&ground, &plugin, unit, (&from, cursor.as_deref())).await });
            let done = done.await.and_then(|done| done);
            let Step { answer, unit: gathered } = done.map_err(|source| UpgradeError::Migration { step, source })?;
            unit = gathered;
            cursor = answer.map_err(|error| UpgradeError::MigrationRefused {
                step,
                code: escaped(&error.code, limits::NAME_BYTES_MAX),
                message: escaped(&error.message, limits::PROBLEM_CHARS_MAX),
            })?;
            if cursor.is_none() {
                return Ok((unit, step));
            }
            if self.host.ground().ambient.now() > until {
                return Err(UpgradeError::Endless { steps: step });
            }
        }
        Err(UpgradeError::Endless { steps: limits::MIGRATION_STEPS_MAX })
    }

    async fn probe(&self, unit: Unit) -> Result<Unit, UpgradeError> {
        let unit = Arc::new(unit);
        for _ in 0..limits::UPGRADE_PROBES {
            let (ground, plugin) = (self.host.ground().clone(), Arc::clone(&self.plugin));
            let seen = Arc::clone(&unit);
            let health = self.host.guests().run(async move { call::probe(&ground, &plugin, &seen).await });
            let health = health.await.and_then(|health| health).map_err(UpgradeError::Probe)?;
            health.map_err(|error| UpgradeError::Unhealthy {
                message: escaped(&error.message, limits::PROBLEM_CHARS_MAX),
            })?;
        }
        Ok(Arc::unwrap_or_clone(unit))
    }
}
