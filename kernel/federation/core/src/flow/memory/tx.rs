//! A transaction over the store in memory: its writes lie over the table until it commits.

use std::any::Any;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use serde_json::Value;
use tiwizi_model::RecordId;

use crate::agreement::AgreementId;
use crate::flow::cursor::Cursor;
use crate::flow::proposal::{Base, Received};
use crate::flow::retention::Follower;
use crate::flow::rows::{Agreed, Body, Draft, Feed, Head, Held, Own, Parked, ReceivedProposal, SentProposal, Stopped};
use crate::flow::snapshot::Loading;
use crate::flow::store::{Durability, StoreTx, Stored};
use crate::flow::transfer::Custody;
use crate::wire::{Entity, Entry, Hash, LogId, NodeId, Plane, Position};

use super::key::Key;
use super::{Cell, MemoryStore, Writes};

/// A transaction in memory.
pub struct MemoryTx {
    store: MemoryStore,
    began_at: u64,
    writes: Writes,
}

impl MemoryTx {
    pub(super) fn new(store: MemoryStore, began_at: u64) -> Self {
        Self { store, began_at, writes: BTreeMap::new() }
    }

    fn get<T: Any + Clone>(&self, key: &Key) -> Option<T> {
        let cell = match self.writes.get(key) {
            Some(written) => written.clone(),
            None => self.store.lock().now.get(key).cloned(),
        };
        cell.and_then(|cell| cell.downcast_ref::<T>().cloned())
    }

    fn put<T: Any + Send + Sync>(&mut self, key: Key, row: T) {
        self.writes.insert(key, Some(Arc::new(row)));
    }

    fn remove(&mut self, key: Key) {
        self.writes.insert(key, None);
    }

    /// The rows from one key on that `wanted` takes, in order; it ends at the first key of another sort.
    fn scan<T: Any + Clone>(
        &self,
        from: Bound<Key>,
        max: usize,
        wanted: impl Fn(&Key) -> Option<bool>,
    ) -> Vec<(Key, T)> {
        let range = (from, Bound::Unbounded);
        let mut rows: BTreeMap<Key, Option<Cell>> = BTreeMap::new();
        let mut taken = 0_usize;
        for (key, cell) in self.store.lock().now.range(range.clone()) {
            match wanted(key) {
                None => break,
                Some(false) => {}
                Some(true) => {
                    // What this transaction removed must not use up the rows that were asked for.
                    taken = taken.saturating_add(usize::from(!self.writes.contains_key(key)));
                    rows.insert(key.clone(), Some(Arc::clone(cell)));
                }
            }
            if taken >= max {
                break;
            }
        }
        for (key, cell) in self.writes.range(range) {
            if wanted(key) == Some(true) {
                rows.insert(key.clone(), cell.clone());
            }
        }
        let typed = |(key, cell): (Key, Option<Cell>)| Some((key, cell?.downcast_ref::<T>()?.clone()));
        rows.into_iter().filter_map(typed).take(max).collect()
    }
}

/// Rows of one sort: `Some` for those of it, with whether they are wanted; `None` once it is over.
macro_rules! of {
    ($pattern:pat) => {
        |key: &Key| if let $pattern = key { Some(true) } else { None }
    };
    ($pattern:pat if $wanted:expr) => {
        |key: &Key| if let $pattern = key { Some($wanted) } else { None }
    };
}

fn is_waiting(state: &Received) -> bool {
    matches!(state, Received::Held | Received::InReview(_))
}

fn values<T>(rows: Vec<(Key, T)>) -> Vec<T> {
    rows.into_iter().map(|(_, row)| row).collect()
}

/// From a key on, or from behind it.
fn after(key: Key, is_given: bool) -> Bound<Key> {
    if is_given { Bound::Excluded(key) } else { Bound::Included(key) }
}

impl StoreTx for MemoryTx {
    async fn commit(self, durability: Durability) -> Stored<()> {
        let Self { store, began_at, writes } = self;
        store.commit(writes, began_at, durability)
    }

    async fn head(&mut self, plane: &Plane) -> Stored<Option<Head>> {
        Ok(self.get(&Key::Head(plane.clone())))
    }

