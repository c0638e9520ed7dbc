//! The passes of an import.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tiwizi_identity::Caller;
use tiwizi_model::KindName;
use tiwizi_records::{Kind, Records};

use crate::day::Day;
use crate::duplicates::Census;
use crate::import::halt::Halt;
use crate::import::parse::{self, Batch, Batches, Source};
use crate::import::places::Places;
use crate::import::queue::Queue;
use crate::import::report::{Report, Table};
use crate::import::rows::Format;
use crate::import::{Counts, ImportError, Progress, Settings, Summary};
use crate::kinds::Names;
use crate::protection::Protection;
use crate::rules;

/// What a pass does with rows that are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Looks whether every row could be written.
    Check,
    /// Looks what writing would do.
    Compare,
    /// Writes.
    Write,
}

/// Imports the register.
///
/// # Errors
/// When a file or the database cannot be used. Wrong rows are no error: they are in the summary.
pub async fn run(
    records: &Records,
    caller: &Caller,
    settings: &Settings,
    progress: impl FnMut(Progress) + Send + Sync,
) -> Result<Summary, ImportError> {
    run_until(records, caller, settings, Halt::never(), progress).await
}

/// The same, until it is told to end.
///
/// # Errors
/// As `run`; `Halted` when it was told so. What was written before stays, and is told.
pub async fn run_until(
    records: &Records,
    caller: &Caller,
    settings: &Settings,
    halt: Halt,
    progress: impl FnMut(Progress) + Send + Sync,
) -> Result<Summary, ImportError> {
    let report = Report::create(settings.report.as_deref())?;
    let paths: Vec<&PathBuf> = [&settings.cooperatives, &settings.members].into_iter().flatten().collect();
    let bytes_total = parse::total_bytes(&paths)?;
    let last_day = rules::last_day(records.ambient().now());
    let kinds = ImportKinds::find(records)?;
    demand_processing(records, &kinds, settings).await?;
    let mut pass = Pass {
        records,
        caller,
        kinds: &kinds,
        settings,
        last_day,
        mode: first_mode(settings),
        report,
        cooperatives: Counts::default(),
        members: Counts::default(),
        queue: None,
        formats: Vec::new(),
        transcribed: 0,
        census: Some(Census::new(&settings.duplicates_rule, records)),
        flagged: 0,
        rows_done: 0,
        bytes_done: 0,
        bytes_total,
        halt,
        progress: Box::new(progress),
    };
    pass.both_files().await?;
    if pass.mode == Mode::Check && pass.cooperatives.rejected + pass.members.rejected == 0 {
        pass.begin_again(Mode::Write);
        // The first pass has compared every row, with the register and with the rows before it.
        pass.census = None;
        pass.both_files().await?;
    }
    let kept = pass.mode == Mode::Write;
    let (mut cooperatives, mut members) = (pass.cooperatives, pass.members);
    if pass.mode == Mode::Check {
        cooperatives = Counts { rejected: cooperatives.rejected, ..Counts::default() };
        members = Counts { rejected: members.rejected, ..Counts::default() };
    }
    let (formats, transcribed, flagged) = (pass.formats, pass.transcribed, pass.flagged);
    let (rejected, alike) = pass.report.finish()?;
    Ok(Summary { cooperatives, members, kept, formats, transcribed, rejected, alike, flagged })
}

/// Files with members are not read where nothing says that members may be kept: nobody needs a row for each of them in the report.
async fn demand_processing(records: &Records, kinds: &ImportKinds, settings: &Settings) -> Result<(), ImportError> {
    let mut wanted: Vec<&Kind> = vec![&*kinds.cooperative];
    if settings.members.is_some() {
        wanted.extend([&*kinds.person, &*kinds.membership]);
    }
    let demanded = Protection::new(records.clone()).demand(&wanted).await.map_err(ImportError::Processings)?;
    Ok(demanded?)
}

fn first_mode(settings: &Settings) -> Mode {
    match (settings.dry_run, settings.skip_bad) {
        (true, _) => Mode::Compare,
        (false, true) => Mode::Write,
        (false, false) => Mode::Check,
    }
}

/// The kinds that an import writes.
pub(super) struct ImportKinds {
    pub(super) cooperative: Arc<Kind>,
    pub(super) person: Arc<Kind>,
    pub(super) membership: Arc<Kind>,
    pub(super) legal_person: Arc<Kind>,
}

impl ImportKinds {
    fn find(records: &Records) -> Result<Self, ImportError> {
        let (names, kinds) = (Names::new(), records.kinds());
        let find = |name: &KindName, short| kinds.find(name).cloned().ok_or(ImportError::NoKind { name: short });
        Ok(Self {
            cooperative: find(&names.cooperative, "cooperative")?,
            person: find(&names.person, "person")?,
            membership: find(&names.membership, "membership")?,
            legal_person: find(&names.legal_person, "legal-person")?,
        })
    }
}

