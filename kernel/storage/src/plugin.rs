//! Installed plugins and the capabilities that administrators granted them.

use std::str::FromStr;

use tiwizi_model::{AccountId, FileHash, Instant, PluginId, PublicKey, TrustLevel};

use crate::error::{StorageError, failed};
use crate::sql::{hash, parsed, row};
use crate::tx::{Tx, WriteTx, on_db};

/// Whether a plugin may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PluginState {
    /// It may.
    Enabled,
    /// An administrator switched it off.
    Disabled,
    /// The kernel switched it off.
    Quarantined,
}

/// A text that is no plugin state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not one of enabled, disabled, quarantined")]
pub struct PluginStateError {
    text: String,
}

impl PluginState {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Quarantined => "quarantined",
        }
    }
}

impl FromStr for PluginState {
    type Err = PluginStateError;
    fn from_str(text: &str) -> Result<Self, PluginStateError> {
        match text {
            "enabled" => Ok(Self::Enabled),
            "disabled" => Ok(Self::Disabled),
            "quarantined" => Ok(Self::Quarantined),
            _ => Err(PluginStateError { text: text.to_owned() }),
        }
    }
}

/// An installed plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginRow {
    /// Its id.
    pub id: PluginId,
    /// The version of its bundle.
    pub version: String,
    /// The bundle, in the file store.
    pub bundle: FileHash,
    /// Its manifest, as it was in the bundle.
    pub manifest: String,
    /// Whether it may be called.
    pub state: PluginState,
    /// Why it may not.
    pub reason: Option<String>,
    /// When this version was installed.
    pub installed_at: Instant,
    /// Who installed it; none for the system.
    pub installed_by: Option<AccountId>,
    /// How far whoever signed it was trusted.
    pub level: TrustLevel,
    /// Who signed it; none when nobody did.
    pub publisher: Option<PublicKey>,
    /// The text of its signature.
    pub signature: Option<String>,
}

row!(PluginRow, row => Ok(Self {
    id: parsed(row.try_get(0)?)?,
    version: row.try_get(1)?,
    bundle: FileHash(hash(row.try_get(2)?)?),
    manifest: row.try_get(3)?,
    state: parsed(row.try_get(4)?)?,
    reason: row.try_get(5)?,
    installed_at: Instant(row.try_get(6)?),
    installed_by: row.try_get::<Option<_>, _>(7)?.map(AccountId),
    level: parsed(row.try_get(8)?)?,
    publisher: row.try_get::<Option<&[u8]>, _>(9)?.map(hash).transpose()?.map(PublicKey),
    signature: row.try_get(10)?,
}));

/// A capability that a plugin was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityRow {
    /// Its name.
    pub capability: String,
    /// Since when.
    pub granted_at: Instant,
    /// Who gave it; none for the system.
    pub granted_by: Option<AccountId>,
}

row!(CapabilityRow, row => Ok(Self {
    capability: row.try_get(0)?,
    granted_at: Instant(row.try_get(1)?),
    granted_by: row.try_get::<Option<_>, _>(2)?.map(AccountId),
}));

const PUT: &str = "INSERT INTO plugin (id, version, bundle, manifest, state, reason, installed_at, installed_by, level, \
    publisher, signature) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET \
    version = excluded.version, bundle = excluded.bundle, manifest = excluded.manifest, state = excluded.state, \
    reason = excluded.reason, installed_at = excluded.installed_at, installed_by = excluded.installed_by, \
    level = excluded.level, publisher = excluded.publisher, signature = excluded.signature";

/// Installs a plugin, or another version in the place of the one that is there.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, plugin: &PluginRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(PUT)
        .bind(plugin.id.as_str())
        .bind(&plugin.version)
        .bind(plugin.bundle.0.as_slice())
        .bind(&plugin.manifest)
        .bind(plugin.state.as_str())
        .bind(&plugin.reason)
        .bind(plugin.installed_at.0)
        .bind(plugin.installed_by.map(|by| by.0))
        .bind(plugin.level.as_str())
        .bind(plugin.publisher.as_ref().map(|key| key.0.as_slice()))
        .bind(&plugin.signature)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("plugin.put"))
}

