//! The tree over the leaves of a log (RFC 6962): growing it, proving with it, and checking proofs.
//!
//! Only complete subtrees are stored, each under its level and its index there: the node (3, 5) covers the leaves 40 to 47. They never
//! change. What covers an incomplete right edge is computed each time. A `Tree` itself holds no more than the roots of the complete
//! subtrees that make up its size.

mod proof;
#[cfg(test)]
mod tests;
mod verify;

pub use proof::{
    consistency_proof, inclusion_proof, needed_for_consistency, needed_for_inclusion, needed_for_tree, root_of,
};
pub use verify::{verify_consistency, verify_inclusion};

use super::hash::{Hash, node_hash};

/// Where the hashes of complete subtrees are found.
pub trait Nodes {
    /// The hash of the complete subtree of that level and index, if it is there.
    fn node(&self, level: u8, index: u64) -> Option<Hash>;
}

/// A tree that grows: its size, and the roots of the complete subtrees that make it up, the largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    peaks: Vec<Hash>,
}

impl Tree {
    /// A tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tree of that size over stored nodes; those that `needed_for_tree` names are asked for.
    #[must_use]
    pub fn restore(size: u64, nodes: &impl Nodes) -> Option<Self> {
        let peaks: Option<Vec<Hash>> =
            needed_for_tree(size).into_iter().map(|(level, index)| nodes.node(level, index)).collect();
        peaks.map(|peaks| Self { size, peaks })
    }

    /// Puts a leaf behind the last one. Gives the subtrees that are complete now, the leaf itself first.
    pub fn append(&mut self, leaf: Hash) -> Vec<(u8, u64, Hash)> {
        let (mut level, mut index, mut hash) = (0_u8, self.size, leaf);
        let mut completed = vec![(level, index, hash)];
        while index % 2 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            (level, index) = (level.saturating_add(1), index / 2);
            completed.push((level, index, hash));
        }
        self.peaks.push(hash);
        self.size = self.size.saturating_add(1);
        completed
    }

    /// How many leaves it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Its root.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(smallest) = peaks.next() else { return Hash::empty() };
        peaks.fold(*smallest, |right, left| node_hash(left, &right))
    }

    /// The roots of the complete subtrees that make it up, the largest first, with level and index: what `restore` asks for.
    pub fn frontier(&self) -> impl Iterator<Item = (u8, u64, Hash)> {
        needed_for_tree(self.size).into_iter().zip(&self.peaks).map(|((level, index), hash)| (level, index, *hash))
    }
}
