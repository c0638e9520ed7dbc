//! What an import found in its file. It holds values of the file, so it lies beside the file and goes with it.

use serde::{Deserialize, Serialize};

use crate::import::{Layout, Looked, Rejected, Summary};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// How the rows are written: `csv` or `xlsx`; none when that was not told.
    pub format: Option<String>,
    /// How the letters of a text are written.
    pub encoding: Option<String>,
    /// Whether a mark at the beginning said so.
    #[serde(default)]
    pub is_marked: bool,
    /// What stands between the cells of a text: `comma`, `semicolon` or `tab`.
    pub separator: Option<String>,
    /// The columns of the first row.
    pub columns: Vec<Column>,
    /// Columns without which the file cannot be read, and which it has not.
    pub missing: Vec<String>,
    /// The first rows that were wrong.
    pub rejected: Vec<Line>,
    /// The first rows that may be the same as another cooperative.
    pub alike: Vec<Line>,
    /// Why it could not be read or written, in English.
    pub detail: Option<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name in the file.
    pub written: String,
    /// The column that it means; none when no column is called so.
    pub name: Option<String>,
}

/// A value of a row, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The row, as a spreadsheet counts: the header is 1.
    pub row: u64,
    /// The column; empty when the row as a whole is meant.
    pub column: String,
    /// The value, shortened.
    pub value: String,
    /// A stable code.
    pub code: String,
    /// A sentence in English.
    pub message: String,
}

impl From<Rejected> for Line {
    fn from(rejected: Rejected) -> Self {
        let Rejected { row, column, value, code, message, .. } = rejected;
        Self { row, column, value, code: code.to_owned(), message }
    }
}

impl Findings {
    /// What a look at the first row told.
    pub(super) fn of(looked: &Looked) -> Self {
        let (format, encoding, is_marked) = match looked.format.layout {
            Layout::Xlsx => ("xlsx", None, false),
            Layout::Text { encoding, marked, .. } => ("csv", Some(encoding.name().to_owned()), marked),
        };
        let column =
            |seen: &crate::import::Seen| Column { written: seen.written.clone(), name: seen.name.map(str::to_owned) };
        Self {
            format: Some(format.to_owned()),
            encoding,
            is_marked,
            separator: looked.format.separator().map(str::to_owned),
            columns: looked.columns.iter().map(column).collect(),
            missing: looked.missing.iter().map(|name| (*name).to_owned()).collect(),
            ..Self::default()
        }
    }

    /// Adds what became of the rows.
    pub(super) fn take(&mut self, summary: &mut Summary) {
        self.rejected = std::mem::take(&mut summary.rejected).into_iter().map(Line::from).collect();
        self.alike = std::mem::take(&mut summary.alike).into_iter().map(Line::from).collect();
    }
}
