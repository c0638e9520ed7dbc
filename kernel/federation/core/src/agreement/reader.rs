//! Walks an object of JSON and says of each member what is wrong with it, and where.

use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Map, Value};
use tiwizi_model::limits;

use super::fault::{Faults, What, below};

/// One object, and where it stands.
pub(super) struct Object<'a> {
    members: &'a Map<String, Value>,
    pointer: String,
}

impl<'a> Object<'a> {
    /// The object at a place.
    pub(super) fn at(value: &'a Value, pointer: &str, faults: &mut Faults) -> Option<Self> {
        let members = value.as_object();
        if members.is_none() {
            faults.add(pointer, What::Type { expected: "an object" });
        }
        Some(Self { members: members?, pointer: pointer.to_owned() })
    }

    /// The place of a member.
    pub(super) fn pointer(&self, name: &str) -> String {
        below(&self.pointer, name)
    }

    /// Refuses members that nobody asked for.
    pub(super) fn only(&self, names: &[&str], faults: &mut Faults) {
        for name in self.members.keys().filter(|name| !names.contains(&name.as_str())) {
            let short: String = name.chars().take(limits::ECHO_CHARS_MAX).collect();
            faults.add(&self.pointer(&short), What::Unknown);
        }
    }

    /// A member that must be there.
    pub(super) fn value(&self, name: &str, faults: &mut Faults) -> Option<&'a Value> {
        let value = self.members.get(name);
        if value.is_none() {
            faults.add(&self.pointer(name), What::Missing);
        }
        value
    }

    /// A text, not empty and not too long.
    pub(super) fn text(&self, name: &str, bytes_max: usize, faults: &mut Faults) -> Option<String> {
        let value = self.value(name, faults)?;
        text(value, &self.pointer(name), bytes_max, faults).map(str::to_owned)
    }

    /// A text that is read as something.
    pub(super) fn parsed<T: FromStr + Display>(
        &self,
        name: &str,
        expected: &'static str,
        faults: &mut Faults,
    ) -> Option<T> {
        let value = self.value(name, faults)?;
        parsed(value, &self.pointer(name), expected, faults)
    }

    /// The same, where `null` says that there is none.
    pub(super) fn optional<T: FromStr + Display>(
        &self,
        name: &str,
        expected: &'static str,
        faults: &mut Faults,
    ) -> Option<Option<T>> {
        match self.value(name, faults)? {
            Value::Null => Some(None),
            value => parsed(value, &self.pointer(name), expected, faults).map(Some),
        }
    }

    /// A whole number within bounds.
    pub(super) fn number(&self, name: &str, min: i64, max: i64, faults: &mut Faults) -> Option<i64> {
        let value = self.value(name, faults)?;
        let Some(number) = value.as_i64() else {
            faults.add(&self.pointer(name), What::Type { expected: "a whole number" });
            return None;
        };
        if (min..=max).contains(&number) {
            return Some(number);
        }
        faults.add(&self.pointer(name), What::Range { min, max });
        None
    }

    /// A list that is not too long.
    pub(super) fn list(&self, name: &str, max: usize, faults: &mut Faults) -> Option<&'a [Value]> {
        let value = self.value(name, faults)?;
        list(value, &self.pointer(name), max, faults)
    }

    /// The members of an object whose keys are names of things, each with its place.
    pub(super) fn keyed<T: FromStr + Display + Ord>(
        &self,
        expected: &'static str,
        max: usize,
        faults: &mut Faults,
    ) -> Vec<(T, &'a Value, String)> {
        if self.members.len() > max {
            faults.add(&self.pointer, What::TooMany { max: u64::try_from(max).unwrap_or(u64::MAX) });
            return Vec::new();
        }
        let mut found = Vec::new();
        for (key, value) in self.members {
            let pointer = self.pointer(key);
            match key.parse::<T>() {
                Ok(parsed) => found.push((parsed, value, pointer)),
                Err(_) => faults.add(&pointer, What::Form { expected }),
            }
        }
        found
    }
}

/// A text at a place.
pub(super) fn text<'a>(value: &'a Value, pointer: &str, bytes_max: usize, faults: &mut Faults) -> Option<&'a str> {
    let what = match value.as_str() {
        None => What::Type { expected: "a text" },
        Some("") => What::Empty,
        Some(text) if text.len() > bytes_max => What::TooMany { max: u64::try_from(bytes_max).unwrap_or(u64::MAX) },
        Some(text) => return Some(text),
    };
    faults.add(pointer, what);
    None
}

/// A text at a place that is read as something.
pub(super) fn parsed<T: FromStr>(
    value: &Value,
    pointer: &str,
    expected: &'static str,
    faults: &mut Faults,
) -> Option<T> {
    let text = text(value, pointer, limits::FED_SENTENCE_BYTES_MAX, faults)?;
    let read = text.parse().ok();
    if read.is_none() {
        faults.add(pointer, What::Form { expected });
    }
    read
}

/// A list at a place.
pub(super) fn list<'a>(value: &'a Value, pointer: &str, max: usize, faults: &mut Faults) -> Option<&'a [Value]> {
    let what = match value.as_array() {
        None => What::Type { expected: "a list" },
        Some(list) if list.len() > max => What::TooMany { max: u64::try_from(max).unwrap_or(u64::MAX) },
        Some(list) => return Some(list),
    };
    faults.add(pointer, what);
    None
}
