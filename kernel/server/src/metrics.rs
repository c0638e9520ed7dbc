//! Numbers for the operator, in the text format of Prometheus. A small registry of our own: counters that are added
//! to on every request and read seldom. It holds routes, methods and statuses, never an address or a person.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tiwizi_host::{MetricNumbers, MetricView, PLUGIN_BUCKETS, UsageView, Used};
use tiwizi_model::{PluginId, limits};
use tiwizi_storage::DiskSpace;

/// The upper bounds of the time buckets, in milliseconds.
const BUCKETS_MS: [u64; 9] = [1, 5, 10, 25, 50, 100, 250, 1000, 5000];

#[derive(Debug, Default)]
struct RouteNumbers {
    by_status: BTreeMap<u16, u64>,
    buckets: [u64; BUCKETS_MS.len()],
    count: u64,
    sum_us: u64,
}

/// The numbers of one process.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    routes: Mutex<BTreeMap<(String, &'static str), RouteNumbers>>,
    /// Handlers that panicked.
    pub(crate) panics: AtomicU64,
    /// Connections that are open.
    pub(crate) connections: AtomicI64,
    /// Connections that were refused because too many were open.
    pub(crate) connections_refused: AtomicU64,
}

/// Numbers that are kept elsewhere.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Elsewhere {
    /// The last number of the change log.
    pub(crate) log_head: i64,
    /// Work of plugins that waits, runs, is dead.
    pub(crate) jobs: (i64, i64, i64),
    /// Events that were not told because too many reactions led to them.
    pub(crate) events_too_deep: u64,
    /// How full the disk is, when the system says.
    pub(crate) disk: Option<DiskSpace>,
}

impl Metrics {
    /// Counts one answer of a route.
    pub(crate) fn answered(&self, route: &str, method: &http::Method, status: u16, took: Duration) {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (route.to_owned(), method_name(method));
        let numbers = routes.entry(key).or_default();
        let by_status = numbers.by_status.entry(status).or_default();
        *by_status = by_status.saturating_add(1);
        numbers.count = numbers.count.saturating_add(1);
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        numbers.sum_us = numbers.sum_us.saturating_add(took_us);
        for (bucket, bound_ms) in numbers.buckets.iter_mut().zip(BUCKETS_MS) {
            if took_us <= bound_ms.saturating_mul(1000) {
                *bucket = bucket.saturating_add(1);
            }
        }
    }

