//! The work on imports: one after the other, in the order in which they were asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_model::limits::{IMPORT_KEPT_MS, PAGE_ROWS_DEFAULT};
use tiwizi_model::{RecordId, Version};
use tiwizi_records::{Message, NoticeError, Recipient, Unit, WriteError};

use super::findings::Findings;
use super::run::{Run, Status, StoredRun};
use super::{Current, Imports, ImportsError};
use crate::import::{self, Halt, ImportError, Looked, Settings, Summary, Table};

impl Imports {
    /// Makes order after a start: what was not whole goes, and what was worked on is marked as cut off.
    ///
    /// # Errors
    /// When the folder or the database fails.
    pub async fn recover(&self) -> Result<(), ImportsError> {
        let folder = self.0.folder.clone();
        let found = tokio::task::spawn_blocking(move || folder.clear().and_then(|()| folder.all())).await??;
        for id in found {
            match self.read(id).await? {
                Some(stored) if stored.run.has_files => {}
                _ => self.0.folder.remove(id)?,
            }
        }
        self.mark_cut().await
    }

    /// Marks as cut off what says that it is worked on, and is not: after a crash, or when its end could not be stored. Until then no other
    /// import could write. For whoever calls `run_next`, while that does not run.
    ///
    /// # Errors
    /// When the folder or the database fails.
    pub async fn mark_cut(&self) -> Result<(), ImportsError> {
        let folder = self.0.folder.clone();
        for id in tokio::task::spawn_blocking(move || folder.all()).await?? {
            let Some(StoredRun { version, mut run, .. }) = self.read(id).await? else { continue };
            if run.status.runs() {
                // Whoever wrote cannot say any more how much it was.
                run.written = (run.status == Status::Checking).then_some(0);
                run.status = Status::Cut;
                run.ended_at = Some(self.0.records.ambient().now());
                self.end(id, version, &run).await?;
            }
        }
        Ok(())
    }

    /// Does the import that has waited longest, if one waits; says whether one did.
    ///
    /// # Errors
    /// When the folder or the database fails. What is wrong with a file is no error: its record says so.
    pub async fn run_next(&self) -> Result<bool, ImportsError> {
        let Some(stored) = self.next().await? else { return Ok(false) };
        let (halter, halt) = import::halt();
        let (id, account_name) = (stored.id, stored.run.account_name.clone());
        let current = Current { id, account_name, halter, progress: None, is_stopped: false };
        self.on_current(|place| *place = Some(current));
        // Looked at after the place was taken: `close` looks for whom to tell after it has set this.
        let outcome = if self.0.closing.load(Ordering::SeqCst) { Ok(false) } else { self.perform(stored, halt).await };
        self.leave(id, outcome).await
    }

    /// Makes room for the next. What was ended before anything began was told so, and waits no more.
    pub(super) async fn leave(&self, id: RecordId, outcome: Result<bool, ImportsError>) -> Result<bool, ImportsError> {
        let is_stopped = self.on_current(|place| place.take().is_some_and(|current| current.is_stopped));
        if is_stopped && matches!(outcome, Ok(false)) {
            let waits = |stored: &StoredRun| stored.run.status.waits();
            if let Some(stored) = self.read(id).await?.filter(waits) {
                // One that moves even now is worked on by another kernel.
                self.take_back(&Caller::system(), stored).await?;
            }
        }
        outcome
    }

    /// The instance stops: what is worked on ends after the rows that it is at, and nothing new begins.
    pub fn close(&self) {
        self.0.closing.store(true, Ordering::SeqCst);
        self.on_current(|current| {
            if let Some(current) = current {
                current.halter.halt();
            }
        });
    }

    /// Returns when there may be something to do.
    pub async fn woken(&self) {
        self.0.woken.notified().await;
    }

