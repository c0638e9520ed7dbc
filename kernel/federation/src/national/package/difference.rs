//! What applying a version would change, told before it is done.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::package::{StepError, changed_members, dry_run};
use tiwizi_identity::policy::FederationView;
use tiwizi_model::limits::FED_DIFFERENCE_LINES_MAX;

use super::super::National;
use super::super::error::NationalError;
use super::{Stored, Target, applied, find};

/// What happens to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It comes.
    Added,
    /// It changes.
    Changed,
    /// It goes.
    Removed,
}

impl What {
    /// Its name in the API and in keys of messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// A record that would not stay as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceLine {
    /// Its name.
    pub record: String,
    /// What happens to it.
    pub what: What,
    /// The members that differ, of one that changes and whose two versions are objects.
    pub members: BTreeSet<String>,
}

/// What applying would change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// The version that is applied now.
    pub from: Option<u32>,
    /// The version that would be.
    pub to: Option<u32>,
    /// The records, up to a bound.
    pub lines: Vec<DifferenceLine>,
    /// How many come, change and go: also those beyond the bound.
    pub added: usize,
    /// See `added`.
    pub changed: usize,
    /// See `added`.
    pub removed: usize,
    /// How many stay as they are.
    pub kept: usize,
}

impl Difference {
    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.saturating_add(self.changed).saturating_add(self.removed) == 0
    }
}

impl<S: Store> National<S> {
    /// What a target would change against what is applied. Nothing is changed by it.
    ///
    /// # Errors
    /// `Absent`; `Step` when it is no version of the same package; when the database fails.
    pub async fn difference(
        &self,
        _: &FederationView,
        name: &str,
        target: Target,
    ) -> Result<Difference, NationalError> {
        let mut tx = self.db().read().await?;
        let before = applied(&mut tx, name).await?;
        let after = match target {
            Target::Version(version) => Some(find(&mut tx, name, version).await?),
            Target::Nothing => None,
        };
        between(before.as_ref(), after.as_ref())
    }
}

/// What differs between the version that is applied and another one.
pub(super) fn between(before: Option<&Stored>, after: Option<&Stored>) -> Result<Difference, NationalError> {
    if let (Some(before), Some(after)) = (before, after) {
        match dry_run(Some(&before.package), &after.package) {
            // To go back is what somebody decides who applies; an old signature alone never does.
            Ok(_) | Err(StepError::Older { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let nothing = BTreeMap::new();
    let (old, new) = (
        before.map_or(&nothing, |stored| &stored.packed.contents),
        after.map_or(&nothing, |stored| &stored.packed.contents),
    );
    let mut difference = Difference {
        from: before.map(|stored| stored.package.version),
        to: after.map(|stored| stored.package.version),
        ..Difference::default()
    };
    for (record, bytes) in new {
        match old.get(record) {
            None => difference.add(record, What::Added, BTreeSet::new()),
            Some(known) if known == bytes => difference.kept = difference.kept.saturating_add(1),
            Some(known) => {
                difference.add(record, What::Changed, changed_members(known, bytes).unwrap_or_default());
            }
        }
    }
    for record in old.keys().filter(|record| !new.contains_key(*record)) {
        difference.add(record, What::Removed, BTreeSet::new());
    }
    Ok(difference)
}

impl Difference {
    fn add(&mut self, record: &str, what: What, members: BTreeSet<String>) {
        let count = match what {
            What::Added => &mut self.added,
            What::Changed => &mut self.changed,
            What::Removed => &mut self.removed,
        };
        *count = count.saturating_add(1);
        if self.lines.len() < FED_DIFFERENCE_LINES_MAX {
            self.lines.push(DifferenceLine { record: record.to_owned(), what, members });
        }
    }

    /// The same in a row of the database.
    pub(super) fn text(&self) -> String {
        serde_json::json!({
            "from": self.from, "to": self.to, "added": self.added, "changed": self.changed,
            "removed": self.removed, "kept": self.kept,
        })
        .to_string()
    }
}
