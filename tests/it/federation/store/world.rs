//! What a run is about: a few instances, logs, agreements and records, so that steps meet each other; and what went before, so that they are steps
//! that the rules of a node could take.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tiwizi_federation_core::agreement::{AgreementId, Life};
use tiwizi_federation_core::flow::Cursor;
use tiwizi_federation_core::flow::fork::ForkProof;
use tiwizi_federation_core::flow::proposal::{Base, FieldDifference, Received};
use tiwizi_federation_core::flow::retention::{Follower, Following};
use tiwizi_federation_core::flow::rows::{
    Agreed, Feed, Head, Held, HeldLife, Own, ReceivedProposal, SentProposal, Stopped,
};
use tiwizi_federation_core::flow::snapshot::Loading;
use tiwizi_federation_core::flow::transfer::{Custody, Fence, Moving, Seal};
use tiwizi_federation_core::wire::{
    Checkpoint, Entity, Entry, EntryKind, Hash, Header, LogId, NodeId, Note, Plane, Position, SigningKey, Tree,
};
use tiwizi_model::{Instant, RecordId};
use tiwizi_tests::seed::Seed;

use super::op::{Op, Under};
use super::values::*;

/// One of our logs as it was written.
#[derive(Debug, Clone, Default)]
struct Written {
    tree: Tree,
    prev: Option<Hash>,
}

/// What went before.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    logs: BTreeMap<Plane, Written>,
    own: BTreeMap<Entity, Base>,
    held: BTreeMap<(Under, Entity), Base>,
    custody: BTreeMap<RecordId, Custody>,
    offers: u64,
    proven: BTreeMap<LogId, u64>,
    stopped: BTreeSet<LogId>,
    done: BTreeSet<(NodeId, [u8; 16])>,
    versions: BTreeMap<AgreementId, u32>,
    loading: BTreeMap<Feed, Loading>,
}

impl World {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// The agreements, before anything is held under them.
    pub(super) fn opening(&mut self) -> Vec<Op> {
        (0..AGREEMENTS).map(|number| self.agreed(agreement(number), 1)).collect()
    }

    fn agreed(&mut self, id: AgreementId, version: u32) -> Op {
        self.versions.insert(id, version);
        let life = |version| Life::draft(document(id, version), ME).unwrap();
        let mut current = life(version);
        current.tick(Instant(1_791_000_000_000 + i64::from(version)));
        let next = version.is_multiple_of(2).then(|| life(version + 1));
        Op::PutAgreement(Box::new(Agreed { id, current: Some(current), next, envelope: Some(vec![7; 40]) }))
    }

    /// The steps of one transaction.
    pub(super) fn ops(&mut self, seed: &mut Seed, max: u64) -> Vec<Op> {
        (0..=seed.below(max)).flat_map(|_| self.step(seed)).collect()
    }

    fn step(&mut self, seed: &mut Seed) -> Vec<Op> {
        match seed.below(5) {
            0 => self.write_own(seed),
            1 => self.write_other(seed),
            2 => self.write_more(seed),
            _ => vec![self.read(seed)],
        }
    }

    fn write_own(&mut self, seed: &mut Seed) -> Vec<Op> {
        match seed.below(6) {
            0 => vec![Op::AddDraft(Box::new(draft(seed)))],
            1 => vec![Op::PlaceOldestDraft],
            2 => {
                let plane = plane(seed);
                let size = self.logs.get(&plane).map_or(0, |log| log.tree.size());
                vec![Op::ReleaseEntries(plane, seed.below(size + 1))]
            }
            _ => self.append(seed),
        }
    }

