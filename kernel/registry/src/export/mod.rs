//! The export of cooperatives and of members, in the columns that the import reads.
//!
//! Records are read page by page through the caller's permits and written as they come, so memory does not grow with the
//! register. The file appears whole or not at all. Pages are read one after another: a record that is changed meanwhile is
//! there once, as it was before or after. Values that a spreadsheet would run are written as text (`formula`).
//!
//! The number of an identity card is in no export: it is shown one at a time, for a reason that is noted (`people`). The import leaves it
//! as it is when its column is missing.

mod output;
mod read;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::str::FromStr;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_records::{ReadError, Records};
use tokio::sync::mpsc::channel;

use crate::import::Table;
use output::Output;

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

/// What to export.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The cooperatives or their members.
    pub table: Table,
    /// The file to write; one that is there is replaced.
    pub to: PathBuf,
    /// How it is written.
    pub shape: Shape,
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
    let columns = columns(settings.table);
    // Permits first: nobody finds an empty file who may not read.
    let reader = read::Reading::open(records, caller, settings.table)?;
    let (sender, mut pages) = channel::<Vec<Row>>(PAGES_WAITING_MAX);
    let begun = settings.clone();
    let writing = tokio::task::spawn_blocking(move || {
        let mut output = Output::create(&begun, columns)?;
        while let Some(rows) = pages.blocking_recv() {
            output.rows(&rows)?;
        }
        Ok::<Output, ExportError>(output)
    });
    let read = reader.send(sender, progress).await;
    let output = writing.await.map_err(ExportError::Stopped)??;
    let written = read?;
    // Dropped before it is finished, the output takes its unfinished file away.
    tokio::task::spawn_blocking(move || output.finish()).await.map_err(ExportError::Stopped)??;
    Ok(written)
}

/// The columns of an export, named as the import knows them.
fn columns(table: Table) -> Vec<&'static str> {
    crate::import::column_names(table).filter(|name| *name != "national_id").collect()
}
