//! The work that a unit puts aside, and the events that it emits.

use tiwizi_model::{PluginId, limits};
use tiwizi_storage::job::{self, JobId, JobState, Lease, NewJob, Source};

use super::Unit;
use crate::queue::{EmittedEvent, QueueError, WantedJob, check_key, check_payload};

impl Unit {
    /// What this unit writes follows from so many reactions of plugins.
    pub fn follow(&mut self, depth: i16) {
        self.depth = depth;
    }

    /// The commit of this unit ends a piece of work: both happen, or neither, and neither when the lease is lost.
    pub fn end(&mut self, lease: Lease) {
        self.kept.queue.ends = Some(lease);
    }

    /// Gathers a job of the calling plugin, and returns its id; that of the one which waits under the same key, if there is one.
    ///
    /// # Errors
    /// When it is too large, or too much waits already.
    pub async fn enqueue(&mut self, wanted: WantedJob) -> Result<JobId, QueueError> {
        check_payload(&wanted.payload)?;
        let plugin = self.working_plugin()?.clone();
        let mut twin = None;
        if let Some(key) = &wanted.dedupe_key {
            check_key(key)?;
            if let Some(gathered) = self.gathered_job(&wanted.name, key) {
                return Ok(gathered);
            }
            let mut tx = self.records.db.read_single().await?;
            let waiting = job::waiting_of(&mut tx, &plugin, &wanted.name, key).await?;
            twin = waiting.filter(|id| !self.kept.queue.withdrawn.contains(id));
        }
        if self.kept.queue.jobs >= limits::CALL_JOBS_MAX {
            return Err(QueueError::Full);
        }
        if twin.is_none() {
            self.demand_places(&plugin, 1).await?;
        }
        let now = self.records.ambient.now();
        let id = JobId(self.records.ambient.new_uuid());
        self.kept.queue.jobs = self.kept.queue.jobs.saturating_add(1);
        self.kept.queue.twins.extend(twin.map(|twin| (twin, id)));
        self.kept.queue.new.push(NewJob {
            id,
            origin: Some(plugin.clone()),
            plugin,
            source: Source::Job,
            name: wanted.name,
            key: None,
            payload: wanted.payload,
            depth: self.depth,
            created_at: now,
            due_at: wanted.run_at.map_or(now, |at| at.max(now)),
            attempts_max: i32::try_from(wanted.attempts_max).unwrap_or(i32::MAX),
            dedupe_key: wanted.dedupe_key,
        });
        Ok(twin.unwrap_or(id))
    }

    /// The id that this unit answered for a job of that name and key.
    fn gathered_job(&self, name: &str, dedupe_key: &str) -> Option<JobId> {
        let writes = &self.kept.queue;
        let mut new = writes.new.iter();
        let gathered = new.find(|new| new.name == name && new.dedupe_key.as_deref() == Some(dedupe_key))?.id;
        let twin = writes.twins.iter().find(|(_, new)| *new == gathered);
        Some(twin.map_or(gathered, |(twin, _)| *twin))
    }

    /// Gathers that a waiting job of the calling plugin is taken back. False when it does not wait.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cancel_job(&mut self, id: JobId) -> Result<bool, QueueError> {
        let plugin = self.working_plugin()?.clone();
        let before = self.kept.queue.new.len();
        self.kept.queue.new.retain(|new| new.id != id || new.source != Source::Job);
        if self.kept.queue.new.len() != before {
            return Ok(true);
        }
        // Whatever became of the one that waited, this call does not want it.
        if let Some(at) = self.kept.queue.twins.iter().position(|(twin, _)| *twin == id) {
            let (_, mine) = self.kept.queue.twins.swap_remove(at);
            self.kept.queue.new.retain(|new| new.id != mine);
        }
        let mut tx = self.records.db.read_single().await?;
        let found = job::find(&mut tx, id).await?;
        let is_waiting = found.is_some_and(|job| {
            job.plugin == plugin && job.state == JobState::Waiting && matches!(job.source, Source::Job)
        });
        if !is_waiting || self.kept.queue.withdrawn.contains(&id) {
            return Ok(false);
        }
        if self.kept.queue.withdrawn.len() >= limits::CALL_JOBS_MAX {
            return Err(QueueError::Full);
        }
        self.kept.queue.withdrawn.push(id);
        Ok(true)
    }

    /// Gathers an event for those who are told.
    ///
    /// # Errors
    /// When it is too large, or too much waits already.
    pub async fn emit(&mut self, event: EmittedEvent) -> Result<(), QueueError> {
        check_payload(&event.payload)?;
        check_key(&event.key)?;
        let plugin = self.working_plugin()?.clone();
        if self.kept.queue.events >= limits::CALL_EVENTS_MAX {
            return Err(QueueError::Full);
        }
        self.demand_places(&plugin, event.subscribers.len()).await?;
        self.kept.queue.events = self.kept.queue.events.saturating_add(1);
        let now = self.records.ambient.now();
        for (subscriber, subscription) in event.subscribers {
            self.kept.queue.new.push(NewJob {
                id: JobId(self.records.ambient.new_uuid()),
                plugin: subscriber,
                origin: Some(plugin.clone()),
                source: Source::Event { topic: event.topic.clone() },
                name: subscription,
                key: Some(event.key.clone()),
                payload: event.payload.clone(),
                depth: self.depth,
                created_at: now,
                due_at: now,
                attempts_max: limits::JOB_ATTEMPTS_DEFAULT,
                dedupe_key: None,
            });
        }
        Ok(())
    }

    async fn demand_places(&self, plugin: &PluginId, more: usize) -> Result<(), QueueError> {
        if more > 0 {
            self.demand_disk()?;
        }
        let mut tx = self.records.db.read_single().await?;
        let waiting = job::origin_count(&mut tx, plugin, limits::PLUGIN_JOBS_MAX).await?;
        let gathered = i64::try_from(self.kept.queue.places().saturating_add(more)).unwrap_or(i64::MAX);
        if waiting.saturating_add(gathered) > limits::PLUGIN_JOBS_MAX {
            return Err(QueueError::Quota);
        }
        Ok(())
    }

    fn working_plugin(&self) -> Result<&PluginId, QueueError> {
        self.caller.plugin().ok_or(QueueError::Nobody)
    }
}

#[cfg(test)]
mod tests;