    async fn put_head(&mut self, plane: &Plane, head: Head) -> Stored<()> {
        self.put(Key::Head(plane.clone()), head);
        Ok(())
    }

    async fn planes(&mut self) -> Stored<Vec<Plane>> {
        let mut planes = Vec::new();
        for plane in self.scan::<Head>(Bound::Unbounded, usize::MAX, of!(Key::Head(_))) {
            if let (Key::Head(plane), _) = plane {
                planes.push(plane);
            }
        }
        Ok(planes)
    }

    async fn add_draft(&mut self, draft: Draft) -> Stored<()> {
        let number: u64 = self.get(&Key::DraftNumber).unwrap_or_default();
        self.put(Key::DraftNumber, number.saturating_add(1));
        self.put(Key::Draft(number), draft);
        Ok(())
    }

    async fn drafts(&mut self, max: usize) -> Stored<Vec<(u64, Draft)>> {
        let rows = self.scan(Bound::Included(Key::Draft(0)), max, of!(Key::Draft(_)));
        let numbered = |(key, draft)| if let Key::Draft(number) = key { Some((number, draft)) } else { None };
        Ok(rows.into_iter().filter_map(numbered).collect())
    }

    /// What is written is a draft at once.
    async fn has_read_on(&mut self) -> Stored<bool> {
        Ok(false)
    }

    async fn remove_draft(&mut self, number: u64) -> Stored<()> {
        self.remove(Key::Draft(number));
        Ok(())
    }

    async fn add_entry(&mut self, plane: &Plane, seq: u64, entity: &Entity, entry: Entry) -> Stored<()> {
        self.put(Key::About(plane.clone(), Some(entity.clone()), seq), seq);
        self.put(Key::Entry(plane.clone(), seq), entry);
        Ok(())
    }

    async fn entries(&mut self, plane: &Plane, from: u64, max: usize) -> Stored<Vec<(u64, Entry)>> {
        let start = Bound::Included(Key::Entry(plane.clone(), from));
        let rows = self.scan(start, max, of!(Key::Entry(of, _) if of == plane));
        let numbered = |(key, entry)| if let Key::Entry(_, seq) = key { Some((seq, entry)) } else { None };
        Ok(rows.into_iter().filter_map(numbered).collect())
    }

    async fn entry(&mut self, plane: &Plane, seq: u64) -> Stored<Option<Entry>> {
        Ok(self.get(&Key::Entry(plane.clone(), seq)))
    }

    async fn entry_before(&mut self, plane: &Plane, entity: &Entity, seq: u64) -> Stored<Option<(u64, Option<Entry>)>> {
        let start = Bound::Included(Key::About(plane.clone(), Some(entity.clone()), 0));
        let of = of!(Key::About(of, about, at) if of == plane && about.as_ref() == Some(entity) && *at < seq);
        let Some(before) = values(self.scan::<u64>(start, usize::MAX, of)).pop() else { return Ok(None) };
        Ok(Some((before, self.get(&Key::Entry(plane.clone(), before)))))
    }

    async fn release_entries(&mut self, plane: &Plane, below: u64) -> Stored<()> {
        let last: std::collections::BTreeSet<u64> = self
            .scan::<Own>(Bound::Included(Key::Own(None)), usize::MAX, of!(Key::Own(_)))
            .into_iter()
            .filter_map(|(_, own)| own.seq.filter(|_| own.plane == *plane && !own.deleted))
            .collect();
        for (seq, _) in self.entries(plane, 0, usize::MAX).await? {
            if seq < below && !last.contains(&seq) {
                self.remove(Key::Entry(plane.clone(), seq));
            }
        }
        self.put(Key::KeptFrom(plane.clone()), below);
        Ok(())
    }

    async fn kept_from(&mut self, plane: &Plane) -> Stored<u64> {
        Ok(self.get(&Key::KeptFrom(plane.clone())).unwrap_or_default())
    }

    async fn add_nodes(&mut self, plane: &Plane, nodes: &[(u8, u64, Hash)]) -> Stored<()> {
        for (level, index, hash) in nodes {
            self.put(Key::Node(plane.clone(), *level, *index), *hash);
        }
        Ok(())
    }