/// One reading of both files.
pub(super) struct Pass<'a> {
    pub(super) records: &'a Records,
    pub(super) caller: &'a Caller,
    pub(super) kinds: &'a ImportKinds,
    pub(super) settings: &'a Settings,
    pub(super) last_day: Day,
    pub(super) mode: Mode,
    pub(super) report: Report,
    pub(super) cooperatives: Counts,
    pub(super) members: Counts,
    /// New records on their way into the register.
    pub(super) queue: Option<Queue>,
    /// How the files are written.
    formats: Vec<Format>,
    /// Names that were put into the letters of Tifinagh.
    transcribed: u64,
    /// What new rows are compared with; none once all were.
    pub(super) census: Option<Census>,
    /// Rows that may be the same as another and were let pass.
    pub(super) flagged: u64,
    rows_done: u64,
    bytes_done: u64,
    bytes_total: u64,
    halt: Halt,
    progress: Box<dyn FnMut(Progress) + Send + Sync + 'a>,
}

impl Pass<'_> {
    fn begin_again(&mut self, mode: Mode) {
        self.mode = mode;
        (self.cooperatives, self.members) = (Counts::default(), Counts::default());
        (self.rows_done, self.bytes_done, self.transcribed) = (0, 0, 0);
    }

    /// However it ends, what was brought is written, or its error told, when this returns.
    async fn both_files(&mut self) -> Result<(), ImportError> {
        let read = self.read_both_files().await;
        let settled = self.settle().await;
        match (read, settled) {
            // What was brought before the end and could not be written is what has to be told.
            (Err(ImportError::Halted { .. }), Err(failed)) => Err(failed),
            (Err(ImportError::Halted { .. }), Ok(())) => Err(ImportError::Halted { written: self.written() }),
            (read, settled) => read.and(settled),
        }
    }

    /// Rows that this pass has written.
    fn written(&self) -> u64 {
        let Counts { created, updated, .. } = self.cooperatives;
        let written = created + updated + self.members.created + self.members.updated;
        if self.mode == Mode::Write { written } else { 0 }
    }

    async fn read_both_files(&mut self) -> Result<(), ImportError> {
        let settings = self.settings;
        let mut places = Places::default();
        if let Some(path) = &settings.cooperatives {
            self.read_cooperatives(path, &mut places).await?;
            self.settle().await?;
        }
        match &settings.members {
            Some(path) => self.read_members(path, &mut places).await,
            None => Ok(()),
        }
    }

    async fn read_cooperatives(&mut self, path: &Path, places: &mut Places) -> Result<(), ImportError> {
        let mut batches = parse::cooperatives(self.source(path));
        let (before, mut ended) = (self.bytes_done, false);
        while let Some(batch) = next(&mut batches, &mut self.halt).await? {
            ended = batch.last;
            let step = self.begin_step(&batch, Table::Cooperatives);
            self.cooperatives_batch(batch, places).await?;
            self.step(step, before);
        }
        check_ended(ended, path)
    }

    async fn read_members(&mut self, path: &Path, places: &mut Places) -> Result<(), ImportError> {
        let mut batches = parse::members(self.source(path), self.settings.national_id_key.clone());
        let (before, mut ended) = (self.bytes_done, false);
        while let Some(batch) = next(&mut batches, &mut self.halt).await? {
            ended = batch.last;
            let step = self.begin_step(&batch, Table::Members);
            self.members_batch(batch, places).await?;
            self.step(step, before);
        }
        check_ended(ended, path)
    }

    fn source(&self, path: &Path) -> Source {
        let was_seen = self.census.is_none();
        Source { path: path.to_owned(), encoding: self.settings.encoding, last_day: self.last_day, was_seen }
    }

    /// Notes what a batch says of its file, and what it will add to the progress.
    fn begin_step<T>(&mut self, batch: &Batch<T>, table: Table) -> Step {
        if let Some(format) = batch.format.filter(|format| !self.formats.contains(format)) {
            self.formats.push(format);
        }
        self.transcribed += batch.transcribed;
        Step::of(batch, table)
    }

    fn step(&mut self, step: Step, before: u64) {
        self.rows_done += step.rows;
        self.bytes_done = before + step.done_bytes;
        (self.progress)(Progress {
            writing: self.mode == Mode::Write,
            table: step.table,
            rows_done: self.rows_done,
            rows_rejected: self.cooperatives.rejected + self.members.rejected,
            bytes_done: self.bytes_done,
            bytes_total: self.bytes_total,
        });
    }
}

/// The next rows of a file; or the word that it shall end, also while they are looked for.
async fn next<T>(batches: &mut Batches<T>, halt: &mut Halt) -> Result<Option<Batch<T>>, ImportError> {
    tokio::select! {
        biased;
        () = halt.asked() => Err(ImportError::Halted { written: 0 }),
        batch = batches.recv() => batch.transpose(),
    }
}

/// A file whose reading thread is gone without having said that it is at the end is not read to its end.
fn check_ended(ended: bool, path: &Path) -> Result<(), ImportError> {
    if ended { Ok(()) } else { Err(ImportError::Unfinished { path: path.to_owned() }) }
}

/// What a batch adds to the progress.
struct Step {
    table: Table,
    rows: u64,
    done_bytes: u64,
}

impl Step {
    fn of<T>(batch: &Batch<T>, table: Table) -> Self {
        let good = u64::try_from(batch.rows.len()).unwrap_or_default();
        Self { table, rows: good + batch.rejected_rows, done_bytes: batch.done_bytes }
    }
}
