//! A directory is taken from the root key of the federation, and each member's keys from the member.

use super::*;
use crate::wire::hash::Hash;
use crate::wire::statement::{Genesis, Rotation};

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

fn genesis(number: u8) -> Genesis {
    let (root, signing) = (key(number).verifying(), key(number + 100).verifying());
    Genesis { root, signing, next_root: Hash::ZERO, name: format!("Instance {number}") }
}

fn member(number: u8) -> Member {
    let node = genesis(number).node();
    let signing = key(number + 101).verifying();
    let rotation = Rotation { node, number: 1, signing, logs: std::collections::BTreeMap::new(), root: None };
    Member {
        node,
        role: Role::Region,
        name: "ODCO Souss-Massa".to_owned(),
        url: Some("https://souss.example/fed".to_owned()),
        genesis: genesis(number).sign(&key(number)),
        rotations: vec![rotation.sign(&key(number))],
        provinces: ["09.541", "09.551"].iter().map(|code| code.parse().unwrap()).collect(),
        protocols: BTreeSet::from([1, 2]),
        suspended: false,
        instance: InstanceId(Uuid::from_u128(number.into())),
    }
}

fn directory() -> Directory {
    let nation = Member { role: Role::National, url: None, provinces: BTreeSet::new(), ..member(1) };
    let mut members = vec![nation, member(2), Member { suspended: true, ..member(3) }];
    members.sort_by_key(|member| member.node);
    Directory { version: 7, members }
}

/// What becomes of a directory with one changed member.
fn opened(change: impl FnOnce(&mut Member)) -> Result<Directory, DirectoryError> {
    let mut member = member(2);
    change(&mut member);
    Directory::open(&Directory { version: 1, members: vec![member] }.sign(&key(50)), &key(50).verifying())
}

#[test]
fn a_directory_is_read_as_it_was_signed() {
    let envelope = directory().sign(&key(50));
    assert_eq!(Directory::open(&envelope, &key(50).verifying()), Ok(directory()));
    assert_eq!(directory().member(&genesis(2).node()), Some(&member(2)));
    let keys = directory().keys().unwrap();
    assert_eq!(keys.current(&genesis(3).node()), Some(key(104).verifying()));
    assert_eq!(keys.nodes().count(), 3);
    let unsigned = DirectoryError::Envelope(EnvelopeError::Unsigned { key: key(51).verifying().public() });
    assert_eq!(Directory::open(&envelope, &key(51).verifying()), Err(unsigned));
}

#[test]
fn a_member_has_the_keys_that_it_signed_itself() {
    let node = genesis(2).node();
    assert_eq!(opened(|member| member.genesis = genesis(3).sign(&key(3))), Err(keys_of_another(node)));
    let forged = opened(|member| member.genesis = genesis(2).sign(&key(9)));
    assert!(matches!(forged, Err(DirectoryError::Keys { .. })), "{forged:?}");
    let twice = opened(|member| member.rotations = vec![member.rotations[0].clone(), member.rotations[0].clone()]);
    assert_eq!(twice, Err(DirectoryError::Keys { node, source: RingError::Number { number: 2 } }));
    let alone = opened(|member| {
        member.genesis = genesis(3).sign(&key(3));
        member.rotations.clear();
    });
    assert_eq!(alone, Err(DirectoryError::Stranger { node }));
}

/// The change of keys that stays behind is not of the instance whose first keys were put there.
fn keys_of_another(node: NodeId) -> DirectoryError {
    let unsigned = EnvelopeError::Unsigned { key: key(3).verifying().public() };
    DirectoryError::Keys { node, source: RingError::Statement { number: 1, source: unsigned.into() } }
}

#[test]
fn a_malformed_member_is_refused_with_its_reason() {
    let wrong = |what| Err(DirectoryError::Member { node: genesis(2).node(), what });
    for url in ["", "ftp://x", "https://", "https://a b", "https://é.example"] {
        assert_eq!(opened(|member| member.url = Some(url.to_owned())), wrong("url"), "{url}");
    }
    assert_eq!(opened(|member| member.name = "a\nb".to_owned()), wrong("name"));
    let long = CborError::Many { what: "a text" };
    let url = Some(format!("https://{}", "x".repeat(limits::FED_URL_BYTES_MAX)));
    assert_eq!(opened(|member| member.url = url), Err(DirectoryError::Form(long)));
    let many = CborError::Many { what: "the values of an array" };
    let protocols = (0..=u16::try_from(limits::FED_PROTOCOL_VERSIONS_MAX).unwrap()).collect();
    assert_eq!(opened(|member| member.protocols = protocols), Err(DirectoryError::Form(many)));
}

#[test]
fn what_a_member_has_stands_once_and_in_order() {
    let signed = |from: &[u8], to: &[u8]| {
        let mut payload = Directory { version: 1, members: vec![member(2)] }.payload();
        let at = payload.windows(from.len()).position(|window| window == from).unwrap();
        payload.splice(at..at + from.len(), to.iter().copied());
        Directory::open(&Envelope::sign(Directory::TYPE, payload, &key(50)), &key(50).verifying())
    };
    let wrong = |what| Err(DirectoryError::Member { node: genesis(2).node(), what });
    assert_eq!(signed(b"f09.541", b"f09.551"), wrong("provinces"));
    assert_eq!(signed(b"f09.541", b"fsouss!"), wrong("provinces"));
    assert_eq!(signed(&[8, 0x82, 1, 2, 9], &[8, 0x82, 2, 1, 9]), wrong("protocols"));
    assert_eq!(signed(b"fregion", b"fRegion"), wrong("role"));
    assert_eq!(signed(&[0xa3, 1, 1], &[0xa3, 1, 2]), Err(DirectoryError::Version(2)));
    let twice = Directory { version: 1, members: vec![member(2), member(2)] };
    assert_eq!(Directory::open(&twice.sign(&key(50)), &key(50).verifying()), Err(DirectoryError::Order));
}

#[test]
fn what_a_later_version_says_of_a_member_is_passed_over() {
    let mut payload = Directory { version: 1, members: vec![member(2)] }.payload();
    let at = payload.windows(2).position(|window| window == [0x81, 0xaa]).unwrap();
    payload[at + 1] += 1;
    payload.extend([11, 0xf6]);
    let envelope = Envelope::sign(Directory::TYPE, payload, &key(50));
    let read = Directory::open(&envelope, &key(50).verifying()).unwrap();
    assert_eq!(read.members, [member(2)]);
}

#[test]
fn records_have_one_home_and_keep_it_when_it_comes_back_with_other_keys() {
    let again = |suspended| {
        let lost = Member { suspended, ..member(2) };
        let mut members = vec![lost, Member { instance: member(2).instance, ..member(3) }];
        members.sort_by_key(|member| member.node);
        Directory::open(&Directory { version: 2, members }.sign(&key(50)), &key(50).verifying())
    };
    assert_eq!(again(false), Err(DirectoryError::Homes { instance: member(2).instance }));
    let directory = again(true).unwrap();
    assert_eq!(directory.home(&member(2).instance).unwrap().node, genesis(3).node());
    assert_eq!(directory.home(&member(1).instance), None);
}
