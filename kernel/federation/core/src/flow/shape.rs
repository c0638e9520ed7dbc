//! From the body of a record to the groups that are committed, and back from what was shown to a body.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tiwizi_model::{Ambient, KindName};

use crate::agreement::Kinds;
use crate::wire::{CborError, Field, Group, GroupError, GroupNo, REST, Seed, decode_json, encode_json, field_no};

/// What follows from a body and is committed beside it: a year of birth, a province.
pub type Derive = fn(&KindName, &Value) -> BTreeMap<String, Value>;

/// Why a body makes no groups.
#[derive(Debug, thiserror::Error)]
pub enum ShapeError {
    /// The kind has no classes here.
    #[error("{kind} is no kind that is known here")]
    Kind {
        /// The kind.
        kind: KindName,
    },
    /// A record is an object.
    #[error("the body of a record is an object")]
    Body,
    /// A value does not fit the wire.
    #[error("a value of the record is no value of the wire")]
    Value(#[source] CborError),
    /// The fields make no group.
    #[error("the fields of the record make no group")]
    Group(#[source] GroupError),
}

/// The groups of a body. What the schema does not know goes where nothing is shown without a name.
///
/// # Errors
/// When the kind is not known, or the body is no object.
pub fn groups(
    kind: &KindName,
    body: &Value,
    kinds: &Kinds,
    derive: Derive,
    ambient: &Ambient,
) -> Result<Vec<Group>, ShapeError> {
    let classes = kinds.get(kind).ok_or_else(|| ShapeError::Kind { kind: kind.clone() })?;
    let members = body.as_object().ok_or(ShapeError::Body)?;
    let mut fields: BTreeMap<GroupNo, Vec<Field>> = BTreeMap::new();
    let mut rest = Map::new();
    for (name, value) in members {
        match classes.fields.get(name) {
            Some(class) => fields.entry(class.group()).or_default().push(field(field_no(kind, name), value)?),
            None => drop(rest.insert(name.clone(), value.clone())),
        }
    }
    if !rest.is_empty() {
        fields.entry(GroupNo::SENSITIVE).or_default().push(field(REST, &Value::Object(rest))?);
    }
    for (name, value) in derive(kind, body) {
        if classes.derived.contains_key(&name) {
            fields.entry(GroupNo::DERIVED).or_default().push(field(field_no(kind, &name), &value)?);
        }
    }
    let group = |(no, fields)| Group::new(no, Seed::draw(ambient), fields).map_err(ShapeError::Group);
    fields.into_iter().map(group).collect()
}

fn field(no: u16, value: &Value) -> Result<Field, ShapeError> {
    Ok(Field { no, value: encode_json(value).map_err(ShapeError::Value)? })
}

/// The body that fields make up. What has no name here is left out, except the rest, which brings its own names.
#[must_use]
pub fn body(kind: &KindName, fields: &[(GroupNo, Field)], kinds: &Kinds) -> Value {
    let known = kinds.get(kind).into_iter().flat_map(|classes| classes.fields.iter());
    let names: BTreeMap<(GroupNo, u16), &String> =
        known.map(|(name, class)| ((class.group(), field_no(kind, name)), name)).collect();
    let mut members = Map::new();
    for (group, field) in fields {
        let Ok(value) = decode_json(&field.value) else { continue };
        match (names.get(&(*group, field.no)), value) {
            (Some(name), value) => drop(members.insert((*name).clone(), value)),
            (None, Value::Object(rest)) if field.no == REST => members.extend(rest),
            _ => {}
        }
    }
    Value::Object(members)
}
