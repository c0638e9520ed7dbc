//! Taking a plugin out of the database: every row that names it, and every record of its kinds.
//!
//! Whoever adds a table whose rows belong to a plugin adds a line to `OF_PLUGIN`, above the line of `plugin` itself; the test that looks
//! through every table for the name of a removed plugin fails until then. What stays on purpose: the change log, and the logs of the
//! federation, with the numbers and names of kinds that they speak of, the highest version that was ever installed (or an older one could come back), and records of other
//! kinds that name the plugin, which are milestones of people.

use tiwizi_model::PluginId;

use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::tx::{WriteTx, on_db};

/// What a plugin has beside its records, in the order of their references. `$1` is its id.
const OF_PLUGIN: [(&str, &str); 21] = [
    ("removal.grants", "DELETE FROM capability_grant WHERE plugin = $1"),
    ("removal.values", "DELETE FROM kv WHERE plugin = $1"),
    ("removal.usage", "DELETE FROM kv_usage WHERE plugin = $1"),
    // The bytes of the files are swept away later.
    ("removal.files", "DELETE FROM blob WHERE plugin = $1"),
    ("removal.files_usage", "DELETE FROM blob_usage WHERE plugin = $1"),
    ("removal.notices", "DELETE FROM notice WHERE plugin = $1"),
    ("removal.settings", "DELETE FROM plugin_setting WHERE plugin = $1"),
    ("removal.secrets", "DELETE FROM plugin_secret WHERE plugin = $1"),
    ("removal.limits", "DELETE FROM plugin_limit WHERE plugin = $1"),
    ("removal.account", "DELETE FROM plugin_usage WHERE plugin = $1"),
    ("removal.quarantine", "DELETE FROM plugin_quarantine WHERE plugin = $1"),
    ("removal.work", "DELETE FROM job WHERE plugin = $1"),
    ("removal.done", "DELETE FROM job_done WHERE plugin = $1"),
    ("removal.schedules", "DELETE FROM schedule WHERE plugin = $1"),
    // Where it stands in the log when it was left behind.
    ("removal.place", "DELETE FROM cursor WHERE reader = 'events/' || $1"),
    // A publisher of whom nothing else is installed; what an administrator trusts is in another table, and stays.
    (
        "removal.publisher",
        "DELETE FROM publisher WHERE key NOT IN (SELECT publisher FROM plugin WHERE id <> $1 AND publisher IS NOT NULL) \
         AND key NOT IN (SELECT publisher FROM plugin_before WHERE plugin <> $1 AND publisher IS NOT NULL)",
    ),
    ("removal.records_before", "DELETE FROM plugin_before_record WHERE plugin = $1"),
    ("removal.values_before", "DELETE FROM plugin_before_value WHERE plugin = $1"),
    ("removal.before", "DELETE FROM plugin_before WHERE plugin = $1"),
    ("removal.answers", ANSWERS),
    ("removal.plugin", "DELETE FROM plugin WHERE id = $1"),
];

/// Answers that may be repeated for a day hold the names of kinds, and what the records were: receipts of writes, whose status is 0, and
/// what was answered, as JSON with the headers and, once more quoted, the body. Each pattern begins where an address or a name begins, or
/// a plugin would take with it the answers of others whose ids end like its own. An id holds no sign that LIKE reads; with another escape
/// a backslash is one like any other on both databases.
const ANSWERS: &str = "DELETE FROM idempotency WHERE \
    status = 0 AND (answer LIKE $1 || '/%' OR answer LIKE '%\n' || $1 || '/%') \
    OR answer LIKE '%\"/p/' || $1 || '/%' \
    OR answer LIKE '%\"/__/p/' || $1 || '/%' OR answer LIKE '%\"/___/p/' || $1 || '/%' \
    OR answer LIKE '%\"/__/p/' || $1 || '\"%' OR answer LIKE '%\"/___/p/' || $1 || '\"%' \
    OR answer LIKE '%\"/__/records/' || $1 || '/%' OR answer LIKE '%\"/___/records/' || $1 || '/%' \
    OR answer LIKE '%\"/api/v1/records/' || $1 || '/%' OR answer LIKE '%\"/api/v1/plugins/' || $1 || '/%' \
    OR answer LIKE '%\"/api/v1/plugins/' || $1 || '\"%' \
    OR answer LIKE '%\\\"kind\\\":\\\"' || $1 || '/%' ESCAPE '!' \
    OR answer LIKE '%\\\"id\\\":\\\"' || $1 || '\\\"%' ESCAPE '!' \
    OR answer LIKE '%\\\"plugin\\\":\\\"' || $1 || '\\\"%' ESCAPE '!'";

/// The index of words has another key on each database.
const WORDS_SQLITE: &str = "DELETE FROM search WHERE rowid IN (SELECT num FROM record WHERE kind = $1)";
const WORDS_POSTGRES: &str = "DELETE FROM search WHERE num IN (SELECT num FROM record WHERE kind = $1)";
/// By id, because only that is indexed.
const VERSIONS: &str = "DELETE FROM record_version WHERE id IN (SELECT id FROM record WHERE kind = $1)";
const RECORDS: &str = "DELETE FROM record WHERE kind = $1";
/// What entries of logs could disclose of the records. The entries themselves hold commitments alone, and stay.
const DISCLOSURES: &str =
    "DELETE FROM fed_disclosure WHERE (log, seq) IN (SELECT log, seq FROM fed_entry WHERE entity_kind = $1)";
/// What waits to become records of the kind, and what is known of those that did: a plugin that comes back is loaded anew.
const PARKED: &str = "DELETE FROM fed_parked WHERE entity_kind = $1";
const ENTITIES: &str = "DELETE FROM fed_entity WHERE kind = $1";
/// What of the records waits for its place in a log, and what was written last of each.
const DRAFTS: &str = "DELETE FROM fed_draft WHERE kind = $1";
const OWN: &str = "DELETE FROM fed_own WHERE kind = $1";

/// Forgets a plugin with all that belongs to it but its records.
///
/// # Errors
/// `Query` when the database fails.
pub async fn forget_plugin(tx: &mut WriteTx, plugin: &PluginId) -> Result<(), StorageError> {
    for (name, text) in OF_PLUGIN {
        on_db!(tx, conn => sqlx::query(text).bind(plugin.as_str()).execute(conn).await.map(|_| ()))
            .map_err(failed(name))?;
    }
    Ok(())
}

/// Forgets every record of a kind: its content now and before, its words, its tombstones, what of it could be disclosed or waits. Returns how
/// many records there were. The change log and the logs of the federation keep their entries, which hold no content.
///
/// # Errors
/// `Query` when the database fails.
pub async fn forget_records(tx: &mut WriteTx, kind: KindNo) -> Result<u64, StorageError> {
    let words = if tx.is_postgres() { WORDS_POSTGRES } else { WORDS_SQLITE };
    let mut records = 0;
    for (name, text) in [
        ("removal.disclosures", DISCLOSURES),
        ("removal.parked", PARKED),
        ("removal.entities", ENTITIES),
        ("removal.drafts", DRAFTS),
        ("removal.own", OWN),
        ("removal.words", words),
        ("removal.versions", VERSIONS),
        ("removal.records", RECORDS),
    ] {
        records =
            on_db!(tx, conn => sqlx::query(text).bind(kind.0).execute(conn).await.map(|done| done.rows_affected()))
                .map_err(failed(name))?;
    }
    Ok(records)
}
