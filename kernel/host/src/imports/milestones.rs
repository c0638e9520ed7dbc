//! `milestones`: the steps that the plugin's manifest declares, of the caller's path and of those of the cooperatives that the caller acts for.

use tiwizi_model::{ProvinceCode, Record, RecordId, limits};
use tiwizi_registry::journey::{self, Milestone};

use crate::bindings::tiwizi::plugin::milestones::Host;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::imports::convert::unit_error;
use crate::imports::registry::{COOPERATIVE, PERSON, registry_kind};
use crate::imports::{error, record_id};
use crate::text::escaped;

impl Host for CallState {
    async fn reach(&mut self, code: String, kind: String, id: String) -> wasmtime::Result<Result<(), Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        Ok(waited.during(self.milestone_reach(&code, &kind, &id)).await)
    }

    async fn reach_for(
        &mut self,
        cooperative: String,
        code: String,
        kind: String,
        id: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        Ok(waited.during(self.milestone_reach_for(&cooperative, &code, &kind, &id)).await)
    }
}

impl CallState {
    /// The subject is the caller's own person, and the proof a record of the plugin's own that the caller may see.
    async fn milestone_reach(&mut self, code: &str, kind: &str, id: &str) -> Result<(), Error> {
        let stage = self.declared_stage(code)?;
        let subject =
            self.caller.person().ok_or_else(|| error("invalid", "the caller's account belongs to no person"))?;
        let proof = self.proof(kind, id).await?;
        let province = self.province_of(PERSON, subject).await?;
        self.milestone_note(stage, code, (subject, province), &proof).await
    }

    /// The subject is a cooperative that the caller acts for, and the proof a record of the plugin's own that belongs to it.
    async fn milestone_reach_for(&mut self, cooperative: &str, code: &str, kind: &str, id: &str) -> Result<(), Error> {
        let stage = self.declared_stage(code)?;
        let subject = record_id(cooperative)?;
        if !self.caller.acts_for(subject) {
            return Err(error("denied", format!("the caller does not act for the cooperative {subject}")));
        }
        let proof = self.proof(kind, id).await?;
        if proof.subject != Some(subject) {
            return Err(error("invalid", format!("the record {} does not belong to {subject}", proof.id)));
        }
        let province = self.province_of(COOPERATIVE, subject).await?;
        self.milestone_note(stage, code, (subject, province), &proof).await
    }

    /// The stage of a milestone that the manifest declares, where one may be noted.
    fn declared_stage(&self, code: &str) -> Result<String, Error> {
        self.require_writing(Capability::Milestones)?;
        let declared = self.plugin.manifest.milestones.iter().find(|declared| declared.code == code);
        declared.map(|declared| declared.stage.clone()).ok_or_else(|| {
            let code = escaped(code, limits::ECHO_CHARS_MAX);
            error("invalid", format!("the manifest of {} declares no milestone {code}", self.plugin.id()))
        })
    }

    async fn proof(&mut self, kind: &str, id: &str) -> Result<Record, Error> {
        let (kind, id) = (self.own_kind(kind)?, record_id(id)?);
        let proof = self.unit.get(&kind, id).await.map_err(|error| unit_error(&error))?;
        proof.ok_or_else(|| error("not-found", format!("there is no record {id} of {kind} to prove it")))
    }

    async fn milestone_note(
        &mut self,
        stage: String,
        code: &str,
        (subject, province): (RecordId, Option<ProvinceCode>),
        proof: &Record,
    ) -> Result<(), Error> {
        let milestone = Milestone {
            subject,
            province,
            stage,
            plugin: self.plugin.id().clone(),
            code: code.to_owned(),
            reached_at: self.ambient.now(),
            proof: Some((proof.kind.clone(), proof.id)),
        };
        journey::reach(&mut self.unit, &milestone).await.map(drop).map_err(|error| unit_error(&error))
    }

    async fn province_of(&mut self, kind: &str, subject: RecordId) -> Result<Option<ProvinceCode>, Error> {
        let found = self.unit.get(&registry_kind(kind)?, subject).await.map_err(|error| unit_error(&error))?;
        Ok(found.and_then(|record| record.province))
    }
}
