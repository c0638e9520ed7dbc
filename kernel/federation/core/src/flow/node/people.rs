//! The steps that people take, at the doors around a node: the answer to a proposal, and the steps of a transfer of several roots that
//! move together.
//!
//! Each is one transaction: of what moves together, all is offered, accepted, sealed and called off, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_model::RecordId;
use tiwizi_model::limits::{FED_PARCEL_RECORDS_MAX, FED_PARCEL_ROOTS_MAX};

use crate::flow::proposal::{Answer, Received};
use crate::flow::rows::ReceivedProposal;
use crate::flow::statement::Statement;
use crate::flow::store::{Durability, Store, StoreTx};
use crate::flow::transfer::{Custody, TransferError};
use crate::parcel::{Parcel, ParcelEntry, ParcelLog};
use crate::wire::{Entry, Hash, NodeId, Plane, Position, inclusion_proof, needed_for_inclusion};

use super::lookup::Fetched;
use super::{Node, NodeError};

impl<S: Store> Node<S> {
    /// Tells a sender what a person decided about a proposal. What was accepted is written already. The same answer twice is one.
    ///
    /// # Errors
    /// `Absent` when the proposal waits for nobody here: it was answered otherwise, or went on to another home.
    pub async fn answer_proposal(&self, from: &NodeId, idem: [u8; 16], answer: Answer) -> Result<(), NodeError> {
        let absent = NodeError::Absent { what: "proposal that waits for a person" };
        let mut tx = self.store.begin().await?;
        let Some(received) = tx.received_proposal(from, idem).await? else { return Err(absent) };
        match &received.state {
            Received::InReview(_) => {}
            Received::Answered(before) if *before == answer => return Ok(()),
            Received::Held | Received::Answered(_) | Received::Forwarded(_) => return Err(absent),
        }
        let state = self.answer(&mut tx, &received, answer).await?;
        tx.put_received_proposal(ReceivedProposal { state, ..received }).await?;
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    /// What moves along with a root, as far as its offers are open, in order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn together(&self, lead: RecordId) -> Result<Vec<Custody>, NodeError> {
        let mut tx = self.store.begin().await?;
        with(&mut tx, lead).await
    }

