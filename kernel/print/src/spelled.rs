//! Letters that no font of the press has. A paper must not fail for one of them, nor leave it out: it stands there by the number that
//! Unicode gives it, as `[U+6F22]`.

use serde_json::Value;
use typst::text::is_default_ignorable;

use crate::fonts::Fonts;

/// Puts every text of the dictionary into letters that the fonts have. Keys are this crate's own and stay.
pub(crate) fn out(value: Value, fonts: &Fonts) -> Value {
    match value {
        Value::String(text) => Value::String(text_of(text, fonts)),
        Value::Array(items) => items.into_iter().map(|item| out(item, fonts)).collect(),
        Value::Object(entries) => entries.into_iter().map(|(key, entry)| (key, out(entry, fonts))).collect(),
        other => other,
    }
}

fn text_of(text: String, fonts: &Fonts) -> String {
    if text.chars().all(|letter| is_drawn(letter, fonts)) {
        return text;
    }
    let part = |letter: char| {
        if is_drawn(letter, fonts) { letter.to_string() } else { format!("[U+{:04X}]", u32::from(letter)) }
    };
    text.chars().map(part).collect()
}

/// Whether a font has the letter, or nothing is drawn for it anyway.
fn is_drawn(letter: char, fonts: &Fonts) -> bool {
    matches!(letter, '\n' | '\t')
        || is_default_ignorable(letter)
        || fonts.fonts.iter().any(|font| font.info().coverage.contains(u32::from(letter)))
}
