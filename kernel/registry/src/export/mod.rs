//! The export of cooperatives and of members, in the columns that the import reads.
//!
//! Records are read page by page through the caller's permits and written as they come, so memory does not grow with the
//! register. The file appears whole or not at all. Pages are read one after another: a record that is changed meanwhile is
//! there once, as it was before or after. Values that a spreadsheet would run are written as text (`formula`).
//!
//! The number of an identity card is in no export: it is shown one at a time, for a reason that is noted (`people`). The import leaves it
//! as it is when its column is missing.

mod output;
mod pieces;
mod read;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::str::FromStr;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::ProvinceCode;
use tiwizi_records::{ReadError, Records};
use tokio::sync::mpsc::{Sender, channel};

use crate::import::Table;
pub(crate) use output::MARK;
use output::Output;
pub use pieces::Piece;
pub(crate) use pieces::Sink;

/// Pages of rows that may wait to be written.
const PAGES_WAITING_MAX: usize = 3;

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// CSV in UTF-8 with a byte order mark, by which spreadsheets know Arabic and Tifinagh.
    Csv,
    /// One JSON object on each line.
    JsonLines,
    /// A spreadsheet with one sheet.
    Xlsx,
}

/// No shape has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("known formats are csv, jsonl and xlsx")]
pub struct ShapeError;

impl FromStr for Shape {
    type Err = ShapeError;
    fn from_str(name: &str) -> Result<Self, ShapeError> {
        match name {
            "csv" => Ok(Self::Csv),
            "jsonl" | "ndjson" => Ok(Self::JsonLines),
            "xlsx" => Ok(Self::Xlsx),
            _ => Err(ShapeError),
        }
    }
}

/// What stands between the cells of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Separator {
    /// As the standard has it (RFC 4180).
    #[default]
    Comma,
    /// As spreadsheets expect it where the comma is in numbers.
    Semicolon,
    /// A tab.
    Tab,
}

impl Separator {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
        }
    }

    /// The separator of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|separator| separator.name() == name)
    }

    fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// No separator has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("known separators are comma, semicolon and tab")]
pub struct SeparatorError;

impl FromStr for Separator {
    type Err = SeparatorError;
    fn from_str(name: &str) -> Result<Self, SeparatorError> {
        Self::named(name).ok_or(SeparatorError)
    }
}

/// What to export.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The cooperatives or their members.
    pub table: Table,
    /// The file to write; one that is there is replaced.
    pub to: PathBuf,
    /// How it is written.
    pub shape: Shape,
    /// What stands between the cells of CSV.
    pub separator: Separator,
    /// The province to which it is narrowed.
    pub province: Option<ProvinceCode>,
}

/// What an export wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows in the file, without the header.
    pub rows: u64,
    /// Members who were left out because their cooperative is not there for the caller.
    pub left_out: u64,
}

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The records could not be read.
    #[error("could not read the register")]
    Read(#[from] ReadError),
    /// The file could not be written.
    #[error("could not write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The spreadsheet could not be written.
    #[error("could not write the spreadsheet {}", path.display())]
    Sheet {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<rust_xlsxwriter::XlsxError>,
    },
    /// A sheet has no room for more.
    #[error("a sheet has {} rows and there are more; export as csv", tiwizi_model::limits::EXPORT_SHEET_ROWS_MAX)]
    Rows,
    /// The thread that writes ended early.
    #[error("the thread that writes the file ended early")]
    Stopped(#[source] tokio::task::JoinError),
}

/// One row: a value for each column, null where there is none.
pub(crate) type Row = Vec<Value>;

/// Exports what the caller may read; `progress` hears the rows that were read so far.
///
/// # Errors
/// When the caller may not read the register, or the database or the file fails. Then no file is left behind.
pub async fn run(
    records: &Records,
    caller: &Caller,
    settings: &Settings,
    progress: impl FnMut(u64) + Send,
) -> Result<Written, ExportError> {
    let begun = settings.clone();
    write(records, caller, settings, move |columns| Output::create(&begun, columns), progress).await
}

/// Whether the caller may export this at all.
///
/// # Errors
/// When it may not.
pub fn demand(records: &Records, caller: &Caller, table: Table) -> Result<(), ReadError> {
    read::Reading::open(records, caller, table).map(drop)
}

/// Exports what the caller may read into the hands of whoever reads the pieces, as they come. A spreadsheet is packed at its end, so it
/// is exported into a file.
///
/// # Errors
/// As `run`; also when nobody reads the pieces any more.
pub async fn send(
    records: &Records,
    caller: &Caller,
    settings: &Settings,
    pieces: Sender<Piece>,
) -> Result<Written, ExportError> {
    let begun = settings.clone();
    write(records, caller, settings, move |columns| Output::send(&begun, columns, pieces), |_| {}).await
}

async fn write(
    records: &Records,
    caller: &Caller,
    settings: &Settings,
    begin: impl FnOnce(Vec<&'static str>) -> Result<Output, ExportError> + Send + 'static,
    progress: impl FnMut(u64) + Send,
) -> Result<Written, ExportError> {
    let columns = columns(settings.table);
    // Permits first: nobody finds an empty file who may not read.
    let reader = read::Reading::open(records, caller, settings.table)?;
    let (sender, mut pages) = channel::<Vec<Row>>(PAGES_WAITING_MAX);
    let writing = tokio::task::spawn_blocking(move || {
        let mut output = begin(columns)?;
        while let Some(rows) = pages.blocking_recv() {
            output.rows(&rows)?;
        }
        Ok::<Output, ExportError>(output)
    });
    let read = reader.send(sender, settings.province, progress).await;
    let output = writing.await.map_err(ExportError::Stopped)??;
    // On a thread that may block, also to be dropped: what is left in its buffers goes out even then. Dropped before it is finished, the
    // output takes its unfinished file away.
    let is_read = read.is_ok();
    let ended = tokio::task::spawn_blocking(move || if is_read { output.finish() } else { Ok(()) });
    ended.await.map_err(ExportError::Stopped)??;
    Ok(read?)
}

/// The columns of an export, named as the import knows them.
fn columns(table: Table) -> Vec<&'static str> {
    crate::import::column_names(table).filter(|name| *name != "national_id").collect()
}
