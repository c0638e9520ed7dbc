//! The numbers that a plugin counts: the metrics of its manifest, and no others, so that there is a bound on how many there are.
//!
//! They live as long as the plugin is loaded. A number is no write of a call: it counts at once and is never taken back.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tiwizi_records::manifest::{LocalText, MetricDeclaration, MetricType};

/// The upper bounds of the buckets of every histogram.
pub const PLUGIN_BUCKETS: [f64; 15] =
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1_000.0, 5_000.0, 10_000.0];

/// What one metric has come to.
#[derive(Debug, Clone, PartialEq)]
pub enum MetricNumbers {
    /// A sum that only grows.
    Counter(u64),
    /// How many values there were, and how large they were.
    Histogram {
        /// For each of `PLUGIN_BUCKETS`, the values that were not larger.
        buckets: [u64; PLUGIN_BUCKETS.len()],
        /// All values.
        count: u64,
        /// Their sum.
        sum: f64,
    },
}

/// A metric with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricView {
    /// Its name in the manifest.
    pub name: String,
    /// Its name for people.
    pub title: LocalText,
    /// Its numbers since the plugin was loaded.
    pub numbers: MetricNumbers,
}

/// The metrics of one plugin.
#[derive(Debug)]
pub(crate) struct Metrics {
    declared: BTreeMap<String, (LocalText, Mutex<MetricNumbers>)>,
    complained: AtomicBool,
}

/// A name that the manifest does not declare for this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Undeclared {
    /// Whether nobody was told so yet.
    pub(crate) first: bool,
}

impl Metrics {
    pub(crate) fn new(declared: &[MetricDeclaration]) -> Self {
        let zero = |kind| match kind {
            MetricType::Counter => MetricNumbers::Counter(0),
            MetricType::Histogram => {
                MetricNumbers::Histogram { buckets: [0; PLUGIN_BUCKETS.len()], count: 0, sum: 0.0 }
            }
        };
        let declared =
            declared.iter().map(|metric| (metric.name.clone(), (metric.title.clone(), Mutex::new(zero(metric.kind)))));
        Self { declared: declared.collect(), complained: AtomicBool::new(false) }
    }

    /// Adds to a counter.
    pub(crate) fn add(&self, name: &str, delta: u64) -> Result<(), Undeclared> {
        self.with(name, |numbers| {
            let MetricNumbers::Counter(total) = numbers else { return false };
            *total = total.saturating_add(delta);
            true
        })
    }

    /// Notes a value of a histogram.
    pub(crate) fn observe(&self, name: &str, value: f64) -> Result<(), Undeclared> {
        self.with(name, |numbers| {
            let MetricNumbers::Histogram { buckets, count, sum } = numbers else { return false };
            if value.is_finite() {
                for (bucket, _) in buckets.iter_mut().zip(PLUGIN_BUCKETS).filter(|(_, bound)| value <= *bound) {
                    *bucket = bucket.saturating_add(1);
                }
                *count = count.saturating_add(1);
                *sum += value;
            }
            true
        })
    }

    pub(crate) fn view(&self) -> Vec<MetricView> {
        let view = |(name, (title, numbers)): (&String, &(LocalText, Mutex<MetricNumbers>))| MetricView {
            name: name.clone(),
            title: title.clone(),
            numbers: numbers.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        };
        self.declared.iter().map(view).collect()
    }

    fn with(&self, name: &str, change: impl FnOnce(&mut MetricNumbers) -> bool) -> Result<(), Undeclared> {
        let found = self.declared.get(name);
        let is_done =
            found.is_some_and(|(_, numbers)| change(&mut numbers.lock().unwrap_or_else(PoisonError::into_inner)));
        if is_done { Ok(()) } else { Err(Undeclared { first: !self.complained.swap(true, Ordering::Relaxed) }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics() -> Metrics {
        let metric = |name: &str, kind| MetricDeclaration { name: name.to_owned(), kind, title: LocalText::default() };
        Metrics::new(&[metric("lessons", MetricType::Counter), metric("seconds", MetricType::Histogram)])
    }

    #[test]
    fn what_is_declared_is_counted() {
        let metrics = metrics();
        metrics.add("lessons", 2).unwrap();
        metrics.add("lessons", u64::MAX).unwrap();
        for value in [0.002, 7.0, f64::NAN, f64::INFINITY, 99_999.0] {
            metrics.observe("seconds", value).unwrap();
        }
        let numbers: Vec<_> = metrics.view().into_iter().map(|view| view.numbers).collect();
        let buckets = [0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2];
        let histogram = MetricNumbers::Histogram { buckets, count: 3, sum: 100_006.002 };
        assert_eq!(numbers, [MetricNumbers::Counter(u64::MAX), histogram]);
    }

    #[test]
    fn what_is_not_declared_or_of_another_type_is_dropped_and_told_once() {
        let metrics = metrics();
        assert_eq!(metrics.add("other", 1), Err(Undeclared { first: true }));
        assert_eq!(metrics.add("seconds", 1), Err(Undeclared { first: false }));
        assert_eq!(metrics.observe("lessons", 1.0), Err(Undeclared { first: false }));
        assert!(metrics.view().iter().all(|view| match view.numbers {
            MetricNumbers::Counter(count) | MetricNumbers::Histogram { count, .. } => count == 0,
        }));
    }
}
