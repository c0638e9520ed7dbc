//! Writing: from drafts to one transaction, or to nothing.
//!
//! A draft is settled first (permit, merge, schema), outside any transaction; then it is reviewed; then all are stored
//! together, each with its change, if every record is still at the version that was settled against.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tiwizi_identity::Caller;
use tiwizi_model::limits::{BATCH_WRITES_MAX, RECORD_BYTES_MAX, REVIEW_WALL_MS_MAX, WRITE_TRIES_MAX};
use tiwizi_model::{Operation, Record, RecordId, Version};
use tiwizi_storage::{IndexKeys, NewRow, RecordRow, WriteTx, record};

use crate::account::{Charges, Weight};
use crate::catalogue::Kinds;
use crate::draft::{Draft, DraftAction};
use crate::error::WriteError;
use crate::field_error::{FieldError, Rejection};
use crate::foreign::{Touched, guard};
use crate::gathered::{Gathered, Stored};
use crate::kind::Kind;
use crate::receipt::{self, Receipt};
use crate::records::Records;
use crate::reduce::reduce;
use crate::review::Proposal;
use crate::row;

pub(crate) mod beside;
mod settle;
mod stands;
pub(crate) mod within;

use beside::{Beside, Written};
pub(crate) use settle::{Settled, settle_new};

/// A draft by somebody.
#[derive(Debug, Clone)]
pub(crate) struct Submission {
    pub(crate) caller: Caller,
    pub(crate) draft: Draft,
    /// Whether the draft may bring back a record that was deleted, under its own id. Only the kernel's roll-back does.
    pub(crate) revives: bool,
}

impl Submission {
    pub(crate) fn new(caller: Caller, draft: Draft) -> Self {
        Self { caller, draft, revives: false }
    }
}

/// Drafts that stand or fall together, and what is stored with them.
pub(crate) struct Whole<'a> {
    pub(crate) owner: &'a Caller,
    pub(crate) submissions: Vec<Submission>,
    pub(crate) gathered: &'a Gathered,
    pub(crate) receipt: Option<Receipt>,
    pub(crate) beside: Option<&'a dyn Beside>,
    pub(crate) writes_max: usize,
}

/// A write that needs nothing more than a transaction.
pub(crate) struct Ready {
    settled: Settled,
    pub(crate) row: RecordRow,
    pub(crate) keys: IndexKeys,
}

impl Ready {
    fn written(&self) -> Written {
        let Settled { id, old, .. } = &self.settled;
        Written { id: *id, before: old.as_ref().map(|old| old.version), after: self.row.version }
    }
}

/// Why a try to write ended without a write.
enum Ended {
    /// For good.
    Refused(WriteError),
    /// For good, because of what another writer has stored, which readers may not see yet.
    Preceded(WriteError),
    /// A record moved that the caller did not pin to a version, or another request with the same receipt was faster.
    Overtaken(WriteError),
}

impl From<WriteError> for Ended {
    fn from(error: WriteError) -> Self {
        Self::Refused(error)
    }
}

impl From<tiwizi_storage::StorageError> for Ended {
    fn from(error: tiwizi_storage::StorageError) -> Self {
        Self::Refused(error.into())
    }
}

impl Records {
    /// Writes drafts: all of them in one transaction, each with its change, or none. What is returned is reduced to what
    /// the caller may see. The same receipt with the same request answers what was written the first time. Whoever is refused because of
    /// what another writer has stored can read that then.
    ///
    /// # Errors
    /// See `WriteError`; nothing was written then.
    pub async fn submit(
        &self,
        caller: &Caller,
        drafts: Vec<Draft>,
        receipt: Option<Receipt>,
    ) -> Result<Vec<Record>, WriteError> {
        let submissions = drafts.into_iter().map(|draft| Submission::new(caller.clone(), draft)).collect();
        let gathered = &Gathered::default();
        let writes_max = BATCH_WRITES_MAX;
        Ok(self
            .submit_all(Whole { owner: caller, submissions, gathered, receipt, beside: None, writes_max })
            .await?
            .records)
    }

