//! A plan as places with values, so that two of them can be compared place by place.
//!
//! A line is known by its list and its code, never by its position: whoever sorts their lines has changed nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// The name of a line's code.
const CODE: &str = "code";

/// The fields of one line, or of the plan itself.
pub(crate) type Fields = BTreeMap<String, Value>;

/// A line: its list and its code.
pub(crate) type LineKey = (String, String);

/// A plan, or anything that is made like one: fields, and lists of lines with codes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Document {
    pub(crate) fields: Fields,
    pub(crate) lines: BTreeMap<LineKey, Fields>,
    /// Which lists there are, so that an empty one comes back as one.
    lists: BTreeSet<String>,
    /// The order in which the lines stood.
    order: Vec<LineKey>,
}

/// Where something stands: a field of the plan, a whole line, or a field of a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Field(String),
    Line(String, String),
    LineField(String, String, String),
}

impl Place {
    /// As a form names it: `years`, `products/oil`, `products/oil/price`.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Field(field) => field.clone(),
            Self::Line(list, code) => format!("{list}/{code}"),
            Self::LineField(list, code, field) => format!("{list}/{code}/{field}"),
        }
    }

    /// The place that such a name stands for; nothing when it is none.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut steps = name.split('/').map(str::to_owned);
        match (steps.next(), steps.next(), steps.next(), steps.next()) {
            (Some(field), None, ..) => Some(Self::Field(field)),
            (Some(list), Some(code), None, _) => Some(Self::Line(list, code)),
            (Some(list), Some(code), Some(field), None) => Some(Self::LineField(list, code, field)),
            _ => None,
        }
    }
}

impl Document {
    /// Takes an object apart. A list whose members are not all objects with codes of their own is one value, like any other.
    pub(crate) fn of(value: &Value) -> Self {
        let mut document = Self::default();
        for (name, value) in value.as_object().into_iter().flatten() {
            match lines_of(value) {
                Some(lines) => {
                    document.lists.insert(name.clone());
                    for (code, fields) in lines {
                        let key = (name.clone(), code);
                        document.order.push(key.clone());
                        document.lines.insert(key, fields);
                    }
                }
                None => {
                    document.fields.insert(name.clone(), value.clone());
                }
            }
        }
        document
    }

    /// Puts it together again: lines in the order in which they stood, new ones behind them.
    pub(crate) fn to_value(&self) -> Value {
        let mut object: Map<String, Value> =
            self.fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        for list in &self.lists {
            object.insert(list.clone(), Value::Array(Vec::new()));
        }
        let known: BTreeSet<&LineKey> = self.order.iter().collect();
        let new = self.lines.keys().filter(|key| !known.contains(key));
        for key in self.order.iter().chain(new) {
            let Some(fields) = self.lines.get(key) else { continue };
            let mut line: Map<String, Value> =
                fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            line.insert(CODE.to_owned(), Value::from(key.1.as_str()));
            if let Value::Array(lines) = object.entry(key.0.clone()).or_insert_with(|| Value::Array(Vec::new())) {
                lines.push(Value::Object(line));
            }
        }
        Value::Object(object)
    }

    /// What stands at a place; a line as an object of its fields.
    pub(crate) fn at(&self, place: &Place) -> Option<Value> {
        match place {
            Place::Field(field) => self.fields.get(field).cloned(),
            Place::Line(list, code) => self.line(list, code).map(|fields| Value::from_iter(fields.clone())),
            Place::LineField(list, code, field) => self.line(list, code)?.get(field).cloned(),
        }
    }

    /// Puts what stands in another document at a place there too, or takes it away where the other one has nothing.
    pub(crate) fn take(&mut self, place: &Place, other: &Self) {
        self.put(place, other.at(place));
    }

    /// Puts a value at a place, a line as an object of its fields; nothing takes away what stands there. A field of a line that is not there
    /// has no place.
    pub(crate) fn put(&mut self, place: &Place, value: Option<Value>) {
        match place {
            Place::Field(field) => put(&mut self.fields, field, value),
            Place::Line(list, code) => {
                let key = (list.clone(), code.clone());
                match value {
                    Some(Value::Object(fields)) => {
                        self.lists.insert(list.clone());
                        self.lines.insert(key, fields.into_iter().collect());
                    }
                    _ => drop(self.lines.remove(&key)),
                }
            }
            Place::LineField(list, code, field) => {
                if let Some(fields) = self.lines.get_mut(&(list.clone(), code.clone())) {
                    put(fields, field, value);
                }
            }
        }
    }

    /// Gives a line another code; it stays where it stood.
    pub(crate) fn rename(&mut self, list: &str, code: &str, other: &str) {
        let (before, after) = ((list.to_owned(), code.to_owned()), (list.to_owned(), other.to_owned()));
        let Some(fields) = self.lines.remove(&before) else { return };
        self.lines.insert(after.clone(), fields);
        for key in self.order.iter_mut().filter(|key| **key == before) {
            key.clone_from(&after);
        }
    }

    /// The same without the lines whose code is such a one.
    pub(crate) fn without(mut self, is_out: impl Fn(&str) -> bool) -> Self {
        self.lines.retain(|(_, code), _| !is_out(code));
        self.order.retain(|(_, code)| !is_out(code));
        self
    }

    /// The same with all lines of another one whose code is such a one, in their order, and none of its own.
    pub(crate) fn with_those_of(self, other: &Self, is_in: impl Fn(&str) -> bool) -> Self {
        let mut document = self.without(&is_in);
        for key in other.order.iter().filter(|(_, code)| is_in(code)) {
            let Some(fields) = other.lines.get(key) else { continue };
            document.lists.insert(key.0.clone());
            document.order.push(key.clone());
            document.lines.insert(key.clone(), fields.clone());
        }
        document
    }

    /// The same but for the order of its lines.
    #[cfg(test)]
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        self.fields == other.fields && self.lines == other.lines
    }

    fn line(&self, list: &str, code: &str) -> Option<&Fields> {
        self.lines.get(&(list.to_owned(), code.to_owned()))
    }
}

fn put(fields: &mut Fields, name: &str, value: Option<Value>) {
    match value {
        Some(value) => fields.insert(name.to_owned(), value),
        None => fields.remove(name),
    };
}

/// The lines of a list, if it is one of lines.
fn lines_of(value: &Value) -> Option<Vec<(String, Fields)>> {
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    for member in value.as_array()? {
        let object = member.as_object()?;
        let code = object.get(CODE)?.as_str()?.to_owned();
        if !seen.insert(code.clone()) {
            return None;
        }
        let fields = object.iter().filter(|(name, _)| *name != CODE);
        lines.push((code, fields.map(|(name, value)| (name.clone(), value.clone())).collect()));
    }
    Some(lines)
}
