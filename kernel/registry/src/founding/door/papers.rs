//! The papers of a file. Their bytes lie in the store of files before; here it is written down which paper each is.

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits::{FOUNDING_DOCUMENT_NAME_CHARS_MAX, FOUNDING_DOCUMENTS_MAX};
use tiwizi_model::{FileHash, RecordId, Version};
use tiwizi_records::FieldError;

use super::reading::Held;
use super::writing::fields;
use super::{Foundings, demand_step};
use crate::founding::error::FoundingError;
use crate::founding::file::Document;
use crate::founding::papers::paper;
use crate::founding::step::Step;

/// How often a paper is put into a file that others change at the same moment: its bytes came over a slow link once.
const TRIES_MAX: u32 = 4;

/// A paper that was stored and is to be put into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// Which one, by the list of papers.
    pub document: String,
    /// The SHA-256 of its bytes.
    pub hash: FileHash,
    /// Its length.
    pub bytes: u64,
    /// The name that it had on its owner's machine.
    pub name: Option<String>,
}

impl Foundings {
    /// Whether a caller may put papers into a file now: asked before their bytes are read.
    ///
    /// # Errors
    /// `Missing`, `NotFounder`, `NotNow`, and `TooMany` when the file has as many as it may.
    pub async fn may_add_document(&self, caller: &Caller, id: RecordId) -> Result<(), FoundingError> {
        let held = self.load(id).await?;
        self.demand_founder(caller, &held)?;
        demand_step(&held, Step::is_open)?;
        if held.founding.documents.len() < FOUNDING_DOCUMENTS_MAX { Ok(()) } else { Err(FoundingError::TooMany) }
    }

    /// Puts a paper into a file. Other statutes are confirmed anew. Two who add papers at once both succeed.
    ///
    /// # Errors
    /// As `may_add_document`; `Invalid` for a paper that the list does not know; `Moved` when others changed the file again and again.
    pub async fn add_document(
        &self,
        caller: &Caller,
        id: RecordId,
        new: NewDocument,
    ) -> Result<Version, FoundingError> {
        for _ in 1..TRIES_MAX {
            match self.try_document(caller, id, &new).await {
                Err(FoundingError::Moved) => {}
                added => return added,
            }
        }
        self.try_document(caller, id, &new).await
    }

    async fn try_document(&self, caller: &Caller, id: RecordId, new: &NewDocument) -> Result<Version, FoundingError> {
        let held = self.load(id).await?;
        self.demand_founder(caller, &held)?;
        demand_step(&held, Step::is_open)?;
        if paper(&new.document).is_none() {
            let message = "the list of papers does not know this one";
            return Err(FoundingError::one(FieldError::of_field("document", "enum", message)));
        }
        let is_there = |there: &Document| there.hash == new.hash && there.document == new.document;
        if held.founding.documents.iter().any(is_there) {
            return Ok(held.version);
        }
        if held.founding.documents.len() >= FOUNDING_DOCUMENTS_MAX {
            return Err(FoundingError::TooMany);
        }
        let mut entry = json!({
            "document": new.document,
            "hash": new.hash.to_string(),
            "bytes": new.bytes,
            "added_at": self.now(),
        });
        if let (Some(name), Some(entry)) = (new.name.as_deref().and_then(plain_name), entry.as_object_mut()) {
            entry.insert("name".to_owned(), name.into());
        }
        let mut documents = list(&held);
        documents.push(entry);
        self.put_documents(caller, &held, documents, &new.document).await
    }

    /// Takes a paper out of a file. Its bytes stay in the store: the history of the file names them.
    ///
    /// # Errors
    /// `Missing`, `NotFounder`, `NotNow`, `Moved`.
    pub async fn remove_document(
        &self,
        caller: &Caller,
        (id, seen): (RecordId, Version),
        hash: FileHash,
    ) -> Result<Version, FoundingError> {
        let held = self.load(id).await?;
        self.demand_founder(caller, &held)?;
        demand_step(&held, Step::is_open)?;
        held.demand_version(seen)?;
        let gone = held.founding.documents.iter().find(|document| document.hash == hash);
        let document = gone.ok_or(FoundingError::Missing)?.document.clone();
        let hash = Value::from(hash.to_string());
        let mut documents = list(&held);
        documents.retain(|entry| entry.get("hash") != Some(&hash));
        self.put_documents(caller, &held, documents, &document).await
    }

    async fn put_documents(
        &self,
        caller: &Caller,
        held: &Held,
        documents: Vec<Value>,
        changed: &str,
    ) -> Result<Version, FoundingError> {
        let mut unit = self.unit(caller);
        self.put(&mut unit, held, fields([("documents", documents.into())])).await?;
        if changed == "statutes" {
            self.unconfirm(&mut unit, held).await?;
        }
        self.store(unit, held.id).await
    }
}

fn list(held: &Held) -> Vec<Value> {
    held.body.get("documents").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The last part of a name, in one line, without signs that turn the direction of what stands beside it.
fn plain_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let turns = |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain = last.chars().filter(|letter| !letter.is_control() && !turns(*letter));
    let plain: String = plain.take(FOUNDING_DOCUMENT_NAME_CHARS_MAX).collect();
    let plain = plain.trim();
    (!plain.is_empty()).then(|| plain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_file_is_one_line_and_no_path() {
        assert_eq!(plain_name("C:\\scans\\statuts.pdf").as_deref(), Some("statuts.pdf"));
        assert_eq!(plain_name("../a\u{202e}b\n.jpg").as_deref(), Some("ab.jpg"));
        assert_eq!(plain_name(" / "), None);
        assert_eq!(plain_name(&"x".repeat(500)).map(|name| name.len()), Some(FOUNDING_DOCUMENT_NAME_CHARS_MAX));
    }
}
