//! A file, read on a thread of its own: rows that are right in themselves go on in batches, faults beside them.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

use tiwizi_model::limits;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::day::Day;
use crate::import::ImportError;
use crate::import::columns::{Header, HeaderError};
use crate::import::cooperative::{self, CooperativeRow};
use crate::import::lines::{Line, Lines, split};
use crate::import::member::{self, MemberRow};
use crate::import::report::{Rejected, Table, shorten};
use crate::import::row::{RowReader, columns_of};
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
}

impl<T> Batch<T> {
    fn new() -> Self {
        Self { rows: Vec::new(), rejected: Vec::new(), rejected_rows: 0, rejected_keys: Vec::new(), done_bytes: 0 }
    }

    fn reject(&mut self, faults: Vec<Rejected>) {
        self.rejected_rows += 1;
        self.rejected.extend(faults);
    }

    fn is_full(&self) -> bool {
        self.rows.len() + self.rejected.len() >= limits::IMPORT_BATCH_ROWS
    }
}

/// The batches of a file, or why it cannot be read.
pub(super) type Batches<T> = Receiver<Result<Batch<T>, ImportError>>;

/// Reads the file of cooperatives.
pub(super) fn cooperatives(path: &Path, last_day: Day) -> Batches<CooperativeRow> {
    let (sender, receiver) = channel(BATCHES_WAITING_MAX);
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || {
        let (mut keys, mut ices) = (Seen::default(), Seen::default());
        let outcome = read(&path, Table::Cooperatives, last_day, &sender, |reader, batch, line| {
            let last_day = reader.last_day;
            let row = line.row;
            let Some(cells) = reader.read(row, line.content) else { return };
            let read = cooperative::read(row, cells, last_day);
            match read.result {
                Ok(found) if !keys.first_time(&[&found.court, &found.number]) => {
                    batch.reject(vec![twice(Table::Cooperatives, row, "number", &found.number)]);
                }
                Ok(CooperativeRow { ice: Some(ice), court, number, .. }) if !ices.first_time(&[&ice]) => {
                    batch.reject(vec![twice(Table::Cooperatives, row, "ice", &ice)]);
                    batch.rejected_keys.push((court, number));
                }
                Ok(found) => batch.rows.push(found),
                Err(faults) => {
                    batch.reject(faults);
                    batch.rejected_keys.extend(read.key);
                }
            }
        });
        conclude(&sender, outcome);
    });
    receiver
}

/// Reads the file of members.
pub(super) fn members(path: &Path, last_day: Day, key: NationalIdKey) -> Batches<MemberRow> {
    let (sender, receiver) = channel(BATCHES_WAITING_MAX);
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || {
        let mut keys = Seen::default();
        let outcome = read(&path, Table::Members, last_day, &sender, |reader, batch, line| {
            let last_day = reader.last_day;
            let row = line.row;
            let Some(cells) = reader.read(row, line.content) else { return };
            match member::read(row, cells, last_day, &key) {
                Ok(found) if !keys.first_time(&[&found.court, &found.number, &found.member_number]) => {
                    batch.reject(vec![twice(Table::Members, row, "member_number", &found.member_number)]);
                }
                Ok(found) => batch.rows.push(found),
                Err(faults) => batch.reject(faults),
            }
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
    path: &Path,
    table: Table,
    last_day: Day,
    sender: &Sender<Result<Batch<T>, ImportError>>,
    mut take: impl FnMut(&mut RowReader, &mut Batch<T>, Line<'_>),
) -> Result<(), ImportError> {
    let failed = |source| ImportError::Read { path: path.to_owned(), source };
    let mut lines = Lines::new(File::open(path).map_err(failed)?);
    let (header, delimiter) = header(path, table, &mut lines)?;
    let mut reader = RowReader::new(table, header, delimiter, last_day);
    let mut batch = Batch::new();
    loop {
        let line = lines.next().map_err(failed)?;
        let at_end = line.is_none();
        if let Some(line) = line {
            take(&mut reader, &mut batch, line);
        }
        if batch.is_full() || at_end {
            batch.done_bytes = lines.done_bytes();
            let full = std::mem::replace(&mut batch, Batch::new());
            // The other side has gone: nobody wants the rest.
            if sender.blocking_send(Ok(full)).is_err() {
                return Ok(());
            }
        }
        if at_end {
            return Ok(());
        }
    }
}

/// Reads the first row: the encoding, the delimiter and the columns follow from it.
fn header(path: &Path, table: Table, lines: &mut Lines<File>) -> Result<(Header, u8), ImportError> {
    let failed = |source| ImportError::Read { path: path.to_owned(), source };
    let encoding = |found| ImportError::Encoding { path: path.to_owned(), found };
    let first = lines.peek().map_err(failed)?;
    match first {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(encoding("UTF-16")),
        [b'P', b'K', 3, 4, ..] => return Err(encoding("a spreadsheet (XLSX) or another ZIP")),
        [0xef, 0xbb, 0xbf, ..] => lines.skip(3),
        _ => {}
    }
    let not_understood = |source| ImportError::Header { path: path.to_owned(), source: Box::new(source) };
    let missing = || not_understood(HeaderError::Missing { name: "court" });
    let line = lines.next().map_err(failed)?.ok_or_else(missing)?;
    let bytes = line.content.map_err(|_| encoding("no text: its first row has no end"))?;
    if bytes.contains(&0) {
        return Err(encoding("UTF-16 or no text"));
    }
    if std::str::from_utf8(bytes).is_err() {
        return Err(encoding("another encoding, perhaps Windows-1252 or Windows-1256"));
    }
    let delimiter = delimiter(bytes);
    let mut cells = Vec::new();
    let count = split(bytes, delimiter, &mut cells);
    let names: Vec<String> = cells.iter().take(count).map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok((Header::read(columns_of(table), &names).map_err(not_understood)?, delimiter))
}

/// Comma, semicolon or tab: whichever the header has most of.
fn delimiter(header: &[u8]) -> u8 {
    let count = |delimiter: u8| header.iter().filter(|byte| **byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
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

/// Which keys the file had so far: 16 bytes for each, however long it is.
#[derive(Default)]
struct Seen {
    // Two keyed hashes make a chance meeting of two keys as good as impossible.
    first: RandomState,
    second: RandomState,
    hashes: HashSet<u128>,
}

impl Seen {
    fn first_time(&mut self, key: &[&str]) -> bool {
        let hash = u128::from(self.first.hash_one(key)) << 64 | u128::from(self.second.hash_one(key));
        self.hashes.insert(hash)
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
