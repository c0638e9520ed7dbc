//! A line as a form, in somebody's plan or at the models' desk: what is asked of each kind of line, and reading it. What a figure may be is
//! `check`'s matter; here stands only what cannot be a figure at all.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tiwizi_sdk::{Language, Request};

use super::inputs::{Faults, label, listed};
use crate::plan::Plan;
use crate::plan::number::{Number, NumberFault};
use crate::plan::rules::Rules;

/// Characters of a line's name, and of where a figure comes from.
const NAME_CHARS_MAX: usize = 200;
const SOURCE_CHARS_MAX: usize = 300;
const UNITS: &[&str] = &["kg", "g", "t", "l", "ml", "piece", "m", "m2", "hour", "day", "night", "meal", "visit"];
/// The months of a plan at most, as a line may name them.
const MONTH_MAX: u64 = 60;

const MEASURES: &[&str] = &[
    "mad",
    "mad-per-g",
    "mad-per-kg",
    "mad-per-t",
    "mad-per-l",
    "mad-per-piece",
    "mad-per-m",
    "mad-per-m2",
    "mad-per-hour",
    "mad-per-day",
    "mad-per-night",
    "mad-per-meal",
    "mad-per-visit",
    "g-per-month",
    "kg-per-month",
    "t-per-month",
    "l-per-month",
    "piece-per-month",
    "m-per-month",
    "m2-per-month",
    "hour-per-month",
    "day-per-month",
    "night-per-month",
    "meal-per-month",
    "visit-per-month",
    "percent",
    "number",
];

/// What a field of a line holds.
#[derive(Debug, Clone, Copy)]
pub(in crate::pages) enum Holds {
    /// A number as it is typed; at the models' desk a parameter may stand there.
    Exact,
    /// A number, or nothing.
    Bound,
    /// A whole number, so large at most.
    Whole(u64),
    /// Whole numbers with blanks between them.
    Listed,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A rate of value added tax that the law has when the plan begins.
    Vat,
    /// A product of the plan, or none.
    Product,
    /// Yes or no.
    Flag,
    /// Where the figure comes from.
    Source,
}

/// A field, what it holds, and what stands in it at the beginning.
pub(in crate::pages) type Asked = (&'static str, Holds, &'static str);

const PARAMETER: &[Asked] = &[
    ("value", Holds::Exact, ""),
    ("measure", Holds::Choice(MEASURES), "mad"),
    ("least", Holds::Bound, ""),
    ("most", Holds::Bound, ""),
    ("source", Holds::Source, ""),
];

const INVESTMENT: &[Asked] = &[
    ("quantity", Holds::Exact, "1"),
    ("price", Holds::Exact, ""),
    ("vat", Holds::Vat, "20"),
    ("month", Holds::Whole(MONTH_MAX), "0"),
    ("life_years", Holds::Whole(50), "5"),
    ("source", Holds::Source, ""),
];
const PRODUCT: &[Asked] = &[
    ("unit", Holds::Choice(UNITS), "kg"),
    ("price", Holds::Exact, ""),
    ("quantity", Holds::Exact, ""),
    ("vat", Holds::Vat, "20"),
    ("season", Holds::Listed, ""),
    ("ramp", Holds::Listed, ""),
];
const COST: &[Asked] = &[
    ("basis", Holds::Choice(&["monthly", "yearly", "per-unit"]), "monthly"),
    ("product", Holds::Product, ""),
    ("amount", Holds::Exact, ""),
    ("vat", Holds::Vat, "20"),
    ("source", Holds::Source, ""),
];
const STAFF: &[Asked] = &[
    ("people", Holds::Exact, "1"),
    ("wage", Holds::Exact, ""),
    ("from_month", Holds::Whole(MONTH_MAX), "1"),
    ("declared", Holds::Flag, "true"),
];
const LOAN: &[Asked] = &[
    ("amount", Holds::Exact, ""),
    ("rate", Holds::Exact, ""),
    ("month", Holds::Whole(MONTH_MAX), "0"),
    ("months", Holds::Whole(600), "24"),
    ("grace_months", Holds::Whole(600), "0"),
    ("repayment", Holds::Choice(&["annuity", "principal"]), "annuity"),
];
const FUND: &[Asked] = &[
    ("origin", Holds::Choice(&["own", "grant"]), "own"),
    ("amount", Holds::Exact, ""),
    ("month", Holds::Whole(MONTH_MAX), "0"),
];

