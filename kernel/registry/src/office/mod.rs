//! The work of the office: what waits, for whom and until when; who takes it; who is reminded.
//!
//! Records wait by themselves: a filing that was submitted, a name that was asked for, two records that may be one. A `Source` says so of
//! a record; a reader of the log (`follow`) keeps one task for each record that waits; `desk` shows tasks and lets registrars take and give
//! them; `keep` expects the yearly filings and reminds of what is due, once a day (decision 29).
//!
//! It deliberately does not do the work itself: each source has its own door.
//!
//! Invariant: a task says of its record what its source says; only who holds it, and how often people were reminded, is its own.

mod desk;
mod error;
mod expect;
mod files;
mod follow;
mod inbox;
mod named;
mod proposals;
mod remind;
mod requests;
mod source;
mod sources;
mod task;

use std::sync::Arc;

use tiwizi_records::Records;

pub use error::OfficeError;
pub use inbox::{Holder, Inbox, InboxPage, Order};
pub use source::{Named, Seen, Source, WaitRules, Waiting, WaitsFor};
pub use sources::sources;
pub use task::{NOBODY, StoredTask, Task, holder, status};

use crate::acts::Acts;
use crate::filings::Filings;
use crate::kinds::Names;
use crate::office_rule::OfficeRule;

/// The work of the office. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Office {
    records: Records,
    acts: Acts,
    filings: Filings,
    rule: Arc<OfficeRule>,
    sources: Arc<[Arc<dyn Source>]>,
    names: Names,
}

impl Office {
    /// The office over these records, with the sources of this register.
    #[must_use]
    pub fn new(records: Records, acts: Acts, filings: Filings, rule: Arc<OfficeRule>) -> Self {
        Self { records, acts, filings, rule, sources: sources().into(), names: Names::new() }
    }

    /// The figures that it goes by.
    #[must_use]
    pub fn rule(&self) -> &OfficeRule {
        &self.rule
    }

    /// The kinds whose records can wait, in the order of the list of sources.
    pub fn waiting_kinds(&self) -> impl Iterator<Item = &tiwizi_model::KindName> {
        self.sources.iter().map(|source| source.kind())
    }
}

#[cfg(test)]
mod tests;
