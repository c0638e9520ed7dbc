//! What a kind's type says of it, as the manifest holds it.
//!
//! The types are the source of a kind's schema, classes, indexes and rights; the manifest is what is shipped. A test of
//! the plugin holds the two together with [`differences`], or with `native::check_manifest`, which can also write it.

use serde_json::{Map, Value, json};

use crate::store::Kind;

/// A kind whose type tells everything of it: `#[derive(Kind)]` makes it.
pub trait Declared: Kind {
    /// What the manifest must say of it.
    fn declaration() -> Declaration;
}

/// A kind as a manifest declares it. What the type does not say (`None`, or empty) the manifest says alone.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each is the member of the manifest that is called so")]
pub struct Declaration {
    pub name: &'static str,
    pub title: Vec<(&'static str, &'static str)>,
    pub plane: Option<&'static str>,
    pub purpose: Option<&'static str>,
    pub retention: Option<&'static str>,
    pub schema: Value,
    pub classes: Vec<(&'static str, &'static str)>,
    pub unique: Vec<Vec<&'static str>>,
    pub indexes: Vec<Vec<&'static str>>,
    pub search: Vec<&'static str>,
    pub subject: Option<&'static str>,
    pub province: Option<&'static str>,
    pub read: Vec<&'static str>,
    pub create: Vec<&'static str>,
    pub change: Vec<&'static str>,
    pub delete: Vec<&'static str>,
}

impl Declaration {
    /// The member of the manifest's list `kinds`; without the texts that the type does not say.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let indexes = |list: &[Vec<&str>]| list.iter().map(|fields| json!({ "fields": fields })).collect::<Vec<_>>();
        let map = |pairs: &[(&'static str, &'static str)]| -> Map<String, Value> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect()
        };
        let mut kind = Map::from_iter([("name".to_owned(), Value::from(self.name))]);
        if !self.title.is_empty() {
            kind.insert("title".to_owned(), map(&self.title).into());
        }
        for (name, text) in [("plane", self.plane), ("purpose", self.purpose), ("retention", self.retention)] {
            if let Some(text) = text {
                kind.insert(name.to_owned(), text.into());
            }
        }
        let derived = json!({
            "schema": self.schema,
            "classes": map(&self.classes),
            "unique": indexes(&self.unique),
            "indexes": indexes(&self.indexes),
            "search": self.search,
            "subject": self.subject,
            "province": self.province,
            "access": { "read": self.read, "create": self.create, "change": self.change, "delete": self.delete },
        });
        if let Value::Object(derived) = derived {
            kind.extend(derived);
        }
        kind.into()
    }
}

/// Where a manifest says something else than the types: one line each, empty when they agree.
#[must_use]
pub fn differences(manifest: &Value, kinds: &[Declaration]) -> Vec<String> {
    let none = Vec::new();
    let declared = manifest.get("kinds").and_then(Value::as_array).unwrap_or(&none);
    let name_of = |kind: &Value| kind.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for kind in kinds {
        let Some(there) = declared.iter().find(|there| name_of(there) == kind.name) else {
            found.push(format!("the manifest lacks the kind {}", kind.name));
            continue;
        };
        if let Value::Object(members) = kind.to_json() {
            for (member, value) in &members {
                let there = there.get(member).unwrap_or(&Value::Null);
                compare(&format!("{}/{member}", kind.name), there, value, &mut found);
            }
        }
    }
    for there in declared.iter().map(name_of).filter(|there| kinds.iter().all(|kind| kind.name != there)) {
        found.push(format!("the manifest has the kind {there}, which no type declares"));
    }
    found
}

/// The depth of both values is that of the plugin's own types.
fn compare(place: &str, there: &Value, derived: &Value, found: &mut Vec<String>) {
    match (there, derived) {
        (Value::Object(there), Value::Object(derived)) => {
            for (name, value) in derived {
                compare(&format!("{place}/{name}"), there.get(name).unwrap_or(&Value::Null), value, found);
            }
            for name in there.keys().filter(|name| !derived.contains_key(*name)) {
                found.push(format!("{place}/{name}: the type does not say this"));
            }
        }
        _ if same(there, derived) => {}
        _ => found.push(format!("{place}: the manifest says {there}, the type {derived}")),
    }
}

/// Whole numbers are the same however they were written.
fn same(one: &Value, other: &Value) -> bool {
    one == other || (one.is_number() && one.as_f64() == other.as_f64())
}

/// A manifest whose kinds say what the types say. Texts that only the manifest has are kept.
#[must_use]
pub fn updated(manifest: &Value, kinds: &[Declaration]) -> Value {
    let none = Vec::new();
    let declared = manifest.get("kinds").and_then(Value::as_array).unwrap_or(&none);
    let merged = kinds.iter().map(|kind| {
        let there = declared.iter().find(|there| there.get("name").and_then(Value::as_str) == Some(kind.name));
        let mut members = there.and_then(Value::as_object).cloned().unwrap_or_default();
        if let Value::Object(derived) = kind.to_json() {
            members.extend(derived);
        }
        Value::Object(members)
    });
    let mut updated = manifest.clone();
    let merged: Vec<Value> = merged.collect();
    if let Value::Object(members) = &mut updated {
        members.insert("kinds".to_owned(), merged.into());
    }
    updated
}

/// The least manifest that declares these kinds, for examples and tests.
#[must_use]
pub fn manifest_of(id: &str, kinds: &[Declaration]) -> String {
    let kinds: Vec<Value> = kinds.iter().map(Declaration::to_json).collect();
    let capabilities = json!([{ "name": "store" }]);
    json!({ "id": id, "version": "0.1.0", "capabilities": capabilities, "kinds": kinds }).to_string()
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::Kind;

    #[derive(Serialize, Deserialize, Kind)]
    #[kind(class = "public", read("public"), create("role:trainer"), title(ar = "ملاحظة", fr = "Note"))]
    struct Note {
        #[field(unique, max_length = 8)]
        code: String,
        #[field(each(min = 1))]
        ranks: Vec<u8>,
    }

    fn manifest() -> Value {
        serde_json::from_str(&manifest_of("notes", &[Note::declaration()])).unwrap()
    }

    #[test]
    fn a_manifest_of_the_types_has_no_difference() {
        assert_eq!(differences(&manifest(), &[Note::declaration()]), Vec::<String>::new());
    }

    #[test]
    fn each_difference_is_named_with_its_place() {
        let mut manifest = manifest();
        manifest["kinds"][0]["schema"]["properties"]["code"]["maxLength"] = json!(9);
        manifest["kinds"][0]["classes"]["more"] = json!("public");
        manifest["kinds"][0]["access"]["read"] = json!([]);
        let found = differences(&manifest, &[Note::declaration()]);
        let places: Vec<&str> = found.iter().filter_map(|line| line.split(':').next()).collect();
        assert_eq!(places, ["note/access/read", "note/classes/more", "note/schema/properties/code/maxLength"]);
        assert_eq!(
            differences(&updated(&manifest, &[Note::declaration()]), &[Note::declaration()]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_kind_that_only_one_side_has_is_named() {
        assert_eq!(differences(&json!({}), &[Note::declaration()]), ["the manifest lacks the kind note"]);
        let found = differences(&manifest(), &[]);
        assert_eq!(found, ["the manifest has the kind note, which no type declares"]);
    }

    #[test]
    fn texts_that_only_the_manifest_has_are_kept() {
        let mut manifest = manifest();
        manifest["kinds"][0]["purpose"] = json!("To remember.");
        let updated = updated(&manifest, &[Note::declaration()]);
        assert_eq!(updated["kinds"][0]["purpose"], "To remember.");
    }
}
