//! What a plugin used since the kernel started, and hour by hour. It lives in memory: a restart begins at nothing.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use tiwizi_model::{Instant, limits};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// What was used in some time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Used {
    /// Calls that got an instance.
    pub calls: u64,
    /// Calls that did not end well, by why.
    pub failures: BTreeMap<&'static str, u64>,
    /// Processor time, in microseconds.
    pub cpu_us: u64,
    /// Time by the clock, in microseconds.
    pub wall_us: u64,
    /// The most memory of one call.
    pub memory_bytes_most: u64,
    /// Calls of the kernel.
    pub host_calls: u64,
    /// Reads and writes among them.
    pub store_calls: u64,
    /// What was logged.
    pub log_bytes: u64,
    /// Lines that were dropped because too much was logged.
    pub log_lines_dropped: u64,
    /// Requests to the outside.
    pub outbound_requests: u64,
    /// What they brought.
    pub outbound_bytes: u64,
    /// Calls of the kernel that were refused because the plugin had used enough.
    pub over_limit: u64,
    /// Crashes that count towards quarantine.
    pub traps: u64,
}

/// What a plugin used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageView {
    /// Since when.
    pub since: Instant,
    /// Since then.
    pub total: Used,
    /// In each of the last hours in which it was used, newest first, with the moment at which the hour began.
    pub hours: Vec<(Instant, Used)>,
}

/// Counts what one plugin uses.
#[derive(Debug)]
pub(crate) struct Usage(Mutex<Counted>);

#[derive(Debug)]
struct Counted {
    since: Instant,
    total: Used,
    hours: VecDeque<(i64, Used)>,
}

impl Usage {
    pub(crate) fn since(since: Instant) -> Self {
        Self(Mutex::new(Counted { since, total: Used::default(), hours: VecDeque::new() }))
    }

    /// Adds to what was used altogether and in this hour.
    pub(crate) fn add(&self, now: Instant, more: impl Fn(&mut Used)) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        more(&mut counted.total);
        let hour = now.0.div_euclid(HOUR_MS);
        if counted.hours.back().is_none_or(|(last, _)| *last != hour) {
            counted.hours.push_back((hour, Used::default()));
            if counted.hours.len() > limits::PLUGIN_USAGE_HOURS_MAX {
                counted.hours.pop_front();
            }
        }
        if let Some((_, used)) = counted.hours.back_mut() {
            more(used);
        }
    }

    pub(crate) fn view(&self) -> UsageView {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hours = counted.hours.iter().rev();
        UsageView {
            since: counted.since,
            total: counted.total.clone(),
            hours: hours.map(|(hour, used)| (Instant(hour.saturating_mul(HOUR_MS)), used.clone())).collect(),
        }
    }
}

impl Used {
    pub(crate) fn fail(&mut self, why: &'static str) {
        let failures = self.failures.entry(why).or_default();
        *failures = failures.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_counted_by_itself_and_old_ones_are_forgotten() {
        let usage = Usage::since(Instant(5));
        for hour in 0..40_i64 {
            for minute in 0..3 {
                usage.add(Instant(hour * HOUR_MS + minute * 60_000), |used| {
                    used.calls += 1;
                    used.fail("trap");
                });
            }
        }
        let view = usage.view();
        assert_eq!((view.since, view.total.calls, view.total.failures["trap"]), (Instant(5), 120, 120));
        assert_eq!(view.hours.len(), limits::PLUGIN_USAGE_HOURS_MAX);
        assert!(view.hours.iter().all(|(_, used)| used.calls == 3));
        assert_eq!(view.hours[0].0, Instant(39 * HOUR_MS));
    }
}
