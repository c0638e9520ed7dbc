//! What stands in a form: texts by JSON pointer, read from a record or from a browser, and the content that they make.
//!
//! A field that nobody touched keeps its value exactly, whatever a browser does to line ends and numbers.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use tiwizi_model::limits;
use tiwizi_records::field_error::pointer_to;
use tiwizi_records::json;

use super::shape::{Part, Shape};

/// Before the pointer of a field that is written as JSON.
const JSON_MARK: &str = "json:";

/// The texts of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Given(BTreeMap<String, Vec<String>>);

/// Something in a form that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormFault {
    pub(super) pointer: String,
    pub(super) code: String,
    /// A sentence in English, where the code alone says too little.
    pub(super) message: String,
    /// Whether the sentence is in the visitor's language, and for people.
    pub(super) is_for_people: bool,
}

impl FormFault {
    fn new(pointer: &str, code: &str, message: impl Into<String>) -> Self {
        Self { pointer: pointer.to_owned(), code: code.to_owned(), message: message.into(), is_for_people: false }
    }
}

impl Given {
    /// The form of a content.
    pub(super) fn of_body(fields: &[&Part], body: &Json) -> Self {
        let mut given = Self::default();
        for field in fields {
            if let Some(value) = body.get(&field.name).filter(|value| !value.is_null()) {
                given.put(field, value);
            }
        }
        given
    }

    /// What a browser sent.
    pub(super) fn of_posted(fields: &[(String, String)]) -> Self {
        let mut given = Self::default();
        for (name, text) in fields.iter().filter(|(name, _)| name.starts_with('/') || name.starts_with(JSON_MARK)) {
            given.add(name, &text.replace("\r\n", "\n"));
        }
        given
    }

