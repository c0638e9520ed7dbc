//! `registry`: the register of cooperatives, to read, with the rights and the view of the caller.

use tiwizi_model::{KindName, RecordId, limits};
use tiwizi_records::UnitError;
use tiwizi_registry::day::Day;
use tiwizi_registry::founding::{self, Source};
use tiwizi_registry::rule_pack;

use crate::bindings::tiwizi::plugin::registry::Host;
use crate::bindings::tiwizi::plugin::types::{Entry, Error, Page, Query};
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::imports::convert::{entry, page, query, unit_error};
use crate::imports::{error, record_id};

pub(super) const COOPERATIVE: &str = "registry/cooperative";
pub(super) const PERSON: &str = "registry/person";

impl Host for CallState {
    async fn cooperative(&mut self, id: String) -> wasmtime::Result<Result<Option<Entry>, Error>> {
        self.count_store()?;
        Ok(self.registry_get(COOPERATIVE, &id).await)
    }

    async fn person(&mut self, id: String) -> wasmtime::Result<Result<Option<Entry>, Error>> {
        self.count_store()?;
        Ok(self.registry_get(PERSON, &id).await)
    }

    async fn cooperatives(&mut self, query: Query) -> wasmtime::Result<Result<Page, Error>> {
        self.count_store()?;
        Ok(self.registry_find(query).await)
    }

    async fn acts_for(&mut self) -> wasmtime::Result<Result<Vec<Entry>, Error>> {
        self.count_store()?;
        Ok(self.registry_acts_for().await)
    }

    async fn founding(&mut self, kind: String, id: String) -> wasmtime::Result<Result<Option<Entry>, Error>> {
        self.count_store()?;
        Ok(self.registry_founding(&kind, &id).await)
    }

    async fn founding_rules(&mut self) -> wasmtime::Result<Result<String, Error>> {
        self.count_store()?;
        Ok(self.registry_founding_rules())
    }
}

impl CallState {
    async fn registry_get(&mut self, kind: &str, id: &str) -> Result<Option<Entry>, Error> {
        self.require(Capability::RegistryRead)?;
        let (kind, id) = (registry_kind(kind)?, record_id(id)?);
        let waited = self.budget.waited().clone();
        let found = waited.during(self.unit.get(&kind, id)).await.map_err(|error| unit_error(&error))?;
        Ok(found.map(entry))
    }

    async fn registry_find(&mut self, asked: Query) -> Result<Page, Error> {
        self.require(Capability::RegistryRead)?;
        let (kind, asked) = (registry_kind(COOPERATIVE)?, query(asked)?);
        let waited = self.budget.waited().clone();
        let found = waited.during(self.unit.list(&kind, &asked)).await.map_err(|error| unit_error(&error))?;
        Ok(page(found))
    }

    /// The file that was opened from a record of the plugin's own. What the record says is not asked: who takes part in the file may know of it.
    async fn registry_founding(&mut self, kind: &str, id: &str) -> Result<Option<Entry>, Error> {
        self.require(Capability::RegistryRead)?;
        let source = Source { kind: self.own_kind(kind)?, id: record_id(id)? };
        let waited = self.budget.waited().clone();
        let (records, caller) = (self.unit.records().clone(), self.caller.clone());
        let found = waited.during(founding::of_source(&records, &caller, &source)).await;
        Ok(found.map_err(|error| unit_error(&UnitError::Read(error)))?.map(entry))
    }

    fn registry_founding_rules(&self) -> Result<String, Error> {
        self.require(Capability::RegistryRead)?;
        let today = Day::of(self.ambient.now());
        let pack = rule_pack::in_use().ok().and_then(|packs| packs.at(today));
        let told = founding::rules_told(pack, today);
        told.map(|told| told.to_string()).ok_or_else(|| error("unavailable", "no rule pack is in force today"))
    }
}

impl CallState {
    /// Those that are no longer in the register are left out.
    async fn registry_acts_for(&mut self) -> Result<Vec<Entry>, Error> {
        self.require(Capability::RegistryRead)?;
        let kind = registry_kind(COOPERATIVE)?;
        let mut own: Vec<RecordId> =
            self.caller.subjects().into_iter().filter(|id| self.caller.acts_for(*id)).collect();
        own.truncate(limits::ACTS_FOR_MAX);
        let waited = self.budget.waited().clone();
        let mut found = Vec::with_capacity(own.len());
        for id in own {
            let record = waited.during(self.unit.get(&kind, id)).await.map_err(|error| unit_error(&error))?;
            found.extend(record.map(entry));
        }
        Ok(found)
    }
}

pub(super) fn registry_kind(name: &str) -> Result<KindName, Error> {
    name.parse().map_err(|_| error("unavailable", "the register has no such kind"))
}
