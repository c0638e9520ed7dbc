//! `registry`: the register of cooperatives, to read, with the rights and the view of the caller.

use tiwizi_model::{KindName, RecordId, limits};

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
