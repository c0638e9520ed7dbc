//! What a kind's schema says of its fields, as far as agreements must know it, and whether an agreement keeps to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use tiwizi_model::KindName;

use crate::wire::{GroupNo, NodeId, Plane, REST, field_no};

use super::document::{Document, Grants, KindTerms, Rule};
use super::fault::{Fault, Faults, What, below};

/// How much a field says about people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// For everybody.
    Public,
    /// For offices.
    Internal,
    /// About a person.
    Personal,
    /// About a person, and could harm them.
    Sensitive,
}

impl Class {
    /// The disclosure group of its fields.
    #[must_use]
    pub fn group(self) -> GroupNo {
        match self {
            Self::Public => GroupNo::PUBLIC,
            Self::Internal => GroupNo::INTERNAL,
            Self::Personal => GroupNo::PERSONAL,
            Self::Sensitive => GroupNo::SENSITIVE,
        }
    }

    /// Whether it is about a person.
    #[must_use]
    pub fn is_personal(self) -> bool {
        matches!(self, Self::Personal | Self::Sensitive)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Personal => "personal",
            Self::Sensitive => "sensitive",
        })
    }
}

/// A field that is committed beside the record and says less than another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// From which field; none for what stands beside the body, as its province.
    pub of: Option<String>,
    /// How much it still says.
    pub class: Class,
}

/// The fields of one kind with their classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindClasses {
    /// The plane in which the kind federates.
    pub plane: Plane,
    /// The fields of its schema.
    pub fields: BTreeMap<String, Class>,
    /// What is derived and committed under names of its own.
    pub derived: BTreeMap<String, Derived>,
}

impl KindClasses {
    /// Where a committed field lies, and how much it says. A name that is both is the schema's: its class is the stricter side.
    #[must_use]
    pub fn committed(&self, field: &str) -> Option<(GroupNo, Class)> {
        let own = self.fields.get(field).map(|class| (class.group(), *class));
        own.or_else(|| self.derived.get(field).map(|derived| (GroupNo::DERIVED, derived.class)))
    }
}

/// The kinds of an instance.
pub type Kinds = BTreeMap<KindName, KindClasses>;

impl Document {
    /// What of it does not fit the schemas that its holders have: a field that no schema classifies cannot be named.
    #[must_use]
    pub fn misfits(&self, kinds: &Kinds) -> Vec<Fault> {
        let mut faults = Faults::default();
        let mut personal = false;
        for (node, grants) in &self.grants {
            let pointer = below("/grants", &node.to_string());
            personal |= grants_misfits(grants, kinds, &pointer, &mut faults);
        }
        if personal && self.cndp.is_none() {
            faults.add("/cndp", What::NoReference);
        }
        faults.into_vec()
    }

    /// The fields about persons that a side gives, with their kinds.
    #[must_use]
    pub fn personal<'a>(&'a self, holder: &NodeId, kinds: &Kinds) -> BTreeSet<(&'a KindName, &'a str)> {
        let planes = self.grants.get(holder).into_iter().flat_map(BTreeMap::values);
        let given =
            planes.flatten().flat_map(|(kind, terms)| terms.given().into_iter().map(move |field| (kind, field)));
        given.filter(|(kind, field)| is_personal(kinds.get(*kind), field)).collect()
    }
}

/// What has no class counts as about a person.
fn is_personal(classes: Option<&KindClasses>, field: &str) -> bool {
    classes.and_then(|classes| classes.committed(field)).is_none_or(|(_, class)| class.is_personal())
}

fn grants_misfits(grants: &Grants, kinds: &Kinds, pointer: &str, faults: &mut Faults) -> bool {
    let mut personal = false;
    for (plane, given) in grants {
        let pointer = below(pointer, plane.as_str());
        for (kind, terms) in given {
            let pointer = below(&pointer, kind.as_str());
            let Some(classes) = kinds.get(kind) else {
                faults.add(&pointer, What::NoKind);
                continue;
            };
            if classes.plane != *plane {
                faults.add(&pointer, What::OtherPlane);
            }
            field_misfits(kind, terms, classes, &pointer, faults);
            personal |= terms.given().into_iter().any(|field| is_personal(Some(classes), field));
        }
    }
    personal
}

fn field_misfits(kind: &KindName, terms: &KindTerms, classes: &KindClasses, pointer: &str, faults: &mut Faults) {
    let table = below(pointer, "fields");
    for (field, rule) in &terms.fields {
        let pointer = below(&table, field);
        if classes.committed(field).is_none() {
            faults.add(&pointer, What::NoClass);
        } else if shares_number(kind, field, classes) {
            faults.add(&pointer, What::Clash);
        }
        if let Rule::Generalised(other) = rule {
            let derived = classes.derived.get(other).filter(|derived| derived.of.as_ref() == Some(field));
            if derived.is_none() || classes.fields.contains_key(other) {
                faults.add(&pointer, What::NotDerived);
            }
        }
    }
    let filter = below(pointer, "rows");
    for field in terms.rows.keys() {
        if classes.committed(field).is_some_and(|(_, class)| class.is_personal()) {
            faults.add(&below(&filter, field), What::FilterPersonal);
        }
    }
}

/// Whether another field of the kind, or what no schema knows, has the number of this one: what shows one would show the other.
fn shares_number(kind: &KindName, field: &str, classes: &KindClasses) -> bool {
    let number = field_no(kind, field);
    let mut names = classes.fields.keys().chain(classes.derived.keys());
    number == REST || names.any(|other| other != field && field_no(kind, other) == number)
}
