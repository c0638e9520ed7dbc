//! A file, read on a thread of its own: rows that are right in themselves go on in batches, faults beside them.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use tiwizi_model::limits;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::day::Day;
use crate::import::ImportError;
use crate::import::columns::{self, Header, HeaderError};
use crate::import::cooperative::{self, CooperativeRow};
use crate::import::dates::{self, Evidence, Orders};
use crate::import::encoding::Encoding;
use crate::import::keys::Keys;
use crate::import::lines::LineFault;
use crate::import::member::{self, MemberRow};
use crate::import::report::{Rejected, Table, shorten};
use crate::import::row::RowReader;
use crate::import::rows::{self, Format, Layout, Opened, RawRow, RowFault, Rows};
use crate::import::sheet::Sheet;
use crate::national_id::NationalIdKey;

/// Batches that may wait between the reading and the writing thread.
const BATCHES_WAITING_MAX: usize = 3;

/// Some rows of a file.
#[derive(Debug)]
pub(super) struct Batch<T> {
    pub(super) rows: Vec<T>,
    pub(super) rejected: Vec<Rejected>,
    /// Rows that were rejected; one may have several faults.
    pub(super) rejected_rows: u64,
    /// Keys of cooperatives whose row was rejected, so that their members are not called orphans.
    pub(super) rejected_keys: Vec<(String, String)>,
    /// Bytes of the file that are done.
    pub(super) done_bytes: u64,
    /// Names that were put into the letters of Tifinagh.
    pub(super) transcribed: u64,
    /// How the file is written; with the first batch.
    pub(super) format: Option<Format>,
    /// The file is at its end.
    pub(super) last: bool,
}

/// How much a batch holds.
struct Length {
    rows: usize,
    rejected: usize,
    rejected_rows: u64,
    rejected_keys: usize,
}

impl<T> Batch<T> {
    fn new() -> Self {
        Self {
            rows: Vec::new(),
            rejected: Vec::new(),
            rejected_rows: 0,
            rejected_keys: Vec::new(),
            done_bytes: 0,
            transcribed: 0,
            format: None,
            last: false,
        }
    }

    fn reject(&mut self, faults: Vec<Rejected>) {
        self.rejected_rows += 1;
        self.rejected.extend(faults);
    }

    /// How much of everything it holds.
    fn length(&self) -> Length {
        Length {
            rows: self.rows.len(),
            rejected: self.rejected.len(),
            rejected_rows: self.rejected_rows,
            rejected_keys: self.rejected_keys.len(),
        }
    }

    /// Lets go what came after that.
    fn cut(&mut self, length: Length) {
        self.rows.truncate(length.rows);
        self.rejected.truncate(length.rejected);
        self.rejected_rows = length.rejected_rows;
        self.rejected_keys.truncate(length.rejected_keys);
    }

    fn is_full(&self) -> bool {
        self.rows.len() + self.rejected.len() >= limits::IMPORT_BATCH_ROWS
    }
}

/// The batches of a file, or why it cannot be read.
pub(super) type Batches<T> = Receiver<Result<Batch<T>, ImportError>>;

/// A file to read, and what is to be known for it.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    /// The encoding, when a person named it.
    pub(super) encoding: Option<Encoding>,
    /// The last day that is not in the future.
    pub(super) last_day: Day,
    /// A pass before has seen that no key stands twice in the file. What was put into it since is refused by the database.
    pub(super) was_seen: bool,
}

impl Source {
    /// The keys of the file so far; none where they were looked through before.
    fn keys(&self) -> Option<Keys> {
        (!self.was_seen).then(|| Keys::of(&self.path))
    }
}

/// Takes a key; false when the file had it before.
fn is_first(keys: &mut Option<Keys>, key: &[&str]) -> io::Result<bool> {
    keys.as_mut().map_or(Ok(true), |keys| keys.first_time(key))
}

/// Reads the file of cooperatives.
pub(super) fn cooperatives(source: Source) -> Batches<CooperativeRow> {
    let (sender, receiver) = channel(BATCHES_WAITING_MAX);
    tokio::task::spawn_blocking(move || {
        let (mut keys, mut ices) = (source.keys(), source.keys());
        let outcome = read(&source, Table::Cooperatives, &sender, |reader, batch, raw| {
            let (row, last_day) = (raw.row, reader.last_day);
            let Some(cells) = reader.read(raw) else { return Ok(()) };
            let read = cooperative::read(row, cells, last_day);
            let found = match read.result {
                Ok(found) => found,
                Err(faults) => {
                    batch.reject(faults);
                    batch.rejected_keys.extend(read.key);
                    return Ok(());
                }
            };
            if !is_first(&mut keys, &[&found.court, &found.number])? {
                batch.reject(vec![twice(Table::Cooperatives, row, "number", &found.number)]);
                return Ok(());
            }
            match &found.ice {
                Some(ice) if !is_first(&mut ices, &[ice])? => {
                    batch.reject(vec![twice(Table::Cooperatives, row, "ice", ice)]);
                    batch.rejected_keys.push((found.court, found.number));
                }
                _ => batch.rows.push(found),
            }
            Ok(())
        });
        conclude(&sender, outcome);
    });
    receiver
}

