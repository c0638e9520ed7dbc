//! What a plugin keeps beside records, in sums: one row for each area in which it keeps anything.
//!
//! Whoever writes in an area holds its row from `lock` on, so that two kernels on one PostgreSQL follow each other and the sums stay
//! right. The bounds of the sums are the caller's.

use tiwizi_model::PluginId;

use crate::error::{StorageError, failed};
use crate::sql::row;
use crate::tx::{Tx, WriteTx, on_db};

/// Where a plugin keeps something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Values by key, those included whose time is over and that are still there.
    Values,
    /// Files.
    Files,
}

/// What a plugin keeps in an area.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// How many things.
    pub items: i64,
    /// Their bytes together; those of the keys too, where there are keys.
    pub bytes: i64,
}

row!(Usage, row => Ok(Self { items: row.try_get(0)?, bytes: row.try_get(1)? }));

impl Usage {
    /// The same when one thing of so many bytes gives way to another; none stands for nothing.
    #[must_use]
    pub fn changed(self, before: Option<i64>, after: Option<i64>) -> Self {
        let one = |bytes: Option<i64>| i64::from(bytes.is_some());
        Self {
            items: self.items.saturating_sub(one(before)).saturating_add(one(after)),
            bytes: self.bytes.saturating_sub(before.unwrap_or_default()).saturating_add(after.unwrap_or_default()),
        }
    }
}

/// The texts for the table of one area.
struct Texts {
    usage: &'static str,
    lock: &'static str,
    set: &'static str,
}

macro_rules! texts {
    ($table:literal) => {
        Texts {
            usage: concat!("SELECT items, bytes FROM ", $table, " WHERE plugin = $1"),
            // The update changes nothing and takes the row.
            lock: concat!(
                "INSERT INTO ",
                $table,
                " (plugin, items, bytes) VALUES ($1, 0, 0) ON CONFLICT (plugin) DO UPDATE SET items = ",
                $table,
                ".items RETURNING items, bytes"
            ),
            set: concat!("UPDATE ", $table, " SET items = $2, bytes = $3 WHERE plugin = $1"),
        }
    };
}

const VALUES: Texts = texts!("kv_usage");
const FILES: Texts = texts!("blob_usage");

impl Area {
    fn texts(self) -> &'static Texts {
        match self {
            Self::Values => &VALUES,
            Self::Files => &FILES,
        }
    }
}

/// What a plugin keeps in an area.
///
/// # Errors
/// `Query` when the database fails.
pub async fn usage(tx: &mut Tx, area: Area, plugin: &PluginId) -> Result<Usage, StorageError> {
    let text = area.texts().usage;
    let found: Option<Usage> =
        on_db!(tx, conn => sqlx::query_as(text).bind(plugin.as_str()).fetch_optional(conn).await)
            .map_err(failed("kept.usage"))?;
    Ok(found.unwrap_or_default())
}

/// Takes the row of a plugin in an area until the transaction ends: nobody else writes there for it meanwhile.
///
/// # Errors
/// `Query` when the database fails, also when there is no such plugin.
pub async fn lock(tx: &mut WriteTx, area: Area, plugin: &PluginId) -> Result<Usage, StorageError> {
    let text = area.texts().lock;
    on_db!(tx, conn => sqlx::query_as(text).bind(plugin.as_str()).fetch_one(conn).await).map_err(failed("kept.lock"))
}

/// Writes down what a plugin keeps in an area now.
///
/// # Errors
/// `Query` when the database fails.
pub async fn set(tx: &mut WriteTx, area: Area, plugin: &PluginId, usage: Usage) -> Result<(), StorageError> {
    let text = area.texts().set;
    on_db!(tx, conn => sqlx::query(text)
        .bind(plugin.as_str())
        .bind(usage.items)
        .bind(usage.bytes)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("kept.set"))
}
