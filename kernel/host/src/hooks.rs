//! Hooks: plugins look at a write before it happens.
//!
//! Each hook whose manifest names the kind and the operation is asked in a call of its own, by `order` and then by the plugin's id, before the
//! transaction opens. It reads as the caller and may write nothing. It is shown what the caller may see, but for what is sensitive of a kind
//! that is not its plugin's own, and what it puts in the place of that is held to the same rules as what came in. A plugin is not asked about
//! its own writes, and nobody about the kernel's: imports, the command line, milestones, what follows from acts.
//!
//! A hook that fails, or rests because it failed too often, refuses the write or lets it pass, as its manifest says. So does the hook of a plugin in
//! quarantine; the hooks of a plugin that an administrator switched off, or that is no longer trusted, are not asked at all.
//!
//! Invariant: the records behind a hook have no reviewers, so that no hook ever waits for another.

use std::sync::Arc;

use tiwizi_model::limits::{ECHO_CHARS_MAX, NAME_BYTES_MAX, PROBLEM_CHARS_MAX, RECORD_BYTES_MAX};
use tiwizi_model::{Language, Operation};
use tiwizi_records::manifest::{HookDeclaration, OnFailure};
use tiwizi_records::review::BoxFuture;
use tiwizi_records::{FieldError, HookFailure, Proposal, Records, Rejection, Review, ReviewError};
use tiwizi_storage::plugin::PluginState;

use crate::bindings::exports::tiwizi::plugin::hooks as wire;
use crate::bindings::tiwizi::plugin::types;
use crate::breaker::{Breaker, Failure};
use crate::call::{self, CallError, Ground};
use crate::capability::Capability;
use crate::guests::Guests;
use crate::plugin::Plugin;
use crate::text::escaped;

/// Asks the plugins' hooks about each write.
#[derive(Clone)]
pub struct Hooks {
    guests: Guests,
    ground: Ground,
}

/// A hook of a manifest, with its place there.
pub(crate) struct Hook {
    pub(crate) declaration: HookDeclaration,
    pub(crate) breaker: Breaker,
}

/// A hook that is to be asked.
struct Asked {
    plugin: Arc<Plugin>,
    position: usize,
    order: i32,
}

impl Hooks {
    /// Hooks that read these records, which must have no reviewers of their own.
    #[must_use]
    pub fn new(guests: Guests, records: Records) -> Self {
        Self { ground: guests.ground(records), guests }
    }

    /// The hooks that look at a proposal, in their order.
    fn asked(&self, proposal: &Proposal<'_>) -> Vec<Asked> {
        let wants = |hook: &Hook| hook.declaration.looks_at(proposal.kind(), proposal.operation());
        let mut asked = Vec::new();
        for plugin in self.guests.among(|plugin| plugin.hooks.iter().any(wants)) {
            if proposal.caller().plugin() == Some(plugin.id()) || !counts(&plugin) {
                continue;
            }
            for (position, hook) in plugin.hooks.iter().enumerate().filter(|(_, hook)| wants(hook)) {
                asked.push(Asked { plugin: Arc::clone(&plugin), position, order: hook.declaration.order });
            }
        }
        // Plugins came by their id, and a stable order keeps them so.
        asked.sort_by_key(|asked| asked.order);
        asked
    }

    async fn ask_all(&self, proposal: &mut Proposal<'_>) -> Result<(), ReviewError> {
        for Asked { plugin, position, .. } in self.asked(proposal) {
            if let Some(hook) = plugin.hooks.get(position) {
                self.ask(&plugin, hook, proposal).await?;
            }
        }
        Ok(())
    }

    async fn ask(&self, plugin: &Arc<Plugin>, hook: &Hook, proposal: &mut Proposal<'_>) -> Result<(), ReviewError> {
        let now = self.ground.ambient.now();
        let look = match hook.breaker.admit(now) {
            Ok(look) => look,
            Err(left_ms) => return failed(plugin, hook, "it failed too often and rests".to_owned(), left_ms),
        };
        let failure = match self.look(plugin, hook, proposal).await {
            Ok(None) => {
                look.succeeded();
                return Ok(());
            }
            Ok(Some(refusal)) => {
                look.succeeded();
                return Err(ReviewError::Rejected(Rejection::one(refusal)));
            }
            Err(failure) => failure,
        };
        if look.failed(now, &failure) {
            let reason = &failure.reason;
            tracing::error!(plugin.id = %plugin.id(), hook = %hook.declaration.name, "a hook failed too often and rests: {reason}");
        }
        failed(plugin, hook, failure.reason, 1_000)
    }

