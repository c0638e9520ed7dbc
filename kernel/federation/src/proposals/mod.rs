//! Proposals for people: a registrar of another instance asks the home of a record for a change, and the home's registrars answer once.
//!
//! What was asked and answered is a record of its own (`registry/proposal`) on either side, so the office finds it in its inbox. What is
//! accepted is written by the home's own door with the rights of whoever accepts: rules, hooks and acts hold as for any write. The record and
//! the answer are written together; the node tells the sender afterwards, and again after a restart, until it was told (`follow`).
//!
//! Invariant: a proposal is answered once. Who answers writes the proposal's record first, at the version that was looked at, and of two
//! only one gets through; the node holds the same against every other way.

mod book;
mod decide;
mod error;
mod follow;
mod send;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;

use tiwizi_federation_core::flow::{Node, Store};
use tiwizi_federation_core::wire::NodeId;
use tiwizi_records::Records;
use tiwizi_registry::kinds::Names;

use crate::directory::Roll;

pub use book::{Outcome, Status, Way};
pub use decide::{Accept, Decided};
pub use error::ProposalsError;
pub use follow::Followed;
pub use send::{NewProposal, Opened};
pub use view::{ProposalPage, ProposalView, Question};

/// The door to proposals, for one request or one round of the background.
pub struct Proposals<S> {
    node: Arc<Node<S>>,
    records: Records,
    roll: Arc<Roll>,
    names: Names,
}

impl<S: Store> Proposals<S> {
    /// A door over the node of an instance, with the directory in force.
    #[must_use]
    pub fn new(node: Arc<Node<S>>, records: Records, roll: Arc<Roll>) -> Self {
        Self { node, records, roll, names: Names::new() }
    }

    /// What another instance is called; its id, when the directory does not know it any more.
    fn called(&self, node: &NodeId) -> String {
        self.roll.member(node).map_or_else(|| node.to_string(), |member| member.name.clone())
    }
}
