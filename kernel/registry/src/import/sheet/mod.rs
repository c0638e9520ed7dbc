//! The first visible sheet of a spreadsheet (XLSX), row by row.
//!
//! Memory holds the texts that cells share and one row. What a file would take is measured before it is opened
//! (`guard`), so a bomb costs the time to find it. A cell with a formula has the result that the file holds; formulas
//! are never run.

mod guard;
mod scan;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use calamine::{Cell, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};

use crate::import::ImportError;
use crate::import::rows::{Layout, RawRow, Rows};

/// The columns of a sheet.
const COLUMNS_MAX: usize = 16_384;
/// The rows of a sheet.
const ROWS_MAX: u32 = 1_048_576;

/// Why a spreadsheet is not read.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The file could not be read.
    #[error("it could not be read")]
    Read(#[source] std::io::Error),
    /// It is damaged, or packed in a way that spreadsheets do not use.
    #[error("it is no whole ZIP")]
    Zip(#[source] zip::result::ZipError),
    /// It is a ZIP of something else.
    #[error("it is a ZIP and no spreadsheet (XLSX)")]
    NotXlsx,
    /// It has too many parts.
    #[error("it has more than {} parts", tiwizi_model::limits::SHEET_PARTS_MAX)]
    Parts,
    /// It unpacks to too much.
    #[error("it unpacks to more than {} bytes", tiwizi_model::limits::SHEET_BYTES_MAX)]
    Bytes,
    /// A part is packed as only a bomb is.
    #[error("{part} unpacks to more than {} times its size", tiwizi_model::limits::SHEET_RATIO_MAX)]
    Ratio {
        /// The part.
        part: String,
    },
    /// It shares more texts than are held in memory.
    #[error("it holds more different texts than are read; save the sheet as \"CSV UTF-8\"")]
    Strings,
    /// A part has more formats or names than are held in memory.
    #[error("{part} is larger than is read; save the sheet as \"CSV UTF-8\"")]
    Items {
        /// The part.
        part: String,
    },
    /// A cell or a tag is too long.
    #[error("{part} holds a cell or a tag that is too long")]
    Long {
        /// The part.
        part: String,
    },
    /// It declares a document type or an encoding.
    #[error("{part} declares a document type or an encoding, which no spreadsheet program does")]
    Markup {
        /// The part.
        part: String,
    },
    /// A relation does not lead to XML.
    #[error("{part} leads to a part that is no XML")]
    Relation {
        /// The part.
        part: String,
    },
    /// A formula without its result.
    #[error("cell {cell} of {part} holds a formula without its result; open and save the file, or paste values")]
    Formula {
        /// The part.
        part: String,
        /// The cell.
        cell: String,
    },
    /// There is no sheet to read.
    #[error("it has no visible sheet")]
    NoSheet,
    /// The rows or cells do not follow each other, or lie outside a sheet.
    #[error("its rows and cells are not in order")]
    Order,
    /// Its XML is not that of a spreadsheet.
    #[error("it is no whole spreadsheet")]
    Open(#[source] Box<XlsxError>),
}

/// A spreadsheet that may be read.
pub(super) struct Sheet {
    path: PathBuf,
    workbook: Xlsx<Source>,
    name: String,
    read_bytes: Arc<AtomicU64>,
    bytes: u64,
}

type Source = BufReader<Counted>;

/// Looks whether a spreadsheet can be read within bounds, and opens it.
pub(super) fn open(path: &Path) -> Result<Sheet, ImportError> {
    try_open(path).map_err(|source| ImportError::Sheet { path: path.to_owned(), source: Box::new(source) })
}

fn try_open(path: &Path) -> Result<Sheet, SheetError> {
    guard::check(path)?;
    let file = File::open(path).map_err(SheetError::Read)?;
    let bytes = file.metadata().map_err(SheetError::Read)?.len();
    let read_bytes = Arc::new(AtomicU64::new(0));
    let source = BufReader::new(Counted { file, read_bytes: Arc::clone(&read_bytes) });
    let workbook = Xlsx::new(source).map_err(wrong)?;
    let mut sheets = workbook.sheets_metadata().iter();
    let first = sheets.find(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible);
    let name = first.ok_or(SheetError::NoSheet)?.name.clone();
    Ok(Sheet { path: path.to_owned(), workbook, name, read_bytes, bytes })
}

fn wrong(error: XlsxError) -> SheetError {
    SheetError::Open(Box::new(error))
}

impl Sheet {
    /// Whether its days are counted from 1904, as old Macintoshes did.
    pub(super) fn counts_from_1904(&self) -> bool {
        self.workbook.has_1904_epoch()
    }

    /// Its rows, from the first.
    pub(super) fn rows(&mut self) -> Result<SheetRows<'_>, ImportError> {
        let Self { path, workbook, name, read_bytes, bytes } = self;
        let cells = workbook
            .worksheet_cells_reader(name)
            .map_err(|error| ImportError::Sheet { path: path.clone(), source: Box::new(wrong(error)) })?;
        let read_bytes = Arc::clone(read_bytes);
        Ok(SheetRows {
            path,
            cells,
            ahead: None,
            last_row: None,
            width: None,
            read_bytes,
            bytes: *bytes,
            at_end: false,
        })
    }
}

/// The rows of a sheet.
pub(super) struct SheetRows<'a> {
    path: &'a Path,
    cells: XlsxCellReader<'a, Source>,
    /// The first cell of the next row.
    ahead: Option<Cell<DataRef<'a>>>,
    last_row: Option<u32>,
    /// The cells of the first row; sheets leave out empty cells at the end of a row.
    width: Option<usize>,
    read_bytes: Arc<AtomicU64>,
    bytes: u64,
    at_end: bool,
}

