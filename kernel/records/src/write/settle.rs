//! Settling a draft: may this caller do this, and what would the record be then?

use std::sync::Arc;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{self, Action, Classes, Placement, WritePermit};
use tiwizi_model::{InstanceId, Instant, KindName, Operation, PluginId, Record, RecordId, Version};
use tiwizi_storage::RecordRow;

use super::{Submission, invalid};
use crate::catalogue::Kinds;
use crate::draft::DraftAction;
use crate::error::WriteError;
use crate::field_error::{FieldError, Rejection};
use crate::json;
use crate::kind::Kind;
use crate::merge::merge;
use crate::records::Records;
use crate::reduce::{reduced, restore};

/// A draft that its caller may write and whose body is valid, with the record that it replaces.
#[derive(Clone)]
pub(crate) struct Settled {
    pub(crate) kind: Arc<Kind>,
    pub(crate) caller: Caller,
    pub(crate) id: RecordId,
    pub(crate) operation: Operation,
    pub(crate) body: Value,
    pub(crate) old: Option<Record>,
    /// Whether the caller named the version that it saw.
    pub(crate) pinned: bool,
    /// The records by which reviewers decided, at the versions that they looked at.
    pub(crate) stands: Vec<(RecordId, Version)>,
    /// Records that are at these versions when the batch begins, which may write them itself.
    pub(crate) begins: Vec<(RecordId, Version)>,
    permit: WritePermit,
}

/// What a draft does to a record that is there.
struct Edit {
    id: RecordId,
    seen: Option<Version>,
    change: Change,
}

enum Change {
    Whole(Value),
    Patch(Value),
    Delete,
}

impl Records {
    /// Settles a draft against the record as it stands.
    pub(crate) fn settle(
        &self,
        kinds: &Kinds,
        position: usize,
        submission: Submission,
        current: Option<&Record>,
    ) -> Result<Settled, WriteError> {
        let Submission { caller, draft, revives } = submission;
        let kind =
            kinds.find(&draft.kind).cloned().ok_or_else(|| WriteError::UnknownKind { kind: draft.kind.clone() })?;
        let edit = match draft.action {
            DraftAction::Create { id, body } => {
                let id = id.unwrap_or_else(|| self.ambient.new_id());
                return settle_new(position, kind, caller, id, body);
            }
            DraftAction::Replace { id, body, seen } => Edit { id, seen: Some(seen), change: Change::Whole(body) },
            DraftAction::Patch { id, patch, seen } => Edit { id, seen, change: Change::Patch(patch) },
            DraftAction::Delete { id, seen } => Edit { id, seen, change: Change::Delete },
        };
        let missing = || WriteError::Missing { kind: draft.kind.clone(), id: edit.id };
        let there = |record: &&Record| record.kind == draft.kind && (revives || !record.deleted);
        let old = current.filter(there).ok_or_else(missing)?;
        if old.home != self.instance {
            return Err(WriteError::Elsewhere { id: old.id, home: old.home });
        }
        settle_edit(position, kind, caller, edit, old)
    }
}

pub(crate) fn settle_new(
    position: usize,
    kind: Arc<Kind>,
    caller: Caller,
    id: RecordId,
    body: Value,
) -> Result<Settled, WriteError> {
    let place = placed(position, &kind, id, &body)?;
    let permit = may(&caller, &kind, Action::Create, place)?;
    kind.validate(&body).map_err(|rejection| invalid(position, rejection))?;
    Ok(Settled {
        kind,
        caller,
        id,
        operation: Operation::Create,
        body,
        old: None,
        pinned: true,
        stands: Vec::new(),
        begins: Vec::new(),
        permit,
    })
}

fn settle_edit(
    position: usize,
    kind: Arc<Kind>,
    caller: Caller,
    edit: Edit,
    old: &Record,
) -> Result<Settled, WriteError> {
    let Edit { id, seen, change } = edit;
    let (action, operation) = match change {
        Change::Whole(_) | Change::Patch(_) => (Action::Change, Operation::Replace),
        Change::Delete => (Action::Delete, Operation::Delete),
    };
    let place = place_of(old);
    let permit = match may(&caller, &kind, action, place) {
        Ok(permit) => permit,
        // What the caller may not see does not exist for it.
        Err(_) if visible(&caller, &kind, place) == Classes::NONE => {
            return Err(WriteError::Missing { kind: kind.name().clone(), id });
        }
        Err(refused) => return Err(refused),
    };
    if let Some(seen) = seen.filter(|seen| *seen != old.version) {
        return Err(WriteError::Stale { id, seen, found: old.version });
    }
    let pinned = seen.is_some();
    let body = match change {
        Change::Delete => Value::Object(serde_json::Map::new()),
        Change::Whole(body) => restored(position, &kind, old, body, permit.classes())?,
        Change::Patch(patch) => patched(position, &kind, old, patch, permit.classes())?,
    };
    let (stands, begins, old) = (Vec::new(), Vec::new(), Some(old.clone()));
    let mut settled = Settled { kind, caller, id, operation, body, old, pinned, stands, begins, permit };
    if operation == Operation::Replace {
        // The place first: who may not write there learns nothing about the schema.
        settled.place_again(position)?;
        settled.kind.validate(&settled.body).map_err(|rejection| invalid(position, rejection))?;
    }
    Ok(settled)
}

/// A whole new content: fields that the caller cannot see stay as they are.
fn restored(
    position: usize,
    kind: &Kind,
    old: &Record,
    mut body: Value,
    classes: Classes,
) -> Result<Value, WriteError> {
    let refused = restore(kind, &old.body, &mut body, classes);
    if refused.is_empty() { Ok(body) } else { Err(hidden(position, refused)) }
}

