//! Trying kinds out on the records that are there: which of them would their new schema refuse?

use std::sync::Arc;

use tiwizi_model::limits::{MISFIT_ROWS, MISFITS_MAX};
use tiwizi_model::{KindName, Record, RecordId};
use tiwizi_storage::{Order, Scan, record};

use crate::error::ReadError;
use crate::field_error::Rejection;
use crate::kind::Kind;
use crate::records::Records;
use crate::row;
use crate::unit::Unit;

/// A stored record that its kind's schema does not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Its kind.
    pub kind: KindName,
    /// The record.
    pub id: RecordId,
    /// What is wrong with it.
    pub message: String,
}

/// Which records to hold against their kinds.
#[derive(Debug, Clone, Copy)]
pub struct MisfitQuestion<'a> {
    /// The kinds as they would be.
    pub kinds: &'a [Arc<Kind>],
    /// Kinds that would be no more: no record of them may be left.
    pub gone: &'a [Arc<Kind>],
    /// What is written otherwise: its records were held against the kinds already.
    pub unit: &'a Unit,
}

impl Records {
    /// Stored records that their kinds do not accept and that the unit does not write: the first few. Records whose home is another
    /// instance are left out: nobody here could mend them.
    ///
    /// # Errors
    /// When a record is damaged or the database fails.
    pub async fn misfits(&self, question: MisfitQuestion<'_>) -> Result<Vec<Misfit>, ReadError> {
        let mut misfits = Vec::new();
        for kind in question.kinds {
            let fault = |record: &Record| kind.validate(&record.body).err().map(|rejection| first(&rejection));
            self.misfits_of(kind, question.unit, &fault, &mut misfits).await?;
        }
        for kind in question.gone {
            let fault = |_: &Record| Some("its kind is declared no longer".to_owned());
            self.misfits_of(kind, question.unit, &fault, &mut misfits).await?;
        }
        Ok(misfits)
    }

    async fn misfits_of(
        &self,
        kind: &Kind,
        unit: &Unit,
        fault: &(dyn Fn(&Record) -> Option<String> + Sync),
        misfits: &mut Vec<Misfit>,
    ) -> Result<(), ReadError> {
        let mut scan = scan(kind, MISFIT_ROWS);
        loop {
            if misfits.len() >= MISFITS_MAX {
                return Ok(());
            }
            // A connection for each page: writers of PostgreSQL and the clean-up of SQLite wait for nobody here.
            let rows = record::scan(&mut *self.db.read_single().await?, &scan).await?;
            let Some((key, last)) = rows.last() else { return Ok(()) };
            scan.after = Some((key.clone(), last.id));
            for (_, row) in rows {
                if unit.touches(row.id) || row.home != self.instance || misfits.len() >= MISFITS_MAX {
                    continue;
                }
                let record = row::record(kind.name(), row)?;
                if let Some(message) = fault(&record) {
                    misfits.push(Misfit { kind: kind.name().clone(), id: record.id, message });
                }
            }
        }
    }
}

fn first(rejection: &Rejection) -> String {
    rejection.fields.first().map(ToString::to_string).unwrap_or_default()
}

fn scan(kind: &Kind, rows_max: u32) -> Scan {
    let (low, high, after) = (None, None, None);
    Scan { kind: kind.number(), order: Order::Id, low, high, after, descending: false, reach: None, rows_max }
}
