//! The steps of a transfer that we take ourselves: to offer, to accept, to seal, to call off.

use tiwizi_model::RecordId;

use crate::flow::plant::Plant;
use crate::flow::proposal::Base;
use crate::flow::rows::{Held, HeldLife};
use crate::flow::statement::Statement;
use crate::flow::store::{Durability, Store, StoreTx};
use crate::flow::transfer::{Custody, Fence, Moving, Seal, TransferError};
use crate::wire::{Entity, Hash, LogId, NodeId, Plane, Position};

use super::{Node, NodeError};

/// Keeps the hash over what there is of a root apart from every other.
const STATE: &[u8] = b"tiwizi/transfer-state\0";

/// The hash over the live records of a root: of each its name, its version and its leaf, in order.
#[must_use]
pub fn state_of(mut records: Vec<(Entity, Base, Hash)>) -> Hash {
    records.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let parts = records.into_iter().map(|(entity, base, leaf)| {
        let (name, place) = (entity.to_string(), format!(" {} {} ", base.tenure, base.ver));
        [name.as_bytes(), place.as_bytes(), &leaf.0].concat()
    });
    Hash::of(&[STATE, &parts.collect::<Vec<_>>().concat()])
}

impl<S: Store> Node<S> {
    /// Offers a root of ours to another instance. From here on we do not write it, until the offer is called off.
    ///
    /// # Errors
    /// When we are not its home, or have offered it already.
    pub async fn offer(&self, root: RecordId, to: NodeId) -> Result<Position, NodeError> {
        let mut tx = self.store.begin().await?;
        let offer = self.offer_in(&mut tx, (root, root), to).await?;
        tx.commit(Durability::Synced).await?;
        Ok(offer)
    }

    /// The same within a transaction that somebody else commits. The second root is the one that the first moves along with.
    pub(super) async fn offer_in(
        &self,
        tx: &mut S::Tx,
        (root, lead): (RecordId, RecordId),
        to: NodeId,
    ) -> Result<Position, NodeError> {
        let mut custody = tx.custody(root).await?.ok_or(NodeError::Absent { what: "record" })?;
        let tenure = custody.last().filter(|last| last.home == self.me()).ok_or(NodeError::NotHome)?.tenure;
        if custody.moving.is_some() {
            return Err(NodeError::Moving);
        }
        // Everything that was written of it gets its place first: the fence stands behind all of it.
        while self.sequence_in(tx).await? > 0 {}
        let control = Plane::control();
        let mut fence = Fence::default();
        for plane in tx.planes().await?.into_iter().filter(|plane| *plane != control) {
            let head = self.head_of(tx, &plane).await?;
            fence.0.insert(plane, head.tree.size());
        }
        let records = tx.owned(root).await?.into_iter().filter(|own| !own.deleted);
        let state = state_of(records.map(|own| (own.entity, own.base, own.leaf)).collect());
        let head = self.head_of(tx, &control).await?;
        let log = LogId { node: self.me(), plane: control };
        let offer = Position { log, epoch: head.epoch, seq: head.tree.size() };
        let statement = Statement::Offer { root, tenure, to, fence: fence.clone(), state, lead };
        self.state(tx, &statement, &[to, self.setting.registrar], None).await?;
        self.sequence_in(tx).await?;
        custody.offer(tenure, Moving { offer: offer.clone(), to, fence, state, accept: None, lead })?;
        tx.put_custody(custody).await?;
        Ok(offer)
    }