/// Reads the file of members.
pub(super) fn members(source: Source, key: NationalIdKey) -> Batches<MemberRow> {
    let (sender, receiver) = channel(BATCHES_WAITING_MAX);
    tokio::task::spawn_blocking(move || {
        let mut keys = source.keys();
        let outcome = read(&source, Table::Members, &sender, |reader, batch, raw| {
            let (row, last_day) = (raw.row, reader.last_day);
            let Some(cells) = reader.read(raw) else { return Ok(()) };
            match member::read(row, cells, last_day, &key) {
                Ok(found) if !is_first(&mut keys, &[&found.court, &found.number, &found.member_number])? => {
                    batch.reject(vec![twice(Table::Members, row, "member_number", &found.member_number)]);
                }
                Ok(found) => batch.rows.push(found),
                Err(faults) => batch.reject(faults),
            }
            Ok(())
        });
        conclude(&sender, outcome);
    });
    receiver
}

/// Tells the other side why reading stopped. When it has gone, nobody needs to know.
fn conclude<T>(sender: &Sender<Result<Batch<T>, ImportError>>, outcome: Result<(), ImportError>) {
    if let Err(error) = outcome {
        sender.blocking_send(Err(error)).unwrap_or_default();
    }
}

fn read<T>(
    source: &Source,
    table: Table,
    sender: &Sender<Result<Batch<T>, ImportError>>,
    mut take: impl FnMut(&mut RowReader, &mut Batch<T>, &RawRow) -> io::Result<()>,
) -> Result<(), ImportError> {
    match rows::open(&source.path, source.encoding)? {
        Opened::Text(mut rows) => {
            let looked = source.clone();
            let orders = Orders::new(move || evidence(&looked, table).unwrap_or_default());
            let reader = reader(source, table, &mut *rows, orders)?;
            let mut reading = Reading::new(reader, rows.layout());
            pump(&mut *rows, &mut reading, sender, &mut take).map(drop)
        }
        Opened::Sheet(sheet) => read_sheet((source, table), sheet, sender, &mut take),
    }
}

/// Reads a sheet. When a day could be two, the workbook is let go before the file is looked through, and opened again after: each holds the
/// texts that its cells share.
fn read_sheet<T>(
    (source, table): (&Source, Table),
    mut sheet: Box<Sheet>,
    sender: &Sender<Result<Batch<T>, ImportError>>,
    take: &mut impl FnMut(&mut RowReader, &mut Batch<T>, &RawRow) -> io::Result<()>,
) -> Result<(), ImportError> {
    let mut orders = Orders::to_be_given();
    orders.from_1904 = sheet.counts_from_1904();
    let mut rows = sheet.rows()?;
    let reader = reader(source, table, &mut rows, orders)?;
    let mut reading = Reading::new(reader, rows.layout());
    if pump(&mut rows, &mut reading, sender, take)? {
        return Ok(());
    }
    drop(rows);
    drop(sheet);
    reading.reader.orders.give(evidence(source, table).unwrap_or_default());
    let Opened::Sheet(mut sheet) = rows::open(&source.path, source.encoding)? else {
        return Err(ImportError::Unfinished { path: source.path.clone() });
    };
    let mut rows = sheet.rows()?;
    // The names of the columns are known.
    rows.next(&mut reading.reader.cells)?;
    pump(&mut rows, &mut reading, sender, take).map(drop)
}

/// Reads the first row, from which the columns follow.
fn reader(source: &Source, table: Table, rows: &mut impl Rows, orders: Orders) -> Result<RowReader, ImportError> {
    let mut cells = Vec::new();
    let header = header(&source.path, table, rows, &mut cells)?;
    Ok(RowReader::new(table, header, source.last_day, orders))
}

/// A file under reading, apart from its rows.
struct Reading<T> {
    reader: RowReader,
    batch: Batch<T>,
    /// The last row that was taken.
    row: u64,
}

impl<T> Reading<T> {
    fn new(reader: RowReader, layout: Layout) -> Self {
        let format = Some(Format { table: reader.table(), layout });
        Self { reader, batch: Batch { format, ..Batch::new() }, row: 0 }
    }
}