    pub(crate) async fn submit_all(&self, mut whole: Whole<'_>) -> Result<Stored, WriteError> {
        let (count, count_max) = (whole.submissions.len(), whole.writes_max);
        if count > count_max {
            return Err(WriteError::TooMany { count, count_max });
        }
        if let Some(receipt) = &whole.receipt {
            receipt.check()?;
        }
        check_twice(&whole.submissions)?;
        let submissions = std::mem::take(&mut whole.submissions);
        let mut tries = 1;
        loop {
            match self.try_submit(&whole, submissions.clone()).await {
                Ok(stored) => return Ok(stored),
                Err(Ended::Refused(error)) => return Err(error),
                Err(Ended::Preceded(error)) => {
                    self.await_others().await?;
                    return Err(error);
                }
                Err(Ended::Overtaken(error)) if tries >= WRITE_TRIES_MAX => return Err(error),
                Err(Ended::Overtaken(_)) => {
                    self.await_others().await?;
                    tries = tries.saturating_add(1);
                }
            }
        }
    }

    /// Whoever was faster may be in a group of writers that is not on disk yet, and readers do not see it before. An empty write joins that
    /// group and returns when it is there.
    async fn await_others(&self) -> Result<(), tiwizi_storage::StorageError> {
        self.db.begin_write().await?.commit().await
    }

    async fn try_submit(&self, whole: &Whole<'_>, submissions: Vec<Submission>) -> Result<Stored, Ended> {
        let Whole { owner, gathered, beside, .. } = *whole;
        let receipt = whole.receipt.as_ref();
        let kinds = self.kinds();
        let current = {
            let mut tx = self.db.read().await?;
            if let Some(answer) = self.answered(&mut tx, owner, &kinds, receipt).await? {
                return Ok(Stored::new(answer, Vec::new()));
            }
            current(&mut tx, &kinds, &submissions).await?
        };
        let mut ready = match self.prepare(&kinds, submissions, &current).await {
            Ok(ready) => ready,
            // It may be alike to what the same request has written a moment ago.
            Err(error @ WriteError::Alike { .. }) => {
                let answered = self.answered(&mut *self.db.read().await?, owner, &kinds, receipt).await?;
                return Err(if answered.is_some() { Ended::Overtaken(error) } else { Ended::Refused(error) });
            }
            Err(error) => return Err(error.into()),
        };
        self.check_growth(owner, &ready, gathered)?;
        stands::check_apart(&ready)?;
        let mut tx = self.db.begin_write().await?;
        if self.answered(&mut tx, owner, &kinds, receipt).await?.is_some() {
            return Err(Ended::Overtaken(WriteError::ReceiptReused));
        }
        stands::hold(&mut tx, &ready).await?;
        self.check_homes(&mut tx, &mut ready).await?;
        if let Some(beside) = beside {
            let written: Vec<Written> = ready.iter().map(Ready::written).collect();
            beside.store(&mut tx, &written).await?;
        }
        tx.follow(gathered.depth);
        store(&mut tx, &ready).await?;
        charges(&ready).store(&mut tx, ready.first().map(|ready| ready.row.id)).await?;
        let freed = gathered.store(&mut tx, self.ambient.now()).await?;
        let mut written: Vec<Record> = Vec::with_capacity(ready.len());
        for Ready { settled, row, .. } in ready {
            let mut record = settled.record(&row);
            reduce(&settled.kind, &mut record, settled.classes());
            written.push(record);
        }
        if let Some(receipt) = receipt {
            receipt::store(&mut tx, owner, receipt, &self.ambient, &written).await.map_err(|error| match error {
                tiwizi_storage::WriteError::Duplicate { .. } => Ended::Overtaken(WriteError::ReceiptReused),
                error => Ended::Refused(storage_error(error)),
            })?;
        }
        gathered.keep_files();
        tx.commit().await?;
        Ok(Stored::new(written, freed))
    }

    /// Refuses what belongs to a subject of another home, or to one in transfer. New records are of the term that their subject is in.
    async fn check_homes(&self, tx: &mut WriteTx, ready: &mut [Ready]) -> Result<(), WriteError> {
        let touched = ready.iter().filter_map(|Ready { settled, row, .. }| {
            let before = settled.old.as_ref().and_then(|old| old.subject);
            Touched::of(&settled.kind, row.id, [before, row.subject])
        });
        let touched: Vec<Touched> = touched.collect();
        let tenures = guard(self, tx, &touched).await?;
        for Ready { settled, row, .. } in ready.iter_mut().filter(|ready| ready.settled.old.is_none()) {
            let tenure = row.subject.and_then(|subject| tenures.get(&subject));
            row.tenure = tenure.copied().filter(|_| settled.kind.declaration().federates()).unwrap_or(row.tenure);
        }
        Ok(())
    }

