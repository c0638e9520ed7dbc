//! The import of the register from CSV files and spreadsheets.
//!
//! How a file is written (its kind, its encoding, what stands between cells) is told from the file and reported. Values are
//! read where their meaning is certain; all others are reported with row, column, value, code and a sentence.
//!
//! A file is read on a thread of its own and checked row by row, while the rows before it are compared with the register
//! and written. Memory does not grow with the rows of a file: the keys of a long one are put aside on disk (`keys`). There is one small
//! entry for each cooperative.
//!
//! By default nothing is kept if any row is wrong: a first pass reads both files to their ends and writes nothing; only
//! when it found no fault does a second pass write, in transactions of some thousand rows. If the machine stops in the
//! second pass, the same import started again goes on where it stopped, because rows that are already there are
//! unchanged. A file that is imported twice changes nothing the second time.
//!
//! What a file has no column for stays as it is; an empty cell empties the field.

mod columns;
mod cooperative;
mod cooperatives;
mod dates;
mod encoding;
mod halt;
mod keys;
mod legal;
mod letters;
mod lines;
mod member;
mod members;
mod merge;
mod parse;
mod places;
mod queue;
mod recognise;
mod report;
mod row;
mod rows;
mod run;
mod sheet;
mod store;
mod text;
mod twins;
mod value;

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod combinations;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

pub use columns::HeaderError;
pub(crate) use columns::names as column_names;
pub use encoding::{Encoding, EncodingError};
pub use halt::{Halt, Halter, halt};
pub use recognise::{Looked, Seen, look};
pub use report::{Rejected, SHOWN_MAX, Table};
pub use rows::{Format, Layout};
pub use run::{run, run_until};
pub use sheet::SheetError;

use tiwizi_storage::StorageError;

use crate::duplicates::RuleBook;
use crate::national_id::NationalIdKey;

/// What to import, and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The file of cooperatives; without it the members belong to cooperatives of the register.
    pub cooperatives: Option<PathBuf>,
    /// The file of their members.
    pub members: Option<PathBuf>,
    /// Say what would change, and change nothing.
    pub dry_run: bool,
    /// Keep the good rows when others are wrong.
    pub skip_bad: bool,
    /// Where to write the rejected rows.
    pub report: Option<PathBuf>,
    /// The encoding of the text files, when a person knows it; otherwise it is told from each file.
    pub encoding: Option<Encoding>,
    /// The key under which numbers of identity cards are hashed.
    pub national_id_key: NationalIdKey,
    /// The rule by which cooperatives count as the same.
    pub duplicates_rule: Arc<RuleBook>,
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Whether rows are being written, or only checked.
    pub writing: bool,
    /// The file that is being read.
    pub table: Table,
    /// Rows of both files that are done in this pass.
    pub rows_done: u64,
    /// Rows of both files that were wrong in this pass.
    pub rows_rejected: u64,
    /// Bytes of both files that are done in this pass.
    pub bytes_done: u64,
    /// Bytes of both files.
    pub bytes_total: u64,
}

/// What became of the rows of one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Were not there before.
    pub created: u64,
    /// Were there with another content.
    pub updated: u64,
    /// Were there just so.
    pub unchanged: u64,
    /// Were wrong.
    pub rejected: u64,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The cooperatives.
    pub cooperatives: Counts,
    /// Their members.
    pub members: Counts,
    /// Whether anything may have been written. It was not in a dry run, nor when a row was wrong and `skip_bad` was not
    /// set; then only `rejected` counts.
    pub kept: bool,
    /// How the files are written.
    pub formats: Vec<Format>,
    /// Names in Tifinagh that the files have in Latin letters, and that were put into Tifinagh.
    pub transcribed: u64,
    /// The first rejected values, at most [`SHOWN_MAX`].
    pub rejected: Vec<Rejected>,
    /// The first rows that may be the same as another cooperative and were let pass, at most [`SHOWN_MAX`].
    pub alike: Vec<Rejected>,
    /// Rows that may be the same as another cooperative and were let pass. Each is in the report, and its pair waits for a registrar.
    pub flagged: u64,
}

