//! The home offers cooperatives to another instance.
//!
//! The node offers all of it in one transaction: in it the fence goes up, everything that was written before has its place in the log, and
//! whatever is written later is refused. Before that, answers that were given to proposals are told: the new home must not answer them
//! again.

use std::collections::BTreeSet;

use tiwizi_federation_core::flow::transfer::TransferError;
use tiwizi_federation_core::flow::{NodeError, Store};
use tiwizi_federation_core::wire::NodeId;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::Placement;
use tiwizi_model::RecordId;
use tiwizi_model::limits::FED_OFFERED_MAX;
use tiwizi_storage::federation::{fence, transfer};
use uuid::Uuid;

use super::Transfers;
use super::error::TransfersError as E;
use super::row::{Kept, Note};
use super::seal::told;

/// What is offered to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOffer {
    /// The cooperatives. The first of their ids leads.
    pub cooperatives: BTreeSet<RecordId>,
    /// To whom.
    pub to: NodeId,
}

impl<S: Store> Transfers<S> {
    /// Offers cooperatives, with those who go along. From here on nobody writes them, until the transfer is sealed or called off.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `Count`, `Elsewhere`, `Stranger`, `Moving`. Nothing is offered then.
    pub async fn offer(&self, caller: &Caller, offer: &NewOffer) -> Result<Uuid, E> {
        let lead = offer.cooperatives.first().copied().ok_or(E::Count)?;
        if offer.cooperatives.len() > FED_OFFERED_MAX {
            return Err(E::Count);
        }
        if self.roll.active(&offer.to).is_none() || offer.to == self.me() {
            return Err(E::Stranger { node: offer.to });
        }
        for id in &offer.cooperatives {
            self.demand_own(caller, *id).await?;
        }
        let roots = self.going_with(&offer.cooperatives).await?;
        self.proposals().tell_pending().await?;
        self.node.offer_together(lead, &roots, offer.to).await.map_err(|error| match error {
            NodeError::Moving => E::Moving { id: lead },
            NodeError::NotHome => E::Elsewhere { id: lead },
            NodeError::Transfer(TransferError::TooMany) => E::Count,
            NodeError::Absent { .. } => E::Stranger { node: offer.to },
            error => E::Node(error),
        })?;
        let mut tx = self.records.db().begin_write().await?;
        let row = transfer::under_way(&mut tx, lead).await?.ok_or(E::Damaged)?;
        let note = Note { by: caller.name().map(str::to_owned), ..Note::default() };
        transfer::note(&mut tx, row.id, &note.text()).await?;
        tx.commit().await?;
        told(caller, row.id, "offer");
        Ok(row.id)
    }

    /// A cooperative of ours that is not on the way, for somebody who keeps the register there.
    async fn demand_own(&self, caller: &Caller, id: RecordId) -> Result<(), E> {
        let permit = self.records.may_read(caller, &self.names.cooperative)?;
        let record = self.records.read(&permit, id).await?.ok_or(E::Missing)?;
        self.keeps(caller, Placement { subject: record.subject, province: record.province })?;
        if record.home != self.records.instance() {
            return Err(E::Elsewhere { id });
        }
        let mut tx = self.records.db().read_single().await?;
        let is_fenced = !fence::standing(&mut tx, &[id]).await?.is_empty();
        if is_fenced { Err(E::Moving { id }) } else { Ok(()) }
    }

    /// The cooperatives with those who go along. Somebody who is on the way with another cooperative already stays out of this.
    async fn going_with(&self, cooperatives: &BTreeSet<RecordId>) -> Result<BTreeSet<RecordId>, E> {
        let mut roots = self.going(cooperatives).await?;
        let people: Vec<RecordId> = roots.iter().copied().collect();
        let mut tx = self.records.db().read().await?;
        for fenced in fence::standing(&mut tx, &people).await? {
            roots.remove(&fenced);
        }
        roots.extend(cooperatives);
        Ok(roots)
    }

    /// Notes something of a transfer for people.
    pub(super) async fn put_note(&self, kept: &Kept, note: &Note) -> Result<(), E> {
        if *note == kept.note {
            return Ok(());
        }
        let mut tx = self.records.db().begin_write().await?;
        transfer::note(&mut tx, kept.row.id, &note.text()).await?;
        tx.commit().await?;
        Ok(())
    }
}
