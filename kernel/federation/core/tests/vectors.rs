//! Golden vectors: what each form of the wire is, for every implementation and every later version of this one.
//!
//! The files in `vectors` hold the inputs beside the bytes, so that another implementation can run them. Nothing here writes them: a
//! form that changes fails, and shows what it has become.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::statement::{AgreementStep, Statement};
use tiwizi_federation_core::greeting::{Hello, KeyChain, Missing, Offered, Seen, Wanted};
use tiwizi_federation_core::wire::*;
use tiwizi_model::{Ambient, InstanceId, Instant, KindName, ManualClock, RecordId, SeededEntropy};
use uuid::Uuid;

fn compare(name: &str, made: &Value) {
    let path = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_default()).unwrap_or_default();
    assert!(kept == *made, "{name}.json is another one; it was made anew as\n{made:#}\n");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

fn genesis(number: u8) -> Genesis {
    Genesis {
        root: key(number).verifying(),
        signing: key(number + 1).verifying(),
        next_root: key(number + 2).verifying().promise(),
        name: "ODCO ⵙⵓⵙⵙ سوس".to_owned(),
    }
}

fn plane(name: &str) -> Plane {
    name.parse().unwrap()
}

fn log(name: &str) -> LogId {
    LogId { node: genesis(1).node(), plane: plane(name) }
}

/// A change of the signing key to 4, and of the root key to the one that was promised.
fn rotations() -> [(Rotation, Envelope); 2] {
    let logs = BTreeMap::from([
        (plane("control"), Span { from: 10, until: 20 }),
        (plane("registry"), Span { from: 1_001, until: 1_000 }),
    ]);
    let first = Rotation { node: genesis(1).node(), number: 1, signing: key(4).verifying(), logs, root: None };
    let root = NewRoot { key: key(3).verifying(), next: key(5).verifying().promise() };
    let signing = key(6).verifying();
    let second = Rotation { number: 2, signing, logs: BTreeMap::new(), root: Some(root), ..first.clone() };
    let signed = [first.sign(&key(1)), second.sign(&key(3))];
    [(first, signed[0].clone()), (second, signed[1].clone())]
}

#[test]
fn cbor_is_as_it_was() {
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(24),
        json!(-1),
        json!(-500),
        json!(18_446_744_073_709_551_615_u64),
        json!(1.5),
        json!("تعاونية"),
        json!([1, "a", []]),
        json!({"name": {"fr": "Coopérative", "ar": "تعاونية"}, "z": 1, "year": 1998, "aa": [true, null]}),
    ];
    let written = values.iter().map(|value| json!({"json": value, "cbor": hex(&encode_json(value).unwrap())}));
    let refused = [
        ("1800", "a number longer than it must be"),
        ("f93c00", "a fraction in two bytes"),
        ("fb7ff8000000000000", "no number"),
        ("9f01ff", "an array without its length"),
        ("a2616200616100", "keys out of order"),
        ("a2616100616100", "a key twice"),
        ("c000", "a tag"),
        ("f7", "undefined"),
        ("61ff", "a text that is none"),
        ("0000", "something behind"),
        ("8201", "the end too early"),
    ];
    for (bytes, why) in refused {
        assert!(decode_json(&unhex(bytes)).is_err(), "{why}");
    }
    let refused = refused.map(|(cbor, why)| json!({"cbor": cbor, "why": why}));
    compare("cbor", &json!({"written": written.collect::<Vec<_>>(), "refused": refused}));
}