    /// What a page wrote into a hidden field by `hidden`; none when it is something else.
    pub(super) fn of_hidden(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    /// All texts as one, for a hidden field.
    pub(super) fn hidden(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// The one text of a pointer.
    pub(super) fn text(&self, pointer: &str) -> &str {
        self.texts(pointer).first().map(String::as_str).unwrap_or_default()
    }

    /// All texts of a pointer.
    pub(super) fn texts(&self, pointer: &str) -> &[String] {
        self.0.get(pointer).map(Vec::as_slice).unwrap_or_default()
    }

    /// The text of a field that is written as JSON; none when its shape has a form of its own.
    pub(super) fn json(&self, part: &Part) -> Option<&str> {
        let mark = format!("{JSON_MARK}{}", pointer_to(&part.name));
        let is_free = part.shape == Shape::Free;
        (is_free || self.0.contains_key(&mark)).then(|| self.text(&mark))
    }

    /// The name under which a field is sent as JSON.
    pub(super) fn json_name(part: &Part) -> String {
        format!("{JSON_MARK}{}", pointer_to(&part.name))
    }

    /// Sets a text.
    pub(super) fn set(&mut self, pointer: &str, text: &str) {
        self.0.insert(pointer.to_owned(), vec![text.to_owned()]);
    }

    /// Puts another form's texts of a field in the place of its own.
    pub(super) fn take_over(&mut self, part: &Part, other: &Self) {
        self.0.retain(|name, _| !is_of(part, name));
        let theirs = other.0.iter().filter(|(name, _)| is_of(part, name));
        self.0.extend(theirs.map(|(name, texts)| (name.clone(), texts.clone())));
    }

    /// Whether a field holds the same here and there. An empty text is as good as none.
    pub(super) fn is_same(&self, part: &Part, other: &Self) -> bool {
        let texts = |given: &Self| -> Vec<(String, String)> {
            let own = given.0.iter().filter(|(name, _)| is_of(part, name));
            let texts =
                own.flat_map(|(name, texts)| texts.iter().map(|text| (name.clone(), text.replace("\r\n", "\n"))));
            texts.filter(|(_, text)| !text.is_empty()).collect()
        };
        texts(self) == texts(other)
    }

    /// The content that this form makes of an older one: what was not touched stays, what was emptied goes.
    pub(super) fn body(&self, fields: &[&Part], old: &Json) -> Result<Json, Vec<FormFault>> {
        let before = Self::of_body(fields, old);
        let mut body = old.as_object().cloned().unwrap_or_default();
        let mut faults = Vec::new();
        for field in fields.iter().filter(|field| !self.is_same(field, &before)) {
            match self.value(field) {
                Ok(Some(value)) => drop(body.insert(field.name.clone(), value)),
                Ok(None) if field.required && field.takes_null() => drop(body.insert(field.name.clone(), Json::Null)),
                Ok(None) => drop(body.remove(&field.name)),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(Json::Object(body)) } else { Err(faults) }
    }

    fn add(&mut self, name: &str, text: &str) {
        self.0.entry(name.to_owned()).or_default().push(text.to_owned());
    }

    fn put(&mut self, part: &Part, value: &Json) {
        let pointer = pointer_to(&part.name);
        if !fits(&part.shape, value) {
            let text = serde_json::to_string_pretty(value).unwrap_or_default();
            return self.add(&Self::json_name(part), &text);
        }
        match (&part.shape, value) {
            (Shape::List(shape), Json::Array(items)) => {
                let texts: Vec<String> = items.iter().map(text_of).collect();
                if matches!(**shape, Shape::Choice(_)) {
                    texts.iter().for_each(|text| self.add(&pointer, text));
                } else {
                    self.add(&pointer, &texts.join("\n"));
                }
            }
            (Shape::Languages(_) | Shape::Group(_), Json::Object(fields)) => {
                for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                    self.add(&format!("{pointer}/{name}"), &text_of(value));
                }
            }
            (_, value) => self.add(&pointer, &text_of(value)),
        }
    }

    fn value(&self, part: &Part) -> Result<Option<Json>, FormFault> {
        let pointer = pointer_to(&part.name);
        if let Some(text) = self.json(part) {
            return read_json(&pointer, text);
        }
        match &part.shape {
            Shape::Languages(languages) => {
                let text = |tag: &str| self.text(&format!("{pointer}/{tag}")).to_owned();
                let texts = languages.iter().map(|language| (language.tag().to_owned(), text(language.tag())));
                let texts: Map<String, Json> =
                    texts.filter(|(_, text)| !text.is_empty()).map(|(tag, text)| (tag, Json::String(text))).collect();
                Ok((!texts.is_empty()).then_some(Json::Object(texts)))
            }
            Shape::Group(parts) => {
                let mut fields = Map::new();
                for part in parts {
                    let pointer = format!("{pointer}/{}", part.name);
                    if let Some(value) = read(&part.shape, &pointer, self.text(&pointer))? {
                        fields.insert(part.name.clone(), value);
                    }
                }
                Ok((!fields.is_empty()).then_some(Json::Object(fields)))
            }
            Shape::List(shape) => {
                let lines = self.texts(&pointer).iter().flat_map(|text| text.split('\n'));
                let items = lines.filter(|line| !line.trim().is_empty()).map(|line| read(shape, &pointer, line));
                let items: Vec<Json> = items.filter_map(Result::transpose).collect::<Result<_, _>>()?;
                // An empty list is a value where one is demanded.
                Ok((!items.is_empty() || part.required).then_some(Json::Array(items)))
            }
            shape => read(shape, &pointer, self.text(&pointer)),
        }
    }
}

/// Whether a name in a form belongs to a field.
fn is_of(part: &Part, name: &str) -> bool {
    let pointer = pointer_to(&part.name);
    let rest = name.strip_prefix(JSON_MARK).unwrap_or(name).strip_prefix(&pointer);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether the form of a shape can hold this value without losing anything.
fn fits(shape: &Shape, value: &Json) -> bool {
    match (shape, value) {
        (Shape::Text { .. }, Json::String(_)) => true,
        (Shape::Choice(codes), Json::String(text)) => codes.contains(text),
        (Shape::Day | Shape::Reference, Json::String(text)) => !text.contains('\n'),
        (Shape::Moment | Shape::Number { .. }, Json::Number(_)) | (Shape::Flag, Json::Bool(_)) => true,
        (Shape::Languages(languages), Json::Object(texts)) => {
            texts.iter().all(|(tag, text)| text.is_string() && languages.iter().any(|language| language.tag() == tag))
        }
        (Shape::Group(parts), Json::Object(fields)) => fields.iter().all(|(name, value)| {
            parts.iter().any(|part| part.name == *name && (value.is_null() || fits(&part.shape, value)))
        }),
        (Shape::List(shape), Json::Array(items)) => items.iter().all(|item| {
            fits(shape, item) && item.as_str().is_none_or(|text| !text.contains('\n') && !text.trim().is_empty())
        }),
        _ => false,
    }
}

pub(super) fn text_of(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// One simple value; none when nothing was written.
fn read(shape: &Shape, pointer: &str, text: &str) -> Result<Option<Json>, FormFault> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let number = |text: &str| {
        let number = text.trim().replace(',', ".").parse::<serde_json::Number>();
        number
            .map(|number| Some(Json::Number(number)))
            .map_err(|_| FormFault::new(pointer, "type", "a number is expected"))
    };
    match shape {
        Shape::Number { .. } | Shape::Moment => number(text),
        Shape::Flag => match text.trim() {
            "true" => Ok(Some(Json::Bool(true))),
            "false" => Ok(Some(Json::Bool(false))),
            _ => Err(FormFault::new(pointer, "type", "yes or no is expected")),
        },
        Shape::Day | Shape::Reference | Shape::Choice(_) => Ok(Some(Json::String(text.trim().to_owned()))),
        _ => Ok(Some(Json::String(text.to_owned()))),
    }
}

fn read_json(pointer: &str, text: &str) -> Result<Option<Json>, FormFault> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let read = json::parse(text.as_bytes(), limits::RECORD_BYTES_MAX);
    read.map(Some).map_err(|error| FormFault::new(pointer, "json", error.to_string()))
}

#[cfg(test)]
mod tests;
