//! What was wrong, row by row: kept small in memory, written as CSV for those who mend the file.

use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use tiwizi_model::limits;

use crate::formula::disarmed;
use crate::import::ImportError;

/// One of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// The cooperatives.
    Cooperatives,
    /// Their members.
    Members,
}

impl Table {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Cooperatives, Self::Members];

    /// The file of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cooperatives => "cooperatives",
            Self::Members => "members",
        }
    }
}

/// One value that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The file.
    pub table: Table,
    /// The row, as a spreadsheet counts: the header is 1.
    pub row: u64,
    /// The column; empty when the row as a whole is wrong.
    pub column: String,
    /// The value, shortened.
    pub value: String,
    /// A stable code.
    pub code: &'static str,
    /// A sentence.
    pub message: String,
}

/// The first characters of a value, for a message.
pub(super) fn shorten(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(limits::ECHO_CHARS_MAX).collect()
}

/// Rejected values that a summary shows by itself.
pub const SHOWN_MAX: usize = 20;

/// Collects what was wrong.
pub(super) struct Report {
    path: Option<PathBuf>,
    writer: Option<csv::Writer<BufWriter<File>>>,
    written: usize,
    /// The row that the last line was about.
    told: Option<(Table, u64)>,
    pub(super) shown: Vec<Rejected>,
    alike: Vec<Rejected>,
}

impl Report {
    /// A report that is also written to a file, if a path is given. The file is made at once, so that a path that
    /// cannot be written stops the import before it began.
    pub(super) fn create(path: Option<&Path>) -> Result<Self, ImportError> {
        let (shown, alike) = (Vec::new(), Vec::new());
        let mut report = Self { path: path.map(Path::to_owned), writer: None, written: 0, told: None, shown, alike };
        if let Some(path) = path {
            let file =
                private(path).map_err(|source| ImportError::Report { path: path.to_owned(), source: source.into() })?;
            report.writer = Some(csv::Writer::from_writer(BufWriter::new(file)));
            report.record(&["file", "row", "column", "value", "code", "message"])?;
        }
        Ok(report)
    }

    /// Adds rejected values.
    pub(super) fn add(&mut self, rejected: Vec<Rejected>) -> Result<(), ImportError> {
        for fault in rejected {
            self.tell(&fault)?;
            if self.shown.len() < SHOWN_MAX {
                self.shown.push(fault);
            }
        }
        Ok(())
    }

    /// Adds a row that was let pass, though it may be the same as another.
    pub(super) fn add_alike(&mut self, alike: Rejected) -> Result<(), ImportError> {
        self.tell(&alike)?;
        if self.alike.len() < SHOWN_MAX {
            self.alike.push(alike);
        }
        Ok(())
    }

    /// Writes a line about a row. When there are many, each row has one line; when there are very many, the last says that it is the last.
    fn tell(&mut self, fault: &Rejected) -> Result<(), ImportError> {
        let (row, rows_max) = ((fault.table, fault.row), limits::IMPORT_REPORT_ROWS_MAX);
        let is_again = self.told.replace(row) == Some(row);
        if self.written > rows_max.saturating_mul(2) || (is_again && self.written >= rows_max) {
            return Ok(());
        }
        self.written += 1;
        if self.written > rows_max.saturating_mul(2) {
            return self.record(&["", "", "", "", "more", "there are more rows than a report has; mend these first"]);
        }
        let row = fault.row.to_string();
        // A report is opened in a spreadsheet, where some values would run.
        let value = disarmed(&fault.value);
        self.record(&[fault.table.name(), &row, &fault.column, &value, fault.code, &fault.message])
    }

    /// Ends the file; gives the first rows that were rejected, and the first that were let pass.
    pub(super) fn finish(mut self) -> Result<(Vec<Rejected>, Vec<Rejected>), ImportError> {
        if let Some(writer) = &mut self.writer {
            writer.flush().map_err(|source| failed(self.path.as_deref(), source.into()))?;
        }
        Ok((self.shown, self.alike))
    }

    fn record(&mut self, fields: &[&str]) -> Result<(), ImportError> {
        match &mut self.writer {
            Some(writer) => writer.write_record(fields).map_err(|source| failed(self.path.as_deref(), source)),
            None => Ok(()),
        }
    }
}

/// A report holds values of people: nobody else reads it.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn failed(path: Option<&Path>, source: csv::Error) -> ImportError {
    ImportError::Report { path: path.unwrap_or(Path::new("")).to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(row: u64) -> Rejected {
        let (column, value, message) = (String::new(), String::new(), String::new());
        Rejected { table: Table::Members, row, column, value, code: "required", message }
    }

    #[test]
    fn past_the_bound_each_row_has_one_line_and_the_last_says_so() {
        let mut report = Report::create(None).unwrap();
        report.written = limits::IMPORT_REPORT_ROWS_MAX;
        report.add(vec![fault(2), fault(2), fault(3), fault(3)]).unwrap();
        assert_eq!(report.written, limits::IMPORT_REPORT_ROWS_MAX + 2);
        report.written = limits::IMPORT_REPORT_ROWS_MAX * 2;
        report.add(vec![fault(4), fault(5), fault(6)]).unwrap();
        assert_eq!(report.written, limits::IMPORT_REPORT_ROWS_MAX * 2 + 1);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_a_report() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.csv");
        Report::create(Some(&path)).unwrap().finish().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
