//! The file of an export. It is written beside its place and moved there when it is whole; members are nobody else's to read.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde_json::{Map, Value};
use tiwizi_model::limits::{EXPORT_PIECE_BYTES, EXPORT_SHEET_ROWS_MAX};
use tokio::sync::mpsc::Sender;

use super::pieces::{Piece, Sink};
use super::{ExportError, Row, Settings, Shape};
use crate::formula::disarmed;

/// The mark by which spreadsheets know UTF-8.
pub(crate) const MARK: &[u8] = "\u{feff}".as_bytes();

/// A file under writing.
pub(super) struct Output {
    to: PathBuf,
    /// None where it is no file.
    part: Option<Part>,
    columns: Vec<&'static str>,
    writer: Option<Writer>,
}

enum Writer {
    Csv(Box<csv::Writer<BufWriter<Sink>>>),
    JsonLines(BufWriter<Sink>),
    Sheet(Box<Sheet>),
}

/// Rows go through a file of their own into the workbook, which is packed at the end.
struct Sheet {
    workbook: Workbook,
    file: File,
    /// Rows so far, with the header.
    rows: u32,
}

/// The unfinished file; it is taken away unless it was moved to its place.
struct Part {
    path: PathBuf,
    moved: bool,
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.moved {
            // Nobody is there to hear of a failure; what is left is named `.part`.
            std::fs::remove_file(&self.path).unwrap_or_default();
        }
    }
}

impl Output {
    /// Begins the file with its header.
    pub(super) fn create(settings: &Settings, columns: Vec<&'static str>) -> Result<Self, ExportError> {
        let failed = |source| ExportError::Write { path: settings.to.clone(), source };
        let path = beside(&settings.to);
        let file = private(&path).map_err(failed)?;
        let part = Some(Part { path, moved: false });
        let mut output = Self { to: settings.to.clone(), part, columns, writer: None };
        output.writer = Some(match settings.shape {
            Shape::Csv | Shape::JsonLines => output.text(settings, Sink::File(file)).map_err(failed)?,
            Shape::Xlsx => {
                let sheet = Sheet::begin(file, &settings.to, settings.table.name(), &output.columns);
                Writer::Sheet(Box::new(sheet.map_err(|source| output.sheet_failed(source))?))
            }
        });
        Ok(output)
    }

    /// Begins what is handed on in pieces. A spreadsheet is not: it is packed at its end.
    pub(super) fn send(
        settings: &Settings,
        columns: Vec<&'static str>,
        pieces: Sender<Piece>,
    ) -> Result<Self, ExportError> {
        let mut output = Self { to: settings.to.clone(), part: None, columns, writer: None };
        let failed = |source| ExportError::Write { path: settings.to.clone(), source };
        if settings.shape == Shape::Xlsx {
            return Err(failed(std::io::ErrorKind::Unsupported.into()));
        }
        output.writer = Some(output.text(settings, Sink::Pieces(pieces)).map_err(failed)?);
        Ok(output)
    }

    /// Begins a text.
    fn text(&self, settings: &Settings, sink: Sink) -> Result<Writer, std::io::Error> {
        let mut buffer = BufWriter::with_capacity(EXPORT_PIECE_BYTES, sink);
        if settings.shape == Shape::JsonLines {
            return Ok(Writer::JsonLines(buffer));
        }
        buffer.write_all(MARK)?;
        let mut writer = csv::WriterBuilder::new().delimiter(settings.separator.byte()).from_writer(buffer);
        writer.write_record(&self.columns)?;
        Ok(Writer::Csv(Box::new(writer)))
    }

    /// Adds rows.
    pub(super) fn rows(&mut self, rows: &[Row]) -> Result<(), ExportError> {
        for row in rows {
            let written = match &mut self.writer {
                Some(Writer::Csv(writer)) => csv_row(writer, row).map_err(Failure::File),
                Some(Writer::JsonLines(writer)) => json_row(writer, &self.columns, row).map_err(Failure::File),
                Some(Writer::Sheet(sheet)) => sheet.row(row),
                None => Ok(()),
            };
            written.map_err(|failure| self.failed(failure))?;
        }
        Ok(())
    }

