//! One side's part of an agreement for one plane, in the form in which the gate asks: numbers and bytes instead of names.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_model::KindName;

use crate::wire::{Field, Group, GroupNo, LogId, NodeId, Plane, REST, encode_json, field_no};

use super::classes::{KindClasses, Kinds};
use super::document::{AgreementId, Document, KindTerms, Scalar};

/// What is given of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
struct KindScope {
    /// The numbers of what is shown, by the group in which it lies. A number in another group is not shown.
    shown: BTreeMap<GroupNo, BTreeMap<u16, String>>,
    /// Of each attribute one of these values, as they are committed.
    rows: Vec<(GroupNo, u16, BTreeSet<Vec<u8>>)>,
}

/// What one side gives the other in one plane. It says nothing of whether the agreement holds: `Terms` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    agreement: AgreementId,
    version: u32,
    log: LogId,
    receiver: NodeId,
    kinds: BTreeMap<KindName, KindScope>,
}

impl Scope {
    /// The agreement.
    #[must_use]
    pub fn agreement(&self) -> AgreementId {
        self.agreement
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The log that is given out of.
    #[must_use]
    pub fn log(&self) -> &LogId {
        &self.log
    }

    /// Who is given it.
    #[must_use]
    pub fn receiver(&self) -> &NodeId {
        &self.receiver
    }

    /// Whether anything of the kind is given.
    #[must_use]
    pub fn has_kind(&self, kind: &KindName) -> bool {
        self.kinds.contains_key(kind)
    }

    /// The names of what is shown of one group of a kind, by their numbers.
    #[must_use]
    pub fn shown(&self, kind: &KindName, group: GroupNo) -> Option<&BTreeMap<u16, String>> {
        self.kinds.get(kind)?.shown.get(&group)
    }

    /// Whether a row is let through. An attribute that is not there lets nothing through.
    #[must_use]
    pub fn lets_through(&self, kind: &KindName, groups: &[Group]) -> bool {
        let Some(scope) = self.kinds.get(kind) else { return false };
        scope.rows.iter().all(|(group, number, values)| {
            let field =
                groups.iter().filter(|found| found.no == *group).find_map(|found| field(&found.fields, *number));
            field.is_some_and(|field| values.contains(&field.value))
        })
    }
}

fn field(fields: &[Field], number: u16) -> Option<&Field> {
    fields.iter().find(|field| field.no == number)
}

impl Document {
    /// What a side gives the other of a plane, by the classes that its schemas have now. A field that has no class is left out,
    /// and a kind whose filter looks at such a field is left out whole.
    #[must_use]
    pub fn scope(&self, holder: &NodeId, plane: &Plane, kinds: &Kinds) -> Option<Scope> {
        let receiver = *self.other(holder)?;
        let given = self.given(holder, plane)?;
        let scopes = given.iter().filter_map(|(kind, terms)| {
            let classes = kinds.get(kind).filter(|classes| classes.plane == *plane)?;
            Some((kind.clone(), kind_scope(kind, terms, classes)?))
        });
        let log = LogId { node: *holder, plane: plane.clone() };
        Some(Scope { agreement: self.id, version: self.version, log, receiver, kinds: scopes.collect() })
    }
}

fn kind_scope(kind: &KindName, terms: &KindTerms, classes: &KindClasses) -> Option<KindScope> {
    let mut shown: BTreeMap<GroupNo, BTreeMap<u16, String>> = BTreeMap::new();
    for field in terms.given() {
        // What no schema knows is never shown, whatever its number says.
        if let Some((group, _)) = classes.committed(field).filter(|_| field_no(kind, field) != REST) {
            shown.entry(group).or_default().insert(field_no(kind, field), field.to_owned());
        }
    }
    let mut rows = Vec::new();
    for (field, values) in &terms.rows {
        let (group, class) = classes.committed(field)?;
        if class.is_personal() {
            return None;
        }
        rows.push((group, field_no(kind, field), committed(values)));
    }
    Some(KindScope { shown, rows })
}

/// The values as they stand in a commitment. A scalar is never nested, so each has bytes.
fn committed(values: &BTreeSet<Scalar>) -> BTreeSet<Vec<u8>> {
    values.iter().filter_map(|value| encode_json(&value.json()).ok()).collect()
}
