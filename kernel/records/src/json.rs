//! JSON from outside, read strictly.
//!
//! Bounded in size and depth before anything is built, no key twice, no number that another program would read as a
//! different one (RFC 7493), no lone surrogate. Bodies that arrive as values (from plugins, from imports) pass `check`.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use tiwizi_model::limits::JSON_DEPTH_MAX;

/// The largest integer that every reader of JSON keeps exactly: 2⁵³ − 1.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;

/// Why a text is not accepted as JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Too many bytes.
    #[error("the JSON has {bytes} bytes; {bytes_max} are allowed")]
    Large {
        /// What came.
        bytes: usize,
        /// What is allowed.
        bytes_max: usize,
    },
    /// Too many brackets inside each other.
    #[error("the JSON nests deeper than {JSON_DEPTH_MAX} levels")]
    Deep,
    /// Not UTF-8.
    #[error("the JSON is not UTF-8 from byte {offset}")]
    Utf8 {
        /// The first wrong byte.
        offset: usize,
    },
    /// The same key twice in one object.
    #[error("the key {key:?} appears twice in one object")]
    DuplicateKey {
        /// The key, shortened.
        key: String,
    },
    /// A number outside what every reader of JSON keeps exactly.
    #[error("the JSON has an integer beyond ±{INTEGER_MAX}, which other programs would round; send it as a string")]
    Number,
    /// Not JSON.
    #[error("the JSON is not well formed at line {line}, column {column}: {reason}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What was wrong there.
        reason: String,
    },
}

impl JsonError {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Large { .. } => "json-too-large",
            Self::Deep => "json-too-deep",
            Self::Utf8 { .. } => "json-not-utf8",
            Self::DuplicateKey { .. } => "json-duplicate-key",
            Self::Number => "json-number",
            Self::Syntax { .. } => "json-syntax",
        }
    }
}

/// Reads a JSON text of at most so many bytes.
///
/// # Errors
/// When it is too large, too deep, not UTF-8, not JSON, or ambiguous.
pub fn parse(bytes: &[u8], bytes_max: usize) -> Result<Value, JsonError> {
    if bytes.len() > bytes_max {
        return Err(JsonError::Large { bytes: bytes.len(), bytes_max });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| JsonError::Utf8 { offset: error.valid_up_to() })?;
    check_depth(text.as_bytes())?;
    let mut refused = None;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = Strict { refused: &mut refused }.deserialize(&mut deserializer);
    let parsed = parsed.and_then(|value| deserializer.end().map(|()| value));
    parsed.map_err(|error| refused.unwrap_or_else(|| syntax(&error)))
}

/// Holds a value that was not read by `parse` to the same bounds.
///
/// # Errors
/// When it is too deep or has a number that other programs would round.
pub fn check(value: &Value) -> Result<(), JsonError> {
    // Depth is bounded before each step down, so the stack is too.
    fn walk(value: &Value, depth: usize) -> Result<(), JsonError> {
        match value {
            Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
            Value::Number(number) => check_number(number),
            Value::Array(_) | Value::Object(_) if depth >= JSON_DEPTH_MAX => Err(JsonError::Deep),
            Value::Array(items) => items.iter().try_for_each(|item| walk(item, depth.saturating_add(1))),
            Value::Object(fields) => fields.values().try_for_each(|field| walk(field, depth.saturating_add(1))),
        }
    }
    walk(value, 0)
}

/// Counts open brackets outside strings, without building anything.
fn check_depth(text: &[u8]) -> Result<(), JsonError> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth = depth.saturating_add(1);
                if depth > JSON_DEPTH_MAX {
                    return Err(JsonError::Deep);
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

fn check_number(number: &Number) -> Result<(), JsonError> {
    let exact = match (number.as_u64(), number.as_i64()) {
        (Some(unsigned), _) => unsigned <= INTEGER_MAX,
        (None, Some(signed)) => signed.unsigned_abs() <= INTEGER_MAX,
        (None, None) => number.as_f64().is_some_and(f64::is_finite),
    };
    if exact { Ok(()) } else { Err(JsonError::Number) }
}

fn syntax(error: &serde_json::Error) -> JsonError {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default().chars().take(200).collect();
    JsonError::Syntax { line, column, reason }
}

/// Builds a value and remembers why it refused one, since serde's errors carry text only.
struct Strict<'a> {
    refused: &'a mut Option<JsonError>,
}