    /// Ends the file and moves it to its place.
    pub(super) fn finish(mut self) -> Result<(), ExportError> {
        let ended = match self.writer.take() {
            Some(Writer::Csv(writer)) => writer.into_inner().map_err(csv::IntoInnerError::into_error).and_then(whole),
            Some(Writer::JsonLines(writer)) => whole(writer),
            Some(Writer::Sheet(sheet)) => {
                let Sheet { mut workbook, mut file, .. } = *sheet;
                workbook.save_to_writer(&mut file).map_err(|source| self.sheet_failed(source))?;
                Ok(Sink::File(file))
            }
            None => return Ok(()),
        };
        let Some(part) = &self.part else {
            return ended.map(drop).map_err(|source| self.failed(Failure::File(source)));
        };
        let moved = ended.and_then(|sink| sink.keep()).and_then(|()| std::fs::rename(&part.path, &self.to));
        moved.map_err(|source| self.failed(Failure::File(source)))?;
        if let Some(part) = &mut self.part {
            part.moved = true;
        }
        Ok(())
    }

    fn failed(&self, failure: Failure) -> ExportError {
        match failure {
            Failure::File(source) => ExportError::Write { path: self.to.clone(), source },
            Failure::Sheet(source) => self.sheet_failed(source),
            Failure::Rows => ExportError::Rows,
        }
    }

    fn sheet_failed(&self, source: XlsxError) -> ExportError {
        ExportError::Sheet { path: self.to.clone(), source: Box::new(source) }
    }
}

/// Why a row was not written.
enum Failure {
    File(std::io::Error),
    Sheet(XlsxError),
    Rows,
}

impl Sheet {
    fn begin(file: File, to: &Path, name: &str, columns: &[&'static str]) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        // On the disk of the export: the system's folder for such files may lie in memory.
        workbook.set_tempdir(folder(to))?;
        let bold = Format::new().set_bold();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (place, column) in (0_u16..).zip(columns) {
            sheet.write_string_with_format(0, place, *column, &bold)?;
        }
        Ok(Self { workbook, file, rows: 1 })
    }

    fn row(&mut self, row: &[Value]) -> Result<(), Failure> {
        if self.rows > EXPORT_SHEET_ROWS_MAX {
            return Err(Failure::Rows);
        }
        let sheet = self.workbook.worksheet_from_index(0).map_err(Failure::Sheet)?;
        for (place, value) in (0_u16..).zip(row) {
            let written = match value {
                Value::Null => continue,
                Value::Number(number) => match number.as_f64() {
                    Some(number) => sheet.write_number(self.rows, place, number),
                    None => sheet.write_string(self.rows, place, number.to_string()),
                },
                // A text of a sheet is a text, however it begins.
                value => sheet.write_string(self.rows, place, shown(value).into_owned()),
            };
            written.map_err(Failure::Sheet)?;
        }
        self.rows += 1;
        Ok(())
    }
}

fn csv_row(writer: &mut csv::Writer<BufWriter<Sink>>, row: &[Value]) -> Result<(), std::io::Error> {
    for value in row {
        let written = match value {
            // A number is written by the kernel: there is no formula in it.
            Value::Number(number) => writer.write_field(number.to_string()),
            value => writer.write_field(disarmed(&shown(value)).as_bytes()),
        };
        written?;
    }
    writer.write_record(None::<&[u8]>)?;
    Ok(())
}

fn json_row(writer: &mut BufWriter<Sink>, columns: &[&'static str], row: &[Value]) -> Result<(), std::io::Error> {
    let fields = columns.iter().zip(row).filter(|(_, value)| !value.is_null());
    let object: Map<String, Value> = fields.map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    serde_json::to_writer(&mut *writer, &object)?;
    writer.write_all(b"\n")
}

fn shown(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

/// What lies beneath a buffer, with everything in it.
fn whole(writer: BufWriter<Sink>) -> Result<Sink, std::io::Error> {
    writer.into_inner().map_err(std::io::IntoInnerError::into_error)
}

/// The name of the unfinished file.
fn beside(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    to.with_file_name(name)
}

fn folder(to: &Path) -> &Path {
    to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new file that only its owner reads.
fn private(path: &Path) -> Result<File, std::io::Error> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
