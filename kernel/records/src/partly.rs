//! Reads some fields of a stored body and passes over the others: a reader of the log that counts needs a few of many, a million times.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// Reads of a body those fields.
///
/// # Errors
/// When it is no JSON object.
pub(crate) fn read(body: &str, fields: &[&str]) -> Result<Value, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(body);
    let read = Partly(fields).deserialize(&mut json)?;
    json.end()?;
    Ok(Value::Object(read))
}

struct Partly<'f>(&'f [&'f str]);

impl<'de> DeserializeSeed<'de> for Partly<'_> {
    type Value = Map<String, Value>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Partly<'_> {
    type Value = Map<String, Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut body = Map::new();
        while let Some(field) = fields.next_key_seed(Among(self.0))? {
            if let Some(field) = field {
                body.insert(field.to_owned(), fields.next_value()?);
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(body)
    }
}

/// The name of a field, if it is one of these.
struct Among<'f>(&'f [&'f str]);

impl<'de, 'f> DeserializeSeed<'de> for Among<'f> {
    type Value = Option<&'f str>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'f> Visitor<'_> for Among<'f> {
    type Value = Option<&'f str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|field| **field == name).copied())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_fields_that_are_asked_for_are_what_they_are_in_the_whole() {
        let body = json!({ "a": 1, "b": [{"a": null}, "x\u{1}\"é"], "c": null, "d\n": {"e": 2.5}, "f": "ⵣ" });
        let text = body.to_string();
        let all = ["a", "b", "c", "d\n", "f"];
        assert_eq!(read(&text, &all).unwrap(), body);
        for field in all {
            assert_eq!(read(&text, &[field, "none"]).unwrap(), json!({ field: body[field] }));
        }
        assert_eq!(read("{}", &all).unwrap(), json!({}));
    }

    #[test]
    fn what_is_damaged_is_not_read_in_part() {
        for damaged in ["", "[]", "{\"a\":1", "{\"b\":x,\"a\":1}", "{\"a\":1} 2", "\"a\""] {
            assert!(read(damaged, &["a"]).is_err(), "{damaged}");
        }
    }
}