impl Strict<'_> {
    fn refuse<E: de::Error>(&mut self, error: JsonError) -> E {
        let text = E::custom(&error);
        *self.refused = Some(error);
        text
    }

    fn number<E: de::Error>(&mut self, number: Number) -> Result<Value, E> {
        match check_number(&number) {
            Ok(()) => Ok(Value::Number(number)),
            Err(error) => Err(self.refuse(error)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(mut self, value: i64) -> Result<Value, E> {
        self.number(value.into())
    }

    fn visit_u64<E: de::Error>(mut self, value: u64) -> Result<Value, E> {
        self.number(value.into())
    }

    fn visit_f64<E: de::Error>(mut self, value: f64) -> Result<Value, E> {
        match Number::from_f64(value) {
            // An integer too long for 64 bits arrives here, already rounded.
            Some(number) if value.fract() != 0.0 || value.abs() <= 9_007_199_254_740_991.0 => Ok(Value::Number(number)),
            _ => Err(self.refuse(JsonError::Number)),
        }
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Strict { refused: &mut *self.refused })? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = fields.next_key::<String>()? {
            if object.contains_key(&key) {
                let key = key.chars().take(tiwizi_model::limits::ECHO_CHARS_MAX).collect();
                return Err(self.refuse(JsonError::DuplicateKey { key }));
            }
            let value = fields.next_value_seed(Strict { refused: &mut *self.refused })?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(text: &str) -> &'static str {
        parse(text.as_bytes(), 1 << 20).map_or_else(|error| error.code(), |_| "accepted")
    }

    #[test]
    fn a_good_text_is_read_as_it_stands() {
        let text = r#"{"a":[1,-2,3.5,null,true,"ⵜⵉⵡⵉⵣⵉ \ud83d\ude00"],"b":{"c":{}}}"#;
        let expected = json!({"a": [1, -2, 3.5, null, true, "ⵜⵉⵡⵉⵣⵉ 😀"], "b": {"c": {}}});
        assert_eq!(parse(text.as_bytes(), 1000).unwrap(), expected);
    }

    #[test]
    fn p26_bad_texts_are_refused_with_their_own_code() {
        let table = [
            (r#"{"a":1,"a":2}"#, "json-duplicate-key"),
            (r#"{"a":{"b":1,"\u0062":2}}"#, "json-duplicate-key"),
            (r#""\ud800""#, "json-syntax"),
            ("NaN", "json-syntax"),
            ("Infinity", "json-syntax"),
            ("1e999", "json-syntax"),
            ("9007199254740992", "json-number"),
            ("-9007199254740992", "json-number"),
            ("123456789012345678901234567890", "json-number"),
            ("9007199254740991", "accepted"),
            ("{\"a\":1} x", "json-syntax"),
            ("", "json-syntax"),
            ("{\"a\":", "json-syntax"),
            ("\"\u{1}\"", "json-syntax"),
        ];
        for (text, expected) in table {
            assert_eq!(code(text), expected, "{text}");
        }
        assert_eq!(parse(b"\"\xff\"", 100), Err(JsonError::Utf8 { offset: 1 }));
        assert_eq!(parse(b"[1,2]", 4), Err(JsonError::Large { bytes: 5, bytes_max: 4 }));
    }

    #[test]
    fn p26_depth_is_refused_before_anything_is_built() {
        assert_eq!(code(&"[".repeat(10_000)), "json-too-deep");
        assert_eq!(code(&r#"{"a":"#.repeat(100_000)), "json-too-deep");
        let deepest = format!("{}1{}", "[".repeat(JSON_DEPTH_MAX), "]".repeat(JSON_DEPTH_MAX));
        assert_eq!(code(&deepest), "accepted");
        assert_eq!(check(&parse(deepest.as_bytes(), 1000).unwrap()), Ok(()));
        assert_eq!(code(&format!("[\"{}\"]", "[{".repeat(100))), "accepted");
        assert_eq!(code(r#"["\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["]"#), "accepted");
    }

    #[test]
    fn a_value_that_came_another_way_is_held_to_the_same_bounds() {
        let mut deep = json!(1);
        for _ in 0..=JSON_DEPTH_MAX {
            deep = json!([deep]);
        }
        assert_eq!(check(&deep), Err(JsonError::Deep));
        assert_eq!(check(&json!({"a": [u64::MAX]})), Err(JsonError::Number));
    }

    #[test]
    fn p26_many_keys_and_long_numbers_are_read_in_bounded_work() {
        let keys: Vec<String> = (0..100_000).map(|number| format!("\"k{number}\":0")).collect();
        assert_eq!(parse(format!("{{{}}}", keys.join(",")).as_bytes(), 2 << 20).map(|_| ()), Ok(()));
        assert_eq!(code(&"9".repeat(1 << 20)), "json-syntax");
    }
}
