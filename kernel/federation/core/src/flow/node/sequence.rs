//! The sequencer: what was written gets its place, dense and for good, and the log a checkpoint over it.
//!
//! Entries, subtrees and checkpoint are one transaction, and it is on the disk before it is seen: a checkpoint that a peer has must
//! never be lost here.

use std::collections::BTreeMap;

use tiwizi_model::limits::FED_SEQUENCE_ENTRIES_MAX;

use crate::flow::plant::Plant;
use crate::flow::rows::{Draft, Head, Own};
use crate::flow::store::{Durability, Store, StoreTx};
use crate::wire::{Checkpoint, Entry, EntryKind, Hash, LogId, Note, Plane, Position, Tree};

use super::{Node, NodeError};

impl<S: Store> Node<S> {
    /// Gives places to what waits for one. Tells how many entries there are more now.
    ///
    /// # Errors
    /// When the store fails; then nothing was given a place.
    pub async fn sequence(&self) -> Result<usize, NodeError> {
        let mut tx = self.store.begin().await?;
        let placed = self.sequence_in(&mut tx).await?;
        // Nothing is kept when there was nothing: whoever waits for something new would be woken by it.
        if placed > 0 || tx.has_read_on().await? {
            let is_early = placed == 0 || self.setting.planted.has(Plant::PublishUnsynced);
            tx.commit(if is_early { Durability::Relaxed } else { Durability::Synced }).await?;
        }
        Ok(placed)
    }

    /// The same within a transaction that somebody else commits, and syncs.
    pub(super) async fn sequence_in(&self, tx: &mut S::Tx) -> Result<usize, NodeError> {
        let drafts = tx.drafts(FED_SEQUENCE_ENTRIES_MAX).await?;
        let placed = drafts.len();
        let mut heads: BTreeMap<Plane, Head> = BTreeMap::new();
        for (number, draft) in drafts {
            let plane = draft.plane.clone();
            let head = match heads.remove(&plane) {
                Some(head) => head,
                None => self.head_of(tx, &plane).await?,
            };
            heads.insert(plane, self.place(tx, draft, head).await?);
            tx.remove_draft(number).await?;
        }
        for (plane, head) in heads {
            let checkpoint = self.checkpoint(&plane, head.epoch, head.tree.size(), head.tree.root());
            let note = Note::sign(&checkpoint, &self.key).text().to_owned();
            tx.put_head(&plane, Head { note, ..head }).await?;
        }
        Ok(placed)
    }

    pub(super) async fn head_of(&self, tx: &mut S::Tx, plane: &Plane) -> Result<Head, NodeError> {
        let empty = || Head { epoch: 0, tree: Tree::new(), prev: Hash::ZERO, note: String::new() };
        Ok(tx.head(plane).await?.unwrap_or_else(empty))
    }

    pub(super) fn checkpoint(&self, plane: &Plane, epoch: u32, size: u64, root: Hash) -> Checkpoint {
        Checkpoint { log: LogId { node: self.me(), plane: plane.clone() }, epoch, size, root }
    }

    async fn place(&self, tx: &mut S::Tx, draft: Draft, mut head: Head) -> Result<Head, NodeError> {
        let plane = draft.plane.clone();
        let seq = head.tree.size();
        let at = Position { log: LogId { node: self.me(), plane: plane.clone() }, epoch: head.epoch, seq };
        let bytes = self.header(&draft, &at, head.prev).checked()?;
        let entry = Entry { header: bytes, groups: draft.groups };
        let leaf = entry.leaf();
        let nodes = head.tree.append(leaf);
        tx.add_nodes(&plane, &nodes).await?;
        tx.add_entry(&plane, seq, &draft.entity, entry).await?;
        if matches!(draft.kind, EntryKind::Put | EntryKind::Delete) {
            // A later version may have been written already; it gets its own place.
            let own = tx.own(&draft.entity).await?.filter(|own| own.base == draft.base);
            if let Some(own) = own {
                tx.put_own(Own { seq: Some(seq), leaf, ..own }).await?;
            }
        }
        head.prev = leaf;
        Ok(head)
    }
}
