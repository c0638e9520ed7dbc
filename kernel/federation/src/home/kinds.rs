//! What the core must know of the kinds in use: the classes of their fields, what is derived of them, and which schemas are understood.

use std::collections::BTreeMap;

use tiwizi_federation_core::agreement::{Class, Derived, KindClasses, Kinds};
use tiwizi_federation_core::flow::Schemas;
use tiwizi_identity::policy;
use tiwizi_records::{Kind, catalogue};

use super::Derivation;

/// The name under which the province of a record is derived. It stands beside the body, so it is of no field.
pub(crate) const PROVINCE: &str = "province";

/// A class, as the core has it.
pub(super) fn class_of(class: policy::Class) -> Class {
    match class {
        policy::Class::Public => Class::Public,
        policy::Class::Internal => Class::Internal,
        policy::Class::Personal => Class::Personal,
        policy::Class::Sensitive => Class::Sensitive,
    }
}

/// What can be derived of a kind, by its names.
pub(super) fn derived_of(kind: &Kind, derivation: Derivation) -> BTreeMap<String, Derived> {
    let part = |(field, part): &(&str, &str)| {
        let class = class_of(kind.class(field)?);
        Some((format!("{field}.{part}"), Derived { of: Some((*field).to_owned()), class }))
    };
    let mut derived: BTreeMap<String, Derived> = derivation.parts.iter().filter_map(part).collect();
    if let Some(field) = &kind.declaration().province {
        let class = class_of(kind.class(field).unwrap_or(policy::Class::Internal));
        derived.insert(PROVINCE.to_owned(), Derived { of: None, class });
    }
    derived
}

/// The classes of the fields of every kind that leaves this instance.
#[must_use]
pub fn core_kinds(kinds: &catalogue::Kinds, derivation: Derivation) -> Kinds {
    let leaving = kinds.iter().filter(|kind| kind.declaration().federates());
    let classes = |kind: &Kind| {
        let fields = &kind.declaration().classes;
        Some(KindClasses {
            plane: kind.declaration().plane.parse().ok()?,
            fields: fields.iter().map(|(field, class)| (field.clone(), class_of(*class))).collect(),
            derived: derived_of(kind, derivation),
        })
    };
    leaving.filter_map(|kind| Some((kind.name().clone(), classes(kind)?))).collect()
}

/// The schemas that are understood here: of each kind the major version in use, and what the core reads before it.
#[must_use]
pub fn schemas(kinds: &catalogue::Kinds) -> Schemas {
    let leaving = kinds.iter().filter(|kind| kind.declaration().federates());
    let major = |kind: &Kind| kind.declaration().schema_version.split('.').next()?.parse().ok();
    Schemas(leaving.filter_map(|kind| Some((kind.name().as_str().to_owned(), major(kind)?))).collect())
}
