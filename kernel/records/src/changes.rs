//! The change log, as far as a caller may see it.

use std::collections::HashMap;

use tiwizi_identity::Caller;
use tiwizi_identity::policy::{self, Class, ReadPermit};
use tiwizi_model::limits::CHANGES_ROWS_MAX;
use tiwizi_model::{Author, Change, RecordId, Seq};
use tiwizi_storage::{ChangeRow, KindNo, RecordRow, change, record};

use crate::error::ReadError;
use crate::records::Records;

/// A page of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePage {
    /// The changes that the caller may see, in order. A page can be empty though the log goes on.
    pub items: Vec<Change>,
    /// Where to go on.
    pub next: Seq,
    /// Whether this was the end of the log.
    pub at_end: bool,
}

impl Records {
    /// The changes after a place. Changes of records that the caller may not see are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes(&self, caller: &Caller, after: Seq, rows_max: u32) -> Result<ChangePage, ReadError> {
        let rows_max = rows_max.clamp(1, CHANGES_ROWS_MAX);
        self.db.sequence().await?;
        let mut tx = self.db.read().await?;
        let rows = change::read_after(&mut tx, after, rows_max).await?;
        let kinds = self.kinds();
        let permits: HashMap<KindNo, ReadPermit> = kinds
            .iter()
            .filter_map(|kind| Some((kind.number(), policy::may_read(caller, kind.name(), kind.access()).ok()?)))
            .collect();
        let ids: Vec<RecordId> =
            rows.iter().filter(|row| permits.contains_key(&row.kind)).map(|row| row.record).collect();
        let found = record::find_many(&mut tx, &ids).await?;
        let found: HashMap<RecordId, RecordRow> = found.into_iter().map(|row| (row.id, row)).collect();
        let at_end = u32::try_from(rows.len()).is_ok_and(|count| count < rows_max);
        let next = rows.last().map_or(after, |row| row.seq);
        let visible = |row: ChangeRow| {
            let permit = permits.get(&row.kind)?;
            let record = found.get(&row.record)?;
            let classes = permit.classes(record.subject, record.province)?;
            let account = row.author.account.filter(|_| classes.holds(Class::Internal));
            let author = Author { account, plugin: row.author.plugin };
            Some(Change {
                seq: row.seq,
                at: row.at,
                kind: permit.kind().clone(),
                record: row.record,
                version: row.version,
                operation: row.operation,
                author,
            })
        };
        Ok(ChangePage { items: rows.into_iter().filter_map(visible).collect(), next, at_end })
    }
}
