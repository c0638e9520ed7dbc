//! Proposals as people look at them.

use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::flow::proposal::{FieldDifference, difference};
use tiwizi_federation_core::wire::NodeId;
use tiwizi_identity::policy::{self, Access, Action, Classes, Grantee, Placement};
use tiwizi_identity::{Caller, Role};
use tiwizi_model::{Instant, KindName, ProvinceCode, Record, RecordId, Version};
use tiwizi_records::{Filter, Query, ReadError};

use super::Proposals;
use super::book::{Outcome, Status, Stored, Way};
use super::error::ProposalsError as E;

/// A proposal, for one reader.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposalView {
    /// Its id here.
    pub id: RecordId,
    /// The version of what is kept of it.
    pub version: Version,
    /// Whether this instance asks or is asked.
    pub way: Way,
    /// The other instance.
    pub node: NodeId,
    /// What that was called.
    pub node_name: String,
    /// The kind of the record that would change.
    pub kind: KindName,
    /// That record.
    pub record: RecordId,
    /// What moves from home to home with it.
    pub root: RecordId,
    /// The version that the sender saw.
    pub seen: u64,
    /// Where it stands.
    pub status: Status,
    /// What a refusal comes from.
    pub outcome: Option<Outcome>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// The version that accepting it made.
    pub written: Option<u64>,
    /// When it was made, or came.
    pub made_at: Instant,
    /// Who made it, when this instance asks.
    pub made_by: Option<String>,
    /// When it was answered.
    pub answered_at: Option<Instant>,
    /// The province whose office answers.
    pub province: Option<ProvinceCode>,
}

/// A proposal with what it would change.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The proposal.
    pub view: ProposalView,
    /// The version of the record here; none when there is none for this reader.
    pub now: Option<Version>,
    /// Whether the record was changed since the sender saw it.
    pub is_stale: bool,
    /// Each field that would change: what it was, what is proposed, what it is.
    pub fields: Vec<FieldDifference>,
    /// How many fields the reader is not shown.
    pub hidden: usize,
    /// Whether the reader may answer.
    pub may_answer: bool,
}

