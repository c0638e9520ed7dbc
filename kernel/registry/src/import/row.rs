//! One row under reading: values by column name, and every fault with the column that it stands in.

use serde_json::Value;
use tiwizi_model::limits;

use crate::day::Day;
use crate::import::columns::Header;
use crate::import::dates::{self, Orders};
use crate::import::letters::{self, Name};
use crate::import::lines::LineFault;
use crate::import::report::{Rejected, Table, shorten};
use crate::import::rows::{RawRow, RowFault};
use crate::import::value::{self, Fault};

/// A field of a record and what the file says of it; `None` means that the cell is empty.
pub(super) type Field = (&'static str, Option<Value>);

/// Texts and their greatest lengths, as the kinds' schemas have them.
pub(super) fn chars_max(column: &str) -> usize {
    match column {
        "court" => 100,
        "number" | "member_number" | "phone" => 40,
        "commune" => 120,
        "address" => 300,
        "email" => 254,
        "name_ar" | "name_fr" | "name_zgh" => 160,
        _ => limits::ECHO_CHARS_MAX,
    }
}

/// Reads the values of rows of one file.
pub(super) struct RowReader {
    table: Table,
    header: Header,
    /// The cells of the row under reading.
    pub(super) cells: Vec<Vec<u8>>,
    pub(super) orders: Orders,
    /// Names that were put into the letters of Tifinagh.
    pub(super) transcribed: u64,
    pub(super) last_day: Day,
}

impl RowReader {
    pub(super) fn new(table: Table, header: Header, last_day: Day, orders: Orders) -> Self {
        Self { table, header, cells: Vec::new(), orders, transcribed: 0, last_day }
    }

    /// The file that the rows are of.
    pub(super) fn table(&self) -> Table {
        self.table
    }

    /// The cells of a row; none when the line is empty.
    pub(super) fn read(&mut self, raw: &RawRow) -> Option<Cells<'_>> {
        let mut faults = Faults { table: self.table, row: raw.row, found: Vec::new() };
        let mut cells: &[Vec<u8>] = &[];
        match raw.cells {
            Ok(count) => {
                cells = self.cells.get(..count).unwrap_or_default();
                if cells.iter().all(|cell| cell.iter().all(|byte| matches!(byte, b' ' | b'\t'))) {
                    return None;
                }
                if count != self.header.len() {
                    let message = format!("the row has {count} fields and the header {}", self.header.len());
                    faults.add("", "", Fault::new("columns", message));
                } else if raw.dates != 0 {
                    faults.add_dates(raw.dates, &self.header, cells);
                }
            }
            Err(fault) => faults.add("", "", of_row(fault)),
        }
        if !faults.found.is_empty() {
            cells = &[];
        }
        let (header, orders, transcribed) = (&self.header, &mut self.orders, &mut self.transcribed);
        Some(Cells { cells, header, orders, transcribed, faults })
    }
}

/// What is wrong with a row as a whole.
fn of_row(fault: RowFault) -> Fault {
    match fault {
        RowFault::Line(LineFault::TooLong) => {
            Fault::new("row-too-long", format!("the row is longer than {} bytes", limits::IMPORT_LINE_BYTES_MAX))
        }
        RowFault::Line(LineFault::Quote) => Fault::new("quote", "a quote opens and does not close"),
        RowFault::Encoding(message) => Fault::new("encoding", message),
    }
}

/// The faults of one row.
pub(super) struct Faults {
    table: Table,
    row: u64,
    pub(super) found: Vec<Rejected>,
}

impl Faults {
    pub(super) fn add(&mut self, column: &str, value: &str, fault: Fault) {
        self.found.push(Rejected {
            table: self.table,
            row: self.row,
            column: column.to_owned(),
            value: shorten(value),
            code: fault.code,
            message: fault.message,
        });
    }

    /// Where a spreadsheet has made a date of something else, as it does of 1/2019, what was typed is lost.
    fn add_dates(&mut self, dates: u64, header: &Header, cells: &[Vec<u8>]) {
        for (place, cell) in cells.iter().enumerate().take(64) {
            let name = header.name_at(place);
            if (dates >> place) & 1 == 1 && !dates::COLUMNS.contains(&name) {
                let message = "the spreadsheet holds a date here; format the column as text and type the value again";
                self.add(name, &String::from_utf8_lossy(cell), Fault::new("date-cell", message));
            }
        }
    }
}

