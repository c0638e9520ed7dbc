//! The second look at a write, before it happens.
//!
//! Reviewers look before the transaction opens, one after the other, at what is already valid by the schema. Each may hold it to fixed
//! rules (`check`), and may let it pass, amend it or refuse it (`review`). A patch is applied first, so that they always see the whole.
//!
//! Invariant: what is amended is held to the same as what came in: the caller's rights, the schema and every reviewer's fixed rules;
//! what the caller may not see stays as it stands.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::Classes;
use tiwizi_model::{KindName, Operation, PluginId, RecordId, Version};
use tiwizi_storage::StorageError;

use crate::error::WriteError;
use crate::field_error::Rejection;
use crate::write::Settled;

/// A boxed future, so that reviewers can be kept in a list.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Looks at a proposal: lets it pass, amends it or refuses it.
pub trait Review: Send + Sync {
    /// Brings what is written in several ways to the one in which it is kept, and says whether that changed something. It is asked before
    /// `check`, of what comes in and of every amendment; what it makes is held to the schema.
    fn shape(&self, _kind: &KindName, _body: &mut Value) -> bool {
        false
    }

    /// Holds a proposal to rules that need nothing but its content. It is asked before anybody reviews, and again for each amendment.
    ///
    /// # Errors
    /// What is wrong with it.
    fn check(&self, _proposal: &Proposal<'_>) -> Result<(), Rejection> {
        Ok(())
    }

    /// Looks at a proposal, and may amend it.
    fn review<'a>(&'a self, _proposal: &'a mut Proposal<'_>) -> BoxFuture<'a, Result<(), ReviewError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Why a proposal was not let pass.
#[derive(Debug)]
pub enum ReviewError {
    /// It was looked at and refused.
    Rejected(Rejection),
    /// It may be the same as records that are there: its author has to say that it is not, or to change those.
    Duplicate(Rejection),
    /// A hook that must look at it could not.
    Hook(HookFailure),
    /// What it refers to, or what it is compared with, could not be looked up.
    Storage(StorageError),
}

/// A hook that could not look at a write which may not go on without it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the hook {hook} of the plugin {plugin} failed: {reason}")]
pub struct HookFailure {
    /// Whose hook it is.
    pub plugin: PluginId,
    /// Its name.
    pub hook: String,
    /// What went wrong, for the log.
    pub reason: String,
    /// When to try again, in seconds.
    pub retry_after_s: u32,
}

/// Lets everything pass: for safe mode and tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

impl Review for Plain {}

/// The reviewers of an instance, in their order.
pub type Reviewers = Vec<Arc<dyn Review>>;

/// A write that is about to happen.
pub struct Proposal<'a> {
    settled: &'a mut Settled,
    reviewers: &'a [Arc<dyn Review>],
    position: usize,
}

impl<'a> Proposal<'a> {
    pub(crate) fn new(settled: &'a mut Settled, reviewers: &'a [Arc<dyn Review>], position: usize) -> Self {
        Self { settled, reviewers, position }
    }

    /// The kind of the record.
    #[must_use]
    pub fn kind(&self) -> &KindName {
        self.settled.kind.name()
    }

    /// The record; for a new one, the id that it will have.
    #[must_use]
    pub fn id(&self) -> RecordId {
        self.settled.id
    }

    /// What shall be done.
    #[must_use]
    pub fn operation(&self) -> Operation {
        self.settled.operation
    }

