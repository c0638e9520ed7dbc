//! Plugins that crash again and again are not called for a while, each time for longer, and then tried again.
//!
//! Three crashes in ten minutes lead to a quarantine of a second. When it is over the next call is let in; one crash in the ten minutes
//! that follow leads to a quarantine of twice the time, up to five minutes. The reason and the end stand in the console and in the
//! plugin's log, and outlive a restart. An administrator may end it sooner. A plugin that is no longer trusted stands under the same
//! name without an end: nothing here lets it in again.
//!
//! Invariant: what an administrator decided is never written over by the beginning or the end of a quarantine, nor is another version.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tiwizi_model::{Instant, limits};
use tiwizi_storage::StorageError;
use tiwizi_storage::plugin::{self as rows, PluginState, Stand};
use tiwizi_storage::quarantine::{self, QuarantineRow};

use crate::call::{CallError, Ground};
use crate::cause::CRASHED;
use crate::host::Host;
use crate::log::Level;
use crate::plugin::{Plugin, Standing};
use crate::text::escaped;
use crate::watch::Watch;

/// What is known of a plugin's crashes.
#[derive(Debug, Default)]
pub(crate) struct Crashes(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    recent: VecDeque<Instant>,
    /// The last quarantine, also when it is over.
    last: Option<QuarantineRow>,
}

impl Crashes {
    /// Takes over what was written down before the kernel started.
    pub(crate) fn remember(&self, last: Option<QuarantineRow>) {
        self.known().last = last;
    }

    /// Forgets everything: an administrator decided.
    pub(crate) fn forget(&self) {
        *self.known() = Known::default();
    }

    /// Until when the plugin is not called; none when it has no quarantine that ends by itself.
    pub(crate) fn until(&self) -> Option<Instant> {
        self.known().last.map(|last| last.until)
    }

