//! A value of a record as a page shows it.

use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_model::{Instant, Language, RecordId};

use super::super::register;
use super::opened::Opened;
use super::references::References;
use super::shape::{Part, Shape};
use super::words::short_id;

/// How much of a text a cell of a list shows.
pub(super) const CELL_CHARS_MAX: usize = 140;
/// How much of a text stands open on a record's page; the rest unfolds.
const OPEN_CHARS_MAX: usize = 1_200;

/// Where a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a list or beside another value: short.
    Cell,
    /// On the record's own page: whole.
    Page,
}

/// What a page needs to show values of a kind.
pub(super) struct Show<'a> {
    pub(super) opened: &'a Opened<'a>,
    pub(super) references: &'a References,
    pub(super) place: Place,
}

impl Show<'_> {
    /// A value as templates know it; none when there is none.
    pub(super) fn value(&self, field: &Part, value: &Json) -> Option<Value> {
        if value.is_null() {
            return None;
        }
        Some(match (&field.shape, value) {
            (Shape::Languages(_), Json::Object(texts)) => self.languages(texts),
            (Shape::List(shape), Json::Array(items)) => self.list(field, shape, items),
            (Shape::Group(parts), Json::Object(values)) => self.group(parts, values),
            (shape, value) => self.single(field, shape, value),
        })
    }

    fn single(&self, field: &Part, shape: &Shape, value: &Json) -> Value {
        let words = &self.opened.words;
        match (shape, value) {
            (Shape::Flag, Json::Bool(flag)) => named(&words.texts.text(if *flag { "yes" } else { "no" })),
            (Shape::Choice(_), Json::String(code)) => context! { tag => words.choice(&field.name, code) },
            (Shape::Day, Json::String(text)) => named(&words.texts.written_date(text)),
            (Shape::Moment, Json::Number(ms)) => named(&words.texts.date(Instant(ms.as_i64().unwrap_or_default()))),
            (Shape::Reference, Json::String(text)) => self.reference(text),
            (Shape::Number { .. }, Json::Number(number)) => {
                // Years and codes are numbers too; groups of digits are for amounts.
                let is_year = field.name.contains("year");
                let shown = if is_year { None } else { number.as_f64().map(|number| words.texts.number(number)) };
                context! { text => shown.unwrap_or_else(|| number.to_string()), ltr => true }
            }
            (_, Json::String(text)) => self.text(field, text),
            (_, value) => self.json(value),
        }
    }

    fn text(&self, field: &Part, text: &str) -> Value {
        let language = self.opened.words.texts.language();
        if self.opened.kind.declaration().province.as_deref() == Some(field.name.as_str())
            && let Some(name) = register::province(language, text)
        {
            return context! { text => name, title => text };
        }
        if field.name == "sector" {
            return context! { tag => register::sector(&self.opened.words.texts, text) };
        }
        let ltr = field.keyword("pattern").is_some() || matches!(field.name.as_str(), "email" | "phone");
        let is_long = text.chars().nth(self.chars_max()).is_some();
        let shown: String = if is_long { text.chars().take(self.chars_max()).collect() } else { text.to_owned() };
        let rest: Option<&str> = (is_long && self.place == Place::Page).then_some(text);
        context! { text => shown, ltr, cut => is_long, rest, lines => self.place == Place::Page && text.contains('\n') }
    }

    fn chars_max(&self) -> usize {
        match self.place {
            Place::Cell => CELL_CHARS_MAX,
            Place::Page => OPEN_CHARS_MAX,
        }
    }

    fn reference(&self, text: &str) -> Value {
        let found = text.parse::<RecordId>().ok().and_then(|id| self.references.find(id));
        match found {
            Some(found) => context! { text => &*found.title, href => &*found.href },
            None => context! { text => short_id(text), title => text, ltr => true },
        }
    }

    fn languages(&self, texts: &serde_json::Map<String, Json>) -> Value {
        let own = self.opened.words.texts.language();
        let mut order: Vec<Language> = std::iter::once(own).chain(own.fallbacks().iter().copied()).collect();
        order.extend(Language::ALL.into_iter().filter(|language| !order.contains(language)).collect::<Vec<_>>());
        let found = order.into_iter().filter_map(|language| Some((language, texts.get(language.tag())?.as_str()?)));
        let shown = |(language, text): (Language, &str)| {
            let text: String = text.chars().take(self.chars_max()).collect();
            context! { language => language.tag(), name => language.own_name(), text }
        };
        let texts: Vec<Value> = match self.place {
            Place::Cell => found.take(1).map(shown).collect(),
            Place::Page => found.map(shown).collect(),
        };
        context! { texts }
    }

    fn list(&self, field: &Part, shape: &Shape, items: &[Json]) -> Value {
        let items_max = if self.place == Place::Cell { 4 } else { items.len() };
        let shown: Vec<Value> = items.iter().take(items_max).map(|item| self.single(field, shape, item)).collect();
        context! { items => shown, cut => items.len() > items_max }
    }

    fn group(&self, parts: &[Part], values: &serde_json::Map<String, Json>) -> Value {
        let part = |part: &Part| {
            let value = values.get(&part.name).filter(|value| !value.is_null())?;
            Some(context! { label => self.opened.words.field(part), value => self.single(part, &part.shape, value) })
        };
        context! { parts => parts.iter().filter_map(part).collect::<Vec<_>>() }
    }

    fn json(&self, value: &Json) -> Value {
        let size = match value {
            Json::Array(items) => items.len(),
            Json::Object(fields) => fields.len(),
            _ => return context! { text => value.to_string(), ltr => true },
        };
        let text = (self.place == Place::Page).then(|| serde_json::to_string_pretty(value).unwrap_or_default());
        context! { json => text, size, is_json => true }
    }
}

fn named(text: &str) -> Value {
    context! { text }
}
