//! A kind that is in use: its declaration, its number in the database, its compiled schema and its indexes.

use std::collections::BTreeSet;

use serde_json::Value;
use tiwizi_identity::policy::{Access, Class, Classes, Placement};
use tiwizi_model::limits::{INDEX_KEY_BYTES_MAX, INDEXES_MAX, UNIQUE_INDEXES_MAX};
use tiwizi_model::{KindName, PluginId, ProvinceCode, RecordId};
use tiwizi_storage::{IndexKeys, KindNo};

use crate::field_error::{FieldError, Rejection};
use crate::key::{self, Scalar};
use crate::manifest::{KindDeclaration, SubjectRule};

/// A kind that is in use.
#[derive(Debug)]
pub struct Kind {
    declaration: KindDeclaration,
    number: KindNo,
    unique: Vec<KindIndex>,
    sorted: Vec<KindIndex>,
    search_classes: Classes,
    plugin: Option<PluginId>,
}

/// A declared index.
#[derive(Debug, Clone)]
pub struct KindIndex {
    fields: Vec<String>,
}

impl KindIndex {
    /// The names of its fields, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(String::as_str)
    }

    /// The bytes that one component of a key may have, so that the whole stays below its limit.
    pub(crate) fn component_bytes_max(&self) -> usize {
        INDEX_KEY_BYTES_MAX.checked_div(self.fields.len()).unwrap_or(INDEX_KEY_BYTES_MAX)
    }

    /// The key by which a body must be the only one: none when the first field is missing.
    fn unique_key(&self, body: &Value) -> (Option<String>, Option<&str>) {
        let first = self.fields.first().and_then(|field| body.get(field));
        if first.is_none_or(Value::is_null) {
            return (None, None);
        }
        let (key, cut) = self.key(body);
        (Some(key), cut)
    }

    /// The key of a body, and the name of the first field that was cut.
    fn key(&self, body: &Value) -> (String, Option<&str>) {
        self.key_of(self.fields.iter().map(|field| body.get(field).unwrap_or(&Value::Null)))
    }

    /// The key of the values of its fields in their order, and the name of the first that was cut. Values that are not there are missing.
    fn key_of<'v>(&self, values: impl Iterator<Item = &'v Value>) -> (String, Option<&str>) {
        let bytes_max = self.component_bytes_max();
        let (mut key, mut cut) = (String::with_capacity(48), None);
        let values = values.chain(std::iter::repeat(&Value::Null));
        for (position, (field, value)) in self.fields.iter().zip(values).enumerate() {
            if position > 0 {
                key.push(key::SEPARATOR);
            }
            if key::push(&mut key, value, bytes_max) && cut.is_none() {
                cut = Some(field.as_str());
            }
        }
        (key, cut)
    }
}

