//! Asking the home of a record for a change.

use serde_json::{Map, Value};
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::flow::proposal::{Base, Proposal};
use tiwizi_federation_core::wire::{Entity, NodeId};
use tiwizi_identity::policy::ReadPermit;
use tiwizi_identity::{Caller, Role};
use tiwizi_model::limits::FED_PATCH_BYTES_MAX;
use tiwizi_model::{KindName, Record, RecordId, Version};
use tiwizi_records::{Kind, ReadError, Unit};

use super::Proposals;
use super::book::{New, Status, Way, key_of, key_text};
use super::error::ProposalsError as E;

/// A form that was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Goes with the form and comes back with it: what is sent twice is one proposal.
    pub key: String,
    /// The record as its reader sees it.
    pub record: Record,
    /// What the home is called.
    pub home: String,
}

/// What a registrar proposes.
#[derive(Debug, Clone, PartialEq)]
pub struct NewProposal {
    /// The kind of the record.
    pub kind: KindName,
    /// The record.
    pub record: RecordId,
    /// The version that was looked at.
    pub seen: Version,
    /// A JSON merge patch.
    pub patch: Value,
    /// The key of the form.
    pub key: String,
}

impl<S: Store> Proposals<S> {
    /// Opens the form for a change of a record of another home.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `Own`, `NoHome`.
    pub async fn open(&self, caller: &Caller, kind: &KindName, id: RecordId) -> Result<Opened, E> {
        let (_, record, home) = self.foreign(caller, kind, id).await?;
        let key = key_text(self.records.ambient().new_uuid().as_bytes());
        Ok(Opened { key, record, home: self.called(&home) })
    }

    /// Whether this caller could propose a change of that record. It reads nothing.
    #[must_use]
    pub fn could(&self, caller: &Caller, record: &Record) -> bool {
        may_propose(caller) && record.home != self.records.instance() && self.roll.node_of(&record.home).is_some()
    }

