//! What a registrar decides on a pair: that the two are distinct, that one is an alias of the other, or that neither was right.
//!
//! The record is written in the name of the registrar, by the rights that the registrar has; its pair by the kernel, in the same
//! transaction. So a pair never says anything else than the records do.

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{self, Action, Placement, ReadPermit};
use tiwizi_model::limits::{DUPLICATE_REASON_CHARS_MAX, MERGE_HOPS_MAX};
use tiwizi_model::{KindName, Record, RecordId, Version};
use tiwizi_records::{ReadError, Records, Unit, UnitError, WriteError};

use super::find::merged_into;
use super::holdings::has_of_its_own;
use crate::kinds::Names;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The two are one: the other of the two becomes an alias of this one.
    Merge {
        /// The one that remains.
        keep: RecordId,
        /// Whether it is meant that acts, and members whom that one has not, stay with the alias and are not counted.
        hides: bool,
    },
    /// The two are two.
    Distinct,
    /// What was decided before does not hold: the pair is open again, and nothing is an alias.
    Undo,
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is no such pair, or a record of it is not there, for this caller.
    #[error("there is no such pair")]
    Missing,
    /// The caller may change neither of the two.
    #[error("the caller may change neither of the two records")]
    Refused,
    /// The record that shall remain is not of the pair.
    #[error("the record that remains must be one of the two")]
    Stranger,
    /// The pair is not in a state of which this can be said.
    #[error("the pair is {status}")]
    Settled {
        /// Its state.
        status: String,
    },
    /// One of the two is an alias already.
    #[error("one of the two was merged into another record already")]
    Alias,
    /// The one that would become an alias has acts, or members whom the other has not, and nobody said that this is meant.
    #[error(
        "the record that would become an alias has acts, or members whom the other has not: enter them there first"
    )]
    Holds,
    /// No reason was given, or one that is too long.
    #[error("say why, in at most {DUPLICATE_REASON_CHARS_MAX} letters")]
    Reason,
    /// Something could not be read.
    #[error("could not read the pair")]
    Read(#[from] ReadError),
    /// Something could not be gathered.
    #[error("could not write the decision")]
    Unit(#[from] UnitError),
    /// The decision could not be stored.
    #[error("could not store the decision")]
    Write(#[from] WriteError),
}

/// A pair as far as deciding goes.
struct Opened {
    kind: KindName,
    record: Record,
    first: RecordId,
    second: RecordId,
    status: String,
}

/// Decides on a pair. `seen` is the version that the registrar looked at.
///
/// # Errors
/// See `DecideError`; nothing was written then.
pub async fn decide(
    records: &Records,
    caller: &Caller,
    (pair, seen): (RecordId, Version),
    decision: Decision,
    reason: &str,
) -> Result<(), DecideError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().nth(DUPLICATE_REASON_CHARS_MAX).is_some() {
        return Err(DecideError::Reason);
    }
    let opened = open(records, caller, pair).await?;
    let mut unit = Unit::new(records.clone(), caller.clone());
    let after = match (decision, opened.status.as_str()) {
        (Decision::Merge { keep, hides }, "open") => {
            may_change_one(records, caller, &opened).await?;
            if !hides {
                demand_nothing_hidden(records, &opened, keep).await?;
            }
            merge(&mut unit, &opened, keep).await?
        }
        (Decision::Distinct, "open") => {
            may_change_one(records, caller, &opened).await?;
            json!({ "status": "distinct" })
        }
        (Decision::Undo, "merged") => {
            // A pair of which nothing is left to be written is not opened by somebody who may only look.
            may_change_one(records, caller, &opened).await?;
            unmerge(&mut unit, &opened).await?
        }
        (Decision::Undo, "distinct") => {
            may_change_one(records, caller, &opened).await?;
            json!({ "status": "open" })
        }
        (_, status) => return Err(DecideError::Settled { status: status.to_owned() }),
    };
    let mut patch = after;
    if let Some(patch) = patch.as_object_mut() {
        patch.insert("reason".to_owned(), reason.into());
    }
    unit.act_as(caller.by_kernel());
    unit.patch(&opened.record.kind, pair, patch, Some(seen)).await?;
    unit.commit(None).await.map_err(not_stored)?;
    Ok(())
}

/// Somebody who decided on another pair at the same time may have made an alias of the one that shall remain.
fn not_stored(error: WriteError) -> DecideError {
    let is_alias = matches!(
        &error,
        WriteError::Invalid { fields, .. } if fields.iter().any(|field| field.code == "merged-into-alias")
    );
    if is_alias { DecideError::Alias } else { DecideError::Write(error) }
}

/// The record that remains in the place of one that was merged, or that one itself. References are followed when they are read. Nothing is
/// merged into an alias, whoever else merges at that moment, so no chain goes in a circle; one that remained may become an alias later.
///
/// # Errors
/// When the kind is not in use or the database fails.
pub async fn survivor(records: &Records, permit: &ReadPermit, id: RecordId) -> Result<RecordId, ReadError> {
    let mut here = id;
    for _ in 0..MERGE_HOPS_MAX {
        let next = records.read(permit, here).await?.as_ref().and_then(|record| merged_into(&record.body));
        match next {
            Some(next) => here = next,
            None => return Ok(here),
        }
    }
    tracing::warn!(record.id = %id, "records are merged into one another");
    Ok(id)
}

async fn open(records: &Records, caller: &Caller, pair: RecordId) -> Result<Opened, DecideError> {
    let names = Names::new();
    let permit = records.may_read(caller, &names.duplicate)?;
    let record = records.read(&permit, pair).await?.ok_or(DecideError::Missing)?;
    let id = |field: &str| -> Option<RecordId> { record.body.get(field)?.as_str()?.parse().ok() };
    let text = |field: &str| record.body.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (Some(first), Some(second)) = (id("first"), id("second")) else { return Err(DecideError::Missing) };
    let kind = if text("kind") == "person" { names.person } else { names.cooperative };
    let status = text("status");
    Ok(Opened { kind, record, first, second, status })
}

/// Nothing that the one that becomes an alias has goes out of sight. What was made an alias by hand is one already.
async fn demand_nothing_hidden(records: &Records, opened: &Opened, keep: RecordId) -> Result<(), DecideError> {
    if opened.kind != Names::new().cooperative {
        return Ok(());
    }
    let alias = if keep == opened.first { opened.second } else { opened.first };
    let permit = records.may_read(&Caller::system(), &opened.kind)?;
    let alias = records.read(&permit, alias).await?.filter(|alias| merged_into(&alias.body).is_none());
    let Some(alias) = alias else { return Ok(()) };
    if has_of_its_own(records, &alias, keep).await? { Err(DecideError::Holds) } else { Ok(()) }
}

/// Makes an alias of the one that does not remain, unless it is one already: whoever may change a record may write into it that it is the same as
/// another, and its pair is still open then.
async fn merge(unit: &mut Unit, opened: &Opened, keep: RecordId) -> Result<Value, DecideError> {
    let alias = match keep {
        keep if keep == opened.first => opened.second,
        keep if keep == opened.second => opened.first,
        _ => return Err(DecideError::Stranger),
    };
    let mut is_done = false;
    for id in [keep, alias] {
        let record = unit.get(&opened.kind, id).await?.ok_or(DecideError::Missing)?;
        match merged_into(&record.body) {
            None => {}
            Some(into) if id == alias && into == keep => is_done = true,
            Some(_) => return Err(DecideError::Alias),
        }
    }
    if !is_done {
        unit.patch(&opened.kind, alias, json!({ "merged_into": keep.to_string() }), None).await?;
    }
    Ok(json!({ "status": "merged", "kept": keep.to_string() }))
}

/// Makes a record of the alias again.
async fn unmerge(unit: &mut Unit, opened: &Opened) -> Result<Value, DecideError> {
    for id in [opened.first, opened.second] {
        let Some(record) = unit.get(&opened.kind, id).await? else { continue };
        if merged_into(&record.body).is_some_and(|into| into == opened.first || into == opened.second) {
            unit.patch(&opened.kind, id, json!({ "merged_into": null }), None).await?;
        }
    }
    Ok(json!({ "status": "open", "kept": null }))
}

/// Whoever may change one of the two may say that they are distinct, and that what was said does not hold.
async fn may_change_one(records: &Records, caller: &Caller, opened: &Opened) -> Result<(), DecideError> {
    let kinds = records.kinds();
    let kind = kinds.find(&opened.kind).ok_or_else(|| ReadError::UnknownKind { kind: opened.kind.clone() })?;
    let permit = records.may_read(caller, &opened.kind)?;
    for record in records.read_many(&permit, &[opened.first, opened.second]).await? {
        let place = Placement { subject: record.subject, province: record.province };
        if policy::may_write(caller, kind.name(), kind.access(), Action::Change, place).is_ok() {
            return Ok(());
        }
    }
    Err(DecideError::Refused)
}
