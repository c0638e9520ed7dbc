//! Proposals: to make one, to decide one that came, and what a person decides about one that waits.

use serde_json::Value;
use tiwizi_model::RecordId;

use crate::flow::apply::{Ignored, Outcome};
use crate::flow::plant::Plant;
use crate::flow::proposal::{
    Answer, Custodian, Decision, Proposal, Received, Refusal, Sent, Standing, decide, difference, merged,
};
use crate::flow::rows::{ReceivedProposal, SentProposal};
use crate::flow::statement::Statement;
use crate::flow::store::{Durability, Store, StoreTx};
use crate::flow::transfer::Custody;
use crate::wire::{Entry, Header, NodeId, Plane, Position};

use super::author::Write;
use super::{Node, NodeError};

/// What a person decides about a proposal that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// It is laid over the record as it is now.
    Accept,
    /// It is not done.
    Decline(String),
}

impl<S: Store> Node<S> {
    /// Asks the home of a record for a change. The same idempotency key twice is one proposal.
    ///
    /// # Errors
    /// When no home is known, or it is us.
    pub async fn propose(&self, proposal: Proposal) -> Result<(), NodeError> {
        let mut tx = self.store.begin().await?;
        if tx.sent_proposal(proposal.id).await?.is_some() {
            return Ok(());
        }
        let custody = tx.custody(proposal.root).await?.ok_or(NodeError::Absent { what: "record" })?;
        let home = custody.last().map(|last| last.home).filter(|home| *home != self.me());
        let home = home.ok_or(NodeError::Absent { what: "other home" })?;
        let statement = Statement::Proposal { proposal: proposal.clone(), from: self.me() };
        self.state(&mut tx, &statement, &[home], None).await?;
        tx.put_sent_proposal(SentProposal { proposal, state: Sent::Waiting }).await?;
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    /// A proposal came.
    pub(super) async fn proposed(
        &self,
        tx: &mut S::Tx,
        proposal: Proposal,
        from: NodeId,
        at: Position,
    ) -> Result<Outcome, NodeError> {
        let custody = tx.custody(proposal.root).await?;
        let forwards = custody.iter().flat_map(|custody| &custody.terms).any(|term| term.home == at.log.node);
        if from != at.log.node && !forwards {
            return Ok(Outcome::Ignore(Ignored::NotHome));
        }
        let before = tx.received_proposal(&from, proposal.idem).await?;
        let again = self.setting.planted.has(Plant::ProposalTwice);
        if before.as_ref().is_some_and(|before| before.state != Received::Held) && !again {
            return Ok(Outcome::Ignore(Ignored::Duplicate));
        }
        let received = ReceivedProposal { proposal, from, at, state: Received::Held };
        self.decide_one(tx, received).await?;
        Ok(Outcome::Statement)
    }

    /// A transfer ended: decides what waited for that, and passes on what waits for a person if another instance is the home now.
    pub(super) async fn decide_waiting(&self, tx: &mut S::Tx, root: RecordId) -> Result<(), NodeError> {
        let custody = tx.custody(root).await?;
        let is_ours = custody.is_some_and(|custody| self.custodian(&custody, None) == Custodian::Us);
        for received in tx.waiting_proposals(root).await? {
            if received.state == Received::Held || !is_ours {
                self.decide_one(tx, received).await?;
            }
        }
        Ok(())
    }

    async fn decide_one(&self, tx: &mut S::Tx, received: ReceivedProposal) -> Result<(), NodeError> {
        let proposal = &received.proposal;
        let custodian = match tx.custody(proposal.root).await? {
            Some(custody) => self.custodian(&custody, Some(&received.at.log.node)),
            None => Custodian::Us,
        };
        let standing = self.standing(tx, proposal).await?;
        let mut decision = decide(proposal, None, &custodian, standing.as_ref());
        if let (Decision::Accept(_), Some(Standing { body: Some(now), seen, .. }), true) =
            (&decision, &standing, self.asks_people)
        {
            decision = Decision::Review(difference(seen.as_ref(), &proposal.patch, now));
        }
        let state = match decision {
            Decision::Repeated => return Ok(()),
            Decision::Hold => Received::Held,
            Decision::Forward(home) => {
                let statement = Statement::Proposal { proposal: proposal.clone(), from: received.from };
                self.state(tx, &statement, &[home], Some(received.at.clone())).await?;
                Received::Forwarded(home)
            }
            Decision::Review(fields) => {
                let statement = Statement::Review { proposal: proposal.id };
                self.state(tx, &statement, &[received.from], Some(received.at.clone())).await?;
                Received::InReview(fields)
            }
            Decision::Accept(body) => self.accept_one(tx, &received, body).await?,
            Decision::Refuse(refusal) => self.answer(tx, &received, Answer::Refused(refusal)).await?,
        };
        tx.put_received_proposal(ReceivedProposal { state, ..received }).await?;
        Ok(())
    }

    /// Who is the home, for a proposal that came from there: whoever would get it back has read a seal that we have not.
    fn custodian(&self, custody: &Custody, came_from: Option<&NodeId>) -> Custodian {
        match (custody.last(), &custody.moving) {
            (_, Some(_)) => Custodian::Moving,
            (Some(last), None) if came_from == Some(&last.home) => Custodian::Moving,
            (Some(last), None) if last.home != self.me() => Custodian::Other(last.home),
            _ => Custodian::Us,
        }
    }

    async fn standing(&self, tx: &mut S::Tx, proposal: &Proposal) -> Result<Option<Standing>, NodeError> {
        let Some(body) = tx.body(&proposal.entity).await? else { return Ok(None) };
        let seen = tx.body_at(&proposal.entity, proposal.base).await?;
        Ok(Some(Standing { now: body.base, body: body.value, seen }))
    }

    /// Writes what was proposed, and says so.
    async fn accept_one(
        &self,
        tx: &mut S::Tx,
        received: &ReceivedProposal,
        body: Value,
    ) -> Result<Received, NodeError> {
        let proposal = &received.proposal;
        let Some((plane, schema)) = self.written_as(tx, proposal).await? else {
            return self.answer(tx, received, Answer::Refused(Refusal::Absent)).await;
        };
        let write = Write {
            plane,
            schema,
            entity: proposal.entity.clone(),
            root: proposal.root,
            body: Some(body),
            idem: proposal.idem,
            cause: Some(received.at.clone()),
        };
        match self.write_in(tx, write).await {
            Ok(base) => self.answer(tx, received, Answer::Accepted(base)).await,
            Err(NodeError::Shape(error)) => {
                self.answer(tx, received, Answer::Refused(Refusal::Invalid(error.to_string()))).await
            }
            Err(error) => Err(error),
        }
    }

    /// The plane and the schema that a record was last written with.
    async fn written_as(&self, tx: &mut S::Tx, proposal: &Proposal) -> Result<Option<(Plane, String)>, NodeError> {
        let Some(own) = tx.own(&proposal.entity).await? else { return Ok(None) };
        let placed = match own.seq {
            Some(seq) => tx.entry(&own.plane, seq).await?,
            None => None,
        };
        let schema = match placed {
            Some(Entry { header, .. }) => Header::decode(&header)?.schema,
            None => self.drafted_schema(tx, &own.entity).await?,
        };
        Ok(Some((own.plane, schema)))
    }

    async fn drafted_schema(&self, tx: &mut S::Tx, entity: &crate::wire::Entity) -> Result<String, NodeError> {
        let drafts = tx.drafts(usize::MAX).await?;
        let last = drafts.into_iter().rev().find(|(_, draft)| draft.entity == *entity);
        Ok(last.map(|(_, draft)| draft.schema).unwrap_or_default())
    }

    pub(super) async fn answer(
        &self,
        tx: &mut S::Tx,
        received: &ReceivedProposal,
        answer: Answer,
    ) -> Result<Received, NodeError> {
        let statement = Statement::Answer { proposal: received.proposal.id, answer: answer.clone() };
        self.state(tx, &statement, &[received.from], Some(received.at.clone())).await?;
        Ok(Received::Answered(answer))
    }

    /// A person decided about a proposal that waits.
    ///
    /// # Errors
    /// When there is none, it was answered, or we are not the home any more.
    pub async fn resolve(&self, from: &NodeId, idem: [u8; 16], resolution: Resolution) -> Result<(), NodeError> {
        let mut tx = self.store.begin().await?;
        let received = tx.received_proposal(from, idem).await?;
        let in_review = |received: &ReceivedProposal| matches!(received.state, Received::InReview(_));
        let received = received.filter(in_review).ok_or(NodeError::Absent { what: "proposal in review" })?;
        let state = match resolution {
            Resolution::Decline(why) => {
                self.answer(&mut tx, &received, Answer::Refused(Refusal::Declined(why))).await?
            }
            Resolution::Accept => match tx.body(&received.proposal.entity).await?.and_then(|body| body.value) {
                Some(now) => self.accept_one(&mut tx, &received, merged(&now, &received.proposal.patch)).await?,
                None => self.answer(&mut tx, &received, Answer::Refused(Refusal::Absent)).await?,
            },
        };
        tx.put_received_proposal(ReceivedProposal { state, ..received }).await?;
        tx.commit(Durability::Synced).await?;
        Ok(())
    }
}
