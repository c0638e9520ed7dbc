//! What is still wrong with a sheet, and what is missing in which language. With a fault it is not handed in.
//!
//! Arabic and French are wanted of every sheet; in the other languages what is missing is told, and keeps nobody waiting.

use serde::Serialize;
use serde_json::Value;
use tiwizi_sdk::{Language, Texts};

use super::kinds::{DRAFT_BYTES_MAX, ModelDraft};
use crate::kinds::About;
use crate::plan::{check, own};

/// The languages without which nothing is published.
pub(crate) const WANTED: [Language; 2] = [Language::Arabic, Language::French];
/// The chapters without which nothing is published.
const CHAPTERS: [About; 2] = [About::Value, About::Process];
/// All lists of a plan, parameters first.
pub(crate) const LISTS: [&str; 7] = ["parameters", "products", "costs", "staff", "investments", "loans", "funds"];
/// Lists whose lines say where their figures come from.
const SOURCED: [&str; 3] = ["parameters", "investments", "costs"];
/// Bytes of a plan: whoever takes it keeps it twice, beside what they change.
const PLAN_BYTES_MAX: usize = 300 << 10;

/// What is wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Fault {
    /// The part of the sheet: `texts/fr`, `costs/water`, `facts`, `frame`; a list alone where it is none of its lines.
    pub(crate) part: String,
    /// The field there: `title`, `amount`, `label/ar`; empty where it is the whole part.
    pub(crate) field: String,
    /// The word that the messages know it by.
    pub(crate) code: String,
}

/// Everything that is wrong with a sheet.
pub(crate) fn faults(draft: &ModelDraft) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut add = |part: String, field: &str, code: &str| {
        found.push(Fault { part, field: field.to_owned(), code: code.to_owned() });
    };
    for (name, is_missing) in [
        ("categories", draft.categories.is_empty()),
        ("publics", draft.publics.is_empty()),
        ("sources", draft.sources.is_empty()),
        ("licence", draft.licence.is_empty()),
        ("author", draft.author.is_empty()),
    ] {
        if is_missing {
            add("facts".to_owned(), name, "required");
        }
    }
    for language in WANTED {
        for field in missing_texts(draft, language) {
            add(format!("texts/{language}"), &field, "required");
        }
    }
    let plan = serde_json::to_value(&draft.plan).unwrap_or_default();
    for (list, code, line) in lines(&plan) {
        for language in WANTED.into_iter().filter(|language| !has_name(line, *language)) {
            add(format!("{list}/{code}"), &format!("label/{language}"), "required");
        }
        let source = line.get("source").and_then(Value::as_str).unwrap_or_default();
        if SOURCED.contains(&list) && source.trim().is_empty() {
            add(format!("{list}/{code}"), "source", "required");
        }
        if list != "parameters" && own::is_own(code) {
            add(format!("{list}/{code}"), "", "reserved");
        }
    }
    let bytes = |value: &Value| value.to_string().len();
    let is_large = serde_json::to_value(draft).is_ok_and(|draft| bytes(&draft) > DRAFT_BYTES_MAX);
    if is_large || bytes(&plan) > PLAN_BYTES_MAX {
        add(String::new(), "", "sheet-too-large");
    }
    for fault in check(&draft.plan).err().unwrap_or_default() {
        let (part, field) = placed(&fault.place);
        add(part, &field, fault.code);
    }
    found.sort();
    found.dedup();
    found
}

/// A place of a plan as the part and the field of the sheet.
fn placed(place: &str) -> (String, String) {
    let mut steps = place.splitn(3, '/');
    match (steps.next(), steps.next(), steps.next()) {
        (Some(list), Some(code), field) => (format!("{list}/{code}"), field.unwrap_or_default().to_owned()),
        (Some(list), None, None) if LISTS.contains(&list) => (list.to_owned(), String::new()),
        (Some("lines"), None, None) => (String::new(), String::new()),
        _ => ("frame".to_owned(), place.to_owned()),
    }
}

/// The texts that a sheet lacks in a language: those that every sheet has, and chapters that it has in another language.
pub(crate) fn missing_texts(draft: &ModelDraft, language: Language) -> Vec<String> {
    let lacks =
        |texts: Option<&Texts>| texts.and_then(|texts| texts.get(language)).is_none_or(|text| text.trim().is_empty());
    let mut missing = Vec::new();
    if lacks(Some(&draft.title)) {
        missing.push("title".to_owned());
    }
    if lacks(draft.summary.as_ref()) {
        missing.push("summary".to_owned());
    }
    for about in About::ALL {
        let text = draft.chapter(about);
        if (text.is_some() || CHAPTERS.contains(&about)) && lacks(text) {
            missing.push(format!("chapter/{}", about.name()));
        }
    }
    missing
}

/// How many lines of a plan have no name in a language.
pub(crate) fn missing_names(plan: &Value, language: Language) -> usize {
    lines(plan).filter(|(_, _, line)| !has_name(line, language)).count()
}

fn has_name(line: &Value, language: Language) -> bool {
    let name = line.get("label").and_then(|label| label.get(language.tag())).and_then(Value::as_str);
    name.is_some_and(|name| !name.trim().is_empty())
}

/// All lines of a plan: the list, the code, the line.
pub(crate) fn lines(plan: &Value) -> impl Iterator<Item = (&'static str, &str, &Value)> {
    LISTS.into_iter().flat_map(move |list| {
        let lines = plan.get(list).and_then(Value::as_array).into_iter().flatten();
        lines.map(move |line| (list, line.get("code").and_then(Value::as_str).unwrap_or_default(), line))
    })
}
