//! Lists as CSV and as JSON lines.
//!
//! A cell that a spreadsheet would run as a formula is kept text by a leading apostrophe, which the import takes off
//! again (`formula` of the registry).

use std::borrow::Cow;

use serde_json::Value;
use tiwizi_registry::formula::disarmed;

/// Writes one line of CSV (RFC 4180).
pub(crate) fn csv_line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = String::new();
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        put_cell(&mut line, cell);
    }
    line.push_str("\r\n");
    line
}

fn put_cell(line: &mut String, cell: &str) {
    let neutral = if is_number(cell) { Cow::Borrowed(cell) } else { disarmed(cell) };
    if neutral.contains(['"', ',', '\r', '\n']) {
        line.push('"');
        line.push_str(&neutral.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(&neutral);
    }
}

/// A number as JSON writes it, which runs nothing. One with a plus before it is that of a telephone.
fn is_number(cell: &str) -> bool {
    cell.starts_with(|first: char| first == '-' || first.is_ascii_digit()) && cell.parse::<f64>().is_ok()
}

/// A JSON value as the text of a cell.
pub(crate) fn cell_of(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// One value as a line of JSON.
pub(crate) fn json_line(value: &impl serde::Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_neutralised_and_a_number_is_not() {
        for (cell, expected) in [
            ("=1+2", "'=1+2"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2+3", "'-2+3"),
            ("＝1", "'＝1"),
            (" =1", "' =1"),
            ("\t=1", "'\t'=1"),
            ("x;=1", "x;'=1"),
            ("-12.5", "-12.5"),
            ("'=1", "''=1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("+212600000000", "'+212600000000"),
            ("تعاونية", "تعاونية"),
        ] {
            assert_eq!(csv_line([cell]), format!("{expected}\r\n"));
        }
    }

    #[test]
    fn quotes_commas_and_line_ends_are_quoted() {
        assert_eq!(csv_line(["a\"b", "c,d", "e\nf", ""]), "\"a\"\"b\",\"c,d\",\"e\nf\",\r\n");
        assert_eq!(csv_line(["=\"x\""]), "\"'=\"\"x\"\"\"\r\n");
    }
}
