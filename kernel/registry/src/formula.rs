//! Values that a spreadsheet would run as formulas: written so that they are text, and read back as they were.
//!
//! A cell of a CSV file that begins with `=`, `+`, `-` or `@`, with one of their full-width forms, or with a tab or the end
//! of a line is run by programs that open it. An apostrophe before it makes it a text; the import takes it away again.
//!
//! Invariant: `disarmed` and `armed` are inverse for every text, also for one that begins with an apostrophe itself.

use std::borrow::Cow;

/// The text as a cell of a CSV file that nothing runs.
#[must_use]
pub fn disarmed(text: &str) -> Cow<'_, str> {
    if is_armed(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// What such a cell says.
pub(crate) fn armed(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_armed(text) => text,
        _ => cell,
    }
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
    seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '−'])
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
        for text in ["", "Tifaouine", "1-2", "'Aït", "ⴰⵣⵓⵍ", "تعاونية", "1=1", "(+)"] {
            assert_eq!(disarmed(text), text);
        }
    }

    proptest! {
        #[test]
        fn i03_every_text_comes_back_as_it_was(text in "['=+@\\-\t \u{200f}＝aé]{0,6}|.{0,12}") {
            let cell = disarmed(&text);
            prop_assert_eq!(armed(&cell), text.as_str());
            prop_assert!(cell.is_empty() || cell.starts_with('\'') || !is_armed(&cell));
        }
    }
}