/// What is asked of a line of a list; nothing when there is no such list.
pub(in crate::pages) fn asked(list: &str) -> Option<&'static [Asked]> {
    Some(match list {
        "parameters" => PARAMETER,
        "investments" => INVESTMENT,
        "products" => PRODUCT,
        "costs" => COST,
        "staff" => STAFF,
        "loans" => LOAN,
        "funds" => FUND,
        _ => return None,
    })
}

/// What stands in a form's fields.
pub(in crate::pages) type Filled = BTreeMap<String, String>;

/// What stands in the form of a new line.
pub(super) fn empty(list: &str) -> Option<Filled> {
    Some(asked(list)?.iter().map(|(name, _, preset)| ((*name).to_owned(), (*preset).to_owned())).collect())
}

/// What stands in the form of a line that is there.
pub(super) fn filled(list: &str, line: &Value, language: Language) -> Option<Filled> {
    let names = asked(list)?.iter().map(|(name, ..)| *name);
    let mut filled: Filled =
        names.map(|name| (name.to_owned(), line.get(name).map(word).unwrap_or_default())).collect();
    filled.insert("label".to_owned(), label(line, language));
    Some(filled)
}

/// A value as its field says it.
pub(in crate::pages) fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(numbers) => numbers.iter().map(Value::to_string).collect::<Vec<_>>().join(" "),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// What was sent.
pub(super) fn sent(list: &str, request: &Request) -> Option<Filled> {
    let mut sent = Filled::new();
    for name in asked(list)?.iter().map(|(name, ..)| *name).chain(["label"]) {
        sent.insert(name.to_owned(), request.form(name).unwrap_or_default().to_owned());
    }
    Some(sent)
}

/// The fields as the template draws them.
pub(super) fn view(list: &str, plan: &Plan, filled: &Filled, faults: &Faults, language: Language) -> Vec<Value> {
    let fields = asked(list).unwrap_or_default().iter();
    let field = |(name, holds, _): &Asked| {
        let (kind, options) = drawn(*holds, plan, language);
        json!({
            "name": name,
            "key": name.replace('_', "-"),
            "kind": kind,
            "options": options,
            "value": filled.get(*name),
            "error": faults.get(*name),
            "is_money": matches!(*name, "price" | "amount" | "wage"),
        })
    };
    fields.map(field).collect()
}

/// How a field is drawn, and between what is chosen: values, with names where they are no words of ours.
pub(in crate::pages) fn drawn(holds: Holds, plan: &Plan, language: Language) -> (&'static str, Vec<Value>) {
    let option = |value: &str, label: Option<&str>| json!({ "value": value, "label": label });
    match holds {
        Holds::Exact | Holds::Bound => ("number", Vec::new()),
        Holds::Whole(_) => ("whole", Vec::new()),
        Holds::Listed => ("list", Vec::new()),
        Holds::Source => ("text", Vec::new()),
        Holds::Flag => ("flag", Vec::new()),
        Holds::Choice(words) => ("choice", words.iter().map(|word| option(word, None)).collect()),
        Holds::Vat => {
            let rates = Rules::at(&plan.start).map(|rules| rules.vat_percent).unwrap_or_default();
            let words = rates.iter().rev().map(ToString::to_string);
            ("rate", words.map(|word| option(&word, Some(&format!("{word} %")))).collect())
        }
        Holds::Product => {
            let products = plan.products.iter().map(|line| option(&line.code, Some(line.label.best(language))));
            ("product", products.collect())
        }
    }
}

