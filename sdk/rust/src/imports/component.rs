//! The real kernel, through the component's imports.

use super::{
    Blob, BlobPage, BlobsImport, CallerView, CallsImport, ConfigImport, ContextImport, CredentialsImport,
    DocumentsImport, Entry, Error, EventsImport, HttpOutImport, I18nImport, InstanceView, JobOptions, JobsImport,
    KeyPage, KvImport, Level, Message, MilestonesImport, NotifyImport, Options, Page, Query, RegistryImport, Request,
    Response, SecretsImport, StoreImport, TelemetryImport,
};
use crate::bindings::tiwizi::plugin as wire;

/// The kernel that the component runs in.
pub(crate) enum Kernel {}

impl ContextImport for Kernel {
    fn caller() -> CallerView {
        wire::context::caller()
    }

    fn request_id() -> String {
        wire::context::request_id()
    }

    fn language() -> String {
        wire::context::language()
    }

    fn now() -> u64 {
        wire::context::now()
    }

    fn deadline_left_ms() -> u32 {
        wire::context::deadline_left_ms()
    }

    fn instance() -> InstanceView {
        wire::context::instance()
    }

    fn address() -> Option<String> {
        wire::context::address()
    }

    fn plugin_id() -> String {
        wire::context::plugin_id()
    }

    fn plugin_version() -> String {
        wire::context::plugin_version()
    }
}

impl StoreImport for Kernel {
    fn get(kind: &str, id: &str) -> Result<Option<Entry>, Error> {
        wire::store::get(kind, id)
    }

    fn find(kind: &str, query: &Query) -> Result<Page, Error> {
        wire::store::find(kind, query)
    }

    fn count(kind: &str, query: &Query) -> Result<u64, Error> {
        wire::store::count(kind, query)
    }

    fn insert(kind: &str, body: &str) -> Result<Entry, Error> {
        wire::store::insert(kind, body)
    }

    fn put(kind: &str, id: &str, version: u64, body: &str) -> Result<Entry, Error> {
        wire::store::put(kind, id, version, body)
    }

    fn patch(kind: &str, id: &str, version: Option<u64>, patch: &str) -> Result<Entry, Error> {
        wire::store::patch(kind, id, version, patch)
    }

    fn delete(kind: &str, id: &str, version: Option<u64>) -> Result<(), Error> {
        wire::store::delete(kind, id, version)
    }
}

impl RegistryImport for Kernel {
    fn cooperative(id: &str) -> Result<Option<Entry>, Error> {
        wire::registry::cooperative(id)
    }

    fn person(id: &str) -> Result<Option<Entry>, Error> {
        wire::registry::person(id)
    }

    fn cooperatives(query: &Query) -> Result<Page, Error> {
        wire::registry::cooperatives(query)
    }

    fn acts_for() -> Result<Vec<Entry>, Error> {
        wire::registry::acts_for()
    }

    fn founding(kind: &str, id: &str) -> Result<Option<Entry>, Error> {
        wire::registry::founding(kind, id)
    }

    fn founding_rules() -> Result<String, Error> {
        wire::registry::founding_rules()
    }
}

impl MilestonesImport for Kernel {
    fn reach(code: &str, kind: &str, id: &str) -> Result<(), Error> {
        wire::milestones::reach(code, kind, id)
    }

    fn reach_for(cooperative: &str, code: &str, kind: &str, id: &str) -> Result<(), Error> {
        wire::milestones::reach_for(cooperative, code, kind, id)
    }
}

impl TelemetryImport for Kernel {
    fn log(level: Level, message: &str, fields: &[(&str, &str)]) {
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        wire::telemetry::log(level, message, &fields);
    }

    fn count(name: &str, delta: u64) {
        wire::telemetry::count(name, delta);
    }

    fn observe(name: &str, value: f64) {
        wire::telemetry::observe(name, value);
    }
}

impl KvImport for Kernel {
    fn get(key: &str) -> Result<Option<Vec<u8>>, Error> {
        wire::kv::get(key)
    }

    fn set(key: &str, value: &[u8], ttl_ms: Option<u64>) -> Result<(), Error> {
        wire::kv::set(key, value, ttl_ms)
    }

    fn delete(key: &str) -> Result<(), Error> {
        wire::kv::delete(key)
    }

