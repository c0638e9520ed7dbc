//! Keys count for their sizes, and changes follow each other without a break.

use super::*;
use crate::wire::hash::Hash;
use crate::wire::key::SigningKey;
use crate::wire::statement::NewRoot;

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

/// The root key is 1, its successor 11; the first signing key is 21.
fn genesis() -> Genesis {
    let next_root = key(11).verifying().promise();
    Genesis { root: key(1).verifying(), signing: key(21).verifying(), next_root, name: "Région".to_owned() }
}

fn rotation(number: u32, signing: u8, spans: &[(&str, u64, u64)]) -> Rotation {
    let logs = spans.iter().map(|(plane, from, until)| (plane.parse().unwrap(), Span { from: *from, until: *until }));
    let signing = key(signing).verifying();
    Rotation { node: genesis().node(), number, signing, logs: logs.collect(), root: None }
}

fn log(plane: &str) -> LogId {
    LogId { node: genesis().node(), plane: plane.parse().unwrap() }
}

fn ring(rotations: &[Envelope]) -> Result<KeyRing, RingError> {
    let mut ring = KeyRing::new();
    ring.insert(&genesis().sign(&key(1)), rotations).map(|_| ring)
}

fn valid(ring: &KeyRing, plane: &str, size: u64) -> Vec<VerifyingKey> {
    ring.valid(&log(plane), size).collect()
}

#[test]
fn the_first_key_counts_everywhere_until_another_takes_its_place() {
    let ring = ring(&[]).unwrap();
    for size in [0, 1, u64::MAX] {
        assert_eq!(valid(&ring, "registry", size), [key(21).verifying()]);
    }
    assert_eq!(ring.current(&genesis().node()), Some(key(21).verifying()));
    let stranger = NodeId(Hash::ZERO);
    assert!(!ring.knows(&stranger) && ring.current(&stranger).is_none());
    assert!(ring.valid(&LogId { node: stranger, plane: Plane::control() }, 0).next().is_none());
}

#[test]
fn both_keys_count_between_the_sizes_of_a_change_and_one_outside() {
    let spans = [("control", 3, 5), ("registry", 100, 99)];
    let ring = ring(&[rotation(1, 22, &spans).sign(&key(1))]).unwrap();
    let (old, new) = (key(21).verifying(), key(22).verifying());
    for (plane, size, keys) in [
        ("control", 2, vec![old]),
        ("control", 3, vec![old, new]),
        ("control", 5, vec![old, new]),
        ("control", 6, vec![new]),
        ("registry", 99, vec![old]),
        ("registry", 100, vec![new]),
        // A log that the change does not name did not exist: a thief of the old key opens none.
        ("members", 0, vec![new]),
        ("members", 50, vec![new]),
    ] {
        assert_eq!(valid(&ring, plane, size), keys, "{plane} {size}");
    }
    assert_eq!(ring.current(&genesis().node()), Some(new));
    assert!(!ring.counts(&old, &log("control"), 6));
}

#[test]
fn a_second_change_ends_the_first() {
    let changes = [rotation(1, 22, &[("control", 3, 5)]), rotation(2, 23, &[("control", 9, 9)])];
    let ring = ring(&changes.map(|change| change.sign(&key(1)))).unwrap();
    assert_eq!(valid(&ring, "control", 2), [key(21).verifying()]);
    assert_eq!(valid(&ring, "control", 8), [key(22).verifying()]);
    assert_eq!(valid(&ring, "control", 9), [key(22).verifying(), key(23).verifying()]);
    assert_eq!(valid(&ring, "control", 10), [key(23).verifying()]);
    assert_eq!(ring.every(&genesis().node()).count(), 3);
}

#[test]
fn a_promised_root_key_takes_over_and_a_stolen_one_does_not() {
    let change = |root: u8| Rotation {
        root: Some(NewRoot { key: key(root).verifying(), next: key(12).verifying().promise() }),
        ..rotation(1, 22, &[])
    };
    let promised = change(11).sign(&key(11));
    let after = rotation(2, 23, &[]);
    assert_eq!(ring(std::slice::from_ref(&promised)).unwrap().root(&genesis().node()), Some(key(11).verifying()));
    assert!(ring(&[promised.clone(), after.sign(&key(11))]).is_ok());
    let unsigned = ring(&[promised, after.sign(&key(1))]);
    assert!(matches!(unsigned, Err(RingError::Statement { number: 2, .. })), "{unsigned:?}");
    // Whoever has the old root key names a key of their own: nobody promised it.
    assert_eq!(ring(&[change(66).sign(&key(66))]), Err(RingError::Promise { number: 1 }));
}

#[test]
fn changes_follow_each_other() {
    let first = rotation(1, 22, &[]).sign(&key(1));
    let third = rotation(3, 23, &[]).sign(&key(1));
    assert_eq!(ring(&[first.clone(), first.clone()]), Err(RingError::Number { number: 2 }));
    assert_eq!(ring(&[first.clone(), third]), Err(RingError::Number { number: 2 }));
    let foreign = Rotation { node: NodeId(Hash::ZERO), ..rotation(1, 22, &[]) };
    assert_eq!(ring(&[foreign.sign(&key(1))]), Err(RingError::Node { number: 1 }));
    assert_eq!(ring(&vec![first; limits::FED_ROTATIONS_MAX + 1]), Err(RingError::Many));
    let mut known = ring(&[rotation(1, 22, &[]).sign(&key(1))]).unwrap();
    let before = known.clone();
    assert!(known.insert(&genesis().sign(&key(1)), &[rotation(2, 9, &[]).sign(&key(1))]).is_err());
    assert_eq!(known, before, "a refused statement changes nothing");
}