    /// Takes away the files whose time is over, and says how many imports that were.
    ///
    /// # Errors
    /// When the folder or the database fails.
    pub async fn sweep(&self) -> Result<u64, ImportsError> {
        let folder = self.0.folder.clone();
        let found = tokio::task::spawn_blocking(move || folder.all()).await??;
        let before = self.0.records.ambient().now().plus_ms(IMPORT_KEPT_MS.saturating_neg());
        let mut gone = 0_u64;
        for id in found {
            let Some(StoredRun { version, mut run, .. }) = self.read(id).await? else { continue };
            // Somebody removed them where this folder is not, or the machine stopped before they were gone.
            let is_removed = !run.has_files;
            if !is_removed && (run.asked_at > before || run.status.runs() || run.status.waits()) {
                continue;
            }
            if !is_removed {
                if run.status.may_be_imported() {
                    run.status = Status::GivenUp;
                }
                run.has_files = false;
                self.store(&Caller::system(), id, version, &run).await?;
            }
            let folder = self.0.folder.clone();
            tokio::task::spawn_blocking(move || folder.remove(id)).await??;
            gone = gone.saturating_add(1);
        }
        Ok(gone)
    }

    /// What has waited longest, of what lies on this machine.
    async fn next(&self) -> Result<Option<StoredRun>, ImportsError> {
        let mut waiting = self.with(Some(Status::Waiting), None, PAGE_ROWS_DEFAULT).await?;
        waiting.extend(self.with(Some(Status::Queued), None, PAGE_ROWS_DEFAULT).await?);
        waiting.retain(|stored| self.0.folder.holds(stored.id));
        Ok(waiting.into_iter().min_by_key(|stored| (stored.run.asked_at, stored.id)))
    }

    /// Does one import; false when it is not its turn.
    async fn perform(&self, stored: StoredRun, halt: Halt) -> Result<bool, ImportsError> {
        let StoredRun { id, version, mut run } = stored;
        let writes = run.status == Status::Queued;
        run.status = if writes { Status::Importing } else { Status::Checking };
        run.began_at = Some(self.0.records.ambient().now());
        run.ended_at = None;
        run.error = None;
        run.written = None;
        let version = match self.store(&Caller::system(), id, version, &run).await {
            Ok(version) => version,
            Err(error) if is_others_turn(&error) => return Ok(false),
            Err(error) => return Err(error),
        };
        tracing::info!(import.id = %id, import.writes = writes, "an import began");
        let mut findings = Findings::default();
        let outcome = self.through(id, &mut run, &mut findings, (writes, halt)).await;
        self.judge(id, &mut run, &mut findings, outcome);
        run.ended_at = Some(self.0.records.ambient().now());
        let (folder, bytes) = (self.0.folder.clone(), serde_json::to_vec(&findings).unwrap_or_default());
        let kept = tokio::task::spawn_blocking(move || folder.write_findings(id, &bytes)).await?;
        if let Err(error) = kept {
            // How it ended has to be stored all the same: until then no other import could write.
            tracing::error!(import.id = %id, %error, "what was found in a file could not be written down");
        }
        self.end(id, version, &run).await?;
        tracing::info!(import.id = %id, import.status = run.status.name(), "an import ended");
        Ok(true)
    }

    /// Looks at the file, and goes through it.
    async fn through(
        &self,
        id: RecordId,
        run: &mut Run,
        findings: &mut Findings,
        (writes, halt): (bool, Halt),
    ) -> Result<Summary, ImportError> {
        let path = self.0.folder.file(id);
        let looked = look(path.clone(), run.table, run.encoding).await?;
        *findings = Findings::of(&looked);
        let table = looked.format.table;
        run.table = Some(table);
        let settings = Settings {
            cooperatives: (table == Table::Cooperatives).then(|| path.clone()),
            members: (table == Table::Members).then_some(path),
            dry_run: !writes,
            skip_bad: run.skip_bad,
            report: Some(self.0.folder.report(id)),
            encoding: run.encoding,
            national_id_key: self.0.key.clone(),
            duplicates_rule: Arc::clone(&self.0.duplicates_rule),
        };
        let progress = |progress| {
            self.on_current(|current| {
                if let Some(current) = current {
                    current.progress = Some(progress);
                }
            });
        };
        // As on the command line: the register is written by the instance, and the record of this import says on whose word.
        import::run_until(&self.0.records, &Caller::system(), &settings, halt, progress).await
    }