#[test]
fn headers_are_as_they_were() {
    let full = Header {
        v: Header::VERSION,
        log: log("registry"),
        epoch: 1,
        seq: 70_000,
        prev: leaf_hash(b"before"),
        kind: EntryKind::Put,
        schema: "registry/cooperative/3.1".to_owned(),
        entity: Entity { kind: "registry/cooperative".parse().unwrap(), id: RecordId(Uuid::from_u128(0xabc)) },
        subject: Some(RecordId(Uuid::from_u128(0xdef))),
        tenure: 2,
        ver: 5,
        idem: [0x11; 16],
        cause: Some(Position { log: log("control"), epoch: 0, seq: 9 }),
        hlc: 1_700_000_000_000,
        groups: vec![(GroupNo::PUBLIC, leaf_hash(b"public")), (GroupNo::DERIVED, leaf_hash(b"derived"))],
        extra: BTreeMap::from([(17, encode_json(&json!({"later": [1.5]})).unwrap())]),
    };
    let bare = Header {
        seq: 0,
        prev: Hash::ZERO,
        kind: EntryKind::Other("erase".to_owned()),
        schema: String::new(),
        subject: None,
        cause: None,
        groups: Vec::new(),
        extra: BTreeMap::new(),
        ..full.clone()
    };
    let shown = [full, bare].map(|header| {
        let bytes = header.checked().unwrap();
        assert_eq!(Header::decode(&bytes), Ok(header.clone()));
        json!({
            "node": header.log.node.to_string(), "plane": header.log.plane.as_str(), "epoch": header.epoch,
            "seq": header.seq, "prev": header.prev.to_string(), "kind": header.kind.as_str(), "schema": header.schema,
            "entity": [header.entity.kind.as_str(), hex(header.entity.id.0.as_bytes())],
            "subject": header.subject.map(|subject| hex(subject.0.as_bytes())),
            "tenure": header.tenure, "ver": header.ver, "idem": hex(&header.idem),
            "cause": header.cause.as_ref().map(|at| json!([at.log.node.to_string(), at.log.plane.as_str(), at.epoch, at.seq])),
            "hlc": header.hlc,
            "groups": header.groups.iter().map(|(no, root)| json!([no.0, root.to_string()])).collect::<Vec<_>>(),
            "extra": header.extra.iter().map(|(key, value)| json!([key, hex(value)])).collect::<Vec<_>>(),
            "cbor": hex(&bytes), "leaf": leaf_hash(&bytes).to_string(),
        })
    });
    compare("header", &json!(shown));
}

#[test]
fn commitments_are_as_they_were() {
    let kind: KindName = "registry/person".parse().unwrap();
    let body = [("name", json!("فاطمة")), ("birth_date", json!("1981-03-02")), ("phone", json!(null))];
    let fields = body.iter().map(|(name, value)| {
        let (no, value) = (field_no(&kind, name), encode_json(value).unwrap());
        Field { no, value }
    });
    let group = Group::new(GroupNo::PERSONAL, Seed([0x5e; 32]), fields.collect()).unwrap();
    let shown = BTreeSet::from([field_no(&kind, "birth_date")]);
    let every = group.fields.iter().map(|field| field.no).collect();
    let (whole, some) = (group.disclose(&every), group.disclose(&shown));
    for disclosure in [&whole, &some] {
        assert_eq!(Disclosure::decode(&disclosure.encode()).as_ref(), Ok(disclosure));
        assert!(disclosure.verify(&group.root()).is_ok());
    }
    let numbers: Vec<Value> = body.iter().map(|(name, value)| json!([name, field_no(&kind, name), value])).collect();
    let empty = Group::new(GroupNo::PUBLIC, Seed([0; 32]), Vec::new()).unwrap();
    compare(
        "commitment",
        &json!({
            "kind": kind.as_str(), "fields": numbers, "group": group.no.0, "seed": hex(&group.seed.0),
            "root": group.root().to_string(), "whole": hex(&whole.encode()),
            "shown": shown, "some": hex(&some.encode()), "root_of_empty_public": empty.root().to_string(),
        }),
    );
}

