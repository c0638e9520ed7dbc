//! What a seal does to the two homes.
//!
//! The new home writes every record of the root once more, in its own log and its own term: from then on each peer gets it from there
//! and needs the old log for its history alone. The old home keeps its log.

use crate::flow::proposal::Base;
use crate::flow::receive::{Proven, read};
use crate::flow::rows::{Held, HeldLife};
use crate::flow::shape;
use crate::flow::statement::Statement;
use crate::flow::store::{Store, StoreTx};
use crate::flow::transfer::Seal;
use crate::wire::{Header, Position};

use super::author::Write;
use super::{Node, NodeError};

/// Records that are read at once.
const STEP: usize = 500;

impl<S: Store> Node<S> {
    /// What a seal means for us, where nobody but the node writes.
    pub(super) async fn change_hands(&self, tx: &mut S::Tx, seal: &Seal, at: Position) -> Result<(), NodeError> {
        if !self.seals_at_once() {
            return Ok(());
        }
        if seal.from == self.me() {
            self.gave_away(tx, seal, at.clone()).await?;
        }
        if seal.to == self.me() {
            self.adopt(tx, seal, at).await?;
        }
        Ok(())
    }

    /// We are the home now: everything of the root that we hold becomes ours.
    async fn adopt(&self, tx: &mut S::Tx, seal: &Seal, at: Position) -> Result<(), NodeError> {
        for held in self.held_of(tx, seal).await? {
            if held.life == HeldLife::Live {
                self.adopt_one(tx, &held, seal, at.clone()).await?;
            }
        }
        Ok(())
    }

    /// What we hold of a root from the home before, under whichever agreement gives the latest of it.
    pub(super) async fn held_of(&self, tx: &mut S::Tx, seal: &Seal) -> Result<Vec<Held>, NodeError> {
        let mut latest: std::collections::BTreeMap<_, Held> = std::collections::BTreeMap::new();
        for agreed in tx.agreements().await? {
            let mut after = None;
            loop {
                let batch = tx.held_after(Some(agreed.id), after.as_ref(), STEP).await?;
                let Some(last) = batch.last() else { break };
                after = Some(last.entity.clone());
                for held in batch.into_iter().filter(|held| held.root == seal.root && held.at.log.node == seal.from) {
                    let newer = latest.get(&held.entity).is_none_or(|known| known.base < held.base);
                    if newer {
                        latest.insert(held.entity.clone(), held);
                    }
                }
            }
        }
        Ok(latest.into_values().collect())
    }

    async fn adopt_one(&self, tx: &mut S::Tx, held: &Held, seal: &Seal, at: Position) -> Result<(), NodeError> {
        let entry = Proven {
            at: held.at.clone(),
            leaf: held.leaf,
            raw: held.header.clone(),
            header: None,
            shown: held.shown.clone(),
            fields: Vec::new(),
            withdrawn: false,
        };
        // It was proven when it was taken.
        let Ok(Proven { header: Some(header), fields, .. }) = read(entry, None) else { return Ok(()) };
        let Header { schema, .. } = header;
        let write = Write {
            plane: held.at.log.plane.clone(),
            schema,
            entity: held.entity.clone(),
            root: held.root,
            body: Some(shape::body(&held.entity.kind, &fields, &self.setting.kinds)),
            idem: *self.ambient.new_uuid().as_bytes(),
            cause: Some(at),
        };
        let base = Base { tenure: seal.tenure, ver: held.base.ver.saturating_add(1) };
        self.put_version(tx, write, base).await
    }

    /// Another instance is the home now.
    async fn gave_away(&self, tx: &mut S::Tx, seal: &Seal, at: Position) -> Result<(), NodeError> {
        let complete = Statement::Complete { root: seal.root, tenure: seal.tenure.saturating_sub(1) };
        let to = [seal.to, self.setting.registrar];
        self.state(tx, &complete, &to, Some(at)).await
    }
}
