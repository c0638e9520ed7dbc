//! The one place where the kit leaves the plugin.
//!
//! Each interface of the contract is a trait here. Two kernels implement them: the real one, through the component's
//! imports, and the one in memory, for tests. A new interface is a new trait with its two implementations.

use crate::bindings::tiwizi::plugin::blobs::{Blob, BlobPage};
use crate::bindings::tiwizi::plugin::context::{CallerView, InstanceView};
use crate::bindings::tiwizi::plugin::http_out::{Options, Request, Response};
use crate::bindings::tiwizi::plugin::jobs::Options as JobOptions;
use crate::bindings::tiwizi::plugin::kv::KeyPage;
use crate::bindings::tiwizi::plugin::notify::Message;
use crate::bindings::tiwizi::plugin::telemetry::Level;
use crate::bindings::tiwizi::plugin::types::{Entry, Error, Page, Query};

/// `context`: who asks, when and in which language.
pub(crate) trait ContextImport {
    fn caller() -> CallerView;
    fn request_id() -> String;
    fn language() -> String;
    fn now() -> u64;
    fn deadline_left_ms() -> u32;
    fn instance() -> InstanceView;
    fn address() -> Option<String>;
    fn plugin_id() -> String;
    fn plugin_version() -> String;
}

/// `store`: the records of the plugin's own kinds.
pub(crate) trait StoreImport {
    fn get(kind: &str, id: &str) -> Result<Option<Entry>, Error>;
    fn find(kind: &str, query: &Query) -> Result<Page, Error>;
    fn count(kind: &str, query: &Query) -> Result<u64, Error>;
    fn insert(kind: &str, body: &str) -> Result<Entry, Error>;
    fn put(kind: &str, id: &str, version: u64, body: &str) -> Result<Entry, Error>;
    fn patch(kind: &str, id: &str, version: Option<u64>, patch: &str) -> Result<Entry, Error>;
    fn delete(kind: &str, id: &str, version: Option<u64>) -> Result<(), Error>;
}

/// `registry`: the register of cooperatives, to read.
pub(crate) trait RegistryImport {
    fn cooperative(id: &str) -> Result<Option<Entry>, Error>;
    fn person(id: &str) -> Result<Option<Entry>, Error>;
    fn cooperatives(query: &Query) -> Result<Page, Error>;
    fn acts_for() -> Result<Vec<Entry>, Error>;
    fn founding(kind: &str, id: &str) -> Result<Option<Entry>, Error>;
    fn founding_rules() -> Result<String, Error>;
}

/// `milestones`: the steps of a person's or a cooperative's path.
pub(crate) trait MilestonesImport {
    fn reach(code: &str, kind: &str, id: &str) -> Result<(), Error>;
    fn reach_for(cooperative: &str, code: &str, kind: &str, id: &str) -> Result<(), Error>;
}

/// `calls`: questions to other plugins.
pub(crate) trait CallsImport {
    fn call(contract: &str, major: u32, method: &str, payload: &str) -> Result<String, Error>;
}

/// `notify`: messages to people.
pub(crate) trait NotifyImport {
    fn to_person(person: &str, message: &Message) -> Result<(), Error>;
    fn to_role(role: &str, province: Option<&str>, message: &Message) -> Result<(), Error>;
}

/// `telemetry`: lines in the kernel's log, numbers among its metrics.
pub(crate) trait TelemetryImport {
    fn log(level: Level, message: &str, fields: &[(&str, &str)]);
    fn count(name: &str, delta: u64);
    fn observe(name: &str, value: f64);
}

/// `kv`: the plugin's values by key.
pub(crate) trait KvImport {
    fn get(key: &str) -> Result<Option<Vec<u8>>, Error>;
    fn set(key: &str, value: &[u8], ttl_ms: Option<u64>) -> Result<(), Error>;
    fn delete(key: &str) -> Result<(), Error>;
    fn cas(key: &str, expected: Option<&[u8]>, value: &[u8], ttl_ms: Option<u64>) -> Result<(), Error>;
    fn increment(key: &str, delta: i64) -> Result<i64, Error>;
    fn list_keys(prefix: &str, limit: u32, cursor: Option<&str>) -> Result<KeyPage, Error>;
}

/// `blobs`: the plugin's files.
pub(crate) trait BlobsImport {
    fn begin(media_type: &str) -> Result<u32, Error>;
    fn write_chunk(upload: u32, content: &[u8]) -> Result<(), Error>;
    fn finish(upload: u32, sha256: Option<&str>) -> Result<Blob, Error>;
    fn read(id: &str, offset: u64, length: u32) -> Result<Vec<u8>, Error>;
    fn stat(id: &str) -> Result<Option<Blob>, Error>;
    fn delete(id: &str) -> Result<(), Error>;
    fn list_blobs(limit: u32, cursor: Option<&str>) -> Result<BlobPage, Error>;
    fn link(id: &str, seconds: u32) -> Result<String, Error>;
}

/// `config`: the settings that the manifest declares, to read.
pub(crate) trait ConfigImport {
    fn get(name: &str) -> Result<String, Error>;
    fn get_all() -> Result<String, Error>;
}

/// `i18n`: words, numbers and days in a language.
pub(crate) trait I18nImport {
    fn translate(key: &str, args: &[(String, String)], language: Option<&str>) -> Result<String, Error>;
    fn format_number(value: f64, decimals: u8, language: Option<&str>) -> String;
    fn format_date(at: u64, language: Option<&str>) -> String;
}

/// `secrets`: the secrets that the manifest names.
pub(crate) trait SecretsImport {
    fn is_set(name: &str) -> Result<bool, Error>;
    fn reveal(name: &str) -> Result<String, Error>;
}

/// `http-out`: requests to the hosts that the manifest names.
pub(crate) trait HttpOutImport {
    fn fetch(request: &Request, options: &Options) -> Result<Response, Error>;
}

/// `events`: the plugin's own events.
pub(crate) trait EventsImport {
    fn emit(topic: &str, key: &str, payload: &str) -> Result<(), Error>;
}

/// `jobs`: work for later.
pub(crate) trait JobsImport {
    fn enqueue(name: &str, payload: &str, options: &JobOptions) -> Result<String, Error>;
    fn cancel(id: &str) -> Result<bool, Error>;
    fn progress(done: u32, total: u32, note: &str) -> Result<(), Error>;
}

/// `documents`: documents as PDF.
pub(crate) trait DocumentsImport {
    fn make(template: &str, language: &str, data: &str) -> Result<String, Error>;
    fn link(id: &str, seconds: u32, name: &str) -> Result<String, Error>;
}

/// `credentials`: what the instance signs.
pub(crate) trait CredentialsImport {
    fn issue(claims: &str) -> Result<String, Error>;
    fn revoke(id: &str, reason: &str) -> Result<(), Error>;
}

#[cfg(target_arch = "wasm32")]
mod component;

#[cfg(target_arch = "wasm32")]
pub(crate) use component::Kernel;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use crate::native::Kernel;
