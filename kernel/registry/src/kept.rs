//! What acts keep: fields that nobody writes by hand once a cooperative has acts.

use serde_json::{Map, Value};

/// The fields of `registry/cooperative` that follow from acts once there are some. The others (ICE, phone, e-mail) are written by hand.
pub const KEPT_BY_ACTS: [&str; 17] = [
    "acts",
    "entity",
    "court",
    "number",
    "registered_on",
    "name_ar",
    "name_fr",
    "name_zgh",
    "category",
    "sector",
    "branch",
    "province",
    "commune",
    "address",
    "capital_mad",
    "founded_on",
    "status",
];

/// Whether the record of a cooperative with that body is kept by acts: its fields, and its memberships, are written by `Acts` alone.
#[must_use]
pub fn keeps_acts(body: &Value) -> bool {
    body.as_object().is_some_and(have_acts)
}

/// The same of the fields of a body.
pub(crate) fn have_acts(fields: &Map<String, Value>) -> bool {
    fields.get("acts").is_some_and(|acts| !acts.is_null())
}