/// Sends the rows of a file in batches; the last one says that it is the last. False when the orders of its days are wanted before the
/// next row is taken.
fn pump<T>(
    rows: &mut impl Rows,
    Reading { reader, batch, row }: &mut Reading<T>,
    sender: &Sender<Result<Batch<T>, ImportError>>,
    take: &mut impl FnMut(&mut RowReader, &mut Batch<T>, &RawRow) -> io::Result<()>,
) -> Result<bool, ImportError> {
    loop {
        let raw = rows.next(&mut reader.cells)?;
        if let Some(raw) = &raw {
            if raw.row <= *row {
                continue;
            }
            let before = (batch.length(), reader.transcribed);
            take(reader, batch, raw).map_err(ImportError::Keys)?;
            if reader.orders.are_wanted() {
                batch.cut(before.0);
                reader.transcribed = before.1;
                return Ok(false);
            }
            *row = raw.row;
        }
        if batch.is_full() || raw.is_none() {
            batch.done_bytes = rows.done_bytes();
            batch.last = raw.is_none();
            batch.transcribed = std::mem::take(&mut reader.transcribed);
            let full = std::mem::replace(batch, Batch::new());
            // The other side has gone: nobody wants the rest.
            if sender.blocking_send(Ok(full)).is_err() {
                return Ok(true);
            }
        }
        if raw.is_none() {
            return Ok(true);
        }
    }
}

/// Reads the names of the columns.
fn header(path: &Path, table: Table, rows: &mut impl Rows, cells: &mut Vec<Vec<u8>>) -> Result<Header, ImportError> {
    let names = first_row(path, rows, cells)?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let not_understood = |source| ImportError::Header { path: path.to_owned(), source: Box::new(source) };
    Header::read(columns::of(table), &names).map_err(not_understood)
}

/// The names in the first row, as they stand there.
pub(super) fn first_row(
    path: &Path,
    rows: &mut impl Rows,
    cells: &mut Vec<Vec<u8>>,
) -> Result<Vec<String>, ImportError> {
    let not_understood = |source| ImportError::Header { path: path.to_owned(), source: Box::new(source) };
    let raw = rows.next(cells)?.ok_or_else(|| not_understood(HeaderError::Missing { name: "court" }))?;
    let count = raw.cells.map_err(|fault| match fault {
        RowFault::Line(LineFault::TooLong) => not_understood(HeaderError::TooLong),
        RowFault::Line(LineFault::Quote) => not_understood(HeaderError::Quote),
        RowFault::Encoding(_) => {
            ImportError::Encoding { path: path.to_owned(), found: "in an encoding that is not that of its first row" }
        }
    })?;
    Ok(cells.iter().take(count).map(|cell| String::from_utf8_lossy(cell).into_owned()).collect())
}

/// What all rows of a file say of the order of day and month, column by column.
fn evidence(source: &Source, table: Table) -> Result<HashMap<&'static str, Evidence>, ImportError> {
    match rows::open(&source.path, source.encoding)? {
        Opened::Text(rows) => evidence_of(source, table, *rows),
        Opened::Sheet(mut sheet) => evidence_of(source, table, sheet.rows()?),
    }
}

fn evidence_of(
    source: &Source,
    table: Table,
    mut rows: impl Rows,
) -> Result<HashMap<&'static str, Evidence>, ImportError> {
    let mut cells = Vec::new();
    let header = header(&source.path, table, &mut rows, &mut cells)?;
    let mut columns: Vec<(&'static str, usize, Evidence)> = dates::COLUMNS
        .into_iter()
        .filter_map(|column| header.place(column).map(|place| (column, place, Evidence::default())))
        .collect();
    while let Some(raw) = rows.next(&mut cells)? {
        if raw.cells != Ok(header.len()) {
            continue;
        }
        for (_, place, evidence) in &mut columns {
            let cell = cells.get(*place).map(Vec::as_slice).unwrap_or_default();
            if let Some(text) = std::str::from_utf8(cell).ok().filter(|text| !text.is_empty()) {
                evidence.see(text);
            }
        }
    }
    Ok(columns.into_iter().map(|(column, _, evidence)| (column, evidence)).collect())
}

fn twice(table: Table, row: u64, column: &str, value: &str) -> Rejected {
    Rejected {
        table,
        row,
        column: column.to_owned(),
        value: shorten(value),
        code: "duplicate-in-file",
        message: format!("an earlier row of the file has the same {column}"),
    }
}

/// How many bytes the files have together, for a progress bar.
pub(super) fn total_bytes(paths: &[&PathBuf]) -> Result<u64, ImportError> {
    let mut total = 0;
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|source| ImportError::Read { path: (*path).clone(), source })?;
        total += metadata.len();
    }
    Ok(total)
}
