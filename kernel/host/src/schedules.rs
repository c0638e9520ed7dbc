//! Scheduled jobs: each is put into the queue when its time has come, by one kernel alone.
//!
//! When it is due next stands in the database and is moved on with the condition that it still stands there, in the transaction that
//! puts the job. What was missed while no kernel ran is done once. While one waits, no other of the same name is put beside it.

use std::sync::Arc;

use tiwizi_model::{Instant, Zone, limits};
use tiwizi_records::manifest::JobDeclaration;
use tiwizi_storage::StorageError;
use tiwizi_storage::job::{self, JobId, NewJob, ScheduleRow, Source};

use crate::capability::Capability;
use crate::host::Host;
use crate::plugin::Plugin;

/// What keeps a second one of the same name from waiting.
const DEDUPE_KEY: &str = "schedule";

impl Host {
    /// Puts the scheduled jobs whose time has come into the queue, and keeps the times of the others right.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_schedules(&self, zone: &Zone) -> Result<(), StorageError> {
        let rows = job::schedules(&mut *self.db().read_single().await?).await?;
        let now = self.ground().ambient.now();
        let scheduled = |plugin: &Plugin| plugin.manifest.jobs.iter().any(|job| job.schedule.is_some());
        for plugin in self.guests().among(scheduled) {
            for declared in &plugin.manifest.jobs {
                let Some(schedule) = &declared.schedule else { continue };
                let spec = spec(declared, zone);
                let found = rows.iter().find(|row| row.plugin == *plugin.id() && row.name == declared.name);
                match found.filter(|row| row.spec == spec) {
                    Some(row) if row.next_at > now => {}
                    Some(row) => self.fire(&plugin, declared, row, schedule.next(now, zone)).await?,
                    None => {
                        let next_at = schedule.next(now, zone).unwrap_or(NEVER);
                        let row =
                            ScheduleRow { plugin: plugin.id().clone(), name: declared.name.clone(), spec, next_at };
                        let mut tx = self.db().begin_write().await?;
                        job::set_schedule(&mut tx, &row).await?;
                        tx.commit().await?;
                    }
                }
            }
        }
        self.drop_undeclared(&rows).await
    }

    async fn fire(
        &self,
        plugin: &Arc<Plugin>,
        declared: &JobDeclaration,
        row: &ScheduleRow,
        next_at: Option<Instant>,
    ) -> Result<(), StorageError> {
        let mut tx = self.db().begin_write().await?;
        if !job::advance(&mut tx, row, next_at.unwrap_or(NEVER)).await? {
            return Ok(());
        }
        if plugin.standing().grants.contains(&Capability::Jobs) {
            let attempts = declared.attempts.and_then(|attempts| i32::try_from(attempts).ok());
            let new = NewJob {
                id: JobId(self.ground().ambient.new_uuid()),
                plugin: plugin.id().clone(),
                origin: None,
                source: Source::Schedule,
                name: declared.name.clone(),
                key: None,
                payload: "{}".to_owned(),
                depth: 0,
                created_at: self.ground().ambient.now(),
                due_at: row.next_at,
                attempts_max: attempts.unwrap_or(limits::JOB_ATTEMPTS_DEFAULT),
                dedupe_key: Some(DEDUPE_KEY.to_owned()),
            };
            job::put(&mut tx, &new).await?;
        }
        tx.commit().await
    }

    /// Forgets the schedules that a plugin no longer declares.
    async fn drop_undeclared(&self, rows: &[ScheduleRow]) -> Result<(), StorageError> {
        for row in rows {
            let Some(plugin) = self.find(&row.plugin).filter(|plugin| plugin.is_read()) else { continue };
            let mut declared = plugin.manifest.jobs.iter().filter(|job| job.schedule.is_some());
            if !declared.any(|job| job.name == row.name) {
                let mut tx = self.db().begin_write().await?;
                job::drop_schedule(&mut tx, row).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }
}

/// When a schedule never comes again.
const NEVER: Instant = Instant(i64::MAX);

/// By what the next time is reckoned.
fn spec(declared: &JobDeclaration, zone: &Zone) -> String {
    let text = declared.schedule.as_ref().map_or("", |schedule| schedule.text());
    format!("{text} {}", zone.name())
}
