//! What a plan leaves behind when it is deleted: its spreadsheet and its notes. They go with it, whoever deleted it and by whatever way, because
//! this follows the plans' changes.
//!
//! A deleted record says nothing any more, so what belongs to it is found by its id.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tiwizi_sdk::events::{self, Event};
use tiwizi_sdk::{Entry, Error, Find, Kind, Store, blobs};

use crate::notes::Note;

/// The subscription of the manifest that tells of deleted plans, and of what is left of one.
pub(crate) const REMAINS: &str = "remains";
/// The plugin's own topic: there is more to delete.
const MORE: &str = "more-remains";
/// Notes that one call deletes.
const NOTES_MAX: u32 = 100;

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
    let notes = Store::<Note>::list(&Find::new().equal(Note::PLAN, plan).limit(NOTES_MAX))?;
    for note in &notes.items {
        Store::delete(note)?;
    }
    if notes.next.is_some() { events::emit(MORE, plan, &json!({})) } else { Ok(()) }
}
