//! The fields of a part of a sheet as the template draws them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiwizi_sdk::{Language, i18n, places};

use super::super::inputs::{self, Faults};
use super::super::line_form::{self, Holds};
use super::super::view::with;
use super::part::{Part, line};
use crate::drafts::kinds::ModelDraft;
use crate::drafts::settle::Fields;
use crate::kinds::{About, Category, Public, Sector};

/// What stands in the fields of a form.
pub(super) struct Shown<'a> {
    pub(super) values: &'a Fields,
    /// What somebody else wrote in the same fields.
    pub(super) theirs: &'a Fields,
    pub(super) faults: &'a Faults,
    /// The language that is shown beside the one that is written.
    pub(super) beside: Option<Language>,
}

/// The fields of a part.
pub(super) fn view(part: &Part, draft: &ModelDraft, shown: &Shown<'_>, language: Language) -> Vec<Value> {
    let beside = shown.beside.and_then(|language| part.in_language(language)).map(|part| part.fields(draft));
    asked(part, draft, language).into_iter().map(|field| filled(field, shown, beside.as_ref())).collect()
}

/// The fields of a part with nothing in them.
pub(super) fn asked(part: &Part, draft: &ModelDraft, language: Language) -> Vec<Value> {
    match part {
        Part::Facts => facts(language),
        Part::Frame => frame(draft, language),
        Part::Texts(_) => texts(),
        Part::Names(..) => names(part, draft, language),
        Part::Line(list, _) => figures(list, draft, language),
    }
}

/// What stands in a field, as people read it: a tick as one, and what was chosen by its name.
pub(super) fn read_out(field: Option<&Value>, text: &str, language: Language) -> String {
    match field.and_then(|field| Some((field, field.get("kind")?.as_str()?))) {
        Some((_, "flag")) if !text.is_empty() => "✓".to_owned(),
        Some((field, "choice" | "many")) => {
            let options = field.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let words = text.split(' ').filter(|word| !word.is_empty());
            words.map(|word| option_name(options, word, language)).collect::<Vec<_>>().join(", ")
        }
        _ => text.to_owned(),
    }
}

fn option_name(options: &[Value], word: &str, language: Language) -> String {
    let text = |option: &Value, name: &str| option.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    let option = options.iter().find(|option| text(option, "value").as_deref() == Some(word));
    let translated = |key: String| i18n::translate(&key, &[], Some(language.tag())).ok();
    let name = option.and_then(|option| text(option, "label").or_else(|| text(option, "key").and_then(translated)));
    name.unwrap_or_else(|| word.to_owned())
}

/// A field with what stands in it.
fn filled(field: Value, shown: &Shown<'_>, beside: Option<&Fields>) -> Value {
    let name = field.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = field.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let value = shown.values.get(&name).map(String::as_str).unwrap_or_default();
    let (number, parameter) = match value.split_once('@') {
        Some((number, parameter)) if kind == "figure" => (number.trim(), Some(parameter)),
        _ => (value, None),
    };
    let chosen: Option<BTreeMap<&str, bool>> =
        (kind == "many").then(|| value.split(' ').map(|one| (one, true)).collect());
    let more = json!({
        "value": number,
        "parameter": parameter,
        "chosen": chosen,
        "theirs": shown.theirs.get(&name),
        "error": shown.faults.get(&name),
        "beside": beside.and_then(|beside| beside.get(&name)).filter(|text| !text.is_empty()),
    });
    with(field, more)
}

fn field(name: &str, key: &str, kind: &str, more: Value) -> Value {
    with(json!({ "name": name, "key": key, "kind": kind }), more)
}

/// A choice whose words are messages.
fn words(all: &[&str], prefix: &str) -> Value {
    let options = all.iter().map(|word| json!({ "value": word, "key": format!("{prefix}{word}") }));
    json!({ "options": options.collect::<Vec<_>>() })
}

/// A choice whose words have names.
fn named(all: Vec<(String, String)>, more: Value) -> Value {
    let options = all.into_iter().map(|(value, label)| json!({ "value": value, "label": label }));
    with(json!({ "options": options.collect::<Vec<_>>() }), more)
}

