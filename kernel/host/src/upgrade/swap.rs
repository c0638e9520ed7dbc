//! What is stored with a migration's unit, in its transaction: the plugin, its grants, and what it takes to go back.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use tiwizi_model::{Instant, PluginId};
use tiwizi_records::review::BoxFuture;
use tiwizi_records::{Beside, Unit, WriteError, Written};
use tiwizi_storage::before::{self, BeforeRow, MigratedRecord, MigratedValue};
use tiwizi_storage::plugin::{self as rows, CapabilityRow, PluginRow};
use tiwizi_storage::{StorageError, WriteTx, kv, quarantine};

use crate::capability::Capability;
use crate::plugin::Plugin;
use crate::trust::{Voucher, ledger};

/// A new version takes the place of the old one.
pub(super) struct Forward {
    pub(super) plugin: Arc<Plugin>,
    pub(super) row: PluginRow,
    pub(super) grants: Vec<CapabilityRow>,
    pub(super) voucher: Voucher,
    pub(super) before: BeforeRow,
    /// What the migration makes of values by key.
    pub(super) values: Vec<(String, Option<Vec<u8>>)>,
}

impl Beside for Forward {
    fn store<'a>(&'a self, tx: &'a mut WriteTx, written: &'a [Written]) -> BoxFuture<'a, Result<(), WriteError>> {
        Box::pin(async move {
            let (id, now) = (&self.row.id, self.row.installed_at);
            rows::put(tx, &self.row).await?;
            rows::set_grants(tx, id, &self.grants).await?;
            quarantine::clear(tx, id).await?;
            ledger::note_installed(tx, &self.plugin.claim(), &self.voucher, now).await?;
            before::put(tx, &self.before).await?;
            for Written { id: record, before, after } in written.iter().copied() {
                before::put_record(tx, id, MigratedRecord { id: record, before, after }).await?;
            }
            for (key, after) in &self.values {
                let stood = kv::find(tx, id, key, now).await?;
                let value = MigratedValue {
                    key: key.clone(),
                    expires_at_before: stood.as_ref().and_then(|row| row.expires_at),
                    before: stood.map(|row| row.value),
                    after: after.clone(),
                };
                before::put_value(tx, id, &value).await?;
            }
            Ok(())
        })
    }
}

/// The version before takes its place again.
pub(super) struct Back {
    pub(super) row: PluginRow,
    pub(super) grants: Vec<CapabilityRow>,
}

impl Beside for Back {
    fn store<'a>(&'a self, tx: &'a mut WriteTx, _: &'a [Written]) -> BoxFuture<'a, Result<(), WriteError>> {
        Box::pin(async move {
            rows::put(tx, &self.row).await?;
            rows::set_grants(tx, &self.row.id, &self.grants).await?;
            quarantine::clear(tx, &self.row.id).await?;
            before::clear(tx, &self.row.id).await?;
            Ok(())
        })
    }
}

/// What a unit makes of values by key.
pub(super) fn values_of(unit: &Unit) -> Vec<(String, Option<Vec<u8>>)> {
    unit.written_values().map(|(key, value)| (key.to_owned(), value.map(<[u8]>::to_vec))).collect()
}

/// The version that is installed, as the one before.
pub(super) fn before_of(row: PluginRow, grants: &BTreeSet<Capability>, now: Instant) -> BeforeRow {
    let grants: Vec<Value> = grants.iter().map(|capability| Value::from(capability.name())).collect();
    BeforeRow {
        plugin: row.id,
        version: row.version,
        bundle: row.bundle,
        manifest: row.manifest,
        grants: Value::Array(grants).to_string(),
        level: row.level,
        publisher: row.publisher,
        signature: row.signature,
        installed_at: row.installed_at,
        installed_by: row.installed_by,
        replaced_at: now,
    }
}

/// What the version before was granted.
pub(super) fn grants_of(before: &BeforeRow) -> Result<BTreeSet<Capability>, StorageError> {
    let corrupt = |_| StorageError::Corrupt { what: format!("the grants of {} before", before.plugin) };
    let names: Vec<String> = serde_json::from_str(&before.grants).map_err(corrupt)?;
    Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
}

/// The row of an installed plugin.
pub(super) async fn installed(tx: &mut tiwizi_storage::Tx, id: &PluginId) -> Result<PluginRow, StorageError> {
    let found = rows::find(tx, id).await?;
    found.ok_or_else(|| StorageError::Corrupt { what: format!("{id} runs and is not written down") })
}
