//! Transfers of entities from one home to another, and their steps, as people look at them.
//!
//! Invariant: one transfer of an entity is under way at a time. Who its home is stands in `custody`.

use tiwizi_model::{Instant, RecordId};
use uuid::Uuid;

use super::known::{Added, counted, numbered, stored};
use super::log::{LogNo, Place};
use crate::error::{StorageError, WriteError, failed, refused};
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// A transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRow {
    /// The key of its offer.
    pub id: Uuid,
    /// What moves.
    pub entity: RecordId,
    /// The transfer that it goes along with: itself, unless it follows another one.
    pub lead: Uuid,
    /// From whom.
    pub from: [u8; 32],
    /// To whom.
    pub to: [u8; 32],
    /// The term of the home that gives.
    pub tenure: u32,
    /// The last version that it wrote.
    pub ver: u64,
    /// The hash of the whole state.
    pub state_root: [u8; 32],
    /// Its state.
    pub state: String,
    /// Whether it is under way.
    pub under_way: bool,
    /// What people are told, as JSON.
    pub note: String,
    /// When it began.
    pub made_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

macro_rules! columns {
    () => {
        "id, entity, lead, from_node, to_node, tenure, ver, state_root, state, under_way, note, made_at, changed_at"
    };
}

row!(TransferRow, row => Ok(Self {
    id: row.try_get(0)?,
    entity: RecordId(row.try_get(1)?),
    lead: row.try_get(2)?,
    from: hash(row.try_get(3)?)?,
    to: hash(row.try_get(4)?)?,
    tenure: numbered(row.try_get(5)?)?,
    ver: counted(row.try_get(6)?)?,
    state_root: hash(row.try_get(7)?)?,
    state: row.try_get(8)?,
    under_way: row.try_get::<Option<i16>, _>(9)?.is_some(),
    note: row.try_get(10)?,
    made_at: Instant(row.try_get(11)?),
    changed_at: Instant(row.try_get(12)?),
}));

const ADD: &str = concat!(
    "INSERT INTO fed_transfer (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
);

/// Adds a transfer.
///
/// # Errors
/// `Duplicate` when another one of the entity is under way, `Exists` when this one is there.
pub async fn add(tx: &mut WriteTx, transfer: &TransferRow) -> Result<(), WriteError> {
    on_db!(tx, conn => sqlx::query(ADD)
        .bind(transfer.id)
        .bind(transfer.entity.0)
        .bind(transfer.lead)
        .bind(transfer.from.as_slice())
        .bind(transfer.to.as_slice())
        .bind(i64::from(transfer.tenure))
        .bind(stored(transfer.ver))
        .bind(transfer.state_root.as_slice())
        .bind(&transfer.state)
        .bind(transfer.under_way.then_some(1_i16))
        .bind(&transfer.note)
        .bind(transfer.made_at.0)
        .bind(transfer.changed_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(refused("fed_transfer.add", taken))
}

/// By PostgreSQL's name of the index or by SQLite's name of its column.
fn taken(constraint: &str) -> Option<WriteError> {
    if constraint == "fed_transfer_entity" || constraint.ends_with("fed_transfer.entity") {
        return Some(WriteError::Duplicate { slot: 0 });
    }
    Some(WriteError::Exists)
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM fed_transfer WHERE id = $1");

/// One transfer.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<TransferRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(id).fetch_optional(conn).await).map_err(failed("fed_transfer.find"))
}

const UNDER_WAY: &str =
    concat!("SELECT ", columns!(), " FROM fed_transfer WHERE entity = $1 AND under_way IS NOT NULL");

/// The transfer of an entity that is under way.
///
/// # Errors
/// `Query` when the database fails.
pub async fn under_way(tx: &mut Tx, entity: RecordId) -> Result<Option<TransferRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(UNDER_WAY).bind(entity.0).fetch_optional(conn).await)
        .map_err(failed("fed_transfer.under_way"))
}

const NEWEST: &str =
    concat!("SELECT ", columns!(), " FROM fed_transfer WHERE lead = id ORDER BY made_at DESC, id DESC LIMIT $1");

/// The newest transfers that lead, the newest first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn newest(tx: &mut Tx, rows_max: u32) -> Result<Vec<TransferRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(NEWEST).bind(i64::from(rows_max)).fetch_all(conn).await)
        .map_err(failed("fed_transfer.newest"))
}

