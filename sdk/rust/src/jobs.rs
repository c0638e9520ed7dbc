//! Jobs: the plugin's own work in the background, later or by a schedule.
//!
//! The manifest declares each, and asks for the capability `jobs`: `"jobs": [{ "name": "digest", "title": { "fr": "Résumé" },
//! "schedule": "0 3 * * *" }]`. The schedule is cron's, in the time zone of the instance.
//!
//! ```
//! use std::time::Duration;
//!
//! use serde_json::{Value, json};
//! use tiwizi_sdk::jobs::{Job, Later, Outcome};
//! use tiwizi_sdk::{Answer, Error, Plugin, Request, jobs, kv, native};
//!
//! struct Digest;
//!
//! impl Plugin for Digest {
//!     fn handle(_: &Request) -> Result<Answer, Error> {
//!         Later::new("digest").after(Duration::from_secs(60)).once("today").enqueue(&json!({ "pages": 3 }))?;
//!         Ok(Answer::redirect("/"))
//!     }
//!
//!     fn run_job(job: &Job) -> Outcome {
//!         let sum = || -> Result<(), Error> {
//!             let wanted: Value = job.read()?;
//!             for page in 1..=3 {
//!                 jobs::progress(page, 3, "pages")?;
//!             }
//!             kv::set("digest", &wanted["pages"], None)
//!         };
//!         sum().into()
//!     }
//! }
//!
//! # tiwizi_sdk::export!(Digest);
//! # native::start(r#"{ "capabilities": [{ "name": "jobs" }, { "name": "kv" }], "jobs": [{ "name": "digest" }] }"#);
//! native::call::<Digest>(&Request::post("/", &[]));
//! native::call::<Digest>(&Request::post("/", &[]));
//! native::advance(60_000);
//! assert_eq!(native::run_jobs::<Digest>(), [("digest".to_owned(), Outcome::Done)]);
//! assert_eq!(kv::get::<u32>("digest").unwrap(), Some(3));
//! ```

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Error;
use crate::bindings::exports::tiwizi::plugin::job_handler as wire;
use crate::bindings::tiwizi::plugin::jobs::Options;
use crate::context;
use crate::imports::{JobsImport as _, Kernel};

pub use crate::events::Outcome;

/// A job that shall be done.
#[derive(Debug, Clone)]
pub struct Later<'a> {
    name: &'a str,
    options: Options,
}

impl<'a> Later<'a> {
    /// As soon as there is time.
    #[must_use]
    pub fn new(name: &'a str) -> Self {
        Self { name, options: Options { run_at: None, dedupe_key: None, attempts_max: 0 } }
    }

    /// Not before that time, in milliseconds since 1970.
    #[must_use]
    pub fn at(mut self, at: u64) -> Self {
        self.options.run_at = Some(at);
        self
    }

    /// Not before so much time has passed.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        self.at(context::now().saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)))
    }

    /// Only if none with this name and key waits.
    #[must_use]
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.options.dedupe_key = Some(key.into());
        self
    }

    /// With so many tries, 10 at most.
    #[must_use]
    pub fn attempts_max(mut self, attempts: u32) -> Self {
        self.options.attempts_max = attempts;
        self
    }

    /// Puts it aside, together with the call's writes, and answers its id; that of the one which waits, if there is one with the same key.
    ///
    /// # Errors
    /// `denied` without the capability `jobs` or when the manifest declares no such job, `over-limit` when there is too much of it.
    pub fn enqueue(self, payload: &impl Serialize) -> Result<String, Error> {
        let payload = serde_json::to_string(payload)?;
        Kernel::enqueue(self.name, &payload, &self.options).map_err(Error::from_wire)
    }
}

/// Takes a waiting job back. False when it does not wait.
///
/// # Errors
/// `denied` without the capability `jobs`.
pub fn cancel(id: &str) -> Result<bool, Error> {
    Kernel::cancel(id).map_err(Error::from_wire)
}

/// Says how far the job that calls has come; the administrator sees it.
///
/// # Errors
/// `invalid` outside a job, `unavailable` when the job took so long that another worker has it.
pub fn progress(done: u32, total: u32, note: &str) -> Result<(), Error> {
    Kernel::progress(done, total, note).map_err(Error::from_wire)
}

/// A job that is to be done now.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// Its name in the manifest.
    pub name: String,
    /// What was put aside with it; an empty object for a scheduled one.
    pub payload: Value,
    /// When it should have run, in milliseconds since 1970.
    pub due_at: u64,
    /// 1 the first time.
    pub attempt: u32,
}

impl Job {
    /// What was put aside with it, read from its JSON.
    ///
    /// # Errors
    /// `internal` when it has another shape.
    pub fn read<Payload: DeserializeOwned>(&self) -> Result<Payload, Error> {
        Ok(serde_json::from_value(self.payload.clone())?)
    }

    pub(crate) fn from_wire(wire: wire::Job) -> Self {
        Self {
            id: wire.id,
            name: wire.name,
            payload: serde_json::from_str(&wire.payload).unwrap_or_default(),
            due_at: wire.due_at,
            attempt: wire.attempt,
        }
    }
}
