//! The layout of a schema: which field lies in which group, and what is derived. It never changes under a name, for entries are made again by it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use tiwizi_federation_core::wire::{CborError, Field, GroupNo, Hash, REST, encode_json, field_no};
use tiwizi_model::KindName;
use tiwizi_records::{Kind, OutgoingField, SchemaId};

use super::Derivation;
use super::kinds::{class_of, derived_of};

/// Which field of a schema lies in which group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    fields: BTreeMap<String, GroupNo>,
    derived: BTreeSet<String>,
}

impl Layout {
    /// The layout that entries of a kind are made by now.
    pub(super) fn of(kind: &Kind, derivation: Derivation) -> Self {
        let classes = &kind.declaration().classes;
        let fields = classes.iter().map(|(field, class)| (field.clone(), class_of(*class).group())).collect();
        let derived = derived_of(kind, derivation).into_keys().collect();
        Self { fields, derived }
    }

    /// As it is kept.
    pub(super) fn text(&self) -> String {
        let fields: Map<String, Value> = self.fields.iter().map(|(field, no)| (field.clone(), json!(no.0))).collect();
        json!({ "fields": fields, "derived": self.derived }).to_string()
    }

    /// Reads what was kept.
    pub(super) fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let group = |(field, no): (&String, &Value)| Some((field.clone(), GroupNo(u8::try_from(no.as_u64()?).ok()?)));
        let name = |name: &Value| name.as_str().map(str::to_owned);
        Some(Self {
            fields: value.get("fields")?.as_object()?.iter().map(group).collect::<Option<_>>()?,
            derived: value.get("derived")?.as_array()?.iter().map(name).collect::<Option<_>>()?,
        })
    }

    /// The name of a schema with this layout, as headers have it: another rule of derivation makes another name.
    pub(super) fn schema(&self, schema: &SchemaId) -> String {
        let Hash(hash) = Hash::of(&[&schema.hash, self.text().as_bytes()]);
        let digits: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("{}/{}+{digits}", schema.kind, schema.version)
    }

    /// The fields of a record, by their groups. What the schema does not know goes where nothing is shown without a name.
    pub(super) fn groups(
        &self,
        kind: &KindName,
        fields: &[OutgoingField],
    ) -> Result<BTreeMap<GroupNo, Vec<Field>>, CborError> {
        let mut groups: BTreeMap<GroupNo, Vec<Field>> = BTreeMap::new();
        let mut rest = Map::new();
        for field in fields {
            let group = match self.fields.get(&field.name) {
                _ if field.is_derived && self.derived.contains(&field.name) => GroupNo::DERIVED,
                _ if field.is_derived => continue,
                Some(group) => *group,
                None => {
                    rest.insert(field.name.clone(), field.value.clone());
                    continue;
                }
            };
            let value = encode_json(&field.value)?;
            groups.entry(group).or_default().push(Field { no: field_no(kind, &field.name), value });
        }
        if !rest.is_empty() {
            let value = encode_json(&Value::Object(rest))?;
            groups.entry(GroupNo::SENSITIVE).or_default().push(Field { no: REST, value });
        }
        Ok(groups)
    }
}
