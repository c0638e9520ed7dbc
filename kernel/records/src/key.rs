//! Index keys: the values of some fields as one text whose byte order is the order of the values.
//!
//! Components are joined by U+0001, so a shorter tuple stands before all that extend it. Numbers become sixteen
//! hexadecimal digits, booleans `0` and `1`; a value that is missing becomes a character that stands behind every text, so
//! that a sorted list ends with it. Texts go in as they are, with that character and the three lowest control characters
//! replaced, so that no text can imitate a sign of ours.

use serde_json::Value;

/// Joins the components of a key.
pub(crate) const SEPARATOR: char = '\u{1}';
/// Stands after every key that begins with a given tuple.
pub(crate) const BEHIND: char = '\u{2}';
/// Stands for a value that is missing. Unicode gives it to nobody.
pub(crate) const MISSING: char = char::MAX;

/// What an index can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    Text,
    Number,
    Flag,
}

impl Scalar {
    /// What the schema of a field allows besides null; none when it is not one simple type.
    pub(crate) fn of_schema(schema: &Value) -> Option<Self> {
        let mut names: Vec<Option<Self>> = match (schema.get("type"), schema.get("enum"), schema.get("const")) {
            (Some(Value::String(name)), ..) => vec![Self::of_type(name)],
            (Some(Value::Array(names)), ..) => {
                names.iter().filter_map(Value::as_str).filter(|name| *name != "null").map(Self::of_type).collect()
            }
            (None, Some(Value::Array(options)), _) => {
                options.iter().filter(|option| !option.is_null()).map(Self::of_value).collect()
            }
            (None, None, Some(constant)) => vec![Self::of_value(constant)],
            _ => Vec::new(),
        };
        names.dedup();
        match names.as_slice() {
            [single] => *single,
            _ => None,
        }
    }

    fn of_type(name: &str) -> Option<Self> {
        match name {
            "string" => Some(Self::Text),
            "number" | "integer" => Some(Self::Number),
            "boolean" => Some(Self::Flag),
            _ => None,
        }
    }

    fn of_value(value: &Value) -> Option<Self> {
        match value {
            Value::String(_) => Some(Self::Text),
            Value::Number(_) => Some(Self::Number),
            Value::Bool(_) => Some(Self::Flag),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// What to tell somebody who sent something else.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::Text => "a text is expected",
            Self::Number => "a number is expected",
            Self::Flag => "true or false is expected",
        }
    }

    /// A value that came as text in an address, as the type of the field.
    pub(crate) fn read(self, value: &Value) -> Option<Value> {
        match (self, value) {
            (Self::Text, Value::String(_)) | (Self::Number, Value::Number(_)) | (Self::Flag, Value::Bool(_)) => {
                Some(value.clone())
            }
            (Self::Number, Value::String(text)) => text.parse::<serde_json::Number>().ok().map(Value::Number),
            (Self::Flag, Value::String(text)) => text.parse::<bool>().ok().map(Value::Bool),
            _ => None,
        }
    }
}

/// Appends one component. A text longer than so many bytes is cut at a character.
///
/// Answers whether it was cut.
pub(crate) fn push(key: &mut String, value: &Value, bytes_max: usize) -> bool {
    match value {
        Value::String(text) => {
            let kept = text.get(..text.floor_char_boundary(bytes_max)).unwrap_or(text);
            // Every sign of ours begins with one of these bytes.
            if kept.bytes().any(|byte| byte <= 2 || byte == 0xf4) {
                key.extend(kept.chars().map(|letter| if letter <= BEHIND || letter == MISSING { ' ' } else { letter }));
            } else {
                key.push_str(kept);
            }
            kept.len() < text.len()
        }
        Value::Number(number) => {
            push_number(key, number.as_f64().unwrap_or_default());
            false
        }
        Value::Bool(flag) => {
            key.push(if *flag { '1' } else { '0' });
            false
        }
        Value::Null | Value::Array(_) | Value::Object(_) => {
            key.push(MISSING);
            false
        }
    }
}

/// The bits of a float, turned so that their order is the order of numbers.
fn push_number(key: &mut String, number: f64) {
    const SIGN: u64 = 1 << 63;
    let bits = if number == 0.0 { 0 } else { number.to_bits() };
    let ordered = if bits & SIGN == 0 { bits | SIGN } else { !bits };
    for byte in ordered.to_be_bytes() {
        for digit in [byte >> 4, byte & 15] {
            key.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(value: &Value) -> String {
        let mut key = String::new();
        push(&mut key, value, 100);
        key
    }

    #[test]
    fn the_order_of_keys_is_the_order_of_numbers() {
        let numbers = [-1e300, -2.5, -2.0, -0.5, 0.0, 1e-300, 1.0, 1.5, 2.0, 10.0, 9_007_199_254_740_991.0];
        let keys: Vec<String> = numbers.iter().map(|number| key(&json!(number))).collect();
        assert!(keys.is_sorted(), "{keys:?}");
        assert_eq!(key(&json!(1)), key(&json!(1.0)));
        assert_eq!(key(&json!(-0.0)), key(&json!(0)));
    }

    #[test]
    fn no_text_imitates_a_separator() {
        assert_eq!(key(&json!("a\u{1}b\u{0}c\u{2}d\u{10ffff}e")), "a b c d e");
        assert!(key(&json!(null)) > key(&json!("\u{10fffe}ⵣ")));
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let mut key = String::new();
        assert!(push(&mut key, &json!("ⵜⵉⵡⵉⵣⵉ"), 4));
        assert_eq!(key, "ⵜ");
        assert!(!push(&mut key, &json!("abcd"), 4));
    }

    #[test]
    fn the_scalar_of_a_field_is_read_from_its_schema() {
        assert_eq!(Scalar::of_schema(&json!({"type": ["string", "null"]})), Some(Scalar::Text));
        assert_eq!(Scalar::of_schema(&json!({"type": ["integer", "number"]})), Some(Scalar::Number));
        assert_eq!(Scalar::of_schema(&json!({"enum": ["a", "b", null]})), Some(Scalar::Text));
        assert_eq!(Scalar::of_schema(&json!({"enum": ["a", 1]})), None);
        assert_eq!(Scalar::of_schema(&json!({"type": ["string", "integer"]})), None);
        assert_eq!(Scalar::of_schema(&json!({"type": "array"})), None);
        assert_eq!(Scalar::of_schema(&json!({})), None);
    }
}