fn facts(language: Language) -> Vec<Value> {
    let mut branches = vec![(String::new(), "–".to_owned())];
    branches.extend(places::sectors_and_branches(language));
    vec![
        field("sector", "sector", "choice", words(&Sector::ALL, "sector-")),
        field("branch", "model-branch", "choice", named(branches, json!({ "hint": "model-branch-hint" }))),
        field("categories", "model-categories", "many", words(&Category::ALL, "category-")),
        field("publics", "model-publics", "many", words(&Public::ALL, "public-")),
        field(
            "provinces",
            "model-provinces",
            "many",
            named(places::provinces(language), json!({ "folded": true, "hint": "model-provinces-hint" })),
        ),
        field("learn", "learn-first", "area", json!({ "max": 800, "rows": 3, "hint": "model-learn-hint" })),
        field("sources", "sources", "area", json!({ "max": 6_500, "rows": 5, "hint": "model-sources-hint" })),
        field("licence", "model-licence", "line", json!({ "max": 100 })),
        field("author", "model-author", "line", json!({ "max": 200, "hint": "model-author-hint" })),
        field("example", "model-example", "flag", json!({})),
    ]
}

fn frame(draft: &ModelDraft, language: Language) -> Vec<Value> {
    let months = |name: &str| field(name, &format!("field-{}", name.replace('_', "-")), "line", json!({ "max": 8 }));
    vec![
        field("start", "field-start", "line", json!({ "max": 7, "hint": "model-start-hint" })),
        months("years"),
        field(
            "discount",
            "field-discount",
            "figure",
            with(parameters(draft, language), json!({ "hint": "hint-rate" })),
        ),
        field("vat", "model-vat", "flag", json!({})),
        months("collect_months"),
        months("pay_months"),
        months("stock_months"),
    ]
}

fn texts() -> Vec<Value> {
    let mut fields = vec![
        field("title", "model-name", "line", json!({ "max": 200 })),
        field("summary", "model-summary", "area", json!({ "max": 600, "rows": 3 })),
    ];
    fields.extend(About::ALL.map(|about| {
        let name = about.name();
        field(&format!("chapter/{name}"), &format!("about-{name}"), "area", json!({ "max": 4_000, "rows": 5 }))
    }));
    fields.push(field("native", "model-native", "flag", json!({})));
    fields
}

/// The names of lines, each called by what it is called in the reader's language.
fn names(part: &Part, draft: &ModelDraft, language: Language) -> Vec<Value> {
    let plan = serde_json::to_value(&draft.plan).unwrap_or_default();
    let called = |name: &String| {
        let (list, code) = name.split_once('/')?;
        let label = inputs::label(line(&plan, list, code)?, language);
        Some(field(name, &format!("list-{list}"), "line", json!({ "max": 200, "label": label })))
    };
    part.window(draft).iter().filter_map(called).collect()
}

/// The parameters that may stand in the place of a number.
fn parameters(draft: &ModelDraft, language: Language) -> Value {
    let all = draft.plan.parameters.iter();
    let options = all.map(|one| json!({ "value": one.code, "label": one.label.best(language) }));
    json!({ "parameters": options.collect::<Vec<_>>() })
}

fn figures(list: &str, draft: &ModelDraft, language: Language) -> Vec<Value> {
    let mut fields: Vec<Value> = Language::ALL
        .iter()
        .map(|tongue| {
            let more = json!({ "max": 200, "label": tongue.name(), "lang": tongue.tag(), "optional": true });
            field(&format!("label/{tongue}"), "field-label", "line", more)
        })
        .collect();
    for (name, holds, _) in line_form::asked(list).unwrap_or_default() {
        let key = format!("field-{}", name.replace('_', "-"));
        let (_, options) = line_form::drawn(*holds, &draft.plan, language);
        let more = match holds {
            Holds::Exact if list != "parameters" => {
                ("figure", with(parameters(draft, language), json!({ "hint": hint(list, name) })))
            }
            Holds::Exact => ("line", json!({ "max": 40 })),
            Holds::Bound => ("line", json!({ "max": 40, "optional": true })),
            Holds::Whole(_) => ("line", json!({ "max": 8 })),
            Holds::Listed => ("line", json!({ "max": 120, "optional": true, "hint": format!("hint-{name}") })),
            Holds::Source => ("line", json!({ "max": 300, "hint": "model-source-hint" })),
            Holds::Flag => ("flag", json!({})),
            Holds::Product => ("choice", json!({ "options": options, "none": true, "hint": "only-per-unit" })),
            Holds::Vat => ("choice", json!({ "options": options })),
            Holds::Choice(all) if *name == "measure" => (
                "choice",
                json!({ "options": all.iter().map(|word| with(json!({ "value": word }), inputs::measure(word))).collect::<Vec<_>>() }),
            ),
            Holds::Choice(all) => ("choice", words(all, if *name == "unit" { "unit-" } else { "choice-" })),
        };
        fields.push(field(name, &key, more.0, more.1));
    }
    fields
}

fn hint(list: &str, name: &str) -> &'static str {
    match name {
        "price" | "amount" if list != "loans" && list != "funds" => "hint-money",
        "amount" | "wage" => "in-dirhams",
        "rate" => "hint-rate",
        _ => "",
    }
}
