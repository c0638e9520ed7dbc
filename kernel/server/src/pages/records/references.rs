//! Ids in records that stand for other records: found out, read as the visitor may, and named.
//!
//! A manifest does not say which kind an id is of. It is looked for where its name points: a field `proof` beside
//! `proof_kind`, a field called like a kind of the same manifest or of the register, the subject.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value as Json;
use tiwizi_model::{KindName, Record, RecordId};
use tiwizi_records::{Kind, Kinds};

use super::opened::{Opened, path_of};
use super::shape::{Part, Shape};
use super::words::plain;
use crate::problem::Problem;

/// How many records one page names.
const NAMED_MAX: usize = 200;
const TITLE_CHARS_MAX: usize = 120;
/// Fields of duplicates: they name records of the kind that they stand in.
const OF_ITS_KIND: [&str; 2] = ["merged_into", "confirm_distinct"];

/// A record that is named on a page.
pub(super) struct Reference {
    pub(super) href: String,
    pub(super) title: String,
}

/// The records that a page names.
#[derive(Default)]
pub(super) struct References(HashMap<RecordId, Reference>);

impl References {
    /// The record of that id, if the visitor may see it.
    pub(super) fn find(&self, id: RecordId) -> Option<&Reference> {
        self.0.get(&id)
    }

    /// Reads what these records refer to.
    pub(super) async fn load(opened: &Opened<'_>, records: &[&Record]) -> Result<Self, Problem> {
        let (app, visit) = (opened.app, opened.visit);
        let kinds = app.records.kinds();
        let mut wanted: BTreeMap<KindName, Vec<RecordId>> = BTreeMap::new();
        let mut left = NAMED_MAX;
        for record in records {
            for (field, id) in ids(opened, record) {
                if left == 0 {
                    break;
                }
                left = left.saturating_sub(1);
                for target in targets(&kinds, &opened.kind, field, &record.body) {
                    let ids = wanted.entry(target).or_default();
                    if !ids.contains(&id) {
                        ids.push(id);
                    }
                }
            }
        }
        let mut found = HashMap::new();
        for (name, ids) in wanted {
            let Some(target) = kinds.find(&name).and_then(|kind| Opened::of_kind(app, visit, kind.clone())) else {
                continue;
            };
            for record in app.records.read_many(&target.permit, &ids).await? {
                let title = plain(&target.words.record(&target.kind, &target.fields, &record), TITLE_CHARS_MAX);
                let href = visit.look.address(&format!("{}/{}", path_of(&target.kind), record.id));
                found.insert(record.id, Reference { href, title });
            }
        }
        Ok(Self(found))
    }
}

fn ids<'a>(opened: &'a Opened<'_>, record: &'a Record) -> impl Iterator<Item = (&'a Part, RecordId)> {
    opened.fields.iter().flat_map(move |field| {
        let value = record.body.get(&field.name);
        let texts: Vec<&str> = match (&field.shape, value) {
            (Shape::Reference, Some(Json::String(text))) => vec![text.as_str()],
            (Shape::List(shape), Some(Json::Array(items))) if **shape == Shape::Reference => {
                items.iter().filter_map(Json::as_str).collect()
            }
            _ => Vec::new(),
        };
        texts.into_iter().filter_map(|text| text.parse().ok()).map(move |id| (field, id)).collect::<Vec<_>>()
    })
}

/// The kinds that an id could be of.
fn targets(kinds: &Kinds, kind: &Kind, field: &Part, body: &Json) -> Vec<KindName> {
    let beside = body.get(format!("{}_kind", field.name)).and_then(Json::as_str).map(ToOwned::to_owned);
    if let Some(name) = beside.and_then(|name| name.parse::<KindName>().ok()) {
        return kinds.find(&name).map(|kind| kind.name().clone()).into_iter().collect();
    }
    if OF_ITS_KIND.contains(&field.name.as_str()) {
        return vec![kind.name().clone()];
    }
    let own = field.name.trim_end_matches("_id").replace('_', "-");
    let mut names = vec![format!("{}/{own}", kind.name().namespace()), format!("registry/{own}")];
    if kind.subject_field() == Some(field.name.as_str()) {
        names.extend(["registry/cooperative".to_owned(), "registry/person".to_owned()]);
    }
    let mut found: Vec<KindName> = Vec::new();
    for name in names.iter().filter_map(|name| name.parse::<KindName>().ok()) {
        if kinds.find(&name).is_some() && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}
