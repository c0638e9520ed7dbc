//! The kinds of the simulated register, and what agreements give of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tiwizi_federation_core::agreement::{
    AgreementId, Class, Derived, Document, Grants, KindClasses, KindTerms, Kinds, Party, Rule, Scalar,
};
use tiwizi_federation_core::flow::Schemas;
use tiwizi_federation_core::wire::{NodeId, Plane};
use tiwizi_model::{Instant, KindName, RecordId};

use crate::clock::BEGIN_MS;

pub(crate) const COOPERATIVE: &str = "registry/cooperative";
pub(crate) const MEMBER: &str = "registry/member";
pub(crate) const PROVINCES: [&str; 3] = ["09.541", "09.273", "01.051"];
/// A value of a field that nobody but a home and who was given it may ever have.
pub(crate) const CANARY: &str = "canary-";

pub(crate) fn kind(name: &str) -> KindName {
    name.parse().unwrap()
}

pub(crate) fn plane_of(kind: &str) -> Plane {
    if kind == COOPERATIVE { "registry" } else { "members" }.parse().unwrap()
}

/// What an instance knows of kinds; a newer version knows one field more.
pub(crate) fn kinds(newer: bool) -> Kinds {
    let mut fields = vec![
        ("name", Class::Public),
        ("place", Class::Public),
        ("phone", Class::Internal),
        ("chair", Class::Personal),
        ("account", Class::Sensitive),
    ];
    if newer {
        fields.push(("website", Class::Public));
    }
    let province = Derived { of: None, class: Class::Public };
    let year = Derived { of: Some("born".to_owned()), class: Class::Personal };
    let cooperative = KindClasses {
        plane: plane_of(COOPERATIVE),
        fields: fields.into_iter().map(|(name, class)| (name.to_owned(), class)).collect(),
        derived: [("province".to_owned(), province.clone())].into(),
    };
    let member = [("role", Class::Public), ("name", Class::Personal), ("born", Class::Personal)];
    let member = KindClasses {
        plane: plane_of(MEMBER),
        fields: member.into_iter().map(|(name, class)| (name.to_owned(), class)).collect(),
        derived: [("province".to_owned(), province), ("born.year".to_owned(), year)].into(),
    };
    BTreeMap::from([(kind(COOPERATIVE), cooperative), (kind(MEMBER), member)])
}

/// The schemas that an instance understands.
pub(crate) fn schemas(newer: bool) -> Schemas {
    Schemas([(COOPERATIVE.to_owned(), if newer { 2 } else { 1 }), (MEMBER.to_owned(), 1)].into())
}

/// The schema that a write names: the newer version has both another major and another minor.
pub(crate) fn schema(kind: &str, newer: bool, major: bool) -> String {
    let version = match (newer && kind == COOPERATIVE, major) {
        (true, true) => "2.0",
        (true, false) => "1.1",
        (false, _) => "1.0",
    };
    format!("{kind}/{version}")
}

/// What is committed beside a body: the province, which the place names, and the year of a birth.
pub(crate) fn derive(_: &KindName, body: &Value) -> BTreeMap<String, Value> {
    let mut derived = BTreeMap::new();
    if let Some(place) = body.get("place").or_else(|| body.get("role")).and_then(Value::as_str) {
        let province = place.split('/').next().unwrap_or_default();
        derived.insert("province".to_owned(), json!(province));
    }
    if let Some(born) = body.get("born").and_then(Value::as_str) {
        derived.insert("born.year".to_owned(), json!(born.get(..4).unwrap_or_default()));
    }
    derived
}

/// How much an agreement gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// Everything: what another home needs to take a cooperative over.
    All,
    /// What the nation needs.
    Wide,
    /// The least.
    Narrow,
}

fn cooperative(width: Width, rows: &[&str]) -> KindTerms {
    let names: &[&str] = match width {
        Width::All => &["name", "place", "province", "website", "phone", "chair", "account"],
        Width::Wide => &["name", "place", "province", "website", "phone"],
        Width::Narrow => &["name", "province"],
    };
    KindTerms { rows: filter(rows), fields: names.iter().map(|name| ((*name).to_owned(), Rule::Clear)).collect() }
}

fn member(width: Width, rows: &[&str]) -> KindTerms {
    let mut fields: BTreeMap<String, Rule> =
        ["role", "province"].into_iter().map(|name| (name.to_owned(), Rule::Clear)).collect();
    match width {
        Width::All => fields.extend(["name", "born", "born.year"].map(|name| (name.to_owned(), Rule::Clear))),
        Width::Wide => drop(fields.insert("born".to_owned(), Rule::Generalised("born.year".to_owned()))),
        Width::Narrow => {}
    }
    KindTerms { rows: filter(rows), fields }
}

fn filter(rows: &[&str]) -> BTreeMap<String, BTreeSet<Scalar>> {
    if rows.is_empty() {
        return BTreeMap::new();
    }
    [("province".to_owned(), rows.iter().map(|row| Scalar::Text((*row).to_owned())).collect())].into()
}

/// The first version of an agreement by which one instance gives another.
pub(crate) fn document(id: u128, holder: NodeId, receiver: NodeId, width: Width, rows: &[&str]) -> Document {
    let mut nodes = [holder, receiver];
    nodes.sort();
    let party = |node| Party { node, name: "instance".to_owned() };
    Document {
        id: AgreementId(RecordId(uuid::Uuid::from_u128(id)).0),
        version: 1,
        before: None,
        parties: nodes.map(party),
        purpose: "simulation".to_owned(),
        legal_basis: "none".to_owned(),
        cndp: Some("D-1/2027".to_owned()),
        issued_at: Instant(BEGIN_MS),
        expires_at: Instant(BEGIN_MS + 365 * 24 * 60 * 60 * 1_000),
        retention_days: 365,
        erasure_days: 7,
        onward: BTreeSet::new(),
        grants: [(holder, grants(width, rows))].into(),
    }
}

pub(crate) fn grants(width: Width, rows: &[&str]) -> Grants {
    BTreeMap::from([
        (plane_of(COOPERATIVE), [(kind(COOPERATIVE), cooperative(width, rows))].into()),
        (plane_of(MEMBER), [(kind(MEMBER), member(width, rows))].into()),
    ])
}

/// The next version of an agreement, which gives something else.
pub(crate) fn next_version(before: &Document, width: Width, rows: &[&str]) -> Document {
    let holder = before.grants.keys().next().copied().unwrap();
    Document {
        version: before.version + 1,
        before: Some(before.hash()),
        grants: [(holder, grants(width, rows))].into(),
        ..before.clone()
    }
}
