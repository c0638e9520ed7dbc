//! Files and who may read and name them: whoever stored one, and whoever may see a record that names it. Nobody by its hash alone.
//!
//! Only fields that a door of the kernel holds to [`may_name`] count as naming a file; elsewhere anybody could write a hash and so read
//! what is behind it.

use bytes::Bytes;
use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::{FileHash, KindName, RecordId};
use tiwizi_records::ReadError;
use tiwizi_storage::upload;

use crate::app::App;
use crate::problem::Problem;

/// The fields that name files, by their kinds. The last part of a path may stand in each item of a list.
const NAMING: [(&str, &[&str]); 4] = [
    ("registry/act", &["documents"]),
    ("registry/extract", &["file"]),
    ("registry/filing", &["minutes", "accounts"]),
    ("registry/founding", &["documents"]),
];

/// Stores a file for a caller.
pub(crate) async fn store(app: &App, caller: &Caller, bytes: Bytes) -> Result<FileHash, Problem> {
    let hash = app.files.put(bytes).await?;
    note(app, caller, hash).await?;
    Ok(hash)
}

/// Notes that a caller stored a file.
pub(crate) async fn note(app: &App, caller: &Caller, hash: FileHash) -> Result<(), Problem> {
    let Some(account) = caller.account() else { return Ok(()) };
    let mut tx = app.db.begin_write().await?;
    upload::note(&mut tx, account, hash, app.ambient.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a caller stored this file.
pub(crate) async fn is_own(app: &App, caller: &Caller, hash: FileHash) -> Result<bool, Problem> {
    let Some(account) = caller.account() else { return Ok(false) };
    let mut tx = app.db.read_single().await?;
    Ok(upload::find(&mut tx, account, hash).await?.is_some())
}

/// Whether a caller may name this file in what it writes: it is there, and the caller stored it or it is named there already.
pub(crate) async fn may_name(
    app: &App,
    caller: &Caller,
    hash: FileHash,
    standing: &[FileHash],
) -> Result<bool, Problem> {
    let is_known = standing.contains(&hash) || is_own(app, caller, hash).await?;
    Ok(is_known && app.files.size(hash).await?.is_some())
}

/// Whether a record that the caller may see names this file, in a field that the caller may see.
pub(crate) async fn is_named(
    app: &App,
    caller: &Caller,
    (kind, id): (&KindName, RecordId),
    hash: FileHash,
) -> Result<bool, Problem> {
    let Some((_, fields)) = NAMING.iter().find(|(name, _)| *name == kind.as_str()) else { return Ok(false) };
    let permit = match app.records.may_read(caller, kind) {
        Err(ReadError::Refused(_)) => return Ok(false),
        permit => permit?,
    };
    let Some(record) = app.records.read(&permit, id).await? else { return Ok(false) };
    let hash = hash.to_string();
    Ok(fields.iter().filter_map(|field| record.body.get(*field)).any(|value| names(value, &hash)))
}

/// Whether a value is a hash, a list of them, or a list of papers with theirs.
fn names(value: &Value, hash: &str) -> bool {
    match value {
        Value::String(text) => text == hash,
        Value::Array(items) => items.iter().any(|item| names(item.get("hash").unwrap_or(item), hash)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_is_named_by_itself_in_a_list_or_as_a_paper() {
        for value in [json!("ab"), json!(["cd", "ab"]), json!([{ "hash": "ab", "name": "x" }])] {
            assert!(names(&value, "ab"), "{value}");
        }
        for value in [json!(null), json!("abc"), json!(["cd"]), json!([{ "name": "ab" }]), json!({ "hash": "ab" })] {
            assert!(!names(&value, "ab"), "{value}");
        }
    }
}
