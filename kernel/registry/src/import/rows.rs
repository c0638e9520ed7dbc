//! Rows of a file, whatever kind of file it is: cells of UTF-8, one row after another.

use std::path::Path;

use crate::import::ImportError;
use crate::import::encoding::{self, Encoding, Found};
use crate::import::lines::LineFault;
use crate::import::report::Table;
use crate::import::sheet::{self, Sheet};
use crate::import::text::TextRows;

/// A row before its values are read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawRow {
    /// The row's number, as a spreadsheet counts: the header is 1.
    pub(super) row: u64,
    /// How many cells it has, or why it has none.
    pub(super) cells: Result<usize, RowFault>,
    /// Which of the first 64 cells a spreadsheet holds as dates: one bit each, the first the lowest.
    pub(super) dates: u64,
}

/// Why a row could not be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowFault {
    /// Its line is broken.
    Line(LineFault),
    /// It is in another encoding than its file.
    Encoding(&'static str),
}

/// A file under reading. A text and a sheet are read in quite different ways.
pub(super) trait Rows {
    /// Puts the next row's cells into the vectors, which are reused from row to row; none at the end of the file.
    fn next(&mut self, cells: &mut Vec<Vec<u8>>) -> Result<Option<RawRow>, ImportError>;

    /// Bytes of the file that are done.
    fn done_bytes(&self) -> u64;

    /// How the rows are written; known after the first.
    fn layout(&self) -> Layout;
}

/// How a file is written, for those who want to know what was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Which of the files it is.
    pub table: Table,
    /// How its rows are written.
    pub layout: Layout,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Text, a line for each row.
    Text {
        /// How its letters are written.
        encoding: Encoding,
        /// Whether a mark at the beginning says so.
        marked: bool,
        /// What stands between cells: a comma, a semicolon or a tab.
        delimiter: u8,
    },
    /// The first sheet of a spreadsheet.
    Xlsx,
}

impl Format {
    /// The format in words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self.layout {
            Layout::Xlsx => "XLSX".to_owned(),
            Layout::Text { encoding, marked, .. } => {
                let mark = if marked { " with a byte order mark" } else { "" };
                format!("CSV, {}{mark}, {}", encoding.name(), self.delimiter_name())
            }
        }
    }

    /// The format as scripts read it.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self.layout {
            Layout::Xlsx => serde_json::json!({ "file": self.table.name(), "format": "xlsx" }),
            Layout::Text { encoding, marked, .. } => serde_json::json!({
                "file": self.table.name(),
                "format": "csv",
                "encoding": encoding.name(),
                "byte_order_mark": marked,
                "delimiter": self.delimiter_name(),
            }),
        }
    }

    /// The name of what stands between the cells of a text.
    #[must_use]
    pub fn separator(&self) -> Option<&'static str> {
        matches!(self.layout, Layout::Text { .. }).then(|| self.delimiter_name())
    }

    fn delimiter_name(&self) -> &'static str {
        match self.layout {
            Layout::Text { delimiter: b';', .. } => "semicolon",
            Layout::Text { delimiter: b'\t', .. } => "tab",
            Layout::Text { .. } => "comma",
            Layout::Xlsx => "",
        }
    }
}

/// A file whose kind is known.
pub(super) enum Opened {
    Text(Box<TextRows>),
    Sheet(Box<Sheet>),
}

/// Opens a file and tells what it is.
pub(super) fn open(path: &Path, named: Option<Encoding>) -> Result<Opened, ImportError> {
    let failed = |source| ImportError::Read { path: path.to_owned(), source };
    match encoding::detect(path, named).map_err(failed)? {
        Found::Text { encoding, mark_bytes } => {
            TextRows::open(path, encoding, mark_bytes).map(|rows| Opened::Text(Box::new(rows))).map_err(failed)
        }
        Found::Zip => sheet::open(path).map(|sheet| Opened::Sheet(Box::new(sheet))),
        Found::Other(found) => Err(ImportError::Encoding { path: path.to_owned(), found }),
    }
}