/// The cells of one row.
pub(super) struct Cells<'a> {
    cells: &'a [Vec<u8>],
    header: &'a Header,
    orders: &'a mut Orders,
    transcribed: &'a mut u64,
    pub(super) faults: Faults,
}

impl Cells<'_> {
    /// Whether the row could be taken apart; if not, nothing more is to be said of it.
    pub(super) fn are_whole(&self) -> bool {
        !self.cells.is_empty()
    }

    /// The clean text of a column: `None` when the file has no such column, an empty text when the cell is empty.
    pub(super) fn text(&mut self, column: &'static str) -> Option<String> {
        let cell = self.cells.get(self.header.place(column)?)?;
        let Ok(text) = std::str::from_utf8(cell) else {
            let message = "it is not UTF-8 as the rest of the file is; save the whole file as \"CSV UTF-8\"";
            self.faults.add(column, &String::from_utf8_lossy(cell), Fault::new("encoding", message));
            return None;
        };
        match value::text(text, chars_max(column)) {
            Ok(clean) => Some(clean),
            Err(fault) => {
                self.faults.add(column, text, fault);
                None
            }
        }
    }

    /// Whether a cell of a column says something that can be read. What cannot be is told once, by whoever reads it.
    pub(super) fn is_filled(&self, column: &'static str) -> bool {
        let cell = self.header.place(column).and_then(|place| self.cells.get(place));
        let text = cell.and_then(|cell| std::str::from_utf8(cell).ok());
        text.is_some_and(|text| value::text(text, chars_max(column)).is_ok_and(|clean| !clean.is_empty()))
    }

    /// A part of a key, which must be there.
    pub(super) fn required(&mut self, column: &'static str) -> Option<String> {
        let before = self.faults.found.len();
        let text = self.text(column).map(value::key).filter(|text| !text.is_empty());
        if text.is_none() && self.faults.found.len() == before && self.are_whole() {
            self.faults.add(column, "", Fault::new("required", format!("{column} is empty")));
        }
        text
    }

    /// Reads a value of a column into a field, by a rule; `None` when the file has no such column or it is wrong.
    pub(super) fn read<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<Option<T>> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Some(None);
        }
        match read(&text) {
            Ok(value) => Some(Some(value)),
            Err(fault) => {
                self.faults.add(column, &text, fault);
                None
            }
        }
    }

    /// The same, put among the fields.
    pub(super) fn field(
        &mut self,
        fields: &mut Vec<Field>,
        column: &'static str,
        read: impl FnOnce(&str) -> Result<Value, Fault>,
    ) {
        if let Some(value) = self.read(column, read) {
            fields.push((column, value));
        }
    }

    /// A plain text, put among the fields.
    pub(super) fn text_field(&mut self, fields: &mut Vec<Field>, column: &'static str) {
        self.field(fields, column, |text| Ok(Value::from(text)));
    }

    /// A day, put among the fields.
    pub(super) fn day_field(&mut self, fields: &mut Vec<Field>, column: &'static str, last_day: Day) -> Option<Day> {
        let text = self.text(column)?;
        if text.is_empty() {
            fields.push((column, None));
            return None;
        }
        match self.orders.day(column, &text, last_day) {
            Ok(day) => {
                fields.push((column, Some(day.to_string().into())));
                Some(day)
            }
            Err(fault) => {
                self.faults.add(column, &text, fault);
                None
            }
        }
    }

    /// A name in Tifinagh, put among the fields.
    pub(super) fn tifinagh_field(&mut self, fields: &mut Vec<Field>, column: &'static str) {
        match self.read(column, letters::name) {
            Some(Some(Name::Tifinagh(name))) => fields.push((column, Some(name.into()))),
            Some(Some(Name::Transcribed(name))) => {
                *self.transcribed += 1;
                fields.push((column, Some(name.into())));
            }
            Some(None) => fields.push((column, None)),
            None => {}
        }
    }
}
