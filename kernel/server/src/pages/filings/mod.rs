//! Yearly filings in the browser: the cooperatives that one files for, their years, the form of a year, and what the office decides.

mod form;
mod years;

pub(super) use form::{decide, send, show as show_year};
pub(super) use years::{mine, show};

use minijinja::{Value, context};
use tiwizi_model::{Record, RecordId};

use super::register;
use super::visit::Visit;

/// The path of the filings of a cooperative, after the language.
fn path_of(cooperative: RecordId) -> String {
    format!("/directory/{cooperative}/filings")
}

/// The name of a cooperative in the page's language; its number when it has none.
fn name(visit: &Visit, cooperative: &Record) -> Value {
    let first = register::names(visit.look.language, &cooperative.body).into_iter().next().map(|name| name.value());
    let number = cooperative.body.get("number").and_then(serde_json::Value::as_str).unwrap_or_default();
    first.unwrap_or_else(|| context! { language => "", text => number })
}
