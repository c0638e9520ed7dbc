//! Notes are taken from the key that counts, in their one spelling.

use std::collections::BTreeMap;

use super::*;
use crate::wire::statement::{Genesis, Rotation, Span};

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

fn genesis() -> Genesis {
    let (root, signing) = (key(1).verifying(), key(2).verifying());
    Genesis { root, signing, next_root: Hash::ZERO, name: "Région".to_owned() }
}

/// The key 2 counts up to size 20, the key 3 from size 10 on.
fn ring() -> KeyRing {
    let (mut ring, plane) = (KeyRing::new(), checkpoint(0).log.plane);
    let logs = BTreeMap::from([(plane, Span { from: 10, until: 20 })]);
    let rotation = Rotation { node: genesis().node(), number: 1, signing: key(3).verifying(), logs, root: None };
    ring.insert(&genesis().sign(&key(1)), &[rotation.sign(&key(1))]).unwrap();
    ring
}

fn checkpoint(size: u64) -> Checkpoint {
    let log = LogId { node: genesis().node(), plane: "registry".parse().unwrap() };
    Checkpoint { log, epoch: 3, size, root: Hash([0xfe; 32]) }
}

fn open(text: &str) -> Result<Checkpoint, NoteError> {
    Note::open(text, &ring())
}

#[test]
fn a_note_is_read_as_it_was_signed() {
    let note = Note::sign(&checkpoint(5), &key(2));
    assert_eq!(open(note.text()), Ok(checkpoint(5)));
    assert_eq!(Note::unverified(note.text()), Ok(checkpoint(5)));
    let lines: Vec<&str> = note.text().split('\n').collect();
    let log = checkpoint(5).log.to_string();
    assert_eq!(lines[..5], [log.as_str(), "5", "/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v4=", "epoch 3", ""]);
    assert!(lines[5].starts_with(&format!("\u{2014} {log} ")) && lines[6].is_empty() && lines.len() == 7);
}

#[test]
fn a_key_counts_within_its_sizes_only() {
    let out = |size| Err(NoteError::OutOfSpan { log: checkpoint(0).log, size });
    for (size, number, opened) in
        [(20, 2, Ok(checkpoint(20))), (21, 2, out(21)), (9, 3, out(9)), (10, 3, Ok(checkpoint(10)))]
    {
        assert_eq!(open(Note::sign(&checkpoint(size), &key(number)).text()), opened, "{size} by {number}");
    }
    // The old key on a larger checkpoint is let be where the new one has signed as well.
    assert_eq!(open(Note::sign_both(&checkpoint(30), &key(2), &key(3)).text()), Ok(checkpoint(30)));
    assert_eq!(open(Note::sign_both(&checkpoint(30), &key(2), &key(4)).text()), out(30));
}

#[test]
fn strangers_are_refused() {
    let log = checkpoint(5).log;
    let unsigned = Err(NoteError::Unsigned { log: log.clone() });
    assert_eq!(open(Note::sign(&checkpoint(5), &key(9)).text()), unsigned);
    assert_eq!(
        Note::open(Note::sign(&checkpoint(5), &key(2)).text(), &KeyRing::new()),
        Err(NoteError::Unknown { log })
    );
    // A signature of another log of the same instance, under its own name, is none of this one.
    let mut members = checkpoint(5);
    members.log.plane = "members".parse().unwrap();
    let other = Note::sign(&members, &key(2)).text().to_owned();
    let line = other.rsplit("\n\n").next().unwrap();
    assert_eq!(open(&format!("{}\n{line}", checkpoint(5).body())), unsigned);
    let renamed = line.replace("/members ", "/registry ");
    assert_eq!(open(&format!("{}\n{renamed}", checkpoint(5).body())), unsigned, "the id of the key holds the name");
}

#[test]
fn a_changed_note_is_forged() {
    let text = Note::sign(&checkpoint(5), &key(2)).text().to_owned();
    for (from, to) in [("\n5\n", "\n6\n"), ("epoch 3", "epoch 4"), ("/v7+", "/v7/"), ("epoch 3\n", "epoch 3\nmore\n")] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        assert_eq!(open(&changed), Err(NoteError::Forged), "{to}");
    }
}

#[test]
fn what_witnesses_and_later_versions_add_is_let_be() {
    let text = Note::sign(&checkpoint(5), &key(2)).text().to_owned();
    let witness = format!("{text}\u{2014} witness.example/w AAAAAQIDBAUGBwgJCgsMDQ4P\n");
    assert_eq!(open(&witness), Ok(checkpoint(5)));
    let body = format!("{}later 1\n", checkpoint(5).body());
    let mut note = Note { text: format!("{body}\n") };
    note.add(&checkpoint(5).log.to_string(), &body, &key(2));
    assert_eq!(open(note.text()), Ok(checkpoint(5)));
}

#[test]
fn a_malformed_note_is_refused_with_its_reason() {
    let text = Note::sign(&checkpoint(5), &key(2)).text().to_owned();
    let form = |what| NoteError::Form { what };
    let twice = format!("{text}{}", text.rsplit("\n\n").next().unwrap());
    let witness = "\u{2014} w.example/w AAAAAQID\n";
    let many = format!("{text}{}", witness.repeat(limits::FED_SIGNATURES_MAX));
    for (changed, refused) in [
        (text.replacen("tiwizi.ma", "tiwizi.mb", 1), form("origin")),
        (text.replacen("\n5\n", "\n05\n", 1), form("size")),
        (text.replacen("\n5\n", "\n+5\n", 1), form("size")),
        (text.replacen("\n5\n", "\n18446744073709551616\n", 1), form("size")),
        (text.replacen("/v4=\n", "/v4\n", 1), form("root")),
        (text.replacen("/v4=\n", "/v5=\n", 1), form("root")),
        (text.replacen("epoch 3\n", "", 1), form("epoch")),
        (text.replacen("epoch 3\n", "epoch 4294967296\n", 1), form("epoch")),
        (text.replacen("epoch 3\n", "epoch 3\n\nmore\n", 1), form("text")),
        (text.replacen('\n', "\r\n", 1), form("text")),
        (text.replacen('\u{2014}', "-", 1), form("signature")),
        (text.replacen("\u{2014} ", "\u{2014}  ", 1), form("signature")),
        (text.trim_end().to_owned(), form("signatures")),
        (checkpoint(5).body(), form("text")),
        (format!("{}\n", checkpoint(5).body()), form("signatures")),
        (format!("{text}\n"), form("signatures")),
        (String::new(), form("text")),
        (twice, form("second signature of a key")),
        (many, NoteError::Long),
        ("x".repeat(limits::FED_NOTE_BYTES_MAX + 1), NoteError::Long),
    ] {
        assert_ne!(changed, text);
        assert_eq!(open(&changed), Err(refused), "{changed}");
    }
}
