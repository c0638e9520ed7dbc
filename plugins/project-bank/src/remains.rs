//! What a plan leaves behind when it is deleted: its spreadsheet, its notes and the file of them, everything of its team, and whose the improvements were that it
//! proposed. They go with it, whoever deleted it and by whatever way, because this follows the plans' changes. Applications that were sent with
//! it stay: they are the call's.
//!
//! A deleted record says nothing any more, so what belongs to it is found by its id.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tiwizi_sdk::events::{self, Event};
use tiwizi_sdk::{Entry, Error, Find, Kind, Store, blobs};

use crate::improve::work;
use crate::notes::Note;
use crate::team::kinds::{Edit, Invite, Seat, Start, Team};

/// The subscription of the manifest that tells of deleted plans, and of what is left of one.
pub(crate) const REMAINS: &str = "remains";
/// The plugin's own topic: there is more to delete.
const MORE: &str = "more-remains";
/// Records that one call deletes.
const RECORDS_MAX: u32 = 100;

/// Which file was made of a plan; the newest one only, because a plan that changes has its file deleted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", plane = "local")]
#[kind(read("plugin"), create("plugin"), change("plugin"), delete("plugin"))]
#[kind(title(ar = "ملف جدول", fr = "Fichier tableur"), purpose = "The file of a plan is deleted with its plan.")]
#[kind(retention = "Kept as long as its plan.")]
pub(crate) struct MadeFile {
    #[field(unique, max_length = 60, description = "The record of the plan.")]
    plan: String,
    #[field(pattern = "^[0-9a-f]{64}$")]
    blob: String,
}

/// Which file was made of what was noted of a plan; the newest one only. It holds what people wrote, so none is kept beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", plane = "local", index(blob))]
#[kind(read("plugin"), create("plugin"), change("plugin"), delete("plugin"))]
#[kind(title(ar = "ملف المدونات", fr = "Fichier des notes"), purpose = "The file of the notes is deleted with them.")]
#[kind(retention = "Kept until the next one, or as long as its plan.")]
pub(crate) struct NotedFile {
    #[field(unique, max_length = 60, description = "The record of the plan.")]
    plan: String,
    #[field(pattern = "^[0-9a-f]{64}$")]
    blob: String,
}

/// Remembers that a file was made of what was noted of a plan, and deletes the one before.
///
/// # Errors
/// As those of the store and of the files.
pub(crate) fn remember_noted(plan: &str, blob: &str) -> Result<(), Error> {
    let made = NotedFile { plan: plan.to_owned(), blob: blob.to_owned() };
    let Some(entry) = found_noted(plan)? else { return Store::create(&made).map(|_| ()) };
    let before = entry.body.blob.clone();
    if before == blob {
        return Ok(());
    }
    Store::replace(&Entry { body: made, ..entry })?;
    let_go(&before)
}

fn found_noted(plan: &str) -> Result<Option<Entry<NotedFile>>, Error> {
    Store::first(&Find::new().equal(NotedFile::PLAN, plan))
}

/// Deletes a file of notes that no plan has any more: two plans of which the same was noted have one file.
fn let_go(blob: &str) -> Result<(), Error> {
    if Store::count(&Find::new().equal(NotedFile::BLOB, blob))? == 0 { blobs::delete(blob) } else { Ok(()) }
}

/// Remembers that a file was made of a plan.
///
/// # Errors
/// As those of the store.
pub(crate) fn remember(plan: &str, blob: &str) -> Result<(), Error> {
    let made = MadeFile { plan: plan.to_owned(), blob: blob.to_owned() };
    match found(plan)? {
        Some(entry) if entry.body == made => Ok(()),
        Some(entry) => Store::replace(&Entry { body: made, ..entry }).map(|_| ()),
        None => Store::create(&made).map(|_| ()),
    }
}

fn found(plan: &str) -> Result<Option<Entry<MadeFile>>, Error> {
    Store::first(&Find::new().equal(MadeFile::PLAN, plan))
}

/// Deletes what a deleted plan left; what is more than one call deletes is left to the next one.
///
/// # Errors
/// As those of the store and of the files.
pub(crate) fn clear(event: &Event) -> Result<(), Error> {
    let plan = event.record.as_deref().unwrap_or(event.key.as_str());
    if let Some(entry) = found(plan)? {
        blobs::delete(&entry.body.blob)?;
        Store::delete(&entry)?;
    }
    if let Some(entry) = found_noted(plan)? {
        Store::delete(&entry)?;
        let_go(&entry.body.blob)?;
    }
    let mut left = RECORDS_MAX;
    delete_some(Find::new().equal(Invite::PLAN, plan), &mut left)?;
    delete_some(Find::new().equal(Start::PLAN, plan), &mut left)?;
    delete_some(Find::new().equal(Team::PLAN, plan), &mut left)?;
    delete_some(Find::new().equal(Seat::PLAN, plan), &mut left)?;
    delete_some(Find::new().equal(Edit::PLAN, plan), &mut left)?;
    delete_some(Find::new().equal(Note::PLAN, plan), &mut left)?;
    work::forget(plan, &mut left)?;
    if left == 0 { events::emit(MORE, plan, &json!({})) } else { Ok(()) }
}

/// Deletes as many of what is found as are left to this call.
fn delete_some<K: Kind>(find: Find<K>, left: &mut u32) -> Result<(), Error> {
    if *left == 0 {
        return Ok(());
    }
    for entry in &Store::list(&find.limit(*left))?.items {
        Store::delete(entry)?;
        *left = left.saturating_sub(1);
    }
    Ok(())
}
