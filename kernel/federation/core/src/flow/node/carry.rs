//! Carrying out what entries of control logs say.
//!
//! Who may say what is held here: proposals go to the home, answers come from one, offers from the home, acceptances from whom it was
//! offered to, seals from the registrar. What somebody had no right to say changes nothing.

use crate::agreement::Life;
use crate::flow::apply::{Ignored, Outcome};
use crate::flow::proposal::{Sent, Told};
use crate::flow::receive::Proven;
use crate::flow::rows::{Feed, ParkReason, SentProposal};
use crate::flow::statement::Statement;
use crate::flow::store::{Store, StoreTx};
use crate::flow::transfer::{Custody, Moving, Seal, TransferError};
use crate::wire::{Field, Header, NodeId, Plane, Position};

use super::{Node, NodeError};

const NOTHING: Outcome = Outcome::Ignore(Ignored::NotHome);

impl<S: Store> Node<S> {
    pub(super) async fn carry_out(
        &self,
        tx: &mut S::Tx,
        feed: &Feed,
        entry: &Proven,
        header: &Header,
    ) -> Result<Outcome, NodeError> {
        // Statements stand in control logs, and count from there alone.
        if feed.agreement.is_some() || feed.log.plane != Plane::control() {
            return Ok(NOTHING);
        }
        let fields: Vec<Field> = entry.fields.iter().map(|(_, field)| field.clone()).collect();
        let Ok(statement) = Statement::read(&header.kind, header.entity.id, &fields) else {
            return Ok(Outcome::Park(ParkReason::UnknownForm));
        };
        let at = entry.at.clone();
        match statement {
            Statement::Proposal { proposal, from } => self.proposed(tx, proposal, from, at).await,
            Statement::Review { proposal } => self.told(tx, proposal, Told::Review, at).await,
            Statement::Answer { proposal, answer } => self.told(tx, proposal, Told::Answer(answer), at).await,
            Statement::Offer { root, tenure, to, fence, state, lead } => {
                let moving = Moving { offer: at, to, fence, state, accept: None, lead };
                self.offered(tx, root, tenure, moving).await
            }
            Statement::Accept { root, offer } => self.accepted(tx, root, &offer, at).await,
            Statement::Seal(seal) => self.sealed(tx, seal, at).await,
            Statement::Void { root, offer } => self.voided(tx, root, &offer, &at).await,
            Statement::Complete { .. } | Statement::Retract { .. } => Ok(Outcome::Statement),
            Statement::Agreement(step) => self.agreement_step(tx, step, at.log.node).await,
            Statement::Package(part) => self.packaged(tx, (feed, entry, header), &part).await,
            Statement::Case(_) => self.keep_told(tx, feed, entry, header).await,
        }
    }

    /// A home said something about a proposal of ours.
    async fn told(
        &self,
        tx: &mut S::Tx,
        id: tiwizi_model::RecordId,
        told: Told,
        at: Position,
    ) -> Result<Outcome, NodeError> {
        let Some(sent) = tx.sent_proposal(id).await? else { return Ok(NOTHING) };
        let custody = tx.custody(sent.proposal.root).await?;
        let homes = custody.iter().flat_map(|custody| &custody.terms).any(|term| term.home == at.log.node);
        if !homes {
            // It may be the home after a seal that was not read here yet.
            let tenure = custody.as_ref().and_then(Custody::last).map_or(1, |last| last.tenure.saturating_add(1));
            return Ok(Outcome::Park(ParkReason::Seal { tenure }));
        }
        let SentProposal { proposal, state } = sent;
        let Ok(state) = Sent::told(state, told, at) else { return Ok(Outcome::Ignore(Ignored::SaidTwice)) };
        tx.put_sent_proposal(SentProposal { proposal, state }).await?;
        Ok(Outcome::Statement)
    }

    async fn offered(
        &self,
        tx: &mut S::Tx,
        root: tiwizi_model::RecordId,
        tenure: u32,
        moving: Moving,
    ) -> Result<Outcome, NodeError> {
        let from = moving.offer.log.node;
        let mut custody = tx.custody(root).await?.unwrap_or_else(|| Custody::founded(root, tenure, from));
        match custody.offer(tenure, moving) {
            Ok(()) => {}
            Err(TransferError::Tenure { compared, now }) if compared > now => {
                return Ok(Outcome::Park(ParkReason::Seal { tenure }));
            }
            // The home before offers as long as it has not read the seal of a later term: it has no right to any more.
            Err(TransferError::NotHome) if custody.last().is_some_and(|last| last.tenure < tenure) => {
                return Ok(Outcome::Park(ParkReason::Seal { tenure }));
            }
            Err(_) => return Ok(NOTHING),
        }
        tx.put_custody(custody).await?;
        Ok(Outcome::Statement)
    }

