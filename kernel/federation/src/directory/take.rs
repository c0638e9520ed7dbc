//! Taking a directory, out of a file or over a link: it is held to the root's key, to its number and to who this instance is.
//!
//! Invariant: the version never goes back, and the rows of peers say what the version in force says.

use std::collections::BTreeSet;

use tiwizi_federation_core::wire::{Directory, DirectoryError, Envelope, EnvelopeError, Hash, Member, NodeId};
use tiwizi_model::Instant;
use tiwizi_storage::federation::directory::{self as rows, DirectoryRow};
use tiwizi_storage::federation::peer::{self, Listing, PeerRow};
use tiwizi_storage::{Db, StorageError, Tx, WriteTx, instance_value};

use super::roll::Here;
use super::state::PeerState;

/// Whoever takes a directory holds this.
pub(super) const CLAIM: &str = "federation.directory";

/// What became of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is in force.
    New {
        /// Its version.
        version: u64,
    },
    /// It was in force before.
    Known {
        /// Its version.
        version: u64,
    },
}

/// Why a directory is not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// There is no key to hold it to.
    #[error(
        "this instance does not know the root of the federation; write its public key into the settings as federation_root, \
         after comparing its fingerprint"
    )]
    NoRoot,
    /// It is not what it should be.
    #[error("the directory is not taken")]
    Directory(#[from] DirectoryError),
    /// It is older than the one in force.
    #[error("the directory is version {version}, and version {seen} is in force; a lower one is never taken")]
    Lower {
        /// Its version.
        version: u64,
        /// The one in force.
        seen: u64,
    },
    /// The root has signed two directories with one number.
    #[error(
        "another directory with version {version} is in force: the root of the federation has signed two; tell whoever keeps its key"
    )]
    Twofold {
        /// Their version.
        version: u64,
    },
    /// It gives the records of this instance another home.
    #[error(
        "the directory says that the records of this instance are written by {node}; tell whoever keeps the key of the root"
    )]
    Ours {
        /// Whom it names.
        node: NodeId,
    },
    /// It calls this instance's home by another name.
    #[error(
        "the directory says that this instance is the home of other records than its own; ask to be enrolled again"
    )]
    Misnamed,
    /// What is stored cannot be read.
    #[error("the directory that is stored is damaged")]
    Damaged(#[source] EnvelopeError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// Takes a directory.
///
/// # Errors
/// When it is not to be believed, is lower than the one in force, or the database fails.
pub async fn take(db: &Db, here: Here, envelope: &Envelope, now: Instant) -> Result<Taken, TakeError> {
    let directory = judged(here, envelope)?;
    let mut tx = db.begin_write().await?;
    let taken = take_in(&mut tx, here, (&directory, envelope), now).await?;
    tx.commit().await?;
    Ok(taken)
}

/// What a directory says, when this instance can believe it.
pub(super) fn judged(here: Here, envelope: &Envelope) -> Result<Directory, TakeError> {
    let directory = Directory::open(envelope, &here.root.ok_or(TakeError::NoRoot)?)?;
    let own = here.node.and_then(|node| directory.member(&node));
    if own.is_some_and(|own| own.instance != here.instance) {
        return Err(TakeError::Misnamed);
    }
    match directory.home(&here.instance).map(|member| member.node) {
        Some(node) if here.node != Some(node) => Err(TakeError::Ours { node }),
        _ => Ok(directory),
    }
}

/// Stores a directory that was judged, in a transaction of the caller's.
pub(super) async fn take_in(
    tx: &mut WriteTx,
    here: Here,
    (directory, envelope): (&Directory, &Envelope),
    now: Instant,
) -> Result<Taken, TakeError> {
    instance_value::claim(tx, CLAIM).await?;
    let (version, bytes) = (directory.version, envelope.encode());
    if let Some(current) = rows::current(tx).await? {
        let seen = current.version;
        if version < seen {
            return Err(TakeError::Lower { version, seen });
        }
        if version == seen {
            // Signatures may differ; what is said may not.
            let known = Envelope::decode(&current.envelope).map_err(TakeError::Damaged)?;
            let is_same = known.payload == envelope.payload;
            return if is_same { Ok(Taken::Known { version }) } else { Err(TakeError::Twofold { version }) };
        }
    }
    rows::add(tx, &DirectoryRow { version, envelope: bytes, received_at: now }).await?;
    follow(tx, here, directory, now).await?;
    tracing::info!(directory.version = version, directory.members = directory.members.len(), "a directory is in force");
    Ok(Taken::New { version })
}

/// Makes the rows of peers say what the directory says.
async fn follow(tx: &mut WriteTx, here: Here, directory: &Directory, now: Instant) -> Result<(), StorageError> {
    let mut known = BTreeSet::new();
    for row in peer::all(tx).await? {
        known.insert(NodeId(Hash(row.node)));
        let member = directory.members.iter().find(|member| member.node.0.0 == row.node);
        if let Some(member) = member {
            let (name, url, role) = (member.name.as_str(), member.url.as_deref(), member.role.as_str());
            peer::list(tx, Listing { node: &row.node, name, url, role }).await?;
        }
        let state = PeerState::of(member).as_str();
        if row.state != state {
            peer::change_state(tx, &row.node, &row.state, state).await?;
        }
    }
    let others = directory.members.iter().filter(|member| Some(member.node) != here.node);
    for member in others.filter(|member| !known.contains(&member.node)) {
        peer::add(tx, &new_peer(member, now)).await?;
    }
    Ok(())
}

fn new_peer(member: &Member, now: Instant) -> PeerRow {
    PeerRow {
        node: member.node.0.0,
        name: member.name.clone(),
        url: member.url.clone(),
        role: member.role.as_str().to_owned(),
        genesis: member.genesis.encode(),
        state: PeerState::of(Some(member)).as_str().to_owned(),
        paused: false,
        cut: false,
        cut_at: None,
        added_at: now,
        contact_at: None,
        error_code: None,
        error_at: None,
        clock_offset_ms: 0,
        goodput: 0,
        page_bytes: 0,
        retries: 0,
        next_try_at: now,
    }
}

/// The directory in force as it was signed: what others take from here, over the link or in a file.
///
/// # Errors
/// When it is damaged or the database fails.
pub async fn published(tx: &mut Tx) -> Result<Option<(u64, Envelope)>, TakeError> {
    let Some(row) = rows::current(tx).await? else { return Ok(None) };
    let envelope = Envelope::decode(&row.envelope).map_err(TakeError::Damaged)?;
    Ok(Some((row.version, envelope)))
}