impl Kind {
    pub(crate) fn new(declaration: KindDeclaration, number: KindNo) -> Self {
        let index = |names: &Vec<String>| KindIndex { fields: names.clone() };
        let search_classes = declaration
            .search
            .iter()
            .filter_map(|field| declaration.classes.get(field))
            .fold(Classes::NONE, |classes, class| classes.with(*class));
        Self {
            unique: declaration.unique.iter().take(UNIQUE_INDEXES_MAX).map(index).collect(),
            sorted: declaration.indexes.iter().take(INDEXES_MAX).map(index).collect(),
            search_classes,
            number,
            plugin: declaration.name.namespace().parse().ok().filter(|id: &PluginId| !id.is_kernels()),
            declaration,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &KindName {
        &self.declaration.name
    }

    /// Its number in the database.
    #[must_use]
    pub fn number(&self) -> KindNo {
        self.number
    }

    /// The plugin that it belongs to; none for the kernel's own.
    #[must_use]
    pub fn plugin(&self) -> Option<&PluginId> {
        self.plugin.as_ref()
    }

    /// What was declared.
    #[must_use]
    pub fn declaration(&self) -> &KindDeclaration {
        &self.declaration
    }

    /// Who may do what.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.declaration.access
    }

    /// The indexes whose values are unique, by slot.
    #[must_use]
    pub fn unique(&self) -> &[KindIndex] {
        &self.unique
    }

    /// The indexes by which lists filter and sort, by slot.
    #[must_use]
    pub fn sorted(&self) -> &[KindIndex] {
        &self.sorted
    }

    /// The classes of the fields that a search looks into.
    #[must_use]
    pub fn search_classes(&self) -> Classes {
        self.search_classes
    }

    /// The class of a field.
    #[must_use]
    pub fn class(&self, field: &str) -> Option<Class> {
        self.declaration.classes.get(field).copied()
    }

    /// What a field holds, if it is one simple value.
    pub(crate) fn scalar(&self, field: &str) -> Option<Scalar> {
        self.declaration.schema.property(field).and_then(Scalar::of_schema)
    }

    /// The field that holds the subject's id.
    #[must_use]
    pub fn subject_field(&self) -> Option<&str> {
        match &self.declaration.subject {
            SubjectRule::Field(field) => Some(field),
            SubjectRule::Nobody | SubjectRule::Itself => None,
        }
    }

    /// Holds a body to the schema.
    ///
    /// # Errors
    /// Every fault that was found, up to a bound.
    pub fn validate(&self, body: &Value) -> Result<(), Rejection> {
        self.declaration.schema.validate(body)
    }

    /// Holds a body of another home to the schema, as far as it is disclosed. Fields that the kind does not declare are passed over: they
    /// are of a newer version of it, or derived from what is withheld.
    ///
    /// # Errors
    /// As `validate`.
    pub fn validate_disclosed(&self, body: &Value, withheld: &BTreeSet<String>) -> Result<(), Rejection> {
        self.declaration.schema.validate_disclosed(body, withheld)
    }

    /// Where a record with that body lies.
    ///
    /// # Errors
    /// When the field of the subject holds no id, or the field of the province no code.
    pub fn place(&self, id: RecordId, body: &Value) -> Result<Placement, Rejection> {
        let text = |field: &str| body.get(field).and_then(Value::as_str);
        let subject = match &self.declaration.subject {
            SubjectRule::Nobody => None,
            SubjectRule::Itself => Some(id),
            SubjectRule::Field(field) => text(field)
                .map(str::parse::<RecordId>)
                .transpose()
                .map_err(|error| Rejection::one(FieldError::of_field(field, "format", error.to_string())))?,
        };
        let province = match self.declaration.province.as_deref() {
            None => None,
            Some(field) => text(field)
                .map(str::parse::<ProvinceCode>)
                .transpose()
                .map_err(|error| Rejection::one(FieldError::of_field(field, "format", error.to_string())))?,
        };
        Ok(Placement { subject, province })
    }

    /// The index keys of a body.
    ///
    /// # Errors
    /// When a value that must be unique is too long for its index.
    pub fn keys(&self, body: &Value) -> Result<IndexKeys, Rejection> {
        let mut keys = IndexKeys::default();
        for (index, slot) in self.unique.iter().zip(keys.unique.iter_mut()) {
            let (key, cut) = index.unique_key(body);
            if let Some(field) = cut {
                let message =
                    format!("{field:?} must be unique and so has at most {} bytes", index.component_bytes_max());
                return Err(Rejection::one(FieldError::of_field(field, "too-long", message)));
            }
            *slot = key;
        }
        keys.sorted = self.sorted_keys(body);
        Ok(keys)
    }

    /// The index keys of a record of another home.
    ///
    /// What must be unique is unique among the records of one home. Two homes may have given the same number, and of fields that are
    /// withheld many records look alike; neither may keep a page of another home's log from being stored. Lists go along these indexes all
    /// the same, so the key is not left out: it ends with the id, where no own record's key can be and no look-up of one value finds it.
    #[must_use]
    pub(crate) fn foreign_keys(&self, id: RecordId, body: &Value) -> IndexKeys {
        let mut keys = IndexKeys { sorted: self.sorted_keys(body), ..IndexKeys::default() };
        for (index, slot) in self.unique.iter().zip(keys.unique.iter_mut()) {
            *slot = index.unique_key(body).0.map(|key| format!("{key}{}{id}", key::SEPARATOR));
        }
        keys
    }

    fn sorted_keys(&self, body: &Value) -> [Option<String>; INDEXES_MAX] {
        let mut keys = IndexKeys::default().sorted;
        for (index, slot) in self.sorted.iter().zip(keys.iter_mut()) {
            *slot = Some(index.key(body).0);
        }
        keys
    }

    /// The unique key of some values in their order, as `keys` would make it: to look a record up.
    #[must_use]
    pub fn unique_key(&self, slot: usize, values: &[Value]) -> Option<String> {
        let index = self.unique.get(slot)?;
        if values.first().is_none_or(Value::is_null) {
            return None;
        }
        match index.key_of(values.iter()) {
            (key, None) => Some(key),
            _ => None,
        }
    }

    /// The key of some values in their order in a sorted index, as `keys` would make it; null stands for one that is missing. None when
    /// they are too long to be told from longer ones.
    #[must_use]
    pub fn sorted_key(&self, slot: usize, values: &[Value]) -> Option<String> {
        let index = self.sorted.get(slot)?;
        match index.key_of(values.iter()) {
            (key, None) => Some(key),
            _ => None,
        }
    }

    /// The texts of its search fields, joined.
    #[must_use]
    pub fn search_text(&self, body: &Value) -> Option<String> {
        let texts = self.declaration.search.iter().filter_map(|field| body.get(field).and_then(Value::as_str));
        let joined = texts.fold(String::new(), |mut joined, text| {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(text);
            joined
        });
        if joined.is_empty() { None } else { Some(joined) }
    }
}
