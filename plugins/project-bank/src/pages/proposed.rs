//! A proposal as others see it: on the page that shows its sender what will be seen, on the trainers' page, and on the plan's own page. All
//! three show what is made here, so none shows more than the others.

use serde_json::{Map, Value, json};
use tiwizi_sdk::{Error, Language};

use super::inputs;
use super::review::document;
use super::value::Teller;
use crate::drafts::faults::WANTED;
use crate::improve::change::Change;
use crate::improve::rebase::{Fit, fit};
use crate::lineage::{Document, Place};
use crate::plan::{Outcome, Plan, check, outcome};

/// Changes beside a model's plan as it is.
pub(super) fn changes(changes: &[Change], model: &Plan, language: Language) -> Result<Vec<Value>, Error> {
    let document = document(model)?;
    let seen = Seen { changes, model: &document, language };
    Ok(changes.iter().filter_map(|change| seen.view(change)).collect())
}

struct Seen<'a> {
    changes: &'a [Change],
    model: &'a Document,
    language: Language,
}

impl Seen<'_> {
    fn view(&self, change: &Change) -> Option<Value> {
        let place = change.at()?;
        let fit = fit(change, self.model);
        let (now, was, to) = (self.model.at(&place), change.was(), change.to());
        let (list, line, field) = match &place {
            Place::Field(field) => ("plan", String::new(), Some(field.as_str())),
            Place::Line(list, code) => (list.as_str(), self.line(list, code), None),
            Place::LineField(list, code, field) => (list.as_str(), self.line(list, code), Some(field.as_str())),
        };
        let is_new = change.new_line().is_some();
        let owner = match &place {
            Place::LineField(list, code, _) => self.found(list, code),
            _ => None,
        };
        let owner = owner.unwrap_or_default();
        let says = |value: Option<&Value>| field.and_then(|field| self.says(&owner, field, value?));
        let whole = if is_new { to.as_ref() } else { now.as_ref().or(was.as_ref()) };
        Some(json!({
            "place": change.place,
            "kind": if is_new { "new" } else if to.is_none() { "gone" } else { "figure" },
            "list": list,
            "line": line,
            "key": field.map(|field| field.replace('_', "-")),
            "was": if fit == Fit::Moved { says(was.as_ref()) } else { None },
            "now": says(now.as_ref()),
            "to": says(to.as_ref()),
            "fit": fit.word(),
            "open": fit.is_open(),
            "taken": change.taken,
            "fields": whole.filter(|_| field.is_none()).map(|line| self.fields(line)),
            "nameless": if is_new { nameless(to.as_ref()) } else { Vec::new() },
        }))
    }

    /// A line in the model, else as it is proposed.
    fn found(&self, list: &str, code: &str) -> Option<Value> {
        let place = Place::Line(list.to_owned(), code.to_owned());
        let proposed = || self.changes.iter().find(|change| change.place == place.name());
        let proposed = || proposed().and_then(|change| change.to().or_else(|| change.was()));
        self.model.at(&place).or_else(proposed)
    }

    /// What a line is called.
    fn line(&self, list: &str, code: &str) -> String {
        let line = self.found(list, code).unwrap_or_default();
        Some(inputs::label(&line, self.language)).filter(|label| !label.is_empty()).unwrap_or_else(|| code.to_owned())
    }

    /// The fields of a whole line, its name aside.
    fn fields(&self, line: &Value) -> Vec<Value> {
        let none = Map::new();
        let fields = line.as_object().unwrap_or(&none).iter().filter(|(name, _)| *name != "label");
        let view = |(name, value): (&String, &Value)| {
            Some(json!({ "key": name.replace('_', "-"), "value": self.says(line, name, value)? }))
        };
        fields.filter_map(view).collect()
    }

    /// A value of a field for people.
    fn says(&self, owner: &Value, field: &str, value: &Value) -> Option<Value> {
        let line = |list: &str, code: &str| self.line(list, code);
        Teller { line: &line, language: self.language }.field(owner, field, value)
    }
}

/// The languages in which a new line has no name yet, of those in which every line has one.
fn nameless(line: Option<&Value>) -> Vec<&'static str> {
    let has = |language: &Language| {
        line.and_then(|line| line.get("label")?.get(language.tag())?.as_str()).is_some_and(|name| !name.is_empty())
    };
    WANTED.iter().filter(|language| !has(language)).map(|language| language.tag()).collect()
}

/// The word of a figure, and the figure; nothing when there is none.
type Figure = (&'static str, Option<f64>);

/// What a model's plan comes to, before and after.
pub(super) fn figures(before: &Plan, after: &Plan) -> Vec<Value> {
    let reckoned = |plan: &Plan| check(plan).ok().map(|checked| main(&outcome(&checked)));
    let (before, after) = (reckoned(before).unwrap_or_default(), reckoned(after).unwrap_or_default());
    let row = |(before, after): (Figure, Figure)| json!({ "key": before.0, "before": before.1, "after": after.1, "same": before.1 == after.1 });
    before.into_iter().zip(after).map(row).collect()
}

/// The figures by which a model is judged.
fn main(outcome: &Outcome) -> Vec<Figure> {
    use rust_decimal::prelude::ToPrimitive as _;
    let (financing, worth) = (&outcome.financing, &outcome.worth);
    let break_even = outcome.years.last().and_then(|year| year.break_even);
    let month = worth.payback_month.and_then(|month| u32::try_from(month).ok());
    vec![
        ("investments", financing.investments.to_f64()),
        ("needed", (financing.investments + financing.working_capital).to_f64()),
        ("break-even", break_even.and_then(|(turnover, _)| turnover.to_f64())),
        ("payback", month.map(f64::from)),
        ("present-value", worth.present_value.and_then(|value| value.round_dp(2).to_f64())),
    ]
}

/// What is wrong with a model that changes would make, by lines and fields.
pub(super) fn faults(plan: &Plan, faults: &[crate::plan::check::Fault], language: Language) -> Vec<Value> {
    let one = |fault: &crate::plan::check::Fault| {
        let (line, key) = inputs::called(plan, &fault.place, language);
        json!({ "line": line, "key": key, "code": fault.code })
    };
    faults.iter().map(one).collect()
}
