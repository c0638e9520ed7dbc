//! What only the nation does: it knows what it has from each region and as of when, publishes reference data, and sees cooperatives that
//! two homes have. And what the homes do with it.
//!
//! Packages and words about cases go through control logs (`flow/node/national` of the core): the node keeps what came, and `work` carries
//! it to where people see it. Everything that is said is kept first and marked as said afterwards, so a stop in between says it twice and
//! never not at all; whoever hears it knows it again by its id.
//!
//! Invariant: nothing here is about a person. Packages hold fields that are public or internal, cases what is public of two cooperatives.

mod error;

mod coverage;

mod package;

mod cases;

mod work;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use tiwizi_federation_core::flow::{Node, Store};
use tiwizi_federation_core::wire::{NodeId, Role};
use tiwizi_model::Instant;
use tiwizi_records::Records;
use tiwizi_registry::duplicates::Duplicates;
use tiwizi_storage::Db;

pub use cases::{Case, CaseState, CaseView, HomeAnswer, OwnCase, OwnState};
pub use coverage::{Coverage, Missing, PlaneCoverage, RegionCoverage, RegionState, Source};
pub use error::{NationalError, PackageFault};
pub use package::{
    Applied, Difference, DifferenceLine, PackageDraft, PackageLine, PackageState, PackageView, TakesEffect, Target,
    What, published,
};
pub use work::{Heard, Worked};

use crate::directory::Roll;

/// The door to national work, for one request or one round of the background. `S` is where the node keeps what it knows.
pub struct National<S> {
    /// None where the instance takes no part in a federation.
    node: Option<Arc<Node<S>>>,
    roll: Arc<Roll>,
    records: Records,
    duplicates: Duplicates,
}

impl<S: Store> National<S> {
    /// A door over the node of an instance, and whom it knows.
    #[must_use]
    pub fn new(node: Option<Arc<Node<S>>>, roll: Arc<Roll>, records: Records, duplicates: Duplicates) -> Self {
        Self { node, roll, records, duplicates }
    }

    /// Whether this instance is the nation.
    #[must_use]
    pub fn is_nation(&self) -> bool {
        self.roll.own().is_some_and(|own| own.role == Role::National)
    }

    fn node(&self) -> Result<&Node<S>, NationalError> {
        self.node.as_deref().ok_or(NationalError::NoPart)
    }

    fn me(&self) -> Result<NodeId, NationalError> {
        Ok(self.node()?.setting().me)
    }

    /// Who publishes, and opens cases.
    fn nation(&self) -> Result<NodeId, NationalError> {
        self.roll.nation().map(|nation| nation.node).ok_or(NationalError::NoNation)
    }

    fn demand_nation(&self) -> Result<(), NationalError> {
        if self.is_nation() { Ok(()) } else { Err(NationalError::NotTheNation) }
    }

    fn db(&self) -> &Db {
        self.records.db()
    }

    fn now(&self) -> Instant {
        self.records.ambient().now()
    }

    /// What is known of each region, and as of when.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn coverage(&self) -> Result<Coverage, NationalError> {
        Ok(Coverage::read(&mut *self.db().read().await?, &self.roll).await?)
    }
}
