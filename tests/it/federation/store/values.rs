//! Values out of chance, from a few of each sort, so that steps meet each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tiwizi_federation_core::agreement::{AgreementId, Document, KindTerms, Party, Rule};
use tiwizi_federation_core::flow::proposal::{Answer, Base, Proposal, Refusal, Sent};
use tiwizi_federation_core::flow::rows::{Draft, Feed, ParkReason, Parked};
use tiwizi_federation_core::flow::snapshot::{ChunkRef, Manifest};
use tiwizi_federation_core::page;
use tiwizi_federation_core::wire::{
    Checkpoint, Disclosure, Entity, EntryKind, Field, Group, GroupNo, Hash, LogId, NodeId, Note, Plane, Position,
    Seed as Salt, SigningKey, Tree,
};
use tiwizi_model::{Instant, RecordId};
use tiwizi_tests::seed::Seed;
use uuid::Uuid;

use super::op::Under;

/// The instance whose store it is.
pub(super) const ME: NodeId = NodeId(Hash([1; 32]));

/// Entities, of two kinds, their roots, other instances, agreements.
pub(super) const ENTITIES: u64 = 6;
pub(super) const ROOTS: u64 = 3;
pub(super) const NODES: u64 = 3;
pub(super) const AGREEMENTS: u64 = 2;

pub(super) fn plane(seed: &mut Seed) -> Plane {
    ["control", "registry", "members"][usize::try_from(seed.below(3)).unwrap()].parse().unwrap()
}

pub(super) fn other(seed: &mut Seed) -> NodeId {
    NodeId(Hash([u8::try_from(seed.below(NODES) + 2).unwrap(); 32]))
}

pub(super) fn other_log(seed: &mut Seed) -> LogId {
    LogId { node: other(seed), plane: plane(seed) }
}

pub(super) fn id(number: u64) -> RecordId {
    RecordId(Uuid::from_u128(u128::from(number)))
}

pub(super) fn root(seed: &mut Seed) -> RecordId {
    id(seed.below(ROOTS) + 900)
}

pub(super) fn entity(seed: &mut Seed) -> Entity {
    let kind = ["test/one", "test/two"][usize::try_from(seed.below(2)).unwrap()].parse().unwrap();
    Entity { kind, id: id(seed.below(ENTITIES) + 1) }
}

/// In one log an id is of one kind.
pub(super) fn own_entity(seed: &mut Seed) -> Entity {
    let number = seed.below(ENTITIES) + 1;
    let kind = if number % 2 == 0 { "test/one" } else { "test/two" };
    Entity { kind: kind.parse().unwrap(), id: id(number) }
}

pub(super) fn agreement(number: u64) -> AgreementId {
    // The one that is put later stands first.
    AgreementId(Uuid::from_u128(u128::from(AGREEMENTS - number) + 70))
}

pub(super) fn under(seed: &mut Seed) -> Under {
    match seed.below(AGREEMENTS + 1) {
        0 => None,
        number => Some(agreement(number - 1)),
    }
}

pub(super) fn hash(seed: &mut Seed) -> Hash {
    let number = seed.number().to_be_bytes();
    Hash::of(&[&number])
}

pub(super) fn position(seed: &mut Seed) -> Position {
    Position { log: other_log(seed), epoch: u32::try_from(seed.below(2)).unwrap(), seq: seed.below(5) }
}

pub(super) fn base(seed: &mut Seed) -> Base {
    Base { tenure: u32::try_from(seed.below(3)).unwrap(), ver: seed.below(9) }
}

/// The same version again, or a later one.
pub(super) fn next(seed: &mut Seed, last: Option<&Base>) -> Base {
    let last = last.copied().unwrap_or(Base { tenure: 1, ver: 1 });
    Base { tenure: last.tenure + u32::from(seed.below(8) == 0), ver: last.ver + seed.below(3) }
}

pub(super) fn groups(seed: &mut Seed) -> Vec<Group> {
    let numbers = [GroupNo::PUBLIC, GroupNo::PERSONAL, GroupNo::DERIVED];
    let fields = |seed: &mut Seed| (0..seed.below(3)).map(|no| field(seed, no)).collect();
    let group = |no| Group { no, seed: Salt(hash(seed).0), fields: fields(seed) };
    numbers.into_iter().map(group).collect()
}

pub(super) fn field(seed: &mut Seed, no: u64) -> Field {
    Field { no: u16::try_from(no).unwrap(), value: seed.number().to_be_bytes().to_vec() }
}

pub(super) fn shown(seed: &mut Seed) -> Vec<Disclosure> {
    let shown: BTreeSet<u16> = (0..2).filter(|_| seed.below(2) == 0).collect();
    groups(seed).iter().map(|group| group.disclose(&shown)).collect()
}

