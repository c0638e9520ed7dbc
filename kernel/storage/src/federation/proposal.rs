//! Proposals to the homes of entities: those of this instance, and those to it.
//!
//! Invariant: a proposal is added once and answered once.

use tiwizi_model::{AccountId, Instant, RecordId};
use uuid::Uuid;

use super::known::{counted, numbered, stored};
use super::log::Place;
use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

/// Which way a proposal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is one of this instance.
    Sent,
    /// It is one to this instance.
    Received,
}

impl Way {
    fn code(self) -> i16 {
        match self {
            Self::Sent => 1,
            Self::Received => 0,
        }
    }
}

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalRow {
    /// The key that its form was opened with.
    pub id: Uuid,
    /// Which way it goes.
    pub way: Way,
    /// The instance at the other end.
    pub node: [u8; 32],
    /// Its entry; none before it is in a log.
    pub place: Option<Place>,
    /// The kind of its entity.
    pub kind: KindNo,
    /// Its entity.
    pub entity: RecordId,
    /// The term that it was made in.
    pub tenure: u32,
    /// The version that it was made from.
    pub ver: u64,
    /// What it changes, as JSON.
    pub patch: String,
    /// Who made it here.
    pub account: Option<AccountId>,
    /// Its state.
    pub state: String,
    /// The answer, as JSON.
    pub answer: Option<String>,
    /// When it was made or received.
    pub made_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
    /// When it was answered.
    pub answered_at: Option<Instant>,
}

macro_rules! columns {
    () => {
        "id, sent, node, log, seq, kind, entity, tenure, ver, patch, account, state, answer, made_at, changed_at, answered_at"
    };
}

row!(ProposalRow, row => Ok(Self {
    id: row.try_get(0)?,
    way: if row.try_get::<i16, _>(1)? == 0 { Way::Received } else { Way::Sent },
    node: hash(row.try_get(2)?)?,
    place: Place::of_columns(row.try_get(3)?, row.try_get(4)?)?,
    kind: KindNo(row.try_get(5)?),
    entity: RecordId(row.try_get(6)?),
    tenure: numbered(row.try_get(7)?)?,
    ver: counted(row.try_get(8)?)?,
    patch: row.try_get(9)?,
    account: row.try_get::<Option<_>, _>(10)?.map(AccountId),
    state: row.try_get(11)?,
    answer: row.try_get(12)?,
    made_at: Instant(row.try_get(13)?),
    changed_at: Instant(row.try_get(14)?),
    answered_at: row.try_get::<Option<_>, _>(15)?.map(Instant),
}));

const ADD: &str = concat!(
    "INSERT INTO fed_proposal (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING"
);

/// Adds a proposal. False when it is there: it was sent twice.
///
/// # Errors
/// `Query` when the database fails.
pub async fn add(tx: &mut WriteTx, proposal: &ProposalRow) -> Result<bool, StorageError> {
    let added = on_db!(tx, conn => sqlx::query(ADD)
        .bind(proposal.id)
        .bind(proposal.way.code())
        .bind(proposal.node.as_slice())
        .bind(proposal.place.map(|place| place.log.0))
        .bind(proposal.place.map(|place| stored(place.seq)))
        .bind(proposal.kind.0)
        .bind(proposal.entity.0)
        .bind(i64::from(proposal.tenure))
        .bind(stored(proposal.ver))
        .bind(&proposal.patch)
        .bind(proposal.account.map(|account| account.0))
        .bind(&proposal.state)
        .bind(proposal.answer.as_deref())
        .bind(proposal.made_at.0)
        .bind(proposal.changed_at.0)
        .bind(proposal.answered_at.map(|at| at.0))
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_proposal.add"))?;
    Ok(added > 0)
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM fed_proposal WHERE id = $1 AND sent = $2");

/// One proposal.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, id: Uuid, way: Way) -> Result<Option<ProposalRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(id).bind(way.code()).fetch_optional(conn).await)
        .map_err(failed("fed_proposal.find"))
}

const OF_ENTITY: &str =
    concat!("SELECT ", columns!(), " FROM fed_proposal WHERE entity = $1 ORDER BY made_at DESC, id DESC LIMIT $2");

/// The proposals about an entity, both ways, the newest first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn of_entity(tx: &mut Tx, entity: RecordId, rows_max: u32) -> Result<Vec<ProposalRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(OF_ENTITY).bind(entity.0).bind(i64::from(rows_max)).fetch_all(conn).await)
        .map_err(failed("fed_proposal.of_entity"))
}

