//! What a package would change, told before it is taken.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::wire::{Hash, NodeId};

use super::{Content, Package, PackageKind};

/// A record whose bytes change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// The bytes that are there.
    pub before: Content,
    /// The bytes that come.
    pub after: Content,
}

/// What a package would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DryRun {
    /// Records that come.
    pub added: BTreeMap<String, Content>,
    /// Records that change.
    pub changed: BTreeMap<String, Changed>,
    /// Records that go.
    pub removed: BTreeMap<String, Content>,
    /// Records that stay as they are.
    pub kept: usize,
}

/// Why a package cannot take another one's place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// It is another package.
    #[error("{found_kind} {found} cannot take the place of {here_kind} {here}")]
    Other {
        /// The name of the one that is there.
        here: String,
        /// Its kind.
        here_kind: PackageKind,
        /// The name of the one that came.
        found: String,
        /// Its kind.
        found_kind: PackageKind,
    },
    /// Another instance publishes it.
    #[error("{found} cannot go on with what {here} published")]
    Publisher {
        /// Who published what is there.
        here: NodeId,
        /// Who published what came.
        found: NodeId,
    },
    /// It is older than what is there: an old signature is no reason to go back.
    #[error("version {found} is older than version {here}, which is there")]
    Older {
        /// What is there.
        here: u32,
        /// What came.
        found: u32,
    },
    /// One version with two contents: its publisher says two things.
    #[error("version {version} came with other contents than the version {version} that is there")]
    Twice {
        /// The version.
        version: u32,
    },
}

impl DryRun {
    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }

    /// The hashes of the bytes that are needed and not there.
    #[must_use]
    pub fn needed(&self) -> BTreeSet<Hash> {
        let changed = self.changed.values().map(|changed| changed.after.hash);
        self.added.values().map(|content| content.hash).chain(changed).collect()
    }
}

/// Holds a package against the one that is there, if any, without taking it.
///
/// # Errors
/// When it cannot take that one's place.
pub fn dry_run(here: Option<&Package>, found: &Package) -> Result<DryRun, StepError> {
    let nothing = BTreeMap::new();
    if let Some(here) = here {
        check_step(here, found)?;
    }
    let before = here.map_or(&nothing, |here| &here.contents);
    let mut run = DryRun::default();
    for (name, content) in &found.contents {
        match before.get(name) {
            None => drop(run.added.insert(name.clone(), *content)),
            Some(old) if old.hash == content.hash => run.kept = run.kept.saturating_add(1),
            Some(old) => drop(run.changed.insert(name.clone(), Changed { before: *old, after: *content })),
        }
    }
    let gone = before.iter().filter(|(name, _)| !found.contents.contains_key(*name));
    run.removed = gone.map(|(name, content)| (name.clone(), *content)).collect();
    Ok(run)
}

fn check_step(here: &Package, found: &Package) -> Result<(), StepError> {
    if here.name != found.name || here.kind != found.kind {
        return Err(StepError::Other {
            here: here.name.clone(),
            here_kind: here.kind,
            found: found.name.clone(),
            found_kind: found.kind,
        });
    }
    if here.publisher != found.publisher {
        return Err(StepError::Publisher { here: here.publisher, found: found.publisher });
    }
    if found.version < here.version {
        return Err(StepError::Older { here: here.version, found: found.version });
    }
    if found.version == here.version && found.contents != here.contents {
        return Err(StepError::Twice { version: here.version });
    }
    Ok(())
}

/// The members of a record that differ between two of its versions, when both are objects of JSON; none when they are not.
#[must_use]
pub fn changed_members(before: &[u8], after: &[u8]) -> Option<BTreeSet<String>> {
    let read = |bytes: &[u8]| match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    };
    let (before, after) = (read(before)?, read(after)?);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    Some(names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect())
}