    async fn node(&mut self, plane: &Plane, level: u8, index: u64) -> Stored<Option<Hash>> {
        Ok(self.get(&Key::Node(plane.clone(), level, index)))
    }

    async fn own(&mut self, entity: &Entity) -> Stored<Option<Own>> {
        Ok(self.get(&Key::Own(Some(entity.clone()))))
    }

    async fn put_own(&mut self, own: Own) -> Stored<()> {
        self.put(Key::Own(Some(own.entity.clone())), own);
        Ok(())
    }

    async fn owned(&mut self, root: RecordId) -> Stored<Vec<Own>> {
        let rows = values(self.scan::<Own>(Bound::Included(Key::Own(None)), usize::MAX, of!(Key::Own(_))));
        Ok(rows.into_iter().filter(|own| own.root == root).collect())
    }

    async fn latest_below(&mut self, plane: &Plane, from: u64, size: u64, max: usize) -> Stored<Vec<(u64, Entity)>> {
        let mut latest: BTreeMap<Entity, u64> = BTreeMap::new();
        let first = Bound::Included(Key::About(plane.clone(), None, 0));
        for (key, seq) in self.scan::<u64>(first, usize::MAX, of!(Key::About(of, _, _) if of == plane)) {
            if let Key::About(_, Some(entity), _) = key
                && seq < size
            {
                latest.insert(entity, seq);
            }
        }
        let mut places: Vec<(u64, Entity)> = latest.into_iter().map(|(entity, seq)| (seq, entity)).collect();
        places.retain(|(seq, _)| *seq >= from);
        places.sort();
        places.truncate(max);
        Ok(places)
    }

    async fn body(&mut self, entity: &Entity) -> Stored<Option<Body>> {
        let first = Key::Body(entity.clone(), Base { tenure: 0, ver: 0 });
        let rows = self.scan(Bound::Included(first), usize::MAX, of!(Key::Body(of, _) if of == entity));
        Ok(values(rows).pop())
    }

    async fn body_at(&mut self, entity: &Entity, base: Base) -> Stored<Option<Value>> {
        Ok(self.get::<Body>(&Key::Body(entity.clone(), base)).and_then(|body| body.value))
    }

    async fn put_body(&mut self, entity: &Entity, body: Body) -> Stored<()> {
        self.put(Key::Body(entity.clone(), body.base), body);
        Ok(())
    }

    async fn custody(&mut self, root: RecordId) -> Stored<Option<Custody>> {
        Ok(self.get(&Key::Custody(root)))
    }

    async fn put_custody(&mut self, custody: Custody) -> Stored<()> {
        self.put(Key::Custody(custody.root), custody);
        Ok(())
    }

    async fn moving(&mut self) -> Stored<Vec<Custody>> {
        let first = Bound::Included(Key::Custody(RecordId(uuid::Uuid::nil())));
        let rows = values(self.scan::<Custody>(first, usize::MAX, of!(Key::Custody(_))));
        Ok(rows.into_iter().filter(|custody| custody.moving.is_some()).collect())
    }

    async fn cursor(&mut self, feed: &Feed) -> Stored<Option<Cursor>> {
        Ok(self.get(&Key::Cursor(Some(feed.clone()))))
    }

    async fn put_cursor(&mut self, feed: &Feed, cursor: Cursor) -> Stored<()> {
        self.put(Key::Cursor(Some(feed.clone())), cursor);
        Ok(())
    }

    async fn cursors(&mut self) -> Stored<Vec<(Feed, Cursor)>> {
        let rows = self.scan(Bound::Included(Key::Cursor(None)), usize::MAX, of!(Key::Cursor(_)));
        let named = |(key, cursor)| if let Key::Cursor(Some(feed)) = key { Some((feed, cursor)) } else { None };
        Ok(rows.into_iter().filter_map(named).collect())
    }

    async fn add_leaves(&mut self, log: &LogId, from: u64, leaves: &[Hash]) -> Stored<()> {
        self.put(Key::Leaves(log.clone(), from), leaves.to_vec());
        Ok(())
    }

