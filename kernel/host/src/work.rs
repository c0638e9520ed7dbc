//! One piece of work, from the queue to its end.
//!
//! It is taken under a lease, which is renewed while somebody is at it, done by the plugin in a call as the system, and ended in the
//! transaction of what the plugin wrote. What fails, or asks for it, waits longer each time; what failed too often, or is refused, is
//! put aside as dead. A worker that was away for longer than its lease finds that nobody hears it any more, and leaves nothing.
//!
//! The call goes through the plugin's gate and is counted like any other, on the threads that give way. A plugin in quarantine does no
//! work, and its work waits without losing a try. Crashes of work are bounded by its tries and put nobody into quarantine, unless a new
//! version is on trial: then they speak against it as those of its pages do.
//!
//! Invariant: an effect and the end of its work are in one transaction.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tiwizi_identity::Caller;
use tiwizi_model::{Instant, KindName, Operation, PluginId, limits};
use tiwizi_records::{Manifest, ReadError, WriteError};
use tiwizi_storage::job::{self, Ended, JobRow, Lease, Source};
use tiwizi_storage::{StorageError, WriteTx};
use tokio::sync::OwnedSemaphorePermit;

use crate::bindings::exports::tiwizi::plugin::{event_handler, job_handler};
use crate::bindings::tiwizi::plugin::types;
use crate::call::{self, Admitted, CallError, Task};
use crate::capability::Capability;
use crate::events;
use crate::host::Host;
use crate::plugin::Plugin;
use crate::quarantine::said_of;
use crate::runtime::Lane;
use crate::text::escaped;

/// A piece of work that was taken. It holds one of its plugin's places.
pub struct Work {
    row: JobRow,
    plugin: Arc<Plugin>,
    _place: OwnedSemaphorePermit,
}

impl Work {
    /// Whose work it is.
    #[must_use]
    pub fn plugin(&self) -> &PluginId {
        self.plugin.id()
    }
}

impl std::fmt::Debug for Work {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Work")
            .field("id", &self.row.id)
            .field("plugin", self.plugin.id())
            .finish_non_exhaustive()
    }
}

/// What became of a piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It waits for another try.
    Again {
        /// Why.
        reason: String,
    },
    /// It is put aside.
    Dead {
        /// Why.
        reason: String,
    },
    /// Its lease went to somebody else, and nothing of it counts.
    Lost,
}

/// What a try came to.
enum Tried {
    Ended,
    Lost,
    Retry {
        after_s: Option<u32>,
        reason: String,
    },
    Reject {
        reason: String,
    },
    /// The call gave no answer.
    Failed(CallError),
    /// There was no room for it.
    NotBegun {
        reason: String,
    },
}

