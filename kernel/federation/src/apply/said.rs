//! What is said of one record: the fields that are shown of it, under their names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use tiwizi_federation_core::agreement::KindClasses;
use tiwizi_federation_core::wire::{Disclosure, Field, GroupNo, Header, LeafShown, REST, decode_json, field_no};
use tiwizi_model::{InstanceId, Instant, KindName, Version};
use tiwizi_records::{Kind, Said, Saying};
use tiwizi_storage::federation::entity::{EntityRow, Life};

use crate::home::PROVINCE;
use crate::shown::shown;

/// The rows of one entity that are of its last version.
pub(super) struct Of<'a> {
    pub(super) kind: &'a KindName,
    pub(super) home: InstanceId,
    /// The kind as it is in use here, if it is.
    pub(super) in_use: Option<&'a Kind>,
    pub(super) classes: Option<&'a KindClasses>,
    pub(super) rows: &'a [&'a EntityRow],
}

/// What is said. It is deleted when its home says so to anybody, there when anybody is shown it, and withdrawn otherwise.
pub(super) fn of(of: Of<'_>) -> Result<Said, &'static str> {
    let first = of.rows.first().ok_or("nothing is held of it")?;
    let header = Header::decode(&first.header).map_err(|_| "its header cannot be read")?;
    // What a snapshot only doubts is there as long as nothing else is said.
    let is_there = |row: &&EntityRow| matches!(row.life, Life::Live | Life::Unsure);
    let live: Vec<&EntityRow> = of.rows.iter().copied().filter(is_there).collect();
    let saying = if of.rows.iter().any(|row| row.life == Life::Deleted) {
        Saying::Delete
    } else if live.is_empty() {
        Saying::Withdrawn
    } else {
        put(&of, &live)?
    };
    Ok(Said {
        kind: of.kind.clone(),
        id: first.entity,
        version: Version(i64::try_from(first.ver).map_err(|_| "its version is too great")?),
        tenure: i64::from(first.tenure),
        home: of.home,
        at: Instant(i64::try_from(header.hlc).unwrap_or(i64::MAX)),
        saying,
    })
}

fn put(of: &Of<'_>, live: &[&EntityRow]) -> Result<Saying, &'static str> {
    let mut fields = Vec::new();
    for row in live {
        for disclosure in shown(&row.shown).ok_or("what was disclosed of it cannot be read")? {
            let no = disclosure.no();
            fields.extend(values(disclosure).into_iter().map(|field| (no, field)));
        }
    }
    let body = body(of, &fields);
    let declared = of.in_use.map(|kind| &kind.declaration().classes);
    let withheld = declared.into_iter().flat_map(BTreeMap::keys).filter(|name| !body.contains_key(*name)).cloned();
    let withheld: BTreeSet<String> = withheld.collect();
    Ok(Saying::Put { body: Value::Object(body), withheld })
}

fn values(disclosure: Disclosure) -> Vec<Field> {
    match disclosure {
        Disclosure::Whole { fields, .. } => fields,
        Disclosure::Some { leaves, .. } => leaves
            .into_iter()
            .filter_map(|leaf| match leaf {
                LeafShown::Shown { field, value, .. } => Some(Field { no: field, value }),
                LeafShown::Hidden(_) => None,
            })
            .collect(),
    }
}

/// The fields under their names. A field that has no name here is kept with what is held, and named once its schema is known. What is derived has
/// names of its own, but for the province: it is the value of the field that the kind keeps it in.
fn body(of: &Of<'_>, fields: &[(GroupNo, Field)]) -> Map<String, Value> {
    let names = |names: Vec<&String>| -> BTreeMap<u16, String> {
        names.into_iter().map(|name| (field_no(of.kind, name), name.clone())).collect()
    };
    let declared = names(of.classes.iter().flat_map(|classes| classes.fields.keys()).collect());
    let derived = names(of.classes.iter().flat_map(|classes| classes.derived.keys()).collect());
    let mut body = Map::new();
    let mut beside = Vec::new();
    for (group, field) in fields {
        let Ok(value) = decode_json(&field.value) else { continue };
        match (*group == GroupNo::DERIVED, declared.get(&field.no), derived.get(&field.no), value) {
            (true, _, Some(name), value) => beside.push((name.clone(), value)),
            (false, Some(name), _, value) => drop(body.insert(name.clone(), value)),
            (false, None, _, Value::Object(rest)) if field.no == REST => {
                // The rest names itself; it does not take the name of a field that has one.
                let free = rest.into_iter().filter(|(name, _)| !declared.values().any(|known| known == name));
                body.extend(free.collect::<Vec<_>>());
            }
            _ => {}
        }
    }
    let province = of.in_use.and_then(|kind| kind.declaration().province.clone());
    for (name, value) in beside {
        let name = if name == PROVINCE { province.clone() } else { Some(name) };
        if let Some(name) = name {
            body.entry(name).or_insert(value);
        }
    }
    body
}
