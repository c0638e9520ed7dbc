//! The bounds of plugins' work in the background.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// The text of a schedule.
pub const SCHEDULE_BYTES_MAX: usize = 100;
/// Reactions of plugins to reactions of plugins; past it nobody is told any more.
pub const REACTION_DEPTH_MAX: i16 = 8;
/// Work of one plugin's making that is not done: jobs that it put aside, events that it emitted.
pub const PLUGIN_JOBS_MAX: i64 = 10_000;
/// Changes that wait to be told to one plugin; it catches up with the rest later.
pub const PLUGIN_EVENTS_MAX: i64 = 10_000;
/// Jobs that one call puts aside or takes back.
pub const CALL_JOBS_MAX: usize = 100;
/// Events that one call emits.
pub const CALL_EVENTS_MAX: usize = 100;
/// What a job or an event holds.
pub const JOB_PAYLOAD_BYTES_MAX: usize = 64 << 10;
/// The key of a job or an event.
pub const JOB_KEY_BYTES_MAX: usize = 200;
/// What a job says of its progress.
pub const JOB_NOTE_CHARS_MAX: usize = 200;
/// How often a job's progress is written down at most.
pub const JOB_PROGRESS_MS: i64 = 1_000;
/// Tries before work in the background is dead, when nobody says otherwise.
pub const JOB_ATTEMPTS_DEFAULT: i32 = 5;
/// Tries that a plugin may ask for.
pub const JOB_ATTEMPTS_MAX: u32 = 10;
/// A plugin's processor time for one piece of work.
pub const JOB_CPU_MS_MAX: u64 = 10_000;
/// A plugin's time by the clock for one piece of work.
pub const JOB_WALL_MS_MAX: u64 = 60_000;
/// How long a worker holds a piece of work without saying that it is still at it.
pub const JOB_LEASE_MS: i64 = 30_000;
/// How often it says so.
pub const JOB_LEASE_RENEW_MS: u64 = 10_000;
/// Pieces of work of one plugin that are done at once.
pub const PLUGIN_WORKERS_MAX: usize = 4;
/// Dead pieces of work of one plugin that are kept for an administrator; the oldest go.
pub const PLUGIN_JOBS_DEAD_MAX: i64 = 1_000;
/// How long work waits after its first failure; twice as long each time.
pub const JOB_RETRY_MS_MIN: i64 = 5_000;
/// How long that becomes at most.
pub const JOB_BACK_OFF_MS_MAX: i64 = 60 * 60 * 1000;
/// How long a plugin may let its work wait for another try.
pub const JOB_RETRY_MS_MAX: i64 = 24 * 60 * 60 * 1000;
}
