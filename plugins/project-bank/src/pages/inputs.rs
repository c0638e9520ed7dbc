//! A plan as a form: which of its figures can be changed there, under which names, and reading them back.
//!
//! A figure that refers to a parameter is changed at the parameter, so it is no field. Names are places: `products/oil/price`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiwizi_sdk::{Language, Request, Texts};

use super::view::with;
use crate::improve::proposal_of;
use crate::plan::number::Number;
use crate::plan::{Plan, check, own};

/// The lists of lines, in the order of the form.
const LISTS: [&str; 7] = ["parameters", "products", "costs", "staff", "investments", "loans", "funds"];
/// Figures that are kept as exact text.
const EXACT: [&str; 9] = ["value", "price", "quantity", "amount", "people", "wage", "rate", "discount", "vat"];
/// Figures that are whole numbers.
const WHOLE: [&str; 9] = [
    "life_years",
    "month",
    "from_month",
    "months",
    "grace_months",
    "years",
    "collect_months",
    "pay_months",
    "stock_months",
];
/// Figures that are lists of whole numbers: per cent of each month, of each year.
const LISTED: [&str; 2] = ["season", "ramp"];
/// Numbers of a list that are read: more than any list may have, so that too many are a fault and not cut off.
const LISTED_MAX: usize = 13;
/// The largest number of a list.
const LISTED_PERCENT_MAX: u64 = 1000;
/// The plan's own figures, in the order of the form.
const OWN: [&str; 5] = ["years", "discount", "collect_months", "pay_months", "stock_months"];
/// The largest whole number that any field takes.
const WHOLE_MAX: u64 = 600;

/// The faults of a form, by the names of its fields.
pub(crate) type Faults = BTreeMap<String, String>;

/// The form's groups with the values that stand in the plan.
pub(crate) fn groups(plan: &Plan, language: Language) -> Vec<Value> {
    let plan = serde_json::to_value(plan).unwrap_or_default();
    let own: Vec<Value> = OWN.iter().filter_map(|name| input(&plan, name, name, hint(&plan, name))).collect();
    let mut groups = vec![json!({ "list": "plan", "lines": [{ "label": "", "inputs": own }] })];
    for list in LISTS {
        let lines: Vec<Value> = lines(&plan, list).map(|line| line_view(list, line, language)).collect();
        if !lines.is_empty() {
            groups.push(json!({ "list": list, "lines": lines }));
        }
    }
    groups
}

/// What stands in the form's fields, by their names.
pub(crate) fn places(plan: &Plan) -> BTreeMap<String, String> {
    let plan = serde_json::to_value(plan).unwrap_or_default();
    let mut places = BTreeMap::new();
    let mut put = |field: Option<Value>| {
        let text = |name: &str| field.as_ref()?.get(name)?.as_str().map(str::to_owned);
        places.extend(text("name").zip(text("value")));
    };
    OWN.iter().for_each(|name| put(input(&plan, name, name, Hint::default())));
    for list in LISTS {
        for line in lines(&plan, list) {
            let code = line.get("code").and_then(Value::as_str).unwrap_or_default();
            let names = EXACT.iter().chain(&WHOLE).chain(&LISTED);
            names.for_each(|name| put(input(line, name, &format!("{list}/{code}/{name}"), Hint::default())));
        }
    }
    places
}

/// A field's name for people: the list, the line's name and the key of the figure; only the key for the plan's own.
pub(crate) fn called(plan: &Plan, place: &str, language: Language) -> (String, String) {
    let mut parts = place.split('/');
    let (Some(list), Some(code), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
        return (String::new(), place.replace('_', "-"));
    };
    let plan = serde_json::to_value(plan).unwrap_or_default();
    let line = lines(&plan, list).find(|line| line.get("code").and_then(Value::as_str) == Some(code));
    let named = line.map(|line| label(line, language)).filter(|label| !label.is_empty());
    (named.unwrap_or_else(|| code.to_owned()), name.replace('_', "-"))
}

fn lines<'a>(plan: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    plan.get(list).and_then(Value::as_array).into_iter().flatten()
}

fn line_view(list: &str, line: &Value, language: Language) -> Value {
    let code = line.get("code").and_then(Value::as_str).unwrap_or_default();
    let names = EXACT.iter().chain(&WHOLE).chain(&LISTED);
    let inputs: Vec<Value> = names
        .filter_map(|name| {
            let input = input(line, name, &format!("{list}/{code}/{name}"), hint(line, name))?;
            let bounds = json!({ "least": line.get("least"), "most": line.get("most") });
            Some(if *name == "value" { with(input, bounds) } else { input })
        })
        .collect();
    let is_line = own::LISTS.contains(&list);
    let source = line.get("source").and_then(Value::as_str);
    json!({ "label": label(line, language), "inputs": inputs, "source": source, "proposal": source.and_then(proposal_of), "code": is_line.then_some(code), "own": own::is_own(code) })
}

/// A line's name in the reader's language.
pub(crate) fn label(line: &Value, language: Language) -> String {
    let texts: Option<Texts> = line.get("label").and_then(|label| serde_json::from_value(label.clone()).ok());
    texts.map(|texts| texts.best(language).to_owned()).unwrap_or_default()
}

/// What a figure is measured in.
#[derive(Debug, Clone, Copy, Default)]
struct Hint<'a> {
    /// Dirhams, for one unit if there is one.
    mad: bool,
    unit: Option<&'a str>,
    monthly: bool,
}

