//! Reads the document of an agreement out of its bytes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tiwizi_model::{Instant, KindName, limits};

use crate::wire::{NodeId, Plane};

use super::document::{Document, FORM, Grants, KindTerms, Party, Rule, Scalar};
use super::fault::{AgreementError, Faults, What, below};
use super::reader::{Object, list, parsed, text};

const DAY_MS: i64 = 86_400_000;
const MEMBERS: [&str; 14] = [
    "before",
    "cndp",
    "erasure_days",
    "expires_at_ms",
    "form",
    "grants",
    "id",
    "issued_at_ms",
    "legal_basis",
    "onward",
    "parties",
    "purpose",
    "retention_days",
    "version",
];

/// Reads a document. Whether it is written in its one form is asked by `Document::parse`.
pub(super) fn parse(bytes: &[u8]) -> Result<Document, AgreementError> {
    if bytes.len() > limits::FED_AGREEMENT_BYTES_MAX {
        return Err(AgreementError::Long);
    }
    let value: Value = serde_json::from_slice(bytes).map_err(AgreementError::Json)?;
    let mut faults = Faults::default();
    let document = document(&value, &mut faults);
    let faults = faults.into_vec();
    match document {
        Some(document) if faults.is_empty() => Ok(document),
        _ => Err(AgreementError::Faults(faults)),
    }
}

fn document(value: &Value, faults: &mut Faults) -> Option<Document> {
    let object = Object::at(value, "", faults)?;
    object.only(&MEMBERS, faults);
    if object.value("form", faults).is_some_and(|form| form.as_str() != Some(FORM)) {
        faults.add("/form", What::Form { expected: FORM });
    }
    let sentence = limits::FED_SENTENCE_BYTES_MAX;
    let (id, before) = (object.parsed("id", "an id", faults), object.optional("before", "a hash", faults));
    let version = object.number("version", 1, i64::from(u32::MAX), faults);
    let (purpose, legal_basis) =
        (object.text("purpose", sentence, faults), object.text("legal_basis", sentence, faults));
    let cndp = object.optional("cndp", "a reference", faults);
    let (issued_at, expires_at) = term(&object, faults);
    let retention_days = object.number("retention_days", 1, i64::from(limits::FED_RETENTION_DAYS_MAX), faults);
    let erasure_days = object.number("erasure_days", 1, i64::from(limits::FED_ERASURE_DAYS_MAX), faults);
    let parties = parties(&object, faults);
    let onward = onward(&object, faults);
    let grants = grants(&object, parties.as_ref(), faults);
    if let (Some(version), Some(before)) = (version, &before)
        && (version == 1) != before.is_none()
    {
        faults.add("/before", What::Before);
    }
    Some(Document {
        id: id?,
        version: u32::try_from(version?).ok()?,
        before: before?,
        parties: parties?,
        purpose: purpose?,
        legal_basis: legal_basis?,
        cndp: cndp?,
        issued_at: issued_at?,
        expires_at: expires_at?,
        retention_days: u32::try_from(retention_days?).ok()?,
        erasure_days: u32::try_from(erasure_days?).ok()?,
        onward: onward?,
        grants: grants?,
    })
}

/// When it was written and when it ends. The end is counted from the first, so that no clock has a say in it.
fn term(object: &Object<'_>, faults: &mut Faults) -> (Option<Instant>, Option<Instant>) {
    let issued = object.number("issued_at_ms", 0, i64::MAX, faults);
    let life_ms = i64::from(limits::FED_AGREEMENT_DAYS_MAX).saturating_mul(DAY_MS);
    let (min, max) = match issued {
        Some(issued) => (issued.saturating_add(1), issued.saturating_add(life_ms)),
        None => (0, i64::MAX),
    };
    (issued.map(Instant), object.number("expires_at_ms", min, max, faults).map(Instant))
}

fn parties(object: &Object<'_>, faults: &mut Faults) -> Option<[Party; 2]> {
    let values = object.list("parties", 2, faults)?;
    let pointer = object.pointer("parties");
    let read: Vec<Option<Party>> =
        values.iter().enumerate().map(|(at, value)| party(value, &below(&pointer, &at.to_string()), faults)).collect();
    let parties: [Party; 2] = match <[Option<Party>; 2]>::try_from(read) {
        Ok([first, second]) => [first?, second?],
        Err(_) => {
            faults.add(&pointer, What::Parties);
            return None;
        }
    };
    let [first, second] = &parties;
    if first.node >= second.node {
        faults.add(&pointer, What::Parties);
        return None;
    }
    Some(parties)
}

fn party(value: &Value, pointer: &str, faults: &mut Faults) -> Option<Party> {
    let object = Object::at(value, pointer, faults)?;
    object.only(&["name", "node"], faults);
    let name = object.text("name", limits::TITLE_CHARS_MAX, faults);
    let node = object.parsed("node", "the id of an instance", faults);
    Some(Party { node: node?, name: name? })
}

fn onward(object: &Object<'_>, faults: &mut Faults) -> Option<BTreeSet<NodeId>> {
    let pointer = object.pointer("onward");
    let mut nodes = BTreeSet::new();
    for (at, value) in object.list("onward", limits::FED_ONWARD_MAX, faults)?.iter().enumerate() {
        nodes.extend(parsed::<NodeId>(value, &below(&pointer, &at.to_string()), "the id of an instance", faults));
    }
    Some(nodes)
}

