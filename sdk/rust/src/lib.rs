//! The kit for plugins in Rust: implement [`Plugin`], answer with an [`Answer`], keep records with a [`Store`].
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use tiwizi_sdk::{Answer, Error, Find, Kind, Plugin, Request, Route, Store, router};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Note { text: String }
//! impl Kind for Note { const NAME: &'static str = "note"; }
//!
//! struct Notes;
//! impl Plugin for Notes {
//!     fn handle(request: &Request) -> Result<Answer, Error> {
//!         router::answer(&[Route::get("/", list), Route::post("/notes", add)], request)
//!     }
//! }
//! fn list(_: &Request) -> Result<Answer, Error> {
//!     let page = Store::find::<Note>(&Find::new().limit(20))?;
//!     let texts: Vec<_> = page.items.iter().map(|entry| entry.body.text.as_str()).collect();
//!     Answer::page("notes", "Notes", &serde_json::json!({ "texts": texts }))
//! }
//! fn add(request: &Request) -> Result<Answer, Error> {
//!     Store::insert(&Note { text: request.form_required("text")?.to_owned() })?;
//!     Ok(Answer::redirect("/"))
//! }
//! tiwizi_sdk::export!(Notes);
//! # fn main() {}
//! ```
//!
//! A plugin is a component for `wasm32-wasip2`. Each call runs in a fresh instance: statics do not outlive it. Built
//! for the machine itself, the same code runs against [`native`], a small kernel in memory, so that a plugin's rules are
//! tested with plain `cargo test`; what the real kernel adds there (permits, hooks, limits) needs a test against it.
//!
//! Generated code stays inside: the types of `bindings` are no part of what a plugin sees.

mod answer;
#[doc(hidden)]
pub mod bindings;
mod error;
mod imports;
mod request;

pub mod context;
pub mod milestones;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
pub mod registry;
pub mod router;
pub mod store;
pub mod telemetry;

mod plugin;

pub use answer::Answer;
pub use context::{Caller, CallerKind};
pub use error::Error;
pub use plugin::Plugin;
pub use request::Request;
pub use router::Route;
pub use store::{Entry, Find, Kind, Page, Store};

/// What [`export!`] expands to; no part of the contract.
#[doc(hidden)]
pub mod exports {
    pub use crate::bindings;
    pub use crate::bindings::export_component;
    pub use crate::plugin::{handle, health, init};
}
