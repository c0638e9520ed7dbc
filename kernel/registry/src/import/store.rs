//! Writing what an import has decided, through the one door to records.

use std::sync::Arc;

use serde_json::{Map, Value};
use tiwizi_model::limits::{BATCH_WRITES_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{ProvinceCode, RecordId};
use tiwizi_records::{Draft, Kind, NewRecord};
use tiwizi_storage::{Order, RecordRow, Scan, record};

use crate::import::ImportError;
use crate::import::members::person_of;
use crate::import::merge::{set, stored};
use crate::import::places::Place;
use crate::import::queue::{Broken, NewBatch, Queue, Rows};
use crate::import::run::Pass;

impl Pass<'_> {
    /// Makes records, behind our back; `settle` waits for them.
    pub(super) async fn create(
        &mut self,
        new: Vec<(&Arc<Kind>, Vec<NewRecord>)>,
        rows: Rows,
    ) -> Result<(), ImportError> {
        let kinds: Vec<(Arc<Kind>, Vec<NewRecord>)> =
            new.into_iter().filter(|(_, new)| !new.is_empty()).map(|(kind, new)| (Arc::clone(kind), new)).collect();
        if kinds.is_empty() {
            return Ok(());
        }
        let (records, caller) = (self.records, self.caller);
        let queue = self.queue.get_or_insert_with(|| Queue::open(records.clone(), caller.clone()));
        match queue.bring(NewBatch { kinds, rows }).await {
            Ok(()) => Ok(()),
            Err(Broken) => self.settle().await,
        }
    }

    /// Waits until all that was made is written.
    pub(super) async fn settle(&mut self) -> Result<(), ImportError> {
        match self.queue.take() {
            Some(queue) => queue.close().await,
            None => Ok(()),
        }
    }

    /// Changes records that are there.
    pub(super) async fn change(&self, mut drafts: Vec<Draft>, rows: Rows) -> Result<(), ImportError> {
        while !drafts.is_empty() {
            let rest = drafts.split_off(drafts.len().min(BATCH_WRITES_MAX));
            let written = self.records.submit(self.caller, drafts, None).await;
            written.map_err(|error| rows.failed(error))?;
            drafts = rest;
        }
        Ok(())
    }

    /// A cooperative that moved, or changed its sector, takes its memberships along: their permits and counts go by it. People go with it when
    /// they lie where it lay, as with acts: whoever lies elsewhere stays with the office there, which gave no word to it.
    pub(super) async fn move_members(
        &self,
        place: &Place,
        from: Option<ProvinceCode>,
        rows: Rows,
    ) -> Result<(), ImportError> {
        let mut after = None;
        loop {
            let page = self.memberships(place.id, after.take()).await?;
            let mut persons = Vec::with_capacity(page.len());
            let mut drafts = Vec::with_capacity(page.len());
            for (_, row) in &page {
                let mut body = stored(row)?;
                persons.extend(person_of(&body));
                set(&mut body, "sector", (*place.sector).into());
                drafts.extend(moved(&self.kinds.membership, row, place, body)?);
            }
            let mut tx = self.records.db().read_single().await.map_err(ImportError::Lookup)?;
            let persons = record::find_many(&mut tx, &persons).await.map_err(ImportError::Lookup)?;
            drop(tx);
            for row in persons.iter().filter(|row| !row.deleted && row.province == from) {
                drafts.extend(moved(&self.kinds.person, row, place, stored(row)?)?);
            }
            self.change(drafts, rows).await?;
            match page.into_iter().next_back() {
                Some((key, row)) => after = Some((key, row.id)),
                None => return Ok(()),
            }
        }
    }

    async fn memberships(
        &self,
        cooperative: RecordId,
        after: Option<(String, RecordId)>,
    ) -> Result<Vec<(String, RecordRow)>, ImportError> {
        let subject = Some(cooperative.to_string());
        let scan = Scan {
            kind: self.kinds.membership.number(),
            order: Order::Subject,
            low: subject.clone(),
            high: subject,
            after,
            descending: false,
            reach: None,
            rows_max: PAGE_ROWS_MAX,
        };
        let mut tx = self.records.db().read_single().await.map_err(ImportError::Lookup)?;
        record::scan(&mut tx, &scan).await.map_err(ImportError::Lookup)
    }
}

/// The draft that puts a record where its cooperative is, if it is not there yet.
fn moved(
    kind: &Kind,
    row: &RecordRow,
    place: &Place,
    mut body: Map<String, Value>,
) -> Result<Option<Draft>, ImportError> {
    if let Some(province) = place.province {
        set(&mut body, "province", province.to_string().into());
    }
    let differs = stored(row)? != body;
    Ok(differs.then(|| Draft::replace(kind.name().clone(), row.id, Value::Object(body), row.version)))
}
