//! The terms of a root over offers, seals and ends that were called off.

use super::*;
use crate::wire::LogId;

const SOURCE: NodeId = NodeId(Hash([1; 32]));
const TARGET: NodeId = NodeId(Hash([2; 32]));

fn plane(name: &str) -> Plane {
    name.parse().unwrap()
}

fn at(node: NodeId, name: &str, seq: u64) -> Position {
    Position { log: LogId { node, plane: plane(name) }, epoch: 0, seq }
}

fn root() -> RecordId {
    RecordId(uuid::Uuid::from_u128(1))
}

fn moving() -> Moving {
    Moving {
        offer: at(SOURCE, "control", 4),
        to: TARGET,
        fence: Fence([(plane("registry"), 10)].into()),
        state: Hash([7; 32]),
        accept: None,
        lead: root(),
    }
}

fn offered() -> Custody {
    let mut custody = Custody::founded(root(), 1, SOURCE);
    custody.offer(1, moving()).unwrap();
    custody
}

#[test]
fn nobody_writes_between_offer_and_seal() {
    let mut custody = offered();
    assert!(!custody.may_write(&SOURCE) && !custody.may_write(&TARGET));
    custody.accept(&at(SOURCE, "control", 4), at(TARGET, "control", 9)).unwrap();
    assert!(!custody.may_write(&SOURCE) && !custody.may_write(&TARGET));
    custody.seal(1).unwrap();
    assert!(!custody.may_write(&SOURCE) && custody.may_write(&TARGET));
}

#[test]
fn an_entry_is_judged_by_its_place() {
    let mut custody = offered();
    for (entry, tenure, right) in [
        (at(SOURCE, "registry", 9), 1, Right::Valid),
        (at(SOURCE, "registry", 10), 1, Right::AwaitsEnd),
        (at(SOURCE, "members", 0), 1, Right::AwaitsEnd),
        (at(TARGET, "registry", 0), 1, Right::NotHome),
        (at(TARGET, "registry", 0), 2, Right::AwaitsSeal),
    ] {
        assert_eq!(custody.right(&entry, tenure), right, "{entry:?} in {tenure}");
    }
    custody.accept(&at(SOURCE, "control", 4), at(TARGET, "control", 9)).unwrap();
    custody.seal(1).unwrap();
    for (entry, tenure, right) in [
        (at(SOURCE, "registry", 9), 1, Right::Valid),
        (at(SOURCE, "registry", 10), 1, Right::Fenced),
        (at(SOURCE, "registry", 11), 2, Right::NotHome),
        (at(TARGET, "registry", 0), 2, Right::Valid),
    ] {
        assert_eq!(custody.right(&entry, tenure), right, "{entry:?} in {tenure}");
    }
}

#[test]
fn a_seal_compares_the_tenure_and_needs_an_acceptance() {
    let mut custody = offered();
    assert_eq!(custody.seal(1), Err(TransferError::Incomplete));
    let offer = at(SOURCE, "control", 4);
    assert_eq!(custody.accept(&offer, at(SOURCE, "control", 9)), Err(TransferError::NotReceiver));
    custody.accept(&offer, at(TARGET, "control", 9)).unwrap();
    assert_eq!(custody.seal(2), Err(TransferError::Tenure { compared: 2, now: 1 }));
    custody.seal(1).unwrap();
    assert_eq!(custody.seal(1), Err(TransferError::Tenure { compared: 1, now: 2 }));
    assert_eq!(custody.void(&offer), Err(TransferError::NoOffer), "what is sealed cannot be voided");
}

#[test]
fn a_void_gives_it_back() {
    let mut custody = offered();
    custody.void(&at(SOURCE, "control", 4)).unwrap();
    assert!(custody.may_write(&SOURCE));
    assert_eq!(custody.seal(1), Err(TransferError::NoOffer));
    assert_eq!(custody.right(&at(SOURCE, "registry", 10), 1), Right::Valid);
}

#[test]
fn a_seal_says_enough_to_whoever_saw_nothing_else() {
    let mut custody = offered();
    custody.accept(&at(SOURCE, "control", 4), at(TARGET, "control", 9)).unwrap();
    let seal = custody.seal(1).unwrap();
    let mut elsewhere = Custody::founded(root(), 1, SOURCE);
    elsewhere.sealed(&seal);
    elsewhere.sealed(&seal);
    assert_eq!(elsewhere, custody);
    let mut nothing = Custody { root: root(), terms: Vec::new(), moving: None };
    nothing.sealed(&seal);
    assert_eq!(nothing, custody);
    assert_eq!(nothing.before(2).map(|(home, _)| *home), Some(SOURCE));
}

#[test]
fn a_seal_decides_who_founded_what_two_say_to_have_founded() {
    let other = NodeId(Hash([3; 32]));
    let mut sealing = offered();
    sealing.accept(&at(SOURCE, "control", 4), at(TARGET, "control", 9)).unwrap();
    let seal = sealing.seal(1).unwrap();
    let mut custody = Custody::founded(root(), 1, other);
    custody.sealed(&seal);
    assert_eq!(custody.right(&at(SOURCE, "registry", 9), 1), Right::Valid);
    assert_eq!(custody.right(&at(other, "registry", 0), 1), Right::NotHome);
    assert_eq!(custody, sealing);
}

#[test]
fn only_the_home_offers_and_once() {
    let mut custody = offered();
    assert_eq!(custody.offer(1, moving()), Ok(()), "the same offer read twice is no news");
    let second = Moving { offer: at(SOURCE, "control", 5), ..moving() };
    assert_eq!(custody.offer(1, second), Err(TransferError::Moving));
    let mut custody = Custody::founded(root(), 1, SOURCE);
    let foreign = Moving { offer: at(TARGET, "control", 5), ..moving() };
    assert_eq!(custody.offer(1, foreign), Err(TransferError::NotHome));
    assert!(matches!(custody.offer(2, moving()), Err(TransferError::Tenure { .. })));
}
