//! The end of a unit: one transaction.

use tiwizi_model::Record;

use super::{Entry, Unit};
use crate::draft::{Draft, DraftAction};
use crate::error::WriteError;
use crate::gathered::Gathered;
use crate::receipt::Receipt;
use crate::write::beside::Beside;
use crate::write::{Submission, Whole};

impl Unit {
    /// Writes all that was gathered in one transaction, or nothing.
    ///
    /// # Errors
    /// As `Records::submit`; `Stale` when a record moved since it was read here, `ValueMoved` when a value did.
    pub async fn commit(self, receipt: Option<Receipt>) -> Result<Vec<Record>, WriteError> {
        self.commit_with(receipt, None).await
    }

    /// The same, and the kernel's own work in the same transaction. That work is done also when nothing was gathered.
    ///
    /// # Errors
    /// As `commit`, and when the work fails.
    pub async fn commit_beside(self, beside: &dyn Beside) -> Result<Vec<Record>, WriteError> {
        self.commit_with(None, Some(beside)).await
    }

    async fn commit_with(
        mut self,
        receipt: Option<Receipt>,
        beside: Option<&dyn Beside>,
    ) -> Result<Vec<Record>, WriteError> {
        let mut submissions = Vec::with_capacity(self.order.len());
        for id in &self.order {
            let Some(Entry { record, base, caller, revives, .. }) = self.entries.remove(id) else { continue };
            let draft = match base {
                None => Draft { kind: record.kind, action: DraftAction::Create { id: Some(*id), body: record.body } },
                Some(seen) if record.deleted => Draft::delete(record.kind, *id, Some(seen)),
                Some(seen) => Draft::replace(record.kind, *id, record.body, seen),
            };
            submissions.push(Submission { caller, draft, revives });
        }
        let gathered = self.gathered();
        if submissions.is_empty() && gathered.is_empty() && receipt.is_none() && beside.is_none() {
            return Ok(Vec::new());
        }
        let (owner, gathered, writes_max) = (&self.caller, &gathered, self.bounds.writes_max);
        let stored =
            self.records.submit_all(Whole { owner, submissions, gathered, receipt, beside, writes_max }).await?;
        if let Some(files) = &self.files {
            stored.remove_freed(files);
        }
        Ok(stored.records)
    }

    fn gathered(&mut self) -> Gathered {
        let mut kept = std::mem::take(&mut self.others);
        if let Some(plugin) = self.caller.plugin() {
            kept.insert(plugin.clone(), std::mem::take(&mut self.kept));
        }
        Gathered { kept, notices: std::mem::take(&mut self.notices), depth: self.depth }
    }
}
