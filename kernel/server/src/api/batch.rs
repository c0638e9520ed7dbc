//! Several writes in one transaction: all or none.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiwizi_model::{IdError, KindName, RecordId, Version, limits};
use tiwizi_records::{Draft, DraftAction, WriteError};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Visitor;
use crate::idempotency::Key;
use crate::json::{self, Shaped};
use crate::problem::{Fault, FieldProblem, Problem, ProblemBody};

/// The writes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchBody {
    /// In their order; at most 500.
    writes: Vec<WriteBody>,
}

/// One write.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum WriteBody {
    /// A new record.
    Create {
        kind: String,
        id: Option<String>,
        #[schema(value_type = Object)]
        body: Value,
    },
    /// Another content.
    Replace {
        kind: String,
        id: String,
        version: i64,
        #[schema(value_type = Object)]
        body: Value,
    },
    /// A JSON Merge Patch.
    Patch {
        kind: String,
        id: String,
        version: Option<i64>,
        #[schema(value_type = Object)]
        patch: Value,
    },
    /// A tombstone.
    Delete { kind: String, id: String, version: Option<i64> },
}

/// What was written, in the order of the writes.
#[derive(Serialize, ToSchema)]
pub(crate) struct BatchAnswer {
    items: Vec<WrittenView>,
}

/// One record that was written.
#[derive(Serialize, ToSchema)]
pub(crate) struct WrittenView {
    kind: String,
    id: String,
    version: i64,
}

/// Writes all or nothing.
#[utoipa::path(post, path = "/api/v1/batch", tag = "records", request_body = BatchBody,
    params(("idempotency-key" = Option<String>, Header, description = "The same key with the same body has its effect once")),
    responses((status = 200, body = BatchAnswer), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn write(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    key: Option<Extension<Key>>,
    Shaped(batch): Shaped<BatchBody>,
) -> Result<Response, Problem> {
    if batch.writes.is_empty() || batch.writes.len() > limits::BATCH_WRITES_MAX {
        let message = format!("1 to {} writes are taken", limits::BATCH_WRITES_MAX);
        return Err(Problem::field("/writes", "length", message));
    }
    let drafts = batch.writes.into_iter().enumerate().map(|(index, write)| write.draft(index));
    let drafts: Vec<Draft> = drafts.collect::<Result<_, _>>()?;
    let receipt = key.map(|Extension(key)| key.receipt());
    let written = app.records.submit(visitor.caller(), drafts, receipt).await.map_err(located)?;
    let items = written
        .into_iter()
        .map(|record| WrittenView {
            kind: record.kind.to_string(),
            id: record.id.to_string(),
            version: record.version.0,
        })
        .collect();
    json::ok(&BatchAnswer { items })
}

impl WriteBody {
    fn draft(self, index: usize) -> Result<Draft, Problem> {
        let (kind, action) = match self {
            Self::Create { kind, id, body } => {
                let id = id.map(|id| read_id(index, &id)).transpose()?;
                (kind, DraftAction::Create { id, body })
            }
            Self::Replace { kind, id, version, body } => {
                (kind, DraftAction::Replace { id: read_id(index, &id)?, body, seen: Version(version) })
            }
            Self::Patch { kind, id, version, patch } => {
                (kind, DraftAction::Patch { id: read_id(index, &id)?, patch, seen: version.map(Version) })
            }
            Self::Delete { kind, id, version } => {
                (kind, DraftAction::Delete { id: read_id(index, &id)?, seen: version.map(Version) })
            }
        };
        let kind: KindName = kind.parse().map_err(|error: IdError| wrong(index, "kind", &error))?;
        Ok(Draft { kind, action })
    }
}

/// A problem whose pointers say which write they belong to.
fn located(error: WriteError) -> Problem {
    let position = match &error {
        WriteError::Invalid { position, .. } | WriteError::Alike { position, .. } => Some(*position),
        _ => None,
    };
    match position {
        Some(position) => Problem::from(error).below(&format!("/writes/{position}/body")),
        None => error.into(),
    }
}

fn read_id(index: usize, text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|error: IdError| wrong(index, "id", &error))
}

fn wrong(index: usize, field: &str, error: &IdError) -> Problem {
    Problem::from(Fault::Invalid).at(FieldProblem::new(format!("/writes/{index}/{field}"), field, error.to_string()))
}
