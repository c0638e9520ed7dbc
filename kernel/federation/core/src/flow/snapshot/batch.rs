//! One proof for many entries of a log: the hashes of the subtrees in which none of them stands, from left to right.

use crate::wire::{Hash, node_hash};

/// Leaves from one up to another, which is not among them: a subtree as RFC 6962 cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subtree {
    /// The first leaf.
    pub from: u64,
    /// Behind the last one.
    pub to: u64,
}

/// How the root is computed, step by step over a stack of hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The next leaf that is shown.
    Leaf,
    /// The hash of a subtree, out of the proof.
    Given(Subtree),
    /// The two hashes on top become one.
    Join,
}

enum Work {
    Visit(Subtree),
    Join,
}

impl Subtree {
    /// The complete subtrees that make it up, the largest first, by level and index.
    #[must_use]
    pub fn cover(self) -> Vec<(u8, u64)> {
        let (mut nodes, mut from) = (Vec::new(), self.from);
        while let Some(level) = self.to.checked_sub(from).and_then(u64::checked_ilog2) {
            nodes.push((u8::try_from(level).unwrap_or(u8::MAX), from >> level));
            from = from.saturating_add(1 << level);
        }
        nodes
    }

    /// Its hash, out of those of the subtrees that make it up.
    #[must_use]
    pub fn hash(self, node: impl Fn(u8, u64) -> Option<Hash>) -> Option<Hash> {
        let mut cover = self.cover().into_iter().rev();
        let (level, index) = cover.next()?;
        cover.try_fold(node(level, index)?, |right, (level, index)| Some(node_hash(&node(level, index)?, &right)))
    }

    fn halves(self) -> (Self, Self) {
        let length = self.to.saturating_sub(self.from);
        let largest = length.saturating_sub(1).checked_ilog2().map_or(0, |level| 1_u64 << level);
        let middle = self.from.saturating_add(largest);
        (Self { from: self.from, to: middle }, Self { from: middle, to: self.to })
    }
}

/// The steps for these leaves, which are in order and below the size. There are no more than 64 for each leaf.
fn steps(indexes: &[u64], size: u64) -> Vec<Step> {
    let (mut steps, mut work) = (Vec::new(), vec![Work::Visit(Subtree { from: 0, to: size })]);
    while let Some(next) = work.pop() {
        let subtree = match next {
            Work::Join => {
                steps.push(Step::Join);
                continue;
            }
            Work::Visit(subtree) => subtree,
        };
        let before = |bound: u64| indexes.partition_point(|index| *index < bound);
        if before(subtree.from) == before(subtree.to) {
            steps.push(Step::Given(subtree));
        } else if subtree.to.saturating_sub(subtree.from) == 1 {
            steps.push(Step::Leaf);
        } else {
            let (left, right) = subtree.halves();
            work.extend([Work::Join, Work::Visit(right), Work::Visit(left)]);
        }
    }
    steps
}

/// The subtrees whose hashes prove these leaves, in the order of the proof.
#[must_use]
pub fn subtrees(indexes: &[u64], size: u64) -> Vec<Subtree> {
    let given = |step| if let Step::Given(subtree) = step { Some(subtree) } else { None };
    steps(indexes, size).into_iter().filter_map(given).collect()
}

/// Whether these leaves, in order and each once, stand in the tree of that size and root.
#[must_use]
pub fn verify(leaves: &[(u64, Hash)], size: u64, proof: &[Hash], root: &Hash) -> bool {
    let indexes: Vec<u64> = leaves.iter().map(|(index, _)| *index).collect();
    let in_order = indexes.is_sorted_by(|one, next| one < next);
    if size == 0 || !in_order || indexes.last().is_some_and(|last| *last >= size) {
        return false;
    }
    let (mut leaves, mut proof, mut stack) = (leaves.iter(), proof.iter(), Vec::new());
    for step in steps(&indexes, size) {
        let hash = match step {
            Step::Leaf => leaves.next().map(|(_, leaf)| *leaf),
            Step::Given(_) => proof.next().copied(),
            Step::Join => {
                let (right, left) = (stack.pop(), stack.pop());
                left.zip(right).map(|(left, right)| node_hash(&left, &right))
            }
        };
        let Some(hash) = hash else { return false };
        stack.push(hash);
    }
    proof.next().is_none() && leaves.next().is_none() && stack == [*root]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::wire::{Tree, leaf_hash};

    fn leaf(index: u64) -> Hash {
        leaf_hash(&index.to_be_bytes())
    }

    #[test]
    fn any_leaves_of_any_tree_are_proven_at_once_and_nothing_else_is() {
        let (mut tree, mut nodes) = (Tree::new(), BTreeMap::new());
        for size in 1..=40_u64 {
            nodes.extend(tree.append(leaf(size - 1)).into_iter().map(|(level, index, hash)| ((level, index), hash)));
            for pattern in [0_u64, 1, 0b1010, 0b1_0000_0001, u64::MAX, 1 << (size - 1), 0x0f_0f0f_0f0f] {
                let indexes: Vec<u64> = (0..size).filter(|index| pattern >> index & 1 == 1).collect();
                let leaves: Vec<_> = indexes.iter().map(|index| (*index, leaf(*index))).collect();
                let node = |level, index| nodes.get(&(level, index)).copied();
                let proof: Vec<Hash> =
                    subtrees(&indexes, size).into_iter().map(|subtree| subtree.hash(node).unwrap()).collect();
                assert!(verify(&leaves, size, &proof, &tree.root()), "{size} {indexes:?}");
                if let Some((last, rest)) = leaves.split_last() {
                    let moved = [rest, &[(last.0 + 1, last.1)]].concat();
                    assert!(!verify(&moved, size, &proof, &tree.root()), "{size} {indexes:?}");
                    let other = [rest, &[(last.0, leaf(99))]].concat();
                    assert!(!verify(&other, size, &proof, &tree.root()), "{size} {indexes:?}");
                }
                let longer = [proof.as_slice(), &[leaf(0)]].concat();
                assert!(!verify(&leaves, size, &longer, &tree.root()), "{size} {indexes:?}");
            }
        }
        assert!(!verify(&[], 0, &[], &Hash::empty()));
    }
}
