//! Sheets and cells, without any plan: what stands where, and writing it as XLSX.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError};

/// Characters of a sheet's name.
const NAME_CHARS_MAX: usize = 31;
const LABELS_WIDTH: u32 = 34;
const FIGURES_WIDTH: u32 = 14;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Heading(String),
    Text(String),
    /// A figure that somebody put in.
    Input(Decimal),
    /// What follows from others, and its value; nothing where there is no figure.
    Formula(String, Option<Decimal>),
}

/// A sheet.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    /// By row and column, the first ones 0.
    pub(crate) cells: BTreeMap<(u32, u16), Cell>,
    /// Rows and columns that stay when the rest moves.
    pub(crate) frozen: (u32, u16),
}

/// A spreadsheet.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    /// Whose it is: two equal plans of two people are two files.
    pub(crate) mark: String,
    pub(crate) sheets: Vec<Sheet>,
}

impl Sheet {
    pub(crate) fn new(name: &str, frozen: (u32, u16)) -> Self {
        Self { name: name.to_owned(), cells: BTreeMap::new(), frozen }
    }

    pub(crate) fn put(&mut self, row: u32, column: u16, cell: Cell) {
        self.cells.insert((row, column), cell);
    }

    pub(crate) fn heading(&mut self, row: u32, column: u16, text: impl Into<String>) {
        self.put(row, column, Cell::Heading(text.into()));
    }

    pub(crate) fn text(&mut self, row: u32, column: u16, text: impl Into<String>) {
        self.put(row, column, Cell::Text(text.into()));
    }

    pub(crate) fn input(&mut self, row: u32, column: u16, value: impl Into<Decimal>) {
        self.put(row, column, Cell::Input(value.into()));
    }

    pub(crate) fn formula(&mut self, row: u32, column: u16, formula: String, value: impl Into<Option<Decimal>>) {
        self.put(row, column, Cell::Formula(formula, value.into()));
    }
}

/// A name that a sheet may have, told apart by its number.
pub(crate) fn sheet_name(number: usize, word: &str) -> String {
    let plain = word.chars().filter(|letter| !"[]:*?/\\'".contains(*letter));
    format!("{number} {}", plain.collect::<String>()).chars().take(NAME_CHARS_MAX).collect()
}

/// A column's letters.
pub(crate) fn letters(column: u16) -> String {
    let mut rest = u32::from(column) + 1;
    let mut letters = String::new();
    while rest > 0 {
        let last = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.insert(0, char::from(b'A' + last));
        rest = (rest - 1) / 26;
    }
    letters
}

/// A cell of the same sheet: `$C$4`.
pub(crate) fn at(row: u32, column: u16) -> String {
    format!("${}${}", letters(column), row + 1)
}

/// Cells of the same sheet: `$B$4:$Z$4`.
pub(crate) fn span(first: (u32, u16), last: (u32, u16)) -> String {
    format!("{}:{}", at(first.0, first.1), at(last.0, last.1))
}

impl Book {
    /// The file's bytes.
    ///
    /// # Errors
    /// The book is larger than such a file may be.
    pub(crate) fn to_xlsx(&self, direction: Direction) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        // The same plan is the same file, whenever it is written.
        let created = ExcelDateTime::from_ymd(2026, 1, 1)?;
        workbook.set_properties(&DocProperties::new().set_comment(&self.mark).set_creation_datetime(&created));
        let looks = Looks::new();
        for sheet in &self.sheets {
            let page = workbook.add_worksheet();
            page.set_name(&sheet.name)?;
            page.set_right_to_left(direction == Direction::RightToLeft);
            page.set_freeze_panes(sheet.frozen.0, sheet.frozen.1)?;
            let last = sheet.cells.keys().map(|(_, column)| *column).max().unwrap_or_default();
            page.set_column_width(0, LABELS_WIDTH)?;
            if last > 0 {
                page.set_column_range_width(1, last, FIGURES_WIDTH)?;
            }
            for ((row, column), cell) in &sheet.cells {
                looks.write(page, (*row, *column), cell)?;
            }
        }
        workbook.save_to_buffer()
    }
}

/// How a reader's language runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    LeftToRight,
    RightToLeft,
}

struct Looks {
    heading: Format,
    text: Format,
    input: Format,
    figure: Format,
}

impl Looks {
    fn new() -> Self {
        let figure = Format::new().set_num_format("#,##0.00####");
        Self {
            heading: Format::new().set_bold(),
            text: Format::new(),
            // What may be changed is told apart by more than a colour.
            input: figure.clone().set_font_color("1F4E9E").set_italic(),
            figure,
        }
    }

    fn write(&self, page: &mut Worksheet, (row, column): (u32, u16), cell: &Cell) -> Result<(), XlsxError> {
        let float = |value: &Decimal| value.to_f64().unwrap_or_default();
        match cell {
            Cell::Heading(text) => page.write_string_with_format(row, column, text, &self.heading),
            Cell::Text(text) => page.write_string_with_format(row, column, text, &self.text),
            Cell::Input(value) => page.write_number_with_format(row, column, float(value), &self.input),
            Cell::Formula(formula, value) => {
                let shown = value.map(|value| value.normalize().to_string()).unwrap_or_default();
                let formula = Formula::new(formula.as_str()).set_result(shown);
                page.write_formula_with_format(row, column, formula, &self.figure)
            }
        }
        .map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_as_spreadsheets_name_them() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (61, "BJ"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(column), name);
        }
        assert_eq!(at(3, 2), "$C$4");
        assert_eq!(sheet_name(1, "Prêts : l'an [1]"), "1 Prêts  lan 1");
    }
}
