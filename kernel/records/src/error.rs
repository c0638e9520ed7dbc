//! What can go wrong with a read or a write of records.

use tiwizi_identity::policy::Refusal;
use tiwizi_model::{InstanceId, KindName, PluginId, RecordId, Version};
use tiwizi_storage::usage::RecordUsage;
use tiwizi_storage::{NearlyFull, StorageError};

use crate::account::RecordQuota;
use crate::field_error::FieldError;
use crate::json::JsonError;
use crate::review::HookFailure;
use crate::row::BodyError;

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No manifest in use declares the kind.
    #[error("there is no kind {kind}")]
    UnknownKind {
        /// The name.
        kind: KindName,
    },
    /// The caller may read no record of the kind.
    #[error("the records may not be read")]
    Refused(#[source] Refusal),
    /// The kind has no such field.
    #[error("there is no field {field:?} to ask about")]
    UnknownField {
        /// The name.
        field: String,
    },
    /// The caller may see none of the fields that the question is about.
    #[error("the caller may not ask about a field of this question")]
    Hidden,
    /// A filter has a value that its field cannot have.
    #[error("the filter on {field:?} cannot be used: {message}")]
    Filter {
        /// The field.
        field: String,
        /// What is expected.
        message: String,
    },
    /// No declared index answers the question.
    #[error("no index answers [{asked}]; lists of this kind go by: {}", indexes.join(" | "))]
    NotIndexed {
        /// What was asked.
        asked: String,
        /// The fields of every declared index, in their order.
        indexes: Vec<String>,
    },
    /// The kind has no fields to search.
    #[error("records of {kind} cannot be searched")]
    NotSearchable {
        /// The kind.
        kind: KindName,
    },
    /// The cursor belongs to another question, or is none.
    #[error("the cursor does not belong to this question")]
    Cursor,
    /// A stored body is not JSON.
    #[error("the record {id} is damaged")]
    Damaged {
        /// The record.
        id: RecordId,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// Why nothing was written. All drafts of a submission stand or fall together; `position` counts them from 0.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// No manifest in use declares the kind.
    #[error("there is no kind {kind}")]
    UnknownKind {
        /// The name.
        kind: KindName,
    },
    /// The caller may see the record, or could make one, but may not do this with it.
    #[error("the write is not allowed")]
    Refused(#[source] Refusal),
    /// The content is not accepted.
    #[error("draft {position} is not accepted")]
    Invalid {
        /// Which draft.
        position: usize,
        /// Every fault that was found, up to a bound.
        fields: Vec<FieldError>,
    },
    /// Somebody else was faster.
    #[error("record {id} is at version {found}, not at {seen}")]
    Stale {
        /// The record.
        id: RecordId,
        /// The version that the caller saw.
        seen: Version,
        /// The version that stands.
        found: Version,
    },
    /// Another record has the value that only one may have.
    #[error("another record of {kind} has the same {}", fields.join(", "))]
    Duplicate {
        /// The kind.
        kind: KindName,
        /// The fields that together must be unique.
        fields: Vec<String>,
    },
    /// It may be the same as records that are there, and its author did not say that it is another.
    #[error("draft {position} may be the same as a record that is there")]
    Alike {
        /// Which draft.
        position: usize,
        /// A fault for each of those records.
        fields: Vec<FieldError>,
    },
    /// There is no such record for this caller.
    #[error("there is no record {id} of {kind}")]
    Missing {
        /// The kind.
        kind: KindName,
        /// The record.
        id: RecordId,
    },
    /// Only a record's home may write it, and what belongs to it.
    #[error("record {id} and what belongs to it are written by instance {home} only")]
    Elsewhere {
        /// The record.
        id: RecordId,
        /// Its home.
        home: InstanceId,
    },
    /// What it belongs to is in transfer to another home, and is written by nobody meanwhile.
    #[error("record {id} belongs to {subject}, which is in transfer to another instance")]
    InTransfer {
        /// The record.
        id: RecordId,
        /// The cooperative or person.
        subject: RecordId,
    },
    /// A new record was given an id that is taken.
    #[error("the id of a new record is taken")]
    Exists,
    /// Too many drafts at once.
    #[error("{count} drafts came at once; {count_max} are allowed")]
    TooMany {
        /// How many came.
        count: usize,
        /// How many are allowed.
        count_max: usize,
    },
    /// The idempotency key is too long or empty.
    #[error("an idempotency key has 1 to {} bytes", tiwizi_model::limits::RECEIPT_KEY_BYTES_MAX)]
    ReceiptKey,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    ReceiptReused,
    /// A hook that must look at the write could not.
    #[error("the write could not be looked at")]
    Hook(#[source] HookFailure),
    /// The hooks of plugins took too long together.
    #[error("the hooks took longer than {} ms together", tiwizi_model::limits::REVIEW_WALL_MS_MAX)]
    ReviewTime,
    /// A value that a plugin keeps changed since it was decided upon.
    #[error("the value under {key:?} changed meanwhile")]
    ValueMoved {
        /// Its key.
        key: String,
    },
    /// A job that was to be taken back is no longer waiting.
    #[error("the job {id} does not wait any more")]
    JobMoved {
        /// Which.
        id: String,
    },
    /// A plugin would have more work waiting than it may.
    #[error("too much work of this plugin's making waits already")]
    QueueFull,
    /// The piece of work that the call does went to another worker.
    #[error("this work has gone to another worker")]
    LeaseLost,
    /// A plugin would keep more values than it may.
    #[error("the plugin keeps too many values")]
    ValuesFull,
    /// A plugin's records would take up more than they may.
    #[error(
        "the records of {plugin} take up too much: {} records with {} bytes are allowed, and an administrator may raise that",
        quota.items_max,
        quota.bytes_max
    )]
    PluginFull {
        /// Whose.
        plugin: PluginId,
        /// What they would take up.
        usage: RecordUsage,
        /// What they may.
        quota: RecordQuota,
    },
    /// A plugin would keep more files than it may.
    #[error("the plugin keeps too many files")]
    FilesFull,
    /// A plugin would add to a disk that is nearly full.
    #[error(transparent)]
    Disk(#[from] NearlyFull),
    /// A stored body is not JSON.
    #[error("the record {id} is damaged")]
    Damaged {
        /// The record.
        id: RecordId,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A body could not be written as text.
    #[error("a body could not be written as JSON")]
    Encode(#[source] serde_json::Error),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

impl From<BodyError> for ReadError {
    fn from(error: BodyError) -> Self {
        let id = error.id;
        Self::Damaged { id, source: error.into_source() }
    }
}

impl From<BodyError> for WriteError {
    fn from(error: BodyError) -> Self {
        let id = error.id;
        Self::Damaged { id, source: error.into_source() }
    }
}

impl WriteError {
    pub(crate) fn json(position: usize, error: &JsonError) -> Self {
        Self::Invalid { position, fields: vec![FieldError::new("", error.code(), error.to_string())] }
    }
}
