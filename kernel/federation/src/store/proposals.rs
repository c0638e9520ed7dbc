//! Proposals, those of ours and those to us.

use serde_json::Value;
use tiwizi_federation_core::flow::Stored;
use tiwizi_federation_core::flow::proposal::{Base, Proposal, Received, Sent};
use tiwizi_federation_core::flow::rows::{ReceivedProposal, SentProposal};
use tiwizi_federation_core::wire::{Entity, Hash, NodeId};
use tiwizi_model::{Instant, RecordId};
use tiwizi_storage::federation::proposal::{self, ProposalRow, Way};

use super::SqlTx;
use super::error::{at, damaged};
use super::form;

impl SqlTx {
    async fn proposal_row(
        &mut self,
        way: Way,
        proposal: &Proposal,
        state: (&str, Option<String>),
    ) -> Stored<ProposalRow> {
        let now = self.now();
        Ok(ProposalRow {
            id: proposal.id.0,
            way,
            node: None,
            place: None,
            kind: self.names.kind_no(&mut self.tx, &proposal.entity.kind).await.map_err(at("proposal"))?,
            entity: proposal.entity.id,
            root: proposal.root,
            tenure: proposal.base.tenure,
            ver: proposal.base.ver,
            idem: proposal.idem,
            patch: proposal.patch.to_string(),
            account: None,
            state: state.0.to_owned(),
            answer: state.1,
            made_at: now,
            changed_at: now,
            answered_at: None,
        })
    }

    async fn proposal_of(&mut self, row: &ProposalRow) -> Stored<Proposal> {
        let kind = self.names.kind_name(&mut self.tx, row.kind).await.map_err(at("proposal"))?;
        let patch: Option<Value> = serde_json::from_str(&row.patch).ok();
        Ok(Proposal {
            id: RecordId(row.id),
            entity: Entity { kind, id: row.entity },
            root: row.root,
            base: Base { tenure: row.tenure, ver: row.ver },
            patch: patch.ok_or_else(damaged("proposal", "patch"))?,
            idem: row.idem,
        })
    }

    pub(super) async fn sent_of(&mut self, id: RecordId) -> Stored<Option<SentProposal>> {
        let Some(row) = proposal::sent(&mut self.tx, id.0).await.map_err(at("sent_proposal"))? else { return Ok(None) };
        let state = form::sent(&row.state, row.answer.as_deref()).ok_or_else(damaged("sent_proposal", "answer"))?;
        Ok(Some(SentProposal { proposal: self.proposal_of(&row).await?, state }))
    }

    pub(super) async fn set_sent(&mut self, sent: &SentProposal) -> Stored<()> {
        let row = self.proposal_row(Way::Sent, &sent.proposal, form::sent_parts(&sent.state)).await?;
        let answered_at = matches!(sent.state, Sent::Answered { .. }).then_some(row.changed_at);
        let row = ProposalRow { answered_at, ..row };
        proposal::put(&mut self.tx, &row).await.map_err(at("put_sent_proposal"))
    }

    pub(super) async fn received_of(&mut self, from: &NodeId, idem: [u8; 16]) -> Stored<Option<ReceivedProposal>> {
        let row = proposal::received(&mut self.tx, &from.0.0, &idem).await.map_err(at("received_proposal"))?;
        match row {
            Some(row) => self.received_row(row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn received_row(&mut self, row: ProposalRow) -> Stored<ReceivedProposal> {
        let name = "received_proposal";
        let state = form::received(&row.state, row.answer.as_deref()).ok_or_else(damaged(name, "answer"))?;
        let (node, place) = row.node.zip(row.place).ok_or_else(damaged(name, "sender"))?;
        Ok(ReceivedProposal {
            proposal: self.proposal_of(&row).await?,
            from: NodeId(Hash(node)),
            at: self.names.position(&mut self.tx, place).await.map_err(at(name))?,
            state,
        })
    }

    pub(super) async fn set_received(&mut self, received: &ReceivedProposal) -> Stored<()> {
        let name = "put_received_proposal";
        let row = self.proposal_row(Way::Received, &received.proposal, form::received_parts(&received.state)).await?;
        let place = self.names.place(&mut self.tx, &received.at).await.map_err(at(name))?;
        let answered_at: Option<Instant> = (!form::is_open(&received.state)).then_some(row.changed_at);
        let row = ProposalRow { node: Some(received.from.0.0), place: Some(place), answered_at, ..row };
        proposal::put(&mut self.tx, &row).await.map_err(at(name))
    }

    pub(super) async fn waiting_of(&mut self, root: RecordId) -> Stored<Vec<ReceivedProposal>> {
        let rows = proposal::open_of_root(&mut self.tx, root).await.map_err(at("waiting_proposals"))?;
        let mut waiting = Vec::with_capacity(rows.len());
        for row in rows {
            let received = self.received_row(row).await?;
            if matches!(received.state, Received::Held | Received::InReview(_)) {
                waiting.push(received);
            }
        }
        Ok(waiting)
    }
}
