//! A stored row as a record.

use serde_json::Value;
use tiwizi_model::{KindName, Record, RecordId};
use tiwizi_storage::RecordRow;

/// A stored body is not JSON.
#[derive(Debug, thiserror::Error)]
#[error("the stored body of record {id} is not JSON")]
pub(crate) struct BodyError {
    pub(crate) id: RecordId,
    #[source]
    source: serde_json::Error,
}

pub(crate) fn record(kind: &KindName, row: RecordRow) -> Result<Record, BodyError> {
    let body: Value = serde_json::from_str(&row.body).map_err(|source| BodyError { id: row.id, source })?;
    Ok(Record {
        kind: kind.clone(),
        id: row.id,
        version: row.version,
        home: row.home,
        tenure: row.tenure,
        subject: row.subject,
        province: row.province,
        created_at: row.created_at,
        changed_at: row.changed_at,
        author: row.author,
        deleted: row.deleted,
        body,
    })
}

impl BodyError {
    pub(crate) fn into_source(self) -> serde_json::Error {
        self.source
    }
}
