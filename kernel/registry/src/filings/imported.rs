//! A cooperative that came by import and has no acts: what its record says stands for the state that acts would give.

use serde_json::Value;
use tiwizi_model::Record;

use crate::acts::State;
use crate::day::Day;
use crate::rule_pack::Stage;

/// The state of a cooperative without acts, as far as filings ask: where it stands, and since when it is in the register. Where its record
/// does not say the day of its registration, nothing is asked for years before the record was made.
pub(super) fn state_of(record: &Record) -> State {
    let text = |field: &str| record.body.get(field).and_then(Value::as_str);
    let registered_on: Option<Day> = text("registered_on").and_then(|day| day.parse().ok());
    let known_from = registered_on.is_none().then(|| Day::of(record.created_at));
    let stage = text("status").and_then(Stage::of_status).unwrap_or_default();
    State { stage, registered_on, known_from, ..State::default() }
}
