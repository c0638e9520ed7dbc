//! What a crash and a loss of power leave of the memory.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::flow::rows::Head;
use crate::flow::store::StoreTx;
use crate::wire::{Hash, Plane, Tree};

/// The store in memory never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the store in memory waited"),
    }
}

fn plane(number: u64) -> Plane {
    format!("plane-{number}").parse().unwrap()
}

fn put(store: &MemoryStore, number: u64, durability: Durability) -> Stored<()> {
    let mut tx = now(store.begin())?;
    let head = Head { epoch: 0, tree: Tree::new(), prev: Hash::ZERO, note: number.to_string() };
    now(tx.put_head(&plane(number), head.clone()))?;
    now(tx.add_nodes(&plane(number), &[(0, number, Hash::ZERO)]))?;
    now(tx.commit(durability))
}

fn planes(store: &MemoryStore) -> usize {
    now(now(store.begin()).unwrap().planes()).unwrap().len()
}

#[test]
fn what_is_dropped_was_nothing_and_what_is_read_is_what_was_written() {
    let store = MemoryStore::default();
    let mut tx = now(store.begin()).unwrap();
    let head = Head { epoch: 3, tree: Tree::new(), prev: Hash::ZERO, note: String::new() };
    now(tx.put_head(&plane(1), head)).unwrap();
    assert_eq!(now(tx.head(&plane(1))).unwrap().unwrap().epoch, 3);
    assert_eq!(now(tx.planes()).unwrap(), [plane(1)]);
    drop(tx);
    assert_eq!((planes(&store), store.commits()), (0, 0));
}

#[test]
fn a_loss_of_power_takes_what_was_not_synced_from_the_first_lost_commit_on() {
    for (kept, left) in [(0, 2), (1, 3), (2, 4), (9, 5)] {
        let store = MemoryStore::default();
        put(&store, 1, Durability::Relaxed).unwrap();
        put(&store, 2, Durability::Synced).unwrap();
        for number in 3..=5 {
            put(&store, number, Durability::Relaxed).unwrap();
        }
        assert_eq!((planes(&store), store.unsynced()), (5, 3));
        store.lose_power(kept);
        assert_eq!((planes(&store), store.unsynced()), (left, 0), "{kept}");
    }
}

#[test]
fn a_process_that_ends_loses_nothing_that_it_committed() {
    let store = MemoryStore::default();
    put(&store, 1, Durability::Relaxed).unwrap();
    store.kill();
    assert_eq!(planes(&store), 1);
}

#[test]
fn a_commit_fails_as_it_is_told_to_and_once() {
    let store = MemoryStore::default();
    store.fail_after(1, Fault::Full);
    put(&store, 1, Durability::Synced).unwrap();
    assert!(matches!(put(&store, 2, Durability::Synced), Err(StoreError::Full)));
    store.fail_after(0, Fault::LostBefore);
    assert!(put(&store, 3, Durability::Synced).is_err());
    store.lose_power(0);
    assert_eq!(planes(&store), 1);
    store.fail_after(0, Fault::LostAfter);
    assert!(put(&store, 4, Durability::Synced).is_err());
    store.lose_power(0);
    assert_eq!(planes(&store), 2);
    put(&store, 5, Durability::Synced).unwrap();
}

#[test]
fn of_two_transactions_at_once_the_later_one_is_done_again() {
    let store = MemoryStore::default();
    let late = now(store.begin()).unwrap();
    put(&store, 1, Durability::Synced).unwrap();
    assert!(matches!(now(late.commit(Durability::Synced)), Err(StoreError::Failed { .. })));
}

#[test]
fn a_copy_is_another_store_from_then_on() {
    let store = MemoryStore::default();
    put(&store, 1, Durability::Synced).unwrap();
    let copy = store.copied();
    put(&copy, 2, Durability::Synced).unwrap();
    assert_eq!((planes(&store), planes(&copy)), (1, 2));
}
