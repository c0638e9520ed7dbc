//! What kinds, fields and values are called.
//!
//! A plugin names its fields in its messages: `field-KIND-FIELD` or `field-FIELD`, and values of a choice
//! `value-KIND-FIELD-CODE`, `value-FIELD-CODE`; underscores become hyphens. What has no message is called by the schema's
//! title, or by its own name made readable. What helps to fill a field in stands in `field-KIND-FIELD-hint`, `field-FIELD-hint`, else in the
//! schema's description.

use fluent_bundle::FluentArgs;
use minijinja::Value;
use serde_json::Value as Json;
use tiwizi_model::{Language, Record};
use tiwizi_records::Kind;
use tiwizi_words::Texts;

use super::super::look::Look;
use super::super::register;
use super::super::said::said;
use super::super::visit::Visit;
use super::shape::{Part, Shape, is_name};
use crate::app::App;

/// The kernel's own messages for fields that other pages name too.
const OTHER_KEYS: [(&str, &str); 4] = [("email", "email"), ("sector", "sector"), ("name", "name"), ("role", "role")];

/// The words of one kind in the language of a page.
pub(super) struct Words {
    pub(super) texts: Texts,
    kind: String,
    /// The schemas of the register are described for programmers, in English.
    is_of_register: bool,
}

impl Words {
    /// The words of a kind.
    pub(super) fn new(app: &App, visit: &Visit, kind: &Kind) -> Self {
        let texts = visit.texts(app);
        let messages = kind.name().namespace().parse().ok().and_then(|id| app.host.messages(&id));
        let texts = messages.map_or(texts.clone(), |messages| texts.with_plugin(messages));
        let is_of_register = kind.name().namespace() == "registry";
        Self { texts, kind: kind.name().name().to_owned(), is_of_register }
    }

    /// What a field is called.
    pub(super) fn field(&self, field: &Part) -> String {
        let name = field.name.replace('_', "-");
        let other = OTHER_KEYS.into_iter().find(|(field, _)| *field == name).map(|(_, key)| key.to_owned());
        let keys = [Some(format!("field-{}-{name}", self.kind)), Some(format!("field-{name}")), other];
        let title = || field.keyword("title").and_then(Json::as_str).map(ToOwned::to_owned);
        keys.into_iter()
            .flatten()
            .find_map(|key| self.find(&key))
            .or_else(title)
            .unwrap_or_else(|| readable(&field.name))
    }

    /// What helps to fill a field in.
    pub(super) fn hint(&self, field: &Part) -> Option<String> {
        let name = field.name.replace('_', "-");
        let described = || field.keyword("description").and_then(Json::as_str).filter(|_| !self.is_of_register);
        [format!("field-{}-{name}-hint", self.kind), format!("field-{name}-hint")]
            .iter()
            .find_map(|key| self.find(key))
            .or_else(|| described().map(ToOwned::to_owned))
    }

    /// What a value of a choice is called.
    pub(super) fn choice(&self, field: &str, code: &str) -> String {
        let (name, key) = (field.replace('_', "-"), code.replace('_', "-"));
        if name == "sector" {
            return register::sector(&self.texts, code);
        }
        if name.starts_with("language")
            && let Ok(language) = code.parse::<Language>()
        {
            return language.own_name().to_owned();
        }
        if name == "category" && code.chars().all(|letter| matches!(letter, 'a' | 'b' | 'c')) {
            return register::category(&self.texts, code);
        }
        let status = (name == "status").then(|| format!("status-{key}"));
        let keys = [Some(format!("value-{}-{name}-{key}", self.kind)), Some(format!("value-{name}-{key}")), status];
        keys.into_iter().flatten().find_map(|key| self.find(&key)).unwrap_or_else(|| readable(code))
    }

    /// What a record is called: its name, else what it is searched or told apart by, else the end of its id.
    pub(super) fn record(&self, kind: &Kind, fields: &[Part], record: &Record) -> String {
        if let Some(name) = register::names(self.texts.language(), &record.body).first() {
            return name.text().to_owned();
        }
        let named = fields.iter().filter(|field| is_name(&field.name)).map(|field| field.name.as_str());
        let searched = kind.declaration().search.iter().map(String::as_str);
        if let Some(text) = named.chain(searched).find_map(|name| self.text(record.body.get(name)?)) {
            return text;
        }
        for index in kind.unique() {
            let texts: Vec<String> = index
                .names()
                .filter(|name| fields.iter().any(|field| field.name == **name && field.shape != Shape::Reference))
                .filter_map(|name| self.text(record.body.get(name)?))
                .collect();
            if !texts.is_empty() {
                return texts.join(" · ");
            }
        }
        short_id(&record.id.to_string())
    }

    /// A text, a number, or the text in the nearest language.
    fn text(&self, value: &Json) -> Option<String> {
        match value {
            Json::String(text) if !text.trim().is_empty() => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            Json::Object(texts) => {
                let language = self.texts.language();
                let order = std::iter::once(&language).chain(language.fallbacks()).chain(Language::ALL.iter());
                let mut found = order.filter_map(|language| texts.get(language.tag())?.as_str());
                found.next().map(ToOwned::to_owned)
            }
            _ => None,
        }
    }

    fn find(&self, key: &str) -> Option<String> {
        self.texts.find(key, &FluentArgs::new())
    }
}

/// The title of a kind.
pub(super) fn kind_title(kind: &Kind, language: Language) -> String {
    let title = kind.declaration().title.in_language(language);
    if title.is_empty() { readable(kind.name().name()) } else { title.to_owned() }
}

/// The same for the content of an element.
pub(super) fn kind_said(kind: &Kind, look: &Look) -> Value {
    let title = &kind.declaration().title;
    if title.in_language(look.language).is_empty() { readable(kind.name().name()).into() } else { said(look, title) }
}

/// `share_value_mad` as people read it: `Share value mad`.
pub(super) fn readable(name: &str) -> String {
    let spaced = name.replace(['_', '-'], " ");
    let mut letters = spaced.trim().chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => name.to_owned(),
    }
}

/// The end of an id, by which people tell records apart.
pub(super) fn short_id(id: &str) -> String {
    format!("…{}", id.get(id.len().saturating_sub(8)..).unwrap_or(id))
}

/// A text in one line, cut, without the signs that turn the direction of what stands beside it: for titles of pages.
pub(super) fn plain(text: &str, chars_max: usize) -> String {
    let kept =
        |letter: &char| !letter.is_control() && !matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut letters = text.chars().filter(kept);
    let mut cut: String = letters.by_ref().take(chars_max).collect();
    if letters.next().is_some() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_words_is_made_readable() {
        assert_eq!(readable("share_value_mad"), "Share value mad");
        assert_eq!(readable("élan-vital"), "Élan vital");
        assert_eq!(readable("_"), "_");
    }

    #[test]
    fn a_title_turns_no_direction_and_ends() {
        assert_eq!(plain("a\u{202e}b\u{2066}c\nd", 80), "abcd");
        assert_eq!(plain(&"x".repeat(70_000), 5), "xxxxx…");
    }
}
