//! Tables as text for spreadsheets: UTF-8 with its mark, cells ended by semicolons, amounts with a comma, as programs set up for Morocco read
//! them.
//!
//! Invariant: no program runs a cell that somebody wrote, wherever it takes a cell to begin.

use std::borrow::Cow;

use rust_decimal::Decimal;
use tiwizi_sdk::csv;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Nothing.
    Empty,
    /// Words, somebody's or the page's.
    Text(String),
    /// An amount, with two digits after the comma at most.
    Amount(Decimal),
}

impl Cell {
    /// The amount, when there is one.
    pub(crate) fn amount(amount: Option<Decimal>) -> Self {
        amount.map_or(Self::Empty, Self::Amount)
    }

    fn written(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => csv::cell(text),
            Self::Amount(amount) => Cow::Owned(amount.round_dp(2).normalize().to_string().replace('.', ",")),
        }
    }
}

/// The table, its headings in the first row.
pub(crate) fn table(rows: &[Vec<Cell>]) -> String {
    let mut text = csv::MARK.to_owned();
    for row in rows {
        let cells: Vec<Cow<'_, str>> = row.iter().map(Cell::written).collect();
        text.push_str(&cells.join(";"));
        text.push_str("\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        table(&[vec![Cell::Text(text.to_owned())]])
    }

    #[test]
    fn i03_what_a_spreadsheet_would_run_becomes_text() {
        for armed in ["=1+1", "+212600000000", "-5", "@SUM(A1)", "＝1", " =1", "\u{200f}=1", "'=1", "−1"] {
            assert_eq!(text(armed), format!("\u{feff}'{armed}\r\n"), "{armed:?}");
        }
        assert_eq!(text("\tx"), "\u{feff}\"'\tx\"\r\n");
        // A program may take the comma, or the end of a line, for the end of the cell.
        assert_eq!(text("vu, =1"), "\u{feff}\"vu,' =1\"\r\n");
        assert_eq!(text("vu\n-1"), "\u{feff}\"vu\n'-1\"\r\n");
        assert_eq!(text("x; \"=1\""), "\u{feff}\"x;' \"\"=1\"\"\"\r\n");
    }

    #[test]
    fn words_stay_as_they_are_and_amounts_have_a_comma() {
        for plain in ["fête", "1-2", "سوق الخميس", "ⴰⵙⵓⵇ", "l’été", "1=1"] {
            assert_eq!(text(plain), format!("\u{feff}{plain}\r\n"));
        }
        assert_eq!(text("le \"vrai\" prix"), "\u{feff}\"le \"\"vrai\"\" prix\"\r\n");
        let amounts =
            ["-250", "1234.50", "0.005", "1000.00", "33.3333"].map(|amount| Cell::Amount(amount.parse().unwrap()));
        assert_eq!(
            table(&[amounts.to_vec(), vec![Cell::Empty, Cell::Empty]]),
            "\u{feff}-250;1234,5;0;1000;33,33\r\n;\r\n"
        );
    }
}