/// A page of proposals.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposalPage {
    /// The proposals, the newest first.
    pub items: Vec<ProposalView>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl<S: Store> Proposals<S> {
    /// The proposals of one way that this caller may see, the newest first. Whoever made one sees it.
    ///
    /// # Errors
    /// `Refused` when they keep and observe no register; when the database fails.
    pub async fn list(&self, caller: &Caller, way: Way, cursor: Option<String>) -> Result<ProposalPage, E> {
        self.demand_reader(caller)?;
        let permit = self.records.may_read(&Caller::system(), &self.names.proposal)?;
        let query = Query {
            filters: vec![Filter::equals("way", way.name())],
            sort: Some(("made_at".to_owned(), true)),
            cursor,
            ..Query::default()
        };
        let page = self.records.list(&permit, &query).await?;
        let shown = page.items.iter().filter_map(|record| self.shown(caller, record, Stored::of(record)?));
        Ok(ProposalPage { items: shown.map(view).collect(), next: page.next })
    }

    /// The newest proposals about a record, both ways, that this caller may see.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn about(&self, caller: &Caller, record: RecordId) -> Result<Vec<ProposalView>, E> {
        if self.demand_reader(caller).is_err() {
            return Ok(Vec::new());
        }
        let permit = self.records.may_read(&Caller::system(), &self.names.proposal)?;
        let query = Query {
            filters: vec![Filter::equals("record", record.to_string())],
            sort: Some(("made_at".to_owned(), true)),
            ..Query::default()
        };
        let page = self.records.list(&permit, &query).await?;
        let shown = page.items.iter().filter_map(|record| self.shown(caller, record, Stored::of(record)?));
        Ok(shown.map(view).collect())
    }

    /// A proposal with what it would change, as far as this caller may see the fields.
    ///
    /// # Errors
    /// `Missing`, `Refused`; when the database fails.
    pub async fn show(&self, caller: &Caller, id: RecordId) -> Result<Question, E> {
        let stored = self.find(caller, id).await?;
        let permit = match self.records.may_read(caller, &stored.kind) {
            Ok(permit) => Some(permit),
            Err(ReadError::Refused(_) | ReadError::UnknownKind { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let (mut record, mut seen) = (None, None);
        if let Some(permit) = &permit {
            record = self.records.read(permit, stored.record).await?;
            let version = i64::try_from(stored.base.ver).ok().map(Version);
            if let (Some(found), Some(version)) = (&record, version) {
                seen = if found.version == version {
                    Some(found.clone())
                } else {
                    self.records.read_version(permit, stored.record, version).await?
                };
            }
        }
        let place = record.as_ref().map(|record| (record.subject, record.province));
        let classes = permit.zip(place).and_then(|(permit, (subject, province))| permit.classes(subject, province));
        let (fields, hidden) = self.compared(&stored, record.as_ref(), seen.as_ref(), classes);
        let is_stale = record.as_ref().is_some_and(|record| u64::try_from(record.version.0) != Ok(stored.base.ver));
        let may_answer = stored.way == Way::Received && stored.status.is_open() && self.answers(caller, &stored);
        Ok(Question {
            now: record.map(|record| record.version),
            is_stale,
            fields,
            hidden,
            may_answer,
            view: view(stored),
        })
    }

    /// The fields that a patch touches, without those that are not shown.
    fn compared(
        &self,
        stored: &Stored,
        record: Option<&Record>,
        seen: Option<&Record>,
        classes: Option<Classes>,
    ) -> (Vec<FieldDifference>, usize) {
        let (Some(patch), Some(record), Some(classes)) = (&stored.patch, record, classes) else {
            return (
                Vec::new(),
                stored.patch.as_ref().and_then(|patch| patch.as_object()).map_or(0, serde_json::Map::len),
            );
        };
        let kinds = self.records.kinds();
        let Some(kind) = kinds.find(&stored.kind) else { return (Vec::new(), 0) };
        let mut fields = difference(seen.map(|seen| &seen.body), patch, &record.body);
        let all = fields.len();
        // A field that this version does not know is shown to nobody, and refused when it is accepted.
        fields.retain(|one| kind.class(&one.field).is_some_and(|class| classes.holds(class)));
        let hidden = all.saturating_sub(fields.len());
        (fields, hidden)
    }

    /// A kept proposal, for somebody who may see it.
    pub(super) async fn find(&self, caller: &Caller, id: RecordId) -> Result<Stored, E> {
        self.demand_reader(caller)?;
        let permit = self.records.may_read(&Caller::system(), &self.names.proposal)?;
        let record = self.records.read(&permit, id).await?.ok_or(E::Missing)?;
        let stored = Stored::of(&record).ok_or(E::Damaged { id })?;
        self.shown(caller, &record, stored).ok_or(E::Missing)
    }

    fn demand_reader(&self, caller: &Caller) -> Result<(), E> {
        match self.records.may_read(caller, &self.names.proposal) {
            Ok(_) if caller.plugin().is_none() => Ok(()),
            Ok(_) => Err(E::Refused(None)),
            Err(ReadError::Refused(refusal)) => Err(E::Refused(Some(refusal))),
            Err(error) => Err(error.into()),
        }
    }

    /// A kept proposal as the caller sees it: those of the province that the record lies in, and whoever made it. An observer sees that there is
    /// one, and neither what it would change nor why it was refused.
    fn shown(&self, caller: &Caller, record: &Record, stored: Stored) -> Option<Stored> {
        let is_own = stored.made_by.is_some() && stored.made_by == caller.account();
        let permit = self.records.may_read(caller, &self.names.proposal).ok();
        let classes = permit.and_then(|permit| permit.classes(record.subject, record.province));
        if is_own || classes == Some(Classes::ALL) {
            return Some(stored);
        }
        classes.map(|_| Stored { patch: None, reason: None, ..stored })
    }

    /// Whether the caller keeps the register where the record lies.
    pub(super) fn answers(&self, caller: &Caller, stored: &Stored) -> bool {
        let access = Access { change: vec![Grantee::Role(Role::Registrar)], ..Access::default() };
        let place = Placement { subject: Some(stored.root), province: stored.province };
        let permit = policy::may_write(caller, &self.names.proposal, &access, Action::Change, place);
        caller.plugin().is_none() && permit.is_ok()
    }
}

pub(super) fn view(stored: Stored) -> ProposalView {
    ProposalView {
        id: stored.id,
        version: stored.version,
        way: stored.way,
        node: stored.node,
        node_name: stored.node_name,
        kind: stored.kind,
        record: stored.record,
        root: stored.root,
        seen: stored.base.ver,
        status: stored.status,
        outcome: stored.outcome,
        reason: stored.reason,
        written: stored.written,
        made_at: stored.made_at,
        made_by: stored.made_by_name,
        answered_at: stored.answered_at,
        province: stored.province,
    }
}
