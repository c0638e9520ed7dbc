//! The tree against the definition in RFC 6962, written down as it stands there.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::wire::hash::leaf_hash;

#[derive(Default)]
struct Stored(BTreeMap<(u8, u64), Hash>);

impl Nodes for Stored {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.0.get(&(level, index)).copied()
    }
}

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|seq| leaf_hash(&seq.to_be_bytes())).collect()
}

/// MTH(D[n]) of section 2.1.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::empty(),
        [leaf] => *leaf,
        leaves => {
            let middle = (leaves.len() as u64).next_power_of_two() as usize / 2;
            node_hash(&naive_root(&leaves[..middle]), &naive_root(&leaves[middle..]))
        }
    }
}

/// PATH(m, D[n]) of section 2.1.1.
fn naive_inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = (leaves.len() as u64).next_power_of_two() as usize / 2;
    let (mut path, sibling) = if index < middle {
        (naive_inclusion(index, &leaves[..middle]), &leaves[middle..])
    } else {
        (naive_inclusion(index - middle, &leaves[middle..]), &leaves[..middle])
    };
    path.push(naive_root(sibling));
    path
}

/// SUBPROOF(m, D[n], b) of section 2.1.2.
fn naive_consistency(old: usize, leaves: &[Hash], is_old: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if is_old { Vec::new() } else { vec![naive_root(leaves)] };
    }
    let middle = (leaves.len() as u64).next_power_of_two() as usize / 2;
    let (mut proof, sibling) = if old <= middle {
        (naive_consistency(old, &leaves[..middle], is_old), &leaves[middle..])
    } else {
        (naive_consistency(old - middle, &leaves[middle..], false), &leaves[..middle])
    };
    proof.push(naive_root(sibling));
    proof
}

fn grown(leaves: &[Hash]) -> (Tree, Stored) {
    let (mut tree, mut stored) = (Tree::new(), Stored::default());
    for leaf in leaves {
        for (level, index, hash) in tree.append(*leaf) {
            assert_eq!(stored.0.insert((level, index), hash), None, "a node is complete once");
        }
    }
    (tree, stored)
}

/// Only these nodes, to show that no other is asked for.
fn only(stored: &Stored, needed: Vec<(u8, u64)>) -> Stored {
    Stored(needed.into_iter().map(|at| (at, stored.0[&at])).collect())
}

#[test]
fn roots_are_those_of_the_rfc() {
    for size in 0..130 {
        let leaves = leaves(size);
        let (tree, stored) = grown(&leaves);
        assert_eq!(tree.root(), naive_root(&leaves), "{size}");
        assert_eq!(root_of(&stored, size), Some(tree.root()), "{size}");
        assert_eq!(Tree::restore(size, &only(&stored, needed_for_tree(size))), Some(tree.clone()), "{size}");
        assert!(tree.frontier().all(|(level, index, hash)| stored.node(level, index) == Some(hash)), "{size}");
    }
}

#[test]
fn every_leaf_of_small_trees_is_proven_as_the_rfc_says() {
    for size in 1..70 {
        let leaves = leaves(size);
        let (tree, stored) = grown(&leaves);
        for index in 0..size {
            let some = only(&stored, needed_for_inclusion(index, size));
            let proof = inclusion_proof(&some, index, size).unwrap();
            assert_eq!(proof, naive_inclusion(index as usize, &leaves), "{index} of {size}");
            assert!(verify_inclusion(&leaves[index as usize], index, size, &proof, &tree.root()));
        }
        assert_eq!(inclusion_proof(&stored, size, size), None);
    }
}

#[test]
fn every_pair_of_small_trees_is_proven_as_the_rfc_says() {
    for new in 0..70 {
        let leaves = leaves(new);
        let (tree, stored) = grown(&leaves);
        for old in 0..=new {
            let some = only(&stored, needed_for_consistency(old, new));
            let proof = consistency_proof(&some, old, new).unwrap();
            if old > 0 {
                assert_eq!(proof, naive_consistency(old as usize, &leaves, true), "{old} of {new}");
            }
            let old_root = naive_root(&leaves[..old as usize]);
            assert!(verify_consistency(old, &old_root, new, &tree.root(), &proof), "{old} of {new}");
        }
        assert_eq!(consistency_proof(&stored, new + 1, new), None);
    }
}

