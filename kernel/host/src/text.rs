//! Text from a guest, made safe for the kernel's log and for messages.

/// The same text, at most so many bytes, with characters that could forge a log line or reorder it written as `\u{…}`:
/// controls (newlines and escape sequences among them) and the marks that turn the direction of text.
pub(crate) fn escaped(text: &str, bytes_max: usize) -> String {
    let mut out = String::with_capacity(text.len().min(bytes_max));
    for character in text.chars() {
        if out.len() >= bytes_max {
            out.push('…');
            break;
        }
        if is_deceptive(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// Whether a character is no part of a plain line.
pub(crate) fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_cannot_be_forged_or_turned_round() {
        let table = [
            ("plain ⵜⵉⵡⵉⵣⵉ تعاونية", "plain ⵜⵉⵡⵉⵣⵉ تعاونية"),
            ("a\nb\r\t", "a\\u{a}b\\u{d}\\u{9}"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("\u{202e}evil\u{2066}", "\\u{202e}evil\\u{2066}"),
        ];
        for (text, expected) in table {
            assert_eq!(escaped(text, 1000), expected);
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(escaped(&"é".repeat(100), 10).chars().count(), 6);
    }
}
