//! The instances that this one talks to, and how the line to each is.

use tiwizi_model::Instant;

use crate::error::{StorageError, failed};
use crate::sql::{hash, row};
use crate::tx::{Tx, WriteTx, on_db};

use super::known::{counted, stored};

/// A peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerRow {
    /// Its id: the hash of its genesis statement.
    pub node: [u8; 32],
    /// Its name.
    pub name: String,
    /// Where it is reached; none for one that only dials out.
    pub url: Option<String>,
    /// Its role.
    pub role: String,
    /// Its genesis statement as it was signed.
    pub genesis: Vec<u8>,
    /// Whether it was invited, has joined, was suspended: a word of the caller's.
    pub state: String,
    /// An administrator lets it rest.
    pub paused: bool,
    /// The switch that cuts the line, for demonstrations and drills.
    pub cut: bool,
    /// Since when it is cut, where that is known.
    pub cut_at: Option<Instant>,
    /// When it was added.
    pub added_at: Instant,
    /// When it was last heard of.
    pub contact_at: Option<Instant>,
    /// What went wrong last, since the last contact.
    pub error_code: Option<String>,
    /// When that was.
    pub error_at: Option<Instant>,
    /// How far its clock is ahead of this one.
    pub clock_offset_ms: i64,
    /// What the line carries in a second, in bytes; 0 while nothing was measured.
    pub goodput: u64,
    /// How large the next page may be.
    pub page_bytes: u64,
    /// Failures in a row.
    pub retries: u64,
    /// When it is tried next.
    pub next_try_at: Instant,
}

macro_rules! columns {
    () => {
        "node, name, url, role, genesis, state, paused, cut, added_at, contact_at, error_code, error_at, clock_offset_ms, \
         goodput, page_bytes, retries, next_try_at, cut_at"
    };
}

row!(PeerRow, row => Ok(Self {
    node: hash(row.try_get(0)?)?,
    name: row.try_get(1)?,
    url: row.try_get(2)?,
    role: row.try_get(3)?,
    genesis: row.try_get(4)?,
    state: row.try_get(5)?,
    paused: row.try_get::<i16, _>(6)? != 0,
    cut: row.try_get::<i16, _>(7)? != 0,
    added_at: Instant(row.try_get(8)?),
    contact_at: row.try_get::<Option<_>, _>(9)?.map(Instant),
    error_code: row.try_get(10)?,
    error_at: row.try_get::<Option<_>, _>(11)?.map(Instant),
    clock_offset_ms: row.try_get(12)?,
    goodput: counted(row.try_get(13)?)?,
    page_bytes: counted(row.try_get(14)?)?,
    retries: counted(row.try_get(15)?)?,
    next_try_at: Instant(row.try_get(16)?),
    cut_at: row.try_get::<Option<_>, _>(17)?.map(Instant),
}));

const ADD: &str = concat!(
    "INSERT INTO fed_peer (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING"
);

/// Adds a peer. False when it is there.
///
/// # Errors
/// `Query` when the database fails.
pub async fn add(tx: &mut WriteTx, peer: &PeerRow) -> Result<bool, StorageError> {
    let added = on_db!(tx, conn => sqlx::query(ADD)
        .bind(peer.node.as_slice())
        .bind(&peer.name)
        .bind(peer.url.as_deref())
        .bind(&peer.role)
        .bind(&peer.genesis)
        .bind(&peer.state)
        .bind(i16::from(peer.paused))
        .bind(i16::from(peer.cut))
        .bind(peer.added_at.0)
        .bind(peer.contact_at.map(|at| at.0))
        .bind(peer.error_code.as_deref())
        .bind(peer.error_at.map(|at| at.0))
        .bind(peer.clock_offset_ms)
        .bind(stored(peer.goodput))
        .bind(stored(peer.page_bytes))
        .bind(stored(peer.retries))
        .bind(peer.next_try_at.0)
        .bind(peer.cut_at.map(|at| at.0))
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_peer.add"))?;
    Ok(added > 0)
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM fed_peer WHERE node = $1");

/// One peer.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, node: &[u8; 32]) -> Result<Option<PeerRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(FIND).bind(node.as_slice()).fetch_optional(conn).await)
        .map_err(failed("fed_peer.find"))
}

const ALL: &str = concat!("SELECT ", columns!(), " FROM fed_peer ORDER BY name, node");

/// All peers, by name.
///
/// # Errors
/// `Query` when the database fails.
pub async fn all(tx: &mut Tx) -> Result<Vec<PeerRow>, StorageError> {
    on_db!(tx, conn => sqlx::query_as(ALL).fetch_all(conn).await).map_err(failed("fed_peer.all"))
}

/// What the directory says of a peer.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// Which peer.
    pub node: &'a [u8; 32],
    /// Its name.
    pub name: &'a str,
    /// Where it is reached.
    pub url: Option<&'a str>,
    /// Its role.
    pub role: &'a str,
}

const LIST: &str = "UPDATE fed_peer SET name = $2, url = $3, role = $4 WHERE node = $1";

