//! What keeps the records of proposals and the node in step: what people did here is told, what came is kept, and what others answered is
//! noted. Every step may be done twice, and is done again after a restart.

use serde_json::{Map, Value, json};
use tiwizi_federation_core::flow::proposal::{Answer, Base, Received, Refusal, Sent};
use tiwizi_federation_core::flow::rows::ReceivedProposal;
use tiwizi_federation_core::flow::{NodeError, Store, StoreTx};
use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_identity::{Caller, RecipientsError, Role};
use tiwizi_model::limits::FED_PROPOSALS_ROWS;
use tiwizi_model::{Record, RecordId};
use tiwizi_records::{Filter, Message, NoticeError, Query, ReadError, Recipient, Unit};
use tiwizi_storage::federation::proposal;

use super::Proposals;
use super::book::{New, Outcome, Pending, Status, Stored, Way, answered, key_text};
use super::error::ProposalsError as E;

/// The message to the office: another instance proposes something.
const COME: &str = "notice-proposal-come";
/// The message to whoever proposed: the home has answered.
const ANSWERED: &str = "notice-proposal-answered";

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Followed {
    /// Proposals and answers that were told.
    pub told: usize,
    /// Proposals that came.
    pub come: usize,
    /// Proposals that stand otherwise now.
    pub changed: usize,
}

/// Where a proposal stands with the node.
enum Stands {
    Sent(Sent),
    Received(Received),
}

impl<S: Store> Proposals<S> {
    /// One round.
    ///
    /// # Errors
    /// When the database or the store fails; what was done until then stays. What is wrong with one proposal is written to the log and
    /// does not hold up the others.
    pub async fn follow(&self) -> Result<Followed, E> {
        let told = self.tell_pending().await?;
        let come = self.take_new().await?;
        let mut changed = 0_usize;
        for way in [Way::Sent, Way::Received] {
            for status in Status::OPEN {
                changed = changed.saturating_add(self.watch(way, status).await?);
            }
        }
        Ok(Followed { told, come, changed })
    }

    /// Tells what was proposed and answered here and not told yet.
    ///
    /// # Errors
    /// As `follow`.
    pub async fn tell_pending(&self) -> Result<usize, E> {
        let mut told = 0_usize;
        for pending in [Pending::Proposal, Pending::Answer] {
            let filters = vec![Filter::equals("pending", pending.name())];
            let mut query = Query { filters, limit: FED_PROPOSALS_ROWS, ..Query::default() };
            loop {
                let (page, next) = self.kept(&query).await?;
                for stored in page {
                    let step = self.tell_one(&stored, pending).await;
                    told = told.saturating_add(usize::from(is_done(&stored, step)?));
                }
                query.cursor = next;
                if query.cursor.is_none() {
                    break;
                }
            }
        }
        Ok(told)
    }

    async fn tell_one(&self, stored: &Stored, pending: Pending) -> Result<(), E> {
        let fields = match pending {
            Pending::Proposal => {
                self.node.propose(stored.proposal()).await?;
                Map::new()
            }
            Pending::Answer => self.tell_answer(stored).await?,
        };
        self.note(stored, fields).await
    }