    /// Accepts what was offered to us and is here as a whole. Tells which roots.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn accept_offers(&self) -> Result<Vec<RecordId>, NodeError> {
        let mut tx = self.store.begin().await?;
        let mut accepted = Vec::new();
        for custody in tx.moving().await? {
            let Some(moving) = custody.moving.clone() else { continue };
            if moving.to != self.me()
                || moving.accept.is_some()
                || !self.is_complete(&mut tx, &custody, &moving).await?
            {
                continue;
            }
            accepted.push(custody.root);
            let (custody, at) = self.accept_in(&mut tx, custody, &moving).await?;
            if self.setting.registrar == self.me() {
                self.seal(&mut tx, custody, at).await?;
            }
        }
        if !accepted.is_empty() {
            tx.commit(Durability::Synced).await?;
        }
        Ok(accepted)
    }

    /// Says that we have everything of an offer.
    pub(super) async fn accept_in(
        &self,
        tx: &mut S::Tx,
        mut custody: Custody,
        moving: &Moving,
    ) -> Result<(Custody, Position), NodeError> {
        let statement = Statement::Accept { root: custody.root, offer: moving.offer.clone() };
        while self.sequence_in(tx).await? > 0 {}
        let head = self.head_of(tx, &Plane::control()).await?;
        let log = LogId { node: self.me(), plane: Plane::control() };
        let at = Position { log, epoch: head.epoch, seq: head.tree.size() };
        let to = [moving.offer.log.node, self.setting.registrar];
        self.state(tx, &statement, &to, Some(moving.offer.clone())).await?;
        self.sequence_in(tx).await?;
        custody.accept(&moving.offer, at.clone())?;
        tx.put_custody(custody.clone()).await?;
        Ok((custody, at))
    }

    /// Whether everything that was offered is here.
    async fn is_complete(&self, tx: &mut S::Tx, custody: &Custody, moving: &Moving) -> Result<bool, NodeError> {
        let from = moving.offer.log.node;
        let probe = Seal {
            root: custody.root,
            tenure: 0,
            from,
            to: moving.to,
            fence: moving.fence.clone(),
            offer: moving.offer.clone(),
        };
        let held = self.held_of(tx, &probe).await?;
        for plane in held.iter().map(|held| &held.at.log.plane) {
            let log = LogId { node: from, plane: plane.clone() };
            let head = moving.fence.0.get(plane).copied().unwrap_or_default();
            if self.reached(tx, &log).await?.is_none_or(|next| next < head) {
                return Ok(false);
            }
        }
        let live: Vec<Held> = held.into_iter().filter(|held| held.life == HeldLife::Live).collect();
        // A field that has no name here could not be written again: the root waits for a version that knows it.
        if live.iter().any(|held| self.has_unknown_fields(held)) {
            return Ok(false);
        }
        Ok(state_of(live.into_iter().map(|held| (held.entity, held.base, held.leaf)).collect()) == moving.state)
    }

    /// The registrar seals what was accepted.
    pub(super) async fn seal(&self, tx: &mut S::Tx, mut custody: Custody, at: Position) -> Result<(), NodeError> {
        let tenure = custody.last().map_or(0, |last| last.tenure);
        match custody.seal(tenure) {
            Ok(seal) => self.seal_in(tx, custody, seal, at).await,
            Err(_) => Ok(()),
        }
    }

    /// Keeps and says that a root has another home. `at` is where the receiver accepted.
    pub(super) async fn seal_in(
        &self,
        tx: &mut S::Tx,
        custody: Custody,
        seal: Seal,
        at: Position,
    ) -> Result<(), NodeError> {
        tx.put_custody(custody).await?;
        self.state(tx, &Statement::Seal(seal.clone()), &[seal.from, seal.to], Some(at.clone())).await?;
        self.change_hands(tx, &seal, at).await?;
        self.decide_waiting(tx, seal.root).await
    }

    /// The registrar calls an open offer off: its home may write again.
    ///
    /// # Errors
    /// When we are not the registrar, or the offer was sealed or called off.
    pub async fn void(&self, root: RecordId) -> Result<(), NodeError> {
        if self.setting.registrar != self.me() {
            return Err(NodeError::NotHome);
        }
        let mut tx = self.store.begin().await?;
        self.void_in(&mut tx, root).await?;
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    /// The same within a transaction that somebody else commits.
    pub(super) async fn void_in(&self, tx: &mut S::Tx, root: RecordId) -> Result<(), NodeError> {
        let mut custody = tx.custody(root).await?.ok_or(NodeError::Absent { what: "record" })?;
        let moving = custody.moving.as_ref().ok_or(NodeError::Transfer(TransferError::NoOffer))?;
        let offer = moving.offer.clone();
        custody.void(&offer)?;
        // The bug: the offer that is void stays open with the registrar, so that a late acceptance is sealed.
        if !self.setting.planted.has(Plant::SealUncompared) {
            tx.put_custody(custody).await?;
        }
        let statement = Statement::Void { root, offer: offer.clone() };
        self.state(tx, &statement, &[offer.log.node], Some(offer.clone())).await?;
        self.decide_waiting(tx, root).await
    }
}
