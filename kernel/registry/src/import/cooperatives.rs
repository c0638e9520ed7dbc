//! A batch of cooperatives: compared with the register, and written.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use tiwizi_model::{ProvinceCode, RecordId};
use tiwizi_records::{Draft, NewRecord};
use tiwizi_storage::{RecordRow, record};

use crate::import::ImportError;
use crate::import::cooperative::{CooperativeRow, defaults};
use crate::import::merge::{apply, misfit, set, stored};
use crate::import::parse::Batch;
use crate::import::places::{Known, Place, Places, ice_of, key};
use crate::import::queue::Rows;
use crate::import::report::{Rejected, Table, shorten};
use crate::import::run::{Mode, Pass};
use crate::kept::{KEPT_BY_ACTS, have_acts};

/// The unique indexes of the kind, by slot.
const BY_NUMBER: usize = 0;
const BY_ICE: usize = 1;

/// What is stored that the rows of a batch are about.
struct Stored {
    by_key: HashMap<String, RecordRow>,
    by_ice: HashMap<String, RecordId>,
}

/// What a batch is going to write.
struct Writes {
    new: Vec<NewRecord>,
    changed: Vec<Draft>,
    /// What moved, and from where.
    moved: Vec<(Place, Option<ProvinceCode>)>,
}

impl Pass<'_> {
    /// Takes one batch.
    pub(super) async fn cooperatives_batch(
        &mut self,
        batch: Batch<CooperativeRow>,
        places: &mut Places,
    ) -> Result<(), ImportError> {
        self.cooperatives.rejected += batch.rejected_rows;
        self.report.add(batch.rejected)?;
        let stored = self.stored_cooperatives(&batch.rows).await?;
        for (court, number) in batch.rejected_keys {
            self.remember_rejected(places, &court, &number).await?;
        }
        let rows = Rows::of(batch.rows.iter().map(|row| row.row), Table::Cooperatives);
        let (mut new, mut changed, mut moved) = (Vec::new(), Vec::new(), Vec::new());
        for row in batch.rows {
            let place_key = key(&row.court, &row.number);
            let unique = self.unique_cooperative(&row);
            let old = unique.as_ref().and_then(|key| stored.by_key.get(key));
            if let Some(fault) = conflict(&row, unique.as_ref(), old, &stored) {
                self.refuse(fault)?;
                places.put(place_key, old.map_or(Ok(Known::Rejected), |old| Place::of(old).map(Known::Here))?);
                continue;
            }
            let id = old.map_or_else(|| self.records.ambient().new_id(), |old| old.id);
            let sector = Arc::from(row.sector);
            let (province, ice, fresh) = (Some(row.province), row.ice.as_deref().map(Box::from), old.is_none());
            let mut place = Place { id, province, sector, ice, fresh, is_by_acts: false };
            match old {
                None => {
                    let (number, province) = (row.row, row.province);
                    let body = Value::Object(body(row));
                    if self.is_refused_twin(number, province, &body).await? {
                        self.cooperatives.rejected += 1;
                        places.put(place_key, Known::Rejected);
                        continue;
                    }
                    self.cooperatives.created += 1;
                    new.push(NewRecord { id, body });
                }
                Some(old) => {
                    let before = self::stored(old)?;
                    let mut after = before.clone();
                    apply(&mut after, row.fields);
                    (place.is_by_acts, place.ice) = (have_acts(&before), ice_of(&after));
                    if let Some(fault) = self.fault_of(row.row, &before, &after) {
                        self.refuse(fault)?;
                        places.put(place_key, Known::Here(Place::of(old)?));
                        continue;
                    }
                    if before == after {
                        self.cooperatives.unchanged += 1;
                    } else {
                        self.cooperatives.updated += 1;
                        if ["province", "sector"].iter().any(|field| before.get(*field) != after.get(*field)) {
                            let from = before.get("province").and_then(Value::as_str);
                            moved.push((place.clone(), from.and_then(|code| code.parse().ok())));
                        }
                        let name = self.kinds.cooperative.name().clone();
                        changed.push(Draft::replace(name, id, Value::Object(after), old.version));
                    }
                }
            }
            places.put(place_key, Known::Here(place));
        }
        if self.mode == Mode::Write {
            self.write_cooperatives(Writes { new, changed, moved }, rows).await?;
        }
        Ok(())
    }

    async fn write_cooperatives(&mut self, writes: Writes, rows: Rows) -> Result<(), ImportError> {
        let Writes { new, changed, moved } = writes;
        // Before the cooperative itself: after an end in between the same file finds it unmoved still, and goes on from there.
        for (place, from) in moved {
            self.move_members(&place, from, rows).await?;
        }
        self.change(changed, rows).await?;
        let kinds = self.kinds;
        self.create(vec![(&kinds.cooperative, new)], rows).await
    }

    /// What keeps a row from changing a cooperative; what a row does not change is not held against it.
    fn fault_of(&self, row: u64, before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Rejected> {
        if before == after {
            return None;
        }
        kept_by_acts(row, before, after).or_else(|| misfit(Table::Cooperatives, row, after, self.last_day))
    }

    fn refuse(&mut self, fault: Rejected) -> Result<(), ImportError> {
        self.cooperatives.rejected += 1;
        self.report.add(vec![fault])
    }

    fn unique_cooperative(&self, row: &CooperativeRow) -> Option<String> {
        let values = [Value::from(row.court.as_str()), Value::from(row.number.as_str())];
        self.kinds.cooperative.unique_key(BY_NUMBER, &values)
    }

    async fn stored_cooperatives(&self, rows: &[CooperativeRow]) -> Result<Stored, ImportError> {
        let number = self.kinds.cooperative.number();
        let keys: Vec<String> = rows.iter().filter_map(|row| self.unique_cooperative(row)).collect();
        let ices: Vec<String> = rows.iter().filter_map(|row| row.ice.clone()).collect();
        let mut tx = self.records.db().read().await.map_err(ImportError::Lookup)?;
        let by_key = record::find_unique_many(&mut tx, number, BY_NUMBER, &keys).await.map_err(ImportError::Lookup)?;
        let by_ice = record::find_unique_many(&mut tx, number, BY_ICE, &ices).await.map_err(ImportError::Lookup)?;
        Ok(Stored {
            by_key: by_key.into_iter().collect(),
            by_ice: by_ice.into_iter().map(|(ice, row)| (ice, row.id)).collect(),
        })
    }

    /// A rejected row of a cooperative that is in the register leaves its members a place to belong to.
    async fn remember_rejected(&self, places: &mut Places, court: &str, number: &str) -> Result<(), ImportError> {
        let place_key = key(court, number);
        if places.find(place_key).is_none() {
            let found = self.find_cooperative(court, number).await?;
            places.put(place_key, found.map_or(Known::Rejected, Known::Here));
        }
        Ok(())
    }

    /// The cooperative of that court and number in the register.
    pub(super) async fn find_cooperative(&self, court: &str, number: &str) -> Result<Option<Place>, ImportError> {
        let kind = &self.kinds.cooperative;
        let Some(key) = kind.unique_key(BY_NUMBER, &[court.into(), number.into()]) else {
            return Ok(None);
        };
        let mut tx = self.records.db().read_single().await.map_err(ImportError::Lookup)?;
        let row = record::find_unique(&mut tx, kind.number(), BY_NUMBER, &key).await.map_err(ImportError::Lookup)?;
        row.as_ref().map(Place::of).transpose()
    }
}

