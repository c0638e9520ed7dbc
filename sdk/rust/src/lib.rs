//! The kit for plugins in Rust: implement [`Plugin`], answer with an [`Answer`], keep records with a [`Store`].
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use tiwizi_sdk::form::Filled;
//! use tiwizi_sdk::{Answer, Error, Find, Form, Kind, Plugin, Request, Route, Store, context, router};
//!
//! /// A kind of record: its schema, its classes and its rights are derived and stand in the manifest.
//! #[derive(Serialize, Deserialize, Kind)]
//! #[kind(index(person), read("own"), create("plugin:own"), delete("own"))]
//! struct Note {
//!     #[field(subject, class = "personal")]
//!     person: String,
//!     #[field(min_length = 1, max_length = 2000, class = "personal")]
//!     text: String,
//! }
//!
//! /// What the page's form sends.
//! #[derive(Form)]
//! struct NewNote {
//!     #[field(max_length = 2000)]
//!     text: String,
//! }
//!
//! struct Notes;
//!
//! impl Plugin for Notes {
//!     fn handle(request: &Request) -> Result<Answer, Error> {
//!         router::answer(&[Route::get("/", show), Route::post("/", add)], request)
//!     }
//! }
//!
//! fn show(_: &Request) -> Result<Answer, Error> {
//!     page(&Filled::empty())
//! }
//!
//! fn add(request: &Request) -> Result<Answer, Error> {
//!     let person = context::caller().person.ok_or_else(Error::sign_in)?;
//!     match request.read_form::<NewNote>() {
//!         Ok(new) => Store::create(&Note { person, text: new.text }).map(|_| Answer::redirect("/")),
//!         Err(filled) => page(&filled).map(|page| page.with_status(422)),
//!     }
//! }
//!
//! fn page(form: &Filled) -> Result<Answer, Error> {
//!     let Some(person) = context::caller().person else { return Err(Error::sign_in()) };
//!     let notes = Store::list(&Find::new().equal(Note::PERSON, person).limit(20))?;
//!     let texts: Vec<_> = notes.items.iter().map(|entry| entry.body.text.as_str()).collect();
//!     Answer::page("notes", "Notes", &serde_json::json!({ "texts": texts, "form": form }))
//! }
//!
//! tiwizi_sdk::export!(Notes);
//!
//! # use tiwizi_sdk::{Declared, native};
//! // The same code runs against the kernel in memory.
//! # let manifest = tiwizi_sdk::declaration::manifest_of("notes", &[Note::declaration()]);
//! native::start(&manifest);
//! native::as_member("00000000-0000-7000-8000-000000000001");
//! assert_eq!(native::call::<Notes>(&Request::post("/", &[("text", "Olives")])), Answer::redirect("/"));
//! assert!(matches!(native::call::<Notes>(&Request::post("/", &[])), Answer::Page { status: 422, .. }));
//! ```
//!
//! A plugin is a component for `wasm32-wasip2`. Each call runs in a fresh instance: statics do not outlive it. Built
//! for the machine itself, the same code runs against [`native`], a small kernel in memory, so that a plugin's rules are
//! tested with plain `cargo test`; what the real kernel adds there (permits, hooks, limits) needs a test against it.
//!
//! Generated code stays inside: the types of `bindings` are no part of what a plugin sees.

extern crate self as tiwizi_sdk;

mod answer;
#[doc(hidden)]
pub mod bindings;
mod error;
mod imports;
mod request;

pub mod blobs;
pub mod calls;
pub mod config;
pub mod context;
pub mod credentials;
pub mod csv;
pub mod declaration;
pub mod documents;
pub mod events;
pub mod form;
pub mod hooks;
pub mod http_out;
pub mod i18n;
pub mod jobs;
pub mod kv;
pub mod language;
pub mod milestones;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
pub mod notify;
pub mod places;
pub mod random;
pub mod registry;
pub mod router;
pub mod schema;
pub mod secrets;
pub mod store;
pub mod telemetry;
pub mod ui;

mod plugin;
mod value;

pub use answer::Answer;
pub use context::{Caller, CallerKind};
pub use declaration::{Declaration, Declared};
pub use error::Error;
pub use form::Form;
pub use language::{Language, Texts};
pub use plugin::{API_VERSION, Plugin};
pub use request::Request;
pub use router::Route;
pub use schema::Shape;
pub use store::{Entry, Field, Find, Kind, Page, Store};
pub use tiwizi_sdk_derive::{Form, Kind, Shape};
pub use value::{Date, RecordId};

/// What [`export!`] expands to; no part of the contract.
#[doc(hidden)]
pub mod exports {
    pub use crate::bindings;
    pub use crate::bindings::export_component;
    pub use crate::plugin::{
        API_VERSION_BYTES, before, handle, health, init, invoke, migrate, on_event, render, run_job,
    };
}
