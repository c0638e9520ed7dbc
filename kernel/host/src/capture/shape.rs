//! Other texts in the place of texts: of the same kind, about as long, the same for the same.

use hmac::{Hmac, Mac as _};
use serde_json::{Number, Value};
use sha2::Sha256;

/// The letters of a text that stands for another.
const LETTERS: &[u8; 16] = b"abcdefghijklmnop";
const UUID_CHARS: usize = 36;

/// Makes the other texts of one capture. Its key is known to nobody and is gone with it, so nothing leads back.
pub(super) struct Shaper {
    key: [u8; 32],
}

impl Shaper {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// Another text of the same kind. JSON stays JSON, with its numbers and texts blanked.
    pub(super) fn text(&self, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        if text.starts_with(['{', '[', '"'])
            && let Ok(mut value) = serde_json::from_str::<Value>(text)
        {
            self.value(&mut value);
            return value.to_string();
        }
        if is_uuid(text) {
            return self.uuid(text);
        }
        if is_day(text) {
            return "2000-01-01".to_owned();
        }
        let chars = text.chars().count();
        let digest = self.digest(text);
        let mut source = digest.iter().cycle();
        let mut next = || source.next().map_or(0, |byte| usize::from(byte & 15));
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return (0..chars).map(|_| char::from(b'0' + u8::try_from(next() % 10).unwrap_or_default())).collect();
        }
        let length = class_of(chars);
        (0..length).map(|_| LETTERS.get(next()).map_or('a', |letter| char::from(*letter))).collect()
    }

    /// Blanks everything inside a value but its form.
    pub(super) fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Number(number) => *number = blank_number(number),
            Value::Bool(_) | Value::Null => {}
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.value(member)),
        }
    }

    /// Puts other ids in the place of all ids inside a value, and leaves the rest.
    pub(super) fn ids(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.ids_in(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.ids(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.ids(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The same in one text.
    pub(super) fn ids_in(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            match rest.get(..UUID_CHARS).filter(|part| is_uuid(part)) {
                Some(part) => {
                    out.push_str(&self.uuid(part));
                    rest = rest.get(UUID_CHARS..).unwrap_or_default();
                }
                None => {
                    out.push(first);
                    rest = rest.get(first.len_utf8()..).unwrap_or_default();
                }
            }
        }
        out
    }

    fn uuid(&self, text: &str) -> String {
        let digest = self.digest(&text.to_ascii_lowercase());
        let mut bytes = [0; 16];
        for (target, source) in bytes.iter_mut().zip(digest) {
            *target = source;
        }
        uuid::Builder::from_custom_bytes(bytes).with_version(uuid::Version::SortRand).into_uuid().to_string()
    }

    fn digest(&self, text: &str) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new(&padded(self.key).into());
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// HMAC fills a key up to its block with zeros.
fn padded(key: [u8; 32]) -> [u8; 64] {
    let mut block = [0; 64];
    for (target, source) in block.iter_mut().zip(key) {
        *target = source;
    }
    block
}

/// The largest power of two that is not above: so exactly is the length of a text kept.
fn class_of(chars: usize) -> usize {
    if chars == 0 { 0 } else { 1_usize.checked_shl(chars.ilog2()).unwrap_or(chars) }
}

/// As many ones as the number has digits before its point.
fn blank_number(number: &Number) -> Number {
    let digits = number.to_string().trim_start_matches('-').split('.').next().map_or(1, str::len);
    "1".repeat(digits.clamp(1, 15)).parse::<i64>().map_or(Number::from(1), Number::from)
}

fn is_uuid(text: &str) -> bool {
    text.len() == UUID_CHARS
        && text.bytes().enumerate().all(|(position, byte)| match position {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(position, byte)| match position {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_texts_stay_equal_and_others_do_not() {
        let shaper = Shaper::new([1; 32]);
        assert_eq!(shaper.text("Fadma Aït Baha"), shaper.text("Fadma Aït Baha"));
        assert_ne!(shaper.text("Fadma Aït Baha"), shaper.text("Hassan Aït Baha"));
        assert_ne!(shaper.text("Fadma Aït Baha"), Shaper::new([2; 32]).text("Fadma Aït Baha"));
    }

    #[test]
    fn a_text_keeps_its_kind_and_about_its_length() {
        let shaper = Shaper::new([1; 32]);
        let long = "موسم الزيتون في تارودانت".repeat(3);
        for (text, chars) in [("", 0), ("x", 1), ("Fadma", 4), ("0612345678", 10), ("2026-03-01", 10), (&long, 64)] {
            let blanked = shaper.text(text);
            assert_eq!(blanked.chars().count(), chars, "{text}: {blanked}");
        }
        assert!(shaper.text("0612345678").bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(shaper.text("1985-07-14"), "2000-01-01");
        let id = "01980000-1111-7222-8333-444444444444";
        assert!(is_uuid(&shaper.text(id)) && shaper.text(id) != id);
        assert_eq!(shaper.ids_in(&format!("/notes/{id}/delete?of={id}")).matches(&shaper.text(id)).count(), 2);
        assert_eq!(shaper.ids_in("ⵜⵉⵡⵉⵣⵉ"), "ⵜⵉⵡⵉⵣⵉ");
    }

    #[test]
    fn json_keeps_its_form() {
        let shaper = Shaper::new([1; 32]);
        let blanked: Value =
            serde_json::from_str(&shaper.text(r#"{"name":"Fadma","born":1985,"tags":["a",true]}"#)).unwrap();
        assert_eq!(blanked["born"], json!(1111));
        assert_eq!(blanked["tags"][1], json!(true));
        assert_ne!(blanked["name"], json!("Fadma"));
    }
}
