//! Imports from the page: a file that was sent, tried first, and imported when somebody says so.
//!
//! Each is a record, `registry/import`, which says who sent what and what became of it; what the file holds is in no record. The file,
//! its report and what was found in it lie in a folder of their own in the data directory, for whoever sent it and for administrators,
//! and go after a week or at once. They are worked on one after the other; that only one writes is held by a unique value, also where
//! several kernels serve one instance.
//!
//! Invariant: nothing is written into the register before a dry run of the same file was seen.

mod door;
mod error;
mod findings;
mod folder;
mod report;
mod run;
mod work;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use tiwizi_identity::{Caller, Role, Scope};
use tiwizi_model::{Jurisdiction, RecordId};
use tiwizi_records::Records;
use tokio::sync::Notify;

pub use door::{NewImport, Shown};
pub use error::{ImportsError, ReceiveError};
pub use findings::{Column, Findings, Line};
pub use folder::Incoming;
pub use report::say_report;
pub use run::{Run, Status, StoredRun};

use crate::duplicates::RuleBook;
use crate::import::{Halter, Progress};
use crate::kinds::Names;
use crate::national_id::NationalIdKey;
use folder::Folder;

/// The door to imports from the page. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Imports(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    records: Records,
    key: NationalIdKey,
    duplicates_rule: Arc<RuleBook>,
    names: Names,
    folder: Folder,
    current: Mutex<Option<Current>>,
    /// The instance stops: nothing new begins.
    closing: AtomicBool,
    woken: Notify,
}

/// What is worked on.
#[derive(Debug)]
struct Current {
    id: RecordId,
    /// Who started it.
    account_name: String,
    halter: Halter,
    progress: Option<Progress>,
    /// Somebody ended it, not the instance.
    is_stopped: bool,
}

impl Imports {
    /// The door to imports whose files lie below this data directory, and whose rows are compared by this rule.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(
        records: Records,
        key: NationalIdKey,
        duplicates_rule: Arc<RuleBook>,
        data: &Path,
    ) -> std::io::Result<Self> {
        Ok(Self(Arc::new(Inner {
            records,
            key,
            duplicates_rule,
            names: Names::new(),
            folder: Folder::open(data)?,
            current: Mutex::default(),
            closing: AtomicBool::new(false),
            woken: Notify::new(),
        })))
    }

    /// Whether somebody may import: as on the command line it is whoever runs the instance, and those who keep the register of the nation.
    #[must_use]
    pub fn may_use(caller: &Caller) -> bool {
        let keeps = caller.roles().iter().any(|grant| {
            let is_national = matches!(grant.scope, Scope::Jurisdiction(Jurisdiction::Nation));
            matches!(grant.role, Role::Administrator | Role::Registrar) && is_national
        });
        keeps && caller.plugin().is_none()
    }

    /// What is done with what is worked on.
    fn on_current<T>(&self, act: impl FnOnce(&mut Option<Current>) -> T) -> T {
        act(&mut self.0.current.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
