//! What instances tell each other of the logs of third ones: the checkpoints that they have. Two that cannot both be true prove a fork.
//!
//! A checkpoint that is ahead of us is kept until the log gets there; one behind us is held to the leaves that we have. Whoever finds
//! a fork stops taking the log, and the proof convinces everybody else.

use tiwizi_model::limits::{FED_HEARD_MAX, FED_LEAVES_MAX};

use crate::flow::fork::ForkProof;
use crate::flow::plant::Plant;
use crate::flow::receive::Receipt;
use crate::flow::rows::Stopped;
use crate::flow::store::{Durability, Store, StoreTx};
use crate::wire::{Checkpoint, LogId, Note};

use super::{Node, NodeError};

/// What became of a checkpoint that was heard of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// It agrees with what is known, or says nothing about it.
    Fine,
    /// It is ahead of us, and was kept.
    Ahead,
    /// It proves a fork: nothing more is taken of the log.
    Fork(ForkProof),
    /// It is of our own log and not of our history: somebody else has our key, or a copy of our database.
    Ours,
    /// It is not signed by a key that is known here.
    Unknown,
}

impl<S: Store> Node<S> {
    /// The longest checkpoints of others' logs that were proven here, to be told to others.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn checkpoints(&self) -> Result<Vec<String>, NodeError> {
        let mut tx = self.store.begin().await?;
        let mut notes = Vec::new();
        let mut logs: Vec<LogId> = tx.cursors().await?.into_iter().map(|(feed, _)| feed.log).collect();
        logs.dedup();
        for log in logs {
            notes.extend(tx.proven(&log).await?);
        }
        Ok(notes)
    }

    /// Hears of a checkpoint.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn hear(&self, note: &str) -> Result<Heard, NodeError> {
        let Ok(checkpoint) = Note::open(note, &self.setting.keys) else { return Ok(Heard::Unknown) };
        if self.setting.planted.has(Plant::ForkForgotten) {
            return Ok(Heard::Fine);
        }
        let mut tx = self.store.begin().await?;
        let heard = if checkpoint.log.node == self.me() {
            self.hear_own(&mut tx, &checkpoint).await?
        } else {
            self.hear_other(&mut tx, note, &checkpoint).await?
        };
        tx.commit(Durability::Synced).await?;
        Ok(heard)
    }

    /// Hears of a proof that somebody else found.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn hear_fork(&self, proof: &ForkProof) -> Result<bool, NodeError> {
        let Ok(log) = proof.verify(&self.setting.keys) else { return Ok(false) };
        if self.setting.planted.has(Plant::ForkForgotten) || log.node == self.me() {
            return Ok(false);
        }
        let mut tx = self.store.begin().await?;
        if tx.stopped(&log).await?.is_none() {
            tx.stop(&log, Stopped { proof: proof.clone() }).await?;
            tx.commit(Durability::Synced).await?;
        }
        Ok(true)
    }

    async fn hear_own(&self, tx: &mut S::Tx, heard: &Checkpoint) -> Result<Heard, NodeError> {
        let head = self.head_of(tx, &heard.log.plane).await?;
        let differs = heard.epoch == head.epoch && heard.size == head.tree.size() && heard.root != head.tree.root();
        let longer = heard.epoch == head.epoch && heard.size > head.tree.size();
        Ok(if differs || longer { Heard::Ours } else { Heard::Fine })
    }

    async fn hear_other(&self, tx: &mut S::Tx, note: &str, heard: &Checkpoint) -> Result<Heard, NodeError> {
        let Some(proven) = tx.proven(&heard.log).await? else { return Ok(Heard::Fine) };
        let Ok(known) = Note::unverified(&proven) else { return Ok(Heard::Fine) };
        if heard.size > known.size {
            let mut notes = tx.heard(&heard.log).await?;
            if !notes.iter().any(|kept| kept == note) && notes.len() < FED_HEARD_MAX {
                notes.push(note.to_owned());
                tx.put_heard(&heard.log, notes).await?;
            }
            return Ok(Heard::Ahead);
        }
        if heard.size == known.size && heard.root == known.root {
            return Ok(Heard::Fine);
        }
        let Some(covered) = tx.covered(&heard.log).await? else { return Ok(Heard::Fine) };
        let Ok(known) = Note::unverified(&covered) else { return Ok(Heard::Fine) };
        let leaves = tx.leaves(&heard.log, known.size.min(FED_LEAVES_MAX)).await?;
        let Some(proof) = ForkProof::find((note, heard), (&covered, &known), &leaves) else { return Ok(Heard::Fine) };
        tx.stop(&heard.log, Stopped { proof: proof.clone() }).await?;
        Ok(Heard::Fork(proof))
    }

    /// Holds a page that was proven to what was heard of its log. Tells whether that proves a fork; then the log is stopped.
    pub(super) async fn forked(&self, tx: &mut S::Tx, note: &str, receipt: &Receipt) -> Result<bool, NodeError> {
        if self.setting.planted.has(Plant::ForkForgotten) {
            return Ok(false);
        }
        let log = &receipt.checkpoint.log;
        if receipt.leaves.is_empty() {
            // It brought nothing new; its checkpoint may still be another one than ours.
            let heard = self.hear_other(tx, note, &receipt.checkpoint).await?;
            return Ok(matches!(heard, Heard::Fork(_)));
        }
        let notes = tx.heard(log).await?;
        if notes.is_empty() {
            return Ok(false);
        }
        let mut ahead = Vec::new();
        for text in notes {
            let Ok(heard) = Note::unverified(&text) else { continue };
            if heard.size > receipt.checkpoint.size {
                ahead.push(text);
                continue;
            }
            if receipt.root_at(heard.size).is_some_and(|root| *root != heard.root) {
                let mut leaves = tx.leaves(log, receipt.from.min(FED_LEAVES_MAX)).await?;
                leaves.extend(&receipt.leaves);
                if let Some(proof) = ForkProof::find((&text, &heard), (note, &receipt.checkpoint), &leaves) {
                    tx.stop(log, Stopped { proof }).await?;
                    return Ok(true);
                }
            }
        }
        tx.put_heard(log, ahead).await?;
        Ok(false)
    }
    /// Whether a log that is read from its beginning again, or under another agreement, has another history than was proven here. It
    /// need not be a fork that can be proven: the leaves of both histories are not kept.
    pub(super) async fn is_rewritten(&self, tx: &mut S::Tx, receipt: &Receipt) -> Result<bool, NodeError> {
        let known = tx.proven(&receipt.checkpoint.log).await?.and_then(|text| Note::unverified(&text).ok());
        let Some(known) = known.filter(|known| known.epoch == receipt.checkpoint.epoch) else { return Ok(false) };
        Ok(receipt.root_at(known.size).is_some_and(|root| *root != known.root))
    }
}