    fn cas(key: &str, expected: Option<&[u8]>, value: &[u8], ttl_ms: Option<u64>) -> Result<(), Error> {
        wire::kv::cas(key, expected, value, ttl_ms)
    }

    fn increment(key: &str, delta: i64) -> Result<i64, Error> {
        wire::kv::increment(key, delta)
    }

    fn list_keys(prefix: &str, limit: u32, cursor: Option<&str>) -> Result<KeyPage, Error> {
        wire::kv::list_keys(prefix, limit, cursor)
    }
}

impl ConfigImport for Kernel {
    fn get(name: &str) -> Result<String, Error> {
        wire::config::get(name)
    }

    fn get_all() -> Result<String, Error> {
        wire::config::get_all()
    }
}

impl SecretsImport for Kernel {
    fn is_set(name: &str) -> Result<bool, Error> {
        wire::secrets::is_set(name)
    }

    fn reveal(name: &str) -> Result<String, Error> {
        wire::secrets::reveal(name)
    }
}

impl HttpOutImport for Kernel {
    fn fetch(request: &Request, options: &Options) -> Result<Response, Error> {
        wire::http_out::fetch(request, options)
    }
}

impl I18nImport for Kernel {
    fn translate(key: &str, args: &[(String, String)], language: Option<&str>) -> Result<String, Error> {
        wire::i18n::translate(key, args, language)
    }

    fn format_number(value: f64, decimals: u8, language: Option<&str>) -> String {
        wire::i18n::format_number(value, decimals, language)
    }

    fn format_date(at: u64, language: Option<&str>) -> String {
        wire::i18n::format_date(at, language)
    }
}

impl BlobsImport for Kernel {
    fn begin(media_type: &str) -> Result<u32, Error> {
        wire::blobs::begin(media_type)
    }

    fn write_chunk(upload: u32, content: &[u8]) -> Result<(), Error> {
        wire::blobs::write_chunk(upload, content)
    }

    fn finish(upload: u32, sha256: Option<&str>) -> Result<Blob, Error> {
        wire::blobs::finish(upload, sha256)
    }

    fn read(id: &str, offset: u64, length: u32) -> Result<Vec<u8>, Error> {
        wire::blobs::read(id, offset, length)
    }

    fn stat(id: &str) -> Result<Option<Blob>, Error> {
        wire::blobs::stat(id)
    }

    fn delete(id: &str) -> Result<(), Error> {
        wire::blobs::delete(id)
    }

    fn list_blobs(limit: u32, cursor: Option<&str>) -> Result<BlobPage, Error> {
        wire::blobs::list_blobs(limit, cursor)
    }

    fn link(id: &str, seconds: u32) -> Result<String, Error> {
        wire::blobs::link(id, seconds)
    }
}

impl NotifyImport for Kernel {
    fn to_person(person: &str, message: &Message) -> Result<(), Error> {
        wire::notify::to_person(person, message)
    }

    fn to_role(role: &str, province: Option<&str>, message: &Message) -> Result<(), Error> {
        wire::notify::to_role(role, province, message)
    }
}

impl CallsImport for Kernel {
    fn call(contract: &str, major: u32, method: &str, payload: &str) -> Result<String, Error> {
        wire::calls::call(contract, major, method, payload)
    }
}

impl EventsImport for Kernel {
    fn emit(topic: &str, key: &str, payload: &str) -> Result<(), Error> {
        wire::events::emit(topic, key, payload)
    }
}

impl JobsImport for Kernel {
    fn enqueue(name: &str, payload: &str, options: &JobOptions) -> Result<String, Error> {
        wire::jobs::enqueue(name, payload, options)
    }

    fn cancel(id: &str) -> Result<bool, Error> {
        wire::jobs::cancel(id)
    }

    fn progress(done: u32, total: u32, note: &str) -> Result<(), Error> {
        wire::jobs::progress(done, total, note)
    }
}

impl DocumentsImport for Kernel {
    fn make(template: &str, language: &str, data: &str) -> Result<String, Error> {
        wire::documents::make(template, language, data)
    }

    fn link(id: &str, seconds: u32, name: &str) -> Result<String, Error> {
        wire::documents::link(id, seconds, name)
    }
}

impl CredentialsImport for Kernel {
    fn issue(claims: &str) -> Result<String, Error> {
        wire::credentials::issue(claims)
    }

    fn revoke(id: &str, reason: &str) -> Result<(), Error> {
        wire::credentials::revoke(id, reason)
    }
}
