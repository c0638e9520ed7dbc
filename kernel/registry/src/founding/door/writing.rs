//! What the door writes: the file, its founders and what people are told, in one unit.

use serde_json::{Map, Value};
use tiwizi_identity::Caller;
use tiwizi_model::limits::{ACT_UNIT_BYTES_MAX, FIELD_ERRORS_MAX, FOUNDERS_MAX};
use tiwizi_model::{KindName, RecordId, Version};
use tiwizi_records::{FieldError, Unit, UnitBounds};

use super::Foundings;
use super::reading::Held;
use crate::founding::error::FoundingError;
use crate::founding::founder::Seat;
use crate::founding::step::Step;
use crate::rules;

/// The records that one step writes: the file, and each founder with its person, or the legal person for which it acts.
const WRITES_MAX: usize = 1 + 2 * FOUNDERS_MAX;

impl Foundings {
    /// A unit in the name of a caller.
    pub(super) fn unit(&self, caller: &Caller) -> Unit {
        let bounds = UnitBounds { writes_max: WRITES_MAX, bytes_max: ACT_UNIT_BYTES_MAX };
        Unit::within(bounds, self.records.clone(), caller.clone())
    }

    /// Stores a unit, and tells the version that the file has then.
    pub(super) async fn store(&self, unit: Unit, file: RecordId) -> Result<Version, FoundingError> {
        let records = unit.commit(None).await.map_err(FoundingError::written)?;
        Ok(records.into_iter().find(|record| record.id == file).map_or(Version::FIRST, |record| record.version))
    }

    /// Holds a body to the schema of its kind and to what schemas cannot say.
    pub(super) fn check(&self, kind: &KindName, body: &Value) -> Result<(), FoundingError> {
        let mut fields = match self.records.kinds().find(kind).map(|kind| kind.validate(body)) {
            Some(Err(rejection)) => rejection.fields,
            _ => Vec::new(),
        };
        if fields.is_empty() {
            fields = rules::check(kind.name(), body, rules::last_day(self.records.ambient().now()));
        }
        fields.truncate(FIELD_ERRORS_MAX);
        if fields.is_empty() { Ok(()) } else { Err(FoundingError::Invalid { fields }) }
    }

    /// Gathers the file with other fields. A null takes a field away.
    pub(super) async fn put(
        &self,
        unit: &mut Unit,
        held: &Held,
        fields: Map<String, Value>,
    ) -> Result<(), FoundingError> {
        let body = merged(&held.body, fields);
        self.check(&self.names.founding, &body)?;
        unit.replace_by_kernel(&self.names.founding, held.id, body, held.version)
            .await
            .map_err(FoundingError::gathered)?;
        Ok(())
    }

    /// Gathers the file as it is, for its next version: what the founders agreed on for one of them is part of what others see of it, confirm
    /// and hand in.
    pub(super) async fn touch(&self, unit: &mut Unit, held: &Held) -> Result<(), FoundingError> {
        self.put(unit, held, Map::new()).await
    }

    /// Gathers a founder with other fields.
    pub(super) async fn put_seat(
        &self,
        unit: &mut Unit,
        seat: &Seat,
        fields: Map<String, Value>,
    ) -> Result<(), FoundingError> {
        let body = merged(&seat.body, fields);
        if body == seat.body {
            return Ok(());
        }
        self.check(&self.names.founder, &body)?;
        unit.replace_by_kernel(&self.names.founder, seat.id, body, seat.version)
            .await
            .map_err(FoundingError::gathered)?;
        Ok(())
    }

    /// Gathers every founder who confirmed what is changed now, without the confirmation.
    pub(super) async fn unconfirm(&self, unit: &mut Unit, held: &Held) -> Result<(), FoundingError> {
        for seat in held.seats.iter().filter(|seat| seat.founder.confirmed_at.is_some()) {
            self.put_seat(unit, seat, fields([("confirmed_at", Value::Null)])).await?;
        }
        Ok(())
    }

    /// The fields of a file that goes on to a step now.
    pub(super) fn to(&self, step: Step) -> Map<String, Value> {
        fields([("step", step.name().into()), ("since", self.now().into())])
    }
}

/// Some fields.
pub(super) fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A body with other fields. A null, an empty text and an empty list take a field away.
pub(super) fn merged(body: &Value, fields: Map<String, Value>) -> Value {
    let mut merged = body.as_object().cloned().unwrap_or_default();
    for (name, value) in fields {
        let is_nothing = match &value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
        };
        if is_nothing {
            merged.remove(&name);
        } else {
            merged.insert(name, trimmed(value));
        }
    }
    Value::Object(merged)
}

/// Texts without the spaces around them, which nobody sees.
fn trimmed(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.trim().to_owned()),
        value => value,
    }
}

/// Refuses a field that is not filled in there.
pub(super) fn demand_known(given: &Map<String, Value>, known: &[&str]) -> Result<(), FoundingError> {
    let unknown = given.keys().find(|name| !known.contains(&name.as_str()));
    match unknown {
        None => Ok(()),
        Some(name) => {
            let name: String = name.chars().take(tiwizi_model::limits::ECHO_CHARS_MAX).collect();
            Err(FoundingError::one(FieldError::of_field(&name, "unknown-field", "this field is not filled in here")))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_emptied_goes_and_the_rest_stays() {
        let body = json!({ "name_fr": "A", "address": "Tiout", "statutes": [{ "item": "object" }] });
        let changed = fields([("name_fr", " B ".into()), ("address", "  ".into()), ("statutes", json!([]))]);
        assert_eq!(merged(&body, changed), json!({ "name_fr": "B" }));
    }
}