impl Host {
    /// Takes due work of every plugin that may work and has a place free.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_work(&self) -> Result<Vec<Work>, StorageError> {
        let now = self.ground().ambient.now();
        let due = job::due(&mut *self.db().read_single().await?, now).await?;
        let mut taken = Vec::new();
        for plugin in due.iter().filter_map(|id| self.find(id)) {
            if self.ground().let_in(&plugin).await.is_err() {
                continue;
            }
            if let Err(error) = self.take_of(&plugin, now, &mut taken).await {
                if taken.is_empty() {
                    return Err(error);
                }
                // What was taken before is done: let go of, it would lose a try, and be dead if it was the last.
                tracing::error!(plugin.id = %plugin.id(), %error, "the work of plugins could not all be taken");
                break;
            }
        }
        Ok(taken)
    }

    async fn take_of(&self, plugin: &Arc<Plugin>, now: Instant, taken: &mut Vec<Work>) -> Result<(), StorageError> {
        while let Ok(place) = Arc::clone(&plugin.workers).try_acquire_owned() {
            let Some(row) = self.take_one(plugin.id(), now).await? else { break };
            taken.push(Work { row, plugin: Arc::clone(plugin), _place: place });
        }
        Ok(())
    }

    async fn take_one(&self, plugin: &PluginId, now: Instant) -> Result<Option<JobRow>, StorageError> {
        if !job::is_ready(&mut *self.db().read_single().await?, plugin, now).await? {
            return Ok(None);
        }
        let mut tx = self.db().begin_write().await?;
        let row = job::take(&mut tx, plugin, now, now.plus_ms(limits::JOB_LEASE_MS)).await?;
        // A commit wakes whoever waits for work: without any taken, the worker would wake itself again and again.
        if row.is_some() {
            tx.commit().await?;
        }
        Ok(row)
    }

    /// Lets work wait again whose worker went away.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recover_work(&self, left: Left) -> Result<u64, StorageError> {
        let now = self.ground().ambient.now();
        let ended_before = match left {
            Left::ByAnybody => now,
            Left::ByThePast => Instant(i64::MAX),
        };
        let mut tx = self.db().begin_write().await?;
        let recovered = job::recover(&mut tx, ended_before, now).await?;
        tx.commit().await?;
        Ok(recovered)
    }

    /// Does a piece of work.
    ///
    /// # Errors
    /// When the database fails: the lease then ends by itself, and somebody tries again.
    pub async fn do_work(&self, work: Work) -> Result<Outcome, StorageError> {
        let Work { row, plugin, .. } = &work;
        tokio::select! {
            biased;
            outcome = self.do_row(row, plugin.id()) => outcome,
            never = self.keep(row.lease()) => match never {},
        }
    }

    /// Says again and again that somebody is at a piece of work. One that went to somebody else ends by itself.
    async fn keep(&self, lease: Lease) -> Infallible {
        loop {
            tokio::time::sleep(Duration::from_millis(limits::JOB_LEASE_RENEW_MS)).await;
            match self.renew(lease).await {
                Ok(Ended::Heard) => {}
                Ok(Ended::Lost) => std::future::pending().await,
                Err(error) => {
                    tracing::warn!(job.id = %lease.id, %error, "the lease of a plugin's work could not be renewed")
                }
            }
        }
    }

    /// Holds a piece of work for as long again.
    pub(crate) async fn renew(&self, lease: Lease) -> Result<Ended, StorageError> {
        let until = self.ground().ambient.now().plus_ms(limits::JOB_LEASE_MS);
        let mut tx = self.db().begin_write().await?;
        let ended = job::renew(&mut tx, lease, until).await?;
        tx.commit().await.map(|()| ended)
    }

    async fn do_row(&self, row: &JobRow, plugin: &PluginId) -> Result<Outcome, StorageError> {
        // Through the gate like every call, so that none runs while the plugin is replaced or taken away.
        let Admitted { plugin, place } = match self.admit(plugin).await {
            Ok(admitted) => admitted,
            Err(error) => return self.release(row, error.to_string()).await,
        };
        let tried = self.try_work(row, &plugin).await?;
        // Whoever brings the version before back waits for this place too.
        drop(place);
        let outcome = match tried {
            Tried::Ended => Outcome::Done,
            Tried::Lost => Outcome::Lost,
            Tried::Reject { reason } => self.bury(row, reason).await?,
            Tried::NotBegun { reason } => return self.release(row, reason).await,
            Tried::Retry { reason, after_s } => self.again(row, reason, after_s).await?,
            Tried::Failed(error) => {
                self.note_failed_work(row, &plugin, &error).await;
                self.again(row, said_of(&error), None).await?
            }
        };
        log(row, &outcome);
        Ok(outcome)
    }

    /// Counts a call that gave no answer. A new version whose work crashes again and again goes back like one whose pages do.
    async fn note_failed_work(&self, row: &JobRow, plugin: &Arc<Plugin>, error: &CallError) {
        let (id, now) = (row.id.to_string(), self.ground().ambient.now());
        if plugin.before().is_none_or(|before| !before.is_on_trial(now)) {
            plugin.watch.failed(&id, error);
            return;
        }
        if let Some(reason) = self.ground().note_failure(plugin, &id, error).await {
            self.go_back_on_trial(Arc::clone(plugin), reason).await;
        }
    }

    /// Another try, if there is one left.
    async fn again(&self, row: &JobRow, reason: String, after_s: Option<u32>) -> Result<Outcome, StorageError> {
        if row.attempt >= row.attempts_max {
            return self.bury(row, reason).await;
        }
        self.put_back(row, reason, after_s).await
    }

    /// Gives work back that was not begun, because the plugin is off or busy.
    async fn release(&self, row: &JobRow, reason: String) -> Result<Outcome, StorageError> {
        let due_at = self.ground().ambient.now().plus_ms(limits::JOB_RETRY_MS_MIN);
        let mut tx = self.db().begin_write().await?;
        let ended = job::release(&mut tx, row.lease(), due_at, &reason).await?;
        heard(tx, ended, Outcome::Again { reason }).await
    }

    async fn bury(&self, row: &JobRow, reason: String) -> Result<Outcome, StorageError> {
        let mut tx = self.db().begin_write().await?;
        let ended = job::bury(&mut tx, row.lease(), &reason).await?;
        heard(tx, ended, Outcome::Dead { reason }).await
    }

    async fn put_back(&self, row: &JobRow, reason: String, after_s: Option<u32>) -> Result<Outcome, StorageError> {
        let wait_ms = match after_s {
            Some(seconds) => i64::from(seconds).saturating_mul(1_000).min(limits::JOB_RETRY_MS_MAX),
            None => self.back_off(row.attempt),
        };
        let due_at = self.ground().ambient.now().plus_ms(wait_ms);
        let mut tx = self.db().begin_write().await?;
        let ended = job::put_back(&mut tx, row.lease(), due_at, &reason).await?;
        heard(tx, ended, Outcome::Again { reason }).await
    }

    /// Twice as long each time, and a quarter more or less, so that what failed together does not come back together.
    fn back_off(&self, attempt: i32) -> i64 {
        let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or_default().min(20);
        let base = limits::JOB_RETRY_MS_MIN.saturating_mul(1_i64 << doublings).min(limits::JOB_BACK_OFF_MS_MAX);
        let [byte, ..] = self.ground().ambient.secret();
        let quarter = base / 4;
        base.saturating_sub(quarter).saturating_add(quarter.saturating_mul(2).saturating_mul(i64::from(byte)) / 255)
    }

    async fn try_work(&self, row: &JobRow, plugin: &Arc<Plugin>) -> Result<Tried, StorageError> {
        let again = |reason: &str| Ok(Tried::Retry { after_s: None, reason: reason.to_owned() });
        if !is_granted(plugin, &row.source) {
            return again("its capability is not granted");
        }
        if !declares(plugin, row) {
            return again("this version of the plugin declares no such subscription or job");
        }
        let called = match &row.source {
            Source::Change { .. } | Source::Event { .. } => {
                let event = match self.event(row, plugin).await {
                    Ok(Some(event)) => event,
                    // Nothing of it is shown to this plugin, or it was erased: there is nothing to tell.
                    Ok(None) => return self.end(row).await,
                    Err(ReadError::Storage(source)) => return Err(source),
                    Err(error) => return again(&error.to_string()),
                };
                let (ground, called, task) = (self.ground().clone(), Arc::clone(plugin), task(row));
                self.guests().run_on(Lane::Slow, async move { call::tell(&ground, &called, &task, &event).await }).await
            }
            Source::Job | Source::Schedule => {
                let job = job_handler::Job {
                    id: row.id.to_string(),
                    name: row.name.clone(),
                    payload: row.payload.clone(),
                    due_at: milliseconds(row.wanted_at),
                    attempt: attempt(row),
                };
                let (ground, called, task) = (self.ground().clone(), Arc::clone(plugin), task(row));
                self.guests().run_on(Lane::Slow, async move { call::work(&ground, &called, &task, &job).await }).await
            }
        };
        match called.and_then(|outcome| outcome) {
            Ok((types::Outcome::Done, mut unit)) => {
                unit.end(row.lease());
                committed(unit.commit(None).await)
            }
            Ok((types::Outcome::Retry(after_s), _)) => {
                Ok(Tried::Retry { after_s, reason: "the plugin asked for another try".to_owned() })
            }
            Ok((types::Outcome::Reject(reason), _)) => {
                Ok(Tried::Reject { reason: escaped(&reason, limits::PROBLEM_CHARS_MAX) })
            }
            Err(error @ (CallError::Busy { .. } | CallError::Stopping)) => {
                Ok(Tried::NotBegun { reason: error.to_string() })
            }
            Err(error) => Ok(Tried::Failed(error)),
        }
    }

    /// What the plugin is told; none when nothing of it is shown to it.
    async fn event(&self, row: &JobRow, plugin: &Plugin) -> Result<Option<event_handler::Event>, ReadError> {
        let mut event = event_handler::Event {
            id: row.id.to_string(),
            subscription: row.name.clone(),
            topic: String::new(),
            operation: None,
            record: None,
            version: None,
            key: row.key.clone().unwrap_or_default(),
            payload: row.payload.clone(),
            at: milliseconds(row.created_at),
            attempt: attempt(row),
            depth: u32::try_from(row.depth).unwrap_or_default(),
        };
        match &row.source {
            Source::Event { topic } => event.topic.clone_from(topic),
            Source::Change { topic, record, version, operation } => {
                let Ok(kind) = topic.parse::<KindName>() else { return Ok(None) };
                let caller = Caller::system().through(plugin.id().clone());
                let permit = match self.records().may_read(&caller, &kind) {
                    Ok(permit) => permit,
                    Err(ReadError::Refused(_) | ReadError::UnknownKind { .. }) => return Ok(None),
                    Err(error) => return Err(error),
                };
                let Some(found) = self.records().read_version(&permit, *record, *version).await? else {
                    return Ok(None);
                };
                event.topic.clone_from(topic);
                event.record = Some(record.to_string());
                event.version = Some(u64::try_from(version.0).unwrap_or_default());
                event.operation = Some(match operation {
                    Operation::Create => types::Operation::Create,
                    Operation::Replace => types::Operation::Change,
                    Operation::Delete => types::Operation::Delete,
                });
                event.payload = if found.deleted { "null".to_owned() } else { found.body.to_string() };
            }
            Source::Job | Source::Schedule => return Ok(None),
        }
        Ok(Some(event))
    }

    /// Ends work that has no effect.
    async fn end(&self, row: &JobRow) -> Result<Tried, StorageError> {
        let mut tx = self.db().begin_write().await?;
        match job::finish(&mut tx, row.lease()).await? {
            Ended::Heard => tx.commit().await.map(|()| Tried::Ended),
            Ended::Lost => Ok(Tried::Lost),
        }
    }
}

