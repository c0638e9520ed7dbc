//! What is shown is proven, what is hidden stays hidden, and everything else is refused.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::wire::cbor::encode_json;

fn group(count: u16) -> Group {
    let fields = (1..=count).map(|no| Field { no, value: encode_json(&json!(format!("value {no}"))).unwrap() });
    Group::new(GroupNo::PERSONAL, Seed([5; 32]), fields.collect()).unwrap()
}

fn some(numbers: &[u16]) -> BTreeSet<u16> {
    numbers.iter().copied().collect()
}

fn numbers(fields: &[Field]) -> Vec<u16> {
    fields.iter().map(|field| field.no).collect()
}

#[test]
fn a_whole_group_is_its_seed_and_its_values() {
    let group = group(3);
    let shown = group.disclose(&some(&[1, 2, 3, 99]));
    assert!(matches!(shown, Disclosure::Whole { .. }));
    assert_eq!(shown.verify(&group.root()), Ok(group.fields.clone()));
    assert_eq!(Disclosure::decode(&shown.encode()), Ok(shown));
}

#[test]
fn some_fields_are_shown_and_of_the_others_nothing() {
    let group = group(5);
    let shown = group.disclose(&some(&[2, 5]));
    assert_eq!(numbers(&shown.verify(&group.root()).unwrap()), [2, 5]);
    let bytes = shown.encode();
    for hidden in [1, 3, 4] {
        let text = format!("value {hidden}");
        assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{hidden}");
    }
    assert!(!bytes.windows(32).any(|window| window == group.seed.0), "the seed would give every salt");
    assert_eq!(Disclosure::decode(&bytes), Ok(shown));
    assert_eq!(group.disclose(&some(&[])).verify(&group.root()), Ok(Vec::new()));
}

#[test]
fn a_field_that_is_taken_out_is_gone_and_the_others_still_prove() {
    let group = group(4);
    let whole = group.disclose(&some(&[1, 2, 3, 4]));
    let erased = whole.clone().without(&some(&[3]));
    assert_eq!(numbers(&erased.verify(&group.root()).unwrap()), [1, 2, 4]);
    assert_eq!(erased, group.disclose(&some(&[1, 2, 4])));
    let more = erased.without(&some(&[1]));
    assert_eq!(more, group.disclose(&some(&[2, 4])));
    assert_eq!(whole.clone().without(&some(&[77])), whole);
}

#[test]
fn every_change_of_a_disclosure_is_found() {
    let group = group(3);
    let root = group.root();
    let whole = Disclosure::Whole { no: group.no, seed: group.seed.clone(), fields: group.fields.clone() };
    let Disclosure::Some { leaves, .. } = group.disclose(&some(&[1, 2])) else { panic!("one field is hidden") };
    let part = |leaves: &[LeafShown]| Disclosure::Some { no: GroupNo::PERSONAL, leaves: leaves.to_vec() };
    let mut other_salt = leaves.clone();
    if let LeafShown::Shown { salt, .. } = &mut other_salt[0] {
        salt[0] ^= 1;
    }
    let mut other_field = leaves.clone();
    if let LeafShown::Shown { field, .. } = &mut other_field[1] {
        *field = 9;
    }
    let mut fields = group.fields.clone();
    fields[0].value = vec![0xf6];
    // A node of the small tree in the place of the leaves below it: one leaf less.
    let joined = crate::wire::hash::node_hash(&leaves[0].commitment(), &leaves[1].commitment());
    for changed in [
        Disclosure::Whole { no: GroupNo::PUBLIC, seed: group.seed.clone(), fields: group.fields.clone() },
        Disclosure::Whole { no: group.no, seed: Seed([6; 32]), fields: group.fields.clone() },
        Disclosure::Whole { no: group.no, seed: group.seed.clone(), fields },
        Disclosure::Whole { no: group.no, seed: group.seed.clone(), fields: group.fields[..2].to_vec() },
        part(&other_salt),
        part(&other_field),
        part(&leaves[..2]),
        part(&[leaves.clone(), vec![LeafShown::Hidden(Hash::ZERO)]].concat()),
        part(&[LeafShown::Hidden(joined), leaves[2].clone()]),
        Disclosure::Some { no: GroupNo::PUBLIC, leaves: leaves.clone() },
    ] {
        assert_eq!(changed.verify(&root), Err(DisclosureError::Root), "{changed:?}");
    }
    assert!(whole.verify(&root).is_ok() && part(&leaves).verify(&root).is_ok());
    assert_eq!(
        part(&[leaves[1].clone(), leaves[0].clone(), leaves[2].clone()]).verify(&root),
        Err(DisclosureError::Order)
    );
}

