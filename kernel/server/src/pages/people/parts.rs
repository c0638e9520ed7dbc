//! What the pages of people share: amounts, days, links to cooperatives.

use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_model::Record;
use tiwizi_words::Texts;

use super::super::register;
use super::super::visit::Visit;

/// A text field of a body.
pub(super) fn field<'a>(body: &'a Json, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Json::as_str)
}

/// A day in words.
pub(super) fn day(texts: &Texts, body: &Json, name: &str) -> Option<String> {
    field(body, name).map(|day| texts.written_date(day))
}

/// An amount in dirhams.
fn amount(texts: &Texts, body: &Json, name: &str) -> Option<String> {
    let amount = body.get(name).and_then(Json::as_f64)?;
    let mut args = FluentArgs::new();
    args.set("amount", amount);
    Some(texts.text_with("field-capital-amount", &args))
}

/// A value of a choice in words.
pub(super) fn choice(texts: &Texts, name: &str, code: &str) -> String {
    texts.find(&format!("value-{name}-{code}"), &FluentArgs::new()).unwrap_or_else(|| code.to_owned())
}

/// What a record is called, with the language of the text.
pub(super) fn name(visit: &Visit, record: &Record) -> Value {
    match register::names(visit.look.language, &record.body).first() {
        Some(name) => name.value(),
        None => context! { language => "", text => field(&record.body, "number").unwrap_or("–") },
    }
}

/// A cooperative as a link to its public page.
pub(super) fn cooperative(visit: &Visit, record: &Record) -> Value {
    context! { name => name(visit, record), href => visit.look.address(&format!("/directory/{}", record.id)) }
}

/// The shares of a membership: how many, their worth, what was called and paid, until when the rest is due, and whether that day is over.
/// Days compare as texts.
pub(super) fn shares(texts: &Texts, body: &Json, today: &str) -> Value {
    context! {
        count => body.get("shares").and_then(Json::as_u64),
        value => amount(texts, body, "share_value_mad"),
        paid => amount(texts, body, "paid_mad"),
        called => amount(texts, body, "called_mad"),
        until => day(texts, body, "pay_until"),
        late => field(body, "pay_until").is_some_and(|until| until < today),
    }
}
