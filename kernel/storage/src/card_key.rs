//! Under which secrets the numbers of identity cards were sealed, and the contents that a change of secret has to reach.
//!
//! A print tells whether a secret is the one from before and cannot be turned back into it. The superseded versions of records lie beside
//! the log, as content does (decision 3): putting their sealed numbers under another secret changes no entry of it.

use tiwizi_model::{Instant, RecordId, Version};
use uuid::Uuid;

use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::row;
use crate::tx::{Tx, WriteTx, on_db};

/// A secret that numbers were, or are, sealed under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardKeyRow {
    /// Its number; the greatest is in use.
    pub number: i64,
    /// What it is known by.
    pub print: Vec<u8>,
    /// Since when.
    pub made_at: Instant,
    /// Since when nothing is sealed under it any more.
    pub retired_at: Option<Instant>,
}

row!(CardKeyRow, row => Ok(Self {
    number: row.try_get(0)?,
    print: row.try_get(1)?,
    made_at: Instant(row.try_get(2)?),
    retired_at: row.try_get::<Option<_>, _>(3)?.map(Instant),
}));

const ALL: &str = "SELECT number, print, made_at, retired_at FROM card_key ORDER BY number";

/// All of them, the oldest first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn all(tx: &mut Tx) -> Result<Vec<CardKeyRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL).fetch_all(conn).await).map_err(failed("card_key.all"))
}

const CREATE: &str = "INSERT INTO card_key (number, print, made_at, retired_at) VALUES ($1, $2, $3, $4)";

/// Notes one.
///
/// # Errors
/// `Query` when its number is taken, or when the database fails.
pub async fn create(tx: &mut WriteTx, key: &CardKeyRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(CREATE)
        .bind(key.number)
        .bind(&key.print)
        .bind(key.made_at.0)
        .bind(key.retired_at.map(|at| at.0))
        .execute(conn).await.map(|_| ()))
    .map_err(failed("card_key.create"))
}

const RETIRE: &str = "UPDATE card_key SET retired_at = $1 WHERE number = $2 AND retired_at IS NULL";

/// Notes that nothing is sealed under one any more.
///
/// # Errors
/// `Query` when the database fails.
pub async fn retire(tx: &mut WriteTx, number: i64, at: Instant) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(RETIRE).bind(at.0).bind(number).execute(conn).await.map(|_| ()))
        .map_err(failed("card_key.retire"))
}

/// A superseded version and its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionBody {
    /// The record.
    pub id: RecordId,
    /// Which version of it.
    pub version: Version,
    /// Its content as JSON.
    pub body: String,
}

row!(VersionBody, row => Ok(Self {
    id: RecordId(row.try_get(0)?),
    version: Version(row.try_get(1)?),
    body: row.try_get(2)?,
}));

const VERSIONS: &str = "SELECT id, version, body FROM record_version \
    WHERE kind = $1 AND (id, version) > ($2, $3) ORDER BY id, version LIMIT $4";

/// The superseded versions of a kind behind a place, in the order of their records. They are found by walking on from there through those
/// of all kinds, so this is for a command and not for a request.
///
/// # Errors
/// `Query` when the database fails.
pub async fn versions_after(
    tx: &mut Tx,
    kind: KindNo,
    after: (RecordId, Version),
    rows_max: u32,
) -> Result<Vec<VersionBody>, StorageError> {
    let (id, version) = after;
    on_db!(tx, conn => sqlx::query_as(VERSIONS)
        .bind(kind.0)
        .bind(id.0)
        .bind(version.0)
        .bind(i64::from(rows_max))
        .fetch_all(conn).await)
    .map_err(failed("card_key.versions_after"))
}

/// The place before every version.
pub const FIRST_PLACE: (RecordId, Version) = (RecordId(Uuid::nil()), Version(0));

const REWORD: &str = "UPDATE record_version SET body = $1 WHERE id = $2 AND version = $3 AND body = $4";

/// Puts another content into a superseded version that still has the one that was read.
///
/// # Errors
/// `Query` when the database fails.
pub async fn reword_version(tx: &mut WriteTx, read: &VersionBody, body: &str) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(REWORD)
        .bind(body)
        .bind(read.id.0)
        .bind(read.version.0)
        .bind(&read.body)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("card_key.reword_version"))
}
