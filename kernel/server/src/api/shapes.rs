//! Shapes that several resources share.

use serde::Serialize;
use serde_json::{Map, Value};
use tiwizi_model::Record;
use utoipa::ToSchema;

use crate::time::rfc3339;

/// A record as it goes out.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RecordView {
    /// Its id.
    id: String,
    /// Its kind, `namespace/name`.
    kind: String,
    /// Plus one at each write; it is also the ETag.
    version: i64,
    /// The one instance that may write it.
    home: String,
    /// The number of its home's term of ownership.
    tenure: i64,
    /// The cooperative or person that it belongs to.
    subject: Option<String>,
    /// The province that it lies in.
    province: Option<String>,
    /// When it was first written.
    created: String,
    /// When it was last written.
    changed: String,
    /// Its content, as far as the caller may see it.
    #[schema(value_type = Object)]
    pub(crate) body: Value,
}

impl From<Record> for RecordView {
    fn from(record: Record) -> Self {
        Self {
            id: record.id.to_string(),
            kind: record.kind.to_string(),
            version: record.version.0,
            home: record.home.to_string(),
            tenure: record.tenure,
            subject: record.subject.map(|id| id.to_string()),
            province: record.province.map(|code| code.to_string()),
            created: rfc3339(record.created_at),
            changed: rfc3339(record.changed_at),
            body: record.body,
        }
    }
}

impl RecordView {
    /// Keeps only the named fields of the content.
    pub(crate) fn narrow(&mut self, fields: &[String]) {
        if let Value::Object(body) = &mut self.body {
            let kept: Map<String, Value> =
                std::mem::take(body).into_iter().filter(|(name, _)| fields.contains(name)).collect();
            *body = kept;
        }
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageView<T> {
    /// What was found.
    pub(crate) items: Vec<T>,
    /// The cursor of the next page; null on the last.
    pub(crate) next: Option<String>,
}

/// A list that is short by nature and comes whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListView<T> {
    /// All there is.
    pub(crate) items: Vec<T>,
}
