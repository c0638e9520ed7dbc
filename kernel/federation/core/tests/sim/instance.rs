//! One simulated instance: its store, which outlives it, and its node, which does not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tiwizi_federation_core::flow::memory::MemoryStore;
use tiwizi_federation_core::flow::plant::{Plant, Planted};
use tiwizi_federation_core::flow::{Feed, Lanes, Node, Pace, Retry, Setting};
use tiwizi_federation_core::wire::{Genesis, Hash, KeyRing, NodeId, SigningKey};
use tiwizi_model::Ambient;

use crate::chance::{Chance, InstanceChance};
use crate::clock::{SharedClock, SimClock};
use crate::schema;

/// What an instance remembers of a peer as long as it runs.
#[derive(Debug, Default)]
pub(crate) struct Contact {
    pub(crate) retry: Retry,
    pub(crate) lanes: Lanes,
    /// What was asked for, and until when the answer is waited for.
    pub(crate) asked: Option<(u64, Feed, u64)>,
}

/// What an instance remembers of a feed as long as it runs.
#[derive(Debug, Default)]
pub(crate) struct Following {
    pub(crate) pace: Pace,
    /// Nothing is asked for before.
    pub(crate) idle_until: u64,
    /// A snapshot is needed, or is being loaded: these chunks are missing.
    pub(crate) snapshot: Option<Vec<Hash>>,
}

pub(crate) struct Instance {
    pub(crate) store: MemoryStore,
    pub(crate) node: Option<Node<MemoryStore>>,
    pub(crate) clock: SharedClock,
    pub(crate) contacts: BTreeMap<usize, Contact>,
    pub(crate) following: BTreeMap<Feed, Following>,
    /// Chunks that were made for peers.
    pub(crate) chunks: BTreeMap<Hash, Vec<u8>>,
    /// It runs the newer version.
    pub(crate) newer: bool,
    /// It shows another history to some.
    pub(crate) double: Option<Box<Node<MemoryStore>>>,
    pub(crate) down_until: u64,
    number: u8,
    starts: u64,
    setting: Setting,
}

/// The first keys of an instance.
fn keys(number: u8) -> (SigningKey, SigningKey) {
    (SigningKey::from_seed(&[number + 100; 32]), SigningKey::from_seed(&[number; 32]))
}

/// Everybody's keys, and the names that follow from them.
pub(crate) fn ring(count: usize) -> (KeyRing, Vec<NodeId>) {
    let mut ring = KeyRing::new();
    let nodes = (0..count).map(|number| {
        let (root, signing) = keys(number as u8);
        let promised = SigningKey::from_seed(&[number as u8 + 200; 32]).verifying().promise();
        let name = format!("instance {number}");
        let (root_key, signing_key) = (root.verifying(), signing.verifying());
        let genesis = Genesis { root: root_key, signing: signing_key, next_root: promised, name }.sign(&root);
        ring.insert(&genesis, &[]).unwrap()
    });
    let nodes = nodes.collect();
    (ring, nodes)
}

impl Instance {
    pub(crate) fn new(number: usize, ring: &KeyRing, nodes: &[NodeId], newer: bool, plant: Option<Plant>) -> Self {
        let setting = Setting {
            me: nodes[number],
            registrar: nodes[0],
            keys: ring.clone(),
            kinds: schema::kinds(newer),
            schemas: schema::schemas(newer),
            derive: schema::derive,
            planted: plant.map(Planted::with).unwrap_or_default(),
        };
        Self {
            store: MemoryStore::default(),
            node: None,
            clock: Arc::new(SimClock::default()),
            contacts: BTreeMap::new(),
            following: BTreeMap::new(),
            chunks: BTreeMap::new(),
            newer,
            double: None,
            down_until: 0,
            number: number as u8,
            starts: 0,
            setting,
        }
    }

    /// Starts the process: what it only remembered is gone.
    pub(crate) fn start(&mut self, seed: u64) {
        self.starts += 1;
        self.contacts.clear();
        self.following.clear();
        self.chunks.clear();
        self.node = Some(self.make(self.store.clone(), seed));
    }

    /// A node over a store, with the keys of this instance.
    pub(crate) fn make(&self, store: MemoryStore, seed: u64) -> Node<MemoryStore> {
        let chance = Chance::new(seed ^ (u64::from(self.number) << 32) ^ (self.starts << 40));
        let ambient = Ambient::new(self.clock.clone(), Arc::new(InstanceChance(Mutex::new(chance))));
        Node::new(store, self.setting.clone(), keys(self.number).1, ambient)
    }

    /// An ambient for what is remembered: the waits.
    pub(crate) fn ambient(&self, seed: u64) -> Ambient {
        Ambient::new(self.clock.clone(), Arc::new(InstanceChance(Mutex::new(Chance::new(seed)))))
    }

    /// Changes its version, from the next start on.
    pub(crate) fn upgrade(&mut self, newer: bool) {
        self.newer = newer;
        self.setting.kinds = schema::kinds(newer);
        self.setting.schemas = schema::schemas(newer);
    }

    pub(crate) fn is_up(&self) -> bool {
        self.node.is_some()
    }
}