impl Hint<'_> {
    fn parts(self) -> Value {
        json!({ "mad": self.mad, "unit": self.unit, "monthly": self.monthly })
    }
}

fn hint<'a>(line: &'a Value, name: &str) -> Hint<'a> {
    let text = |name: &str| line.get(name).and_then(Value::as_str);
    if let Some(measure) = text("measure").filter(|_| name == "value") {
        return of_measure(measure);
    }
    match (name, text("unit")) {
        ("price", unit) => Hint { mad: true, unit, monthly: false },
        ("quantity", Some(unit)) => Hint { mad: false, unit: Some(unit), monthly: true },
        ("amount", _) => Hint { mad: true, ..Hint::default() },
        ("wage", _) => Hint { mad: true, unit: None, monthly: true },
        ("rate" | "discount" | "vat" | "season" | "ramp", _) => Hint { unit: Some("percent"), ..Hint::default() },
        _ => Hint::default(),
    }
}

fn of_measure(measure: &str) -> Hint<'_> {
    match (measure.strip_prefix("mad-per-"), measure.strip_suffix("-per-month"), measure) {
        (Some(unit), ..) => Hint { mad: true, unit: Some(unit), monthly: false },
        (_, Some(unit), _) => Hint { mad: false, unit: Some(unit), monthly: true },
        (.., "mad") => Hint { mad: true, ..Hint::default() },
        (.., "percent") => Hint { unit: Some("percent"), ..Hint::default() },
        _ => Hint::default(),
    }
}

/// Whether a field is a figure, or a list of them.
pub(super) fn is_figure(name: &str) -> bool {
    EXACT.contains(&name) || WHOLE.contains(&name) || LISTED.contains(&name)
}

/// What a figure of a line is measured in: `mad`, `unit`, `monthly`.
pub(super) fn measured(line: &Value, name: &str) -> Value {
    hint(line, name).parts()
}

/// A measure in its parts: `mad`, `unit`, `monthly`; a bare number has none.
pub(super) fn measure(word: &str) -> Value {
    of_measure(word).parts()
}

/// A figure as a field; nothing when there is no such figure, or when a parameter holds it.
fn input(object: &Value, name: &str, place: &str, hint: Hint<'_>) -> Option<Value> {
    let text = match object.get(name)? {
        Value::String(text) if !text.starts_with('@') => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(numbers) => numbers.iter().map(Value::to_string).collect::<Vec<_>>().join(" "),
        _ => return None,
    };
    let is_list = LISTED.contains(&name);
    let field = json!({ "list": is_list, "name": place, "key": name.replace('_', "-"), "value": text });
    Some(with(field, hint.parts()))
}

/// The plan with what a form says, or the faults of its fields. Fields that the form lacks stay as they are.
///
/// # Errors
/// Every fault, by the name of its field.
pub(crate) fn read(plan: &Plan, request: &Request) -> Result<Plan, Faults> {
    let mut value = serde_json::to_value(plan).unwrap_or_default();
    let mut faults = Faults::new();
    for name in OWN {
        set(&mut value, name, name, request, &mut faults);
    }
    for list in LISTS {
        for line in value.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let code = line.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
            for name in EXACT.iter().chain(&WHOLE).chain(&LISTED) {
                set(line, name, &format!("{list}/{code}/{name}"), request, &mut faults);
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let plan: Plan =
        serde_json::from_value(value).map_err(|_| Faults::from([("plan".to_owned(), "number".to_owned())]))?;
    match check(&plan) {
        Ok(_) => Ok(plan),
        Err(found) => Err(found.into_iter().map(|fault| (fault.place, fault.code.to_owned())).collect()),
    }
}

fn set(object: &mut Value, name: &str, place: &str, request: &Request, faults: &mut Faults) {
    let Some(typed) = request.form(place) else { return };
    let Some(there) = object.get_mut(name) else { return };
    let read = match there {
        Value::String(text) if !text.starts_with('@') => {
            Number::typed(typed).map(|number| Value::from(number.to_string()))
        }
        Value::Number(_) => match Number::typed(typed).map(|number| number.to_string().parse::<u64>()) {
            Ok(Ok(whole)) if whole <= WHOLE_MAX => Ok(Value::from(whole)),
            Ok(_) => {
                faults.insert(place.to_owned(), "whole-number".to_owned());
                return;
            }
            Err(fault) => Err(fault),
        },
        Value::Array(_) => match listed(typed) {
            Ok(numbers) => Ok(Value::from(numbers)),
            Err(code) => {
                faults.insert(place.to_owned(), code.to_owned());
                return;
            }
        },
        _ => return,
    };
    match read {
        Ok(value) => *there = value,
        Err(fault) => {
            faults.insert(place.to_owned(), fault.code().to_owned());
        }
    }
}

/// Whole numbers with blanks or semicolons between them; nothing is the same all along.
pub(super) fn listed(typed: &str) -> Result<Vec<u64>, &'static str> {
    let words = typed.split([' ', ';', '؛', '\t', '\n', '\r', '\u{a0}', '\u{202f}']).filter(|word| !word.is_empty());
    let mut numbers = Vec::new();
    for word in words.take(LISTED_MAX) {
        let number = Number::typed(word).map_err(|fault| fault.code())?;
        match number.to_string().parse::<u64>() {
            Ok(number) if number <= LISTED_PERCENT_MAX => numbers.push(number),
            Ok(_) => return Err("too-large"),
            Err(_) => return Err("whole-number"),
        }
    }
    Ok(numbers)
}