impl Summary {
    /// The summary as scripts read it.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let counts = |counts: &Counts| {
            serde_json::json!({
                "created": counts.created,
                "updated": counts.updated,
                "unchanged": counts.unchanged,
                "rejected": counts.rejected,
            })
        };
        let mut told = serde_json::json!({
            "cooperatives": counts(&self.cooperatives),
            "members": counts(&self.members),
            "files": self.formats.iter().map(Format::to_json).collect::<Vec<_>>(),
            "transcribed": self.transcribed,
        });
        if let (1.., Some(told)) = (self.flagged, told.as_object_mut()) {
            told.insert("flagged".to_owned(), self.flagged.into());
        }
        told
    }

    /// Whether a row was wrong.
    #[must_use]
    pub fn has_rejected(&self) -> bool {
        self.cooperatives.rejected + self.members.rejected > 0
    }
}

/// Why an import stopped. Rows that are wrong do not stop it; they are in the summary and the report.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A file is none that is read.
    #[error(
        "{} is {found}; save it as \"CSV UTF-8\" and import that, or say how its letters are written with --encoding",
        path.display()
    )]
    Encoding {
        /// The file.
        path: PathBuf,
        /// What it seems to be.
        found: &'static str,
    },
    /// A spreadsheet is not read.
    #[error("the spreadsheet {} is not read", path.display())]
    Sheet {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<SheetError>,
    },
    /// It was told to end before its end.
    #[error("the import was ended before its end; {written} rows were written before")]
    Halted {
        /// Rows that were written, and stay. The same import started again goes on from there.
        written: u64,
    },
    /// The thread that reads a file ended early.
    #[error("{} was not read to its end", path.display())]
    Unfinished {
        /// The file.
        path: PathBuf,
    },
    /// The first row was not understood.
    #[error("the first row of {} was not understood", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<HeaderError>,
    },
    /// The report could not be written.
    #[error("could not write the report {}", path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: csv::Error,
    },
    /// The number of an identity card could not be sealed.
    #[error("could not seal the number of an identity card")]
    Seal(#[source] crate::national_id::SealError),
    /// The kernel's own kinds are not in use.
    #[error("the kind registry/{name} is not in use; the instance was not opened by the kernel")]
    NoKind {
        /// The kind.
        name: &'static str,
    },
    /// No processing in force covers what the files hold, in an instance that is in service.
    #[error(transparent)]
    NoProcessing(#[from] crate::protection::Uncovered),
    /// Whether it does could not be read.
    #[error("could not read which processings are recorded")]
    Processings(#[source] tiwizi_records::ReadError),
    /// What is stored could not be compared with the file.
    #[error("could not look up what is stored")]
    Lookup(#[source] StorageError),
    /// What may be the same could not be looked for.
    #[error("could not look for cooperatives that may be the same")]
    Census(#[source] crate::duplicates::CensusError),
    /// A stored record is damaged.
    #[error("a stored record is not JSON")]
    Damaged(#[source] serde_json::Error),
    /// The keys of a long file could not be put aside.
    #[error("could not put aside on disk which rows the file had")]
    Keys(#[source] std::io::Error),
    /// The thread that checks rows ended early.
    #[error("the thread that checks rows ended early")]
    Stopped(#[source] tokio::task::JoinError),
    /// Some rows could not be written; the rows before them are kept.
    #[error(
        "could not write rows {first_row} to {last_row} of the {}; the rows before them are kept, and the same import \
         started again goes on from there",
        table.name()
    )]
    Write {
        /// The file.
        table: Table,
        /// The first row of the batch.
        first_row: u64,
        /// Its last.
        last_row: u64,
        /// The cause.
        #[source]
        source: Box<tiwizi_records::WriteError>,
    },
}