    /// An entry gets its place, as the sequencer gives it.
    fn append(&mut self, seed: &mut Seed) -> Vec<Op> {
        let (plane, about) = (plane(seed), own_entity(seed));
        let log = self.logs.entry(plane.clone()).or_default();
        let base = next(seed, self.own.get(&about));
        let groups = groups(seed);
        let seq = log.tree.size();
        let header = Header {
            v: Header::VERSION,
            log: LogId { node: ME, plane: plane.clone() },
            epoch: 0,
            seq,
            prev: log.prev.unwrap_or(Hash::ZERO),
            kind: if seed.below(5) == 0 { EntryKind::Delete } else { EntryKind::Put },
            schema: "test/one/1.0".to_owned(),
            entity: about.clone(),
            subject: (seed.below(2) == 0).then(|| root(seed)),
            tenure: base.tenure,
            ver: base.ver,
            idem: [3; 16],
            cause: (seed.below(4) == 0).then(|| position(seed)),
            hlc: seed.below(1_000),
            groups: groups.iter().map(|group| (group.no, group.root())).collect(),
            extra: BTreeMap::new(),
        };
        let deleted = header.kind == EntryKind::Delete;
        let entry = Entry { header: header.encode(), groups };
        let leaf = entry.leaf();
        let nodes = log.tree.append(leaf);
        log.prev = Some(leaf);
        let checkpoint = Checkpoint { log: header.log.clone(), epoch: 0, size: log.tree.size(), root: log.tree.root() };
        let note = Note::sign(&checkpoint, &SigningKey::from_seed(&[1; 32])).text().to_owned();
        let head = Head { epoch: 0, tree: log.tree.clone(), prev: leaf, note };
        self.own.insert(about.clone(), base);
        let own =
            Own { entity: about.clone(), root: root(seed), plane: plane.clone(), base, seq: Some(seq), leaf, deleted };
        vec![
            Op::AddNodes(plane.clone(), nodes),
            Op::AddEntry(plane.clone(), seq, about, entry),
            Op::PutOwn(own),
            Op::PutHead(plane, head),
        ]
    }

    fn write_other(&mut self, seed: &mut Seed) -> Vec<Op> {
        vec![match seed.below(9) {
            0 => {
                let cursor = Cursor {
                    epoch: u32::try_from(seed.below(2)).unwrap(),
                    tree: tree(seed),
                    prev: hash(seed),
                    version: u32::try_from(seed.below(4)).unwrap(),
                    refill_until: seed.below(30),
                };
                Op::PutCursor(feed(seed), cursor)
            }
            1 => {
                let leaves = (0..seed.below(5)).map(|_| hash(seed)).collect();
                Op::AddLeaves(other_log(seed), seed.below(12), leaves)
            }
            2 => {
                let log = other_log(seed);
                let size = self.proven.get(&log).copied().unwrap_or_default() + seed.below(3);
                self.proven.insert(log.clone(), size);
                let note = note(&log, size);
                if seed.below(2) == 0 { Op::PutProven(log, note) } else { Op::PutCovered(log, note) }
            }
            3 => {
                let log = other_log(seed);
                let notes = (0..seed.below(3)).map(|size| note(&log, size)).collect();
                Op::PutHeard(log, notes)
            }
            4 => self.stop(seed),
            5 | 6 => self.put_held(seed),
            7 => Op::Park(Box::new(parked(seed))),
            _ => Op::Unpark(under(seed), position(seed)),
        }]
    }

    fn stop(&mut self, seed: &mut Seed) -> Op {
        let log = other_log(seed);
        if !self.stopped.insert(log.clone()) {
            return Op::Stopped(log);
        }
        let proof = ForkProof {
            older: note(&log, 1),
            newer: note(&log, 2),
            root: hash(seed),
            consistency: vec![hash(seed), hash(seed)],
        };
        Op::Stop(log, Stopped { proof })
    }

    fn put_held(&mut self, seed: &mut Seed) -> Op {
        let key = (under(seed), entity(seed));
        let base = next(seed, self.held.get(&key));
        self.held.insert(key.clone(), base);
        let lives = [HeldLife::Live, HeldLife::Live, HeldLife::Unsure, HeldLife::Deleted, HeldLife::Withdrawn];
        let life = lives[usize::try_from(seed.below(5)).unwrap()];
        let (agreement, entity) = key;
        let (root, at, leaf) = (root(seed), position(seed), hash(seed));
        Op::PutHeld(Box::new(Held {
            agreement,
            entity,
            root,
            at,
            base,
            leaf,
            header: vec![5; 9],
            shown: shown(seed),
            life,
        }))
    }

