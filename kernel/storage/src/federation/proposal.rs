//! Proposals to the homes of entities: those of this instance, and those to it.
//!
//! Where one stands is told by the rules of the federation; here each is found by what names it: one of this instance by its id, one to it by its
//! sender and the key that its form was opened with.

use tiwizi_model::{AccountId, Instant, RecordId};
use uuid::Uuid;

use super::known::{counted, numbered, stored};
use super::log::Place;
use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::{decode, hash, row};
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
    /// Its id.
    pub id: Uuid,
    /// Which way it goes.
    pub way: Way,
    /// Who asked; none for one of this instance.
    pub node: Option<[u8; 32]>,
    /// Its entry in another's log; none for one of this instance.
    pub place: Option<Place>,
    /// The kind of its entity.
    pub kind: KindNo,
    /// Its entity.
    pub entity: RecordId,
    /// What moves from home to home with that.
    pub root: RecordId,
    /// The term that it was made in.
    pub tenure: u32,
    /// The version that it was made from.
    pub ver: u64,
    /// The key that its form was opened with.
    pub idem: [u8; 16],
    /// What it changes, as JSON.
    pub patch: String,
    /// Who made it here.
    pub account: Option<AccountId>,
    /// Its state.
    pub state: String,
    /// The answer, or what a person has to look at, as JSON.
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
        "id, sent, node, log, seq, kind, entity, root, tenure, ver, idem, patch, account, state, answer, made_at, changed_at, \
         answered_at"
    };
}

row!(ProposalRow, row => Ok(Self {
    id: row.try_get(0)?,
    way: if row.try_get::<i16, _>(1)? == 0 { Way::Received } else { Way::Sent },
    node: row.try_get::<Option<Vec<u8>>, _>(2)?.as_deref().map(hash).transpose()?,
    place: Place::of_columns(row.try_get(3)?, row.try_get(4)?)?,
    kind: KindNo(row.try_get(5)?),
    entity: RecordId(row.try_get(6)?),
    root: RecordId(row.try_get(7)?),
    tenure: numbered(row.try_get(8)?)?,
    ver: counted(row.try_get(9)?)?,
    idem: row.try_get::<Vec<u8>, _>(10)?.as_slice().try_into().map_err(decode)?,
    patch: row.try_get(11)?,
    account: row.try_get::<Option<_>, _>(12)?.map(AccountId),
    state: row.try_get(13)?,
    answer: row.try_get(14)?,
    made_at: Instant(row.try_get(15)?),
    changed_at: Instant(row.try_get(16)?),
    answered_at: row.try_get::<Option<_>, _>(17)?.map(Instant),
}));

macro_rules! put {
    ($named_by:literal) => {
        concat!(
            "INSERT INTO fed_proposal (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT ",
            $named_by,
            " DO UPDATE SET id = excluded.id, log = excluded.log, seq = excluded.seq, kind = excluded.kind, \
             entity = excluded.entity, root = excluded.root, tenure = excluded.tenure, ver = excluded.ver, \
             idem = excluded.idem, patch = excluded.patch, account = coalesce(fed_proposal.account, excluded.account), \
             state = excluded.state, answer = excluded.answer, changed_at = excluded.changed_at, \
             answered_at = coalesce(fed_proposal.answered_at, excluded.answered_at)"
        )
    };
}

const PUT_SENT: &str = put!("(id) WHERE sent = 1");
const PUT_RECEIVED: &str = put!("(node, idem) WHERE sent = 0");

/// Puts a proposal as it stands. When it was made, by whom and when it was answered stays as it was first noted.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, proposal: &ProposalRow) -> Result<(), StorageError> {
    let text = match proposal.way {
        Way::Sent => PUT_SENT,
        Way::Received => PUT_RECEIVED,
    };
    on_db!(tx, conn => sqlx::query(text)
        .bind(proposal.id)
        .bind(proposal.way.code())
        .bind(proposal.node.as_ref().map(<[u8; 32]>::as_slice))
        .bind(proposal.place.map(|place| place.log.0))
        .bind(proposal.place.map(|place| stored(place.seq)))
        .bind(proposal.kind.0)
        .bind(proposal.entity.0)
        .bind(proposal.root.0)
        .bind(i64::from(proposal.tenure))
        .bind(stored(proposal.ver))
        .bind(proposal.idem.as_slice())
        .bind(&proposal.patch)
        .bind(proposal.account.map(|account| account.0))
        .bind(&proposal.state)
        .bind(proposal.answer.as_deref())
        .bind(proposal.made_at.0)
        .bind(proposal.changed_at.0)
        .bind(proposal.answered_at.map(|at| at.0))
        .execute(conn).await.map(|_| ()))
    .map_err(failed("fed_proposal.put"))
}

const SENT: &str = concat!("SELECT ", columns!(), " FROM fed_proposal WHERE id = $1 AND sent = 1");

/// A proposal of this instance.
///
/// # Errors
/// `Query` when the database fails.
pub async fn sent(tx: &mut Tx, id: Uuid) -> Result<Option<ProposalRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(SENT).bind(id).fetch_optional(conn).await).map_err(failed("fed_proposal.sent"))
}

const RECEIVED: &str = concat!("SELECT ", columns!(), " FROM fed_proposal WHERE node = $1 AND idem = $2 AND sent = 0");

/// A proposal to this instance.
///
/// # Errors
/// `Query` when the database fails.
pub async fn received(tx: &mut Tx, node: &[u8; 32], idem: &[u8; 16]) -> Result<Option<ProposalRow>, StorageError> {
    on_db!(tx, conn => {
        sqlx::query_as(RECEIVED).bind(node.as_slice()).bind(idem.as_slice()).fetch_optional(conn).await
    })
    .map_err(failed("fed_proposal.received"))
}

const OF_ROOT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM fed_proposal WHERE root = $1 AND sent = 0 AND answered_at IS NULL ORDER BY node, idem"
);

/// The proposals to this instance about a root that have no answer, by their senders and keys.
///
/// # Errors
/// `Query` when the database fails.
pub async fn open_of_root(tx: &mut Tx, root: RecordId) -> Result<Vec<ProposalRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(OF_ROOT).bind(root.0).fetch_all(conn).await)
        .map_err(failed("fed_proposal.open_of_root"))
}

/// What names a proposal to this instance that nobody has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenKey {
    /// Its number, in the order in which they came.
    pub no: i64,
    /// Who asked.
    pub node: [u8; 32],
    /// The key that its form was opened with.
    pub idem: [u8; 16],
}

row!(OpenKey, row => Ok(Self {
    no: row.try_get(0)?,
    node: hash(row.try_get(1)?)?,
    idem: row.try_get::<Vec<u8>, _>(2)?.as_slice().try_into().map_err(decode)?,
}));

const OPEN: &str =
    "SELECT no, node, idem FROM fed_proposal WHERE sent = 0 AND answered_at IS NULL AND no > $1 ORDER BY no LIMIT $2";

/// The proposals to this instance that nobody has answered, behind one of them, in the order in which they came.
///
/// # Errors
/// `Query` when the database fails.
pub async fn open(tx: &mut Tx, after: i64, rows_max: u32) -> Result<Vec<OpenKey>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(OPEN).bind(after).bind(i64::from(rows_max)).fetch_all(conn).await)
        .map_err(failed("fed_proposal.open"))
}
