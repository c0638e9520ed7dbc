//! Documents as PDF, set by the kernel from a template of the bundle. Capability `documents`, and `blobs` beside it.
//!
//! ```
//! # use std::time::Duration;
//! # use serde_json::json;
//! # use tiwizi_sdk::{Error, Language, documents, native};
//! fn certificate(name: &str) -> Result<String, Error> {
//!     let id = documents::make("certificate", Language::Arabic, &json!({ "name": name }))?;
//!     documents::link(&id, Duration::from_secs(3_600), "certificate")
//! }
//! # native::start(r#"{ "id": "notes", "capabilities": [{ "name": "blobs" }, { "name": "documents" }],
//! #   "documents": [{ "name": "certificate", "file": "certificate.typ" }] }"#);
//! # assert!(certificate("Fadma").unwrap().contains("&name=certificate&"));
//! # assert_eq!(native::documents()[0].data, json!({ "name": "Fadma" }));
//! ```

use std::time::Duration;

use serde::Serialize;

use crate::imports::{DocumentsImport as _, Kernel};
use crate::{Error, Language};

/// Sets a document in a language and keeps it as a file of the plugin, with the call's other writes; answers the file's id. The template
/// is one of the manifest's `documents` and knows the data, an object, as `data`.
///
/// # Errors
/// `denied` without the capabilities, `not-found` for a template that the manifest does not list, `invalid` when it cannot be set with
/// this data, `over-limit` when the document or the work on it becomes too much, `unavailable` when too many are being set.
pub fn make<Data: Serialize>(template: &str, language: Language, data: &Data) -> Result<String, Error> {
    let data = serde_json::to_string(data)?;
    Kernel::make(template, language.tag(), &data).map_err(Error::from_wire)
}

/// A path under which anybody may see the document for a while, one day at most, and save it under this name, which has no ending.
///
/// # Errors
/// `not-found` when the plugin keeps no such file, `invalid` for a time or a name that is none.
pub fn link(id: &str, time: Duration, name: &str) -> Result<String, Error> {
    let seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
    <Kernel as crate::imports::DocumentsImport>::link(id, seconds, name).map_err(Error::from_wire)
}