    /// Tells an answer; gives what is to be noted of it beyond that it was told.
    async fn tell_answer(&self, stored: &Stored) -> Result<Map<String, Value>, E> {
        let Some(answer) = self.answer_of(stored).await? else { return Ok(Map::new()) };
        match self.node.answer_proposal(&stored.node, stored.key, answer).await {
            Ok(()) => Ok(Map::new()),
            Err(error @ NodeError::Absent { .. }) => {
                let received = self.received(&stored.node, stored.key).await?;
                match received.map(|received| received.state) {
                    // What was written here is written. `offer` tells answers first, so only a fall of the instance in between leads here.
                    Some(Received::Forwarded(_)) if stored.status == Status::Refused => Ok(forwarded()),
                    Some(Received::Forwarded(home)) => {
                        tracing::error!(proposal.id = %stored.id, node.id = %home, "what was accepted here is answered by the new home");
                        Ok(Map::new())
                    }
                    Some(Received::Answered(said)) => Ok(answered(&said)),
                    _ => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The answer that is kept, as the core has it.
    async fn answer_of(&self, stored: &Stored) -> Result<Option<Answer>, E> {
        let reason = || stored.reason.clone().unwrap_or_default();
        Ok(match (stored.status, stored.outcome) {
            (Status::Accepted, _) => {
                let Some(ver) = stored.written else { return Err(E::Damaged { id: stored.id }) };
                let record = self.target(stored).await?;
                let tenure = record.and_then(|record| u32::try_from(record.tenure).ok()).unwrap_or(stored.base.tenure);
                Some(Answer::Accepted(Base { tenure, ver }))
            }
            (Status::Refused, Some(Outcome::Absent)) => Some(Answer::Refused(Refusal::Absent)),
            (Status::Refused, Some(Outcome::Invalid)) => Some(Answer::Refused(Refusal::Invalid(reason()))),
            (Status::Refused, _) => Some(Answer::Refused(Refusal::Declined(reason()))),
            (Status::Waiting | Status::Review | Status::Held | Status::Forwarded, _) => None,
        })
    }

    /// Keeps what came and is not kept yet.
    async fn take_new(&self) -> Result<usize, E> {
        let (mut after, mut come) = (0_i64, 0_usize);
        loop {
            let keys = {
                let mut tx = self.records.db().read_single().await?;
                proposal::open(&mut tx, after, FED_PROPOSALS_ROWS).await?
            };
            let Some(last) = keys.last() else { return Ok(come) };
            after = last.no;
            for key in keys {
                let from = NodeId(Hash(key.node));
                if self.find_kept(Way::Received, &from, &key.idem).await?.is_some() {
                    continue;
                }
                let Some(received) = self.received(&from, key.idem).await? else { continue };
                match self.keep_received(&received).await {
                    Ok(()) => come = come.saturating_add(1),
                    Err(error) if error.is_of_one() => {
                        let error = &error as &dyn std::error::Error;
                        tracing::error!(node.id = %from, error, "a proposal that came cannot be kept");
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }

    async fn keep_received(&self, received: &ReceivedProposal) -> Result<(), E> {
        let ReceivedProposal { proposal, from, state, .. } = received;
        let record = self.record_of(&proposal.entity.kind, proposal.entity.id).await?;
        let is_same = record.as_ref().is_some_and(|record| u64::try_from(record.version.0) == Ok(proposal.base.ver));
        let status = match state {
            Received::Held => Status::Held,
            Received::InReview(_) if is_same => Status::Waiting,
            Received::InReview(_) => Status::Review,
            Received::Answered(_) | Received::Forwarded(_) => return Ok(()),
        };
        let (name, province) = (self.called(from), record.and_then(|record| record.province));
        let made_at = self.records.ambient().now();
        let new = New { way: Way::Received, node: *from, node_name: &name, proposal, province, status, made_at };
        let mut unit = self.unit();
        let kept = unit.create_by_kernel(&self.names.proposal, Value::Object(new.body())).map_err(E::of_unit)?;
        if let Some(province) = province {
            let args = json!({ "from": name }).to_string();
            let message = Message { key: COME.to_owned(), args, link: Some(link(kept.id)) };
            tell(&mut unit, Recipient::Role(Role::Registrar, Some(province)), &message).await?;
        }
        unit.commit(None).await?;
        Ok(())
    }

    /// Looks whether open proposals stand otherwise with the node than here.
    async fn watch(&self, way: Way, status: Status) -> Result<usize, E> {
        let (mut cursor, mut changed) = (None, 0_usize);
        loop {
            let filters = vec![Filter::equals("way", way.name()), Filter::equals("status", status.name())];
            let query = Query {
                filters,
                sort: Some(("made_at".to_owned(), false)),
                limit: FED_PROPOSALS_ROWS,
                cursor,
                ..Query::default()
            };
            let (page, next) = self.kept(&query).await?;
            let stands = self.stands(way, &page).await?;
            for (stored, stands) in page.into_iter().zip(stands) {
                let fields = match stands {
                    Some(Stands::Sent(state)) => self.answer_to(&stored, state),
                    Some(Stands::Received(state)) => self.turned(&stored, state).await?,
                    None => None,
                };
                if let Some(fields) = fields {
                    let step = self.note(&stored, fields).await;
                    changed = changed.saturating_add(usize::from(is_done(&stored, step)?));
                }
            }
            cursor = next;
            if cursor.is_none() {
                return Ok(changed);
            }
        }
    }

    /// Where proposals stand with the node, in their order. They are read together: the node's store has no lighter transaction than one that
    /// writes.
    async fn stands(&self, way: Way, page: &[Stored]) -> Result<Vec<Option<Stands>>, E> {
        let mut stands = Vec::with_capacity(page.len());
        if page.is_empty() {
            return Ok(stands);
        }
        let mut tx = self.node.store().begin().await?;
        for stored in page {
            stands.push(match way {
                Way::Sent => tx.sent_proposal(stored.id).await?.map(|sent| Stands::Sent(sent.state)),
                Way::Received => {
                    let received = tx.received_proposal(&stored.node, stored.key).await?;
                    received.map(|received| Stands::Received(received.state))
                }
            });
        }
        Ok(stands)
    }

    /// What the home said of a proposal of ours, if that is news.
    fn answer_to(&self, stored: &Stored, state: Sent) -> Option<Map<String, Value>> {
        match state {
            Sent::Waiting => None,
            Sent::InReview if stored.status == Status::Review => None,
            Sent::InReview => Some(status_of(Status::Review)),
            Sent::Answered { answer, .. } => Some(self.answered_now(&answer)),
        }
    }

    /// An answer that is known here from now on.
    fn answered_now(&self, answer: &Answer) -> Map<String, Value> {
        let mut fields = answered(answer);
        fields.insert("answered_at".to_owned(), self.records.ambient().now().0.into());
        fields
    }

    /// What became of a proposal to us without a person: its transfer ended, or began.
    async fn turned(&self, stored: &Stored, state: Received) -> Result<Option<Map<String, Value>>, E> {
        Ok(match state {
            Received::Held if stored.status == Status::Held => None,
            Received::Held => Some(status_of(Status::Held)),
            Received::InReview(_) if stored.status == Status::Held => {
                let record = self.target(stored).await?;
                let is_same = record.is_some_and(|record| u64::try_from(record.version.0) == Ok(stored.base.ver));
                Some(status_of(if is_same { Status::Waiting } else { Status::Review }))
            }
            Received::InReview(_) => None,
            Received::Answered(answer) => Some(self.answered_now(&answer)),
            Received::Forwarded(_) => Some(forwarded()),
        })
    }

    /// Writes what is news into a proposal's record; whoever answered or looked at it meanwhile was faster, and nothing is lost.
    async fn note(&self, stored: &Stored, mut fields: Map<String, Value>) -> Result<(), E> {
        fields.insert("pending".to_owned(), Value::Null);
        let is_answer = fields.contains_key("answered_at");
        let word = fields.get("status").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut unit = self.unit();
        let patched = unit.patch(&self.names.proposal, stored.id, Value::Object(fields), Some(stored.version)).await;
        match patched.map_err(E::of_unit) {
            Ok(_) => {}
            Err(E::Moved) => return Ok(()),
            Err(error) => return Err(error),
        }
        if let Some(account) = stored.made_by.filter(|_| is_answer) {
            let args = json!({ "home": stored.node_name, "answer": word }).to_string();
            let message = Message { key: ANSWERED.to_owned(), args, link: Some(link(stored.id)) };
            tell(&mut unit, Recipient::Account(account), &message).await?;
        }
        match unit.commit(None).await.map_err(E::of_write) {
            Ok(_) | Err(E::Moved) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A kept proposal, by what names it everywhere.
    pub(super) async fn find_kept(&self, way: Way, node: &NodeId, key: &[u8; 16]) -> Result<Option<Stored>, E> {
        let permit = self.records.may_read(&Caller::system(), &self.names.proposal)?;
        let named_by = [way.name().into(), node.to_string().into(), key_text(key).into()];
        let record = self.records.find_unique(&permit, 0, &named_by).await?;
        Ok(record.as_ref().and_then(Stored::of))
    }

    async fn kept(&self, query: &Query) -> Result<(Vec<Stored>, Option<String>), E> {
        let permit = self.records.may_read(&Caller::system(), &self.names.proposal)?;
        let page = self.records.list(&permit, query).await?;
        Ok((page.items.iter().filter_map(Stored::of).collect(), page.next))
    }

    async fn received(&self, from: &NodeId, key: [u8; 16]) -> Result<Option<ReceivedProposal>, E> {
        let mut tx = self.node.store().begin().await?;
        Ok(tx.received_proposal(from, key).await?)
    }

    async fn target(&self, stored: &Stored) -> Result<Option<Record>, E> {
        self.record_of(&stored.kind, stored.record).await
    }

    async fn record_of(&self, kind: &tiwizi_model::KindName, id: RecordId) -> Result<Option<Record>, E> {
        match self.records.may_read(&Caller::system(), kind) {
            Ok(permit) => Ok(self.records.read(&permit, id).await?),
            Err(ReadError::UnknownKind { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn unit(&self) -> Unit {
        Unit::new(self.records.clone(), Caller::system().by_kernel())
    }
}

fn status_of(status: Status) -> Map<String, Value> {
    Map::from_iter([("status".to_owned(), status.name().into())])
}

/// Whether a step of one proposal was done. What stands in the way of that one alone is written to the log, and it is tried again.
fn is_done(stored: &Stored, step: Result<(), E>) -> Result<bool, E> {
    match step {
        Ok(()) => Ok(true),
        Err(error) if error.is_of_one() => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(proposal.id = %stored.id, error, "a proposal does not go on yet");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// It went on: whatever was to be said here is not.
fn forwarded() -> Map<String, Value> {
    let mut fields = status_of(Status::Forwarded);
    for name in ["reason", "outcome", "answered_by"] {
        fields.insert(name.to_owned(), Value::Null);
    }
    fields
}

fn link(id: RecordId) -> String {
    format!("/federation/proposals/{id}")
}

/// What came is kept also when too many are meant to be told.
async fn tell(unit: &mut Unit, recipient: Recipient, message: &Message) -> Result<(), E> {
    match unit.tell_by_kernel(recipient, message).await {
        Ok(()) => Ok(()),
        Err(error @ (NoticeError::Full | NoticeError::Recipients(RecipientsError::TooMany))) => {
            tracing::warn!(%error, "somebody was not told of a proposal");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