    async fn accepted(
        &self,
        tx: &mut S::Tx,
        root: tiwizi_model::RecordId,
        offer: &Position,
        at: Position,
    ) -> Result<Outcome, NodeError> {
        if self.awaits_offer(tx, offer).await? {
            return Ok(Outcome::Park(ParkReason::Cause(offer.clone())));
        }
        let Some(mut custody) = tx.custody(root).await? else { return Ok(NOTHING) };
        if custody.accept(offer, at.clone()).is_err() {
            return Ok(NOTHING);
        }
        tx.put_custody(custody.clone()).await?;
        if self.setting.registrar == self.me() && self.seals_at_once() {
            self.seal(tx, custody, at).await?;
        }
        Ok(Outcome::Statement)
    }

    /// Whether we are to seal what was accepted, and have read nothing yet of the log that it was offered in. Nobody says again that it accepts, so
    /// the word waits for the offer. Others do not wait: they may have no line to the giver, and a seal tells them all there is to know.
    async fn awaits_offer(&self, tx: &mut S::Tx, offer: &Position) -> Result<bool, NodeError> {
        let feed = Feed { log: offer.log.clone(), agreement: None };
        if self.setting.registrar != self.me() || offer.log.node == self.me() || self.takes(tx, &feed).await?.is_none()
        {
            return Ok(false);
        }
        Ok(self.reached(tx, &offer.log).await?.is_none() && tx.stopped(&offer.log).await?.is_none())
    }

    async fn sealed(&self, tx: &mut S::Tx, seal: Seal, at: Position) -> Result<Outcome, NodeError> {
        if at.log.node != self.setting.registrar {
            return Ok(NOTHING);
        }
        let root = seal.root;
        let unknown = Custody { root, terms: Vec::new(), moving: None };
        let mut custody = tx.custody(root).await?.unwrap_or(unknown);
        if custody.last().is_some_and(|last| last.tenure >= seal.tenure) {
            return Ok(Outcome::Ignore(Ignored::Duplicate));
        }
        custody.sealed(&seal);
        tx.put_custody(custody).await?;
        self.change_hands(tx, &seal, at).await?;
        self.decide_waiting(tx, root).await?;
        Ok(Outcome::Statement)
    }

    async fn voided(
        &self,
        tx: &mut S::Tx,
        root: tiwizi_model::RecordId,
        offer: &Position,
        at: &Position,
    ) -> Result<Outcome, NodeError> {
        if at.log.node != self.setting.registrar {
            return Ok(NOTHING);
        }
        let Some(mut custody) = tx.custody(root).await? else { return Ok(NOTHING) };
        if custody.void(offer).is_err() {
            return Ok(NOTHING);
        }
        tx.put_custody(custody).await?;
        self.decide_waiting(tx, root).await?;
        Ok(Outcome::Statement)
    }

    /// The feeds that are taken here, each with the version of its agreement: the control log of every member, and what others give by
    /// agreements in force.
    pub(super) async fn feeds(&self, tx: &mut S::Tx) -> Result<Vec<(Feed, u32)>, NodeError> {
        let me = self.me();
        let others = self.setting.keys.nodes().filter(|node| **node != me);
        let control = |node: &NodeId| crate::wire::LogId { node: *node, plane: Plane::control() };
        let mut feeds: Vec<(Feed, u32)> =
            others.map(|node| (Feed { log: control(node), agreement: None }, 0)).collect();
        for agreed in tx.agreements().await? {
            let Some(document) = agreed.current.as_ref().filter(|life| is_taken(life)).map(Life::document) else {
                continue;
            };
            let Some(holder) = document.other(&me).copied() else { continue };
            for plane in document.grants.get(&holder).into_iter().flat_map(|planes| planes.keys()) {
                let log = crate::wire::LogId { node: holder, plane: plane.clone() };
                feeds.push((Feed { log, agreement: Some(agreed.id) }, document.version));
            }
        }
        Ok(feeds)
    }

    /// Whether a feed is taken here, and by which version of its agreement.
    pub(super) async fn takes(&self, tx: &mut S::Tx, feed: &Feed) -> Result<Option<u32>, NodeError> {
        let Some(id) = feed.agreement else {
            let member = self.setting.keys.knows(&feed.log.node) && feed.log.plane == Plane::control();
            return Ok(member.then_some(0));
        };
        let Some(agreed) = tx.agreement(id).await? else { return Ok(None) };
        let document = agreed.current.as_ref().filter(|life| is_taken(life)).map(Life::document);
        let given = document.filter(|document| document.given(&feed.log.node, &feed.log.plane).is_some());
        Ok(given.filter(|document| document.other(&self.me()) == Some(&feed.log.node)).map(|document| document.version))
    }
}

/// What was given before an agreement ended may still arrive until the receiver knows of its end; time alone is the holder's matter.
fn is_taken(life: &Life) -> bool {
    use crate::agreement::State;
    matches!(life.state(), State::Active | State::Suspended)
}
