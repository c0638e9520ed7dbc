//! Cases: entities of two homes that may be one. A pair is opened once.

use tiwizi_model::{Instant, RecordId};
use uuid::Uuid;

use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// An entity with its home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Side {
    /// The entity.
    pub entity: RecordId,
    /// Its home.
    pub home: [u8; 32],
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// Its id.
    pub id: Uuid,
    /// The kind of both.
    pub kind: KindNo,
    /// The two, the smaller id first.
    pub sides: [Side; 2],
    /// Why they may be one, as JSON.
    pub grounds: String,
    /// Its state.
    pub state: String,
    /// What was decided, as JSON.
    pub decision: Option<String>,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

macro_rules! columns {
    () => {
        "id, kind, one, one_home, other, other_home, grounds, state, decision, opened_at, changed_at"
    };
}

row!(CaseRow, row => Ok(Self {
    id: row.try_get(0)?,
    kind: KindNo(row.try_get(1)?),
    sides: [
        Side { entity: RecordId(row.try_get(2)?), home: hash(row.try_get(3)?)? },
        Side { entity: RecordId(row.try_get(4)?), home: hash(row.try_get(5)?)? },
    ],
    grounds: row.try_get(6)?,
    state: row.try_get(7)?,
    decision: row.try_get(8)?,
    opened_at: Instant(row.try_get(9)?),
    changed_at: Instant(row.try_get(10)?),
}));

const OPEN: &str = concat!(
    "INSERT INTO fed_case (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING"
);

/// Opens a case, whichever way round its sides are given. False when there is one of the two, also one that was closed.
///
/// # Errors
/// `Query` when the database fails.
pub async fn open(tx: &mut WriteTx, case: &CaseRow) -> Result<bool, StorageError> {
    let mut sides = case.sides;
    sides.sort();
    let [one, other] = sides;
    let opened = on_db!(tx, conn => sqlx::query(OPEN)
        .bind(case.id)
        .bind(case.kind.0)
        .bind(one.entity.0)
        .bind(one.home.as_slice())
        .bind(other.entity.0)
        .bind(other.home.as_slice())
        .bind(&case.grounds)
        .bind(&case.state)
        .bind(case.decision.as_deref())
        .bind(case.opened_at.0)
        .bind(case.changed_at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_case.open"))?;
    Ok(opened > 0)
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM fed_case WHERE id = $1");

/// One case.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<CaseRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(id).fetch_optional(conn).await).map_err(failed("fed_case.find"))
}

const IN_STATE: &str =
    concat!("SELECT ", columns!(), " FROM fed_case WHERE state = $1 ORDER BY opened_at, id LIMIT $2");

/// The cases in a state, the oldest first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn in_state(tx: &mut Tx, state: &str, rows_max: u32) -> Result<Vec<CaseRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(IN_STATE).bind(state).bind(i64::from(rows_max)).fetch_all(conn).await)
        .map_err(failed("fed_case.in_state"))
}

/// How a case goes on.
#[derive(Debug, Clone, Copy)]
pub struct CaseChange<'a> {
    /// Which case.
    pub id: Uuid,
    /// The state that it is in.
    pub from: &'a str,
    /// The state that it comes to.
    pub to: &'a str,
    /// What was decided, as JSON.
    pub decision: Option<&'a str>,
    /// Now.
    pub at: Instant,
}

const MOVE: &str = "UPDATE fed_case SET state = $3, decision = $4, changed_at = $5 WHERE id = $1 AND state = $2";

/// Moves a case from one state to another. False when it is not in the first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn change_state(tx: &mut WriteTx, change: CaseChange<'_>) -> Result<bool, StorageError> {
    let changed = on_db!(tx, conn => sqlx::query(MOVE)
        .bind(change.id)
        .bind(change.from)
        .bind(change.to)
        .bind(change.decision)
        .bind(change.at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_case.change_state"))?;
    Ok(changed > 0)
}