const FIND: &str = "SELECT id, version, bundle, manifest, state, reason, installed_at, installed_by, level, \
    publisher, signature FROM plugin WHERE id = $1";

/// The plugin with that id.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, id: &PluginId) -> Result<Option<PluginRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(id.as_str()).fetch_optional(conn).await).map_err(failed("plugin.find"))
}

const ALL: &str = "SELECT id, version, bundle, manifest, state, reason, installed_at, installed_by, level, \
    publisher, signature FROM plugin ORDER BY id";

/// Every installed plugin.
///
/// # Errors
/// `Query` when the database fails.
pub async fn all(tx: &mut Tx) -> Result<Vec<PluginRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL).fetch_all(conn).await).map_err(failed("plugin.all"))
}

const SET_STATE: &str = "UPDATE plugin SET state = $2, reason = $3 WHERE id = $1";

/// Switches a plugin on or off.
///
/// # Errors
/// `Query` when the database fails.
pub async fn set_state(
    tx: &mut WriteTx,
    id: &PluginId,
    state: PluginState,
    reason: Option<&str>,
) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(SET_STATE)
        .bind(id.as_str())
        .bind(state.as_str())
        .bind(reason)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("plugin.set_state"))
}

/// How a plugin stands, and why.
pub type Stand<'a> = (PluginState, Option<&'a str>);

const TURN: &str = "UPDATE plugin SET state = $5, reason = $6 \
    WHERE id = $1 AND bundle = $2 AND state = $3 AND COALESCE(reason, '') = COALESCE($4, '')";

/// Lets a plugin stand otherwise that still stands as it stood, with that bundle. False when somebody else's word or another version stands
/// there by now; nothing is written then.
///
/// # Errors
/// `Query` when the database fails.
pub async fn turn(
    tx: &mut WriteTx,
    (id, bundle): (&PluginId, FileHash),
    (from, before): Stand<'_>,
    (to, reason): Stand<'_>,
) -> Result<bool, StorageError> {
    on_db!(tx, conn => sqlx::query(TURN)
        .bind(id.as_str())
        .bind(bundle.0.as_slice())
        .bind(from.as_str())
        .bind(before)
        .bind(to.as_str())
        .bind(reason)
        .execute(conn).await.map(|done| done.rows_affected() > 0))
    .map_err(failed("plugin.turn"))
}

const GRANTS: &str = "SELECT capability, granted_at, granted_by FROM capability_grant WHERE plugin = $1 \
    ORDER BY capability";

/// What a plugin was granted.
///
/// # Errors
/// `Query` when the database fails.
pub async fn grants(tx: &mut Tx, id: &PluginId) -> Result<Vec<CapabilityRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(GRANTS).bind(id.as_str()).fetch_all(conn).await).map_err(failed("plugin.grants"))
}

const CLEAR_GRANTS: &str = "DELETE FROM capability_grant WHERE plugin = $1";

async fn clear_grants(tx: &mut WriteTx, id: &PluginId) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(CLEAR_GRANTS).bind(id.as_str()).execute(conn).await.map(|_| ()))
        .map_err(failed("plugin.clear_grants"))
}

const ADD_GRANT: &str =
    "INSERT INTO capability_grant (plugin, capability, granted_at, granted_by) VALUES ($1, $2, $3, $4)";

/// Puts these grants in the place of those that a plugin had.
///
/// # Errors
/// `Query` when the database fails, also when there is no such plugin.
pub async fn set_grants(tx: &mut WriteTx, id: &PluginId, grants: &[CapabilityRow]) -> Result<(), StorageError> {
    clear_grants(tx, id).await?;
    for grant in grants {
        on_db!(tx, conn => sqlx::query(ADD_GRANT)
            .bind(id.as_str())
            .bind(&grant.capability)
            .bind(grant.granted_at.0)
            .bind(grant.granted_by.map(|by| by.0))
            .execute(conn).await.map(|_| ()))
        .map_err(failed("plugin.add_grant"))?;
    }
    Ok(())
}
