//! The server: the HTTP API, the pages, and the tasks in the background. The only crate that knows axum and status
//! codes.
//!
//! To know what it serves, read `router.rs`: one flat list. Each handler is five moves (extract, permit, act, commit,
//! answer); what is refused travels as a [`Problem`] and is rendered at the edge. No SQL and no rule of the domain is
//! here.

mod accept;
mod accepts;
mod ages;
mod api;
pub mod app;
mod background;
mod blob;
mod body;
mod caller;
mod cookie;
mod credentials;
mod dossier;
mod edge;
mod etag;
mod export;
mod exports;
mod extracts;
mod fed;
mod federation;
mod form;
mod form_files;
mod idempotency;
mod inside;
mod json;
mod language;
mod later;
mod metrics;
mod moving;
mod multipart;
mod national;
mod notice;
mod open_data;
mod openapi;
mod pages;
mod parameters;
mod parcels;
mod plugin;
mod plugin_files;
pub mod problem;
mod range;
mod router;
mod socket;
mod stored;
pub mod tasks;
mod time;
mod upload;
mod uploads;

pub use accept::{serve, stop_signal};
pub use app::{App, SeenRequest, Settings, StartError};
pub use extracts::{IssuedExtract, issue_extract};
pub use fed::{Part, TalkError};
pub use inside::{InsideReply, InsideVisit, SettleError, settle, visit_plugin};
pub use pages::{TextFault, check_plugin_texts};
pub use problem::{Fault, FieldProblem, Problem};
pub use router::{build as router, routes};
pub use tasks::{Stop, Tasks};

#[cfg(test)]
mod tests;
