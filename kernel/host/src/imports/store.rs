//! `store`: the records of the plugin's own kinds, read and written as the caller, through the call's unit of work.

use tiwizi_model::Version;

use crate::bindings::tiwizi::plugin::store::Host;
use crate::bindings::tiwizi::plugin::types::{Entry, Error, Page, Query};
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::imports::convert::{body, entry, page, query, unit_error, version};
use crate::imports::record_id;

impl Host for CallState {
    async fn get(&mut self, kind: String, id: String) -> wasmtime::Result<Result<Option<Entry>, Error>> {
        self.count_store()?;
        Ok(self.store_get(&kind, &id).await)
    }

    async fn find(&mut self, kind: String, query: Query) -> wasmtime::Result<Result<Page, Error>> {
        self.count_store()?;
        Ok(self.store_find(&kind, query).await)
    }

    async fn count(&mut self, kind: String, query: Query) -> wasmtime::Result<Result<u64, Error>> {
        self.count_store()?;
        Ok(self.store_count(&kind, query).await)
    }

    async fn insert(&mut self, kind: String, body: String) -> wasmtime::Result<Result<Entry, Error>> {
        self.count_store()?;
        let outcome = self.store_insert(&kind, &body).await;
        Ok(self.counted(outcome))
    }

    async fn put(
        &mut self,
        kind: String,
        id: String,
        seen: u64,
        body: String,
    ) -> wasmtime::Result<Result<Entry, Error>> {
        self.count_store()?;
        let outcome = self.store_put(&kind, &id, seen, &body).await;
        Ok(self.counted(outcome))
    }

    async fn patch(
        &mut self,
        kind: String,
        id: String,
        seen: Option<u64>,
        patch: String,
    ) -> wasmtime::Result<Result<Entry, Error>> {
        self.count_store()?;
        let outcome = self.store_patch(&kind, &id, seen, &patch).await;
        Ok(self.counted(outcome))
    }

    async fn delete(&mut self, kind: String, id: String, seen: Option<u64>) -> wasmtime::Result<Result<(), Error>> {
        self.count_store()?;
        Ok(self.store_delete(&kind, &id, seen).await)
    }
}

impl CallState {
    async fn store_get(&mut self, kind: &str, id: &str) -> Result<Option<Entry>, Error> {
        self.require(Capability::Store)?;
        let (kind, id) = (self.own_kind(kind)?, record_id(id)?);
        let waited = self.budget.waited().clone();
        let found = waited.during(self.unit.get(&kind, id)).await.map_err(|error| unit_error(&error))?;
        Ok(found.map(entry))
    }

    async fn store_find(&mut self, kind: &str, asked: Query) -> Result<Page, Error> {
        self.require(Capability::Store)?;
        let (kind, asked) = (self.own_kind(kind)?, query(asked)?);
        let waited = self.budget.waited().clone();
        let found = waited.during(self.unit.list(&kind, &asked)).await.map_err(|error| unit_error(&error))?;
        Ok(page(found))
    }

    async fn store_count(&mut self, kind: &str, asked: Query) -> Result<u64, Error> {
        self.require(Capability::Store)?;
        let (kind, asked) = (self.own_kind(kind)?, query(asked)?);
        let waited = self.budget.waited().clone();
        waited.during(self.unit.count(&kind, &asked)).await.map(u64::from).map_err(|error| unit_error(&error))
    }

    async fn store_insert(&mut self, kind: &str, text: &str) -> Result<Entry, Error> {
        self.require_writing(Capability::Store)?;
        let (kind, body) = (self.own_kind(kind)?, body(text)?);
        self.weigh().await?;
        self.unit.create(&kind, body).map(entry).map_err(|error| unit_error(&error))
    }

    /// Before the first write: what the plugin's records take up.
    async fn weigh(&mut self) -> Result<(), Error> {
        let waited = self.budget.waited().clone();
        waited.during(self.unit.weigh()).await.map_err(|error| unit_error(&error))
    }

    async fn store_put(&mut self, kind: &str, id: &str, seen: u64, text: &str) -> Result<Entry, Error> {
        self.require_writing(Capability::Store)?;
        let (kind, id, seen, body) = (self.own_kind(kind)?, record_id(id)?, version(seen)?, body(text)?);
        self.weigh().await?;
        let waited = self.budget.waited().clone();
        let written = waited.during(self.unit.replace(&kind, id, body, seen)).await;
        written.map(entry).map_err(|error| unit_error(&error))
    }

    async fn store_patch(&mut self, kind: &str, id: &str, seen: Option<u64>, text: &str) -> Result<Entry, Error> {
        self.require_writing(Capability::Store)?;
        let (kind, id, patch) = (self.own_kind(kind)?, record_id(id)?, body(text)?);
        let seen: Option<Version> = seen.map(version).transpose()?;
        self.weigh().await?;
        let waited = self.budget.waited().clone();
        let written = waited.during(self.unit.patch(&kind, id, patch, seen)).await;
        written.map(entry).map_err(|error| unit_error(&error))
    }

    async fn store_delete(&mut self, kind: &str, id: &str, seen: Option<u64>) -> Result<(), Error> {
        self.require_writing(Capability::Store)?;
        let (kind, id) = (self.own_kind(kind)?, record_id(id)?);
        let seen = seen.map(version).transpose()?;
        let waited = self.budget.waited().clone();
        waited.during(self.unit.delete(&kind, id, seen)).await.map_err(|error| unit_error(&error))
    }
}