    /// One look: none when it lets the write pass or amended it, a fault when it refuses. The error says why the hook failed.
    async fn look(
        &self,
        plugin: &Arc<Plugin>,
        hook: &Hook,
        proposal: &mut Proposal<'_>,
    ) -> Result<Option<FieldError>, Failure> {
        if self.ground.let_in(plugin).await.is_err() {
            let why = if plugin.is_loaded() { "the plugin is in quarantine" } else { "the plugin could not be loaded" };
            return Err(Failure::new("off", why));
        }
        let caller = proposal.caller().clone();
        let language = caller.language().unwrap_or(Language::French);
        let shown = shown(plugin, &hook.declaration, proposal);
        let (ground, called) = (self.ground.clone(), Arc::clone(plugin));
        let work = async move { call::review(&ground, &called, &caller, language, &shown).await };
        let verdict = self.guests.run(work).await.and_then(|outcome| outcome).map_err(|error| {
            plugin.watch.failed("hook", &error);
            Failure::new(error.kind(), explained(&error))
        })?;
        match verdict {
            wire::Verdict::Pass => Ok(None),
            wire::Verdict::Refuse(refusal) => Ok(Some(fault(plugin, refusal))),
            wire::Verdict::Amend(body) => {
                let body = tiwizi_records::json::parse(body.as_bytes(), RECORD_BYTES_MAX);
                let wrong = |what: String| Failure::new("answer", format!("its amendment is not acceptable{what}"));
                let body = body.map_err(|error| wrong(format!(" JSON: {error}")))?;
                proposal.amend_for(plugin.id(), body).map_err(|error| wrong(format!(": {}", told(&error))))?;
                Ok(None)
            }
        }
    }
}

impl Review for Hooks {
    fn review<'a>(&'a self, proposal: &'a mut Proposal<'_>) -> BoxFuture<'a, Result<(), ReviewError>> {
        if proposal.caller().is_kernel() {
            return Box::pin(std::future::ready(Ok(())));
        }
        Box::pin(self.ask_all(proposal))
    }
}

impl std::fmt::Debug for Hooks {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Hooks").finish_non_exhaustive()
    }
}

/// Whether a plugin's word about writes counts at this moment.
fn counts(plugin: &Plugin) -> bool {
    let standing = plugin.standing();
    standing.grants.contains(&Capability::Hooks)
        && match standing.state {
            PluginState::Enabled => true,
            PluginState::Disabled => false,
            PluginState::Quarantined => !crate::trust::is_stop(standing.reason.as_deref()),
        }
}

/// What a failure means for the write.
fn failed(plugin: &Plugin, hook: &Hook, reason: String, wait_ms: i64) -> Result<(), ReviewError> {
    let name = &hook.declaration.name;
    match hook.declaration.on_failure {
        OnFailure::Pass => {
            tracing::warn!(plugin.id = %plugin.id(), hook = %name, "a hook failed, and the write passes without it: {reason}");
            Ok(())
        }
        OnFailure::Refuse => Err(ReviewError::Hook(HookFailure {
            plugin: plugin.id().clone(),
            hook: name.clone(),
            reason,
            retry_after_s: u32::try_from(wait_ms / 1_000).unwrap_or(1).max(1),
        })),
    }
}

fn shown(plugin: &Plugin, declaration: &HookDeclaration, proposal: &Proposal<'_>) -> wire::Proposal {
    let is_new = proposal.operation() == Operation::Create;
    wire::Proposal {
        hook: declaration.name.clone(),
        kind: proposal.kind().to_string(),
        id: (!is_new).then(|| proposal.id().to_string()),
        operation: match proposal.operation() {
            Operation::Create => types::Operation::Create,
            Operation::Replace => types::Operation::Change,
            Operation::Delete => types::Operation::Delete,
        },
        before: proposal.before_for(plugin.id()).map(|body| body.to_string()),
        after: proposal.after_for(plugin.id()).map(|body| body.to_string()),
    }
}

/// A refusal in the kernel's words. All of it is the plugin's text.
fn fault(plugin: &Plugin, refusal: wire::Refusal) -> FieldError {
    let wire::Refusal { code, message, pointer } = refusal;
    let pointer = if pointer.is_empty() || pointer.starts_with('/') { pointer } else { String::new() };
    let code = if code.is_empty() { "refused".to_owned() } else { escaped(&code, NAME_BYTES_MAX) };
    let fault = FieldError::new(escaped(&pointer, ECHO_CHARS_MAX), code, escaped(&message, PROBLEM_CHARS_MAX));
    FieldError { said_by: Some(plugin.id().clone()), ..fault }
}

fn explained(error: &CallError) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}

/// What is wrong with an amendment: the fields, if it is they.
fn told(error: &tiwizi_records::WriteError) -> String {
    match error {
        tiwizi_records::WriteError::Invalid { fields, .. } => {
            fields.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        }
        error => error.to_string(),
    }
}
