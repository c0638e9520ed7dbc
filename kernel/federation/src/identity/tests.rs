//! The keys of an instance over a real database: made once, changed by whoever has a paper, and never damaged unseen.

use tiwizi_federation_core::wire::{Checkpoint, Hash, KeyRing, LogId, Note, NoteError, Plane, SigningKey};
use tiwizi_storage::federation::checkpoint::{self, CheckpointRow};
use tiwizi_storage::federation::identity as rows;
use tiwizi_storage::federation::log::{self, Growth, LogName};

use super::*;
use crate::paper::Paper;
use crate::testing::{DAY_MS, House};

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

/// Lets the control log of the house have so many entries, with a checkpoint at another size.
async fn grow(house: &House, size: u64, signed: u64) {
    let node = house.node().await.0.0;
    let mut tx = house.db.begin_write().await.unwrap();
    let no = log::number(&mut tx, LogName { node: &node, plane: "control", epoch: 0 }).await.unwrap();
    let growth = Growth { no, from: 0, size, frontier: &[], last_leaf: None };
    assert!(log::grow(&mut tx, growth).await.unwrap());
    let row = CheckpointRow { log: no, size: signed, root: [0; 32], note: String::new(), made_at: house.ambient.now() };
    checkpoint::add(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
}

fn at(keys: &NodeKeys, size: u64) -> Checkpoint {
    let log = LogId { node: keys.node(), plane: Plane::control() };
    Checkpoint { log, epoch: 0, size, root: Hash([3; 32]) }
}

async fn change(house: &House, paper: SigningKey, reason: Reason) -> Result<Option<Paper>, IdentityError> {
    let change = Change::prepare(&house.keys().await, paper, reason, &house.ambient)?;
    let reserve = change.reserve();
    change.store(&house.db, &house.instance, &house.ambient).await?;
    Ok(reserve)
}

#[tokio::test]
async fn keys_are_made_once_and_only_the_signing_key_stays() {
    let house = House::new(1, "09.541").await;
    let [root, reserve] = house.begin().await;
    let keys = house.keys().await;
    assert_eq!(keys.root(), root.verifying());
    assert_eq!(keys.promise(), reserve.verifying().promise());
    let again = Beginning::prepare(&house.db, &house.instance, &house.ambient).await;
    assert!(matches!(again, Err(IdentityError::Begun { node }) if node == keys.node()), "{again:?}");
    let stored = rows::keys(&mut house.db.read().await.unwrap()).await.unwrap();
    let sealed: Vec<u8> = stored.iter().flat_map(|row| row.sealed.clone().unwrap()).collect();
    for secret in [&root, &reserve, keys.signing()] {
        assert!(!sealed.windows(32).any(|window| window == secret.seed().as_slice()), "a secret lies open");
    }
}

#[tokio::test]
async fn keys_that_were_begun_at_once_are_stored_once() {
    let house = House::new(1, "09.541").await;
    let prepare = || Beginning::prepare(&house.db, &house.instance, &house.ambient);
    let (one, other) = (prepare().await.unwrap(), prepare().await.unwrap());
    let node = one.store(&house.db, &house.instance, &house.ambient).await.unwrap().node();
    let late = other.store(&house.db, &house.instance, &house.ambient).await;
    assert!(matches!(late, Err(IdentityError::Begun { node: found }) if found == node), "{late:?}");
}

#[tokio::test]
async fn a_database_under_the_key_of_another_instance_opens_no_signing_key() {
    let house = House::new(1, "09.541").await;
    house.begin().await;
    let opened = NodeKeys::load(&mut house.db.read().await.unwrap(), b"another key").await;
    assert!(matches!(opened, Err(IdentityError::Sealed { number: 1, .. })), "{opened:?}");
}

#[tokio::test]
async fn f12_after_a_routine_change_both_keys_sign_until_the_old_one_ends() {
    let house = House::new(1, "09.541").await;
    let [root, _] = house.begin().await;
    grow(&house, 40, 30).await;
    let before = house.keys().await;
    assert!(change(&house, root, Reason::Routine).await.unwrap().is_none());
    let keys = house.keys().await;
    assert_ne!(keys.signing().verifying(), before.signing().verifying());
    assert_eq!(keys.node(), before.node(), "an instance keeps its name");
    let kept: Vec<_> = keys.kept().map(SigningKey::verifying).collect();
    assert_eq!(kept, [&keys, &before].map(|keys| keys.signing().verifying()), "what was sealed for either opens");
    // Who has not heard of the change believes the note by the old key, who has by either.
    let note = keys.sign(&at(&keys, 41));
    assert_eq!(Note::open(note.text(), before.ring()), Ok(at(&keys, 41)));
    assert_eq!(Note::open(note.text(), keys.ring()), Ok(at(&keys, 41)));
    let old = |size| Note::open(Note::sign(&at(&keys, size), before.signing()).text(), keys.ring());
    assert!(old(40 + 100_000).is_ok());
    assert!(matches!(old(40 + 100_001), Err(NoteError::OutOfSpan { .. })));
}

#[tokio::test]
async fn f12_a_stolen_key_counts_for_nothing_that_is_not_signed_already() {
    let house = House::new(1, "09.541").await;
    let [root, _] = house.begin().await;
    grow(&house, 40, 30).await;
    let before = house.keys().await;
    change(&house, root, Reason::Stolen).await.unwrap();
    let keys = house.keys().await;
    let by_thief = |size| Note::open(Note::sign(&at(&keys, size), before.signing()).text(), keys.ring());
    assert!(by_thief(30).is_ok(), "what was signed before stays provable");
    assert!(matches!(by_thief(31), Err(NoteError::OutOfSpan { .. })));
    let ours = keys.sign(&at(&keys, 31));
    assert_eq!(Note::open(ours.text(), keys.ring()), Ok(at(&keys, 31)));
    let stored = rows::keys(&mut house.db.read().await.unwrap()).await.unwrap();
    assert!(stored[0].sealed.is_none() && stored[0].retired_at.is_some() && stored[1].sealed.is_some());
}

#[tokio::test]
async fn the_reserve_takes_the_place_of_a_lost_root_key_and_the_thief_of_it_is_out() {
    let house = House::new(1, "09.541").await;
    let [root, reserve] = house.begin().await;
    let next = change(&house, reserve, Reason::Routine).await.unwrap().unwrap();
    let stale = change(&house, root, Reason::Routine).await;
    assert!(matches!(stale, Err(IdentityError::Root)), "{stale:?}");
    let next = Paper::read(next.reveal()).unwrap();
    assert!(change(&house, next, Reason::Routine).await.unwrap().is_some());
    let keys = house.keys().await;
    assert_eq!(keys.rotations().len(), 2);
    let mut ring = KeyRing::new();
    assert_eq!(ring.insert(keys.genesis(), keys.rotations()), Ok(keys.node()));
    assert_eq!(ring.root(&keys.node()), Some(keys.root()));
}

#[tokio::test]
async fn a_paper_of_nobody_changes_nothing() {
    let house = House::new(1, "09.541").await;
    house.begin().await;
    let before = house.keys().await;
    let refused = change(&house, key(7), Reason::Stolen).await;
    assert!(matches!(refused, Err(IdentityError::Root)), "{refused:?}");
    let keys = house.keys().await;
    assert!(keys.rotations().is_empty() && keys.signing().verifying() == before.signing().verifying());
}

#[tokio::test]
async fn a_change_that_was_looked_at_before_another_one_is_not_made() {
    let house = House::new(1, "09.541").await;
    let [root, reserve] = house.begin().await;
    let late = Change::prepare(&house.keys().await, root, Reason::Routine, &house.ambient).unwrap();
    change(&house, reserve, Reason::Routine).await.unwrap();
    let made = late.store(&house.db, &house.instance, &house.ambient).await;
    assert!(matches!(made, Err(IdentityError::Raced)), "{made:?}");
    assert_eq!(house.keys().await.rotations().len(), 1);
}

#[tokio::test]
async fn the_secret_of_an_old_key_is_forgotten_when_its_time_is_over() {
    let house = House::new(1, "09.541").await;
    let [root, _] = house.begin().await;
    change(&house, root, Reason::Routine).await.unwrap();
    let stored = || async { rows::keys(&mut house.db.read().await.unwrap()).await.unwrap() };
    assert_eq!(retire_due(&house.db, house.ambient.now()).await.unwrap(), 0);
    assert!(stored().await[0].sealed.is_some());
    house.clock.advance_ms(90 * DAY_MS);
    assert_eq!(retire_due(&house.db, house.ambient.now()).await.unwrap(), 1);
    assert_eq!(retire_due(&house.db, house.ambient.now()).await.unwrap(), 0);
    assert!(stored().await[0].sealed.is_none());
    let keys = house.keys().await;
    assert_eq!((keys.rotations().len(), keys.kept().count()), (1, 1), "the keys open without it");
}
