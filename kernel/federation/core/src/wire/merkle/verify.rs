//! Checking proofs with nothing but hashes (RFC 9162, 2.1.3.2 and 2.1.4.2).

use crate::wire::hash::{Hash, node_hash};

/// The way from a node to the root: its index and that of the last node, on its level.
struct Way {
    index: u64,
    last: u64,
}

impl Way {
    /// Whether the next hash of a proof stands to the left.
    fn is_right(&self) -> bool {
        self.index % 2 == 1 || self.index == self.last
    }

    /// One level up.
    fn up(&mut self) {
        (self.index, self.last) = (self.index >> 1, self.last >> 1);
    }

    /// Up as long as the node is a left one, over the levels where it has no neighbour.
    fn skip(&mut self) {
        while self.index != 0 && self.index.is_multiple_of(2) {
            self.up();
        }
    }
}

/// Whether the leaf of that index is in the tree of that size and root.
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    let Some(last) = size.checked_sub(1).filter(|last| index <= *last) else { return false };
    let (mut way, mut hash) = (Way { index, last }, *leaf);
    for sibling in proof {
        if way.last == 0 {
            return false;
        }
        if way.is_right() {
            hash = node_hash(sibling, &hash);
            way.skip();
        } else {
            hash = node_hash(&hash, sibling);
        }
        way.up();
    }
    way.last == 0 && hash == *root
}

/// Whether the tree of the new size and root begins with that of the old.
#[must_use]
pub fn verify_consistency(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return proof.is_empty() && *old_root == Hash::empty();
    }
    if old > new {
        return false;
    }
    // A complete old tree is a node of the new one: its root begins the proof without standing in it.
    let (first, rest) = if old.is_power_of_two() {
        (*old_root, proof)
    } else {
        let Some((first, rest)) = proof.split_first() else { return false };
        (*first, rest)
    };
    let mut way = Way { index: old.saturating_sub(1), last: new.saturating_sub(1) };
    while way.index % 2 == 1 {
        way.up();
    }
    let (mut grown_from, mut grown_to) = (first, first);
    for sibling in rest {
        if way.last == 0 {
            return false;
        }
        if way.is_right() {
            grown_from = node_hash(sibling, &grown_from);
            grown_to = node_hash(sibling, &grown_to);
            way.skip();
        } else {
            grown_to = node_hash(&grown_to, sibling);
        }
        way.up();
    }
    way.last == 0 && grown_from == *old_root && grown_to == *new_root
}