    /// Writes everything in the text format.
    pub(crate) fn render(&self, elsewhere: Elsewhere, plugins: &BTreeMap<PluginId, UsageView>) -> String {
        let mut text = String::new();
        let Elsewhere { log_head, jobs: (waiting, running, dead), events_too_deep, disk } = elsewhere;
        let events_too_deep = i64::try_from(events_too_deep).unwrap_or(i64::MAX);
        for (name, kind, help, value) in [
            ("tiwizi_log_head", "gauge", "The last number of the change log.", log_head),
            ("tiwizi_connections", "gauge", "Open connections.", self.connections.load(Ordering::Relaxed)),
            (
                "tiwizi_connections_refused_total",
                "counter",
                "Connections refused over the cap.",
                signed(&self.connections_refused),
            ),
            ("tiwizi_panics_total", "counter", "Handlers that panicked.", signed(&self.panics)),
            ("tiwizi_jobs_waiting", "gauge", "Work of plugins that waits.", waiting),
            ("tiwizi_jobs_running", "gauge", "Work of plugins that runs.", running),
            ("tiwizi_jobs_dead", "gauge", "Work of plugins that is dead.", dead),
            (
                "tiwizi_events_too_deep_total",
                "counter",
                "Events that were not told because too many reactions led to them.",
                events_too_deep,
            ),
        ] {
            put(&mut text, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"));
        }
        if let Some(space) = disk {
            render_disk(&mut text, space);
        }
        self.render_routes(&mut text);
        render_usage(&mut text, plugins);
        text
    }

    /// The numbers that plugins count, in the text format. A name stands beside its plugin as a label, so that no plugin's number is taken
    /// for another's or for the kernel's.
    pub(crate) fn render_plugins(plugins: &[(PluginId, Vec<MetricView>)]) -> String {
        let mut text = String::new();
        let told = || plugins.iter().take(limits::METRICS_PLUGINS_MAX);
        let each = || told().flat_map(|(id, views)| views.iter().map(move |view| (id, view)));
        for (family, kind, help) in [
            ("tiwizi_plugin_metric_total", "counter", "What plugins count."),
            ("tiwizi_plugin_metric", "histogram", "Values that plugins note."),
        ] {
            put(&mut text, format_args!("# HELP {family} {help}\n# TYPE {family} {kind}\n"));
            for (id, view) in each() {
                let labels = format!("plugin=\"{id}\",name=\"{}\"", view.name);
                match &view.numbers {
                    MetricNumbers::Counter(total) if kind == "counter" => {
                        put(&mut text, format_args!("{family}{{{labels}}} {total}\n"));
                    }
                    MetricNumbers::Histogram { buckets, count, sum } if kind == "histogram" => {
                        for (number, bound) in buckets.iter().zip(PLUGIN_BUCKETS) {
                            put(&mut text, format_args!("{family}_bucket{{{labels},le=\"{bound}\"}} {number}\n"));
                        }
                        put(&mut text, format_args!("{family}_bucket{{{labels},le=\"+Inf\"}} {count}\n"));
                        put(&mut text, format_args!("{family}_sum{{{labels}}} {sum}\n"));
                        put(&mut text, format_args!("{family}_count{{{labels}}} {count}\n"));
                    }
                    MetricNumbers::Counter(_) | MetricNumbers::Histogram { .. } => {}
                }
            }
        }
        text
    }

    fn render_routes(&self, text: &mut String) {
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        put(text, format_args!("# HELP tiwizi_answers_total Answers.\n# TYPE tiwizi_answers_total counter\n"));
        for ((route, method), numbers) in routes.iter() {
            for (status, count) in &numbers.by_status {
                put(
                    text,
                    format_args!(
                        "tiwizi_answers_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}} {count}\n"
                    ),
                );
            }
        }
        put(
            text,
            format_args!("# HELP tiwizi_answer_seconds Time to answer.\n# TYPE tiwizi_answer_seconds histogram\n"),
        );
        for ((route, method), numbers) in routes.iter() {
            let labels = format!("route=\"{route}\",method=\"{method}\"");
            for (count, bound_ms) in numbers.buckets.iter().zip(BUCKETS_MS) {
                let bound = seconds(bound_ms.saturating_mul(1000));
                put(text, format_args!("tiwizi_answer_seconds_bucket{{{labels},le=\"{bound}\"}} {count}\n"));
            }
            let (count, sum) = (numbers.count, seconds(numbers.sum_us));
            put(text, format_args!("tiwizi_answer_seconds_bucket{{{labels},le=\"+Inf\"}} {count}\n"));
            put(text, format_args!("tiwizi_answer_seconds_sum{{{labels}}} {sum}\n"));
            put(text, format_args!("tiwizi_answer_seconds_count{{{labels}}} {count}\n"));
        }
    }
}

/// A number of each plugin: its name, its type, its help, and how it is read.
type PluginNumber = (&'static str, &'static str, &'static str, fn(&Used) -> String);

const PLUGIN_NUMBERS: [PluginNumber; 11] = [
    ("tiwizi_plugin_calls_total", "counter", "Calls of a plugin.", |used| used.calls.to_string()),
    ("tiwizi_plugin_traps_total", "counter", "Crashes of a plugin.", |used| used.traps.to_string()),
    ("tiwizi_plugin_cpu_seconds_total", "counter", "Processor time of a plugin.", |used| seconds(used.cpu_us)),
    ("tiwizi_plugin_wall_seconds_total", "counter", "Time of a plugin's calls.", |used| seconds(used.wall_us)),
    ("tiwizi_plugin_memory_bytes_most", "gauge", "The most memory of one call.", |used| {
        used.memory_bytes_most.to_string()
    }),
    ("tiwizi_plugin_host_calls_total", "counter", "Calls of the kernel.", |used| used.host_calls.to_string()),
    ("tiwizi_plugin_log_bytes_total", "counter", "What a plugin logged.", |used| used.log_bytes.to_string()),
    ("tiwizi_plugin_log_dropped_total", "counter", "Lines that were dropped.", |used| {
        used.log_lines_dropped.to_string()
    }),
    ("tiwizi_plugin_outbound_total", "counter", "Outgoing requests.", |used| used.outbound_requests.to_string()),
    ("tiwizi_plugin_outbound_bytes_total", "counter", "What they brought.", |used| used.outbound_bytes.to_string()),
    ("tiwizi_plugin_over_limit_total", "counter", "Refused over a limit.", |used| used.over_limit.to_string()),
];

fn render_disk(text: &mut String, space: DiskSpace) {
    for (name, help, value) in [
        ("tiwizi_disk_bytes", "The size of the disk with the data directory.", space.size),
        ("tiwizi_disk_free_bytes", "What is free of it.", space.free),
        (
            "tiwizi_disk_nearly_full",
            "Whether plugins add nothing because so little is free.",
            u64::from(space.is_nearly_full()),
        ),
    ] {
        put(text, format_args!("# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n"));
    }
}

/// Plugins are named by their ids, of which there are as many as are installed, up to a bound.
fn render_usage(text: &mut String, plugins: &BTreeMap<PluginId, UsageView>) {
    let told = || plugins.iter().take(limits::METRICS_PLUGINS_MAX);
    for (name, kind, help, read) in PLUGIN_NUMBERS {
        put(text, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
        for (plugin, usage) in told() {
            put(text, format_args!("{name}{{plugin=\"{plugin}\"}} {}\n", read(&usage.total)));
        }
    }
    let name = "tiwizi_plugin_failures_total";
    put(text, format_args!("# HELP {name} Calls that did not end well.\n# TYPE {name} counter\n"));
    for (plugin, usage) in told() {
        for (why, count) in &usage.total.failures {
            put(text, format_args!("{name}{{plugin=\"{plugin}\",why=\"{why}\"}} {count}\n"));
        }
    }
}

fn signed(counter: &AtomicU64) -> i64 {
    i64::try_from(counter.load(Ordering::Relaxed)).unwrap_or(i64::MAX)
}

fn seconds(micros: u64) -> String {
    let (whole, rest) = (micros / 1_000_000, micros % 1_000_000);
    format!("{whole}.{rest:06}")
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    if text.write_fmt(line).is_err() {
        unreachable!("writing into a String cannot fail");
    }
}

/// Methods are named by a closed list, so that nobody can fill the registry with names of their own.
fn method_name(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use tiwizi_records::manifest::LocalText;

    use super::*;

    #[test]
    fn what_plugins_count_carries_their_names() {
        let view = |name: &str, numbers| MetricView { name: name.to_owned(), title: LocalText::default(), numbers };
        let mut buckets = [0; PLUGIN_BUCKETS.len()];
        buckets[14] = 2;
        let histogram = MetricNumbers::Histogram { buckets, count: 3, sum: 12.5 };
        let views = vec![view("lessons", MetricNumbers::Counter(4)), view("seconds", histogram)];
        let text = Metrics::render_plugins(&[("training".parse().unwrap(), views)]);
        for line in [
            "tiwizi_plugin_metric_total{plugin=\"training\",name=\"lessons\"} 4",
            "tiwizi_plugin_metric_bucket{plugin=\"training\",name=\"seconds\",le=\"0.001\"} 0",
            "tiwizi_plugin_metric_bucket{plugin=\"training\",name=\"seconds\",le=\"10000\"} 2",
            "tiwizi_plugin_metric_bucket{plugin=\"training\",name=\"seconds\",le=\"+Inf\"} 3",
            "tiwizi_plugin_metric_sum{plugin=\"training\",name=\"seconds\"} 12.5",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn answers_are_counted_by_route_method_and_status() {
        let metrics = Metrics::default();
        for _ in 0..3 {
            metrics.answered("/api/v1/kinds", &http::Method::GET, 200, Duration::from_millis(3));
        }
        let strange = http::Method::from_bytes(b"BREW").unwrap();
        metrics.answered("none", &strange, 405, Duration::from_micros(10));
        let total = Used { calls: 3, cpu_us: 1_500_000, failures: BTreeMap::from([("trap", 2)]), ..Used::default() };
        let usage = UsageView { since: tiwizi_model::Instant(0), total, hours: Vec::new() };
        let disk = Some(DiskSpace { free: 4, size: 100 });
        let elsewhere = Elsewhere { log_head: 7, jobs: (3, 2, 1), events_too_deep: 4, disk };
        let text = metrics.render(elsewhere, &BTreeMap::from([("chaos".parse().unwrap(), usage)]));
        for line in [
            "tiwizi_answers_total{route=\"/api/v1/kinds\",method=\"GET\",status=\"200\"} 3",
            "tiwizi_answers_total{route=\"none\",method=\"other\",status=\"405\"} 1",
            "tiwizi_answer_seconds_bucket{route=\"/api/v1/kinds\",method=\"GET\",le=\"0.001000\"} 0",
            "tiwizi_answer_seconds_bucket{route=\"/api/v1/kinds\",method=\"GET\",le=\"0.005000\"} 3",
            "tiwizi_answer_seconds_sum{route=\"/api/v1/kinds\",method=\"GET\"} 0.009000",
            "tiwizi_log_head 7",
            "tiwizi_plugin_calls_total{plugin=\"chaos\"} 3",
            "tiwizi_plugin_cpu_seconds_total{plugin=\"chaos\"} 1.500000",
            "tiwizi_plugin_failures_total{plugin=\"chaos\",why=\"trap\"} 2",
            "tiwizi_jobs_waiting 3",
            "tiwizi_jobs_dead 1",
            "tiwizi_events_too_deep_total 4",
            "tiwizi_disk_bytes 100",
            "tiwizi_disk_free_bytes 4",
            "tiwizi_disk_nearly_full 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
