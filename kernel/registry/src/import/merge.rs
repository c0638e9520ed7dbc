//! What a row says against what is stored.

use std::borrow::Cow;

use serde_json::{Map, Value};
use tiwizi_storage::RecordRow;

use crate::day::Day;
use crate::import::ImportError;
use crate::import::report::{Rejected, Table, shorten};
use crate::import::row::Field;
use crate::rules;

/// The content that a stored record has.
pub(super) fn stored(row: &RecordRow) -> Result<Map<String, Value>, ImportError> {
    serde_json::from_str(&row.body).map_err(ImportError::Damaged)
}

/// Puts the fields of a row into a body: an empty cell takes the field away.
pub(super) fn apply(body: &mut Map<String, Value>, fields: impl IntoIterator<Item = Field>) {
    for (field, value) in fields {
        match value {
            Some(value) => set(body, field, value),
            None => {
                body.remove(field);
            }
        }
    }
}

/// What is wrong with a row and the rest of its record together, though each may be right in itself: a branch that is none of the new
/// sector, a day before one that the file has no column for.
pub(super) fn misfit(table: Table, row: u64, after: &Map<String, Value>, last_day: Day) -> Option<Rejected> {
    let kind = match table {
        Table::Cooperatives => "cooperative",
        Table::Members => "membership",
    };
    let fault = rules::check(kind, &Value::Object(after.clone()), last_day).into_iter().next()?;
    let column = fault.pointer.trim_start_matches('/').to_owned();
    let value = after.get(&column).and_then(Value::as_str).unwrap_or_default();
    let code = match fault.code {
        Cow::Borrowed(code) => code,
        Cow::Owned(_) => "conflict",
    };
    Some(Rejected { table, row, value: shorten(value), column, code, message: fault.message })
}

/// Sets one field. A key that is there already is not made anew.
pub(super) fn set(body: &mut Map<String, Value>, field: &str, value: Value) {
    match body.get_mut(field) {
        Some(slot) => *slot = value,
        None => {
            body.insert(field.to_owned(), value);
        }
    }
}
