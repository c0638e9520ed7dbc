//! The checker: it sees every store and every page, knows what must hold, and shares no rule with the code that it watches.

mod end;
mod logs;
mod pages;
mod state;

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::memory::MemoryTx;
use tiwizi_federation_core::flow::proposal::Base;
use tiwizi_federation_core::flow::rows::Held as HeldRow;
use tiwizi_federation_core::flow::{Store as _, StoreTx as _};
use tiwizi_federation_core::wire::{Entity, Hash, NodeId, Nodes, Plane, needed_for_tree, root_of};
use tiwizi_model::RecordId;

use crate::clock::run;
use crate::world::World;

/// What was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Checker {
    /// Statements that nobody can read.
    pub(crate) poison: usize,
    /// The instance that shows two histories.
    pub(crate) liar: Option<usize>,
    /// Who founded what.
    founded: BTreeMap<RecordId, NodeId>,
    /// Every version that an honest home placed, with its leaf.
    versions: BTreeMap<(Entity, Base), Hash>,
    /// How far each log was looked through.
    scanned: BTreeMap<(usize, Plane), u64>,
    /// How often each proposal was answered, and carried out.
    answers: BTreeMap<RecordId, usize>,
    done: BTreeMap<[u8; 16], usize>,
    /// What each instance held last.
    last: BTreeMap<(usize, Option<AgreementId>, Entity), (Base, Hash)>,
    /// Since when there is nothing left to do.
    settled_since: Option<u64>,
}

/// What a store is like before a page comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Before {
    rows: usize,
    commits: u64,
}

impl World {
    pub(crate) fn digest_before(&self, number: usize) -> Before {
        let store = &self.instances[number].store;
        Before { rows: store.rows(), commits: store.commits() }
    }

    fn tx(&self, number: usize) -> MemoryTx {
        run(self.instances[number].store.begin()).unwrap()
    }

    fn honest(&self) -> Vec<usize> {
        (0..self.instances.len()).filter(|number| self.checker.liar != Some(*number)).collect()
    }

    fn is_honest(&self, node: &NodeId) -> bool {
        self.number_of(node).is_some_and(|number| self.checker.liar != Some(number))
    }

    /// The root that the log of an honest home has at a size.
    fn true_root(&self, home: usize, plane: &Plane, size: u64) -> Option<Hash> {
        struct Found(BTreeMap<(u8, u64), Hash>);
        impl Nodes for Found {
            fn node(&self, level: u8, index: u64) -> Option<Hash> {
                self.0.get(&(level, index)).copied()
            }
        }
        let mut tx = self.tx(home);
        let mut found = BTreeMap::new();
        for (level, index) in needed_for_tree(size) {
            found.extend(run(tx.node(plane, level, index)).unwrap().map(|hash| ((level, index), hash)));
        }
        root_of(&Found(found), size)
    }

    fn log_size(&self, home: usize, plane: &Plane) -> u64 {
        run(self.tx(home).head(plane)).unwrap().map_or(0, |head| head.tree.size())
    }

    /// Everything that an instance holds of others.
    fn held_rows(&self, number: usize) -> Vec<HeldRow> {
        let mut tx = self.tx(number);
        let mut rows = Vec::new();
        let agreements: BTreeSet<AgreementId> = self.work.agreements.values().copied().collect();
        for id in agreements {
            rows.extend(run(tx.held_after(Some(id), None, usize::MAX)).unwrap());
        }
        rows
    }
}
