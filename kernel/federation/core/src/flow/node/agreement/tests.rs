//! Agreements that end and begin again, and what is held under them meanwhile.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use serde_json::json;
use tiwizi_model::{Ambient, ManualClock, SeededEntropy};

use super::*;
use crate::agreement::Rule;
use crate::flow::node::{Ask, Served, Setting, Taken, Write};
use crate::flow::plant::Planted;
use crate::flow::{MemoryStore, Schemas};
use crate::sample::{self, ISSUED, id, key, kind, kinds, plane, terms};
use crate::wire::{Entity, Genesis, KeyRing};

/// The store in memory never waits.
fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a node over the store in memory waited"),
    }
}

const GIVES: usize = 0;
const TAKES: usize = 1;
const THIRD: usize = 2;

struct Land(Vec<Node<MemoryStore>>);

impl Land {
    fn new() -> Self {
        let mut keys = KeyRing::new();
        let ids: Vec<NodeId> = (1..=3_u8)
            .map(|number| {
                let root = key(number + 100);
                let next_root = key(number + 200).verifying().promise();
                let (signing, name) = (key(number).verifying(), format!("instance {number}"));
                let genesis = Genesis { root: root.verifying(), signing, next_root, name };
                keys.insert(&genesis.sign(&root), &[]).unwrap()
            })
            .collect();
        let node = |(number, me): (u8, &NodeId)| {
            let setting = Setting {
                me: *me,
                registrar: ids[GIVES],
                keys: keys.clone(),
                kinds: kinds(),
                schemas: Schemas([("registry/person".to_owned(), 1)].into()),
                derive: |_, _| std::collections::BTreeMap::new(),
                planted: Planted::default(),
            };
            let entropy = Arc::new(SeededEntropy::new(u64::from(number)));
            let ambient = Ambient::new(Arc::new(ManualClock::at(ISSUED)), entropy);
            Node::new(MemoryStore::default(), setting, key(number), ambient)
        };
        Self((1..=3).zip(&ids).map(node).collect())
    }

    /// One instance gives another the cooperatives of persons.
    fn document(&self, gives: usize, takes: usize) -> Document {
        let mut document = sample::document_with(terms(&[("cooperative", Rule::Clear)], &[]));
        let (me, other) = (self.0[gives].me(), self.0[takes].me());
        let grants = document.grants.pop_first().unwrap().1;
        document.grants.insert(me, grants);
        (document.parties[0].node, document.parties[1].node) = (me.min(other), me.max(other));
        document
    }

    /// Everything that one gives the other arrives there.
    fn carry(&self, from: usize, to: usize) {
        let (from, to) = (&self.0[from], &self.0[to]);
        run(from.sequence()).unwrap();
        loop {
            let mut took = false;
            for (feed, (version, epoch, next)) in run(to.wanted()).unwrap() {
                let ask = Ask { feed, version, epoch, from: next, bytes_max: 1 << 20 };
                if let Served::Page(page) = run(from.serve(&to.me(), &ask)).unwrap() {
                    let taken = run(to.take(page.as_bytes())).unwrap();
                    assert!(matches!(taken, Taken::Taken { .. }), "{taken:?}");
                    took = true;
                }
            }
            if !took {
                return;
            }
        }
    }

    fn agree(&self, document: Document) {
        run(self.0[GIVES].offer_agreement(document.clone())).unwrap();
        self.carry(GIVES, TAKES);
        run(self.0[TAKES].sign_agreement(&document)).unwrap();
        self.carry(TAKES, GIVES);
        self.carry(GIVES, TAKES);
    }

    fn write(&self, name: &str) {
        run(self.0[GIVES].write(written(name))).unwrap();
        self.carry(GIVES, TAKES);
    }

    /// How what was given stands with its receiver, and whether anything of it is there.
    fn held(&self, agreement: AgreementId) -> (HeldLife, bool) {
        let held = run(async { self.0[TAKES].store().begin().await?.held(Some(agreement), &person()).await });
        let held = held.unwrap().unwrap();
        (held.life, !held.shown.is_empty())
    }
}

fn person() -> Entity {
    Entity { kind: kind("registry/person"), id: id(5) }
}

fn written(name: &str) -> Write {
    Write {
        plane: plane("members"),
        schema: "registry/person/1.0".to_owned(),
        entity: person(),
        root: person().id,
        body: Some(json!({ "cooperative": name })),
        idem: [7; 16],
        cause: None,
    }
}

