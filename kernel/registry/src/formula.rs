//! Values that a spreadsheet would run as formulas: written so that they are text, and read back as they were.
//!
//! A cell of a CSV file that begins with `=`, `+`, `-` or `@`, with one of their full-width forms, or with a tab or the end
//! of a line is run by programs that open it. An apostrophe before it makes it a text; the import takes it away again.
//!
//! A program may also end cells elsewhere than the file does: a French Excel ends those of a file with commas at semicolons, and then
//! quotes in the middle of what it takes for a cell keep nothing together. So the same holds behind everything that could end a cell.
//!
//! Invariant: `disarmed` and `armed` are inverse for every text, also for one that begins with an apostrophe itself.

use std::borrow::Cow;

/// What ends a cell or a line for one program or another.
const ENDS: [char; 5] = [',', ';', '\t', '\r', '\n'];

/// What a formula begins with.
const SIGNS: [char; 9] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '−'];

/// The text as a cell of a CSV file that nothing runs.
#[must_use]
pub fn disarmed(text: &str) -> Cow<'_, str> {
    let is_first = is_armed(text);
    if !is_first && !text.split_inclusive(ENDS).skip(1).any(is_armed_within) {
        return Cow::Borrowed(text);
    }
    let mut cell = String::with_capacity(text.len().saturating_add(4));
    for (at, piece) in text.split_inclusive(ENDS).enumerate() {
        let is_armed_here = if at == 0 { is_first } else { is_armed_within(piece) };
        if is_armed_here {
            cell.push('\'');
        }
        cell.push_str(piece);
    }
    Cow::Owned(cell)
}

/// What such a cell says.
pub(crate) fn armed(cell: &str) -> Cow<'_, str> {
    if !cell.contains('\'') {
        return Cow::Borrowed(cell);
    }
    let is_first = cell.strip_prefix('\'').is_some_and(is_armed);
    let mut text = String::with_capacity(cell.len());
    for (at, piece) in cell.split_inclusive(ENDS).enumerate() {
        let bare = piece.strip_prefix('\'').filter(|bare| if at == 0 { is_first } else { is_armed_within(bare) });
        text.push_str(bare.unwrap_or(piece));
    }
    Cow::Owned(text)
}

/// Whether a program that ends a cell before it could run this part of a text. Quotes of the file may stand before too.
fn is_armed_within(piece: &str) -> bool {
    let is_before = |letter: char| matches!(letter, '\'' | '"') || letter.is_whitespace() || is_unseen(letter);
    piece.trim_start_matches(is_before).starts_with(SIGNS)
}

/// Whether a spreadsheet could run it. Apostrophes, spaces and marks that are not seen may stand before.
fn is_armed(text: &str) -> bool {
    // Nearly all values begin with a letter or a digit.
    if text.as_bytes().first().is_none_or(u8::is_ascii_alphanumeric) {
        return false;
    }
    if text.trim_start_matches('\'').starts_with(['\t', '\r', '\n']) {
        return true;
    }
    let seen = text.trim_start_matches(|letter: char| letter == '\'' || letter.is_whitespace() || is_unseen(letter));
    seen.starts_with(SIGNS)
}

/// Marks of direction and joining, which take no room.
pub(crate) fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{61c}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn i03_what_a_spreadsheet_would_run_becomes_text() {
        for text in [
            "=1+1",
            "+212600000000",
            "-5",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            " =1",
            "\u{200f}=1",
            "\u{feff}@x",
            "'=1",
            "'\tx",
            "''\n",
        ] {
            assert_eq!(disarmed(text), format!("'{text}"), "{text:?}");
            assert_eq!(armed(&disarmed(text)), text);
        }
        for (text, cell) in [
            ("x;=1+1", "x;'=1+1"),
            ("x; \"=1+1\"", "x;' \"=1+1\""),
            ("x,-5;+6", "x,'-5;'+6"),
            ("x\n=1", "x\n'=1"),
            ("\t=1", "'\t'=1"),
            ("x;'=1", "x;''=1"),
        ] {
            assert_eq!(disarmed(text), cell, "{text:?}");
            assert_eq!(armed(cell), text, "{cell:?}");
        }
        for text in ["1, rue A;", "a;b-c", "a;'b", "", "Tifaouine", "1-2", "'Aït", "ⴰⵣⵓⵍ", "تعاونية", "1=1", "(+)"]
        {
            assert_eq!(disarmed(text), text);
        }
    }

    proptest! {
        #[test]
        fn i03_every_text_comes_back_as_it_was(text in "['=+@\\-\t \u{200f}＝aé;,\n\"]{0,8}|.{0,12}") {
            let cell = disarmed(&text);
            prop_assert_eq!(armed(&cell), text.as_str());
            let mut within = cell.split_inclusive(ENDS).skip(1);
            prop_assert!(within.all(|piece| piece.starts_with('\'') || !is_armed_within(piece)));
            prop_assert!(cell.is_empty() || cell.starts_with('\'') || !is_armed(&cell));
        }
    }
}