fn grants(object: &Object<'_>, parties: Option<&[Party; 2]>, faults: &mut Faults) -> Option<BTreeMap<NodeId, Grants>> {
    let pointer = object.pointer("grants");
    let sides = Object::at(object.value("grants", faults)?, &pointer, faults)?;
    let mut grants = BTreeMap::new();
    for (node, value, pointer) in sides.keyed::<NodeId>("the id of an instance", 2, faults) {
        if parties.is_some_and(|parties| parties.iter().all(|party| party.node != node)) {
            faults.add(&pointer, What::NoParty);
        }
        let given = planes(value, &pointer, faults);
        if given.is_empty() {
            faults.add(&pointer, What::Empty);
        }
        grants.insert(node, given);
    }
    if grants.is_empty() {
        faults.add(&pointer, What::Empty);
    }
    Some(grants)
}

fn planes(value: &Value, pointer: &str, faults: &mut Faults) -> Grants {
    let mut planes = Grants::new();
    let Some(object) = Object::at(value, pointer, faults) else {
        return planes;
    };
    for (plane, value, pointer) in object.keyed::<Plane>("a plane", limits::FED_LOGS_MAX, faults) {
        // What is in the control plane goes by a rule of its own and not by agreements.
        if plane.lane() == 0 {
            faults.add(&pointer, What::Form { expected: "a plane of records" });
        }
        let mut kinds = BTreeMap::new();
        if let Some(object) = Object::at(value, &pointer, faults) {
            for (kind, value, pointer) in object.keyed::<KindName>("a kind", limits::FED_AGREED_KINDS_MAX, faults) {
                kinds.extend(kind_terms(value, &pointer, faults).map(|terms| (kind, terms)));
            }
            if kinds.is_empty() {
                faults.add(&pointer, What::Empty);
            }
        }
        planes.insert(plane, kinds);
    }
    planes
}

fn kind_terms(value: &Value, pointer: &str, faults: &mut Faults) -> Option<KindTerms> {
    let object = Object::at(value, pointer, faults)?;
    object.only(&["fields", "rows"], faults);
    let fields = fields(&object, faults);
    let rows = rows(&object, faults);
    let terms = KindTerms { rows: rows?, fields: fields? };
    for field in terms.rows.keys().filter(|field| terms.fields.get(*field) != Some(&Rule::Clear)) {
        faults.add(&below(&below(pointer, "rows"), field), What::FilterHidden);
    }
    Some(terms)
}

fn fields(object: &Object<'_>, faults: &mut Faults) -> Option<BTreeMap<String, Rule>> {
    let pointer = object.pointer("fields");
    let table = Object::at(object.value("fields", faults)?, &pointer, faults)?;
    let mut fields = BTreeMap::new();
    for (name, value, pointer) in table.keyed::<String>("a field", limits::FED_AGREED_FIELDS_MAX, faults) {
        fields.extend(rule(value, &pointer, faults).map(|rule| (name, rule)));
    }
    if fields.is_empty() {
        faults.add(&pointer, What::Empty);
    }
    Some(fields)
}

fn rule(value: &Value, pointer: &str, faults: &mut Faults) -> Option<Rule> {
    match value {
        Value::String(name) if name == "clear" => Some(Rule::Clear),
        Value::String(name) if name == "withheld" => Some(Rule::Withheld),
        Value::Object(_) => {
            let object = Object::at(value, pointer, faults)?;
            object.only(&["generalised"], faults);
            object.text("generalised", limits::FED_PACKAGE_NAME_BYTES_MAX, faults).map(Rule::Generalised)
        }
        _ => {
            faults.add(pointer, What::Form { expected: "clear, withheld or {\"generalised\": field}" });
            None
        }
    }
}

fn rows(object: &Object<'_>, faults: &mut Faults) -> Option<BTreeMap<String, BTreeSet<Scalar>>> {
    let pointer = object.pointer("rows");
    let filter = Object::at(object.value("rows", faults)?, &pointer, faults)?;
    let mut rows = BTreeMap::new();
    for (name, value, pointer) in filter.keyed::<String>("a field", limits::FED_FILTER_ATTRIBUTES_MAX, faults) {
        let Some(values) = list(value, &pointer, limits::FED_FILTER_VALUES_MAX, faults) else { continue };
        // A list of nothing would let nothing through: what is meant is that the kind is not given.
        if values.is_empty() {
            faults.add(&pointer, What::Empty);
        }
        let mut allowed = BTreeSet::new();
        for (at, value) in values.iter().enumerate() {
            allowed.extend(scalar(value, &below(&pointer, &at.to_string()), faults));
        }
        rows.insert(name, allowed);
    }
    Some(rows)
}

fn scalar(value: &Value, pointer: &str, faults: &mut Faults) -> Option<Scalar> {
    match value {
        Value::Bool(flag) => Some(Scalar::Flag(*flag)),
        Value::String(_) => {
            text(value, pointer, limits::FED_FILTER_VALUE_BYTES_MAX, faults).map(|text| Scalar::Text(text.to_owned()))
        }
        Value::Number(number) if number.is_i64() => number.as_i64().map(Scalar::Number),
        _ => {
            faults.add(pointer, What::Type { expected: "a text, a whole number, true or false" });
            None
        }
    }
}