/// A line out of what was sent, or the faults of its fields.
///
/// # Errors
/// Every fault, by the name of its field.
pub(super) fn read(list: &str, sent: &Filled, language: Language) -> Result<Map<String, Value>, Faults> {
    let (mut line, mut faults) = match figures(list, sent, &[]) {
        Ok(line) => (line, Faults::new()),
        Err(faults) => (Map::new(), faults),
    };
    match name_of(sent.get("label").map(|text| text.trim()).unwrap_or_default()) {
        Ok(name) => drop(line.insert("label".to_owned(), json!({ language.tag(): name }))),
        Err(code) => drop(faults.insert("label".to_owned(), code.to_owned())),
    }
    if faults.is_empty() { Ok(line) } else { Err(faults) }
}

/// A line's figures out of what was sent, without its name; which of these parameters may stand in the place of a number.
///
/// # Errors
/// Every fault, by the name of its field.
pub(in crate::pages) fn figures(list: &str, sent: &Filled, parameters: &[&str]) -> Result<Map<String, Value>, Faults> {
    let (mut line, mut faults) = (Map::new(), Faults::new());
    for (name, holds, _) in asked(list).unwrap_or_default() {
        let typed = sent.get(*name).map(|text| text.trim()).unwrap_or_default();
        let held = typed.strip_prefix('@').filter(|code| parameters.contains(code));
        let read = match (holds, held) {
            (Holds::Exact, Some(_)) => Ok(Some(Value::from(typed))),
            _ => value(*holds, typed),
        };
        match read {
            Ok(Some(value)) => drop(line.insert((*name).to_owned(), value)),
            Ok(None) => {}
            Err(code) => drop(faults.insert((*name).to_owned(), code.to_owned())),
        }
    }
    // Only what is used up for each unit of a product has one.
    if line.get("basis").is_some_and(|basis| basis != "per-unit") {
        line.remove("product");
    }
    if faults.is_empty() { Ok(line) } else { Err(faults) }
}

pub(in crate::pages) fn name_of(typed: &str) -> Result<&str, &'static str> {
    match typed.chars().count() {
        0 => Err("required"),
        1..=NAME_CHARS_MAX => Ok(typed),
        _ => Err("too-long"),
    }
}

fn value(holds: Holds, typed: &str) -> Result<Option<Value>, &'static str> {
    match holds {
        Holds::Bound if typed.is_empty() => Ok(None),
        Holds::Exact if typed.contains(" @") => Err("both"),
        Holds::Exact | Holds::Bound | Holds::Vat => exact(typed).map(|number| Some(Value::from(number.to_string()))),
        Holds::Whole(most) => whole(typed, most).map(|number| Some(Value::from(number))),
        Holds::Listed => listed(typed).map(|numbers| Some(Value::from(numbers))),
        Holds::Choice(words) => words.contains(&typed).then(|| Some(Value::from(typed))).ok_or("required"),
        Holds::Product => Ok(Some(typed).filter(|code| !code.is_empty()).map(Value::from)),
        Holds::Flag => Ok(Some(Value::from(!typed.is_empty() && typed != "false"))),
        Holds::Source if typed.chars().count() > SOURCE_CHARS_MAX => Err("too-long"),
        Holds::Source => Ok(Some(Value::from(typed))),
    }
}

fn exact(typed: &str) -> Result<Number, &'static str> {
    if typed.is_empty() {
        return Err("required");
    }
    let number = Number::typed(typed).map_err(NumberFault::code)?;
    if number.value().is_sign_negative() && !number.value().is_zero() { Err("negative") } else { Ok(number) }
}

/// A whole number, so large at most.
pub(in crate::pages) fn whole(typed: &str, most: u64) -> Result<u64, &'static str> {
    match exact(typed)?.to_string().parse::<u64>() {
        Ok(number) if number <= most => Ok(number),
        Ok(_) => Err("too-large"),
        Err(_) => Err("whole-number"),
    }
}
