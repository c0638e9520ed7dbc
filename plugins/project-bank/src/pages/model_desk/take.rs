//! Taking over what somebody wrote in a part of a sheet. What makes no sense is a fault at its field, and nothing is taken over then.
//!
//! What a figure may be together with the others is `plan::check`'s matter: a draft may be unfinished, and its faults are listed on its page.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tiwizi_sdk::{Language, Texts, places};

use super::super::inputs::Faults;
use super::super::line_form::{self, Filled};
use super::part::{self, is_code, line_fields};
use crate::drafts::kinds::ModelDraft;
use crate::drafts::settle::Fields;
use crate::kinds::{About, Chapter};
use crate::plan::number::{Number, NumberFault};
use crate::plan::{LINES_MAX, PARAMETERS_MAX, Plan, YEARS_MAX, YEARS_MIN};

/// Modules, sources and characters that a sheet has at most.
const LEARN_MAX: usize = 12;
const SOURCES_MAX: usize = 20;
const SOURCE_CHARS_MAX: usize = 300;
const LICENCE_CHARS_MAX: usize = 100;
const NAME_CHARS_MAX: usize = 200;
const SUMMARY_CHARS_MAX: usize = 600;
const CHAPTER_CHARS_MAX: usize = 4_000;
/// The largest number of months that the frame of a plan takes.
const MONTHS_MAX: u8 = 6;
/// The years in which a plan may begin.
const START_YEAR_MIN: u64 = 2000;
const START_YEAR_MAX: u64 = 2099;

/// The value that records have that word for.
fn of_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(Value::from(word)).ok()
}

fn said<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map(|text| text.trim()).unwrap_or_default()
}

/// The rows of a text, each once.
fn rows(fields: &Fields, name: &str) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for row in said(fields, name).lines().map(str::trim).filter(|row| !row.is_empty()) {
        if !rows.iter().any(|known| known == row) {
            rows.push(row.to_owned());
        }
    }
    rows
}

/// A text of so many characters at most; longer is a fault.
fn short(fields: &Fields, name: &str, chars_max: usize, faults: &mut Faults) -> String {
    let text = said(fields, name);
    if text.chars().count() > chars_max {
        faults.insert(name.to_owned(), "too-long".to_owned());
    }
    text.to_owned()
}

/// The same texts with that one in a language, or none there.
fn put(texts: Option<&Texts>, language: Language, text: &str) -> Option<Texts> {
    let mut changed = Texts::new();
    for known in Language::ALL.into_iter().filter(|known| *known != language) {
        if let Some(text) = texts.and_then(|texts| texts.get(known)) {
            changed.insert(known, text);
        }
    }
    if !text.is_empty() {
        changed.insert(language, text);
    }
    Some(changed).filter(|changed| !changed.is_empty())
}

pub(super) fn facts(draft: &mut ModelDraft, fields: &Fields, faults: &mut Faults) {
    let mut refuse = |name: &str, code: &str| drop(faults.insert(name.to_owned(), code.to_owned()));
    match of_word(said(fields, "sector")) {
        Some(sector) => draft.sector = sector,
        None => refuse("sector", "choice"),
    }
    let branch = said(fields, "branch");
    if branch.is_empty() || places::sectors_and_branches(Language::French).iter().any(|(code, _)| code == branch) {
        draft.branch = Some(branch.to_owned()).filter(|branch| !branch.is_empty());
    } else {
        refuse("branch", "choice");
    }
    let words = |name: &str| said(fields, name).split(' ').filter(|word| !word.is_empty());
    match words("categories").map(of_word).collect() {
        Some(categories) => draft.categories = categories,
        None => refuse("categories", "choice"),
    }
    match words("publics").map(of_word).collect() {
        Some(publics) => draft.publics = publics,
        None => refuse("publics", "choice"),
    }
    if words("provinces").all(places::is_province) {
        draft.provinces = words("provinces").map(ToOwned::to_owned).collect();
    } else {
        refuse("provinces", "choice");
    }
    draft.example = !said(fields, "example").is_empty();
    let is_module =
        |row: &String| row.split_once('/').is_some_and(|(course, module)| is_code(course) && is_code(module));
    let (learn, sources) = (rows(fields, "learn"), rows(fields, "sources"));
    if !learn.iter().all(is_module) {
        refuse("learn", "module");
    } else if learn.len() > LEARN_MAX {
        refuse("learn", "too-many");
    }
    if sources.len() > SOURCES_MAX {
        refuse("sources", "too-many");
    } else if sources.iter().any(|source| source.chars().count() > SOURCE_CHARS_MAX) {
        refuse("sources", "too-long");
    }
    (draft.learn, draft.sources) = (learn, sources);
    draft.licence = short(fields, "licence", LICENCE_CHARS_MAX, faults);
    draft.author = short(fields, "author", NAME_CHARS_MAX, faults);
}

