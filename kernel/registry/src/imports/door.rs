//! What people do with imports: send one, look at it, say what shall become of it, end it, take it away.

use std::path::PathBuf;

use serde_json::Value;
use tiwizi_identity::{Caller, Role};
use tiwizi_model::limits::{IMPORTS_OPEN_MAX, IMPORTS_SHOWN_MAX, TITLE_CHARS_MAX, WRITE_TRIES_MAX};
use tiwizi_model::{Record, RecordId, Version};
use tiwizi_records::{Filter, Query, Unit};

use super::findings::Findings;
use super::folder::Incoming;
use super::run::{Run, Status, StoredRun};
use super::{Imports, ImportsError};
use crate::import::{Counts, Encoding, Progress, Table};

/// What is said of a file that is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewImport {
    /// Its name on its owner's machine; shown, and used for nothing else.
    pub name: String,
    /// What it is; its columns tell when nobody says.
    pub table: Option<Table>,
    /// How its letters are written; the file tells when nobody says.
    pub encoding: Option<Encoding>,
}

/// An import, with all that whoever sent it may see.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its record.
    pub stored: StoredRun,
    /// How far it has come, while this kernel works on it.
    pub progress: Option<Progress>,
    /// What was found in the file, while that is there.
    pub findings: Option<Findings>,
    /// Who started what is worked on, while this one waits for it.
    pub behind: Option<String>,
}

impl Imports {
    /// Begins to take a file.
    ///
    /// # Errors
    /// `Refused` when the caller may not import; `TooMany` while as many wait as may.
    pub async fn begin(&self, caller: &Caller) -> Result<Incoming, ImportsError> {
        demand(caller)?;
        let mut open = 0_usize;
        for status in [Status::Waiting, Status::Checked, Status::Queued] {
            open = open.saturating_add(self.with(Some(status), None, IMPORTS_OPEN_MAX).await?.len());
        }
        if open >= usize::try_from(IMPORTS_OPEN_MAX).unwrap_or(usize::MAX) {
            return Err(ImportsError::TooMany);
        }
        let name = self.0.records.ambient().new_uuid().to_string();
        Ok(self.0.folder.begin(&name)?)
    }

    /// Takes a file that came whole: it waits to be tried.
    ///
    /// # Errors
    /// `Refused`; `Empty`; otherwise when the folder or the database fails. The file goes then.
    pub async fn take(&self, caller: &Caller, new: NewImport, incoming: Incoming) -> Result<RecordId, ImportsError> {
        let account = demand(caller)?.account().ok_or(ImportsError::Refused)?;
        if incoming.bytes() == 0 {
            return Err(ImportsError::Empty);
        }
        let id = self.0.records.ambient().new_id();
        let run = Run {
            name: named(&new.name),
            bytes: incoming.bytes(),
            table: new.table,
            encoding: new.encoding,
            status: Status::Waiting,
            skip_bad: false,
            account,
            account_name: caller.name().unwrap_or_default().chars().take(TITLE_CHARS_MAX).collect(),
            asked_at: self.0.records.ambient().now(),
            began_at: None,
            ended_at: None,
            counts: Counts::default(),
            flagged: 0,
            transcribed: 0,
            written: None,
            error: None,
            has_files: true,
        };
        let stored = match self.0.folder.keep(incoming, id).await {
            Ok(()) => self.store_new(caller, id, &run).await,
            Err(error) => Err(error.into()),
        };
        if stored.is_err() {
            self.0.folder.remove(id)?;
        }
        stored?;
        self.0.woken.notify_one();
        Ok(id)
    }

    async fn store_new(&self, caller: &Caller, id: RecordId, run: &Run) -> Result<(), ImportsError> {
        let mut unit = Unit::new(self.0.records.clone(), caller.clone());
        unit.create_by_kernel_as(&self.0.names.import, id, run.body())?;
        unit.commit(None).await?;
        Ok(())
    }

