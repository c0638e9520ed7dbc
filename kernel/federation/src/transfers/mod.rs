//! Transfers for people: a cooperative goes from one home to another, with all that belongs to it.
//!
//! The home offers it: from then on nobody writes it (the fence), and everything that it has goes into a parcel that the receiver alone can
//! open. The receiver checks every commitment in it, takes it in and accepts. The nation's registrar seals, which is the one moment at which
//! the home changes, or calls the offer off. What the seal means for the records is done by each side for itself (`follow`): the one before
//! keeps the public facts of the cooperative and lets the rest go. That they have a new home is done by the store with the seal itself.
//!
//! **Who goes along.** A person or legal person goes with the cooperatives that move when they have a membership in force in one of them and none
//! in force in a cooperative that stays. Whoever is a member of both stays, and whose membership has ended stays: their memberships go with the
//! cooperative, and what the new home sees of them is a matter of agreements.
//!
//! Invariant: what moves together is offered, accepted, sealed and called off as one; the node holds who may write, and the records follow it.

mod accept;
mod error;
mod follow;
mod going;
mod hand_over;
mod offer;
mod row;
mod seal;
#[cfg(test)]
mod tests;
mod view;
mod whereabouts;

use std::sync::Arc;

use tiwizi_federation_core::flow::{Node, Store};
use tiwizi_federation_core::wire::NodeId;
use tiwizi_identity::policy::{self, Access, Action, Grantee, Placement};
use tiwizi_identity::{Caller, Role};
use tiwizi_model::InstanceId;
use tiwizi_records::Records;
use tiwizi_registry::kinds::Names;
use uuid::Uuid;

use crate::directory::Roll;
use crate::identity::NodeKeys;
use crate::proposals::Proposals;

pub use accept::Checked;
pub use error::TransfersError;
pub use offer::NewOffer;
pub use row::State;
pub use view::{Phase, Side, Step, StepView, TransferView};
pub use whereabouts::{Elsewhere, Whereabouts, whereabouts};

use error::TransfersError as E;
use row::Kept;

/// The door to transfers, for one request or one round of the background.
pub struct Transfers<S> {
    node: Arc<Node<S>>,
    records: Records,
    roll: Arc<Roll>,
    keys: Arc<NodeKeys>,
    names: Names,
}

impl<S: Store> Transfers<S> {
    /// A door over the node of an instance, with its keys and the directory in force.
    #[must_use]
    pub fn new(node: Arc<Node<S>>, records: Records, roll: Arc<Roll>, keys: Arc<NodeKeys>) -> Self {
        Self { node, records, roll, keys, names: Names::new() }
    }

    /// This instance in the federation.
    #[must_use]
    pub fn me(&self) -> NodeId {
        self.node.setting().me
    }

    fn proposals(&self) -> Proposals<S> {
        Proposals::new(Arc::clone(&self.node), self.records.clone(), Arc::clone(&self.roll))
    }

    /// Whether the caller keeps the register in that place, by themselves and not through a plugin.
    fn keeps(&self, caller: &Caller, place: Placement) -> Result<(), E> {
        let access = Access { change: vec![Grantee::Role(Role::Registrar)], ..Access::default() };
        let permit = policy::may_write(caller, &self.names.cooperative, &access, Action::Change, place);
        match permit {
            Ok(_) if caller.plugin().is_none() => Ok(()),
            Ok(_) => Err(E::Refused(None)),
            Err(refusal) => Err(E::Refused(Some(refusal))),
        }
    }

    /// What an instance's records name as their home.
    fn home_of(&self, node: &NodeId) -> Result<InstanceId, E> {
        self.roll.home_of(node).ok_or(E::Stranger { node: *node })
    }

    /// What another instance is called; its id, when the directory does not know it any more.
    fn called(&self, node: &NodeId) -> String {
        self.roll.member(node).map_or_else(|| node.to_string(), |member| member.name.clone())
    }

    async fn kept(&self, id: Uuid) -> Result<Kept, E> {
        let mut tx = self.records.db().read().await?;
        Kept::find(&mut tx, id).await?.ok_or(E::Missing)
    }
}
