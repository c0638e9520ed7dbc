//! `jobs`: work for later, done by the plugin itself.

use tiwizi_model::{Instant, limits};
use tiwizi_records::queue::WantedJob;
use tiwizi_storage::job::{self, Ended, JobId};

use crate::bindings::tiwizi::plugin::jobs::{Host, Options};
use crate::bindings::tiwizi::plugin::types::Error;
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::imports::convert::{json_text, queue_error, unavailable};
use crate::imports::error;
use crate::text::escaped;

impl Host for CallState {
    async fn enqueue(
        &mut self,
        name: String,
        payload: String,
        options: Options,
    ) -> wasmtime::Result<Result<String, Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        let outcome = waited.during(self.job_enqueue(name, payload, options)).await;
        Ok(self.counted(outcome))
    }

    async fn cancel(&mut self, id: String) -> wasmtime::Result<Result<bool, Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        let outcome = waited.during(self.job_cancel(&id)).await;
        Ok(self.counted(outcome))
    }

    async fn progress(&mut self, done: u32, total: u32, note: String) -> wasmtime::Result<Result<(), Error>> {
        self.count()?;
        let waited = self.budget.waited().clone();
        Ok(waited.during(self.job_progress(done, total, &note)).await)
    }
}

impl CallState {
    async fn job_enqueue(&mut self, name: String, payload: String, options: Options) -> Result<String, Error> {
        self.require_writing(Capability::Jobs)?;
        let declared = self.plugin.manifest.jobs.iter().find(|job| job.name == name).ok_or_else(|| {
            let name = escaped(&name, limits::ECHO_CHARS_MAX);
            error("denied", format!("{} declares no job {name}", self.plugin.id()))
        })?;
        json_text(&payload, limits::JOB_PAYLOAD_BYTES_MAX)?;
        let attempts_max = match options.attempts_max {
            0 => declared.attempts.unwrap_or(limits::JOB_ATTEMPTS_DEFAULT.unsigned_abs()),
            asked => asked.min(limits::JOB_ATTEMPTS_MAX),
        };
        let wanted = WantedJob {
            name,
            payload,
            run_at: options.run_at.map(|at| Instant(i64::try_from(at).unwrap_or(i64::MAX))),
            dedupe_key: options.dedupe_key,
            attempts_max,
        };
        self.unit.enqueue(wanted).await.map(|id| id.to_string()).map_err(|failed| queue_error(&failed))
    }

    async fn job_cancel(&mut self, id: &str) -> Result<bool, Error> {
        self.require_writing(Capability::Jobs)?;
        let id = id.parse().map(JobId).map_err(|_| error("invalid", "no job has such an id"))?;
        self.unit.cancel_job(id).await.map_err(|failed| queue_error(&failed))
    }

    /// Written down at once, so that an administrator sees it while the job runs; often enough to be seen, and no more often.
    async fn job_progress(&mut self, done: u32, total: u32, note: &str) -> Result<(), Error> {
        self.require(Capability::Jobs)?;
        let Some(task) = &mut self.task else {
            return Err(error("invalid", "only a job says how far it has come"));
        };
        let now = self.ambient.now();
        if task.said_at.is_some_and(|said| said.plus_ms(limits::JOB_PROGRESS_MS) > now && said <= now) {
            return Ok(());
        }
        task.said_at = Some(now);
        let lease = task.lease;
        let note = escaped(note, limits::JOB_NOTE_CHARS_MAX);
        let said = async {
            let mut tx = self.unit.records().db().begin_write().await?;
            let heard = job::say_progress(&mut tx, lease, done.into(), total.into(), &note).await?;
            tx.commit().await.map(|()| heard)
        };
        match said.await.map_err(|failed| unavailable(&failed))? {
            Ended::Heard => Ok(()),
            Ended::Lost => Err(error("unavailable", "this job has gone to another worker")),
        }
    }
}
