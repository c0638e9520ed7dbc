//! Instances, schemas, agreements and entries for the tests of this crate.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tiwizi_model::{Instant, KindName, RecordId};
use uuid::Uuid;

use crate::agreement::*;
use crate::wire::*;

pub(crate) const ISSUED: Instant = Instant(1_790_000_000_000);
pub(crate) const DAY_MS: i64 = 86_400_000;

pub(crate) fn node(number: u8) -> NodeId {
    NodeId(Hash([number; 32]))
}

pub(crate) fn plane(name: &str) -> Plane {
    name.parse().unwrap()
}

pub(crate) fn kind(name: &str) -> KindName {
    name.parse().unwrap()
}

pub(crate) fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

pub(crate) fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

/// Persons: a public name of their cooperative, an internal note, two personal fields, a sensitive one, two derived ones.
pub(crate) fn kinds() -> Kinds {
    let fields = [
        ("cooperative", Class::Public),
        ("note", Class::Internal),
        ("name", Class::Personal),
        ("birth_date", Class::Personal),
        ("card", Class::Sensitive),
    ];
    let derived = [("birth_date.year", Some("birth_date"), Class::Personal), ("province", None, Class::Public)];
    let classes = KindClasses {
        plane: plane("members"),
        fields: fields.into_iter().map(|(name, class)| (name.to_owned(), class)).collect(),
        derived: derived
            .into_iter()
            .map(|(name, of, class)| (name.to_owned(), Derived { of: of.map(str::to_owned), class }))
            .collect(),
    };
    BTreeMap::from([(kind("registry/person"), classes)])
}

pub(crate) fn terms(fields: &[(&str, Rule)], rows: &[(&str, &[&str])]) -> KindTerms {
    let values = |values: &[&str]| values.iter().map(|text| Scalar::Text((*text).to_owned())).collect::<BTreeSet<_>>();
    KindTerms {
        rows: rows.iter().map(|(field, allowed)| ((*field).to_owned(), values(allowed))).collect(),
        fields: fields.iter().map(|(field, rule)| ((*field).to_owned(), rule.clone())).collect(),
    }
}

/// Instance 1 gives instance 2 persons of one province: the name of the cooperative, the year of birth, the province.
pub(crate) fn document() -> Document {
    let fields = [
        ("cooperative", Rule::Clear),
        ("birth_date", Rule::Generalised("birth_date.year".to_owned())),
        ("card", Rule::Withheld),
        ("province", Rule::Clear),
    ];
    document_with(terms(&fields, &[("province", &["09.541"])]))
}

pub(crate) fn document_with(terms: KindTerms) -> Document {
    let party = |number: u8, name: &str| Party { node: node(number), name: name.to_owned() };
    Document {
        id: AgreementId(Uuid::from_u128(0xa9)),
        version: 1,
        before: None,
        parties: [party(1, "Souss-Massa"), party(2, "ODCO")],
        purpose: "Statistics of members".to_owned(),
        legal_basis: "Loi 112-12, art. 5".to_owned(),
        cndp: Some("D-GC-1/2026".to_owned()),
        issued_at: ISSUED,
        expires_at: ISSUED.plus_ms(365 * DAY_MS),
        retention_days: 365,
        erasure_days: 7,
        onward: BTreeSet::new(),
        grants: BTreeMap::from([(
            node(1),
            BTreeMap::from([(plane("members"), BTreeMap::from([(kind("registry/person"), terms)]))]),
        )]),
    }
}

pub(crate) fn ring() -> (KeyRing, NodeId, NodeId) {
    let mut ring = KeyRing::new();
    let mut nodes: Vec<NodeId> = [1, 2].into_iter().map(|number| ring.insert(&genesis(number), &[]).unwrap()).collect();
    nodes.sort();
    (ring, nodes[0], nodes[1])
}

