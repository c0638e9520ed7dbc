//! What a person sees who decides about a proposal that came too late.

use serde_json::Value;
use tiwizi_model::limits::FED_DIFFERENCE_FIELDS_MAX;

use super::merged;

/// One field of a record, three times.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDifference {
    /// Its name.
    pub field: String,
    /// What it was when the sender looked; none when it was absent or is not kept.
    pub seen: Option<Value>,
    /// What the sender wants; none when it shall go.
    pub proposed: Option<Value>,
    /// What it is now.
    pub now: Option<Value>,
    /// It was changed since the sender looked, to something other than what is proposed.
    pub conflict: bool,
}

/// The fields that a patch touches, in order of their names.
#[must_use]
pub fn difference(seen: Option<&Value>, patch: &Value, now: &Value) -> Vec<FieldDifference> {
    let Value::Object(touched) = patch else { return Vec::new() };
    let from = seen.unwrap_or(now);
    let proposed = merged(from, patch);
    let mut fields: Vec<_> = touched
        .keys()
        .take(FED_DIFFERENCE_FIELDS_MAX)
        .map(|field| {
            let (was, wanted, is) = (from.get(field), proposed.get(field), now.get(field));
            FieldDifference {
                field: field.clone(),
                seen: seen.and_then(|seen| seen.get(field)).cloned(),
                proposed: wanted.cloned(),
                now: is.cloned(),
                // A version that is not kept leaves it open what was changed: it is shown as a conflict rather than as none.
                conflict: wanted != is && (seen.is_none() || was != is),
            }
        })
        .collect();
    fields.sort_by(|one, other| one.field.cmp(&other.field));
    fields
}
