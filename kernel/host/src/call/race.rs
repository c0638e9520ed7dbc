//! Calls that lost a race: what they had read was written by somebody else before they were committed.
//!
//! Nothing of such a call is kept, so it is made again from its beginning, over what stands now: two buyers of one jar at the same moment are no
//! fault of either. Those that lost take turns, and so lose to nobody but to calls that are made for the first time. One that has asked another
//! host is not made again: what it asked for would be done twice.

use std::sync::Arc;
use std::time::Duration;

use tiwizi_model::limits;
use tiwizi_records::WriteError;
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use super::{CallError, Time};
use crate::guest::budget::Steady;
use crate::plugin::Plugin;

/// How often a call was made, and the turn of those that lost.
pub(super) struct Race<'a> {
    plugin: &'a Plugin,
    began: Steady,
    made: u32,
    turn: Option<OwnedMutexGuard<()>>,
}

impl<'a> Race<'a> {
    pub(super) fn begin(plugin: &'a Plugin) -> Self {
        Self { plugin, began: Steady::now(), made: 1, turn: None }
    }

    /// The time of the call that is made now. By the clock all of them together have that of one.
    pub(super) fn time(&self) -> Time {
        let waited_ms = match self.made {
            1 => 0,
            _ => u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        Time { waited_ms, ..Time::of_page(self.plugin) }
    }

    /// Whether a call that ended so is made once more; it is this one's turn then.
    pub(super) async fn goes_on(&mut self, error: &CallError) -> bool {
        let left = Duration::from_millis(self.time().left_ms());
        if self.made >= made_max(error) || left.is_zero() {
            return false;
        }
        if self.turn.is_none() {
            let turn = timeout(left, Arc::clone(&self.plugin.turn).lock_owned()).await;
            let Ok(turn) = turn else { return false };
            self.turn = Some(turn);
        }
        self.made = self.made.saturating_add(1);
        tracing::debug!(plugin.id = %self.plugin.id(), call.made = self.made, "a call lost a race and is made again");
        true
    }
}

/// How often a call that ends so is made at most.
fn made_max(error: &CallError) -> u32 {
    let CallError::Commit { source } = error else { return 1 };
    match source {
        WriteError::Stale { .. } | WriteError::ValueMoved { .. } | WriteError::JobMoved { .. } => {
            limits::PLUGIN_CALL_MADE_MAX
        }
        // It may have stood there before: then once more shows it to the plugin, or ends in the same way.
        WriteError::Duplicate { .. } => 2,
        _ => 1,
    }
}