    /// Holds what plugins add against the disk. What the kernel writes by itself, and what makes room, goes on.
    fn check_growth(&self, owner: &Caller, ready: &[Ready], gathered: &Gathered) -> Result<(), WriteError> {
        let grows = ready.iter().any(|ready| ready.settled.is_plugins_growth());
        if grows || (!owner.is_kernel() && gathered.grows()) {
            self.demand_disk()?;
        }
        Ok(())
    }

    /// Settles every draft and has it reviewed.
    async fn prepare(
        &self,
        kinds: &Kinds,
        submissions: Vec<Submission>,
        current: &HashMap<RecordId, Record>,
    ) -> Result<Vec<Ready>, WriteError> {
        let all = async {
            let mut ready = Vec::with_capacity(submissions.len());
            for (position, submission) in submissions.into_iter().enumerate() {
                let found = submission.draft.id().and_then(|id| current.get(&id));
                let settled = self.settle(kinds, position, submission, found)?;
                ready.push(self.review(position, settled).await?);
            }
            Ok(ready)
        };
        tokio::time::timeout(Duration::from_millis(REVIEW_WALL_MS_MAX), all)
            .await
            .unwrap_or(Err(WriteError::ReviewTime))
    }

    /// What was answered to the same request before, reduced to what the caller may see now.
    async fn answered(
        &self,
        tx: &mut tiwizi_storage::Tx,
        owner: &Caller,
        kinds: &Kinds,
        receipt: Option<&Receipt>,
    ) -> Result<Option<Vec<Record>>, WriteError> {
        let Some(receipt) = receipt else { return Ok(None) };
        let Some(row) = receipt::find(tx, owner, receipt, &self.ambient).await? else { return Ok(None) };
        let mut records = receipt::replay(tx, kinds, &row).await?;
        for record in &mut records {
            if let Some(kind) = kinds.find(&record.kind) {
                let classes = settle::visible(owner, kind, settle::place_of(record));
                reduce(kind, record, classes);
            }
        }
        Ok(Some(records))
    }

    /// Lets every reviewer look.
    async fn review(&self, position: usize, mut settled: Settled) -> Result<Ready, WriteError> {
        let mut proposal = Proposal::new(&mut settled, &self.reviewers, position);
        proposal.hold()?;
        proposal.review().await?;
        self.ready(position, settled)
    }

    pub(crate) fn ready(&self, position: usize, settled: Settled) -> Result<Ready, WriteError> {
        let keys = match settled.operation {
            Operation::Delete => IndexKeys::default(),
            Operation::Create | Operation::Replace => {
                settled.kind.keys(&settled.body).map_err(|fault| invalid(position, fault))?
            }
        };
        let row = settled.row(self.instance, self.ambient.now())?;
        if row.body.len() > RECORD_BYTES_MAX {
            let message = format!("the body has {} bytes; {RECORD_BYTES_MAX} are allowed", row.body.len());
            return Err(invalid(position, Rejection::one(FieldError::new("", "too-long", message))));
        }
        Ok(Ready { settled, row, keys })
    }
}

/// The records that the drafts are about, as they stand.
async fn current(
    tx: &mut tiwizi_storage::Tx,
    kinds: &Kinds,
    submissions: &[Submission],
) -> Result<HashMap<RecordId, Record>, WriteError> {
    let ids: Vec<RecordId> = submissions
        .iter()
        .filter(|submission| !matches!(submission.draft.action, DraftAction::Create { .. }))
        .filter_map(|submission| submission.draft.id())
        .collect();
    let mut found = HashMap::with_capacity(ids.len());
    if ids.is_empty() {
        return Ok(found);
    }
    for row in record::find_many(tx, &ids).await? {
        if let Some(kind) = kinds.name(row.kind) {
            found.insert(row.id, row::record(kind, row)?);
        }
    }
    Ok(found)
}

