//! The proof that an instance showed two histories of one log.
//!
//! It is two checkpoints, both signed by that instance, and for the longer one a proof that it goes on from another beginning than the
//! shorter one. Whoever has the instance's keys can check it alone; from then on nothing more is taken of the log.

use std::collections::BTreeMap;

use crate::wire::{
    Checkpoint, Hash, KeyRing, LogId, Nodes, Note, NoteError, Tree, consistency_proof, verify_consistency,
};

/// Two signed checkpoints of one log that cannot both be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForkProof {
    /// The checkpoint of the shorter history, as it was signed.
    pub older: String,
    /// That of the longer one, as it was signed.
    pub newer: String,
    /// The root that the longer history has at the size of the shorter one.
    pub root: Hash,
    /// That the longer history goes on from that root.
    pub consistency: Vec<Hash>,
}

/// Why a proof proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ForkError {
    /// A checkpoint is not signed by the log's instance.
    #[error("a checkpoint of the proof is not signed as it should be")]
    Note(#[source] NoteError),
    /// The checkpoints are of two logs or two epochs.
    #[error("the checkpoints of the proof are not of one log")]
    Apart,
    /// The two histories agree.
    #[error("the checkpoints of the proof can both be true")]
    Agree,
    /// The longer history was not proven to have that root.
    #[error("the proof does not show what it says")]
    Unproven,
}

impl ForkProof {
    /// Checks it, and says of which log it is.
    ///
    /// # Errors
    /// When it proves no fork.
    pub fn verify(&self, keys: &KeyRing) -> Result<LogId, ForkError> {
        let older = Note::open(&self.older, keys).map_err(ForkError::Note)?;
        let newer = Note::open(&self.newer, keys).map_err(ForkError::Note)?;
        if older.log != newer.log || older.epoch != newer.epoch {
            return Err(ForkError::Apart);
        }
        if older.root == self.root {
            return Err(ForkError::Agree);
        }
        let shown = match older.size == newer.size {
            true => newer.root == self.root,
            false => verify_consistency(older.size, &self.root, newer.size, &newer.root, &self.consistency),
        };
        if shown { Ok(newer.log) } else { Err(ForkError::Unproven) }
    }

    /// Looks for a fork between a checkpoint that others have and one that was proven here, of whose tree the leaves are given. None
    /// when they agree, or when the leaves do not reach so far.
    #[must_use]
    pub fn find(heard: (&str, &Checkpoint), proven: (&str, &Checkpoint), leaves: &[Hash]) -> Option<Self> {
        let (heard_note, heard) = heard;
        let (proven_note, proven) = proven;
        if heard.log != proven.log || heard.epoch != proven.epoch || heard.size > proven.size {
            return None;
        }
        let history = History::of(leaves, heard.size, proven.size)?;
        if history.root == heard.root || history.newer != proven.root {
            return None;
        }
        let consistency = match heard.size == proven.size {
            true => Vec::new(),
            false => consistency_proof(&history, heard.size, proven.size)?,
        };
        let (older, newer) = (heard_note.to_owned(), proven_note.to_owned());
        Some(Self { older, newer, root: history.root, consistency })
    }
}

/// A tree that was built anew from its leaves.
struct History {
    nodes: BTreeMap<(u8, u64), Hash>,
    root: Hash,
    newer: Hash,
}

impl History {
    fn of(leaves: &[Hash], older: u64, newer: u64) -> Option<Self> {
        let (older, newer) = (usize::try_from(older).ok()?, usize::try_from(newer).ok()?);
        let mut tree = Tree::default();
        let mut nodes = BTreeMap::new();
        let mut root = tree.root();
        for (index, leaf) in leaves.get(..newer)?.iter().enumerate() {
            if index == older {
                root = tree.root();
            }
            nodes.extend(tree.append(*leaf).into_iter().map(|(level, place, hash)| ((level, place), hash)));
        }
        if older == newer {
            root = tree.root();
        }
        Some(Self { nodes, root, newer: tree.root() })
    }
}

impl Nodes for History {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.nodes.get(&(level, index)).copied()
    }
}

#[cfg(test)]
mod tests;
