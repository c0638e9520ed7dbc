//! Work in the background: one queue for events, jobs and schedules.
//!
//! A row waits until it is due, is taken by one worker under a lease with a fencing number, and is deleted in the transaction of its own
//! effect; or it waits again, or is put aside as dead. A worker that lost its lease has another number than the row, and what it then
//! says about the row is not heard. What has the same key is done one after the other, in the order in which it came.

mod look;
mod put;
mod row;
mod schedule;
mod take;

pub use look::{Counts, List, View, counts, done_counts, find, list, waiting_of};
pub use put::{origin_count, put, put_all, room, withdraw};
pub use row::{JobId, JobRow, JobState, NewJob, Source};
pub use schedule::{ScheduleRow, advance, drop_schedule, schedules, set_schedule};
pub use take::{
    Ended, Lease, bury, due, finish, forget, is_ready, next_due, put_back, recover, release, renew, revive,
    say_progress, take,
};
