//! Two histories of one log are told from one that grows.

use super::*;
use crate::sample::{key_of, plane, ring};
use crate::wire::{NodeId, leaf_hash};

fn leaves(of: u8, count: u8) -> Vec<Hash> {
    // Two histories that part after the second entry.
    (0..count).map(|index| leaf_hash(&[if index < 2 { 0 } else { of }, index])).collect()
}

fn signed(ring: &KeyRing, node: NodeId, leaves: &[Hash]) -> (String, Checkpoint) {
    let mut tree = Tree::new();
    leaves.iter().for_each(|leaf| drop(tree.append(*leaf)));
    let log = LogId { node, plane: plane("registry") };
    let checkpoint = Checkpoint { log, epoch: 0, size: tree.size(), root: tree.root() };
    (Note::sign(&checkpoint, &key_of(ring, &node)).text().to_owned(), checkpoint)
}

#[test]
fn two_histories_of_any_sizes_are_proven_to_whoever_has_the_keys() {
    let (ring, node, _) = ring();
    for newer in 3..=9 {
        let ours = leaves(1, newer);
        let (our_note, our_checkpoint) = signed(&ring, node, &ours);
        for older in 3..=newer {
            let (note, checkpoint) = signed(&ring, node, &leaves(2, older));
            let proof = ForkProof::find((&note, &checkpoint), (&our_note, &our_checkpoint), &ours).unwrap();
            assert_eq!(proof.verify(&ring).unwrap(), checkpoint.log, "{older} of {newer}");
            let bent = ForkProof { root: Hash([9; 32]), ..proof };
            assert!(matches!(bent.verify(&ring), Err(ForkError::Unproven)), "{older} of {newer}");
        }
    }
}

#[test]
fn one_history_is_no_fork_and_nobody_can_make_it_one() {
    let (ring, node, other) = ring();
    let ours = leaves(1, 7);
    let (our_note, our_checkpoint) = signed(&ring, node, &ours);
    for older in 0..=7 {
        let (note, checkpoint) = signed(&ring, node, &leaves(1, older));
        assert_eq!(ForkProof::find((&note, &checkpoint), (&our_note, &our_checkpoint), &ours), None, "{older}");
        let root = checkpoint.root;
        let claimed = ForkProof { older: note, newer: our_note.clone(), root, consistency: Vec::new() };
        assert!(matches!(claimed.verify(&ring), Err(ForkError::Agree)), "{older}");
    }
    let (note, checkpoint) = signed(&ring, other, &leaves(2, 5));
    assert_eq!(ForkProof::find((&note, &checkpoint), (&our_note, &our_checkpoint), &ours), None);
    let apart = ForkProof { older: note, newer: our_note, root: Hash([9; 32]), consistency: Vec::new() };
    assert!(matches!(apart.verify(&ring), Err(ForkError::Apart)));
}
