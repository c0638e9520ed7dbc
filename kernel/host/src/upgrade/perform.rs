//! The upgrade itself, and its rehearsal.

use std::sync::Arc;

use tiwizi_model::{Instant, PluginId};
use tiwizi_records::{Addition, CatalogueError, Kind, Unit, WriteError};
use tiwizi_storage::{StorageError, plugin as rows};

use super::error::UpgradeError;
use super::prepare::{Prepared, Run, compile};
use super::swap::{self, Forward};
use super::trial::Trial;
use super::{BeforeView, MigrationReport, Rehearsal, Stage, Upgrade, Upgraded};
use crate::host::Host;
use crate::install::{self, InstallError};
use crate::plugin::Plugin;
use crate::refusal;

impl Host {
    /// Says what an upgrade would do: it is run on the data as they are, beside the version that serves, and given up at the end.
    ///
    /// # Errors
    /// As `upgrade`, but for what an administrator still has to grant.
    pub async fn rehearse(&self, upgrade: Upgrade) -> Result<Rehearsal, UpgradeError> {
        let host = self.clone();
        let work = async move {
            let outcome = rehearse(&host, &upgrade).await;
            noted("a plugin would not be upgraded", &upgrade, outcome).await
        };
        self.guests().complete(work).await.map_err(stopped)?
    }

    /// Replaces an installed plugin by another version of it. Its calls wait meanwhile; those that run come to their end first. An
    /// upgrade that has begun goes on when nobody waits for it any more.
    ///
    /// # Errors
    /// When anything about the bundle is refused, it asks for more than was granted, it lacks what others require, its migration or its
    /// health do not end well, or a record would no longer be valid. Code and data are as they were then.
    pub async fn upgrade(&self, upgrade: Upgrade) -> Result<Upgraded, UpgradeError> {
        let host = self.clone();
        let work = async move {
            let outcome = perform(&host, &upgrade).await;
            noted("a plugin was not upgraded", &upgrade, outcome).await
        };
        self.guests().complete(work).await.map_err(stopped)?
    }
}

/// Hands an outcome on, with a line in the log when nothing came of it.
async fn noted<Done>(
    what: &'static str,
    upgrade: &Upgrade,
    outcome: Result<Done, UpgradeError>,
) -> Result<Done, UpgradeError> {
    if let Err(error) = &outcome {
        refusal::note(what, upgrade.bundle.clone(), error).await;
    }
    outcome
}

fn stopped(source: crate::call::CallError) -> UpgradeError {
    UpgradeError::Migration { step: 0, source }
}

async fn rehearse(host: &Host, upgrade: &Upgrade) -> Result<Rehearsal, UpgradeError> {
    let _one = host.preparing().lock().await;
    // Nothing is written here, so nobody who switches off or revokes has to wait for any of it.
    let prepared = compile(host, upgrade, Run::Rehearsal).await?.settle(host, upgrade, Run::Rehearsal).await?;
    let kinds = host.catalogue().provisional(&prepared.new.manifest).map_err(kinds)?;
    let (_, migration) = trial(host, upgrade, &prepared, kinds).run().await?;
    Ok(Rehearsal { difference: prepared.difference, migration })
}

async fn perform(host: &Host, upgrade: &Upgrade) -> Result<Upgraded, UpgradeError> {
    let _one = host.preparing().lock().await;
    let candidate = compile(host, upgrade, Run::Real).await?;
    let _alone = host.installing().lock().await;
    let prepared = candidate.settle(host, upgrade, Run::Real).await?;
    let old = host.files_of(prepared.new.id()).await.map_err(|error| UpgradeError::Store(error.into()))?;
    let contents = prepared.files.iter().chain([&upgrade.bundle]).cloned();
    let fresh = host.store_files(contents).await.map_err(InstallError::Files).map_err(UpgradeError::Refused)?;
    match replace(host, upgrade, &prepared).await {
        Ok(migration) => {
            // The version before the one before cannot be gone back to any more.
            host.forget_unnamed(old).await;
            report(&prepared, migration);
            let plugin = prepared.new.view(host.ground().ambient.now());
            Ok(Upgraded { plugin, difference: prepared.difference, migration })
        }
        Err(error) => {
            host.take_back(fresh).await;
            Err(error)
        }
    }
}