    fn write_more(&mut self, seed: &mut Seed) -> Vec<Op> {
        vec![match seed.below(7) {
            0 => self.put_custody(seed),
            1 => {
                let following = if seed.below(2) == 0 { Following::Log } else { Following::NeedsSnapshot };
                let under = under(seed);
                let version = under.map_or(0, |id| self.versions.get(&id).copied().unwrap_or(1));
                let follower = Follower { peer: other(seed), acknowledged: seed.below(40), version, following };
                Op::PutFollower(plane(seed), under, follower)
            }
            2 => Op::PutSent(SentProposal { proposal: proposal(seed), state: sent(seed) }),
            3 | 4 => self.put_received(seed),
            5 => {
                let id = agreement(seed.below(AGREEMENTS));
                let version = self.versions.get(&id).copied().unwrap_or(1) + u32::from(seed.below(2) == 0);
                self.agreed(id, version)
            }
            _ => self.put_loading(seed),
        }]
    }

    /// The next step of a root's transfer between two other instances.
    fn put_custody(&mut self, seed: &mut Seed) -> Op {
        let root = root(seed);
        let mut custody = self.custody.get(&root).cloned().unwrap_or_else(|| Custody::founded(root, 1, other(seed)));
        let last = custody.last().cloned().unwrap();
        match custody.moving.clone() {
            None => {
                self.offers += 1;
                let log = LogId { node: last.home, plane: Plane::control() };
                let offer = Position { log, epoch: 0, seq: self.offers };
                let fence = Fence([(plane(seed), seed.below(9))].into());
                let moving = Moving { offer, to: other(seed), fence, state: hash(seed), accept: None, lead: root };
                custody.moving = Some(moving);
            }
            Some(moving) if moving.accept.is_none() && seed.below(3) > 0 => {
                custody.moving = Some(Moving { accept: Some(position(seed)), ..moving });
            }
            Some(moving) if seed.below(2) == 0 => custody.void(&moving.offer).unwrap(),
            Some(Moving { offer, to, fence, .. }) => {
                custody.sealed(&Seal { root, tenure: last.tenure + 1, from: last.home, to, fence, offer });
            }
        }
        self.custody.insert(root, custody.clone());
        Op::PutCustody(custody)
    }

    /// What was answered or passed on stays so.
    fn put_received(&mut self, seed: &mut Seed) -> Op {
        let (from, proposal) = (other(seed), proposal(seed));
        let key = (from, proposal.idem);
        if self.done.contains(&key) {
            return Op::Received(from, proposal.idem);
        }
        let field = FieldDifference {
            field: "name".to_owned(),
            seen: None,
            proposed: Some(json!(null)),
            now: Some(json!({ "a": [1] })),
            conflict: true,
        };
        let state = match seed.below(5) {
            0 => Received::Held,
            1 | 2 => Received::InReview(vec![field]),
            3 => Received::Answered(proposal_answer(seed)),
            _ => Received::Forwarded(other(seed)),
        };
        if matches!(state, Received::Answered(_) | Received::Forwarded(_)) {
            self.done.insert(key);
        }
        Op::PutReceived(ReceivedProposal { proposal, from, at: position(seed), state })
    }

    fn put_loading(&mut self, seed: &mut Seed) -> Op {
        let under = agreement(seed.below(AGREEMENTS));
        let feed = Feed { log: other_log(seed), agreement: Some(under) };
        let loading = match self.loading.remove(&feed) {
            Some(_) if seed.below(4) == 0 => None,
            Some(mut loading) if seed.below(3) > 0 => {
                loading.missing.pop_first();
                Some(loading)
            }
            _ => Some(Loading::begin(manifest(seed, &feed, under))),
        };
        self.loading.extend(loading.clone().map(|loading| (feed.clone(), loading)));
        Op::PutLoading(feed, loading)
    }