    async fn leaves(&mut self, log: &LogId, max: u64) -> Stored<Vec<Hash>> {
        let first = Bound::Included(Key::Leaves(log.clone(), 0));
        let mut leaves: Vec<Hash> = Vec::new();
        for (key, part) in self.scan::<Vec<Hash>>(first, usize::MAX, of!(Key::Leaves(of, _) if of == log)) {
            let Key::Leaves(_, from) = key else { break };
            let known = u64::try_from(leaves.len()).unwrap_or(u64::MAX);
            let Ok(skipped) = usize::try_from(known.saturating_sub(from)) else { break };
            if from > known || known >= max {
                break;
            }
            leaves.extend(part.into_iter().skip(skipped));
        }
        leaves.truncate(usize::try_from(max).unwrap_or(usize::MAX));
        Ok(leaves)
    }

    async fn proven(&mut self, log: &LogId) -> Stored<Option<String>> {
        Ok(self.get(&Key::Proven(log.clone())))
    }

    async fn put_proven(&mut self, log: &LogId, note: &str) -> Stored<()> {
        self.put(Key::Proven(log.clone()), note.to_owned());
        Ok(())
    }

    async fn covered(&mut self, log: &LogId) -> Stored<Option<String>> {
        Ok(self.get(&Key::Covered(log.clone())))
    }

    async fn put_covered(&mut self, log: &LogId, note: &str) -> Stored<()> {
        self.put(Key::Covered(log.clone()), note.to_owned());
        Ok(())
    }

    async fn heard(&mut self, log: &LogId) -> Stored<Vec<String>> {
        Ok(self.get(&Key::Heard(log.clone())).unwrap_or_default())
    }

    async fn put_heard(&mut self, log: &LogId, notes: Vec<String>) -> Stored<()> {
        self.put(Key::Heard(log.clone()), notes);
        Ok(())
    }

    async fn stopped(&mut self, log: &LogId) -> Stored<Option<Stopped>> {
        Ok(self.get(&Key::Stopped(log.clone())))
    }

    async fn stop(&mut self, log: &LogId, stopped: Stopped) -> Stored<()> {
        self.put(Key::Stopped(log.clone()), stopped);
        Ok(())
    }

    /// Everything is at hand.
    async fn foresee(&mut self, _: Option<AgreementId>, _: &[(Entity, RecordId)]) -> Stored<()> {
        Ok(())
    }

    async fn held(&mut self, agreement: Option<AgreementId>, entity: &Entity) -> Stored<Option<Held>> {
        Ok(self.get(&Key::Held(agreement, Some(entity.clone()))))
    }

    async fn put_held(&mut self, held: Held) -> Stored<()> {
        self.put(Key::Held(held.agreement, Some(held.entity.clone())), held);
        Ok(())
    }

    async fn held_after(
        &mut self,
        agreement: Option<AgreementId>,
        entity: Option<&Entity>,
        max: usize,
    ) -> Stored<Vec<Held>> {
        let start = after(Key::Held(agreement, entity.cloned()), entity.is_some());
        Ok(values(self.scan(start, max, of!(Key::Held(under, _) if *under == agreement))))
    }

    async fn park(&mut self, parked: Parked) -> Stored<()> {
        self.put(Key::Parked(parked.agreement, Some(parked.at.clone())), parked);
        Ok(())
    }

    async fn unpark(&mut self, agreement: Option<AgreementId>, at: &Position) -> Stored<()> {
        self.remove(Key::Parked(agreement, Some(at.clone())));
        Ok(())
    }

    async fn parked_after(
        &mut self,
        behind: Option<(Option<AgreementId>, Position)>,
        max: usize,
    ) -> Stored<Vec<Parked>> {
        let start = match behind {
            Some((agreement, at)) => Bound::Excluded(Key::Parked(agreement, Some(at))),
            None => Bound::Included(Key::Parked(None, None)),
        };
        Ok(values(self.scan(start, max, of!(Key::Parked(..)))))
    }

    async fn parked_at(&mut self, at: &Position) -> Stored<bool> {
        let rows = self.parked_after(None, usize::MAX).await?;
        Ok(rows.iter().any(|parked| parked.at == *at))
    }

