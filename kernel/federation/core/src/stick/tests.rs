//! A cover that somebody else made is not believed, and a part opens for its receiver alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use tiwizi_model::{Ambient, Instant, ManualClock, SeededEntropy};

use crate::agreement::AgreementId;
use crate::gate::PeerBytes;
use crate::greeting::{Hello, Offered, Seen, Wanted};
use crate::sample::{key, node, plane};
use crate::wire::{Directory, Envelope, Genesis, KeyRing, LogId, NodeId, Rotation, Span};

use super::*;

fn genesis() -> Genesis {
    let next_root = key(3).verifying().promise();
    Genesis { root: key(1).verifying(), signing: key(2).verifying(), next_root, name: "Souss".to_owned() }
}

/// The signing key is changed to 4.
fn rotation() -> Envelope {
    let logs = BTreeMap::from([(plane("control"), Span { from: 1, until: 0 })]);
    let node = genesis().node();
    Rotation { node, number: 1, signing: key(4).verifying(), logs, root: None }.sign(&key(1))
}

fn ring(rotations: &[Envelope]) -> KeyRing {
    let mut ring = KeyRing::new();
    ring.insert(&genesis().sign(&key(1)), rotations).unwrap();
    ring
}

fn cover(rotations: Vec<Envelope>) -> Cover {
    let from = genesis().node();
    let agreement = Some(AgreementId(uuid::Uuid::from_u128(9)));
    let log = LogId { node: node(2), plane: plane("registry") };
    Cover {
        to: node(2),
        made_at: Instant(1_800_000_000_123),
        hello: Hello {
            genesis: genesis().sign(&key(1)),
            rotations,
            protocols: BTreeSet::from([1]),
            directory: 7,
            logs: vec![Offered { plane: plane("members"), agreement, version: 2, epoch: 0, size: 400 }],
            wanted: vec![Wanted { log: LogId { node: from, ..log }, agreement, version: 2, epoch: 0, next: 31 }],
            packages: BTreeMap::new(),
        },
        seen: Seen(vec!["a note\n".to_owned()]),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn ambient() -> Ambient {
    Ambient::new(Arc::new(ManualClock::at(Instant(0))), Arc::new(SeededEntropy::new(5)))
}

#[test]
fn a_cover_and_a_part_are_written_as_the_vector_says() {
    let vector: Value = serde_json::from_str(include_str!("../../tests/vectors/cover.json")).unwrap();
    let envelope = PeerBytes::cover(&cover(Vec::new()), &key(2));
    let part = envelope.part((node(2), &key(9).verifying()), &ambient()).unwrap();
    let made = json!({
        "payload": hex(&cover(Vec::new()).encode()), "envelope": hex(envelope.as_bytes()),
        "receiver_seed": hex(&[9; 32]), "part": hex(part.as_bytes()),
    });
    assert_eq!(made, vector, "it was made anew as\n{made:#}");
}

#[test]
fn a_cover_is_read_as_it_was_written() {
    let bytes = cover(vec![rotation()]).encode();
    assert_eq!(Cover::decode(&bytes), Ok(cover(vec![rotation()])));
    for end in 0..bytes.len() {
        assert!(Cover::decode(&bytes[..end]).is_err(), "{end}");
    }
}

#[test]
fn a_cover_is_believed_of_the_key_of_today_and_of_one_that_it_makes_known() {
    let from = genesis().node();
    let open = |signer: u8, brought: Vec<Envelope>, known: &[Envelope]| {
        Cover::open(&cover(brought).sign(&key(signer)), &from, &ring(known)).map(drop)
    };
    assert_eq!(open(2, Vec::new(), &[]), Ok(()));
    assert_eq!(open(4, vec![rotation()], &[]), Ok(()), "its statements make the new key known");
    assert_eq!(open(4, vec![rotation()], &[rotation()]), Ok(()));
    assert_eq!(open(2, Vec::new(), &[rotation()]), Err(CoverError::Unsigned), "a key that is over signs nothing");
    assert_eq!(open(2, vec![rotation()], &[rotation()]), Err(CoverError::Unsigned));
    assert_eq!(open(9, Vec::new(), &[]), Err(CoverError::Unsigned));
    assert_eq!(open(4, Vec::new(), &[]), Err(CoverError::Unsigned));
}

#[test]
fn a_cover_of_another_instance_is_a_stranger_s() {
    let envelope = cover(Vec::new()).sign(&key(2));
    let known = |node: &NodeId| Cover::open(&envelope, node, &ring(&[]));
    assert_eq!(known(&node(7)), Err(CoverError::Stranger), "nobody knows the one that the file names");
    assert_eq!(Cover::open(&envelope, &genesis().node(), &KeyRing::new()), Err(CoverError::Stranger));
}

#[test]
fn a_part_opens_for_its_receiver_and_says_what_it_is() {
    let directory = Directory { version: 1, members: Vec::new() }.sign(&key(1));
    let for_all = PeerBytes::directory(&directory).unwrap();
    let part = for_all.part((node(2), &key(9).verifying()), &ambient()).unwrap();
    assert_eq!(part.receiver(), Some(&node(2)), "what is for all is for one in its file");
    let bytes = opened(part.as_bytes(), [&key(8), &key(9)]).unwrap();
    assert_eq!(Part::of(&bytes), Part::Directory(directory));
    assert!(matches!(opened(part.as_bytes(), [&key(8)]), Err(PartError::Sealed(_))));
    assert_eq!(opened(&bytes, [&key(9)]), Err(PartError::Magic), "what is not sealed is no part");
    let own = PeerBytes::cover(&cover(Vec::new()), &key(2));
    assert!(own.part((node(3), &key(9).verifying()), &ambient()).is_err(), "it is for somebody else");
    assert_eq!(Part::of(b"something of later"), Part::Other);
}

#[test]
fn a_chunk_is_one_that_its_manifest_names() {
    let chunk = b"tzchunk1 and more".to_vec();
    let hash = crate::wire::Hash::of(&[&chunk]).to_string();
    let named = json!({ "chunks": [{ "bytes": 17, "hash": hash }] }).to_string().into_bytes();
    let manifest = Envelope::sign(crate::page::SNAPSHOT_TYPE, named, &key(2));
    let manifest = PeerBytes::letter(&manifest, node(2)).unwrap();
    let again = PeerBytes::chunk_of(&manifest, chunk.clone()).unwrap();
    assert_eq!((again.as_bytes(), again.receiver()), (chunk.as_slice(), Some(&node(2))));
    assert!(PeerBytes::chunk_of(&manifest, b"tzchunk1 of another".to_vec()).is_none());
    assert!(PeerBytes::chunk_of(&again, chunk).is_none(), "a chunk names nothing");
}