    /// Says where an import stands after it was gone through.
    fn judge(&self, id: RecordId, run: &mut Run, findings: &mut Findings, outcome: Result<Summary, ImportError>) {
        let writes = run.status == Status::Importing;
        match outcome {
            Ok(mut summary) => {
                run.counts = if run.table == Some(Table::Members) { summary.members } else { summary.cooperatives };
                (run.flagged, run.transcribed) = (summary.flagged, summary.transcribed);
                findings.take(&mut summary);
                run.status = match (writes, summary.kept) {
                    (false, _) => Status::Checked,
                    (true, true) => Status::Imported,
                    (true, false) => Status::Refused,
                };
            }
            Err(ImportError::Halted { written }) => {
                let is_stopped = self.on_current(|current| current.as_ref().is_some_and(|one| one.is_stopped));
                run.status = if is_stopped { Status::Stopped } else { Status::Cut };
                run.written = Some(written);
            }
            Err(error) => {
                tracing::warn!(import.id = %id, import.code = code(&error), %error, "an import failed");
                run.status = Status::Failed;
                run.error = Some(code(&error).to_owned());
                findings.detail = Some(story(&error, &self.0.folder.file(id), &run.name));
            }
        }
    }

    /// Stores how an import ended, and tells whoever started it.
    async fn end(&self, id: RecordId, seen: Version, run: &Run) -> Result<(), ImportsError> {
        let mut unit = Unit::new(self.0.records.clone(), Caller::system());
        unit.replace_by_kernel(&self.0.names.import, id, run.body(), seen).await?;
        if let Some(message) = message(id, run) {
            match unit.tell_by_kernel(Recipient::Account(run.account), &message).await {
                Ok(()) => {}
                Err(error @ (NoticeError::Full | NoticeError::Recipients(_))) => {
                    tracing::warn!(%error, "whoever started an import was not told of its end");
                }
                Err(error) => return Err(error.into()),
            }
        }
        unit.commit(None).await?;
        Ok(())
    }
}

/// Another kernel works on it, or on another import that writes; or it was taken back.
fn is_others_turn(error: &ImportsError) -> bool {
    error.is_stale() || matches!(error.write(), Some(WriteError::Duplicate { .. }))
}

/// Looks at a file on a thread that may block.
async fn look(path: PathBuf, table: Option<Table>, encoding: Option<import::Encoding>) -> Result<Looked, ImportError> {
    let looking = tokio::task::spawn_blocking(move || import::look(&path, table, encoding));
    looking.await.map_err(ImportError::Stopped)?
}

/// What is told of an end; nothing to whoever asked for it.
fn message(id: RecordId, run: &Run) -> Option<Message> {
    let key = match run.status {
        Status::Checked => "notice-import-checked",
        Status::Imported => "notice-import-imported",
        Status::Refused => "notice-import-refused",
        Status::Cut => "notice-import-cut",
        Status::Failed => "notice-import-failed",
        Status::Waiting | Status::Checking | Status::Queued | Status::Importing | Status::Stopped | Status::GivenUp => {
            return None;
        }
    };
    let args = json!({ "name": run.name, "count": run.counts.rejected.to_string() }).to_string();
    Some(Message { key: key.to_owned(), args, link: Some(format!("/register/import/{id}")) })
}

/// The code under which the pages have words for what went wrong.
fn code(error: &ImportError) -> &'static str {
    match error {
        ImportError::Read { .. } | ImportError::Unfinished { .. } => "read",
        ImportError::Encoding { .. } => "encoding",
        ImportError::Sheet { .. } => "sheet",
        ImportError::Header { .. } => "header",
        ImportError::NoProcessing(_) => "no-processing",
        ImportError::Write { .. } => "write",
        ImportError::Report { .. }
        | ImportError::Seal(_)
        | ImportError::NoKind { .. }
        | ImportError::Processings(_)
        | ImportError::Lookup(_)
        | ImportError::Census(_)
        | ImportError::Damaged(_)
        | ImportError::Keys(_)
        | ImportError::Halted { .. }
        | ImportError::Stopped(_) => "internal",
    }
}

/// The whole story of an error, with the name that the file has for whoever sent it. What broke on this side is for the log alone.
fn story(error: &ImportError, path: &Path, name: &str) -> String {
    let mut text = error.to_string();
    if !matches!(code(error), "internal" | "write") {
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
    }
    text.replace(&path.display().to_string(), name)
}