    async fn parked_count(&mut self, feed: &Feed) -> Stored<usize> {
        let start = Bound::Included(Key::Parked(feed.agreement, None));
        let rows = self.scan::<Parked>(start, usize::MAX, of!(Key::Parked(under, _) if *under == feed.agreement));
        Ok(rows.iter().filter(|(_, parked)| parked.at.log == feed.log).count())
    }

    async fn parked_entity(&mut self, agreement: Option<AgreementId>, entity: &Entity) -> Stored<Option<Position>> {
        let start = Bound::Included(Key::Parked(agreement, None));
        let rows = values(self.scan::<Parked>(start, usize::MAX, of!(Key::Parked(under, _) if *under == agreement)));
        Ok(rows.into_iter().find(|parked| parked.entity.as_ref() == Some(entity)).map(|parked| parked.at))
    }

    async fn follower(
        &mut self,
        peer: &NodeId,
        plane: &Plane,
        agreement: Option<AgreementId>,
    ) -> Stored<Option<Follower>> {
        Ok(self.get(&Key::Follower(plane.clone(), *peer, agreement)))
    }

    async fn put_follower(&mut self, plane: &Plane, agreement: Option<AgreementId>, follower: Follower) -> Stored<()> {
        self.put(Key::Follower(plane.clone(), follower.peer, agreement), follower);
        Ok(())
    }

    async fn followers(&mut self, plane: &Plane) -> Stored<Vec<(Option<AgreementId>, Follower)>> {
        let start = Bound::Included(Key::Follower(plane.clone(), NodeId(Hash::ZERO), None));
        let rows = self.scan(start, usize::MAX, of!(Key::Follower(of, _, _) if of == plane));
        let named = |(key, row)| if let Key::Follower(_, _, under) = key { Some((under, row)) } else { None };
        Ok(rows.into_iter().filter_map(named).collect())
    }

    async fn sent_proposal(&mut self, id: RecordId) -> Stored<Option<SentProposal>> {
        Ok(self.get(&Key::Sent(id)))
    }

    async fn put_sent_proposal(&mut self, sent: SentProposal) -> Stored<()> {
        self.put(Key::Sent(sent.proposal.id), sent);
        Ok(())
    }

    async fn received_proposal(&mut self, from: &NodeId, idem: [u8; 16]) -> Stored<Option<ReceivedProposal>> {
        Ok(self.get(&Key::Received(*from, idem)))
    }

    async fn put_received_proposal(&mut self, received: ReceivedProposal) -> Stored<()> {
        self.put(Key::Received(received.from, received.proposal.idem), received);
        Ok(())
    }

    async fn waiting_proposals(&mut self, root: RecordId) -> Stored<Vec<ReceivedProposal>> {
        let start = Bound::Included(Key::Received(NodeId(Hash::ZERO), [0; 16]));
        let rows = values(self.scan::<ReceivedProposal>(start, usize::MAX, of!(Key::Received(..))));
        Ok(rows.into_iter().filter(|row| row.proposal.root == root && is_waiting(&row.state)).collect())
    }

    async fn agreement(&mut self, id: AgreementId) -> Stored<Option<Agreed>> {
        Ok(self.get(&Key::Agreement(id)))
    }

    async fn put_agreement(&mut self, agreed: Agreed) -> Stored<()> {
        self.put(Key::Agreement(agreed.id), agreed);
        Ok(())
    }

    async fn agreements(&mut self) -> Stored<Vec<Agreed>> {
        let start = Bound::Included(Key::Agreement(AgreementId(uuid::Uuid::nil())));
        Ok(values(self.scan(start, usize::MAX, of!(Key::Agreement(_)))))
    }

    async fn loading(&mut self, feed: &Feed) -> Stored<Option<Loading>> {
        Ok(self.get(&Key::Loading(feed.clone())))
    }

    async fn put_loading(&mut self, feed: &Feed, loading: Option<Loading>) -> Stored<()> {
        match loading {
            Some(loading) => self.put(Key::Loading(feed.clone()), loading),
            None => self.remove(Key::Loading(feed.clone())),
        }
        Ok(())
    }
}