#[test]
fn a_missing_node_gives_no_proof() {
    let (_, mut stored) = grown(&leaves(21));
    stored.0.remove(&(2, 0));
    assert_eq!(inclusion_proof(&stored, 5, 21), None);
    assert_eq!(consistency_proof(&stored, 6, 21), None);
    assert!(inclusion_proof(&stored, 3, 21).is_some());
    stored.0.remove(&(4, 0));
    assert_eq!(Tree::restore(21, &stored), None);
}

#[test]
fn sizes_at_the_end_of_their_range_are_taken() {
    let (leaf, root) = (leaf_hash(b"leaf"), leaf_hash(b"root"));
    assert!(needed_for_tree(u64::MAX).len() <= 64);
    assert!(needed_for_inclusion(u64::MAX - 1, u64::MAX).len() <= 64 * 64);
    assert!(needed_for_consistency(u64::MAX - 1, u64::MAX).len() <= 64 * 64);
    let proof = vec![leaf; tiwizi_model::limits::FED_PROOF_HASHES_MAX];
    assert!(!verify_inclusion(&leaf, u64::MAX - 1, u64::MAX, &proof, &root));
    assert!(!verify_inclusion(&leaf, 0, 0, &[], &root));
    assert!(!verify_consistency(u64::MAX - 1, &root, u64::MAX, &root, &proof));
    assert!(!verify_consistency(5, &root, 4, &root, &[]));
}

proptest! {
    #[test]
    fn a_proof_holds_for_its_leaf_only(size in 1_u64..300, index in any::<u64>(), other in any::<u64>(), cut in any::<bool>()) {
        let leaves = leaves(size);
        let (tree, stored) = grown(&leaves);
        let (index, other) = (index % size, other % size);
        let mut proof = inclusion_proof(&stored, index, size).unwrap();
        let root = tree.root();
        prop_assert_eq!(verify_inclusion(&leaves[other as usize], index, size, &proof, &root), other == index);
        prop_assert_eq!(verify_inclusion(&leaves[index as usize], other, size, &proof, &root), other == index);
        prop_assert!(!verify_inclusion(&leaves[index as usize], index, size, &proof, &leaf_hash(b"another")));
        if cut { proof.pop(); } else { proof.push(root); }
        let still = cut && size == 1;
        prop_assert_eq!(verify_inclusion(&leaves[index as usize], index, size, &proof, &root), still);
    }

    #[test]
    fn a_changed_past_is_not_consistent(new in 2_u64..300, old in any::<u64>(), at in any::<u64>()) {
        let old = 1 + old % (new - 1);
        let honest = leaves(new);
        let mut forged = honest.clone();
        forged[(at % old) as usize] = leaf_hash(b"forged");
        let (tree, stored) = grown(&forged);
        let proof = consistency_proof(&stored, old, new).unwrap();
        prop_assert!(!verify_consistency(old, &naive_root(&honest[..old as usize]), new, &tree.root(), &proof));
    }

    #[test]
    fn a_changed_proof_of_consistency_is_refused(new in 2_u64..300, old in any::<u64>(), at in any::<usize>(), bit in 0_u8..8) {
        let old = 1 + old % (new - 1);
        let leaves = leaves(new);
        let (tree, stored) = grown(&leaves);
        let old_root = naive_root(&leaves[..old as usize]);
        let mut proof = consistency_proof(&stored, old, new).unwrap();
        let place = at % proof.len();
        proof[place].0[at % 32] ^= 1 << bit;
        prop_assert!(!verify_consistency(old, &old_root, new, &tree.root(), &proof));
        proof[place].0[at % 32] ^= 1 << bit;
        prop_assert!(verify_consistency(old, &old_root, new, &tree.root(), &proof));
        prop_assert!(!verify_consistency(old, &old_root, new, &tree.root(), &proof[1..]));
        proof.push(old_root);
        prop_assert!(!verify_consistency(old, &old_root, new, &tree.root(), &proof));
    }
}