fn genesis(number: u8) -> Envelope {
    let next_root = key(number + 200).verifying().promise();
    let name = format!("instance {number}");
    Genesis { root: key(number + 100).verifying(), signing: key(number).verifying(), next_root, name }
        .sign(&key(number + 100))
}

/// The key with which a node of `ring` signs.
pub(crate) fn key_of(ring: &KeyRing, node: &NodeId) -> SigningKey {
    let current = ring.current(node).unwrap();
    [1, 2].into_iter().map(key).find(|key| key.verifying() == current).unwrap()
}

/// The agreement between the two nodes of `ring`, in force.
pub(crate) fn active(mut document: Document) -> Life {
    let (ring, first, second) = ring();
    let grants = document.grants.remove(&node(1)).unwrap();
    document.grants = BTreeMap::from([(first, grants)]);
    document.parties[0].node = first;
    document.parties[1].node = second;
    let mut envelope = Envelope::sign(PAYLOAD_TYPE, document.encode(), &key_of(&ring, &first));
    let offered = Signed::open(&envelope, &ring, Keys::Current).unwrap();
    envelope.add(&key_of(&ring, &second));
    let signed = Signed::open(&envelope, &ring, Keys::Current).unwrap();
    let mut life = Life::draft(document, first).unwrap();
    life.step(Step::Offer(&offered), first, ISSUED).unwrap();
    life.step(Step::Sign(&signed), second, ISSUED).unwrap();
    life.step(Step::Activate, first, ISSUED).unwrap();
    life
}

pub(crate) fn terms_of(life: &mut Life) -> Terms {
    let holder = *life.drafted_by();
    life.terms(&holder, &plane("members"), &kinds(), ISSUED).unwrap()
}

/// One person, in one version.
pub(crate) fn person(seq: u64, ver: u64, province: &str) -> Entry {
    let personal = [("name", json!("Fatima")), ("birth_date", json!("1990-05-01"))];
    let fields = [
        (GroupNo::PUBLIC, vec![("cooperative", json!("Tifawin"))]),
        (GroupNo::INTERNAL, vec![("note", json!("called twice"))]),
        (GroupNo::PERSONAL, personal.to_vec()),
        (GroupNo::SENSITIVE, vec![("card", json!("JB12345"))]),
        (GroupNo::DERIVED, vec![("birth_date.year", json!(1990)), ("province", json!(province))]),
    ];
    entry(EntryKind::Put, seq, ver, &fields)
}

pub(crate) fn entry(what: EntryKind, seq: u64, ver: u64, fields: &[(GroupNo, Vec<(&str, Value)>)]) -> Entry {
    entry_of(ring().1, "members", what, seq, ver, fields)
}

pub(crate) fn entry_of(
    node: NodeId,
    in_plane: &str,
    what: EntryKind,
    seq: u64,
    ver: u64,
    fields: &[(GroupNo, Vec<(&str, Value)>)],
) -> Entry {
    let kind = kind("registry/person");
    let groups: Vec<Group> = fields
        .iter()
        .map(|(no, fields)| {
            let seed = Seed(Hash::of(&[b"seed", &[no.0], &seq.to_be_bytes()]).0);
            let field =
                |(name, value): &(&str, Value)| Field { no: field_no(&kind, name), value: encode_json(value).unwrap() };
            Group::new(*no, seed, fields.iter().map(field).collect()).unwrap()
        })
        .collect();
    let header = Header {
        v: Header::VERSION,
        log: LogId { node, plane: plane(in_plane) },
        epoch: 1,
        seq,
        prev: Hash::ZERO,
        kind: what,
        schema: "registry/person/1.0".to_owned(),
        entity: Entity { kind, id: id(7) },
        subject: Some(id(7)),
        tenure: 1,
        ver,
        idem: [3; 16],
        cause: None,
        hlc: 0,
        groups: groups.iter().map(|group| (group.no, group.root())).collect(),
        extra: BTreeMap::new(),
    };
    Entry { header: header.encode(), groups }
}