pub(super) fn frame(plan: &mut Plan, fields: &Fields, faults: &mut Faults) {
    let mut refuse = |name: &str, code: &str| drop(faults.insert(name.to_owned(), code.to_owned()));
    let start = said(fields, "start").split_once('-');
    match start.map(|(year, month)| (line_form::whole(year, START_YEAR_MAX), line_form::whole(month, 12))) {
        Some((Ok(year @ START_YEAR_MIN..), Ok(month @ 1..))) => plan.start = format!("{year:04}-{month:02}"),
        _ => refuse("start", "month"),
    }
    let whole = |name: &str, most: u8| {
        let read = line_form::whole(said(fields, name), u64::from(most))?;
        u8::try_from(read).map_err(|_| "too-large")
    };
    match whole("years", YEARS_MAX) {
        Ok(years @ YEARS_MIN..) => plan.years = years,
        _ => refuse("years", "years"),
    }
    for (name, months) in [
        ("collect_months", &mut plan.collect_months),
        ("pay_months", &mut plan.pay_months),
        ("stock_months", &mut plan.stock_months),
    ] {
        match whole(name, MONTHS_MAX) {
            Ok(read) => *months = read,
            Err(code) => refuse(name, code),
        }
    }
    plan.vat = !said(fields, "vat").is_empty();
    let discount = said(fields, "discount");
    let is_parameter = |code: &str| plan.parameters.iter().any(|parameter| parameter.code == code);
    let typed = if discount == part::word(&plan.discount) { exactly(discount) } else { discount.to_owned() };
    let read = match discount.strip_prefix('@') {
        Some(code) if is_parameter(code) => Ok(discount.to_owned()),
        _ if discount.contains(" @") => Err("both"),
        _ => Number::typed(&typed).map(|number| number.to_string()).map_err(NumberFault::code),
    };
    match read.map(|text| of_word(&text)) {
        Ok(Some(discount)) => plan.discount = discount,
        Ok(None) => refuse("discount", "number"),
        Err(code) => refuse("discount", code),
    }
}

pub(super) fn texts(draft: &mut ModelDraft, language: Language, fields: &Fields, faults: &mut Faults) {
    let title = short(fields, "title", NAME_CHARS_MAX, faults);
    match put(Some(&draft.title), language, &title) {
        Some(title) => draft.title = title,
        None => drop(faults.insert("title".to_owned(), "required".to_owned())),
    }
    let summary = short(fields, "summary", SUMMARY_CHARS_MAX, faults);
    draft.summary = put(draft.summary.as_ref(), language, &summary);
    let mut chapters = Vec::new();
    for about in About::ALL {
        let text = short(fields, &format!("chapter/{}", about.name()), CHAPTER_CHARS_MAX, faults);
        let text = put(draft.chapter(about), language, &text);
        chapters.extend(text.map(|text| Chapter { about, text }));
    }
    draft.chapters = chapters;
    draft.drafts.retain(|known| *known != language);
    if said(fields, "native").is_empty() {
        draft.drafts.push(language);
        draft.drafts.sort_unstable();
    }
}