fn after(document: &Document) -> Document {
    Document { version: document.version + 1, before: Some(document.hash()), ..document.clone() }
}

#[test]
fn what_the_end_of_an_agreement_took_back_comes_again_with_its_next_version() {
    let land = Land::new();
    let first = land.document(GIVES, TAKES);
    land.agree(first.clone());
    land.write("A");
    assert_eq!(land.held(first.id), (HeldLife::Live, true));
    run(land.0[GIVES].step_agreement(first.id, Step::Terminate)).unwrap();
    land.carry(GIVES, TAKES);
    assert_eq!(land.held(first.id), (HeldLife::Withdrawn, false));
    land.agree(after(&first));
    assert_eq!(land.held(first.id), (HeldLife::Live, true));
}

impl Land {
    /// What became of the version that was on offer, at both sides.
    fn on_offer(&self, id: AgreementId) -> [Option<State>; 2] {
        [GIVES, TAKES].map(|side| {
            let agreed = run(async { self.0[side].store().begin().await?.agreement(id).await }).unwrap();
            agreed.and_then(|agreed| agreed.next).map(|life| life.state())
        })
    }

    fn offered(&self) -> Document {
        let document = self.document(GIVES, TAKES);
        run(self.0[GIVES].offer_agreement(document.clone())).unwrap();
        self.carry(GIVES, TAKES);
        document
    }
}

#[test]
fn an_offer_is_declined_by_who_it_was_made_to_and_taken_back_by_who_made_it() {
    for (side, step, state) in [(TAKES, Step::Decline, State::Declined), (GIVES, Step::Withdraw, State::Withdrawn)] {
        let land = Land::new();
        let document = land.offered();
        let (other, wrong) =
            (GIVES + TAKES - side, run(land.0[GIVES + TAKES - side].turn_down_agreement(&document, step)));
        assert!(matches!(wrong, Err(NodeError::Step { .. })), "{wrong:?}");
        run(land.0[side].turn_down_agreement(&document, step)).unwrap();
        land.carry(side, other);
        assert_eq!(land.on_offer(document.id), [Some(state); 2]);
        assert!(run(land.0[TAKES].sign_agreement(&document)).is_err());
        // Another one under the same number can be offered and signed.
        let again = Document { retention_days: document.retention_days + 1, ..document };
        land.agree(again.clone());
        land.write("A");
        assert_eq!(land.held(again.id), (HeldLife::Live, true));
    }
}

#[test]
fn a_signature_and_a_taking_back_that_cross_put_nothing_in_force() {
    let land = Land::new();
    let document = land.offered();
    run(land.0[TAKES].sign_agreement(&document)).unwrap();
    run(land.0[GIVES].turn_down_agreement(&document, Step::Withdraw)).unwrap();
    land.carry(TAKES, GIVES);
    land.carry(GIVES, TAKES);
    land.carry(TAKES, GIVES);
    assert_eq!(land.on_offer(document.id), [Some(State::Withdrawn); 2]);
}

#[test]
fn a_no_and_a_taking_back_that_cross_come_to_the_same_at_both_sides() {
    for first in [GIVES, TAKES] {
        let land = Land::new();
        let document = land.offered();
        run(land.0[TAKES].turn_down_agreement(&document, Step::Decline)).unwrap();
        run(land.0[GIVES].turn_down_agreement(&document, Step::Withdraw)).unwrap();
        land.carry(first, GIVES + TAKES - first);
        land.carry(GIVES + TAKES - first, first);
        assert_eq!(land.on_offer(document.id), [Some(State::Withdrawn); 2]);
    }
}

#[test]
fn a_no_is_to_the_offer_that_was_looked_at() {
    let land = Land::new();
    let document = land.offered();
    run(land.0[TAKES].turn_down_agreement(&document, Step::Decline)).unwrap();
    let other = Document { retention_days: document.retention_days + 1, ..document.clone() };
    run(land.0[GIVES].offer_agreement(other.clone())).unwrap();
    land.carry(TAKES, GIVES);
    land.carry(GIVES, TAKES);
    assert_eq!(land.on_offer(document.id), [Some(State::Offered); 2]);
    let stale = run(land.0[TAKES].turn_down_agreement(&document, Step::Decline));
    assert!(matches!(stale, Err(NodeError::Absent { .. })), "{stale:?}");
}

