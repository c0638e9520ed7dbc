//! Where the cooperatives of an import are: what a row of members needs to know of them.
//!
//! One is kept for each cooperative, so each is small: some ninety bytes, whatever its court, its number and its sector are called.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tiwizi_model::limits::IMPORT_NOWHERE_MAX;
use tiwizi_model::{ProvinceCode, RecordId};
use tiwizi_storage::RecordRow;

use crate::import::ImportError;
use crate::import::merge::stored;
use crate::kept::have_acts;

/// A cooperative to which members can belong.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) id: RecordId,
    pub(super) province: Option<ProvinceCode>,
    pub(super) sector: Arc<str>,
    pub(super) ice: Option<Box<str>>,
    /// Made by this very import, so that it cannot have members yet.
    pub(super) fresh: bool,
    /// Its fields and memberships follow from acts.
    pub(super) is_by_acts: bool,
}

/// What is known of the cooperative of some court and number.
#[derive(Debug, Clone)]
pub(super) enum Known {
    /// It is there.
    Here(Place),
    /// Its row was rejected, and it is not in the register either.
    Rejected,
    /// It is in neither.
    Nowhere,
}

/// The cooperatives that rows of members have named or may name.
#[derive(Debug, Default)]
pub(super) struct Places {
    by_key: HashMap<PlaceKey, Known>,
    /// Each sector once.
    sectors: BTreeSet<Arc<str>>,
    nowhere: usize,
}

/// A court and a number: so much of their hash that no two of them meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PlaceKey([u8; 16]);

/// Court and number as one; a control character cannot stand in either.
pub(super) fn key(court: &str, number: &str) -> PlaceKey {
    let hash = Sha256::new().chain_update(court).chain_update([1]).chain_update(number).finalize();
    PlaceKey(hash.first_chunk().copied().unwrap_or_default())
}

impl Places {
    pub(super) fn find(&self, key: PlaceKey) -> Option<&Known> {
        self.by_key.get(&key)
    }

    /// Remembers where a cooperative is. Of those that are nowhere only so many are: whoever names more of them has each looked for anew.
    pub(super) fn put(&mut self, key: PlaceKey, mut known: Known) {
        match &mut known {
            Known::Here(place) => place.sector = self.shared(&place.sector),
            Known::Nowhere if self.nowhere >= IMPORT_NOWHERE_MAX => return,
            Known::Nowhere => self.nowhere = self.nowhere.saturating_add(1),
            Known::Rejected => {}
        }
        self.by_key.insert(key, known);
    }

    fn shared(&mut self, sector: &Arc<str>) -> Arc<str> {
        if let Some(kept) = self.sectors.get(sector) {
            return Arc::clone(kept);
        }
        self.sectors.insert(Arc::clone(sector));
        Arc::clone(sector)
    }
}

impl Place {
    /// The place of a cooperative that is stored.
    pub(super) fn of(row: &RecordRow) -> Result<Self, ImportError> {
        let body = stored(row)?;
        let sector = body.get("sector").and_then(Value::as_str).unwrap_or_default().into();
        let (ice, is_by_acts) = (ice_of(&body), have_acts(&body));
        Ok(Self { id: row.id, province: row.province, sector, ice, fresh: false, is_by_acts })
    }
}

/// The ICE of a cooperative.
pub(super) fn ice_of(body: &Map<String, Value>) -> Option<Box<str>> {
    body.get("ice").and_then(Value::as_str).map(Box::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_its_court_and_number_and_those_that_are_nowhere_are_bounded() {
        let mut places = Places::default();
        let id = RecordId(uuid::Uuid::from_u128(7));
        for number in ["1/2020", "2/2020"] {
            let place = Place { id, province: None, sector: "argan".into(), ice: None, fresh: true, is_by_acts: false };
            places.put(key("Agadir", number), Known::Here(place));
        }
        let sector = |number: &str| match places.find(key("Agadir", number)) {
            Some(Known::Here(place)) => Arc::as_ptr(&place.sector),
            other => panic!("{other:?}"),
        };
        assert!(std::ptr::eq(sector("1/2020"), sector("2/2020")));
        assert!(places.find(key("Agadir1", "/2020")).is_none() && places.find(key("Aga", "dir1/2020")).is_none());
        for number in 0..IMPORT_NOWHERE_MAX + 10 {
            places.put(key("Tata", &number.to_string()), Known::Nowhere);
        }
        assert_eq!(places.by_key.len(), IMPORT_NOWHERE_MAX + 2);
    }
}
