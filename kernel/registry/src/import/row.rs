//! One row under reading: values by column name, and every fault with the column that it stands in.

use serde_json::Value;
use tiwizi_model::limits;

use crate::day::Day;
use crate::import::columns::{Column, Header};
use crate::import::lines::{LineFault, split};
use crate::import::report::{Rejected, Table, shorten};
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

/// Takes rows of one file apart.
pub(super) struct RowReader {
    table: Table,
    header: Header,
    delimiter: u8,
    cells: Vec<Vec<u8>>,
    pub(super) last_day: Day,
}

impl RowReader {
    pub(super) fn new(table: Table, header: Header, delimiter: u8, last_day: Day) -> Self {
        Self { table, header, delimiter, cells: Vec::new(), last_day }
    }

    /// The cells of a row; none when the line is empty.
    pub(super) fn read(&mut self, row: u64, content: Result<&[u8], LineFault>) -> Option<Cells<'_>> {
        let mut faults = Faults { table: self.table, row, found: Vec::new() };
        match content {
            Ok(bytes) if bytes.iter().all(|byte| matches!(byte, b' ' | b'\t') || *byte == self.delimiter) => {
                return None;
            }
            Ok(bytes) => {
                let count = split(bytes, self.delimiter, &mut self.cells);
                if count != self.header.len() {
                    let message = format!("the row has {count} fields and the header {}", self.header.len());
                    faults.add("", "", Fault::new("columns", message));
                }
            }
            Err(LineFault::TooLong) => {
                let message = format!("the row is longer than {} bytes", limits::IMPORT_LINE_BYTES_MAX);
                faults.add("", "", Fault::new("row-too-long", message));
            }
            Err(LineFault::Quote) => faults.add("", "", Fault::new("quote", "a quote opens and does not close")),
        }
        let usable = faults.found.is_empty();
        Some(Cells { cells: if usable { &self.cells } else { &[] }, header: &self.header, faults })
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
}

/// The cells of one row.
pub(super) struct Cells<'a> {
    cells: &'a [Vec<u8>],
    header: &'a Header,
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
            let message = "it is not UTF-8; save the file as \"CSV UTF-8\"";
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

    /// A text that must be there.
    pub(super) fn required(&mut self, column: &'static str) -> Option<String> {
        let before = self.faults.found.len();
        let text = self.text(column).filter(|text| !text.is_empty());
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
        let day = self.read(column, |text| value::day(text, last_day))?;
        fields.push((column, day.map(|day| day.to_string().into())));
        day
    }
}

/// The columns of a file.
pub(super) fn columns_of(table: Table) -> &'static [Column] {
    match table {
        Table::Cooperatives => &crate::import::columns::COOPERATIVE,
        Table::Members => &crate::import::columns::MEMBER,
    }
}
