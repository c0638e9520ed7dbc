//! The search index, kept by a reader of the log.

use std::collections::BTreeMap;

use tiwizi_model::{Change, KindName, Record, RecordId, fold};
use tiwizi_storage::{KindNo, WriteTx, search};

use crate::catalogue::Catalogue;
use crate::reader::{Reader, ReaderError};
use crate::review::BoxFuture;

/// Puts the search fields of every kind into the search index, folded.
#[derive(Debug, Clone)]
pub struct SearchReader {
    catalogue: Catalogue,
}

impl SearchReader {
    /// A reader for the kinds of a catalogue.
    #[must_use]
    pub fn new(catalogue: Catalogue) -> Self {
        Self { catalogue }
    }

    async fn index(&self, tx: &mut WriteTx, entries: &[(Change, Option<Record>)]) -> Result<(), ReaderError> {
        let kinds = self.catalogue.current();
        // The last entry of a record counts; all show it as it is now.
        let mut texts: BTreeMap<RecordId, Option<(KindNo, String)>> = BTreeMap::new();
        for (change, record) in entries {
            let kind = kinds.find(&change.kind);
            let text = record
                .as_ref()
                .filter(|record| !record.deleted)
                .zip(kind)
                .and_then(|(record, kind)| Some((kind.number(), fold::fold(&kind.search_text(&record.body)?))));
            texts.insert(change.record, text);
        }
        let (mut put, mut remove) = (Vec::with_capacity(texts.len()), Vec::new());
        for (id, text) in texts {
            match text {
                Some((kind, text)) => put.push((kind, id, text)),
                None => remove.push(id),
            }
        }
        if !put.is_empty() {
            search::put(tx, &put).await?;
        }
        if !remove.is_empty() {
            search::remove(tx, &remove).await?;
        }
        Ok(())
    }
}

impl Reader for SearchReader {
    fn name(&self) -> &'static str {
        "search"
    }

    fn wants(&self, kind: &KindName) -> bool {
        self.catalogue.current().find(kind).is_some_and(|kind| !kind.declaration().search.is_empty())
    }

    fn apply<'a>(
        &'a self,
        tx: &'a mut WriteTx,
        entries: &'a [(Change, Option<Record>)],
    ) -> BoxFuture<'a, Result<(), ReaderError>> {
        Box::pin(self.index(tx, entries))
    }
}