const IN_STATE: &str =
    concat!("SELECT ", columns!(), " FROM fed_proposal WHERE sent = $1 AND state = $2 ORDER BY made_at, id LIMIT $3");

/// The proposals of one way in a state, the oldest first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn in_state(tx: &mut Tx, way: Way, state: &str, rows_max: u32) -> Result<Vec<ProposalRow>, StorageError> {
    on_db!(tx, conn => {
        sqlx::query_as(IN_STATE).bind(way.code()).bind(state).bind(i64::from(rows_max)).fetch_all(conn).await
    })
    .map_err(failed("fed_proposal.in_state"))
}

const PLACE: &str = "UPDATE fed_proposal SET log = $3, seq = $4, state = $5, changed_at = $6 \
    WHERE id = $1 AND sent = $2 AND log IS NULL";

/// Notes where the entry of a proposal is. False when that was noted before.
///
/// # Errors
/// `Query` when the database fails.
pub async fn place(
    tx: &mut WriteTx,
    id: Uuid,
    way: Way,
    place: Place,
    state: (&str, Instant),
) -> Result<bool, StorageError> {
    let placed = on_db!(tx, conn => sqlx::query(PLACE)
        .bind(id)
        .bind(way.code())
        .bind(place.log.0)
        .bind(stored(place.seq))
        .bind(state.0)
        .bind(state.1.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_proposal.place"))?;
    Ok(placed > 0)
}

const MOVE: &str = "UPDATE fed_proposal SET state = $4, changed_at = $5 \
    WHERE id = $1 AND sent = $2 AND state = $3 AND answered_at IS NULL";

/// Moves a proposal that has no answer from one state to another. False when it is not in the first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn change_state(
    tx: &mut WriteTx,
    id: Uuid,
    way: Way,
    states: (&str, &str),
    at: Instant,
) -> Result<bool, StorageError> {
    let changed = on_db!(tx, conn => sqlx::query(MOVE)
        .bind(id)
        .bind(way.code())
        .bind(states.0)
        .bind(states.1)
        .bind(at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_proposal.change_state"))?;
    Ok(changed > 0)
}

/// An answer to a proposal.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// To which proposal.
    pub id: Uuid,
    /// Which way that goes.
    pub way: Way,
    /// The state that it comes to.
    pub state: &'a str,
    /// The answer, as JSON.
    pub answer: &'a str,
    /// Now.
    pub at: Instant,
}

const ANSWER: &str = "UPDATE fed_proposal SET state = $3, answer = $4, changed_at = $5, answered_at = $5 \
    WHERE id = $1 AND sent = $2 AND answered_at IS NULL";

/// Answers a proposal. False when it was answered before, or is not there.
///
/// # Errors
/// `Query` when the database fails.
pub async fn answer(tx: &mut WriteTx, answer: Answer<'_>) -> Result<bool, StorageError> {
    let answered = on_db!(tx, conn => sqlx::query(ANSWER)
        .bind(answer.id)
        .bind(answer.way.code())
        .bind(answer.state)
        .bind(answer.answer)
        .bind(answer.at.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_proposal.answer"))?;
    Ok(answered > 0)
}

const FORWARD: &str = "UPDATE fed_proposal SET node = $2, log = NULL, seq = NULL, state = $3, changed_at = $4 \
    WHERE entity = $1 AND sent = 1 AND answered_at IS NULL AND node <> $2";

/// Turns this instance's proposals about an entity that have no answer to its new home, where they are entered anew. Returns how many there were.
///
/// # Errors
/// `Query` when the database fails.
pub async fn forward(
    tx: &mut WriteTx,
    entity: RecordId,
    home: &[u8; 32],
    state: (&str, Instant),
) -> Result<u64, StorageError> {
    on_db!(tx, conn => sqlx::query(FORWARD)
        .bind(entity.0)
        .bind(home.as_slice())
        .bind(state.0)
        .bind(state.1.0)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_proposal.forward"))
}
