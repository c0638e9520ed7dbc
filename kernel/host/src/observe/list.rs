//! Every function that a guest can call, once: what is looked at on the way to `imports`, and what a replay answers. A function that
//! is missing here does not compile.

/// The types and interfaces that the list names.
pub(crate) mod names {
    pub(crate) use crate::bindings::tiwizi::plugin::blobs::{self, Blob, BlobPage};
    pub(crate) use crate::bindings::tiwizi::plugin::context::{self, CallerView, InstanceView};
    pub(crate) use crate::bindings::tiwizi::plugin::http_out::{self, Options, Request, Response};
    pub(crate) use crate::bindings::tiwizi::plugin::jobs::{self, Options as JobOptions};
    pub(crate) use crate::bindings::tiwizi::plugin::kv::{self, KeyPage};
    pub(crate) use crate::bindings::tiwizi::plugin::notify::{self, Message};
    pub(crate) use crate::bindings::tiwizi::plugin::telemetry::{self, Level};
    pub(crate) use crate::bindings::tiwizi::plugin::types::{self, Entry, Error, Page, Query};
    pub(crate) use crate::bindings::tiwizi::plugin::{
        calls, config, credentials, documents, events, i18n, milestones, registry, secrets, store,
    };
}

/// Hands the list to a macro.
macro_rules! each_interface {
    ($do:ident) => {
        $do! {
            context {
                fn request_id() -> String;
                fn language() -> String;
                fn caller() -> CallerView;
                fn now() -> u64;
                fn deadline_left_ms() -> u32;
                fn instance() -> InstanceView;
                fn address() -> Option<String>;
                fn plugin_id() -> String;
                fn plugin_version() -> String;
            }
            store {
                async fn get(kind: String, id: String) -> Result<Option<Entry>, Error>;
                async fn find(kind: String, query: Query) -> Result<Page, Error>;
                async fn count(kind: String, query: Query) -> Result<u64, Error>;
                async fn insert(kind: String, body: String) -> Result<Entry, Error>;
                async fn put(kind: String, id: String, seen: u64, body: String) -> Result<Entry, Error>;
                async fn patch(kind: String, id: String, seen: Option<u64>, patch: String) -> Result<Entry, Error>;
                async fn delete(kind: String, id: String, seen: Option<u64>) -> Result<(), Error>;
            }
            kv {
                async fn get(key: String) -> Result<Option<Vec<u8>>, Error>;
                async fn set(key: String, value: Vec<u8>, ttl_ms: Option<u64>) -> Result<(), Error>;
                async fn delete(key: String) -> Result<(), Error>;
                async fn cas(key: String, expected: Option<Vec<u8>>, value: Vec<u8>, ttl_ms: Option<u64>) -> Result<(), Error>;
                async fn increment(key: String, delta: i64) -> Result<i64, Error>;
                async fn list_keys(prefix: String, limit: u32, cursor: Option<String>) -> Result<KeyPage, Error>;
            }
            blobs {
                async fn begin(media_type: String) -> Result<u32, Error>;
                async fn write_chunk(upload: u32, content: Vec<u8>) -> Result<(), Error>;
                async fn finish(upload: u32, sha256: Option<String>) -> Result<Blob, Error>;
                async fn read(id: String, offset: u64, length: u32) -> Result<Vec<u8>, Error>;
                async fn stat(id: String) -> Result<Option<Blob>, Error>;
                async fn delete(id: String) -> Result<(), Error>;
                async fn list_blobs(limit: u32, cursor: Option<String>) -> Result<BlobPage, Error>;
                async fn link(id: String, seconds: u32) -> Result<String, Error>;
            }
            config {
                async fn get(name: String) -> Result<String, Error>;
                async fn get_all() -> Result<String, Error>;
            }
            i18n {
                async fn translate(key: String, args: Vec<(String, String)>, language: Option<String>) -> Result<String, Error>;
                async fn format_number(value: f64, decimals: u8, language: Option<String>) -> String;
                async fn format_date(at: u64, language: Option<String>) -> String;
            }
            secrets {
                async fn is_set(name: String) -> Result<bool, Error>;
                async fn reveal(name: String) -> Result<String, Error>;
            }
            http_out {
                async fn fetch(request: Request, options: Options) -> Result<Response, Error>;
            }
            registry {
                async fn cooperative(id: String) -> Result<Option<Entry>, Error>;
                async fn person(id: String) -> Result<Option<Entry>, Error>;
                async fn cooperatives(query: Query) -> Result<Page, Error>;
                async fn acts_for() -> Result<Vec<Entry>, Error>;
                async fn founding(kind: String, id: String) -> Result<Option<Entry>, Error>;
                async fn founding_rules() -> Result<String, Error>;
            }
            milestones {
                async fn reach(code: String, kind: String, id: String) -> Result<(), Error>;
                async fn reach_for(cooperative: String, code: String, kind: String, id: String) -> Result<(), Error>;
            }
            calls {
                async fn call(contract: String, major: u32, method: String, payload: String) -> Result<String, Error>;
            }
            notify {
                async fn to_person(person: String, message: Message) -> Result<(), Error>;
                async fn to_role(role: String, province: Option<String>, message: Message) -> Result<(), Error>;
            }
            events {
                async fn emit(topic: String, key: String, payload: String) -> Result<(), Error>;
            }
            jobs {
                async fn enqueue(name: String, payload: String, options: JobOptions) -> Result<String, Error>;
                async fn cancel(id: String) -> Result<bool, Error>;
                async fn progress(done: u32, total: u32, note: String) -> Result<(), Error>;
            }
            documents {
                async fn make(template: String, language: String, data: String) -> Result<String, Error>;
                async fn link(id: String, seconds: u32, name: String) -> Result<String, Error>;
            }
            credentials {
                async fn issue(claims: String) -> Result<String, Error>;
                async fn revoke(id: String, reason: String) -> Result<(), Error>;
            }
            telemetry {
                fn log(level: Level, message: String, fields: Vec<(String, String)>) -> ();
                fn count(name: String, delta: u64) -> ();
                fn observe(name: String, value: f64) -> ();
            }
        }
    };
}

pub(crate) use each_interface;