    /// A question.
    fn read(&self, seed: &mut Seed) -> Op {
        let all = self.everything();
        all[usize::try_from(seed.below(u64::try_from(all.len()).unwrap())).unwrap()].clone()
    }

    /// Every question.
    pub(super) fn everything(&self) -> Vec<Op> {
        let mut ops = vec![Op::Planes, Op::Drafts(3), Op::Drafts(90), Op::Moving, Op::Cursors, Op::Agreements];
        let planes: Vec<Plane> = ["control", "members", "registry"].map(|name| name.parse().unwrap()).into();
        let entities: Vec<Entity> = (1..=ENTITIES)
            .flat_map(|number| {
                ["test/one", "test/two"].map(|kind| Entity { kind: kind.parse().unwrap(), id: id(number) })
            })
            .collect();
        let unders: Vec<Under> =
            std::iter::once(None).chain((0..AGREEMENTS).map(|number| Some(agreement(number)))).collect();
        for plane in &planes {
            let of = |op: fn(Plane) -> Op| op(plane.clone());
            ops.extend([of(Op::Head), of(Op::KeptFrom), of(Op::Followers)]);
            for (from, max) in [(0, 500), (2, 3)] {
                ops.push(Op::Entries(plane.clone(), from, max));
                ops.push(Op::LatestBelow(plane.clone(), from, 7, max));
            }
            ops.extend((0..4).map(|seq| Op::Entry(plane.clone(), seq)));
            ops.extend(
                (0..3)
                    .flat_map(|level| (0..3).map(move |index| (level, index)))
                    .map(|(level, index)| Op::Node(plane.clone(), level, index)),
            );
            ops.extend(entities.iter().map(|about| Op::EntryBefore(plane.clone(), about.clone(), 6)));
            for node in 0..NODES {
                let peer = NodeId(Hash([u8::try_from(node + 2).unwrap(); 32]));
                let log = LogId { node: peer, plane: plane.clone() };
                let of = |op: fn(LogId) -> Op| op(log.clone());
                ops.extend([
                    of(Op::Proven),
                    of(Op::Covered),
                    of(Op::Heard),
                    of(Op::Stopped),
                    Op::Leaves(log.clone(), 9),
                ]);
                for under in &unders {
                    let feed = Feed { log: log.clone(), agreement: *under };
                    ops.push(Op::Follower(peer, plane.clone(), *under));
                    ops.extend([Op::Cursor(feed.clone()), Op::ParkedCount(feed.clone()), Op::Loading(feed)]);
                }
                ops.push(Op::ParkedAt(Position { log, epoch: 0, seq: 2 }));
                ops.push(Op::Received(peer, [u8::try_from(node).unwrap(); 16]));
            }
        }
        for about in entities {
            ops.push(Op::Own(about.clone()));
            for under in &unders {
                ops.extend([Op::Held(*under, about.clone()), Op::ParkedEntity(*under, about.clone())]);
                ops.push(Op::HeldAfter(*under, Some(about.clone()), 4));
            }
        }
        let behind = Position { log: LogId { node: NodeId(Hash([3; 32])), plane: Plane::control() }, epoch: 0, seq: 3 };
        ops.extend([Op::ParkedAfter(None, 500), Op::ParkedAfter(None, 2)]);
        for under in unders {
            ops.extend([Op::HeldAfter(under, None, 500), Op::ParkedAfter(Some((under, behind.clone())), 3)]);
        }
        for number in 0..ROOTS {
            let root = id(number + 900);
            ops.extend([Op::Owned(root), Op::Custody(root), Op::Waiting(root)]);
        }
        ops.extend((0..4).map(|number| Op::Sent(id(number + 50))));
        ops.extend((0..AGREEMENTS).map(|number| Op::Agreement(agreement(number))));
        ops
    }
}
