//! Taking back fields that a home does not show this instance any more.

use std::collections::BTreeSet;

use serde_json::Value;
use tiwizi_model::limits::FOREIGN_WITHHELD_ROWS;
use tiwizi_model::{InstanceId, KindName, Operation, RecordId};
use tiwizi_storage::{NewRow, RecordRow, WriteTx, record};

use super::door::ForeignError;
use crate::kind::Kind;
use crate::records::Records;

/// Fields that a home does not show any more.
#[derive(Debug, Clone, Copy)]
pub struct Withheld<'a> {
    /// Of which kind.
    pub kind: &'a KindName,
    /// Whose records.
    pub home: InstanceId,
    /// Their names, those of derived ones included.
    pub fields: &'a BTreeSet<String>,
}

impl Records {
    /// Takes fields out of the next records of a home, and forgets the versions before. Answers behind which record to go on; none at the
    /// end. A record keeps its version: it is the same one, of which less is shown.
    ///
    /// # Errors
    /// When a record is damaged or the database fails.
    pub async fn withhold(
        &self,
        tx: &mut WriteTx,
        withheld: Withheld<'_>,
        after: Option<RecordId>,
    ) -> Result<Option<RecordId>, ForeignError> {
        let kinds = self.kinds();
        let Some(kind) = kinds.find(withheld.kind).filter(|_| withheld.home != self.instance) else { return Ok(None) };
        let rows = record::of_home(tx, (kind.number(), withheld.home), after, FOREIGN_WITHHELD_ROWS).await?;
        let next = rows.last().map(|row| row.id);
        let ids: Vec<RecordId> = rows.iter().map(|row| row.id).collect();
        for row in rows {
            take_out(tx, kind, row, withheld.fields).await?;
        }
        record::forget_versions(tx, &ids).await?;
        Ok(next)
    }
}

async fn take_out(
    tx: &mut WriteTx,
    kind: &Kind,
    row: RecordRow,
    fields: &BTreeSet<String>,
) -> Result<(), ForeignError> {
    let id = row.id;
    let body: Value = serde_json::from_str(&row.body).map_err(|source| ForeignError::Damaged { id, source })?;
    let Value::Object(mut shown) = body else { return Ok(()) };
    let before = shown.len();
    shown.retain(|name, _| !fields.contains(name));
    if shown.len() == before {
        return Ok(());
    }
    let body = Value::Object(shown);
    let keys = kind.foreign_keys(id, &body);
    // A place that is read out of a field goes with the field.
    let (mut subject, mut province) = (row.subject, row.province);
    if kind.subject_field().is_some_and(|field| fields.contains(field)) {
        subject = None;
    }
    if kind.declaration().province.as_ref().is_some_and(|field| fields.contains(field)) {
        province = None;
    }
    let row = RecordRow { subject, province, body: body.to_string(), ..row };
    record::rewrite(tx, NewRow { row: &row, keys: &keys }, Operation::Replace).await.map_err(ForeignError::Write)
}
