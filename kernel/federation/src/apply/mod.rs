//! What was taken under agreements becomes records of other homes, in the transaction that takes it.
//!
//! The core decides what is held; here it is shown to the records' door for other homes. What several agreements show of one version is joined; what
//! none shows any more becomes a tombstone. What the door does not accept stays held, says why, and is tried again when that may have changed: one bad
//! record never stops a log.

mod said;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use tiwizi_federation_core::agreement::Kinds;
use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::limits::FOREIGN_RECORDS_MAX;
use tiwizi_model::{KindName, RecordId};
use tiwizi_records::{Breach, FieldError, ForeignError, Park, Records, Said, Verdict};
use tiwizi_storage::federation::entity::{self, EntityRow};
use tiwizi_storage::federation::{AgreementNo, LogNo};
use tiwizi_storage::{KindNo, StorageError, WriteTx, record};

use crate::directory::Roll;
use crate::home::{Derivation, core_kinds};

/// Why what is held could not be shown to the records.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The records refused all of it.
    #[error("the records took nothing of what other homes said")]
    Foreign(#[from] ForeignError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// Shows what is held to the records.
#[derive(Debug, Clone)]
pub struct Apply {
    records: Records,
    derivation: Derivation,
    roll: Arc<Roll>,
}

/// What stands for names in the rows of one transaction.
pub(crate) struct Named {
    /// The kinds.
    pub(crate) kinds: BTreeMap<KindNo, KindName>,
    /// Whose logs they are.
    pub(crate) logs: BTreeMap<LogNo, NodeId>,
}

/// An entity whose rows are looked at together.
struct Looked {
    id: RecordId,
    /// What is said of it; none when it is no record's matter.
    said: Result<Option<Said>, &'static str>,
}

impl Apply {
    /// Over the records of an instance, with the homes that a directory names.
    #[must_use]
    pub fn new(records: Records, derivation: Derivation, roll: Arc<Roll>) -> Self {
        Self { records, derivation, roll }
    }

    /// Shows the records what is held of these entities now, and notes of each whether they have taken it. Of those that are shown less of than before no
    /// earlier version is kept. Tells how many were taken.
    ///
    /// # Errors
    /// When the database fails. What is not accepted is no error.
    pub(crate) async fn apply(
        &self,
        tx: &mut WriteTx,
        named: &Named,
        ids: &[RecordId],
        narrowed: &[RecordId],
    ) -> Result<usize, ApplyError> {
        let kinds = core_kinds(&self.records.kinds(), self.derivation);
        let mut taken = Vec::with_capacity(ids.len());
        for part in ids.chunks(FOREIGN_RECORDS_MAX) {
            let rows = entity::of_entities(tx, part).await?;
            let mut said = Vec::with_capacity(part.len());
            for Looked { id, said: one } in self.look(named, &kinds, part, &rows) {
                match one {
                    Ok(Some(one)) => said.push(one),
                    Ok(None) => taken.push(id),
                    Err(why) => entity::trouble(tx, id, why).await?,
                }
            }
            let of: Vec<RecordId> = said.iter().map(|one| one.id).collect();
            let verdicts = self.records.receive(tx, said).await?;
            for (id, verdict) in of.into_iter().zip(verdicts) {
                match trouble(&verdict) {
                    None => taken.push(id),
                    Some(why) => entity::trouble(tx, id, &why).await?,
                }
            }
        }
        entity::applied(tx, &taken).await?;
        record::forget_versions(tx, narrowed).await?;
        Ok(taken.len())
    }

    /// What is said of each entity, in the order in which they were asked for.
    fn look(&self, named: &Named, kinds: &Kinds, ids: &[RecordId], rows: &[EntityRow]) -> Vec<Looked> {
        let mut by_id: BTreeMap<RecordId, Vec<&EntityRow>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.agreement != AgreementNo::NONE) {
            by_id.entry(row.entity).or_default().push(row);
        }
        let mut seen = std::collections::BTreeSet::new();
        let once = ids.iter().copied().filter(|id| seen.insert(*id));
        let look = |id: RecordId| {
            let rows = by_id.get(&id).map(Vec::as_slice).unwrap_or_default();
            Looked { id, said: self.said(named, kinds, rows) }
        };
        once.map(look).collect()
    }

    fn said(&self, named: &Named, kinds: &Kinds, rows: &[&EntityRow]) -> Result<Option<Said>, &'static str> {
        let Some(top) = rows.iter().max_by_key(|row| (row.tenure, row.ver)) else { return Ok(None) };
        let node = named.logs.get(&top.place.log).ok_or("its log has no name")?;
        let home = self.roll.home_of(node).ok_or("the directory names no home of that instance")?;
        let kind = named.kinds.get(&top.kind).ok_or("its kind has no name")?;
        let at_top: Vec<&EntityRow> = rows
            .iter()
            .copied()
            .filter(|row| (row.tenure, row.ver, row.kind) == (top.tenure, top.ver, top.kind))
            .collect();
        let in_use = self.records.kinds().find(kind).cloned();
        said::of(said::Of { kind, home, in_use: in_use.as_deref(), classes: kinds.get(kind), rows: &at_top }).map(Some)
    }
}

/// Why a verdict is not what was wanted; none when it is.
fn trouble(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Stored(_) | Verdict::Known => None,
        Verdict::Parked(Park::Invalid { fields }) => {
            // A pointer is made of names that another home chose, and PostgreSQL keeps no text with a NUL.
            let told = |fault: &FieldError| format!("{}: {}", fault.pointer.escape_debug(), fault.code);
            let fields: Vec<String> = fields.iter().map(told).collect();
            Some(format!("invalid: {}", fields.join(", ")))
        }
        Verdict::Parked(park) => Some(park.to_string()),
        Verdict::Breach(breach) => Some(breach_text(breach)),
    }
}

fn breach_text(breach: &Breach) -> String {
    format!("refused: {breach}")
}