#[test]
fn a_value_that_is_no_json_in_its_one_form_is_refused_although_it_is_proven() {
    for value in [vec![0x18, 0x01], vec![0x41, 0x00], vec![0x00, 0x00], Vec::new()] {
        let group = Group::new(GroupNo::PUBLIC, Seed([1; 32]), vec![Field { no: 4, value }]).unwrap();
        let verified = group.disclose(&some(&[4])).verify(&group.root());
        assert!(matches!(verified, Err(DisclosureError::Value { field: 4, .. })), "{verified:?}");
    }
}

#[test]
fn a_malformed_disclosure_is_refused_with_its_reason() {
    let many = |what| DisclosureError::Form(CborError::Many { what });
    let expected = |expected| DisclosureError::Form(CborError::Expected { expected });
    let whole = group(2).disclose(&some(&[1, 2])).encode();
    let mut writer = Writer::new();
    writer.array(3).uint(SOME).uint(0).array(limits::FED_GROUP_FIELDS_MAX + 1);
    let unordered = Disclosure::Whole {
        no: GroupNo::PUBLIC,
        seed: Seed([0; 32]),
        fields: vec![Field { no: 2, value: vec![0] }, Field { no: 1, value: vec![0] }],
    };
    for (bytes, refused) in [
        (vec![0; limits::FED_DISCLOSURES_BYTES_MAX + 1], DisclosureError::Long),
        (writer.finish(), many("the values of an array")),
        (unordered.encode(), DisclosureError::Order),
        (vec![0x83, 0x02, 0x00, 0x80], expected("a disclosure")),
        (vec![0x83, 0x00, 0x00, 0x80], expected("a disclosure")),
        (vec![0x83, 0x01, 0x19, 0x01, 0x00, 0x80], many("a number")),
        (vec![0x83, 0x01, 0x00, 0x81, 0x82, 0x00, 0x00], expected("a field, shown or hidden")),
        (vec![0x84, 0x00, 0x00, 0x41, 0x00, 0x80], expected("bytes of another length")),
        ([&whole[..], &[0]].concat(), DisclosureError::Form(CborError::Trailing)),
        (whole[..whole.len() - 1].to_vec(), DisclosureError::Form(CborError::Short)),
    ] {
        assert_eq!(Disclosure::decode(&bytes), Err(refused));
    }
}

proptest! {
    #[test]
    fn what_is_asked_for_is_shown(count in 0_u16..20, shown in proptest::collection::btree_set(1_u16..22, 0..22)) {
        let group = group(count);
        let disclosure = Disclosure::decode(&group.disclose(&shown).encode()).unwrap();
        let fields = disclosure.verify(&group.root()).unwrap();
        let expected: Vec<u16> = (1..=count).filter(|no| shown.contains(no)).collect();
        prop_assert_eq!(numbers(&fields), expected);
        prop_assert!(fields.iter().all(|field| group.fields.contains(field)));
    }

    #[test]
    fn a_changed_byte_proves_nothing_else(at in any::<usize>(), bit in 0_u8..8, shown in proptest::collection::btree_set(1_u16..6, 0..6)) {
        let group = group(5);
        let honest = group.disclose(&shown);
        let mut bytes = honest.encode();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        if let Ok(changed) = Disclosure::decode(&bytes) {
            prop_assert_eq!(changed.verify(&group.root()), Err(DisclosureError::Root));
        }
    }
}