#[test]
fn what_is_in_force_is_not_declined_any_more() {
    let land = Land::new();
    let document = land.document(GIVES, TAKES);
    land.agree(document.clone());
    for (side, step) in [(TAKES, Step::Decline), (GIVES, Step::Withdraw)] {
        let refused = run(land.0[side].turn_down_agreement(&document, step));
        assert!(matches!(refused, Err(NodeError::Absent { .. })), "{refused:?}");
    }
    // A next version that is declined leaves the one in force as it is.
    let next = after(&document);
    run(land.0[GIVES].offer_agreement(next.clone())).unwrap();
    land.carry(GIVES, TAKES);
    run(land.0[TAKES].turn_down_agreement(&next, Step::Decline)).unwrap();
    land.carry(TAKES, GIVES);
    assert_eq!(land.on_offer(document.id), [Some(State::Declined); 2]);
    land.write("B");
    assert_eq!(land.held(document.id), (HeldLife::Live, true));
}

#[test]
fn what_was_given_is_dropped_when_the_time_of_its_agreement_is_over() {
    let land = Land::new();
    let document = land.document(GIVES, TAKES);
    land.agree(document.clone());
    land.write("A");
    let before = Instant(document.expires_at.0 - 1);
    assert_eq!(run(land.0[TAKES].expire(before)).unwrap(), []);
    assert_eq!(land.held(document.id), (HeldLife::Live, true));
    assert_eq!(run(land.0[TAKES].expire(document.expires_at)).unwrap(), [document.id]);
    assert_eq!(land.held(document.id), (HeldLife::Withdrawn, false));
    assert_eq!(run(land.0[TAKES].expire(document.expires_at)).unwrap(), [], "it is told once");
    let longer = Document { expires_at: document.expires_at.plus_ms(1), ..after(&document) };
    land.agree(longer);
    assert_eq!(land.held(document.id), (HeldLife::Live, true));
}

#[test]
fn nobody_takes_the_place_of_another_instance_in_an_agreement() {
    let land = Land::new();
    let document = land.document(GIVES, TAKES);
    land.agree(document.clone());
    let foreign = Document { parties: land.document(THIRD, TAKES).parties, ..after(&document) };
    let grants = land.document(THIRD, TAKES).grants;
    run(land.0[THIRD].offer_agreement(Document { grants, ..foreign })).unwrap();
    land.carry(THIRD, TAKES);
    let agreed = run(async { land.0[TAKES].store().begin().await?.agreement(document.id).await }).unwrap().unwrap();
    assert_eq!(agreed.current.unwrap().document(), &document);
    assert_eq!(agreed.next, None);
}

#[test]
fn a_log_that_is_read_again_is_the_one_that_was_proven() {
    let land = Land::new();
    let document = land.document(GIVES, TAKES);
    land.agree(document.clone());
    let copy = land.0[GIVES].store().copied();
    land.write("A");
    let (taking, log) = (&land.0[TAKES], LogId { node: land.0[GIVES].me(), plane: plane("members") });
    let feed = Feed { log, agreement: Some(document.id) };
    run(async {
        let mut tx = taking.store().begin().await?;
        let again = tx.cursor(&feed).await?.unwrap().refilled(1);
        tx.put_cursor(&feed, again).await?;
        tx.commit(Durability::Synced).await
    })
    .unwrap();
    let true_store = land.0[GIVES].store().copied();
    for (store, is_true) in [(copy, false), (true_store, true)] {
        let Land(mut nodes) = Land::new();
        let Node { setting, key, ambient, .. } = nodes.swap_remove(GIVES);
        let giving = Node::new(store, setting, key, ambient);
        if !is_true {
            run(giving.write(written("B"))).unwrap();
            run(giving.sequence()).unwrap();
        }
        let ask = Ask { feed: feed.clone(), version: 1, epoch: 0, from: 0, bytes_max: 1 << 20 };
        let Served::Page(page) = run(giving.serve(&taking.me(), &ask)).unwrap() else { panic!("a page is expected") };
        let taken = run(taking.take(page.as_bytes())).unwrap();
        assert_eq!(matches!(taken, Taken::Taken { .. }), is_true, "{taken:?}");
    }
}