const LEADING_IN: &str =
    concat!("SELECT ", columns!(), " FROM fed_transfer WHERE state = $1 AND lead = id ORDER BY made_at, id LIMIT $2");

/// The transfers in a state that lead, the oldest first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn leading_in(tx: &mut Tx, state: &str, rows_max: u32) -> Result<Vec<TransferRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(LEADING_IN).bind(state).bind(i64::from(rows_max)).fetch_all(conn).await)
        .map_err(failed("fed_transfer.leading_in"))
}

const TOGETHER: &str = concat!("SELECT ", columns!(), " FROM fed_transfer WHERE lead = $1 ORDER BY entity");

/// The transfers that go along with one, itself among them, in the order of what moves.
///
/// # Errors
/// `Query` when the database fails.
pub async fn together(tx: &mut Tx, lead: Uuid) -> Result<Vec<TransferRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(TOGETHER).bind(lead).fetch_all(conn).await)
        .map_err(failed("fed_transfer.together"))
}

const NOTE: &str = "UPDATE fed_transfer SET note = $2 WHERE id = $1";

/// Notes what people are told of a transfer, as JSON. False when there is none.
///
/// # Errors
/// `Query` when the database fails.
pub async fn note(tx: &mut WriteTx, id: Uuid, note: &str) -> Result<bool, StorageError> {
    let noted = on_db!(tx, conn => {
        sqlx::query(NOTE).bind(id).bind(note).execute(conn).await.map(|done| done.rows_affected())
    })
    .map_err(failed("fed_transfer.note"))?;
    Ok(noted > 0)
}

/// How a transfer goes on.
#[derive(Debug, Clone, Copy)]
pub struct TransferChange<'a> {
    /// Which transfer.
    pub id: Uuid,
    /// The state that it is in.
    pub from: &'a str,
    /// The state that it comes to.
    pub to: &'a str,
    /// Whether it is under way after that; one that is not never is again.
    pub under_way: bool,
    /// What people are told, as JSON; none leaves it as it is.
    pub note: Option<&'a str>,
    /// Now.
    pub at: Instant,
}

const MOVE: &str = "UPDATE fed_transfer SET state = $3, under_way = CASE WHEN $4 = 1 THEN under_way END, note = coalesce($5, note), \
    changed_at = $6 WHERE id = $1 AND state = $2";

/// Moves a transfer from one state to another. False when it is not in the first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn change_state(tx: &mut WriteTx, change: TransferChange<'_>) -> Result<bool, StorageError> {
    let changed = on_db!(tx, conn => sqlx::query(MOVE)
        .bind(change.id)
        .bind(change.from)
        .bind(change.to)
        .bind(i16::from(change.under_way))
        .bind(change.note)
        .bind(change.at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_transfer.change_state"))?;
    Ok(changed > 0)
}

/// A step of a transfer, as an entry of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// Which step: offer, accept, seal, complete, void.
    pub step: String,
    /// Its entry.
    pub place: Place,
    /// When it was taken or known here.
    pub at: Instant,
}

row!(StepRow, row => Ok(Self {
    step: row.try_get(0)?,
    place: Place { log: LogNo(row.try_get(1)?), seq: counted(row.try_get(2)?)? },
    at: Instant(row.try_get(3)?),
}));

const STEPS: &str = "SELECT step, log, seq, at FROM fed_transfer_step WHERE transfer = $1 ORDER BY at, step";

/// The steps of a transfer.
///
/// # Errors
/// `Query` when the database fails.
pub async fn steps(tx: &mut Tx, id: Uuid) -> Result<Vec<StepRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(STEPS).bind(id).fetch_all(conn).await).map_err(failed("fed_transfer.steps"))
}

const ADD_STEP: &str = "INSERT INTO fed_transfer_step (transfer, step, log, seq, at) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT DO NOTHING";

/// Adds a step. Another entry for the same step stays, and is told.
///
/// # Errors
/// `Query` when there is no such transfer, or when the database fails.
pub async fn add_step(tx: &mut WriteTx, id: Uuid, step: &StepRow) -> Result<Added, StorageError> {
    let added = on_db!(tx, conn => sqlx::query(ADD_STEP)
        .bind(id)
        .bind(&step.step)
        .bind(step.place.log.0)
        .bind(stored(step.place.seq))
        .bind(step.at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_transfer.add_step"))?;
    if added > 0 {
        return Ok(Added::New);
    }
    let known = steps(tx, id).await?;
    Ok(Added::of(known.iter().any(|known| known.step == step.step && known.place == step.place)))
}
