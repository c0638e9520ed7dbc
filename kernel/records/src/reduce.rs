//! Records leave reduced: what a reader may not see is not there.

use serde_json::Value;
use tiwizi_identity::policy::{Class, Classes};
use tiwizi_model::Record;

use crate::kind::Kind;

/// Takes away every field whose class is not among these, and what the head of the record tells of such fields. A field
/// that the kind does not declare has no class and is shown to nobody.
pub(crate) fn reduce(kind: &Kind, record: &mut Record, classes: Classes) {
    if classes == Classes::ALL {
        return;
    }
    let shown = |field: &str| kind.class(field).is_some_and(|class| classes.holds(class));
    if let Value::Object(fields) = &mut record.body {
        fields.retain(|field, _| shown(field));
    }
    if kind.subject_field().is_some_and(|field| !shown(field)) {
        record.subject = None;
    }
    if kind.declaration().province.as_deref().is_some_and(|field| !shown(field)) {
        record.province = None;
    }
    if !classes.holds(Class::Internal) {
        record.author.account = None;
    }
}

/// A body without the fields whose class is not among these.
pub(crate) fn reduced(kind: &Kind, body: &Value, classes: Classes) -> Value {
    match body {
        Value::Object(fields) if classes != Classes::ALL => {
            let shown = |field: &str| kind.class(field).is_some_and(|class| classes.holds(class));
            fields
                .iter()
                .filter(|(field, _)| shown(field))
                .map(|(field, value)| (field.clone(), value.clone()))
                .collect()
        }
        body => body.clone(),
    }
}

/// Puts the fields that a writer could not see back into the body that it sent. Answers the fields that it tried to set
/// all the same.
pub(crate) fn restore(kind: &Kind, old: &Value, new: &mut Value, classes: Classes) -> Vec<String> {
    let mut refused = Vec::new();
    if classes == Classes::ALL {
        return refused;
    }
    let hidden = |field: &str| kind.class(field).is_some_and(|class| !classes.holds(class));
    if let Value::Object(new) = new {
        refused.extend(
            new.keys().filter(|field| hidden(field) && old.get(field.as_str()) != new.get(field.as_str())).cloned(),
        );
        if let Value::Object(old) = old {
            for (field, value) in old.iter().filter(|(field, _)| hidden(field)) {
                new.insert(field.clone(), value.clone());
            }
        }
    }
    refused
}
