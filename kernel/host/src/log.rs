//! What a plugin may write into the kernel's log: bounded for each call and each minute, one safe line at a time.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tiwizi_model::{Instant, PluginId, limits};

use crate::log_file::{LogAuthor, LogLine};
use crate::text::escaped;
use crate::watch::Watch;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60_000;

/// How loud a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For whoever looks for a fault.
    Debug,
    /// What happened.
    Info,
    /// What should not have happened.
    Warn,
    /// What went wrong.
    Error,
}

impl Level {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// What one plugin logged in this second and this minute, all its calls together.
#[derive(Debug, Default)]
pub(crate) struct LogRate(Mutex<(Window, Window)>);

/// A span of time and what was taken in it.
#[derive(Debug)]
struct Window {
    began: Instant,
    used: usize,
}

impl Default for Window {
    fn default() -> Self {
        Self { began: Instant(0), used: 0 }
    }
}

impl Window {
    /// What would be used with so much more; a span that is over begins anew.
    fn with(&mut self, now: Instant, length_ms: i64, more: usize) -> usize {
        if now >= self.began.plus_ms(length_ms) || now < self.began {
            *self = Self { began: now, used: 0 };
        }
        self.used.saturating_add(more)
    }
}

impl LogRate {
    /// Whether this second has room for one more line.
    fn has_room(&self, now: Instant) -> bool {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        windows.0.with(now, SECOND_MS, 1) <= limits::PLUGIN_LOG_SECOND_LINES_MAX
    }

    /// Takes a line of so many bytes from what is allowed; false when that is used up.
    fn take(&self, now: Instant, bytes: usize) -> bool {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (second, minute) = &mut *windows;
        let (lines, bytes) = (second.with(now, SECOND_MS, 1), minute.with(now, MINUTE_MS, bytes));
        let fits = lines <= limits::PLUGIN_LOG_SECOND_LINES_MAX && bytes <= limits::PLUGIN_LOG_MINUTE_BYTES_MAX;
        if fits {
            (second.used, minute.used) = (lines, bytes);
        }
        fits
    }
}

/// The log of one call. When it ends it says in one line how many lines were dropped.
#[derive(Debug)]
pub(crate) struct CallLog {
    plugin: PluginId,
    request_id: Arc<str>,
    watch: Arc<Watch>,
    bytes: usize,
    dropped: u64,
    last_at: Instant,
    /// Whether it says already what the kernel refused.
    refused: bool,
}

impl CallLog {
    pub(crate) fn new(plugin: PluginId, request_id: Arc<str>, watch: Arc<Watch>) -> Self {
        Self { plugin, request_id, watch, bytes: 0, dropped: 0, last_at: Instant(0), refused: false }
    }

    /// Writes one line, or counts it as dropped.
    pub(crate) fn line(&mut self, now: Instant, level: Level, message: &str, fields: &[(String, String)]) {
        self.last_at = now;
        // A flood costs hardly more than counting it.
        if self.bytes >= limits::PLUGIN_LOG_BYTES_MAX || !self.watch.rate.has_room(now) {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        let fields: Vec<(String, String)> =
            fields.iter().take(limits::PLUGIN_LOG_FIELDS_MAX).map(escaped_field).collect();
        let message = escaped(message, limits::PLUGIN_LOG_LINE_BYTES_MAX);
        let Some(line) = self.admitted(now, &message, &fields) else {
            self.dropped = self.dropped.saturating_add(1);
            return;
        };
        self.keep(LogAuthor::Plugin, level, message, fields);
        let (plugin, request) = (self.plugin.as_str(), &*self.request_id);
        match level {
            Level::Debug => tracing::debug!(target: "plugin", { plugin.id = plugin, request.id = request }, "{line}"),
            Level::Info => tracing::info!(target: "plugin", { plugin.id = plugin, request.id = request }, "{line}"),
            Level::Warn => tracing::warn!(target: "plugin", { plugin.id = plugin, request.id = request }, "{line}"),
            Level::Error => tracing::error!(target: "plugin", { plugin.id = plugin, request.id = request }, "{line}"),
        }
    }

    /// Writes what came over a standard stream, line by line.
    pub(crate) fn lines(&mut self, now: Instant, level: Level, bytes: &[u8]) {
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let cut = line.get(..limits::PLUGIN_LOG_LINE_BYTES_MAX).unwrap_or(line);
            self.line(now, level, &String::from_utf8_lossy(cut), &[]);
        }
    }

    /// Writes what the kernel did not let the plugin do: the first time in a call, however often it tries.
    pub(crate) fn refused(&mut self, now: Instant, message: String) {
        if std::mem::replace(&mut self.refused, true) {
            return;
        }
        self.last_at = now;
        let (plugin, request) = (self.plugin.as_str(), &*self.request_id);
        tracing::warn!(target: "plugin", { plugin.id = plugin, request.id = request }, "{message}");
        self.keep(LogAuthor::Kernel, Level::Warn, message, Vec::new());
    }

    /// Writes a line into the plugin's own log.
    fn keep(&self, author: LogAuthor, level: Level, message: String, fields: Vec<(String, String)>) {
        let (at, request) = (self.last_at, self.request_id.to_string());
        self.watch.log.append(&LogLine { at, level, author, request, message, fields });
    }

