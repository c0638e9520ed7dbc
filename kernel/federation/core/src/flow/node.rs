//! A node: the rules of the federation over the store of one instance.
//!
//! Each step is one transaction. What it needs besides the store (keys, kinds, schemas, time, chance) is handed to it; what it makes for
//! a peer comes out of the gate. Steps that a peer asks for never fail because of what the peer sent: its answer says what is wrong.

mod adopt;
mod agreement;
mod ahead;
mod author;
mod carry;
mod gossip;
mod lookup;
mod move_root;
mod national;
mod people;
mod propose;
mod sequence;
mod serve;
mod snapshot;
mod take;

use tiwizi_model::Ambient;

use crate::agreement::{AgreementError, AgreementId, Kinds, StepError};
use crate::gate::{BuildError, GateError};
use crate::wire::{HeaderError, KeyRing, NodeId, Plane, SigningKey};

use super::apply::Schemas;
use super::plant::Planted;
use super::shape::{Derive, ShapeError};
use super::statement::StatementError;
use super::store::{Store, StoreError};
use super::transfer::TransferError;

pub use ahead::Acknowledged;
pub use author::Write;
pub use gossip::Heard;
pub use move_root::state_of;
pub use national::{Told, ToldPage};
pub use propose::Resolution;
pub use serve::{Ask, AskRefusal, Served};
pub use snapshot::{Keep, Loaded, SnapshotMade};
pub use take::{Counts, Refused, Taken};

/// What a node knows besides its store.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Which instance it is.
    pub me: NodeId,
    /// The instance that seals transfers.
    pub registrar: NodeId,
    /// Who signs for which instance.
    pub keys: KeyRing,
    /// The kinds with the classes of their fields.
    pub kinds: Kinds,
    /// The schemas that are understood.
    pub schemas: Schemas,
    /// What is committed beside a body.
    pub derive: Derive,
    /// A bug, in tests.
    pub planted: Planted,
}

/// A node over a store.
pub struct Node<S> {
    store: S,
    setting: Setting,
    key: SigningKey,
    ambient: Ambient,
    asks_people: bool,
    seals: Seals,
}

/// When what was accepted is sealed, and who takes over what a seal gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seals {
    /// At once, and the node takes over by its own store what it holds.
    AtOnce,
    /// When a person said so; what a seal gives is taken over by the doors around the node.
    ByPeople,
}

/// Why a step of ours was not done.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The store failed.
    #[error("the store of the federation failed")]
    Store(#[from] StoreError),
    /// Another instance is the home.
    #[error("another instance is the home of that record")]
    NotHome,
    /// It is being moved to another home: nobody writes it.
    #[error("the record is being moved to another home")]
    Moving,
    /// There is no such thing.
    #[error("there is no such {what}")]
    Absent {
        /// What.
        what: &'static str,
    },
    /// The body makes no groups.
    #[error("the record cannot be committed")]
    Shape(#[from] ShapeError),
    /// The entry is no entry.
    #[error("the entry cannot be written")]
    Header(#[from] HeaderError),
    /// The statement cannot be written.
    #[error("the statement cannot be written")]
    Statement(#[from] StatementError),
    /// The gate made nothing of an entry of ours.
    #[error("the gate lets nothing through of an entry of this home")]
    Gate(#[from] GateError),
    /// No page can be made.
    #[error("no page can be made")]
    Build(#[from] BuildError),
    /// The step of a transfer is not possible.
    #[error("the step of the transfer is not possible")]
    Transfer(#[from] TransferError),
    /// The agreement is none.
    #[error("the agreement is not taken")]
    Agreement(#[from] AgreementError),
    /// The step of an agreement is not possible.
    #[error("the step of agreement {id} is not possible")]
    Step {
        /// Which agreement.
        id: AgreementId,
        /// Why.
        #[source]
        source: StepError,
    },
    /// A part of one of our logs is gone.
    #[error("the log {plane} of this instance has lost a part")]
    Damaged {
        /// Which log.
        plane: Plane,
    },
}

impl<S: Store> Node<S> {
    /// A node over a store.
    #[must_use]
    pub fn new(store: S, setting: Setting, key: SigningKey, ambient: Ambient) -> Self {
        Self { store, setting, key, ambient, asks_people: false, seals: Seals::AtOnce }
    }

    /// The same node, of an instance where a person decides about every proposal: what another instance asks for is written with
    /// somebody's right to write it, and by nobody else.
    #[must_use]
    pub fn asking_people(self) -> Self {
        Self { asks_people: true, ..self }
    }

    /// The same node, of an instance where people take the steps of transfers: nothing is sealed before one of them did it, and the records
    /// are taken over as they were handed over, and not out of what agreements had given.
    #[must_use]
    pub fn sealing_by_people(self) -> Self {
        Self { seals: Seals::ByPeople, ..self }
    }

    fn seals_at_once(&self) -> bool {
        self.seals == Seals::AtOnce
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    /// What it knows besides its store.
    #[must_use]
    pub fn setting(&self) -> &Setting {
        &self.setting
    }

    /// Learns: new keys, new schemas.
    pub fn setting_mut(&mut self) -> &mut Setting {
        &mut self.setting
    }

    fn me(&self) -> NodeId {
        self.setting.me
    }
}
