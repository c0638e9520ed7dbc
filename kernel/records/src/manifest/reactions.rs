//! What a plugin reacts to, what it tells others, and its work in the background.

use std::collections::BTreeSet;

use serde::Deserialize;
use tiwizi_model::{IdError, KindName, Operation, Schedule, ScheduleError};

use super::hooks::OperationWire;
use super::wire::{Texts, rule, texts};
use super::{LocalText, Manifest, ManifestError};

/// Events that a plugin wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionDeclaration {
    /// Its name.
    pub name: String,
    /// Kinds, for changes of their records, and topics of plugins.
    pub topics: Vec<KindName>,
    /// For changes: what must have been done.
    pub operations: Vec<Operation>,
}

/// A topic of the plugin's own events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicDeclaration {
    /// Its name; the full one is `plugin/name`.
    pub name: String,
    /// Its name for people.
    pub title: LocalText,
}

/// Work in the background.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobDeclaration {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub title: LocalText,
    /// When it is done by itself.
    pub schedule: Option<Schedule>,
    /// Tries before it is put aside as dead.
    pub attempts: Option<u32>,
}

impl SubscriptionDeclaration {
    /// Whether it wants to be told of such a change.
    #[must_use]
    pub fn wants(&self, kind: &KindName, operation: Operation) -> bool {
        self.topics.contains(kind) && self.operations.contains(&operation)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubscriptionWire {
    name: String,
    topics: Vec<String>,
    operations: Option<Vec<OperationWire>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TopicWire {
    name: String,
    title: Texts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JobWire {
    name: String,
    title: Texts,
    schedule: Option<String>,
    attempts: Option<u32>,
}

impl SubscriptionWire {
    pub(super) fn declare(self, pointer: &str) -> Result<SubscriptionDeclaration, ManifestError> {
        let topics = super::wire::each(&format!("{pointer}/topics"), self.topics, |pointer, name| {
            name.parse().map_err(|error: IdError| rule(pointer, error))
        })?;
        let all = || vec![Operation::Create, Operation::Replace, Operation::Delete];
        let operations = self.operations.map_or_else(all, |named| named.into_iter().map(Operation::from).collect());
        Ok(SubscriptionDeclaration { name: self.name, topics, operations })
    }
}

impl TopicWire {
    pub(super) fn declare(self, pointer: &str) -> Result<TopicDeclaration, ManifestError> {
        Ok(TopicDeclaration { name: self.name, title: texts(self.title, &format!("{pointer}/title"))? })
    }
}

impl JobWire {
    pub(super) fn declare(self, pointer: &str) -> Result<JobDeclaration, ManifestError> {
        let schedule = self
            .schedule
            .map(|text| text.parse().map_err(|error: ScheduleError| rule(format!("{pointer}/schedule"), error)));
        Ok(JobDeclaration {
            name: self.name,
            title: texts(self.title, &format!("{pointer}/title"))?,
            schedule: schedule.transpose()?,
            attempts: self.attempts,
        })
    }
}

/// The rules that the schema cannot say.
pub(super) fn check(manifest: &Manifest) -> Result<(), ManifestError> {
    super::rules::no_twins("/events", manifest.events.iter().map(|event| event.name.as_str()))?;
    super::rules::no_twins("/topics", manifest.topics.iter().map(|topic| topic.name.as_str()))?;
    super::rules::no_twins("/jobs", manifest.jobs.iter().map(|job| job.name.as_str()))?;
    super::rules::asks_for(manifest, "events", "/events", manifest.events.is_empty())?;
    super::rules::asks_for(manifest, "events", "/topics", manifest.topics.is_empty())?;
    super::rules::asks_for(manifest, "jobs", "/jobs", manifest.jobs.is_empty())?;
    let of_register = |topic: &&KindName| topic.namespace() == "registry";
    let reads = manifest.events.iter().flat_map(|event| &event.topics).any(|topic| of_register(&topic));
    super::rules::asks_for(manifest, "registry.read", "/events", !reads)?;
    let kinds: BTreeSet<&str> = manifest.kinds.iter().map(|kind| kind.name.name()).collect();
    for (position, topic) in manifest.topics.iter().enumerate() {
        if kinds.contains(topic.name.as_str()) {
            return Err(rule(format!("/topics/{position}/name"), "a kind of this plugin has the same name"));
        }
    }
    Ok(())
}