/// The content of a new cooperative.
fn body(row: CooperativeRow) -> Map<String, Value> {
    let mut body = Map::new();
    apply(&mut body, defaults());
    apply(&mut body, row.fields);
    set(&mut body, "court", row.court.into());
    set(&mut body, "number", row.number.into());
    body
}

/// The first field that a row says otherwise, though it follows from acts.
fn kept_by_acts(row: u64, before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Rejected> {
    let changed = KEPT_BY_ACTS.into_iter().find(|field| before.get(*field) != after.get(*field));
    let field = changed.filter(|_| have_acts(before))?;
    let value = match after.get(field) {
        Some(Value::String(text)) => text.clone(),
        value => value.map(Value::to_string).unwrap_or_default(),
    };
    Some(Rejected {
        table: Table::Cooperatives,
        row,
        column: field.to_owned(),
        value: shorten(&value),
        code: "kept-by-acts",
        message: "this follows from the acts of the cooperative: enter an act instead".to_owned(),
    })
}

/// What keeps a row that is right in itself out of the register.
fn conflict(
    row: &CooperativeRow,
    unique: Option<&String>,
    old: Option<&RecordRow>,
    stored: &Stored,
) -> Option<Rejected> {
    let taken = row.ice.as_ref().and_then(|ice| stored.by_ice.get(ice));
    let (column, value, code, message) = if unique.is_none() {
        ("court", row.court.as_str(), "too-long", "court and number together are too long")
    } else if taken.is_some_and(|id| old.is_none_or(|old| old.id != *id)) {
        let ice = row.ice.as_deref().unwrap_or_default();
        ("ice", ice, "duplicate", "another cooperative of the register has this ICE")
    } else {
        return None;
    };
    Some(Rejected {
        table: Table::Cooperatives,
        row: row.row,
        column: column.to_owned(),
        value: shorten(value),
        code,
        message: message.to_owned(),
    })
}
