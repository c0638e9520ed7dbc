//! Changes of a member's keys, heard from whoever it may be: the member's root key says them, so nobody has to vouch for them.

use tiwizi_federation_core::wire::{Envelope, KeyRing, NodeId, RingError};
use tiwizi_model::Instant;
use tiwizi_storage::federation::Added;
use tiwizi_storage::federation::identity::{self as rows, RotationRow};
use tiwizi_storage::{Db, StorageError};

use super::roll::{Here, Roll, chain};

/// Why changes are not believed. Nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// Nobody of that name is in the directory.
    #[error("the directory knows no {node}")]
    Stranger {
        /// Who was named.
        node: NodeId,
    },
    /// They do not follow what is known.
    #[error("the changes of the keys of {node} do not follow what is known of them")]
    Statements {
        /// Whose.
        node: NodeId,
        /// Why.
        #[source]
        source: RingError,
    },
    /// Its root key has signed two changes with one number.
    #[error("{node} has said two things about its keys; the directory must say which one holds")]
    Twofold {
        /// Whose.
        node: NodeId,
    },
    /// A change of this instance's own keys that it has not made.
    #[error(
        "somebody else holds a root key of this instance; change it with the reserve: tiwizi federation rotate --stolen"
    )]
    Own,
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// Takes all changes of a member's keys, the first one first, as it tells them. Answers how many were new; then the roll is to be read anew.
///
/// # Errors
/// When they are not believed, or the database fails.
pub async fn learn(db: &Db, here: Here, node: &NodeId, told: &[Envelope], now: Instant) -> Result<usize, LearnError> {
    let mut tx = db.begin_write().await?;
    let roll = Roll::load(&mut tx, here).await?;
    let member = roll.member(node).ok_or(LearnError::Stranger { node: *node })?;
    let known = chain(&mut tx, node, &member.genesis, &member.rotations).await?;
    // What is known must be the beginning of what is told, and the other way round.
    if known.iter().zip(told).any(|(known, told)| known.payload != told.payload) {
        return Err(LearnError::Twofold { node: *node });
    }
    let Some(new) = told.get(known.len()..).filter(|new| !new.is_empty()) else { return Ok(0) };
    KeyRing::new().insert(&member.genesis, told).map_err(|source| LearnError::Statements { node: *node, source })?;
    if here.node == Some(*node) {
        return Err(LearnError::Own);
    }
    for (number, envelope) in (1_i64..).zip(told).skip(known.len()) {
        let row = RotationRow { node: node.0.0, number, envelope: envelope.encode(), received_at: now };
        if rows::add_rotation(&mut tx, &row).await? == Added::Different {
            return Err(LearnError::Twofold { node: *node });
        }
    }
    let count = new.len();
    tx.commit().await?;
    Ok(count)
}
