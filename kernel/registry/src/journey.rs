//! The path of a person or a cooperative: skills, project, market.
//!
//! A milestone is written by the kernel alone, because a plugin said that it was reached; who may say so, and which
//! codes, is the host's to check. A milestone is reached once: to reach it again changes nothing.

use serde_json::{Map, Value};
use tiwizi_model::{Instant, KindName, PluginId, ProvinceCode, Record, RecordId};
use tiwizi_records::{Filter, Query, Unit, UnitError};

use crate::kinds::Names;

/// What has been reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// The person or cooperative that reached it.
    pub subject: RecordId,
    /// Its province, if known: permits of regional staff go by it.
    pub province: Option<ProvinceCode>,
    /// The stage, as the plugin's manifest has it: `skills`, `project` or `market`.
    pub stage: String,
    /// The plugin that declares the milestone.
    pub plugin: PluginId,
    /// The code in that plugin's manifest.
    pub code: String,
    /// When.
    pub reached_at: Instant,
    /// The record that proves it, if there is one.
    pub proof: Option<(KindName, RecordId)>,
}

impl Milestone {
    /// The body of its record. Without a proof the subject stands in its place, so that it is unique all the same.
    #[must_use]
    pub fn body(&self) -> Value {
        let proof = self.proof.as_ref().map_or(self.subject, |(_, id)| *id);
        let mut body = Map::new();
        let mut set = |field: &str, value: Value| body.insert(field.to_owned(), value);
        set("subject", self.subject.to_string().into());
        set("stage", self.stage.as_str().into());
        set("plugin", self.plugin.as_str().into());
        set("code", self.code.as_str().into());
        set("reached_at", self.reached_at.0.into());
        set("proof", proof.to_string().into());
        if let Some((kind, _)) = &self.proof {
            set("proof_kind", kind.as_str().into());
        }
        if let Some(province) = self.province {
            set("province", province.to_string().into());
        }
        Value::Object(body)
    }
}

/// Gathers the record of a milestone in a unit, or finds the one that is there. The unit's caller must be able to read
/// the milestones of the subject, as its own people are.
///
/// # Errors
/// When the caller may not read milestones, or the unit is full.
pub async fn reach(unit: &mut Unit, milestone: &Milestone) -> Result<Record, UnitError> {
    let kind = Names::new().milestone;
    let body = milestone.body();
    let same = ["subject", "plugin", "code", "proof"]
        .into_iter()
        .filter_map(|field| body.get(field).map(|value| Filter::equals(field, value.clone())))
        .collect();
    let query = Query { filters: same, limit: 1, ..Query::default() };
    if let Some(record) = unit.list(&kind, &query).await?.items.into_iter().next() {
        return Ok(record);
    }
    unit.create_by_kernel(&kind, body)
}
