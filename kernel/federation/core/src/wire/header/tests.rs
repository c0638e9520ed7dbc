//! A header is read as it is written, with what it does not know, and in no other way.

use proptest::prelude::*;

use super::*;

fn log(plane: &str) -> LogId {
    LogId { node: NodeId(Hash([3; 32])), plane: plane.parse().unwrap() }
}

fn header() -> Header {
    Header {
        v: 1,
        log: log("registry"),
        epoch: 0,
        seq: 7,
        prev: Hash([9; 32]),
        kind: EntryKind::Put,
        schema: "registry/cooperative/3.1".to_owned(),
        entity: Entity { kind: "registry/cooperative".parse().unwrap(), id: RecordId(Uuid::from_u128(5)) },
        subject: Some(RecordId(Uuid::from_u128(6))),
        tenure: 1,
        ver: 4,
        idem: [8; 16],
        cause: Some(Position { log: log("control"), epoch: 2, seq: 3 }),
        hlc: 1_700_000_000_000,
        groups: vec![(GroupNo::PUBLIC, Hash([1; 32])), (GroupNo::PERSONAL, Hash([2; 32]))],
        extra: BTreeMap::new(),
    }
}

/// The header with this change, as bytes.
fn with(change: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut header = header();
    change(&mut header);
    header.encode()
}

#[test]
fn a_header_is_read_as_it_is_written() {
    let bytes = header().checked().unwrap();
    assert_eq!(Header::decode(&bytes), Ok(header()));
    let bare = Header { subject: None, cause: None, groups: Vec::new(), schema: String::new(), ..header() };
    assert_eq!(Header::decode(&bare.checked().unwrap()), Ok(bare));
    assert_eq!(header().leaf(), leaf_hash(&bytes));
    assert_eq!(header().root(GroupNo::PERSONAL), Some(&Hash([2; 32])));
    assert_eq!(header().root(GroupNo::SENSITIVE), None);
    assert!(bytes.len() < 400, "{} bytes", bytes.len());
}

#[test]
fn what_a_header_does_not_know_it_keeps_bit_for_bit() {
    // A later version added a text under 17 and a map with bytes and a float under 70000.
    let extra =
        BTreeMap::from([(17, b"\x62ok".to_vec()), (70_000, b"\xa1\x01\x82\x41\xff\xfb?\xf8\0\0\0\0\0\0".to_vec())]);
    let bytes = with(|header| header.extra.clone_from(&extra));
    let read = Header::decode(&bytes).unwrap();
    assert_eq!(read.extra, extra);
    assert_eq!(read.encode(), bytes);
}

#[test]
fn an_unknown_key_cannot_stand_for_a_known_one() {
    let mut header = header();
    header.extra.insert(12, vec![0]);
    assert_eq!(header.checked(), Err(HeaderError::Unread));
    // A key between the known ones: subject is left out, and 10 holds what is no subject.
    header.extra = BTreeMap::from([(20, vec![0x18, 0x01])]);
    assert_eq!(header.checked(), Err(HeaderError::Form(CborError::Form { what: "a number" })));
}

#[test]
fn a_malformed_header_is_refused_with_its_reason() {
    let form = |error| HeaderError::Form(error);
    let ordered = CborError::Form { what: "the order of keys" };
    let bytes = header().encode();
    let twice = [&[bytes[0] + 1][..], &bytes[1..], &[0x10, 0x80]].concat();
    let unknown = [&[bytes[0] + 1][..], &bytes[1..], &[0x11, 0xf7]].concat();
    let many = (0..=limits::FED_UNKNOWN_KEYS_MAX as u64 + 3).map(|key| (1_000 + key, vec![0])).collect();
    for (bytes, refused) in [
        (with(|header| header.v = 2), HeaderError::Version(2)),
        (with(|header| header.schema = "two words".to_owned()), HeaderError::Name { what: "schema" }),
        (with(|header| header.kind = EntryKind::Other("Put".to_owned())), HeaderError::Name { what: "kind" }),
        (with(|header| header.groups.reverse()), HeaderError::Groups),
        (with(|header| header.groups[1].0 = GroupNo::PUBLIC), HeaderError::Groups),
        (with(|header| header.schema = "x".repeat(121)), form(CborError::Many { what: "a text" })),
        (
            with(|header| header.groups = vec![(GroupNo(0), Hash::ZERO); 9]),
            form(CborError::Many { what: "the values of an array" }),
        ),
        (with(|header| header.extra = many), form(CborError::Many { what: "the pairs of a map" })),
        (with(|header| drop(header.extra.insert(99, vec![0x59, 0x20, 0, 0]))), form(CborError::Short)),
        (vec![0; limits::FED_HEADER_BYTES_MAX + 1], HeaderError::Long),
        (twice, form(ordered)),
        (unknown, form(CborError::Form { what: "a number with a fraction or a mark" })),
        ([&bytes[..], &[0]].concat(), form(CborError::Trailing)),
        (bytes[..bytes.len() - 1].to_vec(), form(CborError::Short)),
        (Vec::new(), form(CborError::Short)),
        (vec![0xa1, 0x01, 0x01], form(CborError::Expected { expected: "a key that is not there" })),
        (vec![0x80], form(CborError::Expected { expected: "a map" })),
    ] {
        assert_eq!(Header::decode(&bytes), Err(refused));
    }
}

#[test]
fn a_length_that_lies_is_refused() {
    let bytes = header().encode();
    // The text of the plane, one byte longer than it says, and one shorter.
    let at = bytes.windows(9).position(|window| window == b"\x68registry").unwrap();
    for length in [0x67, 0x69] {
        let mut changed = bytes.clone();
        changed[at] = length;
        assert!(matches!(Header::decode(&changed), Err(HeaderError::Form(_))), "{length}");
    }
}

#[test]
fn kinds_of_entries_are_words() {
    for (word, kind) in KINDS {
        assert_eq!(word.parse(), Ok(kind.clone()));
        assert_eq!(kind.to_string(), word);
    }
    assert_eq!("erase".parse(), Ok(EntryKind::Other("erase".to_owned())));
    for word in ["", "Put", "put ", "é", &"x".repeat(49)] {
        assert_eq!(word.parse::<EntryKind>(), Err(EntryKindError), "{word}");
    }
}

proptest! {
    #[test]
    fn no_other_bytes_are_read_as_a_header(at in any::<usize>(), bit in 0_u8..8) {
        let mut bytes = header().encode();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        if let Ok(read) = Header::decode(&bytes) {
            prop_assert_eq!(read.encode(), bytes);
            prop_assert_ne!(read, header());
        }
    }

    #[test]
    fn numbers_of_every_size_come_back(epoch in any::<u32>(), seq in any::<u64>(), tenure in any::<u32>(), ver in any::<u64>(), hlc in any::<u64>()) {
        let header = Header { epoch, seq, tenure, ver, hlc, ..header() };
        prop_assert_eq!(Header::decode(&header.checked().unwrap()), Ok(header));
    }
}
