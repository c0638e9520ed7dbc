//! The HTTP API, one file per resource. Each file holds the shapes that go over the wire, its handlers, and their
//! part of the OpenAPI document.

pub(crate) mod accounts;
pub(crate) mod acts;
pub(crate) mod agreements;
pub(crate) mod batch;
pub(crate) mod captures;
pub(crate) mod changes;
pub(crate) mod exports;
pub(crate) mod extracts;
pub(crate) mod files;
pub(crate) mod filings;
pub(crate) mod founders;
pub(crate) mod foundings;
pub(crate) mod health;
pub(crate) mod history;
pub(crate) mod imports;
pub(crate) mod jobs;
pub(crate) mod kinds;
pub(crate) mod listing;
pub(crate) mod metrics;
pub(crate) mod notices;
pub(crate) mod office;
pub(crate) mod peers;
pub(crate) mod people;
pub(crate) mod plugin_life;
pub(crate) mod plugin_settings;
pub(crate) mod plugin_usage;
pub(crate) mod plugins;
pub(crate) mod protection;
pub(crate) mod question;
pub(crate) mod records;
pub(crate) mod session;
pub(crate) mod shapes;
pub(crate) mod statistics;
pub(crate) mod tokens;
pub(crate) mod verify;
