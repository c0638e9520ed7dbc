//! Reads the list of a package out of its bytes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tiwizi_model::limits;

use super::{Content, FORM, Package, PackageError};

const MEMBERS: [&str; 6] = ["contents", "form", "kind", "name", "publisher", "version"];

/// Reads a list. Whether it is written in its one form is asked by `Package::parse`.
pub(super) fn parse(bytes: &[u8]) -> Result<Package, PackageError> {
    if bytes.len() > limits::FED_PACKAGE_BYTES_MAX {
        return Err(PackageError::Long);
    }
    let value: Value = serde_json::from_slice(bytes).map_err(PackageError::Json)?;
    let object = value.as_object().ok_or_else(|| part("", "an object"))?;
    if let Some(unknown) = object.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(part(&format!("/{}", short(unknown)), "known here"));
    }
    if text(object, "form")? != FORM {
        return Err(part("/form", FORM));
    }
    let name = text(object, "name")?;
    if !is_name(name) {
        return Err(part("/name", "a name in a-z, 0-9, hyphen, dot and slash"));
    }
    let version = object.get("version").and_then(Value::as_u64).and_then(|version| u32::try_from(version).ok());
    Ok(Package {
        kind: text(object, "kind")?.parse().map_err(|_| part("/kind", "a kind of package"))?,
        name: name.to_owned(),
        version: version.filter(|version| *version > 0).ok_or_else(|| part("/version", "a whole number from 1"))?,
        publisher: text(object, "publisher")?.parse().map_err(|_| part("/publisher", "the id of an instance"))?,
        contents: contents(object)?,
    })
}

fn contents(object: &Map<String, Value>) -> Result<BTreeMap<String, Content>, PackageError> {
    let records = object.get("contents").and_then(Value::as_object).ok_or_else(|| part("/contents", "an object"))?;
    if records.is_empty() || records.len() > limits::FED_PACKAGE_RECORDS_MAX {
        return Err(part("/contents", "a list of some records and not of too many"));
    }
    let mut contents = BTreeMap::new();
    for (name, value) in records {
        let wrong = |expected| part(&format!("/contents/{}", short(name).replace('/', "~1")), expected);
        if !is_name(name) {
            return Err(wrong("a name in a-z, 0-9, hyphen, dot and slash"));
        }
        let content =
            value.as_object().filter(|content| content.len() == 2).ok_or_else(|| wrong("a hash and bytes"))?;
        let hash = content.get("hash").and_then(Value::as_str).and_then(|hash| hash.parse().ok());
        let bytes = content.get("bytes").and_then(Value::as_u64);
        // A record that is longer than a package with all of its records could never come.
        let bytes = bytes.filter(|bytes| *bytes <= limits::FED_PACKAGE_WHOLE_BYTES_MAX as u64);
        let (Some(hash), Some(bytes)) = (hash, bytes) else { return Err(wrong("a hash and bytes")) };
        contents.insert(name.clone(), Content { hash, bytes });
    }
    Ok(contents)
}

/// Whether a package, or a record of one, can be called so. Names become names of records and of files: nothing in them climbs out of a folder.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let plain = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || b"-._/".contains(&letter);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.');
    name.len() <= limits::FED_PACKAGE_NAME_BYTES_MAX && name.bytes().all(plain) && name.split('/').all(part)
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Result<&'a str, PackageError> {
    object.get(name).and_then(Value::as_str).ok_or_else(|| part(&format!("/{name}"), "a text"))
}

fn part(pointer: &str, expected: &'static str) -> PackageError {
    PackageError::Part { pointer: pointer.to_owned(), expected }
}

fn short(text: &str) -> String {
    text.chars().take(limits::ECHO_CHARS_MAX).collect()
}
