//! Cells of CSV files that spreadsheets open and run nothing of.
//!
//! A cell that begins with `=`, `+`, `-` or `@` is run by programs that open the file. An apostrophe before it makes it a text. A program may
//! also end cells elsewhere than the file does: a French Excel ends those of a file with commas at semicolons. So the same holds behind
//! everything that could end a cell. It is the rule of the kernel's own files.
//!
//! Which sign a file has between its cells, and how it writes amounts, is the plugin's: an amount of its own goes into the file as it is, and
//! whatever somebody wrote through here.
//!
//! ```
//! use tiwizi_sdk::csv;
//!
//! let row = ["Tamount", "=1+1", "vu; \"bien\""].map(csv::cell).join(";");
//! assert_eq!(row, "Tamount;'=1+1;\"vu; \"\"bien\"\"\"");
//! ```

use std::borrow::Cow;

/// The mark by which spreadsheets know UTF-8; it stands before the first row.
pub const MARK: &str = "\u{feff}";
/// What ends a cell or a line for one program or another.
const ENDS: [char; 5] = [',', ';', '\t', '\r', '\n'];
/// What a formula begins with.
const SIGNS: [char; 9] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '−'];

/// A text as a cell: nothing runs it, and it stands in quotes where it needs them.
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    let cell = disarmed(text);
    if cell.contains(ENDS) || cell.contains('"') {
        Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\"")))
    } else {
        cell
    }
}

/// A text that nothing runs, not in quotes yet: an apostrophe stands before everything that a program could run, also behind what another
/// program ends a cell at.
#[must_use]
pub fn disarmed(text: &str) -> Cow<'_, str> {
    let pieces = || text.split_inclusive(ENDS).enumerate();
    let is_run = |(at, piece): &(usize, &str)| (*at == 0 && piece.starts_with(['\t', '\r', '\n'])) || is_armed(piece);
    if !pieces().any(|piece| is_run(&piece)) {
        return Cow::Borrowed(text);
    }
    pieces().map(|piece| if is_run(&piece) { format!("'{}", piece.1) } else { piece.1.to_owned() }).collect()
}

/// Whether a program could run it. Quotes, spaces and marks that are not seen may stand before.
fn is_armed(piece: &str) -> bool {
    let is_before = |letter: char| matches!(letter, '\'' | '"') || letter.is_whitespace() || is_unseen(letter);
    piece.trim_start_matches(is_before).starts_with(SIGNS)
}

/// Marks of direction and joining, which take no room.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{61c}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i03_what_a_spreadsheet_would_run_becomes_text() {
        for armed in ["=1+1", "+212600000000", "-5", "@SUM(A1)", "＝1", " =1", "\u{200f}=1", "'=1", "−1"] {
            assert_eq!(cell(armed), format!("'{armed}"), "{armed:?}");
        }
        assert_eq!(cell("\tx"), "\"'\tx\"");
        // A program may take the comma, or the end of a line, for the end of the cell.
        assert_eq!(cell("vu, =1"), "\"vu,' =1\"");
        assert_eq!(cell("vu\n-1"), "\"vu\n'-1\"");
        assert_eq!(cell("x; \"=1\""), "\"x;' \"\"=1\"\"\"");
        for plain in ["", "fête", "1-2", "سوق الخميس", "ⴰⵙⵓⵇ", "l’été", "1=1"] {
            assert_eq!(cell(plain), plain);
        }
        assert_eq!(cell("le \"vrai\" prix"), "\"le \"\"vrai\"\" prix\"");
    }

    #[test]
    fn i03_no_part_of_a_cell_is_run_whatever_stands_in_it() {
        let letters = ['=', '-', '＠', '\'', '"', ' ', '\u{200f}', '\t', '\n', ';', 'é'];
        let mut texts = vec![String::new()];
        let mut from = 0;
        for _ in 0..4 {
            let longer = texts.get(from..).unwrap().iter();
            let longer: Vec<String> = longer.flat_map(|text| letters.map(|letter| format!("{text}{letter}"))).collect();
            from = texts.len();
            texts.extend(longer);
        }
        for text in texts {
            let cell = disarmed(&text);
            assert!(cell.split_inclusive(ENDS).all(|piece| piece.starts_with('\'') || !is_armed(piece)), "{text:?}");
            assert!(!cell.starts_with(['\t', '\n']), "{text:?}");
            assert_eq!(cell.replace('\'', ""), text.replace('\'', ""), "nothing else is written: {text:?}");
        }
    }

    #[test]
    fn the_rule_is_that_of_the_kernel_s_own_files() {
        let kernel = include_str!("../../../kernel/registry/src/formula.rs");
        assert!(kernel.contains(&format!("const ENDS: [char; 5] = {ENDS:?};")));
        assert!(kernel.contains(&format!("const SIGNS: [char; 9] = {SIGNS:?};")));
        let unseen = include_str!("csv.rs").lines().find(|line| line.contains(r"'\u{200b}'..='\u{200f}'")).unwrap();
        assert!(kernel.contains(unseen));
    }
}