pub(super) fn tree(seed: &mut Seed) -> Tree {
    let mut tree = Tree::new();
    for _ in 0..seed.below(20) {
        tree.append(hash(seed));
    }
    tree
}

/// A checkpoint of a log at a size. One log has one root at each size.
pub(super) fn note(log: &LogId, size: u64) -> String {
    let checkpoint =
        Checkpoint { log: log.clone(), epoch: 0, size, root: Hash([u8::try_from(size % 200).unwrap(); 32]) };
    Note::sign(&checkpoint, &SigningKey::from_seed(&[9; 32])).text().to_owned()
}

pub(super) fn document(id: AgreementId, version: u32) -> Document {
    let party = |node: NodeId, name: &str| Party { node, name: name.to_owned() };
    let other = NodeId(Hash([2; 32]));
    let terms = KindTerms { rows: BTreeMap::new(), fields: [("name".to_owned(), Rule::Clear)].into() };
    let kinds = BTreeMap::from([("test/one".parse().unwrap(), terms)]);
    Document {
        id,
        version,
        before: (version > 1).then_some(Hash([7; 32])),
        parties: [party(ME, "One"), party(other, "Two")],
        purpose: "Statistics".to_owned(),
        legal_basis: "Loi 112-12".to_owned(),
        cndp: None,
        issued_at: Instant(1_790_000_000_000),
        expires_at: Instant(1_800_000_000_000),
        retention_days: 30,
        erasure_days: 7,
        onward: BTreeSet::new(),
        grants: BTreeMap::from([(ME, BTreeMap::from([("registry".parse().unwrap(), kinds)]))]),
    }
}

pub(super) fn manifest(seed: &mut Seed, feed: &Feed, under: AgreementId) -> Manifest {
    let chunk = |seed: &mut Seed| ChunkRef { hash: hash(seed), bytes: seed.below(4_000) };
    Manifest {
        note: note(&feed.log, 40),
        under: page::Under { agreement: under, version: 1 },
        receiver: ME,
        prev: hash(seed),
        inclusion: vec![hash(seed)],
        peaks: vec![hash(seed), hash(seed)],
        from: seed.below(9),
        consistency: vec![hash(seed)],
        chunks: (0..seed.below(4) + 1).map(|_| chunk(seed)).collect(),
    }
}

pub(super) fn feed(seed: &mut Seed) -> Feed {
    Feed { log: other_log(seed), agreement: under(seed) }
}

pub(super) fn draft(seed: &mut Seed) -> Draft {
    Draft {
        plane: plane(seed),
        kind: EntryKind::Answer,
        schema: String::new(),
        entity: entity(seed),
        subject: (seed.below(2) == 0).then(|| root(seed)),
        base: base(seed),
        idem: [u8::try_from(seed.below(200)).unwrap(); 16],
        cause: (seed.below(2) == 0).then(|| position(seed)),
        groups: groups(seed),
    }
}

pub(super) fn parked(seed: &mut Seed) -> Parked {
    let reason = match seed.below(5) {
        0 => ParkReason::UnknownForm,
        1 => ParkReason::UnknownSchema { schema: "test/one/9.0".to_owned() },
        2 => ParkReason::Cause(position(seed)),
        3 => ParkReason::HomeBefore(other_log(seed)),
        _ => ParkReason::Seal { tenure: 3 },
    };
    Parked {
        agreement: under(seed),
        at: position(seed),
        entity: (seed.below(4) > 0).then(|| entity(seed)),
        reason,
        header: vec![6; 12],
        shown: shown(seed),
        withdrawn: seed.below(2) == 0,
    }
}

pub(super) fn proposal(seed: &mut Seed) -> Proposal {
    Proposal {
        id: id(seed.below(4) + 50),
        entity: entity(seed),
        root: root(seed),
        base: base(seed),
        patch: json!({ "name": seed.below(9), "gone": null }),
        idem: [u8::try_from(seed.below(4)).unwrap(); 16],
    }
}

pub(super) fn proposal_answer(seed: &mut Seed) -> Answer {
    match seed.below(3) {
        0 => Answer::Accepted(base(seed)),
        1 => Answer::Refused(Refusal::Absent),
        _ => Answer::Refused(Refusal::Declined("no".to_owned())),
    }
}

pub(super) fn sent(seed: &mut Seed) -> Sent {
    match seed.below(3) {
        0 => Sent::Waiting,
        1 => Sent::InReview,
        _ => Sent::Answered { answer: proposal_answer(seed), at: position(seed) },
    }
}
