//! Where the cooperatives of an import are: what a row of members needs to know of them.

use std::collections::HashMap;

use serde_json::{Map, Value};
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
    pub(super) sector: String,
    pub(super) ice: Option<String>,
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
    by_key: HashMap<String, Known>,
}

/// Court and number as one text; a control character cannot stand in either.
pub(super) fn key(court: &str, number: &str) -> String {
    format!("{court}\u{1}{number}")
}

impl Places {
    pub(super) fn find(&self, key: &str) -> Option<&Known> {
        self.by_key.get(key)
    }

    pub(super) fn put(&mut self, key: String, known: Known) {
        self.by_key.insert(key, known);
    }
}

impl Place {
    /// The place of a cooperative that is stored.
    pub(super) fn of(row: &RecordRow) -> Result<Self, ImportError> {
        let body = stored(row)?;
        let sector = body.get("sector").and_then(Value::as_str).unwrap_or_default().to_owned();
        let (ice, is_by_acts) = (ice_of(&body), have_acts(&body));
        Ok(Self { id: row.id, province: row.province, sector, ice, fresh: false, is_by_acts })
    }
}

/// The ICE of a cooperative.
pub(super) fn ice_of(body: &Map<String, Value>) -> Option<String> {
    body.get("ice").and_then(Value::as_str).map(str::to_owned)
}