/// Whose work waits again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Of workers whose lease has ended.
    ByAnybody,
    /// Of all workers: this kernel has just started and is the only one.
    ByThePast,
}

fn needed(source: &Source) -> Capability {
    match source {
        Source::Change { .. } | Source::Event { .. } => Capability::Events,
        Source::Job | Source::Schedule => Capability::Jobs,
    }
}

/// Whether the plugin may do the work, and be told what it is told, at this moment.
fn is_granted(plugin: &Plugin, source: &Source) -> bool {
    let may_know = match source {
        Source::Change { topic, .. } => {
            topic.parse::<KindName>().ok().is_none_or(|kind| events::may_know(plugin, &kind))
        }
        Source::Event { .. } | Source::Job | Source::Schedule => true,
    };
    may_know && plugin.standing().grants.contains(&needed(source))
}

/// Whether the version that runs knows what the work is called. Another one may have put it here.
fn declares(plugin: &Plugin, row: &JobRow) -> bool {
    let Manifest { events, jobs, .. } = &plugin.manifest;
    match &row.source {
        Source::Change { .. } | Source::Event { .. } => events.iter().any(|event| event.name == row.name),
        Source::Job | Source::Schedule => jobs.iter().any(|job| job.name == row.name),
    }
}

/// What follows from an event is one reaction further; a job carries on what put it aside.
fn task(row: &JobRow) -> Task {
    let depth = match &row.source {
        Source::Change { .. } | Source::Event { .. } => row.depth.saturating_add(1),
        Source::Job | Source::Schedule => row.depth,
    };
    Task { id: row.id.to_string().into(), lease: row.lease(), depth }
}

