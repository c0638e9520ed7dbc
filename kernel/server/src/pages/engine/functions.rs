//! What templates can call (`t`, `number`, `date`, `csrf_field` …), and how a value becomes text in HTML.

use std::fmt::{self, Write as _};

use fluent_bundle::FluentArgs;
use minijinja::value::Kwargs;
use minijinja::{ErrorKind, Value, context};
use tiwizi_model::{Instant, Language, limits};
use tiwizi_words::Texts;
use tiwizi_words::format;

use super::super::look::Look;
use crate::form::{CSRF_FIELD, KEY_FIELD};

/// The names of what a plugin's template can call, besides what the template language has.
pub(super) const NAMES: [&str; 13] = [
    "t",
    "number",
    "money",
    "date",
    "duration",
    "csrf_field",
    "later_field",
    "url",
    "asset",
    "chart",
    "super",
    "caller",
    "loop",
];

/// How `t` puts a message into words.
pub(super) type Translate = fn(&Texts, &str, &Kwargs) -> Result<String, minijinja::Error>;

/// The functions that every template may call.
pub(super) fn functions(texts: &Texts, translate: Translate) -> Value {
    let (words, dates, amounts) = (texts.clone(), texts.clone(), texts.clone());
    let language = texts.language();
    context! {
        t => Value::from_function(move |key: &str, values: Kwargs| translate(&words, key, &values)),
        number => Value::from_function(move |value: f64, options: Kwargs| number(language, value, &options)),
        money => Value::from_function(move |value: Value| money(&amounts, &value)),
        date => Value::from_function(move |value: Value| date(&dates, &value)),
        duration => Value::from_function(|seconds: u64| format::duration(seconds)),
    }
}

pub(super) fn csrf(look: &Look) -> Value {
    let viewer = look.viewer.as_ref();
    let token = viewer.map(|viewer| viewer.csrf.clone()).unwrap_or_default();
    let key = viewer.map(|viewer| viewer.later.clone()).filter(|key| !key.is_empty());
    context! {
        csrf_field => Value::from_function(move || hidden(CSRF_FIELD, &token)),
        later_field => Value::from_function(move || key.as_ref().map_or_else(|| "".into(), |key| hidden(KEY_FIELD, key))),
    }
}

fn hidden(name: &str, value: &str) -> Value {
    Value::from_safe_string(format!(r#"<input type="hidden" name="{name}" value="{}">"#, minijinja::HtmlEscape(value)))
}

/// `t` for a plugin's template. A message may show each of its values a hundred times before any fuel is asked for, so what is put into
/// it has the bounds that `i18n` has.
pub(super) fn translate_bounded(texts: &Texts, key: &str, values: &Kwargs) -> Result<String, minijinja::Error> {
    let (values_max, bytes_max) = (limits::MESSAGE_ARGS_MAX, limits::MESSAGE_ARGS_BYTES_MAX);
    let mut room = Room(bytes_max);
    for (index, name) in values.args().enumerate() {
        let value: Value = values.get(name)?;
        if index >= values_max || write!(room, "{name}{value}").is_err() {
            let message = format!("a message takes at most {values_max} values with {bytes_max} bytes");
            return Err(minijinja::Error::new(ErrorKind::InvalidOperation, message));
        }
    }
    translate(texts, key, values)
}

/// Counts what is written, and takes so many bytes and no more.
struct Room(usize);

impl fmt::Write for Room {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.checked_sub(text.len()).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// `t` for the kernel's templates.
pub(super) fn translate(texts: &Texts, key: &str, values: &Kwargs) -> Result<String, minijinja::Error> {
    let mut args = FluentArgs::new();
    for name in values.args() {
        let value: Value = values.get(name)?;
        match f64::try_from(value.clone()) {
            Ok(number) if value.is_number() => args.set(name.to_owned(), number),
            _ => args.set(name.to_owned(), texts.value(&value.to_string())),
        }
    }
    Ok(texts.text_with(key, &args))
}

/// A number with at most `decimals` digits of fraction, two if nothing is said.
fn number(language: Language, value: f64, options: &Kwargs) -> Result<String, minijinja::Error> {
    let decimals: Option<u8> = options.get("decimals")?;
    options.assert_all_used()?;
    Ok(format::number_with(language, value, decimals.unwrap_or(format::DECIMALS)))
}

/// An amount, of a number or of a decimal text, as plugins keep money. What is neither is a dash.
fn money(texts: &Texts, value: &Value) -> String {
    let number = match value.as_str() {
        Some(text) => text.parse().ok(),
        None => f64::try_from(value.clone()).ok().filter(|_| value.is_number()),
    };
    texts.money(number.unwrap_or(f64::NAN))
}

fn date(texts: &Texts, value: &Value) -> String {
    match i64::try_from(value.clone()) {
        Ok(ms) if value.is_number() => texts.date(Instant(ms)),
        _ => texts.written_date(&value.to_string()),
    }
}

/// Escapes what has a meaning in HTML. The engine's own escaping also turns every slash of an address into six letters.
pub(super) fn escape(output: &mut minijinja::Output, text: &str) -> fmt::Result {
    let mut rest = text;
    while let Some((before, from)) = rest.find(['&', '<', '>', '"', '\'']).and_then(|at| rest.split_at_checked(at)) {
        output.write_str(before)?;
        let mut after = from.chars();
        output.write_str(match after.next() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            Some('"') => "&quot;",
            _ => "&#39;",
        })?;
        rest = after.as_str();
    }
    output.write_str(rest)
}

pub(super) fn plugin_address(base: &str, path: &str) -> String {
    let path = path.trim_start_matches('/');
    let encoded = percent_encoding::utf8_percent_encode(path, ADDRESS);
    if path.is_empty() { base.to_owned() } else { format!("{base}/{encoded}") }
}

/// What may not stand in an address as it is; slashes, queries and fragments are the template's own.
const ADDRESS: &percent_encoding::AsciiSet =
    &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'\'').add(b'<').add(b'>').add(b'\\').add(b'`');