    /// Proposes a change. The same form twice is one proposal, whose id is answered.
    ///
    /// # Errors
    /// As `open`; `Invalid` when the patch changes nothing, or something that is not the caller's to see.
    pub async fn propose(&self, caller: &Caller, new: NewProposal) -> Result<RecordId, E> {
        let (permit, record, home) = self.foreign(caller, &new.kind, new.record).await?;
        let key = key_of(&new.key).ok_or_else(|| E::field("key", "format", "the key of the form is expected"))?;
        if let Some(made) = self.made_before(&home, &key).await? {
            return Ok(made);
        }
        let patch = self.checked(&permit, &record, &new)?;
        let number = |what: i64| u64::try_from(what).ok().filter(|number| *number > 0);
        let ver = number(new.seen.0).filter(|_| new.seen <= record.version);
        let ver = ver.ok_or_else(|| E::field("seen", "range", "there is no such version of the record here"))?;
        let tenure = u32::try_from(record.tenure).map_err(|_| E::Damaged { id: record.id })?;
        let id = self.records.ambient().new_id();
        let proposal = Proposal {
            id,
            entity: Entity { kind: new.kind, id: record.id },
            root: record.subject.unwrap_or(record.id),
            base: Base { tenure, ver },
            patch,
            idem: key,
        };
        match self.keep_sent(caller, &home, &record, &proposal).await {
            Ok(()) => {}
            // The same form was sent twice at once, and the other one was faster.
            Err(E::Moved) => return self.made_before(&home, &key).await?.ok_or(E::Moved),
            Err(error) => return Err(error),
        }
        // It is kept: what cannot be told now is told by the next round.
        if let Err(error) = self.tell_pending().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a proposal is told to its home later");
        }
        Ok(id)
    }

    async fn keep_sent(&self, caller: &Caller, home: &NodeId, record: &Record, proposal: &Proposal) -> Result<(), E> {
        let name = self.called(home);
        let new = New {
            way: Way::Sent,
            node: *home,
            node_name: &name,
            proposal,
            province: record.province,
            status: Status::Waiting,
            made_at: self.records.ambient().now(),
        };
        let mut body = new.body();
        body.insert("pending".to_owned(), "proposal".into());
        if let Some(account) = caller.account() {
            body.insert("made_by".to_owned(), account.to_string().into());
        }
        if let Some(name) = caller.name() {
            body.insert("made_by_name".to_owned(), name.into());
        }
        let mut unit = Unit::new(self.records.clone(), caller.clone());
        unit.create_by_kernel_as(&self.names.proposal, proposal.id, Value::Object(body)).map_err(E::of_unit)?;
        match unit.commit(None).await {
            Ok(_) => Ok(()),
            Err(tiwizi_records::WriteError::Duplicate { .. }) => Err(E::Moved),
            Err(error) => Err(E::of_write(error)),
        }
    }

    async fn made_before(&self, home: &NodeId, key: &[u8; 16]) -> Result<Option<RecordId>, E> {
        Ok(self.find_kept(Way::Sent, home, key).await?.map(|stored| stored.id))
    }

    /// A record of another home, for somebody who may propose a change of it.
    async fn foreign(&self, caller: &Caller, kind: &KindName, id: RecordId) -> Result<(ReadPermit, Record, NodeId), E> {
        let permit = match self.records.may_read(caller, kind) {
            Err(ReadError::Refused(refusal)) => return Err(E::Refused(Some(refusal))),
            permit => permit?,
        };
        let record = self.records.read(&permit, id).await?.ok_or(E::Missing)?;
        if !may_propose(caller) {
            return Err(E::Refused(None));
        }
        if record.home == self.records.instance() {
            return Err(E::Own);
        }
        let home = self.roll.node_of(&record.home).ok_or(E::NoHome)?;
        Ok((permit, record, home))
    }

    /// What of a patch changes something, if all of it is the caller's to see.
    fn checked(&self, permit: &ReadPermit, record: &Record, new: &NewProposal) -> Result<Value, E> {
        let Value::Object(patch) = &new.patch else {
            return Err(E::field("patch", "type", "a patch is an object"));
        };
        let kinds = self.records.kinds();
        let kind = kinds.find(&new.kind).ok_or(E::Missing)?;
        let classes = permit.classes(record.subject, record.province).ok_or(E::Missing)?;
        let unknown = |field: &&String| !kind.class(field).is_some_and(|class| classes.holds(class));
        if let Some(field) = patch.keys().find(unknown) {
            return Err(E::field(field, "unknown-field", "there is no such field to change"));
        }
        let changed = changes(kind, record, patch, new.seen);
        if changed.is_empty() {
            return Err(E::field("patch", "required", "the proposal changes nothing"));
        }
        let patch = Value::Object(changed);
        if patch.to_string().len() > FED_PATCH_BYTES_MAX {
            return Err(E::field("patch", "too-long", format!("a patch has {FED_PATCH_BYTES_MAX} bytes at most")));
        }
        Ok(patch)
    }
}

/// Those who keep a register propose, by themselves and not through a plugin.
fn may_propose(caller: &Caller) -> bool {
    caller.plugin().is_none() && caller.holds(Role::Registrar)
}

/// The fields of a patch that say something else than the record. What an older version is compared with is not known here any more:
/// then all of them count.
fn changes(kind: &Kind, record: &Record, patch: &Map<String, Value>, seen: Version) -> Map<String, Value> {
    let is_current = seen == record.version;
    let is_key = |field: &str| kind.subject_field() == Some(field);
    let says = |field: &str, value: &Value| match record.body.get(field) {
        Some(now) => now != value,
        None => !value.is_null(),
    };
    let changed = patch.iter().filter(|(field, value)| !is_key(field) && (!is_current || says(field, value)));
    changed.map(|(field, value)| (field.clone(), value.clone())).collect()
}