/// Two drafts about one record would be settled against the same version, and the second would overwrite the first.
fn check_twice(submissions: &[Submission]) -> Result<(), WriteError> {
    let mut seen = HashSet::new();
    for (position, submission) in submissions.iter().enumerate() {
        if submission.draft.id().is_some_and(|id| !seen.insert(id)) {
            let fault = FieldError::new("", "repeated", "two drafts are about the same record; join them into one");
            return Err(invalid(position, Rejection::one(fault)));
        }
    }
    Ok(())
}

/// Stores what is ready, in its order; new records of one kind that follow each other go in together.
async fn store(tx: &mut WriteTx, ready: &[Ready]) -> Result<(), Ended> {
    let together = |left: &Ready, right: &Ready| {
        let new = |ready: &Ready| ready.settled.operation == Operation::Create;
        new(left) && new(right) && Arc::ptr_eq(&left.settled.kind, &right.settled.kind)
    };
    for run in ready.chunk_by(together) {
        let Some(first) = run.first() else { continue };
        let kind = &first.settled.kind;
        match (&first.settled.old, first.settled.operation) {
            (Some(old), operation) => {
                let new = NewRow { row: &first.row, keys: &first.keys };
                let stored = record::replace(tx, new, old.version, operation).await;
                stored.map_err(|error| not_stored(error, kind, old.id, old.version, first.settled.pinned))?;
            }
            (None, _) => {
                let rows: Vec<NewRow<'_>> =
                    run.iter().map(|ready| NewRow { row: &ready.row, keys: &ready.keys }).collect();
                let stored = record::insert(tx, &rows).await;
                stored.map_err(|error| not_stored(error, kind, first.row.id, Version::FIRST, true))?;
            }
        }
    }
    Ok(())
}

/// What the writes add to the accounts of the plugins whose kinds they are of.
fn charges(ready: &[Ready]) -> Charges {
    let mut charges = Charges::default();
    for Ready { settled, row, .. } in ready {
        charges.add(&settled.kind, || {
            let before = settled.old.as_ref().filter(|old| !old.deleted).map(|old| old.body.to_string().len());
            let revives = settled.old.as_ref().is_some_and(|old| old.deleted);
            Weight { before, after: (!row.deleted).then_some(row.body.len()), revives }.change()
        });
    }
    charges
}

fn not_stored(error: tiwizi_storage::WriteError, kind: &Kind, id: RecordId, seen: Version, pinned: bool) -> Ended {
    use tiwizi_storage::WriteError as Stored;
    match error {
        Stored::Stale { found } if pinned => Ended::Preceded(WriteError::Stale { id, seen, found }),
        Stored::Stale { found } => Ended::Overtaken(WriteError::Stale { id, seen, found }),
        Stored::Duplicate { slot } => Ended::Preceded(duplicate(kind, slot)),
        Stored::Missing => Ended::Refused(WriteError::Missing { kind: kind.name().clone(), id }),
        Stored::Exists => Ended::Preceded(WriteError::Exists),
        error @ Stored::Storage(_) => Ended::Refused(storage_error(error)),
    }
}

pub(crate) fn duplicate(kind: &Kind, slot: usize) -> WriteError {
    WriteError::Duplicate { kind: kind.name().clone(), fields: duplicate_fields(kind, slot) }
}

/// The fields of a unique index.
pub(crate) fn duplicate_fields(kind: &Kind, slot: usize) -> Vec<String> {
    kind.unique().get(slot).into_iter().flat_map(crate::kind::KindIndex::names).map(str::to_owned).collect()
}

fn storage_error(error: tiwizi_storage::WriteError) -> WriteError {
    use tiwizi_storage::WriteError as Stored;
    match error {
        Stored::Exists | Stored::Duplicate { .. } => WriteError::Exists,
        Stored::Storage(source) => WriteError::Storage(source),
        Stored::Stale { .. } | Stored::Missing => {
            WriteError::Storage(tiwizi_storage::StorageError::Corrupt { what: "a new record was found changed".into() })
        }
    }
}

pub(crate) fn invalid(position: usize, rejection: Rejection) -> WriteError {
    WriteError::Invalid { position, fields: rejection.fields }
}