#[test]
fn trees_are_as_they_were() {
    struct Stored(BTreeMap<(u8, u64), Hash>);
    impl Nodes for Stored {
        fn node(&self, level: u8, index: u64) -> Option<Hash> {
            self.0.get(&(level, index)).copied()
        }
    }
    let (mut tree, mut stored, mut roots) = (Tree::new(), Stored(BTreeMap::new()), vec![Hash::empty().to_string()]);
    for seq in 0..13_u8 {
        stored.0.extend(tree.append(leaf_hash(&[seq])).into_iter().map(|(level, index, hash)| ((level, index), hash)));
        roots.push(tree.root().to_string());
    }
    let texts = |proof: Vec<Hash>| proof.iter().map(ToString::to_string).collect::<Vec<_>>();
    let inclusion = [(0, 13), (7, 13), (12, 13), (4, 7), (0, 1)].map(|(index, size)| {
        let proof = texts(inclusion_proof(&stored, index, size).unwrap());
        json!({"index": index, "size": size, "proof": proof, "nodes": needed_for_inclusion(index, size)})
    });
    let consistency = [(1, 13), (4, 13), (6, 13), (7, 12), (12, 13), (13, 13)].map(|(old, new)| {
        let proof = texts(consistency_proof(&stored, old, new).unwrap());
        json!({"old": old, "new": new, "proof": proof, "nodes": needed_for_consistency(old, new)})
    });
    let made = json!({"leaves": "the leaf of header [n] for n from 0", "roots": roots, "inclusion": inclusion, "consistency": consistency});
    compare("tree", &made);
}

#[test]
fn checkpoints_are_as_they_were() {
    let checkpoint = Checkpoint { log: log("control"), epoch: 2, size: 15, root: leaf_hash(b"root") };
    let one = Note::sign(&checkpoint, &key(2));
    let both = Note::sign_both(&checkpoint, &key(2), &key(4));
    let mut ring = KeyRing::new();
    ring.insert(&genesis(1).sign(&key(1)), &rotations().map(|(_, envelope)| envelope)[..1]).unwrap();
    for note in [&one, &both] {
        assert_eq!(Note::open(note.text(), &ring).as_ref(), Ok(&checkpoint));
    }
    let name = checkpoint.log.to_string();
    compare(
        "checkpoint",
        &json!({
            "log": name, "epoch": 2, "size": 15, "root": checkpoint.root.to_string(),
            "key": key(2).verifying().to_string(), "key_id": hex(&key(2).verifying().note_id(&name)),
            "seed": hex(&*key(2).seed()), "note": one.text(), "second_seed": hex(&*key(4).seed()), "both": both.text(),
        }),
    );
}

#[test]
fn statements_about_keys_are_as_they_were() {
    let genesis = genesis(1);
    let envelope = genesis.sign(&key(1));
    let changes = rotations();
    let ring = KeyRing::new().insert(&envelope, &changes.clone().map(|(_, envelope)| envelope));
    assert_eq!(ring, Ok(genesis.node()));
    let changes = changes.map(|(rotation, envelope)| {
        json!({
            "number": rotation.number, "signing": rotation.signing.to_string(),
            "logs": rotation.logs.iter().map(|(plane, span)| json!([plane.as_str(), span.from, span.until])).collect::<Vec<_>>(),
            "root": rotation.root.map(|root| json!([root.key.to_string(), root.next.to_string()])),
            "payload": hex(&rotation.payload()), "envelope": envelope.to_json(),
        })
    });
    compare(
        "keys",
        &json!({
            "root_seed": hex(&*key(1).seed()), "root": genesis.root.to_string(), "signing": genesis.signing.to_string(),
            "next_root_key": key(3).verifying().to_string(), "next_root": genesis.next_root.to_string(),
            "name": genesis.name, "payload": hex(&genesis.payload()), "node": genesis.node().to_string(),
            "fingerprint": genesis.fingerprint(), "envelope": envelope.to_json(),
            "envelope_cbor": hex(&envelope.encode()), "rotations": changes,
        }),
    );
}

