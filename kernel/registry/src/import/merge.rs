//! What a row says against what is stored.

use serde_json::{Map, Value};
use tiwizi_storage::RecordRow;

use crate::import::ImportError;
use crate::import::row::Field;

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

/// Sets one field. A key that is there already is not made anew.
pub(super) fn set(body: &mut Map<String, Value>, field: &str, value: Value) {
    match body.get_mut(field) {
        Some(slot) => *slot = value,
        None => {
            body.insert(field.to_owned(), value);
        }
    }
}
