//! Agreements and their versions. What one says is in its envelope, as both sides signed it.

use tiwizi_model::Instant;

use super::known::{counted, stored};
use crate::error::{StorageError, failed};
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// The number of an agreement in this database. It means nothing outside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AgreementNo(pub i64);

impl AgreementNo {
    /// What travels without an agreement: keys, the directory, agreements themselves.
    pub const NONE: Self = Self(0);
}

/// An agreement as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementRow {
    /// Its number here.
    pub no: AgreementNo,
    /// Its id everywhere.
    pub id: String,
    /// Who gives.
    pub holder: [u8; 32],
    /// Who receives.
    pub receiver: [u8; 32],
    /// Its state.
    pub state: String,
    /// The version in force; 0 before there is one.
    pub version: u64,
    /// When that version ends.
    pub expires_at: Option<Instant>,
    /// When it last changed.
    pub changed_at: Instant,
}

macro_rules! columns {
    () => {
        "no, id, holder, receiver, state, version, expires_at, changed_at"
    };
}

row!(AgreementRow, row => Ok(Self {
    no: AgreementNo(row.try_get(0)?),
    id: row.try_get(1)?,
    holder: hash(row.try_get(2)?)?,
    receiver: hash(row.try_get(3)?)?,
    state: row.try_get(4)?,
    version: counted(row.try_get(5)?)?,
    expires_at: row.try_get::<Option<_>, _>(6)?.map(Instant),
    changed_at: Instant(row.try_get(7)?),
}));

const FIND: &str = concat!("SELECT ", columns!(), " FROM fed_agreement WHERE no = $1");

/// One agreement by its number.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, no: AgreementNo) -> Result<Option<AgreementRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(no.0).fetch_optional(conn).await).map_err(failed("fed_agreement.find"))
}

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM fed_agreement WHERE id = $1");

/// One agreement by its id.
///
/// # Errors
/// `Query` when the database fails.
pub async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<AgreementRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(BY_ID).bind(id).fetch_optional(conn).await).map_err(failed("fed_agreement.by_id"))
}

const ALL: &str = concat!("SELECT ", columns!(), " FROM fed_agreement ORDER BY no");

/// All agreements, the oldest first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn all(tx: &mut Tx) -> Result<Vec<AgreementRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL).fetch_all(conn).await).map_err(failed("fed_agreement.all"))
}

/// A version of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementVersionRow {
    /// Of which agreement.
    pub agreement: AgreementNo,
    /// Its number, from 1.
    pub version: u64,
    /// The document with the signatures that it has so far.
    pub envelope: Vec<u8>,
    /// Its state.
    pub state: String,
    /// When it was drafted or received.
    pub made_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

row!(AgreementVersionRow, row => Ok(Self {
    agreement: AgreementNo(row.try_get(0)?),
    version: counted(row.try_get(1)?)?,
    envelope: row.try_get(2)?,
    state: row.try_get(3)?,
    made_at: Instant(row.try_get(4)?),
    changed_at: Instant(row.try_get(5)?),
}));

const VERSION: &str = "SELECT agreement, version, envelope, state, made_at, changed_at FROM fed_agreement_version \
    WHERE agreement = $1 AND version = $2";

/// One version of an agreement.
///
/// # Errors
/// `Query` when the database fails.
pub async fn version(tx: &mut Tx, no: AgreementNo, version: u64) -> Result<Option<AgreementVersionRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(VERSION).bind(no.0).bind(stored(version)).fetch_optional(conn).await)
        .map_err(failed("fed_agreement.version"))
}

/// An agreement with the versions that it is in, as whoever knows its rules keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRow {
    /// Its number here.
    pub no: AgreementNo,
    /// Its id everywhere.
    pub id: String,
    /// The version that is in force, or was last; opaque to storage.
    pub current: Option<String>,
    /// The version that is being agreed on.
    pub next: Option<String>,
    /// The document of that version, with the signatures that it has.
    pub envelope: Option<Vec<u8>>,
}

row!(KeptRow, row => Ok(Self {
    no: AgreementNo(row.try_get(0)?),
    id: row.try_get(1)?,
    current: row.try_get(2)?,
    next: row.try_get(3)?,
    envelope: row.try_get(4)?,
}));