#[test]
fn directories_are_as_they_were() {
    let member = |number, role, url: Option<&str>, provinces: &[&str]| Member {
        node: genesis(number).node(),
        role,
        name: "ODCO".to_owned(),
        url: url.map(ToOwned::to_owned),
        genesis: genesis(number).sign(&key(number)),
        rotations: if number == 1 { rotations().map(|(_, envelope)| envelope).to_vec() } else { Vec::new() },
        provinces: provinces.iter().map(|code| code.parse().unwrap()).collect(),
        protocols: BTreeSet::from([1]),
        suspended: number == 20,
        instance: InstanceId(Uuid::from_u128(number.into())),
    };
    let mut members = vec![
        member(1, Role::National, Some("https://nation.example"), &[]),
        member(10, Role::Region, None, &["09.541", "09.551"]),
        member(20, Role::Union, None, &["01.405"]),
    ];
    members.sort_by_key(|member| member.node);
    let directory = Directory { version: 3, members };
    let envelope = directory.sign(&key(99));
    assert_eq!(Directory::open(&envelope, &key(99).verifying()), Ok(directory.clone()));
    let members = directory.members.iter().map(|member| {
        json!({
            "node": member.node.to_string(), "role": member.role.as_str(), "name": member.name, "url": member.url,
            "genesis": member.genesis.to_json(), "rotations": member.rotations.iter().map(Envelope::to_json).collect::<Vec<_>>(),
            "provinces": member.provinces.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "protocols": member.protocols, "suspended": member.suspended, "instance": member.instance.to_string(),
        })
    });
    let enrolment = Enrolment { member: member(10, Role::Region, None, &["09.541", "09.551"]) };
    let request = enrolment.sign(&key(11));
    assert_eq!(Enrolment::open(&request), Ok(enrolment));
    compare(
        "directory",
        &json!({
            "version": 3, "members": members.collect::<Vec<_>>(), "payload": hex(&directory.payload()),
            "seed": hex(&*key(99).seed()), "envelope": envelope.to_json(),
            "request": { "signing_seed": hex(&*key(11).seed()), "envelope": request.to_json() },
        }),
    );
}

#[test]
fn greetings_are_as_they_were() {
    let [(_, first), (_, second)] = rotations();
    let agreement = Some(AgreementId(Uuid::from_u128(0xa9)));
    let hello = Hello {
        genesis: genesis(1).sign(&key(1)),
        rotations: vec![first.clone()],
        protocols: BTreeSet::from([1]),
        directory: 7,
        logs: vec![
            Offered { plane: Plane::control(), agreement: None, version: 0, epoch: 0, size: 12 },
            Offered { plane: plane("members"), agreement, version: 2, epoch: 1, size: 4_000 },
        ],
        wanted: vec![Wanted { log: log("registry"), agreement, version: 2, epoch: 0, next: 31 }],
        packages: BTreeMap::from([("nomenclature".to_owned(), 3)]),
    };
    let keys = KeyChain { genesis: genesis(1).sign(&key(1)), rotations: vec![first, second] };
    let missing = Missing(vec![Hash([1; 32]), Hash([2; 32])]);
    let seen = Seen(vec!["a note\n".to_owned()]);
    assert_eq!(Hello::decode(&hello.encode()), Ok(hello.clone()));
    assert_eq!(KeyChain::decode(&keys.encode()), Ok(keys.clone()));
    let made = json!({
        "hello": hex(&hello.encode()),
        "mark": hello.mark().to_string(),
        "keys": hex(&keys.encode()),
        "missing": hex(&missing.encode()),
        "checkpoints": hex(&seen.encode()),
    });
    compare("greeting", &made);
}

#[test]
fn steps_of_agreements_are_as_they_were() {
    let ambient = Ambient::new(Arc::new(ManualClock::at(Instant(0))), Arc::new(SeededEntropy::new(1)));
    let step = |name: &str, envelope: Option<&[u8]>| {
        let (id, step) = (AgreementId(Uuid::from_u128(0xa9)), name.to_owned());
        let said = Statement::Agreement(AgreementStep { id, version: 2, step, envelope: envelope.map(<[u8]>::to_vec) });
        let groups = said.groups(&[genesis(1).node()], &ambient).unwrap();
        let fields: Vec<Field> = groups.into_iter().flat_map(|group| group.fields).collect();
        assert_eq!(Statement::read(&said.kind(), RecordId(id.0), &fields).unwrap(), said);
        let made: serde_json::Map<String, Value> =
            fields.iter().map(|field| (field.no.to_string(), hex(&field.value).into())).collect();
        (name.to_owned(), Value::from(made))
    };
    let signed: Option<&[u8]> = Some(&[1, 2, 255]);
    let made: serde_json::Map<String, Value> = [
        step("offer", signed),
        step("sign", signed),
        step("activate", None),
        step("suspend", None),
        step("resume", None),
        step("terminate", None),
        step("decline", signed),
        step("withdraw", None),
    ]
    .into_iter()
    .collect();
    compare("agreement-step", &Value::from(made));
}
