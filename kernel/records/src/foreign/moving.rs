//! A cooperative moves to another home, with everything that belongs to it.
//!
//! At the old home its records become foreign, at the new one its own, each by one more version with the same content: so the versions of a
//! record count on without a gap over its homes, and the new home's log holds all that it has taken over. Kinds that stay in their instance
//! stay: the papers that an office has issued are its own.

use std::sync::Arc;

use serde_json::Value;
use tiwizi_model::limits::{MOVED_RECORDS_MAX, MOVED_ROWS, MOVED_SUBJECTS_MAX};
use tiwizi_model::{Author, InstanceId, KindName, Operation, RecordId};
use tiwizi_storage::{IndexKeys, NewRow, RecordRow, StorageError, WriteTx, record};

use crate::field_error::FieldError;
use crate::kind::Kind;
use crate::manifest::SubjectRule;
use crate::records::Records;
use crate::write::duplicate_fields;

/// A move.
#[derive(Debug, Clone, Copy)]
pub struct Moving<'a> {
    /// The cooperative, and the people who go with it.
    pub subjects: &'a [RecordId],
    /// The home that lets go.
    pub from: InstanceId,
    /// The home that takes over.
    pub to: InstanceId,
    /// The number of its term.
    pub tenure: i64,
}

/// What moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Records.
    pub records: usize,
}

/// Why nothing moved. The transaction can only be given up.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The move is none of this instance's.
    #[error("this instance is not the one that takes over, or lets go")]
    Stranger,
    /// Too much moves at once.
    #[error("at most {MOVED_SUBJECTS_MAX} subjects with {MOVED_RECORDS_MAX} records together move at once")]
    TooMany,
    /// A record is in that term already, or in a later one.
    #[error("the record {id} is in term {tenure} of its ownership already")]
    Term {
        /// The record.
        id: RecordId,
        /// Its term.
        tenure: i64,
    },
    /// A record is not here as a whole, so nobody could go on writing it.
    #[error("the record {id} of {kind} is not here as a whole")]
    Incomplete {
        /// Its kind.
        kind: KindName,
        /// The record.
        id: RecordId,
        /// What is wrong with what is here.
        fields: Vec<FieldError>,
    },
    /// Another record of this instance has a value that only one may have.
    #[error("another record of {kind} has the same {} as {id}", fields.join(", "))]
    Duplicate {
        /// The kind.
        kind: KindName,
        /// The record that would come.
        id: RecordId,
        /// The fields that together must be unique.
        fields: Vec<String>,
    },
    /// A stored body is not JSON.
    #[error("the record {id} is damaged")]
    Damaged {
        /// The record.
        id: RecordId,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A record could not be written.
    #[error("a record could not be written")]
    Write(#[source] tiwizi_storage::WriteError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// At which end of the move this instance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Adopts,
    Releases,
}

impl Records {
    /// Makes the records of some subjects, which another home had, this instance's own. Each is here as a whole and accepted by its kind.
    ///
    /// # Errors
    /// See `MoveError`.
    pub async fn adopt(&self, tx: &mut WriteTx, moving: Moving<'_>) -> Result<Moved, MoveError> {
        if moving.to != self.instance || moving.from == self.instance {
            return Err(MoveError::Stranger);
        }
        self.move_home(tx, moving, End::Adopts).await
    }

    /// Lets the records of some subjects go to another home: they stay to be read, as those of any other home.
    ///
    /// # Errors
    /// See `MoveError`.
    pub async fn release(&self, tx: &mut WriteTx, moving: Moving<'_>) -> Result<Moved, MoveError> {
        if moving.from != self.instance || moving.to == self.instance {
            return Err(MoveError::Stranger);
        }
        self.move_home(tx, moving, End::Releases).await
    }

    async fn move_home(&self, tx: &mut WriteTx, moving: Moving<'_>, end: End) -> Result<Moved, MoveError> {
        if moving.subjects.len() > MOVED_SUBJECTS_MAX {
            return Err(MoveError::TooMany);
        }
        let mut moved = Moved::default();
        let kinds = self.kinds();
        let moves = |kind: &&Arc<Kind>| {
            let declaration = kind.declaration();
            declaration.federates() && declaration.subject != SubjectRule::Nobody
        };
        for kind in kinds.iter().filter(moves) {
            for subject in moving.subjects {
                self.move_kind(tx, (kind.as_ref(), *subject), (moving, end), &mut moved).await?;
            }
        }
        Ok(moved)
    }

    async fn move_kind(
        &self,
        tx: &mut WriteTx,
        (kind, subject): (&Kind, RecordId),
        (moving, end): (Moving<'_>, End),
        moved: &mut Moved,
    ) -> Result<(), MoveError> {
        let mut after = None;
        loop {
            let rows = record::of_subject(tx, (kind.number(), subject), after, MOVED_ROWS).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.id);
            for row in rows.into_iter().filter(|row| row.home == moving.from) {
                moved.records = moved.records.saturating_add(1);
                if moved.records > MOVED_RECORDS_MAX {
                    return Err(MoveError::TooMany);
                }
                self.move_row(tx, kind, row, (moving, end)).await?;
            }
        }
    }

    async fn move_row(
        &self,
        tx: &mut WriteTx,
        kind: &Kind,
        row: RecordRow,
        (moving, end): (Moving<'_>, End),
    ) -> Result<(), MoveError> {
        let (id, seen) = (row.id, row.version);
        if row.tenure >= moving.tenure {
            return Err(MoveError::Term { id, tenure: row.tenure });
        }
        let body: Value = serde_json::from_str(&row.body).map_err(|source| MoveError::Damaged { id, source })?;
        let (body, keys) = match end {
            End::Releases => {
                let keys = kind.foreign_keys(id, &body);
                (row.body.clone(), keys)
            }
            End::Adopts => {
                let body = without_derived(body);
                let keys = own(kind, id, &body)?;
                (body.to_string(), keys)
            }
        };
        let after = RecordRow {
            version: seen.next(),
            home: moving.to,
            tenure: moving.tenure,
            changed_at: self.ambient.now(),
            author: Author::default(),
            body,
            ..row
        };
        let new = NewRow { row: &after, keys: &keys };
        record::replace(tx, new, seen, Operation::Replace).await.map_err(|error| match error {
            tiwizi_storage::WriteError::Duplicate { slot } => {
                MoveError::Duplicate { kind: kind.name().clone(), id, fields: duplicate_fields(kind, slot) }
            }
            error => MoveError::Write(error),
        })
    }
}

/// The keys of a record that becomes an own one, if it is one as its kind wants it.
fn own(kind: &Kind, id: RecordId, body: &Value) -> Result<IndexKeys, MoveError> {
    kind.validate(body).and_then(|()| kind.keys(body)).map_err(|rejection| MoveError::Incomplete {
        kind: kind.name().clone(),
        id,
        fields: rejection.fields,
    })
}

/// What was derived from fields stands beside them under names with a point, which no field of a kind has.
fn without_derived(body: Value) -> Value {
    match body {
        Value::Object(fields) => fields.into_iter().filter(|(name, _)| !name.contains('.')).collect(),
        body => body,
    }
}
