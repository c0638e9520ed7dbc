//! A value of a plan as people read it: a figure with what it is measured in, a word of a list by its name in the messages, a line by what
//! it is called. The template `said` writes it down.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};
use tiwizi_sdk::Language;

use super::inputs;
use super::view::with;
use crate::improve::proposal_of;

/// What is needed to say a value.
pub(super) struct Teller<'a> {
    /// What the line of a list is called.
    pub(super) line: &'a dyn Fn(&str, &str) -> String,
    pub(super) language: Language,
}

impl Teller<'_> {
    /// A field of a line, or of the plan itself; nothing when there is nothing to say.
    pub(super) fn field(&self, owner: &Value, field: &str, value: &Value) -> Option<Value> {
        let text = value.as_str().unwrap_or_default();
        if let Some(number) = proposal_of(text).filter(|_| field == "source") {
            return Some(json!({ "proposal": number }));
        }
        if let Some(word) = word(field, value) {
            return Some(json!({ "word": word }));
        }
        match (field, text.strip_prefix('@')) {
            ("measure", _) => Some(inputs::measure(text)),
            ("product", _) => Some(json!({ "text": (self.line)("products", text) })),
            (_, Some(parameter)) => Some(json!({ "text": (self.line)("parameters", parameter) })),
            _ => figure(owner, field, value).or_else(|| self.line(value)),
        }
    }

    /// A whole line, or a text in several languages.
    pub(super) fn line(&self, value: &Value) -> Option<Value> {
        plain(value, self.language).filter(|text| !text.is_empty()).map(|text| json!({ "text": text }))
    }
}

/// The key of a word's name in the messages.
fn word(field: &str, value: &Value) -> Option<String> {
    let text = value.as_str().unwrap_or_default();
    match (field, value) {
        ("basis" | "repayment" | "origin", _) => Some(format!("choice-{text}")),
        ("unit", _) => Some(format!("unit-{text}")),
        ("measure", _) if text == "number" => Some("measure-number".to_owned()),
        ("source", _) if text == "example" => Some("source-example".to_owned()),
        (_, Value::Bool(is)) => Some(if *is { "said-yes" } else { "said-no" }.to_owned()),
        _ => None,
    }
}

/// A figure and its unit. The bounds of a parameter are measured as its value is.
fn figure(owner: &Value, field: &str, value: &Value) -> Option<Value> {
    let name = if matches!(field, "least" | "most") { "value" } else { field };
    if !inputs::is_figure(name) {
        return None;
    }
    let said = match value {
        Value::Number(number) => json!({ "number": number.as_f64() }),
        Value::String(text) => json!({ "number": text.parse::<Decimal>().ok()?.to_f64() }),
        Value::Array(numbers) => {
            json!({ "text": numbers.iter().map(Value::to_string).collect::<Vec<_>>().join(" ") })
        }
        _ => return None,
    };
    Some(with(said, inputs::measured(owner, name)))
}

/// A text, a list with commas, what a line is called; nothing when there is none.
fn plain(value: &Value, language: Language) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(|item| plain(item, language)).collect();
            Some(items.join(", "))
        }
        line @ Value::Object(_) => {
            let named = json!({ "label": line });
            Some([inputs::label(line, language), inputs::label(&named, language)].concat())
        }
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(owner: &Value, field: &str, value: &Value) -> Option<Value> {
        let line = |list: &str, code: &str| format!("{list} {code}");
        Teller { line: &line, language: Language::French }.field(owner, field, value)
    }

    #[test]
    fn figures_come_with_what_they_are_measured_in() {
        let product = json!({ "unit": "g" });
        let price = said(&product, "price", &json!("38.5")).unwrap();
        assert_eq!(price, json!({ "number": 38.5, "mad": true, "unit": "g", "monthly": false }));
        let flow = json!({ "measure": "kg-per-month" });
        for field in ["value", "least", "most"] {
            let value = said(&flow, field, &json!("12")).unwrap();
            assert_eq!(value, json!({ "number": 12.0, "mad": false, "unit": "kg", "monthly": true }), "{field}");
        }
        let season = said(&product, "season", &json!([100, 0])).unwrap();
        assert_eq!((&season["text"], &season["unit"]), (&json!("100 0"), &json!("percent")));
    }

    #[test]
    fn words_of_lists_are_named_and_lines_are_called_by_their_names() {
        let none = json!({});
        let told = |field: &str, value: &Value| said(&none, field, value).unwrap();
        assert_eq!(told("unit", &json!("kg")), json!({ "word": "unit-kg" }));
        assert_eq!(told("basis", &json!("yearly")), json!({ "word": "choice-yearly" }));
        assert_eq!(told("vat", &json!(true)), json!({ "word": "said-yes" }));
        assert_eq!(told("measure", &json!("number")), json!({ "word": "measure-number" }));
        assert_eq!(told("measure", &json!("mad-per-kg")), json!({ "mad": true, "unit": "kg", "monthly": false }));
        assert_eq!(told("price", &json!("@price")), json!({ "text": "parameters price" }));
        assert_eq!(told("product", &json!("oil")), json!({ "text": "products oil" }));
        assert_eq!(told("source", &json!("example")), json!({ "word": "source-example" }));
        assert_eq!(told("label", &json!({ "fr": "Flacon" })), json!({ "text": "Flacon" }));
        assert_eq!(said(&none, "label", &Value::Null), None);
    }
}
