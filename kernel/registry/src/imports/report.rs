//! The report of rejected rows for people: with the mark by which spreadsheets know Arabic, and the reason in the language of whoever reads it.
//! Programs read it as it lies in the folder.

use std::io::{BufWriter, Result, Write as _};
use std::path::Path;

use tiwizi_model::limits::EXPORT_PIECE_BYTES;
use tokio::sync::mpsc::Sender;

use crate::export::{MARK, Piece, Sink};

/// The column in which the code of a row stands.
const CODE: &str = "code";

/// Hands a report on piece by piece, with one column more: what is said of each code. For a thread that may block.
///
/// # Errors
/// When it cannot be read, or nobody reads the pieces any more.
pub fn say_report(
    path: &Path,
    column: &str,
    said: impl Fn(&str) -> Option<String>,
    pieces: Sender<Piece>,
) -> Result<()> {
    let mut reader = csv::Reader::from_path(path)?;
    let mut buffer = BufWriter::with_capacity(EXPORT_PIECE_BYTES, Sink::Pieces(pieces));
    buffer.write_all(MARK)?;
    let mut writer = csv::Writer::from_writer(buffer);
    let mut header = reader.headers()?.clone();
    let place = header.iter().position(|name| name == CODE);
    header.push_field(column);
    writer.write_record(&header)?;
    for record in reader.records() {
        let mut record = record?;
        let code = place.and_then(|place| record.get(place));
        let words = code.and_then(&said).unwrap_or_default();
        record.push_field(&words);
        writer.write_record(&record)?;
    }
    writer.flush()
}
