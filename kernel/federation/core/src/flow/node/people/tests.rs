//! Steps of people: answers to proposals, roots that move together, and signatures under agreements.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use serde_json::json;
use tiwizi_model::{Ambient, Instant, ManualClock, SeededEntropy};

use super::*;
use crate::agreement::{AgreementId, Document, Party, State};
use crate::flow::MemoryStore;
use crate::flow::node::{Ask, Served, Setting, Taken, Write, state_of};
use crate::flow::plant::Planted;
use crate::flow::proposal::{Base, Proposal, Refusal, Sent};
use crate::flow::rows::{Agreed, Feed};
use crate::flow::shape;
use crate::gate::PeerBytes;
use crate::parcel::ParcelError;
use crate::sample::{self, id, kind, kinds};
use crate::wire::{Entity, Genesis, KeyRing, LogId, SigningKey};

/// The store in memory never waits.
fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a node over the store in memory waited"),
    }
}

fn signing(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

/// The nation, which seals, and two regions.
struct Land {
    nodes: Vec<Node<MemoryStore>>,
    ring: KeyRing,
}

const NOW: Instant = Instant(1_790_000_000_000);
const NATION: usize = 0;
const SOURCE: usize = 1;
const TARGET: usize = 2;

impl Land {
    fn new() -> Self {
        let mut ring = KeyRing::new();
        let mut ids = Vec::new();
        for number in 0..3 {
            let root = signing(number + 100);
            let statement = Genesis {
                root: root.verifying(),
                signing: signing(number + 1).verifying(),
                next_root: signing(number + 200).verifying().promise(),
                name: format!("instance {number}"),
            };
            ids.push(ring.insert(&statement.sign(&root), &[]).unwrap());
        }
        let node = |number: usize| {
            let setting = Setting {
                me: ids[number],
                registrar: ids[NATION],
                keys: ring.clone(),
                kinds: kinds(),
                schemas: crate::flow::Schemas([("registry/person".to_owned(), 1)].into()),
                derive: |_, _| BTreeMap::new(),
                planted: Planted::default(),
            };
            let entropy = SeededEntropy::new(number as u64 + 9);
            let ambient = Ambient::new(Arc::new(ManualClock::at(NOW)), Arc::new(entropy));
            Node::new(MemoryStore::default(), setting, signing(number as u8 + 1), ambient)
                .asking_people()
                .sealing_by_people()
        };
        Self { nodes: (0..3).map(node).collect(), ring }
    }

    fn me(&self, number: usize) -> NodeId {
        self.nodes[number].setting().me
    }

    fn write(&self, number: usize, record: u128, root: u128, name: &str) -> Result<Base, NodeError> {
        run(self.nodes[number].write(Write {
            plane: "members".parse().unwrap(),
            schema: "registry/person/1.0".to_owned(),
            entity: Entity { kind: kind("registry/person"), id: id(record) },
            root: id(root),
            body: Some(json!({ "cooperative": "A", "name": name, "card": "X1" })),
            idem: [record as u8; 16],
            cause: None,
        }))
    }

    /// Everybody reads everybody's control log to its end.
    fn talk(&self) {
        for _ in 0..4 {
            for from in 0..3 {
                run(self.nodes[from].sequence()).unwrap();
                for to in (0..3).filter(|to| *to != from) {
                    self.pull(from, to);
                }
            }
        }
    }

    fn pull(&self, from: usize, to: usize) {
        let log = LogId { node: self.me(from), plane: Plane::control() };
        let feed = Feed { log, agreement: None };
        loop {
            let wanted = run(self.nodes[to].wanted()).unwrap();
            let Some((version, epoch, next)) = wanted.get(&feed).copied() else { return };
            let ask = Ask { feed: feed.clone(), version, epoch, from: next, bytes_max: 1 << 20 };
            let Served::Page(page) = run(self.nodes[from].serve(&self.me(to), &ask)).unwrap() else { return };
            let taken = run(self.nodes[to].take(page.as_bytes())).unwrap();
            assert!(matches!(taken, Taken::Taken { .. }), "{taken:?}");
        }
    }

    /// The agreement of the sample, between two of them.
    fn document(&self, giver: usize, receiver: usize) -> Document {
        let mut document = sample::document();
        let grants = document.grants.values().next().unwrap().clone();
        document.grants = BTreeMap::from([(self.me(giver), grants)]);
        document.parties = [giver, receiver].map(|number| Party { node: self.me(number), name: format!("{number}") });
        document.parties.sort_by_key(|party| party.node);
        document.issued_at = NOW;
        document.expires_at = NOW.plus_ms(86_400_000);
        document
    }

    fn agreed(&self, number: usize, id: AgreementId) -> Agreed {
        run(async { self.nodes[number].store().begin().await?.agreement(id).await }).unwrap().unwrap()
    }

    fn custody(&self, number: usize, root: u128) -> Custody {
        run(async { self.nodes[number].store().begin().await?.custody(id(root)).await }).unwrap().unwrap()
    }

    fn offer(&self) {
        let roots = BTreeSet::from([id(1), id(2)]);
        run(self.nodes[SOURCE].offer_together(id(1), &roots, self.me(TARGET))).unwrap();
        self.talk();
    }

    /// What comes out of the parcel, as the hashes that the receiver accepts by.
    fn states(&self) -> BTreeMap<RecordId, Hash> {
        let carried = self.parcel().prove(&self.ring).unwrap();
        let mut records = BTreeMap::<RecordId, Vec<(Entity, Base, Hash)>>::new();
        for one in carried {
            let base = Base { tenure: one.header.tenure, ver: one.header.ver };
            records.entry(one.root).or_default().push((one.header.entity, base, one.leaf));
        }
        records.into_iter().map(|(root, records)| (root, state_of(records))).collect()
    }

    fn parcel(&self) -> Parcel {
        let parcel = run(self.nodes[SOURCE].parcel(id(1))).unwrap();
        let node = &self.nodes[SOURCE];
        let bytes = PeerBytes::parcel(&parcel, &signing(3).verifying(), &node.ambient).unwrap();
        assert_eq!(bytes.receiver(), Some(&self.me(TARGET)));
        assert!(!bytes.as_bytes().windows(6).any(|window| window == b"Fatima"), "a parcel shows what is in it");
        Parcel::open(bytes.as_bytes(), [&signing(3)]).unwrap()
    }

    fn founded() -> Self {
        let land = Self::new();
        land.write(SOURCE, 1, 1, "Argan").unwrap();
        land.write(SOURCE, 2, 2, "Fatima").unwrap();
        land.write(SOURCE, 3, 1, "Membership").unwrap();
        land.write(SOURCE, 4, 4, "Stays").unwrap();
        land.write(SOURCE, 2, 2, "Fatima Z.").unwrap();
        land.talk();
        land
    }
}

fn tenures(tenure: u32) -> BTreeMap<RecordId, u32> {
    BTreeMap::from([(id(1), tenure), (id(2), tenure)])
}

fn is_transfer(error: &NodeError, expected: &TransferError) -> bool {
    matches!(error, NodeError::Transfer(found) if found == expected)
}

#[test]
fn what_moves_together_changes_its_home_at_one_seal_and_not_before() {
    let land = Land::founded();
    land.offer();
    let [source, target, nation] = [SOURCE, TARGET, NATION].map(|number| &land.nodes[number]);
    assert!(matches!(land.write(SOURCE, 3, 1, "x"), Err(NodeError::Moving)));
    let early = run(nation.seal_together(id(1), &tenures(1))).unwrap_err();
    assert!(is_transfer(&early, &TransferError::Incomplete), "{early:?}");
    run(target.accept_together(id(1), &land.states())).unwrap();
    land.talk();
    for number in [SOURCE, TARGET, NATION] {
        assert!(
            land.custody(number, 1).moving.unwrap().accept.is_some(),
            "{number} does not know that it was accepted"
        );
        assert_eq!(land.custody(number, 1).last().unwrap().home, land.me(SOURCE));
    }
    let stranger = run(source.seal_together(id(1), &tenures(1))).unwrap_err();
    assert!(matches!(stranger, NodeError::NotHome), "{stranger:?}");
    run(nation.seal_together(id(1), &tenures(1))).unwrap();
    land.talk();
    for (number, root) in [SOURCE, TARGET, NATION].into_iter().flat_map(|number| [(number, 1), (number, 2)]) {
        let custody = land.custody(number, root);
        let last = custody.last().unwrap();
        assert_eq!((last.home, last.tenure, custody.moving.as_ref()), (land.me(TARGET), 2, None), "{number} {root}");
    }
    assert!(matches!(land.write(SOURCE, 3, 1, "x"), Err(NodeError::NotHome)));
    assert_eq!(land.custody(SOURCE, 4).last().unwrap().home, land.me(SOURCE), "what was not offered stays");
    let again = run(nation.seal_together(id(1), &tenures(1))).unwrap_err();
    assert!(is_transfer(&again, &TransferError::NoOffer), "{again:?}");
}

#[test]
fn an_acceptance_that_comes_before_anything_of_the_giver_waits_for_the_offer() {
    let land = Land::new();
    land.write(SOURCE, 1, 1, "Argan").unwrap();
    land.write(SOURCE, 2, 2, "Fatima").unwrap();
    run(land.nodes[SOURCE].offer_together(id(1), &BTreeSet::from([id(1), id(2)]), land.me(TARGET))).unwrap();
    run(land.nodes[SOURCE].sequence()).unwrap();
    land.pull(SOURCE, TARGET);
    run(land.nodes[TARGET].accept_together(id(1), &land.states())).unwrap();
    run(land.nodes[TARGET].sequence()).unwrap();
    land.pull(TARGET, NATION);
    let feed = Feed { log: LogId { node: land.me(TARGET), plane: Plane::control() }, agreement: None };
    let waiting = run(async { land.nodes[NATION].store().begin().await?.parked_count(&feed).await }).unwrap();
    assert_eq!(waiting, 2, "the acceptance of each root waits");
    land.pull(SOURCE, NATION);
    for root in [1, 2] {
        assert!(land.custody(NATION, root).moving.unwrap().accept.is_some(), "the acceptance of {root} is lost");
    }
    run(land.nodes[NATION].seal_together(id(1), &tenures(1))).unwrap();
    land.talk();
    assert_eq!(land.custody(SOURCE, 2).last().unwrap().home, land.me(TARGET));
}

#[test]
fn a_seal_is_read_without_a_line_to_who_accepted() {
    let land = Land::founded();
    land.offer();
    run(land.nodes[TARGET].accept_together(id(1), &land.states())).unwrap();
    run(land.nodes[TARGET].sequence()).unwrap();
    land.pull(TARGET, NATION);
    run(land.nodes[NATION].seal_together(id(1), &tenures(1))).unwrap();
    run(land.nodes[NATION].sequence()).unwrap();
    // One that is new here, and has a line to the nation alone.
    let fresh = Node::new(
        MemoryStore::default(),
        land.nodes[SOURCE].setting().clone(),
        signing(2),
        land.nodes[SOURCE].ambient.clone(),
    );
    let stranger = Land { nodes: vec![fresh], ring: land.ring.clone() };
    let log = LogId { node: land.me(NATION), plane: Plane::control() };
    let feed = Feed { log, agreement: None };
    let ask = Ask { feed: feed.clone(), version: 0, epoch: 0, from: 0, bytes_max: 1 << 20 };
    let Served::Page(page) = run(land.nodes[NATION].serve(&land.me(SOURCE), &ask)).unwrap() else { panic!("no page") };
    let taken = run(stranger.nodes[0].take(page.as_bytes())).unwrap();
    assert!(matches!(taken, Taken::Taken { .. }), "{taken:?}");
    assert_eq!(stranger.custody(0, 1).last().unwrap().home, land.me(TARGET));
}

#[test]
fn a_seal_that_compares_another_tenure_changes_nothing() {
    let land = Land::founded();
    land.offer();
    run(land.nodes[TARGET].accept_together(id(1), &land.states())).unwrap();
    land.talk();
    let nation = &land.nodes[NATION];
    for compared in [tenures(2), BTreeMap::from([(id(1), 1), (id(2), 7)])] {
        let refused = run(nation.seal_together(id(1), &compared)).unwrap_err();
        assert!(matches!(refused, NodeError::Transfer(TransferError::Tenure { .. })), "{refused:?}");
    }
    let half = run(nation.seal_together(id(1), &BTreeMap::from([(id(1), 1)]))).unwrap_err();
    assert!(is_transfer(&half, &TransferError::NoOffer), "{half:?}");
    for root in [1, 2] {
        assert_eq!(land.custody(NATION, root).last().unwrap().tenure, 1);
    }
}

#[test]
fn what_did_not_come_whole_is_not_accepted() {
    let land = Land::founded();
    land.offer();
    let target = &land.nodes[TARGET];
    let whole = land.states();
    let mut other = whole.clone();
    other.insert(id(2), Hash([1; 32]));
    let mut half = whole.clone();
    half.remove(&id(2));
    for states in [other, half, BTreeMap::new()] {
        let refused = run(target.accept_together(id(1), &states)).unwrap_err();
        assert!(is_transfer(&refused, &TransferError::Incomplete), "{refused:?}");
    }
    let stranger = run(land.nodes[NATION].accept_together(id(1), &whole)).unwrap_err();
    assert!(is_transfer(&stranger, &TransferError::NoOffer), "{stranger:?}");
    assert!(land.custody(TARGET, 1).moving.unwrap().accept.is_none());
}

#[test]
fn a_void_gives_everything_back() {
    let land = Land::founded();
    land.offer();
    run(land.nodes[TARGET].accept_together(id(1), &land.states())).unwrap();
    land.talk();
    let stranger = run(land.nodes[SOURCE].void_together(id(1))).unwrap_err();
    assert!(matches!(stranger, NodeError::NotHome), "{stranger:?}");
    run(land.nodes[NATION].void_together(id(1))).unwrap();
    land.talk();
    assert_eq!(land.write(SOURCE, 2, 2, "Fatima").unwrap(), Base { tenure: 1, ver: 3 });
    let late = run(land.nodes[NATION].seal_together(id(1), &tenures(1))).unwrap_err();
    assert!(is_transfer(&late, &TransferError::NoOffer), "{late:?}");
}

#[test]
fn an_offer_is_made_of_all_or_nothing() {
    let land = Land::founded();
    let source = &land.nodes[SOURCE];
    let foreign = BTreeSet::from([id(1), id(9)]);
    assert!(run(source.offer_together(id(1), &foreign, land.me(TARGET))).is_err());
    land.write(SOURCE, 3, 1, "still ours").unwrap();
    let own = run(source.offer_together(id(1), &BTreeSet::from([id(1)]), land.me(SOURCE))).unwrap_err();
    assert!(matches!(own, NodeError::Absent { .. }), "{own:?}");
}

#[test]
fn a_parcel_is_taken_for_its_proofs_alone() {
    let land = Land::founded();
    land.offer();
    let parcel = land.parcel();
    assert_eq!(parcel.prove(&land.ring).unwrap().len(), 3);
    let changed = |change: fn(&mut Parcel)| {
        let mut parcel = parcel.clone();
        change(&mut parcel);
        parcel.prove(&land.ring)
    };
    assert!(matches!(changed(|parcel| parcel.logs[0].entries[0].seq += 1), Err(ParcelError::Unproven { .. })));
    assert!(matches!(changed(|parcel| parcel.logs[0].entries[0].header[9] ^= 1), Err(ParcelError::Unproven { .. })));
    assert!(matches!(changed(|parcel| parcel.logs[0].entries[0].groups.clear()), Err(ParcelError::Group { .. })));
    assert!(matches!(changed(|parcel| parcel.roots = BTreeSet::from([parcel.lead])), Err(ParcelError::Stray { .. })));
    assert!(matches!(changed(|parcel| parcel.from = NodeId(Hash([0; 32]))), Err(ParcelError::Other)));
    let twice = changed(|parcel| {
        let entry = parcel.logs[0].entries[0].clone();
        parcel.logs[0].entries.push(entry);
    });
    assert!(matches!(twice, Err(ParcelError::Stray { .. })));
    let bytes = PeerBytes::parcel(&parcel, &signing(3).verifying(), &land.nodes[SOURCE].ambient).unwrap();
    assert!(matches!(Parcel::open(bytes.as_bytes(), [&signing(1)]), Err(ParcelError::Sealed(_))));
    assert!(matches!(Parcel::open(b"something else", [&signing(3)]), Err(ParcelError::Magic)));
    let old_and_new = Parcel::open(bytes.as_bytes(), [&signing(8), &signing(3)]).unwrap();
    assert_eq!(old_and_new, parcel);
}

#[test]
fn what_comes_out_of_a_parcel_is_what_the_home_has() {
    let land = Land::founded();
    land.offer();
    let carried = land.parcel().prove(&land.ring).unwrap();
    let person = carried.iter().find(|one| one.header.entity.id == id(2)).unwrap();
    let body = shape::body(&person.header.entity.kind, &person.fields, &kinds());
    assert_eq!(body, json!({ "cooperative": "A", "name": "Fatima Z.", "card": "X1" }));
    assert_eq!((person.header.tenure, person.header.ver, person.root), (1, 2, id(2)));
}

fn proposal(ver: u64) -> Proposal {
    Proposal {
        id: id(50),
        entity: Entity { kind: kind("registry/person"), id: id(2) },
        root: id(2),
        base: Base { tenure: 1, ver },
        patch: json!({ "name": "Fadma" }),
        idem: [5; 16],
    }
}

/// The target has to know the home of what it proposes to.
fn told(land: &Land) {
    let custody = Custody::founded(id(2), 1, land.me(SOURCE));
    run(async {
        let mut tx = land.nodes[TARGET].store().begin().await?;
        tx.put_custody(custody).await?;
        tx.commit(Durability::Synced).await
    })
    .unwrap();
}

fn sent(land: &Land) -> Sent {
    let found = run(async { land.nodes[TARGET].store().begin().await?.sent_proposal(id(50)).await });
    found.unwrap().unwrap().state
}

#[test]
fn a_proposal_waits_for_a_person_and_is_answered_once() {
    let land = Land::founded();
    told(&land);
    run(land.nodes[TARGET].propose(proposal(2))).unwrap();
    land.talk();
    let (source, from) = (&land.nodes[SOURCE], land.me(TARGET));
    let received = run(async { source.store().begin().await?.received_proposal(&from, [5; 16]).await });
    let Received::InReview(fields) = received.unwrap().unwrap().state else { panic!("nobody looks at it") };
    assert_eq!(fields.len(), 1);
    assert!(!fields[0].conflict);
    assert_eq!(sent(&land), Sent::InReview, "the sender knows that somebody looks at it");
    let body = run(async { source.store().begin().await?.body(&proposal(2).entity).await }).unwrap().unwrap();
    assert_eq!(body.base.ver, 2, "nobody accepted it");
    let accepted = Answer::Accepted(Base { tenure: 1, ver: 3 });
    run(source.answer_proposal(&from, [5; 16], accepted.clone())).unwrap();
    run(source.answer_proposal(&from, [5; 16], accepted.clone())).unwrap();
    let refused = Answer::Refused(Refusal::Declined("no".to_owned()));
    let second = run(source.answer_proposal(&from, [5; 16], refused)).unwrap_err();
    assert!(matches!(second, NodeError::Absent { .. }), "{second:?}");
    land.talk();
    assert!(matches!(sent(&land), Sent::Answered { answer, .. } if answer == accepted));
}

#[test]
fn a_proposal_of_an_older_version_is_said_to_be_in_review() {
    let land = Land::founded();
    told(&land);
    run(land.nodes[TARGET].propose(proposal(1))).unwrap();
    land.talk();
    assert_eq!(sent(&land), Sent::InReview);
}

#[test]
fn a_proposal_that_waits_goes_on_to_the_new_home() {
    let land = Land::founded();
    told(&land);
    run(land.nodes[TARGET].propose(proposal(2))).unwrap();
    land.talk();
    let from = land.me(TARGET);
    let roots = BTreeSet::from([id(1), id(2)]);
    run(land.nodes[SOURCE].offer_together(id(1), &roots, land.me(NATION))).unwrap();
    land.talk();
    // The nation takes it over itself.
    let parcel = run(land.nodes[SOURCE].parcel(id(1))).unwrap();
    let mut records = BTreeMap::<RecordId, Vec<(Entity, Base, Hash)>>::new();
    for one in parcel.prove(&land.ring).unwrap() {
        let base = Base { tenure: one.header.tenure, ver: one.header.ver };
        records.entry(one.root).or_default().push((one.header.entity, base, one.leaf));
    }
    let states = records.into_iter().map(|(root, records)| (root, state_of(records))).collect();
    run(land.nodes[NATION].accept_together(id(1), &states)).unwrap();
    run(land.nodes[NATION].seal_together(id(1), &tenures(1))).unwrap();
    land.talk();
    let late = run(land.nodes[SOURCE].answer_proposal(&from, [5; 16], Answer::Refused(Refusal::Absent)));
    assert!(matches!(late, Err(NodeError::Absent { .. })), "{late:?}");
    let received = run(async { land.nodes[NATION].store().begin().await?.received_proposal(&from, [5; 16]).await });
    assert!(received.unwrap().is_some(), "the new home has it");
}

#[test]
fn nobody_puts_a_version_of_their_own_into_an_agreement_of_two_others() {
    let land = Land::new();
    let document = land.document(SOURCE, TARGET);
    let id = document.id;
    run(land.nodes[SOURCE].offer_agreement(document.clone())).unwrap();
    land.talk();
    run(land.nodes[TARGET].sign_agreement(&document)).unwrap();
    land.talk();
    let other = Document { id, version: 2, before: Some(document.hash()), ..land.document(NATION, TARGET) };
    run(land.nodes[NATION].offer_agreement(other)).unwrap();
    land.talk();
    let agreed = land.agreed(TARGET, id);
    assert_eq!((agreed.current.unwrap().document(), agreed.next), (&document, None));
}

#[test]
fn an_offer_that_says_something_else_meanwhile_is_not_signed() {
    let land = Land::new();
    let looked_at = land.document(SOURCE, TARGET);
    let other = Document { retention_days: looked_at.retention_days + 1, ..looked_at.clone() };
    for offered in [&looked_at, &other] {
        run(land.nodes[SOURCE].offer_agreement(offered.clone())).unwrap();
        land.talk();
    }
    let refused = run(land.nodes[TARGET].sign_agreement(&looked_at)).unwrap_err();
    assert!(matches!(refused, NodeError::Absent { .. }), "{refused:?}");
    let next = land.agreed(TARGET, looked_at.id).next.unwrap();
    assert_eq!((next.document(), next.state()), (&other, State::Offered));
    run(land.nodes[TARGET].sign_agreement(&other)).unwrap();
}