    /// Notes a crash. When it is one too many it says what follows.
    pub(crate) fn note(&self, now: Instant) -> Option<QuarantineRow> {
        let mut known = self.known();
        known.recent.retain(|at| at.plus_ms(limits::PLUGIN_TRAPS_MS) > now);
        known.recent.push_back(now);
        let watched = known.last.filter(|last| now < last.until.plus_ms(limits::PLUGIN_TRAPS_MS));
        if watched.is_none() && known.recent.len() < limits::PLUGIN_TRAPS_MAX {
            return None;
        }
        let times = watched.map_or(0, |last| last.times).saturating_add(1);
        let next = QuarantineRow { times, until: now.plus_ms(length_ms(times)) };
        known.recent.clear();
        known.last = Some(next);
        Some(next)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long the quarantine lasts that is the so-manieth in a row.
fn length_ms(times: i64) -> i64 {
    let doubled = (1..times).try_fold(limits::PLUGIN_QUARANTINE_MS_MIN, |length_ms, _| {
        Some(length_ms.saturating_mul(2)).filter(|length_ms| *length_ms < limits::PLUGIN_QUARANTINE_MS_MAX)
    });
    doubled.unwrap_or(limits::PLUGIN_QUARANTINE_MS_MAX)
}

impl Ground {
    /// Whether a plugin may be called now. One whose quarantine is over is let in again.
    pub(crate) async fn let_in(&self, plugin: &Plugin) -> Result<(), CallError> {
        plugin.component()?;
        let before = plugin.standing();
        if before.state == PluginState::Enabled {
            return Ok(());
        }
        let off = |state: PluginState, retry_after| {
            Err(CallError::Off { plugin: plugin.id().clone(), state: state.into(), retry_after })
        };
        let until = plugin.watch.crashes.until().filter(|_| before.state == PluginState::Quarantined);
        let now = self.ambient.now();
        if until.is_none_or(|until| until > now) {
            let retry_after = until.map(|until| until.0.saturating_sub(now.0).unsigned_abs().div_ceil(1000).max(1));
            return off(before.state, retry_after);
        }
        if !plugin.turn(&before, PluginState::Enabled, None) {
            // Another call was faster, or somebody who decides.
            let state = plugin.standing().state;
            return if state == PluginState::Enabled { Ok(()) } else { off(state, None) };
        }
        plugin.watch.note(Level::Info, "", "its quarantine is over; it is tried again".to_owned());
        if let Err(error) = self.write_turn(plugin, &before, (PluginState::Enabled, None), None).await {
            tracing::error!(plugin.id = %plugin.id(), %error, "the end of a quarantine could not be written down");
        }
        Ok(())
    }

    /// Counts a call that did not end well, and puts a plugin that crashes again and again into quarantine; then it says why.
    pub(crate) async fn note_failure(&self, plugin: &Plugin, request_id: &str, error: &CallError) -> Option<String> {
        plugin.watch.failed(request_id, error);
        let before = plugin.standing();
        if !error.is_crash() || before.state != PluginState::Enabled || !self.runs(plugin) {
            return None;
        }
        plugin.watch.used(|used| used.traps = used.traps.saturating_add(1));
        let next = plugin.watch.crashes.note(self.ambient.now())?;
        let reason = format!("{CRASHED}, the last time so: {}", said_of(error));
        if !plugin.turn(&before, PluginState::Quarantined, Some(reason.clone())) {
            return None;
        }
        tracing::error!(plugin.id = %plugin.id(), until = %next.until.rfc3339(), "a plugin is put in quarantine: {reason}");
        let said = format!("it is put in quarantine until {}: {reason}", next.until.rfc3339());
        plugin.watch.note(Level::Error, request_id, said);
        let stand = (PluginState::Quarantined, Some(reason.as_str()));
        if let Err(error) = self.write_turn(plugin, &before, stand, Some(next)).await {
            tracing::error!(plugin.id = %plugin.id(), %error, "the quarantine could not be written down");
        }
        Some(reason)
    }

    /// Whether this is the version that runs. A call gives its place back before its failure is counted, and another version may have
    /// come in between, to which the crashes of this one are not laid.
    fn runs(&self, plugin: &Plugin) -> bool {
        self.guests.find(plugin.id()).is_some_and(|runs| std::ptr::eq(Arc::as_ptr(&runs), plugin))
    }

    /// Writes down that a plugin stands otherwise. An administrator may have decided meanwhile, or another version come: then that stays.
    pub(crate) async fn write_turn(
        &self,
        plugin: &Plugin,
        before: &Standing,
        stand: Stand<'_>,
        row: Option<QuarantineRow>,
    ) -> Result<(), StorageError> {
        let mut tx = self.records.db().begin_write().await?;
        let of = (plugin.id(), plugin.bundle);
        if !rows::turn(&mut tx, of, (before.state, before.reason.as_deref()), stand).await? {
            return Ok(());
        }
        if let Some(row) = row {
            quarantine::put(&mut tx, plugin.id(), row).await?;
        }
        tx.commit().await
    }
}

impl Host {
    /// Lets a plugin stand otherwise, for good. What it crashed before is forgotten.
    pub(crate) async fn set_state(
        &self,
        plugin: &Plugin,
        state: PluginState,
        reason: Option<String>,
    ) -> Result<(), StorageError> {
        let mut tx = self.db().begin_write().await?;
        rows::set_state(&mut tx, plugin.id(), state, reason.as_deref()).await?;
        quarantine::clear(&mut tx, plugin.id()).await?;
        tx.commit().await?;
        plugin.watch.crashes.forget();
        plugin.set_state(state, reason);
        Ok(())
    }
}

impl Watch {
    /// Counts a call that did not end well, and writes it into the plugin's log.
    pub(crate) fn failed(&self, request_id: &str, error: &CallError) {
        self.used(|used| used.fail(error.kind()));
        self.note(Level::Warn, request_id, said_of(error));
    }
}

/// An error with its causes in one line.
pub(crate) fn said_of(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said = format!("{said}: {error}");
        cause = error.source();
    }
    escaped(&said, limits::PROBLEM_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn three_crashes_in_ten_minutes_are_too_many_and_each_quarantine_is_longer() {
        let crashes = Crashes::default();
        assert_eq!(crashes.note(Instant(0)), None);
        assert_eq!(crashes.note(Instant(11 * MINUTE)), None);
        assert_eq!(crashes.note(Instant(12 * MINUTE)), None);
        let mut now = Instant(13 * MINUTE);
        let mut lengths = Vec::new();
        for _ in 0..12 {
            let next = crashes.note(now).unwrap();
            assert_eq!(crashes.until(), Some(next.until));
            lengths.push((next.until.0 - now.0) / 1000);
            now = next.until.plus_ms(MINUTE);
        }
        assert_eq!(lengths, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    }

    #[test]
    fn who_did_well_for_long_begins_anew() {
        let crashes = Crashes::default();
        crashes.remember(Some(QuarantineRow { times: 7, until: Instant(0) }));
        assert_eq!(crashes.note(Instant(10 * MINUTE)), None);
        assert_eq!(crashes.note(Instant(11 * MINUTE)), None);
        assert_eq!(crashes.note(Instant(12 * MINUTE)).unwrap().times, 1);
        crashes.forget();
        assert_eq!((crashes.until(), crashes.note(Instant(13 * MINUTE))), (None, None));
    }
}
