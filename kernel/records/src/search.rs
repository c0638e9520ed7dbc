//! The search index, kept by a reader of the log.

use std::collections::BTreeMap;

use tiwizi_model::{KindName, RecordId, fold};
use tiwizi_storage::{KindNo, WriteTx, search};

use crate::catalogue::Catalogue;
use crate::reader::{Entry, Reader, ReaderError};
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

    async fn index(&self, tx: &mut WriteTx, entries: &[Entry]) -> Result<(), ReaderError> {
        let kinds = self.catalogue.current();
        // The last entry of a record counts; all show it as it is now.
        let mut texts: BTreeMap<RecordId, Option<(KindNo, String)>> = BTreeMap::new();
        for Entry { kind, id, current, .. } in entries {
            let text = current
                .body
                .as_ref()
                .zip(kinds.find(kind))
                .and_then(|(body, kind)| Some((kind.number(), fold::fold(&kind.search_text(body)?))));
            texts.insert(*id, text);
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

    fn apply<'a>(&'a self, tx: &'a mut WriteTx, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), ReaderError>> {
        Box::pin(self.index(tx, entries))
    }
}