    /// The newest imports that the caller may see.
    ///
    /// # Errors
    /// `Refused` when the caller may not import.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<StoredRun>, ImportsError> {
        demand(caller)?;
        let account = caller.account().filter(|_| !caller.holds(Role::Administrator));
        self.with(None, account.map(|account| Filter::equals("account", account.to_string())), IMPORTS_SHOWN_MAX).await
    }

    /// An import, for whoever sent it and for administrators.
    ///
    /// # Errors
    /// `Missing` when there is none for this caller.
    pub async fn show(&self, caller: &Caller, id: RecordId) -> Result<Shown, ImportsError> {
        let stored = self.find(caller, id).await?;
        let (progress, behind) = self.on_current(|current| match current {
            Some(current) if current.id == id => (current.progress, None),
            Some(current) => (None, stored.run.status.waits().then(|| current.account_name.clone())),
            None => (None, None),
        });
        let findings = if stored.run.has_files { self.findings(id).await? } else { None };
        Ok(Shown { stored, progress, findings, behind })
    }

    /// Where the report of rejected rows lies.
    ///
    /// # Errors
    /// `Missing` when there is none for this caller; `NotNow` while it is written; `Removed` when it is gone.
    pub async fn report(&self, caller: &Caller, id: RecordId) -> Result<PathBuf, ImportsError> {
        let StoredRun { run, .. } = self.find(caller, id).await?;
        if run.status.runs() || run.status.waits() {
            return Err(ImportsError::NotNow { status: run.status });
        }
        let path = self.0.folder.report(id);
        if run.has_files && path.is_file() { Ok(path) } else { Err(ImportsError::Removed) }
    }

    /// Says that a file which was tried shall be imported: all of it, or its good rows.
    ///
    /// # Errors
    /// `Rejected` when rows are wrong and all shall be imported; `NotNow` when it does not wait for that word.
    pub async fn import(&self, caller: &Caller, id: RecordId, skip_bad: bool) -> Result<(), ImportsError> {
        let StoredRun { version, mut run, .. } = self.find_with_file(caller, id).await?;
        if !run.status.may_be_imported() {
            return Err(ImportsError::NotNow { status: run.status });
        }
        if !skip_bad && run.counts.rejected > 0 {
            return Err(ImportsError::Rejected { rejected: run.counts.rejected });
        }
        run.status = Status::Queued;
        run.skip_bad = skip_bad;
        self.store(caller, id, version, &run).await?;
        self.0.woken.notify_one();
        Ok(())
    }

    /// Tries a file once more.
    ///
    /// # Errors
    /// `NotNow` when it did not end early.
    pub async fn try_again(&self, caller: &Caller, id: RecordId) -> Result<(), ImportsError> {
        let StoredRun { version, mut run, .. } = self.find_with_file(caller, id).await?;
        if !run.status.may_be_tried_again() {
            return Err(ImportsError::NotNow { status: run.status });
        }
        run.status = Status::Waiting;
        self.store(caller, id, version, &run).await?;
        self.0.woken.notify_one();
        Ok(())
    }

    /// Ends what is worked on, after the rows that it is at; takes back what waits.
    ///
    /// # Errors
    /// `NotNow` when it neither waits nor runs.
    pub async fn stop(&self, caller: &Caller, id: RecordId) -> Result<(), ImportsError> {
        let mut stored = self.find(caller, id).await?;
        for _ in 0..WRITE_TRIES_MAX {
            let is_told = self.on_current(|current| match current {
                Some(current) if current.id == id => {
                    current.is_stopped = true;
                    current.halter.halt();
                    true
                }
                _ => false,
            });
            if is_told || self.take_back(caller, stored).await? {
                return Ok(());
            }
            // The work on it began, or ended, between the look and the word.
            stored = self.find(caller, id).await?;
        }
        Err(ImportsError::NotNow { status: stored.run.status })
    }

    /// Takes back what waits, as it was seen; false when it moved meanwhile.
    pub(super) async fn take_back(&self, caller: &Caller, seen: StoredRun) -> Result<bool, ImportsError> {
        let StoredRun { id, version, mut run } = seen;
        run.written = Some(0);
        run.status = match run.status {
            Status::Waiting => Status::Stopped,
            Status::Queued => Status::Checked,
            status => return Err(ImportsError::NotNow { status }),
        };
        match self.store(caller, id, version, &run).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_stale() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Takes the file and its report away. One that was not imported is given up by that.
    ///
    /// # Errors
    /// `NotNow` while it waits or runs.
    pub async fn remove(&self, caller: &Caller, id: RecordId) -> Result<(), ImportsError> {
        let StoredRun { version, mut run, .. } = self.find(caller, id).await?;
        if run.status.runs() || run.status.waits() {
            return Err(ImportsError::NotNow { status: run.status });
        }
        if run.status.may_be_imported() {
            run.status = Status::GivenUp;
        }
        run.has_files = false;
        // First the record: nobody may say meanwhile that it shall be imported.
        self.store(caller, id, version, &run).await?;
        let folder = self.0.folder.clone();
        Ok(tokio::task::spawn_blocking(move || folder.remove(id)).await??)
    }

    /// A path for a spreadsheet that is made to be sent; a start takes away what is left there.
    #[must_use]
    pub fn unfinished(&self) -> PathBuf {
        self.0.folder.unfinished(&self.0.records.ambient().new_uuid().to_string())
    }

    /// Writes what an import has become, in the name of whoever did that.
    pub(super) async fn store(
        &self,
        caller: &Caller,
        id: RecordId,
        seen: Version,
        run: &Run,
    ) -> Result<Version, ImportsError> {
        let mut unit = Unit::new(self.0.records.clone(), caller.clone());
        unit.replace_by_kernel(&self.0.names.import, id, run.body(), seen).await?;
        let written = unit.commit(None).await?;
        Ok(written.first().map_or(seen, |record| record.version))
    }

    /// An import by its id, whoever sent it.
    pub(super) async fn read(&self, id: RecordId) -> Result<Option<StoredRun>, ImportsError> {
        let permit = self.0.records.may_read(&Caller::system(), &self.0.names.import)?;
        self.0.records.read(&permit, id).await?.as_ref().map(parsed).transpose()
    }

    async fn find(&self, caller: &Caller, id: RecordId) -> Result<StoredRun, ImportsError> {
        demand(caller)?;
        let stored = self.read(id).await?.ok_or(ImportsError::Missing)?;
        let may_see = caller.account() == Some(stored.run.account) || caller.holds(Role::Administrator);
        if may_see { Ok(stored) } else { Err(ImportsError::Missing) }
    }

    async fn find_with_file(&self, caller: &Caller, id: RecordId) -> Result<StoredRun, ImportsError> {
        let stored = self.find(caller, id).await?;
        if stored.run.has_files { Ok(stored) } else { Err(ImportsError::Removed) }
    }

    async fn findings(&self, id: RecordId) -> Result<Option<Findings>, ImportsError> {
        let folder = self.0.folder.clone();
        let bytes = tokio::task::spawn_blocking(move || folder.findings(id)).await??;
        // Half of it cannot be there; what cannot be read is as good as not there.
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Imports by what they are listed by: with a status the oldest first, otherwise the newest first.
    pub(super) async fn with(
        &self,
        status: Option<Status>,
        filter: Option<Filter>,
        rows_max: u32,
    ) -> Result<Vec<StoredRun>, ImportsError> {
        let permit = self.0.records.may_read(&Caller::system(), &self.0.names.import)?;
        let by_status = status.map(|status| Filter::equals("status", Value::from(status.name())));
        let query = Query {
            filters: by_status.into_iter().chain(filter).collect(),
            sort: Some(("asked_at".to_owned(), status.is_none())),
            limit: rows_max,
            ..Query::default()
        };
        self.0.records.list(&permit, &query).await?.items.iter().map(parsed).collect()
    }
}

fn parsed(record: &Record) -> Result<StoredRun, ImportsError> {
    StoredRun::of(record).ok_or(ImportsError::Damaged { id: record.id })
}

fn demand(caller: &Caller) -> Result<&Caller, ImportsError> {
    if Imports::may_use(caller) { Ok(caller) } else { Err(ImportsError::Refused) }
}

/// The name of a file without its folders, as it may be shown.
fn named(given: &str) -> String {
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = name.chars().filter(|letter| !letter.is_control()).take(TITLE_CHARS_MAX).collect();
    let shown = shown.trim();
    if shown.is_empty() { "–".to_owned() } else { shown.to_owned() }
}
