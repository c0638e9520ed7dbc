//! Proofs out of stored nodes, and which nodes they are made of.

use super::Nodes;
use crate::wire::hash::{Hash, node_hash};

/// Leaves from one up to another, which is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    from: u64,
    to: u64,
}

impl Range {
    fn length(self) -> u64 {
        self.to.saturating_sub(self.from)
    }

    /// Where RFC 6962 cuts: after the largest power of two that is smaller than the whole.
    fn middle(self) -> u64 {
        let largest = self.length().saturating_sub(1).checked_ilog2().map_or(0, |level| 1_u64 << level);
        self.from.saturating_add(largest)
    }

    fn halves(self) -> (Self, Self) {
        let middle = self.middle();
        (Self { from: self.from, to: middle }, Self { from: middle, to: self.to })
    }

    /// The complete subtrees that cover it, the largest first. It begins where a cut may be.
    fn cover(self) -> Vec<(u8, u64)> {
        let mut nodes = Vec::new();
        let mut from = self.from;
        while let Some(level) = self.to.checked_sub(from).and_then(u64::checked_ilog2) {
            let level = u8::try_from(level).unwrap_or(u8::MAX);
            nodes.push((level, from >> level));
            from = from.saturating_add(1 << level);
        }
        nodes
    }

    fn hash(self, nodes: &impl Nodes) -> Option<Hash> {
        let mut cover = self.cover().into_iter().rev();
        let Some((level, index)) = cover.next() else { return Some(Hash::empty()) };
        let smallest = nodes.node(level, index)?;
        cover.try_fold(smallest, |right, (level, index)| Some(node_hash(&nodes.node(level, index)?, &right)))
    }
}

/// The subtrees whose hashes prove that a leaf is in the tree, from the leaf up.
fn inclusion(index: u64, size: u64) -> Option<Vec<Range>> {
    if index >= size {
        return None;
    }
    let (mut range, mut siblings) = (Range { from: 0, to: size }, Vec::new());
    while range.length() > 1 {
        let (left, right) = range.halves();
        let sibling;
        (range, sibling) = if index < right.from { (left, right) } else { (right, left) };
        siblings.push(sibling);
    }
    siblings.reverse();
    Some(siblings)
}

/// The subtrees whose hashes prove that a tree has grown out of a smaller one (RFC 6962, 2.1.2), from the edge of the smaller up.
fn consistency(old: u64, new: u64) -> Option<Vec<Range>> {
    if old > new {
        return None;
    }
    if old == 0 || old == new {
        return Some(Vec::new());
    }
    let (mut range, mut siblings) = (Range { from: 0, to: new }, Vec::new());
    while range.to != old {
        let (left, right) = range.halves();
        let sibling;
        (range, sibling) = if old <= right.from { (left, right) } else { (right, left) };
        siblings.push(sibling);
    }
    // When it ends at the left, it is the old tree itself, whose root the reader has.
    if range.from != 0 {
        siblings.push(range);
    }
    siblings.reverse();
    Some(siblings)
}

fn hashes(ranges: Option<Vec<Range>>, nodes: &impl Nodes) -> Option<Vec<Hash>> {
    ranges?.into_iter().map(|range| range.hash(nodes)).collect()
}

fn needed(ranges: Option<Vec<Range>>) -> Vec<(u8, u64)> {
    ranges.unwrap_or_default().into_iter().flat_map(Range::cover).collect()
}

/// Proves that the leaf of that index is in the tree of that size. Nothing when it is not, or a node is missing.
#[must_use]
pub fn inclusion_proof(nodes: &impl Nodes, index: u64, size: u64) -> Option<Vec<Hash>> {
    hashes(inclusion(index, size), nodes)
}

/// Proves that the tree of the new size begins with that of the old. Nothing when it is the smaller one, or a node is missing.
#[must_use]
pub fn consistency_proof(nodes: &impl Nodes, old: u64, new: u64) -> Option<Vec<Hash>> {
    hashes(consistency(old, new), nodes)
}

/// The nodes that `consistency_proof` asks for.
#[must_use]
pub fn needed_for_consistency(old: u64, new: u64) -> Vec<(u8, u64)> {
    needed(consistency(old, new))
}

/// The nodes that `inclusion_proof` asks for.
#[must_use]
pub fn needed_for_inclusion(index: u64, size: u64) -> Vec<(u8, u64)> {
    needed(inclusion(index, size))
}

/// The nodes that make up the tree of that size, the largest first.
#[must_use]
pub fn needed_for_tree(size: u64) -> Vec<(u8, u64)> {
    Range { from: 0, to: size }.cover()
}

/// The root of the tree of that size over stored nodes.
#[must_use]
pub fn root_of(nodes: &impl Nodes, size: u64) -> Option<Hash> {
    Range { from: 0, to: size }.hash(nodes)
}
