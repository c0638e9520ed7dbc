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

#[cfg(test)]
mod tests {
    use tiwizi_identity::{AccountCaller, Caller};
    use tiwizi_model::AccountId;

    use super::*;
    use crate::testing::Register;

    fn learner(register: &Register, person: RecordId) -> Caller {
        let account = AccountCaller {
            account: AccountId(register.records.ambient().new_uuid()),
            name: "Tanirt".into(),
            person: Some(person),
            language: tiwizi_model::Language::Tachelhit,
            roles: Vec::new(),
        };
        Caller::of_account(account).through("training".parse().unwrap())
    }

    fn milestone(register: &Register, subject: RecordId, proof: RecordId) -> Milestone {
        Milestone {
            subject,
            province: "09.541".parse().ok(),
            stage: "skills".into(),
            plugin: "training".parse().unwrap(),
            code: "module-completed".into(),
            reached_at: register.records.ambient().now(),
            proof: Some(("training/progress".parse().unwrap(), proof)),
        }
    }

    #[tokio::test]
    async fn a_milestone_is_reached_once_for_each_proof() {
        let register = Register::new().await;
        let new_id = || register.records.ambient().new_id();
        let (person, first, second) = (new_id(), new_id(), new_id());
        let caller = learner(&register, person);
        for proof in [first, first, second] {
            let mut unit = Unit::new(register.records.clone(), caller.clone());
            reach(&mut unit, &milestone(&register, person, proof)).await.unwrap();
            reach(&mut unit, &milestone(&register, person, proof)).await.unwrap();
            unit.commit(None).await.unwrap();
        }
        let milestones = register.all(&register.names.milestone).await;
        assert_eq!(milestones.len(), 2);
        assert_eq!(milestones[0]["subject"], person.to_string());
    }

    #[tokio::test]
    async fn nobody_writes_a_milestone_by_hand() {
        let register = Register::new().await;
        let person = register.records.ambient().new_id();
        let caller = learner(&register, person);
        let body = milestone(&register, person, person).body();
        let mut unit = Unit::new(register.records.clone(), caller);
        let refused = unit.create(&register.names.milestone, body);
        assert!(matches!(refused, Err(UnitError::Write(tiwizi_records::WriteError::Refused(_)))));
    }
}