fn patched(position: usize, kind: &Kind, old: &Record, patch: Value, classes: Classes) -> Result<Value, WriteError> {
    json::check(&patch).map_err(|error| WriteError::json(position, &error))?;
    let Value::Object(changes) = &patch else {
        let fault = FieldError::new("", "type", "a merge patch must be an object");
        return Err(invalid(position, Rejection::one(fault)));
    };
    let closed = |field: &&String| kind.class(field).is_some_and(|class| !classes.holds(class));
    let refused: Vec<String> = changes.keys().filter(closed).cloned().collect();
    if !refused.is_empty() {
        return Err(hidden(position, refused));
    }
    let mut body = old.body.clone();
    merge(&mut body, patch);
    Ok(body)
}

fn hidden(position: usize, fields: Vec<String>) -> WriteError {
    let fault = |field: &String| {
        FieldError::of_field(
            field,
            "hidden-field",
            format!("{field:?} cannot be changed by somebody who may not see it"),
        )
    };
    WriteError::Invalid { position, fields: fields.iter().map(fault).collect() }
}

impl Settled {
    /// A content of the record, reduced to what the caller may see.
    pub(crate) fn shown(&self, body: &Value) -> Value {
        reduced(&self.kind, body, self.classes())
    }

    /// The same, as a plugin is shown it.
    pub(crate) fn shown_to(&self, plugin: &PluginId, body: &Value) -> Value {
        reduced(&self.kind, body, self.classes_for(plugin))
    }

    /// What a plugin that looks at it is shown of the record.
    pub(crate) fn classes_for(&self, plugin: &PluginId) -> Classes {
        policy::shown_to_plugin(self.classes(), plugin, self.kind.name())
    }

    /// Puts another content in the place of its own, held to the same as one that came in. Whoever wrote it was shown these classes.
    pub(crate) fn amend(&mut self, position: usize, mut body: Value, classes: Classes) -> Result<(), WriteError> {
        if self.operation == Operation::Delete {
            let fault = FieldError::new("", "deleted", "a deletion has no content to amend");
            return Err(invalid(position, Rejection::one(fault)));
        }
        json::check(&body).map_err(|error| WriteError::json(position, &error))?;
        let refused = restore(&self.kind, &self.body, &mut body, classes);
        if !refused.is_empty() {
            return Err(hidden(position, refused));
        }
        self.body = body;
        self.place_again(position)?;
        self.kind.validate(&self.body).map_err(|rejection| invalid(position, rejection))
    }

    /// Asks the policy about the place where the record will lie.
    pub(crate) fn place_again(&mut self, position: usize) -> Result<(), WriteError> {
        let place = placed(position, &self.kind, self.id, &self.body)?;
        if place != self.permit.placement() {
            let action = self.permit.action();
            self.permit = may(&self.caller, &self.kind, action, place)?;
        }
        Ok(())
    }

    /// Whether a plugin adds to what is stored with it, or somebody does to what a plugin keeps: another content is another version. What
    /// the kernel writes by itself is its own, and a deletion makes room.
    pub(crate) fn is_plugins_growth(&self) -> bool {
        let is_plugins = self.caller.plugin().is_some() || self.kind.plugin().is_some();
        is_plugins && !self.caller.is_kernel() && self.operation != Operation::Delete
    }

    /// Where the record will lie.
    pub(crate) fn place(&self) -> Placement {
        self.permit.placement()
    }

    /// What the caller may see of the record once it is written.
    pub(crate) fn classes(&self) -> Classes {
        self.permit.classes().union(visible(&self.caller, &self.kind, self.place()))
    }

    /// The version that it will be.
    fn version(&self) -> Version {
        self.old.as_ref().map_or(Version::FIRST, |old| old.version.next())
    }

    /// The row to store.
    pub(crate) fn row(&self, instance: InstanceId, now: Instant) -> Result<RecordRow, WriteError> {
        let (home, tenure, created_at) = match &self.old {
            Some(old) => (old.home, old.tenure, old.created_at),
            None => (instance, 1, now),
        };
        Ok(RecordRow {
            kind: self.kind.number(),
            id: self.id,
            version: self.version(),
            home,
            tenure,
            subject: self.place().subject,
            province: self.place().province,
            created_at,
            changed_at: now,
            author: self.permit.author().clone(),
            deleted: self.operation == Operation::Delete,
            body: serde_json::to_string(&self.body).map_err(WriteError::Encode)?,
        })
    }

    /// The record that a row stands for, without reading its body again.
    pub(crate) fn record(&self, row: &RecordRow) -> Record {
        Record {
            kind: self.kind.name().clone(),
            id: row.id,
            version: row.version,
            home: row.home,
            tenure: row.tenure,
            subject: row.subject,
            province: row.province,
            created_at: row.created_at,
            changed_at: row.changed_at,
            author: row.author.clone(),
            deleted: row.deleted,
            body: self.body.clone(),
        }
    }
}

/// Where a record lies.
pub(crate) fn place_of(record: &Record) -> Placement {
    Placement { subject: record.subject, province: record.province }
}

/// The classes that a caller may see in a place.
pub(crate) fn visible(caller: &Caller, kind: &Kind, place: Placement) -> Classes {
    policy::may_read(caller, kind.name(), kind.access())
        .ok()
        .and_then(|permit| permit.classes(place.subject, place.province))
        .unwrap_or(Classes::NONE)
}

fn placed(position: usize, kind: &Kind, id: RecordId, body: &Value) -> Result<Placement, WriteError> {
    kind.place(id, body).map_err(|fault| invalid(position, fault))
}

fn may(caller: &Caller, kind: &Kind, action: Action, place: Placement) -> Result<WritePermit, WriteError> {
    let name: &KindName = kind.name();
    policy::may_write(caller, name, kind.access(), action, place).map_err(WriteError::Refused)
}
