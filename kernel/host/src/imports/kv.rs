//! `kv`: the values that the plugin keeps by key, through the call's unit of work. Whoever calls, they are the plugin's own.

use serde_json::json;
use tiwizi_model::limits;
use tiwizi_records::{KeyQuery, KvError};

use crate::bindings::tiwizi::plugin::kv::{Host, KeyPage};
use crate::bindings::tiwizi::plugin::types::Error;
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::imports::convert::{nearly_full, unavailable};
use crate::imports::error;

impl Host for CallState {
    async fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        self.count_store()?;
        Ok(self.kv_get(&key).await)
    }

    async fn set(&mut self, key: String, value: Vec<u8>, ttl_ms: Option<u64>) -> wasmtime::Result<Result<(), Error>> {
        self.count_store()?;
        let outcome = self.kv_set(&key, value, ttl_ms).await;
        Ok(self.counted(outcome))
    }

    async fn delete(&mut self, key: String) -> wasmtime::Result<Result<(), Error>> {
        self.count_store()?;
        Ok(self.kv_delete(&key).await)
    }

    async fn cas(
        &mut self,
        key: String,
        expected: Option<Vec<u8>>,
        value: Vec<u8>,
        ttl_ms: Option<u64>,
    ) -> wasmtime::Result<Result<(), Error>> {
        self.count_store()?;
        let outcome = self.kv_cas(&key, expected, value, ttl_ms).await;
        Ok(self.counted(outcome))
    }

    async fn increment(&mut self, key: String, delta: i64) -> wasmtime::Result<Result<i64, Error>> {
        self.count_store()?;
        let outcome = self.kv_increment(&key, delta).await;
        Ok(self.counted(outcome))
    }

    async fn list_keys(
        &mut self,
        prefix: String,
        limit: u32,
        cursor: Option<String>,
    ) -> wasmtime::Result<Result<KeyPage, Error>> {
        self.count_store()?;
        Ok(self.kv_keys(KeyQuery { prefix, limit, cursor }).await)
    }
}

impl CallState {
    async fn kv_get(&mut self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.require(Capability::Kv)?;
        let waited = self.budget.waited().clone();
        waited.during(self.unit.value(key)).await.map_err(|failed| kv_error(&failed))
    }

    async fn kv_set(&mut self, key: &str, value: Vec<u8>, ttl_ms: Option<u64>) -> Result<(), Error> {
        self.require_writing(Capability::Kv)?;
        let waited = self.budget.waited().clone();
        waited.during(self.unit.set_value(key, value, ttl_ms)).await.map_err(|failed| kv_error(&failed))
    }

    async fn kv_delete(&mut self, key: &str) -> Result<(), Error> {
        self.require_writing(Capability::Kv)?;
        let waited = self.budget.waited().clone();
        waited.during(self.unit.delete_value(key)).await.map_err(|failed| kv_error(&failed))
    }

    async fn kv_cas(
        &mut self,
        key: &str,
        expected: Option<Vec<u8>>,
        value: Vec<u8>,
        ttl_ms: Option<u64>,
    ) -> Result<(), Error> {
        self.require_writing(Capability::Kv)?;
        let waited = self.budget.waited().clone();
        waited.during(self.unit.swap_value(key, expected, value, ttl_ms)).await.map_err(|failed| kv_error(&failed))
    }

    async fn kv_increment(&mut self, key: &str, delta: i64) -> Result<i64, Error> {
        self.require_writing(Capability::Kv)?;
        let waited = self.budget.waited().clone();
        waited.during(self.unit.add_to_value(key, delta)).await.map_err(|failed| kv_error(&failed))
    }

    async fn kv_keys(&mut self, query: KeyQuery) -> Result<KeyPage, Error> {
        self.require(Capability::Kv)?;
        let waited = self.budget.waited().clone();
        let page = waited.during(self.unit.keys(&query)).await.map_err(|failed| kv_error(&failed))?;
        Ok(KeyPage { keys: page.keys, next: page.next })
    }
}

fn kv_error(failed: &KvError) -> Error {
    match failed {
        KvError::Nobody => error("denied", failed.to_string()),
        KvError::Key | KvError::Life | KvError::NoNumber { .. } => error("invalid", failed.to_string()),
        KvError::Large { bytes } => Error {
            details: json!({ "bytes": bytes, "bytes_max": limits::KV_VALUE_BYTES_MAX }).to_string(),
            ..error("over-limit", failed.to_string())
        },
        KvError::Full => error("over-limit", failed.to_string()),
        KvError::Quota { usage } => Error {
            details: json!({
                "items": usage.items, "items_max": limits::KV_ITEMS_MAX,
                "bytes": usage.bytes, "bytes_max": limits::KV_BYTES_MAX,
            })
            .to_string(),
            ..error("over-limit", failed.to_string())
        },
        KvError::Disk(full) => nearly_full(*full),
        KvError::Moved { key } => {
            Error { retryable: true, details: json!({ "key": key }).to_string(), ..error("stale", failed.to_string()) }
        }
        KvError::Storage(_) => unavailable(failed),
    }
}
