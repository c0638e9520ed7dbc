//! Events: what other people's writes and other plugins' doings lead to.
//!
//! The manifest subscribes and declares the plugin's own topics, and asks for the capability `events`:
//! `"events": [{ "name": "members", "topics": ["registry/cooperative"], "operations": ["create"] }]`,
//! `"topics": [{ "name": "finished", "title": { "fr": "Cours terminé" } }]`.
//!
//! ```
//! use serde_json::{Value, json};
//! use tiwizi_sdk::events::{Event, Outcome};
//! use tiwizi_sdk::{Error, Plugin, events, kv, native};
//!
//! struct Greeter;
//!
//! impl Plugin for Greeter {
//!     fn on_event(event: &Event) -> Outcome {
//!         match greet(event) {
//!             Ok(()) => Outcome::Done,
//!             Err(error) if error.retryable => Outcome::Retry(None),
//!             Err(error) => Outcome::Reject(error.message),
//!         }
//!     }
//! }
//!
//! fn greet(event: &Event) -> Result<(), Error> {
//!     let body: Value = event.read()?;
//!     kv::set(&format!("greeted/{}", event.key), &body["name_fr"], None)?;
//!     events::emit("greeted", &event.key, &json!({ "name": body["name_fr"] }))
//! }
//!
//! # tiwizi_sdk::export!(Greeter);
//! native::start(
//!     r#"{ "id": "greeter", "capabilities": [{ "name": "events" }, { "name": "kv" }, { "name": "registry.read" }],
//!          "events": [{ "name": "new", "topics": ["registry/cooperative"], "operations": ["create"] }],
//!          "topics": [{ "name": "greeted" }] }"#,
//! );
//! assert_eq!(native::tell::<Greeter>(&Event::created("registry/cooperative", "c1", json!({ "name_fr": "Tafukt" }))), [Outcome::Done]);
//! assert_eq!(native::emitted(), [("greeter/greeted".to_owned(), "c1".to_owned(), json!({ "name": "Tafukt" }))]);
//! ```

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Error;
use crate::bindings::exports::tiwizi::plugin::event_handler as wire;
use crate::bindings::tiwizi::plugin::types;
use crate::hooks::Operation;
use crate::imports::{EventsImport as _, Kernel};

/// Tells the subscribers of one of the plugin's own topics, together with the call's writes. Events with the same key arrive in their order.
///
/// # Errors
/// `denied` without the capability `events` or when the manifest declares no such topic, `over-limit` when there is too much of it.
pub fn emit(topic: &str, key: &str, payload: &impl Serialize) -> Result<(), Error> {
    Kernel::emit(topic, key, &serde_json::to_string(payload)?).map_err(Error::from_wire)
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The same each time that this event is told.
    pub id: String,
    /// The subscription's name in the manifest.
    pub subscription: String,
    /// A kind, for changes of its records, or `plugin/topic`.
    pub topic: String,
    /// For changes: what was done.
    pub operation: Option<Operation>,
    /// For changes: the record.
    pub record: Option<String>,
    /// For changes: the version that was made.
    pub version: Option<u64>,
    /// The record's id, or the key that the other plugin gave.
    pub key: String,
    /// The record as it stood then, or what the other plugin sent. Null for a deleted record.
    pub payload: Value,
    /// When it happened, in milliseconds since 1970.
    pub at: u64,
    /// 1 the first time.
    pub attempt: u32,
    /// How many reactions led to it.
    pub depth: u32,
}

impl Event {
    /// An event as a test tells it: a record was made.
    #[must_use]
    pub fn created(kind: &str, record: &str, payload: Value) -> Self {
        Self {
            operation: Some(Operation::Create),
            record: Some(record.to_owned()),
            version: Some(1),
            ..Self::emitted(kind, record, payload)
        }
    }

    /// An event as a test tells it: another plugin emitted it.
    #[must_use]
    pub fn emitted(topic: &str, key: &str, payload: Value) -> Self {
        Self {
            id: "00000000-0000-7000-8000-0000000000e0".to_owned(),
            subscription: String::new(),
            topic: topic.to_owned(),
            operation: None,
            record: None,
            version: None,
            key: key.to_owned(),
            payload,
            at: 0,
            attempt: 1,
            depth: 0,
        }
    }

    /// What it holds, read from its JSON.
    ///
    /// # Errors
    /// `internal` when it has another shape.
    pub fn read<Payload: DeserializeOwned>(&self) -> Result<Payload, Error> {
        Ok(serde_json::from_value(self.payload.clone())?)
    }

    pub(crate) fn from_wire(wire: wire::Event) -> Self {
        Self {
            id: wire.id,
            subscription: wire.subscription,
            topic: wire.topic,
            operation: wire.operation.map(Operation::from_wire),
            record: wire.record,
            version: wire.version,
            key: wire.key,
            payload: serde_json::from_str(&wire.payload).unwrap_or_default(),
            at: wire.at,
            attempt: wire.attempt,
            depth: wire.depth,
        }
    }
}

/// How work in the background ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done. What it wrote is kept.
    Done,
    /// It failed for now: again after so many seconds, or when the kernel thinks fit. What it wrote is given up.
    Retry(Option<u32>),
    /// It will never work, for this reason: an administrator looks at it. What it wrote is given up.
    Reject(String),
}

impl Outcome {
    pub(crate) fn into_wire(self) -> types::Outcome {
        match self {
            Self::Done => types::Outcome::Done,
            Self::Retry(seconds) => types::Outcome::Retry(seconds),
            Self::Reject(reason) => types::Outcome::Reject(reason),
        }
    }
}

impl From<Result<(), Error>> for Outcome {
    /// An error that may pass is tried again; any other one is for the administrator.
    fn from(result: Result<(), Error>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(error) if error.retryable => Self::Retry(None),
            Err(error) => Self::Reject(error.to_string()),
        }
    }
}