    /// Who writes.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.settled.caller
    }

    /// The whole content that shall stand there; none for a delete. It is for the kernel's own rules alone: who works for others takes
    /// `after`.
    #[must_use]
    pub fn body(&self) -> Option<&Value> {
        (self.settled.operation != Operation::Delete).then_some(&self.settled.body)
    }

    /// What stands there now, reduced to what the caller may see; none for a new record.
    #[must_use]
    pub fn before(&self) -> Option<Value> {
        self.settled.old.as_ref().map(|old| self.settled.shown(&old.body))
    }

    /// The same, as a plugin is shown it: nothing sensitive of a kind that it does not declare.
    #[must_use]
    pub fn before_for(&self, plugin: &PluginId) -> Option<Value> {
        self.settled.old.as_ref().map(|old| self.settled.shown_to(plugin, &old.body))
    }

    /// What shall stand there, reduced to what the caller may see; none for a delete.
    #[must_use]
    pub fn after(&self) -> Option<Value> {
        self.body().map(|body| self.settled.shown(body))
    }

    /// The same, as a plugin is shown it.
    #[must_use]
    pub fn after_for(&self, plugin: &PluginId) -> Option<Value> {
        self.body().map(|body| self.settled.shown_to(plugin, body))
    }

    /// Puts another content in the place of `after`. Fields that the caller may not see stay as they are. When it is refused, the
    /// proposal is what it was.
    ///
    /// # Errors
    /// When the content touches what the caller may not see or where it may not write, or breaks the schema or a fixed rule.
    pub fn amend(&mut self, after: Value) -> Result<(), WriteError> {
        self.amend_within(after, self.settled.classes())
    }

    /// The same in the place of what a plugin was shown. What it was not shown stays as it is.
    ///
    /// # Errors
    /// As `amend`.
    pub fn amend_for(&mut self, plugin: &PluginId, after: Value) -> Result<(), WriteError> {
        self.amend_within(after, self.settled.classes_for(plugin))
    }

    fn amend_within(&mut self, after: Value, classes: Classes) -> Result<(), WriteError> {
        let before = self.settled.clone();
        let outcome = self.settled.amend(self.position, after, classes).and_then(|()| self.hold());
        if outcome.is_err() {
            *self.settled = before;
        }
        outcome
    }

    /// Says that the proposal was let pass because another record is what it is at this version. It is stored only while that one has not
    /// moved; when it has, everybody looks again.
    pub fn stand_on(&mut self, id: RecordId, version: Version) {
        self.settled.stands.push((id, version));
    }

    /// Brings the proposal to the form in which it is kept, and holds it to the fixed rules of every reviewer.
    pub(crate) fn hold(&mut self) -> Result<(), WriteError> {
        let (settled, mut is_changed) = (&mut *self.settled, false);
        if settled.operation != Operation::Delete {
            for reviewer in self.reviewers {
                is_changed |= reviewer.shape(settled.kind.name(), &mut settled.body);
            }
        }
        if is_changed {
            let held = self.settled.kind.validate(&self.settled.body);
            held.map_err(|rejection| self.invalid(rejection))?;
        }
        self.check()
    }

    /// The same of a record that the batch may write itself: only before the batch it must not have moved.
    pub fn begin_on(&mut self, id: RecordId, version: Version) {
        self.settled.begins.push((id, version));
    }

    /// Holds the proposal to the fixed rules of every reviewer.
    fn check(&self) -> Result<(), WriteError> {
        let mut rules = self.reviewers.iter();
        rules.try_for_each(|reviewer| reviewer.check(self)).map_err(|rejection| self.invalid(rejection))
    }

    /// Lets every reviewer look.
    pub(crate) async fn review(&mut self) -> Result<(), WriteError> {
        let reviewers = self.reviewers;
        for reviewer in reviewers {
            reviewer.review(self).await.map_err(|error| match error {
                ReviewError::Rejected(rejection) => self.invalid(rejection),
                ReviewError::Duplicate(rejection) => {
                    WriteError::Alike { position: self.position, fields: rejection.fields }
                }
                ReviewError::Hook(failure) => WriteError::Hook(failure),
                ReviewError::Storage(source) => WriteError::Storage(source),
            })?;
        }
        Ok(())
    }

    fn invalid(&self, rejection: Rejection) -> WriteError {
        WriteError::Invalid { position: self.position, fields: rejection.fields }
    }
}

impl std::fmt::Debug for Proposal<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Proposal").field("id", &self.id()).finish_non_exhaustive()
    }
}