impl<'a> SheetRows<'a> {
    fn read(&mut self, cells: &mut Vec<Vec<u8>>) -> Result<Option<RawRow>, SheetError> {
        let Some(first) = self.next_cell()? else { return Ok(None) };
        let row = first.get_position().0;
        if row >= ROWS_MAX || self.last_row.is_some_and(|last| last >= row) {
            return Err(SheetError::Order);
        }
        self.last_row = Some(row);
        cells.iter_mut().for_each(Vec::clear);
        let (mut count, mut dates) = (0, 0);
        let mut next = Some(first);
        while let Some(cell) = next {
            if cell.get_position().0 != row {
                self.ahead = Some(cell);
                break;
            }
            let column = usize::try_from(cell.get_position().1).unwrap_or(usize::MAX);
            if column >= COLUMNS_MAX {
                return Err(SheetError::Order);
            }
            if put(cell.get_value(), column, cells) {
                dates |= u32::try_from(column).ok().and_then(|column| 1_u64.checked_shl(column)).unwrap_or(0);
            }
            if cells.get(column).is_some_and(|cell| !cell.is_empty()) {
                count = count.max(column + 1);
            }
            next = self.next_cell()?;
        }
        let width = *self.width.get_or_insert(count);
        let count = count.max(width);
        if cells.len() < count {
            cells.resize_with(count, Vec::new);
        }
        Ok(Some(RawRow { row: u64::from(row) + 1, cells: Ok(count), dates }))
    }

    /// The next cell. The reader fails when it is asked again after the last one.
    fn next_cell(&mut self) -> Result<Option<Cell<DataRef<'a>>>, SheetError> {
        if let Some(cell) = self.ahead.take() {
            return Ok(Some(cell));
        }
        if self.at_end {
            return Ok(None);
        }
        let cell = self.cells.next_cell().map_err(wrong)?;
        self.at_end = cell.is_none();
        Ok(cell)
    }
}

impl Rows for SheetRows<'_> {
    fn next(&mut self, cells: &mut Vec<Vec<u8>>) -> Result<Option<RawRow>, ImportError> {
        let path = self.path;
        self.read(cells).map_err(|source| ImportError::Sheet { path: path.to_owned(), source: Box::new(source) })
    }

    fn done_bytes(&self) -> u64 {
        if self.at_end { self.bytes } else { self.read_bytes.load(Ordering::Relaxed).min(self.bytes) }
    }

    fn layout(&self) -> Layout {
        Layout::Xlsx
    }
}

/// Writes a value as text; says whether the sheet holds it as a date or a time.
fn put(value: &DataRef<'_>, column: usize, cells: &mut Vec<Vec<u8>>) -> bool {
    if *value == DataRef::Empty {
        return false;
    }
    if cells.len() <= column {
        cells.resize_with(column + 1, Vec::new);
    }
    let Some(cell) = cells.get_mut(column) else { return false };
    cell.clear();
    match value {
        DataRef::String(text) => cell.extend_from_slice(text.as_bytes()),
        DataRef::SharedString(text) => cell.extend_from_slice(text.as_bytes()),
        DataRef::Int(number) => written(write!(cell, "{number}")),
        DataRef::Float(number) => written(write!(cell, "{}", shown(*number))),
        DataRef::Bool(is) => written(write!(cell, "{is}")),
        DataRef::Error(error) => written(write!(cell, "{error}")),
        DataRef::DateTime(moment) => {
            written(day(*moment, cell));
            return true;
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            cell.extend_from_slice(text.as_bytes());
            return true;
        }
        DataRef::Empty => {}
    }
    false
}

/// Writing into memory does not fail.
fn written(result: std::io::Result<()>) {
    result.unwrap_or_default();
}

/// A number to the 15 digits that a spreadsheet shows; the rest is noise of its arithmetic.
fn shown(number: f64) -> f64 {
    if number.fract() == 0.0 { number } else { format!("{number:.14e}").parse().unwrap_or(number) }
}

fn day(moment: ExcelDateTime, cell: &mut Vec<u8>) -> std::io::Result<()> {
    if moment.is_duration() {
        return write!(cell, "{}", moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    write!(cell, "{year:04}-{month:02}-{day:02}")?;
    if (hour, minute, second) == (0, 0, 0) { Ok(()) } else { write!(cell, " {hour:02}:{minute:02}:{second:02}") }
}

/// A file that counts what is read of it, for the progress.
struct Counted {
    file: File,
    read_bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(room)?;
        self.read_bytes.fetch_add(u64::try_from(read).unwrap_or_default(), Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}
