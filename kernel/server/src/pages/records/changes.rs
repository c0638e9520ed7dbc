//! What changed between two versions of a record.

use minijinja::{Value, context};
use serde_json::Value as Json;

use super::opened::Opened;
use super::references::References;
use super::show::class_mark;
use super::value::{Place, Show};

/// The fields that differ, with what they held before and after.
pub(super) fn between(opened: &Opened<'_>, references: &References, old: &Json, new: &Json) -> Vec<Value> {
    let show = Show { opened, references, place: Place::Cell };
    let differs = opened.fields.iter().filter(|field| at(old, &field.name) != at(new, &field.name));
    differs
        .map(|field| {
            let value = |body: &Json| show.value(field, at(body, &field.name));
            context! {
                label => opened.words.field(field),
                class => class_mark(opened, field),
                before => value(old),
                after => value(new),
            }
        })
        .collect()
}

fn at<'a>(body: &'a Json, field: &str) -> &'a Json {
    body.get(field).unwrap_or(&Json::Null)
}