/// Takes over what the directory says of a peer. False when there is no such peer.
///
/// # Errors
/// `Query` when the database fails.
pub async fn list(tx: &mut WriteTx, listing: Listing<'_>) -> Result<bool, StorageError> {
    let changed = on_db!(tx, conn => sqlx::query(LIST)
        .bind(listing.node.as_slice())
        .bind(listing.name)
        .bind(listing.url)
        .bind(listing.role)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_peer.list"))?;
    Ok(changed > 0)
}

const MOVE: &str = "UPDATE fed_peer SET state = $3 WHERE node = $1 AND state = $2";

/// Moves a peer from one state to another. False when it is not in the first.
///
/// # Errors
/// `Query` when the database fails.
pub async fn change_state(tx: &mut WriteTx, node: &[u8; 32], from: &str, to: &str) -> Result<bool, StorageError> {
    let changed = on_db!(tx, conn => sqlx::query(MOVE)
        .bind(node.as_slice())
        .bind(from)
        .bind(to)
        .execute(conn).await.map(|done| done.rows_affected()))
    .map_err(failed("fed_peer.change_state"))?;
    Ok(changed > 0)
}

/// What an administrator does to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// Lets the peer rest.
    Pause,
    /// Ends that.
    Resume,
    /// Cuts the line, as if it were down.
    Cut,
    /// Mends it.
    Mend,
}

impl Switch {
    fn text(self) -> &'static str {
        match self {
            Self::Pause => "UPDATE fed_peer SET paused = 1 WHERE node = $1",
            Self::Resume => "UPDATE fed_peer SET paused = 0 WHERE node = $1",
            // Whoever cuts it again does not cut it later.
            Self::Cut => {
                "UPDATE fed_peer SET cut_at = CASE WHEN cut = 1 THEN cut_at ELSE $2 END, cut = 1 WHERE node = $1"
            }
            Self::Mend => "UPDATE fed_peer SET cut = 0, cut_at = NULL WHERE node = $1",
        }
    }
}

/// Turns a switch of a peer at a moment. False when there is no such peer.
///
/// # Errors
/// `Query` when the database fails.
pub async fn turn(tx: &mut WriteTx, node: &[u8; 32], switch: Switch, at: Instant) -> Result<bool, StorageError> {
    let text = switch.text();
    let turned = on_db!(tx, conn => {
        let query = sqlx::query(text).bind(node.as_slice());
        let query = if switch == Switch::Cut { query.bind(at.0) } else { query };
        query.execute(conn).await.map(|done| done.rows_affected())
    })
    .map_err(failed("fed_peer.turn"))?;
    Ok(turned > 0)
}

/// That a peer answered, or asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    /// Which peer.
    pub node: [u8; 32],
    /// When.
    pub at: Instant,
    /// How far its clock is ahead.
    pub clock_offset_ms: i64,
    /// What the line carries in a second, in bytes.
    pub goodput: u64,
    /// How large the next page may be.
    pub page_bytes: u64,
    /// When it is tried next.
    pub next_try_at: Instant,
}

const REACH: &str = "UPDATE fed_peer SET contact_at = $2, clock_offset_ms = $3, goodput = $4, page_bytes = $5, \
    next_try_at = $6, retries = 0, error_code = NULL, error_at = NULL WHERE node = $1";

/// Notes a contact: failures before it are over.
///
/// # Errors
/// `Query` when the database fails.
pub async fn reach(tx: &mut WriteTx, contact: &Contact) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(REACH)
        .bind(contact.node.as_slice())
        .bind(contact.at.0)
        .bind(contact.clock_offset_ms)
        .bind(stored(contact.goodput))
        .bind(stored(contact.page_bytes))
        .bind(contact.next_try_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("fed_peer.reach"))
}

/// That a peer could not be talked to.
#[derive(Debug, Clone, Copy)]
pub struct Failure<'a> {
    /// Which peer.
    pub node: &'a [u8; 32],
    /// Why: a stable code.
    pub code: &'a str,
    /// When.
    pub at: Instant,
    /// How large the next page may be.
    pub page_bytes: u64,
    /// When it is tried next.
    pub next_try_at: Instant,
}

const MISS: &str = "UPDATE fed_peer SET error_code = $2, error_at = $3, page_bytes = $4, next_try_at = $5, \
    retries = retries + 1 WHERE node = $1";

/// Notes a failure.
///
/// # Errors
/// `Query` when the database fails.
pub async fn miss(tx: &mut WriteTx, failure: Failure<'_>) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(MISS)
        .bind(failure.node.as_slice())
        .bind(failure.code)
        .bind(failure.at.0)
        .bind(stored(failure.page_bytes))
        .bind(failure.next_try_at.0)
        .execute(conn).await.map(|_| ()))
    .map_err(failed("fed_peer.miss"))
}

const HASTEN: &str = "UPDATE fed_peer SET next_try_at = $2, retries = 0 WHERE node = $1 AND next_try_at > $2";

/// Lets a peer be tried at a moment that is sooner than planned: it called, or an administrator asks for it.
///
/// # Errors
/// `Query` when the database fails.
pub async fn hasten(tx: &mut WriteTx, node: &[u8; 32], at: Instant) -> Result<(), StorageError> {
    on_db!(tx, conn => sqlx::query(HASTEN).bind(node.as_slice()).bind(at.0).execute(conn).await.map(|_| ()))
        .map_err(failed("fed_peer.hasten"))
}
