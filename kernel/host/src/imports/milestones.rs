//! `milestones`: the steps of the caller's path that the plugin's manifest declares.

use tiwizi_model::{ProvinceCode, RecordId, limits};
use tiwizi_registry::journey::{self, Milestone};

use crate::bindings::tiwizi::plugin::milestones::Host;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::imports::convert::unit_error;
use crate::imports::registry::{PERSON, registry_kind};
use crate::imports::{error, record_id};
use crate::text::escaped;

impl Host for CallState {
    async fn reach(&mut self, code: String, kind: String, id: String) -> wasmtime::Result<Result<(), Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        Ok(waited.during(self.milestone_reach(&code, &kind, &id)).await)
    }
}

impl CallState {
    /// The subject is always the caller's own person, and the proof a record of the plugin's own that the caller may see.
    async fn milestone_reach(&mut self, code: &str, kind: &str, id: &str) -> Result<(), Error> {
        self.require_writing(Capability::Milestones)?;
        let declared = self.plugin.manifest.milestones.iter().find(|declared| declared.code == code);
        let stage = declared.map(|declared| declared.stage.clone()).ok_or_else(|| {
            let code = escaped(code, limits::ECHO_CHARS_MAX);
            error("invalid", format!("the manifest of {} declares no milestone {code}", self.plugin.id()))
        })?;
        let subject =
            self.caller.person().ok_or_else(|| error("invalid", "the caller's account belongs to no person"))?;
        let (kind, id) = (self.own_kind(kind)?, record_id(id)?);
        let proof = self.unit.get(&kind, id).await.map_err(|error| unit_error(&error))?;
        proof.ok_or_else(|| error("not-found", format!("there is no record {id} of {kind} to prove it")))?;
        let milestone = Milestone {
            subject,
            province: self.province_of(subject).await?,
            stage,
            plugin: self.plugin.id().clone(),
            code: code.to_owned(),
            reached_at: self.ambient.now(),
            proof: Some((kind, id)),
        };
        journey::reach(&mut self.unit, &milestone).await.map(drop).map_err(|error| unit_error(&error))
    }

    async fn province_of(&mut self, person: RecordId) -> Result<Option<ProvinceCode>, Error> {
        let found = self.unit.get(&registry_kind(PERSON)?, person).await.map_err(|error| unit_error(&error))?;
        Ok(found.and_then(|record| record.province))
    }
}