/// An agreement to be kept.
#[derive(Debug, Clone, Copy)]
pub struct Keeping<'a> {
    /// Its id everywhere.
    pub id: &'a str,
    /// Its two sides.
    pub sides: [&'a [u8; 32]; 2],
    /// Its state.
    pub state: &'a str,
    /// The version in force; 0 before there is one.
    pub version: u64,
    /// When that version ends.
    pub expires_at: Option<Instant>,
    /// That version.
    pub current: Option<&'a str>,
    /// The version that is being agreed on.
    pub next: Option<&'a str>,
    /// The document of that version, with the signatures that it has.
    pub envelope: Option<&'a [u8]>,
    /// Now.
    pub at: Instant,
}

const KEEP: &str = "INSERT INTO fed_agreement (id, holder, receiver, state, version, expires_at, changed_at, current, next, \
    envelope) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, \
    receiver = excluded.receiver, state = excluded.state, version = excluded.version, expires_at = excluded.expires_at, \
    changed_at = excluded.changed_at, current = excluded.current, next = excluded.next, envelope = excluded.envelope \
    WHERE excluded.version >= fed_agreement.version RETURNING no";

/// Puts an agreement as it stands, and gives its number. None when a later version is known: it stays.
///
/// # Errors
/// `Query` when the database fails.
pub async fn keep(tx: &mut WriteTx, keeping: Keeping<'_>) -> Result<Option<AgreementNo>, StorageError> {
    let [one, other] = keeping.sides;
    let kept: Option<(i64,)> = on_db!(tx, conn => sqlx::query_as(KEEP)
        .bind(keeping.id)
        .bind(one.as_slice())
        .bind(other.as_slice())
        .bind(keeping.state)
        .bind(stored(keeping.version))
        .bind(keeping.expires_at.map(|at| at.0))
        .bind(keeping.at.0)
        .bind(keeping.current)
        .bind(keeping.next)
        .bind(keeping.envelope)
        .fetch_optional(conn).await)
    .map_err(failed("fed_agreement.keep"))?;
    Ok(kept.map(|(no,)| AgreementNo(no)))
}

const KEPT: &str = "SELECT no, id, current, next, envelope FROM fed_agreement WHERE id = $1";
const ALL_KEPT: &str = "SELECT no, id, current, next, envelope FROM fed_agreement ORDER BY id";

/// An agreement as it was kept.
///
/// # Errors
/// `Query` when the database fails.
pub async fn kept(tx: &mut Tx, id: &str) -> Result<Option<KeptRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(KEPT).bind(id).fetch_optional(conn).await).map_err(failed("fed_agreement.kept"))
}

/// All agreements as they were kept, in the order of their ids.
///
/// # Errors
/// `Query` when the database fails.
pub async fn all_kept(tx: &mut Tx) -> Result<Vec<KeptRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL_KEPT).fetch_all(conn).await).map_err(failed("fed_agreement.all_kept"))
}

const NUMBERS: &str = "SELECT no, id FROM fed_agreement";

/// The numbers of all agreements with their ids, in no order.
///
/// # Errors
/// `Query` when the database fails.
pub async fn numbers(tx: &mut Tx) -> Result<Vec<(AgreementNo, String)>, StorageError> {
    let rows: Vec<(i64, String)> =
        on_db!(tx, conn => sqlx::query_as(NUMBERS).fetch_all(conn).await).map_err(failed("fed_agreement.numbers"))?;
    Ok(rows.into_iter().map(|(no, id)| (AgreementNo(no), id)).collect())
}

const KEEP_VERSION: &str = "INSERT INTO fed_agreement_version (agreement, version, envelope, state, made_at, changed_at) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (agreement, version) DO UPDATE SET envelope = excluded.envelope, \
    state = excluded.state, changed_at = excluded.changed_at";

/// Puts a version as it stands, so that what was once agreed is there when another version has taken its place.
///
/// # Errors
/// `Query` when there is no such agreement, or when the database fails.
pub async fn keep_version(tx: &mut WriteTx, version: &AgreementVersionRow) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(KEEP_VERSION)
        .bind(version.agreement.0)
        .bind(stored(version.version))
        .bind(&version.envelope)
        .bind(&version.state)
        .bind(version.made_at.0)
        .bind(version.changed_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("fed_agreement.keep_version"))
}