pub(super) fn names(plan: &mut Plan, language: Language, fields: &Fields, faults: &mut Faults) {
    let mut value = serde_json::to_value(&*plan).unwrap_or_default();
    for (place, name) in fields {
        let Some((list, code)) = place.split_once('/') else { continue };
        let lines = value.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        let line = lines.into_iter().find(|line| line.get("code").and_then(Value::as_str) == Some(code));
        let Some(label) = line.and_then(|line| line.get_mut("label")).and_then(Value::as_object_mut) else { continue };
        if name.chars().count() > NAME_CHARS_MAX {
            faults.insert(place.clone(), "too-long".to_owned());
        } else if !name.is_empty() {
            label.insert(language.tag().to_owned(), Value::from(name.as_str()));
        } else if label.keys().any(|tag| tag != language.tag()) {
            label.remove(language.tag());
        } else {
            faults.insert(place.clone(), "required".to_owned());
        }
    }
    set_plan(plan, value, faults);
}

pub(super) fn line(plan: &mut Plan, (list, code): (&str, &str), fields: &Fields, faults: &mut Faults) {
    let mut value = serde_json::to_value(&*plan).unwrap_or_default();
    let there = part::line(&value, list, code).map(|line| line_fields(list, line));
    let known: Vec<&str> = plan.parameters.iter().map(|parameter| parameter.code.as_str()).collect();
    // A parameter is no number of its own.
    let known = if list == "parameters" { Vec::new() } else { known };
    let is_kept =
        |name: &str, text: &str| there.as_ref().is_some_and(|there| there.get(name).is_some_and(|there| there == text));
    let sent: Filled = fields
        .iter()
        .map(|(name, text)| (name.clone(), if is_kept(name, text) { exactly(text) } else { text.clone() }))
        .collect();
    let mut label = Value::Object(serde_json::Map::new());
    for language in Language::ALL {
        let name = short(fields, &format!("label/{language}"), NAME_CHARS_MAX, faults);
        if let (false, Some(label)) = (name.is_empty(), label.as_object_mut()) {
            label.insert(language.tag().to_owned(), Value::from(name));
        }
    }
    if label.as_object().is_some_and(serde_json::Map::is_empty) {
        faults.insert("label/fr".to_owned(), "required".to_owned());
    }
    let figures = match line_form::figures(list, &sent, &known) {
        Ok(figures) => figures,
        Err(found) => return faults.extend(found),
    };
    let mut written = Value::Object(figures);
    if let Some(members) = written.as_object_mut() {
        members.insert("code".to_owned(), json!(code));
        members.insert("label".to_owned(), label);
    }
    let Some(lines) = value.get_mut(list).and_then(Value::as_array_mut) else { return };
    match lines.iter_mut().find(|line| line.get("code").and_then(Value::as_str) == Some(code)) {
        Some(line) => *line = written,
        None if is_full(plan, list) => drop(faults.insert(String::new(), "too-many-lines".to_owned())),
        None => lines.push(written),
    }
    set_plan(plan, value, faults);
}

/// Whether a list takes no other line.
pub(super) fn is_full(plan: &Plan, list: &str) -> bool {
    if list == "parameters" { plan.parameters.len() >= PARAMETERS_MAX } else { plan.lines() >= LINES_MAX }
}

/// A number that stands in the record, so that it is read again as what it is: `1.234` typed could be a thousand.
fn exactly(text: &str) -> String {
    let is_number = text.parse::<Number>().is_ok();
    if is_number && text.split_once('.').is_some_and(|(_, fraction)| fraction.len() == 3) {
        return format!("{text}0");
    }
    text.to_owned()
}

fn set_plan(plan: &mut Plan, value: Value, faults: &mut Faults) {
    if !faults.is_empty() {
        return;
    }
    match serde_json::from_value(value) {
        Ok(read) => *plan = read,
        Err(_) => drop(faults.insert(String::new(), "number".to_owned())),
    }
}
