//! Agreements as they pass between the two control logs, and what a new version of one changes here.
//!
//! The two sides hear of each step by their control logs, which come before everything else. Whoever is given less drops it in the
//! transaction that takes the new version; whoever is given more reads the log again from its beginning.

use std::collections::BTreeSet;

use tiwizi_model::Instant;

use crate::agreement::{
    AgreementId, Difference, Document, Keys, Life, PAYLOAD_TYPE, Retraction, Signed, State, Step, compare,
};
use crate::flow::apply::{Ignored, Outcome};
use crate::flow::receive::{Proven, read};
use crate::flow::rows::{Agreed, Feed, Held, HeldLife, ParkReason, Parked};
use crate::flow::statement::{AgreementStep, Statement};
use crate::flow::store::{Durability, Store, StoreTx};
use crate::wire::{Disclosure, Envelope, LogId, NodeId, encode_json, field_no};

use super::{Node, NodeError};

const NOTHING: Outcome = Outcome::Ignore(Ignored::NotHome);
/// Rows that are read at once.
const STEP: usize = 500;

impl<S: Store> Node<S> {
    /// Signs a document and offers it to its other side.
    ///
    /// # Errors
    /// When we are no side of it, or its time is over.
    pub async fn offer_agreement(&self, document: Document) -> Result<(), NodeError> {
        let mut tx = self.store.begin().await?;
        let id = document.id;
        let envelope = Envelope::sign(PAYLOAD_TYPE, document.encode(), &self.key);
        let signed = Signed::open(&envelope, &self.setting.keys, Keys::Current)?;
        let refused = |source| NodeError::Step { id, source };
        let mut life = Life::draft(document, self.me()).map_err(refused)?;
        life.step(Step::Offer(&signed), self.me(), self.ambient.now()).map_err(refused)?;
        let current = tx.agreement(id).await?.and_then(|agreed| agreed.current);
        let envelope = envelope.encode();
        let version = life.document().version;
        let other = life.document().other(&self.me()).copied();
        tx.put_agreement(Agreed { id, current, next: Some(life), envelope: Some(envelope.clone()) }).await?;
        self.say_step(&mut tx, id, version, "offer", Some(envelope), other).await?;
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    /// Signs what was offered to us, when that is what was looked at: an offer may be another one under the same number by now.
    ///
    /// # Errors
    /// `Absent` when that is not on offer.
    pub async fn sign_agreement(&self, looked_at: &Document) -> Result<(), NodeError> {
        let id = looked_at.id;
        let mut tx = self.store.begin().await?;
        let absent = NodeError::Absent { what: "agreement on offer" };
        let Some(Agreed { current, next: Some(mut life), envelope: Some(bytes), .. }) = tx.agreement(id).await? else {
            return Err(absent);
        };
        if life.document() != looked_at {
            return Err(absent);
        }
        let Ok(mut envelope) = Envelope::decode(&bytes) else { return Err(absent) };
        envelope.add(&self.key);
        let signed = Signed::open(&envelope, &self.setting.keys, Keys::Every)?;
        let step = life.step(Step::Sign(&signed), self.me(), self.ambient.now());
        step.map_err(|source| NodeError::Step { id, source })?;
        let (version, other) = (life.document().version, life.document().other(&self.me()).copied());
        let envelope = envelope.encode();
        tx.put_agreement(Agreed { id, current, next: Some(life), envelope: Some(envelope.clone()) }).await?;
        self.say_step(&mut tx, id, version, "sign", Some(envelope), other).await?;
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    /// Declines what was offered to us, or takes back what we offered, when that is what was looked at.
    ///
    /// # Errors
    /// `Absent` when that is not on offer; when it is the other side's step.
    pub async fn turn_down_agreement(&self, looked_at: &Document, step: Step<'_>) -> Result<(), NodeError> {
        let id = looked_at.id;
        let mut tx = self.store.begin().await?;
        let absent = NodeError::Absent { what: "agreement on offer" };
        let Some(mut agreed) = tx.agreement(id).await? else { return Err(absent) };
        let is_it = |life: &&mut Life| life.document() == looked_at && life.state() == State::Offered;
        let Some(life) = agreed.next.as_mut().filter(is_it) else { return Err(absent) };
        life.step(step, self.me(), self.ambient.now()).map_err(|source| NodeError::Step { id, source })?;
        // Another offer under the same number may be on its way here: a no says to which one it is.
        let envelope = agreed.envelope.clone().filter(|_| step == Step::Decline);
        tx.put_agreement(agreed).await?;
        let other = looked_at.other(&self.me()).copied();
        self.say_step(&mut tx, id, looked_at.version, step.name(), envelope, other).await?;
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    /// Holds up, holds up no more, or ends what is in force.
    ///
    /// # Errors
    /// When nothing is, or it is not our step.
    pub async fn step_agreement(&self, id: AgreementId, step: Step<'_>) -> Result<(), NodeError> {
        let mut tx = self.store.begin().await?;
        let Some(mut agreed) = tx.agreement(id).await? else { return Err(NodeError::Absent { what: "agreement" }) };
        let Some(life) = agreed.current.as_mut() else { return Err(NodeError::Absent { what: "agreement in force" }) };
        life.step(step, self.me(), self.ambient.now()).map_err(|source| NodeError::Step { id, source })?;
        let document = life.document().clone();
        tx.put_agreement(agreed).await?;
        self.say_step(&mut tx, id, document.version, step.name(), None, document.other(&self.me()).copied()).await?;
        if step == Step::Terminate {
            self.follow(&mut tx, Some(&document), None).await?;
        }
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    /// Lets time pass for every agreement, and keeps what it ended, so that no restart and no clock that goes back revives one. What was
    /// given to us is dropped with that. Tells which have ended by it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn expire(&self, now: Instant) -> Result<Vec<AgreementId>, NodeError> {
        let mut tx = self.store.begin().await?;
        let mut ended = Vec::new();
        for mut agreed in tx.agreements().await? {
            if self.let_pass(&mut tx, &mut agreed, now).await? {
                ended.push(agreed.id);
            }
        }
        if !ended.is_empty() {
            tx.commit(Durability::Synced).await?;
        }
        Ok(ended)
    }

    /// Lets time pass for one agreement. Tells whether that ended a version of it.
    pub(super) async fn let_pass(&self, tx: &mut S::Tx, agreed: &mut Agreed, now: Instant) -> Result<bool, NodeError> {
        let current_ends = agreed.current.as_mut().is_some_and(|life| ends(life, now));
        let next_ends = agreed.next.as_mut().is_some_and(|life| ends(life, now));
        if !current_ends && !next_ends {
            return Ok(false);
        }
        tx.put_agreement(agreed.clone()).await?;
        if let Some(life) = agreed.current.as_ref().filter(|_| current_ends) {
            self.follow(tx, Some(life.document()), None).await?;
        }
        Ok(true)
    }

    async fn say_step(
        &self,
        tx: &mut S::Tx,
        id: AgreementId,
        version: u32,
        step: &str,
        envelope: Option<Vec<u8>>,
        to: Option<NodeId>,
    ) -> Result<(), NodeError> {
        let step = AgreementStep { id, version, step: step.to_owned(), envelope };
        self.state(tx, &Statement::Agreement(step), to.as_slice(), None).await
    }

    /// The other side took a step.
    pub(super) async fn agreement_step(
        &self,
        tx: &mut S::Tx,
        step: AgreementStep,
        by: NodeId,
    ) -> Result<Outcome, NodeError> {
        let signed = match self.signed(&step) {
            Ok(signed) => signed,
            Err(outcome) => return Ok(outcome),
        };
        let agreed = tx.agreement(step.id).await?;
        match (step.step.as_str(), signed) {
            ("offer", Some(signed)) => self.offered_agreement(tx, agreed, step, &signed, by).await,
            ("sign", Some(signed)) => self.signed_agreement(tx, agreed, step, &signed, by).await,
            ("activate", None) => self.activated(tx, agreed, step.version, by).await,
            ("suspend", None) => self.stepped(tx, agreed, Step::Suspend, step.version, by).await,
            ("resume", None) => self.stepped(tx, agreed, Step::Resume, step.version, by).await,
            ("terminate", None) => self.stepped(tx, agreed, Step::Terminate, step.version, by).await,
            ("decline", Some(signed)) => {
                let is_it = |life: &Life| life.document() == signed.document();
                self.turned_down(tx, agreed, (Step::Decline, by), is_it).await
            }
            ("withdraw", None) => {
                let is_it = |life: &Life| life.document().version == step.version;
                self.turned_down(tx, agreed, (Step::Withdraw, by), is_it).await
            }
            _ => Ok(Outcome::Park(ParkReason::UnknownForm)),
        }
    }

    /// The document of a step, if it has one; a document that is not taken makes the step nothing.
    fn signed(&self, step: &AgreementStep) -> Result<Option<Signed>, Outcome> {
        let Some(bytes) = &step.envelope else { return Ok(None) };
        let envelope = Envelope::decode(bytes).map_err(|_| NOTHING)?;
        let signed = Signed::open(&envelope, &self.setting.keys, Keys::Every).map_err(|_| NOTHING)?;
        let document = signed.document();
        let fits = document.id == step.id && document.version == step.version && document.has_party(&self.me());
        if fits { Ok(Some(signed)) } else { Err(NOTHING) }
    }

    async fn offered_agreement(
        &self,
        tx: &mut S::Tx,
        agreed: Option<Agreed>,
        step: AgreementStep,
        signed: &Signed,
        by: NodeId,
    ) -> Result<Outcome, NodeError> {
        let (current, next) = agreed.map_or((None, None), |agreed| (agreed.current, agreed.next));
        // Nobody takes the place of another instance in an agreement.
        if current.iter().chain(&next).any(|life| !life.document().has_party(&by)) {
            return Ok(NOTHING);
        }
        let newest = current.as_ref().map_or(0, |life| life.document().version);
        if step.version <= newest {
            return Ok(Outcome::Ignore(Ignored::Duplicate));
        }
        let Ok(mut life) = Life::draft(signed.document().clone(), by) else { return Ok(NOTHING) };
        if life.step(Step::Offer(signed), by, self.ambient.now()).is_err() {
            return Ok(NOTHING);
        }
        tx.put_agreement(Agreed { id: step.id, current, next: Some(life), envelope: step.envelope }).await?;
        Ok(Outcome::Statement)
    }

    async fn signed_agreement(
        &self,
        tx: &mut S::Tx,
        agreed: Option<Agreed>,
        step: AgreementStep,
        signed: &Signed,
        by: NodeId,
    ) -> Result<Outcome, NodeError> {
        let Some(Agreed { current, next: Some(mut life), .. }) = agreed else { return Ok(NOTHING) };
        let now = self.ambient.now();
        let is_ours = life.document() == signed.document() && life.step(Step::Sign(signed), by, now).is_ok();
        if !is_ours || life.step(Step::Activate, self.me(), now).is_err() {
            return Ok(NOTHING);
        }
        let envelope = step.envelope.clone();
        self.come_into_force(tx, Agreed { id: step.id, current, next: Some(life), envelope }).await?;
        self.say_step(tx, step.id, step.version, "activate", None, Some(by)).await?;
        Ok(Outcome::Statement)
    }

    async fn activated(
        &self,
        tx: &mut S::Tx,
        agreed: Option<Agreed>,
        version: u32,
        by: NodeId,
    ) -> Result<Outcome, NodeError> {
        let Some(mut agreed) = agreed else { return Ok(NOTHING) };
        let Some(life) = agreed.next.as_mut().filter(|life| life.document().version == version) else {
            return Ok(NOTHING);
        };
        if life.step(Step::Activate, by, self.ambient.now()).is_err() {
            return Ok(NOTHING);
        }
        self.come_into_force(tx, agreed).await?;
        Ok(Outcome::Statement)
    }

    async fn stepped(
        &self,
        tx: &mut S::Tx,
        agreed: Option<Agreed>,
        step: Step<'_>,
        version: u32,
        by: NodeId,
    ) -> Result<Outcome, NodeError> {
        let Some(mut agreed) = agreed else { return Ok(NOTHING) };
        let Some(life) = agreed.current.as_mut().filter(|life| life.document().version == version) else {
            return Ok(NOTHING);
        };
        if life.step(step, by, self.ambient.now()).is_err() {
            return Ok(NOTHING);
        }
        let document = life.document().clone();
        tx.put_agreement(agreed).await?;
        if step == Step::Terminate {
            self.follow(tx, Some(&document), None).await?;
        }
        Ok(Outcome::Statement)
    }

    async fn turned_down(
        &self,
        tx: &mut S::Tx,
        agreed: Option<Agreed>,
        (step, by): (Step<'_>, NodeId),
        is_it: impl Fn(&Life) -> bool + Send,
    ) -> Result<Outcome, NodeError> {
        let Some(mut agreed) = agreed else { return Ok(NOTHING) };
        let Some(life) = agreed.next.as_mut().filter(|life| is_it(life)) else { return Ok(NOTHING) };
        if life.step(step, by, self.ambient.now()).is_err() {
            return Ok(NOTHING);
        }
        tx.put_agreement(agreed).await?;
        Ok(Outcome::Statement)
    }

    /// The next version takes the place of the one in force.
    async fn come_into_force(&self, tx: &mut S::Tx, agreed: Agreed) -> Result<(), NodeError> {
        let Agreed { id, current, next, envelope } = agreed;
        let Some(next) = next else { return Ok(()) };
        // What an end has taken back is given anew, from the beginning.
        if let Some(life) = current.as_ref().filter(|life| is_over(life)) {
            self.follow(tx, Some(life.document()), None).await?;
        }
        let old = current.filter(|life| !is_over(life)).map(|life| life.document().clone());
        let new = next.document().clone();
        tx.put_agreement(Agreed { id, current: Some(next), next: None, envelope }).await?;
        let gives_less = compare(old.as_ref(), Some(&new), &self.me()).narrows();
        if let Some(other) = new.other(&self.me()).filter(|_| gives_less) {
            let retract = Statement::Retract { id, version: new.version };
            self.state(tx, &retract, &[*other], None).await?;
        }
        self.follow(tx, old.as_ref(), Some(&new)).await
    }

    /// What we are given changes: what is given no more is dropped, what is given now is read from the beginning.
    async fn follow(&self, tx: &mut S::Tx, old: Option<&Document>, new: Option<&Document>) -> Result<(), NodeError> {
        let Some(holder) = new.or(old).and_then(|document| document.other(&self.me()).copied()) else { return Ok(()) };
        let Some(id) = new.or(old).map(|document| document.id) else { return Ok(()) };
        let difference = compare(old, new, &holder);
        let unread = self.drop_given(tx, id, &difference).await?;
        let Some(new) = new else { return Ok(()) };
        let fill = difference.planes_to_fill();
        for plane in new.grants.get(&holder).into_iter().flat_map(|planes| planes.keys()) {
            let log = LogId { node: holder, plane: plane.clone() };
            let feed = Feed { log, agreement: Some(id) };
            let Some(mut cursor) = tx.cursor(&feed).await? else { continue };
            if fill.contains(plane) || unread.contains(&feed.log) {
                cursor = cursor.refilled(new.version);
            }
            cursor.version = new.version;
            tx.put_cursor(&feed, cursor).await?;
        }
        Ok(())
    }

    /// Drops what is given no more, of what is held and of what waits. Tells of which logs entries waited that could not be read: they
    /// are dropped whole, and have to come again.
    async fn drop_given(
        &self,
        tx: &mut S::Tx,
        id: AgreementId,
        difference: &Difference,
    ) -> Result<BTreeSet<LogId>, NodeError> {
        let mut unread = BTreeSet::new();
        if difference.retract.is_empty() {
            return Ok(unread);
        }
        let mut after = None;
        loop {
            let batch = tx.held_after(Some(id), after.as_ref(), STEP).await?;
            let Some(last) = batch.last() else { break };
            after = Some(last.entity.clone());
            for held in batch {
                let less = less_of(difference, &held);
                if less != held {
                    tx.put_held(less).await?;
                }
            }
        }
        let mut after = None;
        loop {
            let batch = tx.parked_after(after.clone(), STEP).await?;
            let Some(last) = batch.last() else { break };
            after = Some((last.agreement, last.at.clone()));
            for parked in batch.into_iter().filter(|parked| parked.agreement == Some(id)) {
                // It is read again from its log, by what holds now.
                unread.insert(parked.at.log.clone());
                let Parked { at, .. } = parked;
                tx.unpark(Some(id), &at).await?;
            }
        }
        Ok(unread)
    }
}

fn is_over(life: &Life) -> bool {
    life.state().is_over()
}

/// Whether a version comes to its end by that moment. A version that ended before is not told again.
fn ends(life: &mut Life, now: Instant) -> bool {
    let was_over = is_over(life);
    life.tick(now);
    is_over(life) && !was_over
}

/// What is left of something that is held.
fn less_of(difference: &Difference, held: &Held) -> Held {
    let place = (held.at.log.plane.clone(), held.entity.kind.clone());
    let mut left = held.clone();
    for retraction in difference.retract.get(&place).into_iter().flatten() {
        match retraction {
            Retraction::Kind => withdraw(&mut left),
            Retraction::Fields(names) => {
                let hidden = names.iter().map(|name| field_no(&held.entity.kind, name)).collect();
                left.shown = left.shown.into_iter().map(|shown| shown.without(&hidden)).filter(shows).collect();
            }
            Retraction::Rows { left: rows } => {
                let lets_through = rows.iter().all(|(name, values)| {
                    let allowed = values.iter().filter_map(|value| encode_json(&value.json()).ok());
                    value_of(held, name).is_some_and(|value| allowed.into_iter().any(|allowed| allowed == value))
                });
                if !lets_through {
                    withdraw(&mut left);
                }
            }
        }
    }
    left
}

fn withdraw(held: &mut Held) {
    held.shown = Vec::new();
    if held.life == HeldLife::Live {
        held.life = HeldLife::Withdrawn;
    }
}

/// Whether anything is shown still.
fn shows(disclosure: &Disclosure) -> bool {
    match disclosure {
        Disclosure::Whole { fields, .. } => !fields.is_empty(),
        Disclosure::Some { leaves, .. } => {
            leaves.iter().any(|leaf| matches!(leaf, crate::wire::LeafShown::Shown { .. }))
        }
    }
}

/// The value of a field of something that is held.
fn value_of(held: &Held, name: &str) -> Option<Vec<u8>> {
    let entry = Proven {
        at: held.at.clone(),
        leaf: held.leaf,
        raw: held.header.clone(),
        header: None,
        shown: held.shown.clone(),
        fields: Vec::new(),
        withdrawn: false,
    };
    let number = field_no(&held.entity.kind, name);
    let fields = read(entry, None).ok()?.fields;
    fields.into_iter().find(|(_, field)| field.no == number).map(|(_, field)| field.value)
}

#[cfg(test)]
mod tests;