fn committed<Written>(outcome: Result<Written, WriteError>) -> Result<Tried, StorageError> {
    match outcome {
        Ok(_) => Ok(Tried::Ended),
        Err(WriteError::LeaseLost) => Ok(Tried::Lost),
        Err(WriteError::Storage(source)) => Err(source),
        Err(source) => Ok(Tried::Failed(CallError::Commit { source })),
    }
}

async fn heard(tx: WriteTx, ended: Ended, outcome: Outcome) -> Result<Outcome, StorageError> {
    match ended {
        Ended::Heard => tx.commit().await.map(|()| outcome),
        Ended::Lost => Ok(Outcome::Lost),
    }
}

fn log(row: &JobRow, outcome: &Outcome) {
    let (plugin, id, name) = (&row.plugin, &row.id, &row.name);
    match outcome {
        Outcome::Done => {}
        Outcome::Again { reason } => {
            tracing::warn!(plugin.id = %plugin, job.id = %id, job.name = %name, job.attempt = row.attempt, "work is tried again: {reason}");
        }
        Outcome::Dead { reason } => {
            tracing::error!(plugin.id = %plugin, job.id = %id, job.name = %name, job.attempt = row.attempt, "work is put aside as dead: {reason}");
        }
        Outcome::Lost => {
            tracing::warn!(plugin.id = %plugin, job.id = %id, job.name = %name, "work took longer than its lease and does not count");
        }
    }
}

fn attempt(row: &JobRow) -> u32 {
    u32::try_from(row.attempt).unwrap_or_default()
}

fn milliseconds(at: Instant) -> u64 {
    u64::try_from(at.0).unwrap_or_default()
}
