//! Peers as they are shown, and the switches of an administrator.

use std::collections::BTreeMap;

use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_model::{Instant, limits};
use tiwizi_storage::federation::peer::{self, PeerRow, Switch};
use tiwizi_storage::federation::{log, parked};
use tiwizi_storage::{Db, StorageError, Tx};

use crate::directory::PeerState;

/// A peer, with what waits of its logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerView {
    /// Who it is.
    pub node: NodeId,
    /// What the directory says of it.
    pub state: PeerState,
    /// Its row.
    pub row: PeerRow,
    /// Entries of its logs that wait, by what they wait for.
    pub parked: BTreeMap<String, u64>,
    /// Its logs of which nothing more is taken, with the reason.
    pub stopped: BTreeMap<String, String>,
}

/// Why something is not done to a peer.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// Nobody is meant.
    #[error("no peer is called {word:?}; tiwizi peer list shows them")]
    Unknown {
        /// What was given.
        word: String,
    },
    /// Several are meant.
    #[error("{word:?} stands for several peers; give more of its id")]
    Several {
        /// What was given.
        word: String,
    },
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// All peers, by name.
///
/// # Errors
/// When the database fails.
pub async fn list(tx: &mut Tx) -> Result<Vec<PeerView>, StorageError> {
    let rows = peer::all(tx).await?;
    let logs: BTreeMap<_, _> = log::all(tx).await?.into_iter().map(|row| (row.no, row)).collect();
    let waiting = parked::counts(tx).await?;
    let mut views: Vec<PeerView> = rows.into_iter().map(view).collect();
    for view in &mut views {
        for log in logs.values().filter(|log| log.node == view.row.node) {
            if let Some(reason) = &log.stopped {
                view.stopped.insert(log.plane.clone(), reason.clone());
            }
        }
        for (no, reason, count) in &waiting {
            if logs.get(no).is_some_and(|log| log.node == view.row.node) {
                let sum = view.parked.entry(reason.clone()).or_default();
                *sum = sum.saturating_add(*count);
            }
        }
    }
    Ok(views)
}

fn view(row: PeerRow) -> PeerView {
    let (node, state) = (NodeId(Hash(row.node)), PeerState::read(&row.state));
    PeerView { node, state, row, parked: BTreeMap::new(), stopped: BTreeMap::new() }
}

/// The peer that a word stands for: its name, or the beginning of its id.
///
/// # Errors
/// When nobody or several are meant.
pub fn find<'a>(peers: &'a [PeerView], word: &str) -> Result<&'a PeerView, PeerError> {
    let shown = || word.chars().take(limits::ECHO_CHARS_MAX).collect();
    let is_id = word.len() >= limits::FED_NODE_PREFIX_CHARS_MIN;
    let is_meant = |peer: &&PeerView| peer.row.name == word || (is_id && peer.node.to_string().starts_with(word));
    let mut meant = peers.iter().filter(is_meant);
    match (meant.next(), meant.next()) {
        (Some(peer), None) => Ok(peer),
        (None, _) => Err(PeerError::Unknown { word: shown() }),
        (Some(_), Some(_)) => Err(PeerError::Several { word: shown() }),
    }
}

/// Turns a switch of a peer at this moment: lets it rest, ends that, cuts its line, mends it.
///
/// # Errors
/// When there is no such peer or the database fails.
pub async fn turn(db: &Db, node: &NodeId, switch: Switch, now: Instant) -> Result<(), PeerError> {
    let mut tx = db.begin_write().await?;
    if !peer::turn(&mut tx, &node.0.0, switch, now).await? {
        return Err(PeerError::Unknown { word: node.to_string() });
    }
    tx.commit().await?;
    Ok(())
}

/// Lets peers be tried at once, instead of when it was planned after a failure.
///
/// # Errors
/// When the database fails.
pub async fn hasten(db: &Db, nodes: &[NodeId], now: Instant) -> Result<(), PeerError> {
    let mut tx = db.begin_write().await?;
    for node in nodes {
        peer::hasten(&mut tx, &node.0.0, now).await?;
    }
    tx.commit().await?;
    Ok(())
}