    /// Offers roots of ours to another instance. From here on nobody writes them, until the offers are sealed or called off.
    ///
    /// # Errors
    /// When we are not the home of one of them, have offered it already, or they are too many.
    pub async fn offer_together(
        &self,
        lead: RecordId,
        roots: &BTreeSet<RecordId>,
        to: NodeId,
    ) -> Result<(), NodeError> {
        if roots.len() > FED_PARCEL_ROOTS_MAX {
            return Err(NodeError::Transfer(TransferError::TooMany));
        }
        if to == self.me() || !self.setting.keys.knows(&to) {
            return Err(NodeError::Absent { what: "other instance" });
        }
        let mut tx = self.store.begin().await?;
        // Whoever reads it knows what the others go along with.
        let others = roots.iter().filter(|root| **root != lead);
        for root in roots.get(&lead).into_iter().chain(others) {
            self.offer_in(&mut tx, (*root, lead), to).await?;
        }
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    /// What we hand over with the open offers that go along with a root.
    ///
    /// # Errors
    /// When nothing of ours is offered with it, or it is more than a parcel takes.
    pub async fn parcel(&self, lead: RecordId) -> Result<Parcel, NodeError> {
        let mut tx = self.store.begin().await?;
        let open = with(&mut tx, lead).await?;
        let ours = |custody: &&Custody| custody.last().is_some_and(|last| last.home == self.me());
        let open: Vec<&Custody> = open.iter().filter(ours).collect();
        let to = open.first().and_then(|custody| custody.moving.as_ref()).map(|moving| moving.to);
        let to = to.ok_or(NodeError::Transfer(TransferError::NoOffer))?;
        let roots: BTreeSet<RecordId> = open.iter().map(|custody| custody.root).collect();
        let (mut places, mut count) = (BTreeMap::<Plane, Vec<u64>>::new(), 0_usize);
        for root in &roots {
            for own in tx.owned(*root).await?.into_iter().filter(|own| !own.deleted) {
                count = count.saturating_add(1);
                let seq = own.seq.ok_or_else(|| NodeError::Damaged { plane: own.plane.clone() })?;
                places.entry(own.plane).or_default().push(seq);
            }
        }
        if count > FED_PARCEL_RECORDS_MAX {
            return Err(NodeError::Transfer(TransferError::TooMany));
        }
        let mut logs = Vec::with_capacity(places.len());
        for (plane, mut seqs) in places {
            seqs.sort_unstable();
            logs.push(self.packed(&mut tx, &plane, &seqs).await?);
        }
        Ok(Parcel { from: self.me(), to, lead, roots, logs })
    }

    async fn packed(&self, tx: &mut S::Tx, plane: &Plane, seqs: &[u64]) -> Result<ParcelLog, NodeError> {
        let head = self.head_of(tx, plane).await?;
        let size = head.tree.size();
        let mut entries = Vec::with_capacity(seqs.len());
        for seq in seqs {
            let damaged = || NodeError::Damaged { plane: plane.clone() };
            let Entry { header, groups } = tx.entry(plane, *seq).await?.ok_or_else(damaged)?;
            let nodes = Fetched::of(tx, plane, &needed_for_inclusion(*seq, size)).await?;
            let proof = inclusion_proof(&nodes, *seq, size).ok_or_else(damaged)?;
            let all = |group: &crate::wire::Group| group.fields.iter().map(|field| field.no).collect();
            let mut groups: Vec<_> = groups.iter().map(|group| group.disclose(&all(group))).collect();
            groups.sort_by_key(crate::wire::Disclosure::no);
            entries.push(ParcelEntry { seq: *seq, header, groups, proof });
        }
        Ok(ParcelLog { note: head.note, entries })
    }

    /// Accepts everything that was offered to us along with a root. For each root the caller says what came, as the hash over it.
    ///
    /// # Errors
    /// `Incomplete` when something did not come, or is not what was offered; `NoOffer`.
    pub async fn accept_together(&self, lead: RecordId, states: &BTreeMap<RecordId, Hash>) -> Result<(), NodeError> {
        let mut tx = self.store.begin().await?;
        let mut accepted = 0_usize;
        for custody in with(&mut tx, lead).await? {
            let Some(moving) = custody.moving.clone().filter(|moving| moving.to == self.me()) else { continue };
            if states.get(&custody.root) != Some(&moving.state) {
                return Err(NodeError::Transfer(TransferError::Incomplete));
            }
            accepted = accepted.saturating_add(1);
            if moving.accept.is_none() {
                self.accept_in(&mut tx, custody, &moving).await?;
            }
        }
        if accepted == 0 || accepted != states.len() {
            return Err(NodeError::Transfer(if accepted == 0 {
                TransferError::NoOffer
            } else {
                TransferError::Incomplete
            }));
        }
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    /// Seals everything that was offered along with a root and accepted. For each root its tenure is compared with what the caller
    /// looked at, and set: all of them, or none.
    ///
    /// # Errors
    /// `NotHome` when we are not the registrar; `Tenure`, `Incomplete` and `NoOffer`.
    pub async fn seal_together(&self, lead: RecordId, compared: &BTreeMap<RecordId, u32>) -> Result<(), NodeError> {
        self.demand_registrar()?;
        let mut tx = self.store.begin().await?;
        let open = with(&mut tx, lead).await?;
        if open.is_empty() || !open.iter().map(|custody| custody.root).eq(compared.keys().copied()) {
            return Err(NodeError::Transfer(TransferError::NoOffer));
        }
        for mut custody in open {
            let tenure = compared.get(&custody.root).copied().unwrap_or_default();
            let accept = custody.moving.as_ref().and_then(|moving| moving.accept.clone());
            let at: Position = accept.ok_or(NodeError::Transfer(TransferError::Incomplete))?;
            let seal = custody.seal(tenure)?;
            self.seal_in(&mut tx, custody, seal, at).await?;
        }
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    /// Calls off everything that was offered along with a root.
    ///
    /// # Errors
    /// `NotHome` when we are not the registrar; `NoOffer` when it was sealed or called off.
    pub async fn void_together(&self, lead: RecordId) -> Result<(), NodeError> {
        self.demand_registrar()?;
        let mut tx = self.store.begin().await?;
        let open = with(&mut tx, lead).await?;
        if open.is_empty() {
            return Err(NodeError::Transfer(TransferError::NoOffer));
        }
        for custody in open {
            self.void_in(&mut tx, custody.root).await?;
        }
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    /// Says that we are done with roots that have gone to another home, each with the term that has ended.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn complete(&self, ended: &[(RecordId, u32)], to: NodeId) -> Result<(), NodeError> {
        let mut tx = self.store.begin().await?;
        for (root, tenure) in ended {
            let statement = Statement::Complete { root: *root, tenure: *tenure };
            self.state(&mut tx, &statement, &[to, self.setting.registrar], None).await?;
        }
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    fn demand_registrar(&self) -> Result<(), NodeError> {
        if self.setting.registrar == self.me() { Ok(()) } else { Err(NodeError::NotHome) }
    }
}

/// The open offers that go along with a root, in the order of their roots.
async fn with<T: StoreTx>(tx: &mut T, lead: RecordId) -> Result<Vec<Custody>, NodeError> {
    let mut open = tx.moving().await?;
    open.retain(|custody| custody.moving.as_ref().is_some_and(|moving| moving.lead == lead));
    open.sort_by_key(|custody| custody.root);
    Ok(open)
}

#[cfg(test)]
mod tests;