/// The new version takes the place of the old one, or nothing happens.
async fn replace(host: &Host, upgrade: &Upgrade, prepared: &Prepared) -> Result<MigrationReport, UpgradeError> {
    let kinds = number_kinds(host, &prepared.new).await?;
    (upgrade.watch)(Stage::Draining);
    let _held = prepared.old.gate.hold().await.map_err(|_| UpgradeError::Busy)?;
    let (unit, migration) = trial(host, upgrade, prepared, kinds.clone()).run().await?;
    (upgrade.watch)(Stage::Storing);
    store(host, prepared, unit, kinds).await?;
    // What the old version crashed is not laid to the new one.
    prepared.new.watch.crashes.forget();
    host.put(Arc::clone(&prepared.new));
    Ok(migration)
}

fn trial<'a>(host: &'a Host, upgrade: &Upgrade, prepared: &Prepared, kinds: Addition) -> Trial<'a> {
    let in_use = host.catalogue().in_use(prepared.new.id());
    let kept = |kind: &&Arc<Kind>| kinds.kinds().any(|new| new.name() == kind.name());
    let gone = in_use.kinds().filter(|kind| !kept(kind)).cloned().collect();
    Trial {
        host,
        plugin: Arc::clone(&prepared.new),
        kinds,
        gone,
        from: prepared.old.manifest.version.clone(),
        watch: Arc::clone(&upgrade.watch),
    }
}

/// Gives new kinds their numbers. A number is never taken back and never given again, and one whose kind is not in use means nothing, so
/// this may be stored though the upgrade fails.
async fn number_kinds(host: &Host, plugin: &Plugin) -> Result<Addition, UpgradeError> {
    let storage = |source| UpgradeError::Refused(InstallError::Storage(source));
    let mut tx = host.db().begin_write().await.map_err(storage)?;
    let addition = host.catalogue().add(&mut tx, &plugin.manifest).await.map_err(kinds)?;
    tx.commit().await.map_err(storage)?;
    Ok(addition)
}

/// The kinds are in use before their first record is stored, so that no reader of the log passes over it; when nothing was stored the
/// old ones are put back.
async fn store(host: &Host, prepared: &Prepared, unit: Unit, kinds: Addition) -> Result<(), UpgradeError> {
    let forward = forward(host, prepared, &unit).await.map_err(|error| UpgradeError::Store(error.into()))?;
    let before = host.catalogue().in_use(prepared.new.id());
    host.catalogue().publish(kinds);
    if let Err(error) = unit.commit_beside(&forward).await {
        host.catalogue().publish(before);
        return Err(UpgradeError::Store(error));
    }
    prepared.new.set_before(Some(BeforeView::of(&forward.before)));
    Ok(())
}

async fn forward(host: &Host, prepared: &Prepared, unit: &Unit) -> Result<Forward, StorageError> {
    let id: &PluginId = prepared.new.id();
    let now: Instant = prepared.row.installed_at;
    let mut tx = host.db().read().await?;
    let row = swap::installed(&mut tx, id).await?;
    let stand = rows::grants(&mut tx, id).await?;
    drop(tx);
    let mut grants = install::grant_rows(&prepared.grants, &prepared.row);
    for grant in &mut grants {
        // What stays was granted when it was.
        if let Some(stands) = stand.iter().find(|stands| stands.capability == grant.capability) {
            grant.clone_from(stands);
        }
    }
    Ok(Forward {
        plugin: Arc::clone(&prepared.new),
        row: prepared.row.clone(),
        grants,
        voucher: prepared.voucher.clone(),
        before: swap::before_of(row, &prepared.old.standing().grants, now),
        values: swap::values_of(unit),
    })
}

fn kinds(source: CatalogueError) -> UpgradeError {
    UpgradeError::Refused(InstallError::Kinds(source))
}

fn report(prepared: &Prepared, migration: MigrationReport) {
    let counts = migration.counts;
    tracing::info!(
        plugin.id = %prepared.new.id(), version.before = %prepared.difference.from, version.after = %prepared.difference.to,
        records.created = counts.created, records.changed = counts.changed, records.deleted = counts.deleted,
        migration.steps = migration.steps, migration.duration_ms = migration.duration_ms,
        "a plugin was upgraded"
    );
}

impl From<WriteError> for UpgradeError {
    fn from(error: WriteError) -> Self {
        Self::Store(error)
    }
}
