//! Notices: what plugins, and the kernel itself, tell accounts. A message is a key and texts here; words are made of it where it is shown.

use tiwizi_model::{AccountId, Instant, PluginId};
use uuid::Uuid;

use crate::error::{StorageError, failed};
use crate::sql::{parsed_option, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Its id; later ones are greater.
    pub id: Uuid,
    /// Whom it tells.
    pub account: AccountId,
    /// Which plugin does; none for the kernel itself.
    pub plugin: Option<PluginId>,
    /// The key of the message.
    pub key: String,
    /// The values of the message, a JSON object of texts.
    pub args: String,
    /// A path below the plugin; for the kernel itself, one of its pages, after the language.
    pub link: Option<String>,
    /// When it was sent.
    pub created_at: Instant,
    /// When it was read first.
    pub read_at: Option<Instant>,
}

row!(NoticeRow, row => Ok(Self {
    id: row.try_get(0)?,
    account: AccountId(row.try_get(1)?),
    plugin: parsed_option(row.try_get(2)?)?,
    key: row.try_get(3)?,
    args: row.try_get(4)?,
    link: row.try_get(5)?,
    created_at: Instant(row.try_get(6)?),
    read_at: row.try_get::<Option<_>, _>(7)?.map(Instant),
}));

macro_rules! columns {
    () => {
        "id, account, plugin, key, args, link, created_at, read_at"
    };
}

const INSERT: &str = concat!("INSERT INTO notice (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");

/// Writes a notice.
///
/// # Errors
/// `Query` when the database fails, also when there is no such account or plugin.
pub async fn insert(tx: &mut WriteTx, notice: &NoticeRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(INSERT)
        .bind(notice.id)
        .bind(notice.account.0)
        .bind(notice.plugin.as_ref().map(PluginId::as_str))
        .bind(notice.key.as_str())
        .bind(notice.args.as_str())
        .bind(notice.link.as_deref())
        .bind(notice.created_at.0)
        .bind(notice.read_at.map(|at| at.0))
        .execute(conn).await.map(|_| ()))
    .map_err(failed("notice.insert"))
}

/// The newest of each plugin stay before the next ones of any, so that one plugin does not push out what others said.
const TRIM: &str = "DELETE FROM notice WHERE account = $1 AND id NOT IN (SELECT id FROM (\
    SELECT id, ROW_NUMBER() OVER (PARTITION BY plugin ORDER BY id DESC) AS place FROM notice WHERE account = $1\
    ) AS ranked ORDER BY place, id DESC LIMIT $2)";

/// Forgets notices of an account, so that this many are left at most: the oldest of the plugin that said most go first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn trim(tx: &mut WriteTx, account: AccountId, rows_max: i64) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(TRIM).bind(account.0).bind(rows_max).execute(conn).await.map(|_| ()))
        .map_err(failed("notice.trim"))
}

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM notice WHERE account = $1 AND id < $2 AND deleted_at IS NULL ORDER BY id DESC LIMIT $3"
);

/// Notices of an account, the newest first, behind one of them.
///
/// # Errors
/// `Query` when the database fails.
pub async fn list(
    tx: &mut Tx,
    account: AccountId,
    after: Option<Uuid>,
    rows_max: u32,
) -> Result<Vec<NoticeRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(LIST)
        .bind(account.0)
        .bind(after.unwrap_or(Uuid::max()))
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("notice.list"))
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM notice WHERE account = $1 AND id = $2 AND deleted_at IS NULL");

/// A notice of an account that is not deleted.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, account: AccountId, id: Uuid) -> Result<Option<NoticeRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(account.0).bind(id).fetch_optional(conn).await)
        .map_err(failed("notice.find"))
}

const UNREAD: &str = "SELECT count(*) FROM notice WHERE account = $1 AND read_at IS NULL AND deleted_at IS NULL";

/// How many notices an account has not read.
///
/// # Errors
/// `Query` when the database fails.
pub async fn unread(tx: &mut Tx, account: AccountId) -> Result<i64, StorageError> {
    let (count,): (i64,) = on_db!(tx, conn => sqlx::query_as(UNREAD).bind(account.0).fetch_one(conn).await)
        .map_err(failed("notice.unread"))?;
    Ok(count)
}

const READ: &str = "UPDATE notice SET read_at = COALESCE(read_at, $3) WHERE account = $1 AND id = $2";

/// Marks a notice of an account as read, and says whether there is one.
///
/// # Errors
/// `Query` when the database fails.
pub async fn read(tx: &mut WriteTx, account: AccountId, id: Uuid, at: Instant) -> Result<bool, StorageError> {
    on_db!(tx, conn => sqlx::query(READ).bind(account.0).bind(id).bind(at.0).execute(conn).await
        .map(|done| done.rows_affected() > 0))
    .map_err(failed("notice.read"))
}

const READ_ALL: &str = "UPDATE notice SET read_at = $2 WHERE account = $1 AND read_at IS NULL AND deleted_at IS NULL";

/// Marks every notice of an account as read.
///
/// # Errors
/// `Query` when the database fails.
pub async fn read_all(tx: &mut WriteTx, account: AccountId, at: Instant) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(READ_ALL).bind(account.0).bind(at.0).execute(conn).await.map(|_| ()))
        .map_err(failed("notice.read_all"))
}

const SET_DELETED: &str = "UPDATE notice SET deleted_at = $3 WHERE account = $1 AND id = $2";

/// Takes a notice of an account out of sight, or brings it back without a time. Says whether there is one.
///
/// # Errors
/// `Query` when the database fails.
pub async fn set_deleted(
    tx: &mut WriteTx,
    account: AccountId,
    id: Uuid,
    at: Option<Instant>,
) -> Result<bool, StorageError> {
    on_db!(tx, conn => sqlx::query(SET_DELETED).bind(account.0).bind(id).bind(at.map(|at| at.0)).execute(conn).await
        .map(|done| done.rows_affected() > 0))
    .map_err(failed("notice.set_deleted"))
}

const SWEEP: &str = "DELETE FROM notice WHERE deleted_at < $1";

/// Forgets the notices that were deleted before a moment, and returns how many there were.
///
/// # Errors
/// `Query` when the database fails.
pub async fn sweep(tx: &mut WriteTx, before: Instant) -> Result<u64, StorageError> {
    on_db!(tx, conn => sqlx::query(SWEEP).bind(before.0).execute(conn).await.map(|done| done.rows_affected()))
        .map_err(failed("notice.sweep"))
}