    fn admitted(&mut self, now: Instant, message: &str, fields: &[(String, String)]) -> Option<String> {
        let mut line = message.to_owned();
        for (name, value) in fields {
            // Writing into a String cannot fail.
            write!(line, " {name}={value:?}").ok();
        }
        let bytes = self.bytes.saturating_add(line.len());
        if bytes > limits::PLUGIN_LOG_BYTES_MAX || !self.watch.rate.take(now, line.len()) {
            return None;
        }
        self.bytes = bytes;
        Some(line)
    }

    #[cfg(test)]
    fn counts(&self) -> (usize, u64) {
        (self.bytes, self.dropped)
    }
}

impl Drop for CallLog {
    fn drop(&mut self) {
        let (bytes, dropped) = (u64::try_from(self.bytes).unwrap_or(u64::MAX), self.dropped);
        if bytes > 0 || dropped > 0 {
            self.watch.used(|used| {
                used.log_bytes = used.log_bytes.saturating_add(bytes);
                used.log_lines_dropped = used.log_lines_dropped.saturating_add(dropped);
            });
        }
        if self.dropped > 0 {
            let (plugin, request, dropped) = (self.plugin.as_str(), &*self.request_id, self.dropped);
            tracing::warn!(target: "plugin", { plugin.id = plugin, request.id = request }, "dropped {dropped} lines");
            self.keep(LogAuthor::Kernel, Level::Warn, format!("dropped {dropped} lines"), Vec::new());
        }
    }
}

fn escaped_field((name, value): &(String, String)) -> (String, String) {
    (escaped(name, limits::NAME_BYTES_MAX), escaped(value, limits::PLUGIN_LOG_LINE_BYTES_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Plugin(#[expect(dead_code, reason = "the directory lives as long as this")] tempfile::TempDir, Arc<Watch>);

    impl Plugin {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let watch = Watch::new(directory.path(), &"chaos".parse().unwrap(), &tiwizi_model::Ambient::system());
            Self(directory, Arc::new(watch))
        }

        fn call(&self) -> CallLog {
            CallLog::new("chaos".parse().unwrap(), "r1".into(), Arc::clone(&self.1))
        }

        fn kept(&self) -> Vec<LogLine> {
            self.1.log.tail(usize::MAX).unwrap()
        }
    }

    #[test]
    fn p20_a_flood_is_dropped_and_counted() {
        let plugin = Plugin::new();
        let mut log = plugin.call();
        for number in 0..100_000 {
            // A line every millisecond: a tenth of them fits into their second.
            log.line(Instant(number), Level::Info, "0123456789", &[]);
        }
        let (bytes, dropped) = log.counts();
        assert!(bytes <= limits::PLUGIN_LOG_BYTES_MAX);
        assert_eq!(dropped, 100_000 - bytes as u64 / 10);
        drop(log);
        let last = plugin.kept().pop().unwrap();
        assert_eq!((last.author, last.message), (LogAuthor::Kernel, format!("dropped {dropped} lines")));
    }

    #[test]
    fn p20_a_second_holds_so_many_lines_of_all_calls() {
        let plugin = Plugin::new();
        for _ in 0..10 {
            let mut log = plugin.call();
            for _ in 0..30 {
                log.line(Instant(500), Level::Info, "a", &[]);
            }
        }
        let said = |line: &&LogLine| line.author == LogAuthor::Plugin;
        assert_eq!(plugin.kept().iter().filter(said).count(), limits::PLUGIN_LOG_SECOND_LINES_MAX);
    }

    #[test]
    fn p20_many_calls_share_a_minute() {
        let plugin = Plugin::new();
        let call_with_much_to_say = |at: i64| {
            let mut log = plugin.call();
            for _ in 0..100 {
                log.line(Instant(at), Level::Info, &"x".repeat(1000), &[]);
            }
            log.counts().1
        };
        let dropped: Vec<u64> = (0..20).map(|call| call_with_much_to_say(call * SECOND_MS)).collect();
        assert_eq!((dropped[0], dropped[19]), (35, 100));
        assert_eq!(call_with_much_to_say(MINUTE_MS), 35);
    }

    #[test]
    fn p20_nothing_that_forges_or_turns_a_line_is_kept() {
        let plugin = Plugin::new();
        let mut log = plugin.call();
        let field = ("a\u{202e}".to_owned(), "b\n2026 ERROR forged".to_owned());
        log.line(Instant(1), Level::Info, "one\ntwo \u{1b}[31m \u{2066}", &[field]);
        log.lines(Instant(2), Level::Warn, b"three\r\nfour\0\n\n\xff");
        let kept = plugin.kept();
        assert_eq!(kept[0].message, "one\\u{a}two \\u{1b}[31m \\u{2066}");
        assert_eq!(kept[0].fields, [("a\\u{202e}".to_owned(), "b\\u{a}2026 ERROR forged".to_owned())]);
        let messages: Vec<&str> = kept.iter().skip(1).map(|line| line.message.as_str()).collect();
        assert_eq!(messages, ["three\\u{d}", "four\\u{0}", "\u{fffd}"]);
    }
}
