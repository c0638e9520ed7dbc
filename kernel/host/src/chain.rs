//! Calls from plugin to plugin: where a call stands in the chain, and how one more link is made.
//!
//! The other plugin runs in a fresh store, for the same person, on what is left of the time. It gets the unit of the whole chain in its
//! hands, writes in its own name, and gives it back; when it fails, the unit returns to what it was before. So what a chain writes is
//! committed together by whoever began it, or not at all (decision 15).
//!
//! What is the plugin's own (its records, values, files) it uses by its own grants. What reaches further (the register, other hosts,
//! people) every plugin of the chain must be granted: nobody gets through another what it was not given itself.
//!
//! Places are taken from a gate for each depth. Who holds a place waits only for places deeper down, so chains never wait for each other in a
//! circle.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tiwizi_identity::Caller;
use tiwizi_model::{Language, PluginId, limits};
use tiwizi_records::Unit;

use crate::answer::{AnswerError, Told, json, judge_error};
use crate::bindings::tiwizi::plugin::types::Error;
use crate::call::{CallError, Ground, Guest, Link, Time, placed};
use crate::capability::Capability;
use crate::guest::state::Mode;
use crate::plugin::{Plugin, Standing};

/// Where a call stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chain {
    /// Those who wait for this call, the first caller first.
    above: Vec<PluginId>,
    /// What reaches further and somebody above was not granted, with who it was.
    lacking: BTreeMap<Capability, PluginId>,
    /// Calls that this one made.
    made: usize,
    asked_others: AskedOthers,
}

/// Whether any call of a chain has asked another host. Its clones tell of the same chain.
#[derive(Debug, Clone, Default)]
pub(crate) struct AskedOthers(Arc<AtomicBool>);

impl AskedOthers {
    pub(crate) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_noted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why a plugin does not answer another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoLink {
    /// Chains are not longer.
    TooDeep,
    /// One call makes no more calls.
    TooMany,
    /// It waits in the chain already.
    Reentrant,
}

impl Chain {
    /// How many wait for this call.
    pub(crate) fn depth(&self) -> usize {
        self.above.len()
    }

    /// Whether the chain has asked another host.
    pub(crate) fn asked_others(&self) -> AskedOthers {
        self.asked_others.clone()
    }

    /// The plugin of the chain for want of whose grant this call may not do it.
    pub(crate) fn lacks(&self, capability: Capability) -> Option<&PluginId> {
        self.lacking.get(&capability)
    }

    /// The chain as the next plugin sees it, when `caller` asks it.
    pub(crate) fn link(&mut self, caller: &Plugin, standing: &Standing, next: &PluginId) -> Result<Self, NoLink> {
        if self.made >= limits::CALLS_MAX {
            return Err(NoLink::TooMany);
        }
        self.made = self.made.saturating_add(1);
        if self.above.len() >= limits::CALL_DEPTH_MAX {
            return Err(NoLink::TooDeep);
        }
        if next == caller.id() || self.above.contains(next) {
            return Err(NoLink::Reentrant);
        }
        let mut lacking = self.lacking.clone();
        for capability in Capability::ALL.into_iter().filter(|capability| capability.reaches_further()) {
            if !standing.grants.contains(&capability) {
                lacking.entry(capability).or_insert_with(|| caller.id().clone());
            }
        }
        let mut above = self.above.clone();
        above.push(caller.id().clone());
        Ok(Self { above, lacking, made: 0, asked_others: self.asked_others() })
    }
}

/// What one plugin asks of another.
pub(crate) struct Question {
    /// Who asks.
    pub(crate) asker: PluginId,
    pub(crate) contract: String,
    pub(crate) method: String,
    pub(crate) payload: String,
    /// For whom.
    pub(crate) caller: Caller,
    pub(crate) language: Language,
    pub(crate) request_id: Arc<str>,
    /// What is left of the asker's time by the clock.
    pub(crate) left_ms: u64,
    /// Where it stands.
    pub(crate) chain: Chain,
    pub(crate) mode: Mode,
    /// The chain's unit.
    pub(crate) unit: Unit,
}

/// Why there is no answer.
pub(crate) enum Refused {
    /// The provider says so.
    Plugin(Error),
    /// It was stopped, or could not be called.
    Call(CallError),
}

/// Asks a plugin. A good answer comes with the chain's unit; otherwise whatever was written meanwhile is gone with it.
pub(crate) async fn invoke(
    ground: &Ground,
    plugin: &Arc<Plugin>,
    question: Question,
) -> Result<(String, Unit), Refused> {
    let own = Time::of_page(plugin);
    let time = Time { wall_ms: question.left_ms.min(own.wall_ms), ..own };
    let (_running, time) = placed(plugin.gate_at(question.chain.depth()), time).await.map_err(Refused::Call)?;
    let (answer, unit) = answered(ground, plugin, question, time).await.map_err(Refused::Call)?;
    let rubbish = |source| Refused::Call(CallError::Answer { source });
    match answer {
        Ok(text) if text.len() > limits::CALL_BYTES_MAX => Err(rubbish(AnswerError::Large { bytes: text.len() })),
        Ok(text) => json("answer", &text).map(|_| (text, unit)).map_err(rubbish),
        Err(error) => {
            let Told { code, message, retryable, details } = judge_error(error).map_err(rubbish)?;
            Err(Refused::Plugin(Error { code, message, retryable, details: details.to_string() }))
        }
    }
}

async fn answered(
    ground: &Ground,
    plugin: &Arc<Plugin>,
    question: Question,
    time: Time,
) -> Result<(Result<String, Error>, Unit), CallError> {
    let Question { asker, contract, method, payload, caller, language, request_id, chain, mode, unit, .. } = question;
    let mut guest = Guest::linked(ground, plugin, &caller, Link { request_id, language, time, unit, chain, mode });
    let exports = Arc::clone(plugin.component()?.exports());
    let provider = exports.contract_provider()?;
    let asker = asker.to_string();
    let (notes, arguments) = (guest.notes(), (&asker, &contract, &method, &payload));
    let asked = guest.run("contract-provider.invoke", &arguments, async |instance, store| {
        let provider = provider.load(&mut *store, instance)?;
        provider.call_invoke(store, &asker, &contract, &method, &payload).await
    });
    let answer = ground.captured(plugin, notes, asked).await?;
    Ok((answer, guest.finish()))
}
