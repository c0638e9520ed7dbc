//! Cooperatives of two homes that are likely one: what no office can see alone.
//!
//! They are found like those of one register: by the codes of their names and numbers, which are kept for those of every home, and by the
//! numbers that only one may have. Codes hold the province, so two names meet within one; a number meets everywhere. What is only possible
//! is left out: a case is work for two offices.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tiwizi_model::limits::DUPLICATE_CANDIDATES_MAX;
use tiwizi_model::{InstanceId, RecordId, Seq};
use tiwizi_records::{Kind, ReadError};
use tiwizi_storage::{Order, RecordRow, Scan, StorageError, Tx, cursor, duplicate, record};

use super::find::{Duplicates, FindError, confirmed, merged_into};
use super::follow::DuplicateReader;
use super::profile::{Finding, Profile, Subject};
use super::rule::Level;

/// The first letter behind the one that ends a key of another home's record.
const BEHIND: char = '\u{2}';

/// One of two cooperatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Sided {
    /// Which.
    pub id: RecordId,
    /// Its home.
    pub home: InstanceId,
    /// Its content, as far as it is known here.
    pub body: Value,
}

/// Two cooperatives of two homes that are likely one.
#[derive(Debug, Clone, PartialEq)]
pub struct Across {
    /// The two, the smaller id first.
    pub sides: [Sided; 2],
    /// How surely, and why.
    pub finding: Finding,
}

impl Duplicates {
    /// Up to where the codes are kept: what came later is not found by them yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn coded_up_to(&self, tx: &mut Tx) -> Result<Seq, StorageError> {
        cursor::find(tx, DuplicateReader::NAME).await
    }

    /// Those that these cooperatives are likely one with, where the other has another home. The surest first; each two once.
    ///
    /// # Errors
    /// When the kind is not in use or the database fails.
    pub async fn across(&self, tx: &mut Tx, ids: &[RecordId]) -> Result<Vec<Across>, FindError> {
        let kinds = self.records.kinds();
        let name = &self.names.cooperative;
        let kind = kinds.find(name).ok_or_else(|| ReadError::UnknownKind { kind: name.clone() })?;
        let mut known: BTreeMap<RecordId, Sided> = BTreeMap::new();
        read(tx, ids, &mut known).await?;
        let mut pairs = duplicate::pairs(tx, kind.number(), ids, DUPLICATE_CANDIDATES_MAX).await?;
        let certain = self.certain_across(tx, kind, &known).await?;
        pairs.extend(certain.keys().copied());
        let others: BTreeSet<RecordId> =
            pairs.iter().flat_map(|(one, other)| [*one, *other]).filter(|id| !known.contains_key(id)).collect();
        let others: Vec<RecordId> = others.into_iter().collect();
        read(tx, &others, &mut known).await?;
        let pairs: BTreeSet<(RecordId, RecordId)> =
            pairs.into_iter().map(|(one, other)| (one.min(other), one.max(other))).collect();
        let mut found: Vec<Across> = pairs.iter().filter_map(|pair| self.compared(&known, *pair, &certain)).collect();
        found.sort_by_key(|across| std::cmp::Reverse((across.finding.level, across.finding.points)));
        Ok(found)
    }

    /// Those that share a number of which there is one, with which fields it is.
    async fn certain_across(
        &self,
        tx: &mut Tx,
        kind: &Kind,
        known: &BTreeMap<RecordId, Sided>,
    ) -> Result<BTreeMap<(RecordId, RecordId), Finding>, StorageError> {
        let mut found = BTreeMap::new();
        for fields in &self.rule().cooperative.certain {
            let slot = kind.unique().iter().position(|index| index.names().eq(fields.iter().map(String::as_str)));
            let Some(slot) = slot else { continue };
            for (id, sided) in known {
                let values: Option<Vec<Value>> = fields.iter().map(|field| sided.body.get(field).cloned()).collect();
                let Some(key) = values.and_then(|values| kind.unique_key(slot, &values)) else { continue };
                for (_, row) in record::scan(tx, &of_all_homes(kind, slot, key)).await? {
                    if row.id != *id {
                        let pair = ((*id).min(row.id), (*id).max(row.id));
                        found.entry(pair).or_insert_with(|| Finding::certain(fields));
                    }
                }
            }
        }
        Ok(found)
    }

    fn compared(
        &self,
        known: &BTreeMap<RecordId, Sided>,
        (one, other): (RecordId, RecordId),
        certain: &BTreeMap<(RecordId, RecordId), Finding>,
    ) -> Option<Across> {
        let (first, second) = (known.get(&one)?, known.get(&other)?);
        let is_told = confirmed(&first.body).contains(&other) || confirmed(&second.body).contains(&one);
        if first.home == second.home || is_told {
            return None;
        }
        let rule = self.rule();
        let profile = |sided: &Sided| Profile::of(rule, Subject::Cooperative, &sided.body);
        let finding = match certain.get(&(one, other)) {
            Some(finding) => finding.clone(),
            None => profile(first).compare(&profile(second), &rule.cooperative)?,
        };
        (finding.level >= Level::Likely).then(|| Across { sides: [first.clone(), second.clone()], finding })
    }
}

/// The records of every home that have a value where it is unique within a home: those of others have their id behind it.
fn of_all_homes(kind: &Kind, slot: usize, key: String) -> Scan {
    Scan {
        kind: kind.number(),
        order: Order::Unique(slot),
        high: Some(format!("{key}{BEHIND}")),
        low: Some(key),
        after: None,
        descending: false,
        reach: None,
        rows_max: DUPLICATE_CANDIDATES_MAX,
    }
}

/// Reads cooperatives that are there and were not merged into another.
async fn read(tx: &mut Tx, ids: &[RecordId], known: &mut BTreeMap<RecordId, Sided>) -> Result<(), StorageError> {
    let rows: Vec<RecordRow> = record::find_many(tx, ids).await?;
    for row in rows.into_iter().filter(|row| !row.deleted) {
        let body: Value = serde_json::from_str(&row.body)
            .map_err(|_| StorageError::Corrupt { what: format!("the body of {} is not JSON", row.id) })?;
        if merged_into(&body).is_none() {
            known.insert(row.id, Sided { id: row.id, home: row.home, body });
        }
    }
    Ok(())
}
