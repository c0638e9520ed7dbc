//! What a plugin may write into the kernel's log: bounded for each call and each minute, one safe line at a time.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tiwizi_model::{Instant, PluginId, limits};

use crate::text::escaped;

const MINUTE_MS: i64 = 60_000;

/// How loud a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// What one plugin logged in this minute, all its calls together.
#[derive(Debug)]
pub(crate) struct LogMinute(Mutex<(Instant, usize)>);

impl Default for LogMinute {
    fn default() -> Self {
        Self(Mutex::new((Instant(0), 0)))
    }
}

impl LogMinute {
    /// Takes bytes from this minute's allowance; false when it is used up.
    fn take(&self, now: Instant, bytes: usize) -> bool {
        let mut window = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if now >= window.0.plus_ms(MINUTE_MS) || now < window.0 {
            *window = (now, 0);
        }
        let used = window.1.saturating_add(bytes);
        let fits = used <= limits::PLUGIN_LOG_MINUTE_BYTES_MAX;
        if fits {
            window.1 = used;
        }
        fits
    }
}

/// The log of one call. When it ends it says in one line how many lines were dropped.
#[derive(Debug)]
pub(crate) struct CallLog {
    plugin: PluginId,
    request_id: Arc<str>,
    minute: Arc<LogMinute>,
    bytes: usize,
    dropped: u64,
}

impl CallLog {
    pub(crate) fn new(plugin: PluginId, request_id: Arc<str>, minute: Arc<LogMinute>) -> Self {
        Self { plugin, request_id, minute, bytes: 0, dropped: 0 }
    }

    /// Writes one line, or counts it as dropped.
    pub(crate) fn line(&mut self, now: Instant, level: Level, message: &str, fields: &[(String, String)]) {
        let Some(line) = self.admitted(now, message, fields) else {
            self.dropped = self.dropped.saturating_add(1);
            return;
        };
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

    fn admitted(&mut self, now: Instant, message: &str, fields: &[(String, String)]) -> Option<String> {
        if self.bytes >= limits::PLUGIN_LOG_BYTES_MAX {
            return None;
        }
        let mut line = escaped(message, limits::PLUGIN_LOG_LINE_BYTES_MAX);
        for (name, value) in fields.iter().take(limits::PLUGIN_LOG_FIELDS_MAX) {
            let (name, value) =
                (escaped(name, limits::NAME_BYTES_MAX), escaped(value, limits::PLUGIN_LOG_LINE_BYTES_MAX));
            // Writing into a String cannot fail.
            write!(line, " {name}={value:?}").ok();
        }
        let bytes = self.bytes.saturating_add(line.len());
        if bytes > limits::PLUGIN_LOG_BYTES_MAX || !self.minute.take(now, line.len()) {
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
        if self.dropped > 0 {
            let (plugin, request, dropped) = (self.plugin.as_str(), &*self.request_id, self.dropped);
            tracing::warn!(target: "plugin", { plugin.id = plugin, request.id = request }, "dropped {dropped} lines");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(minute: &Arc<LogMinute>) -> CallLog {
        CallLog::new("chaos".parse().unwrap(), "r1".into(), Arc::clone(minute))
    }

    #[test]
    fn a_flood_is_dropped_and_counted() {
        let minute = Arc::default();
        let mut log = log(&minute);
        for _ in 0..100_000 {
            log.line(Instant(1), Level::Info, "0123456789", &[]);
        }
        let (bytes, dropped) = log.counts();
        assert!(bytes <= limits::PLUGIN_LOG_BYTES_MAX);
        assert_eq!(dropped, 100_000 - bytes as u64 / 10);
    }

    #[test]
    fn many_calls_share_a_minute() {
        let minute = Arc::default();
        let call_with_much_to_say = |at: i64| {
            let mut log = log(&minute);
            for _ in 0..100 {
                log.line(Instant(at), Level::Info, &"x".repeat(1000), &[]);
            }
            log.counts().1
        };
        let dropped: Vec<u64> = (0..20).map(|_| call_with_much_to_say(1_000)).collect();
        assert_eq!((dropped[0], dropped[19]), (35, 100));
        assert_eq!(call_with_much_to_say(1_000 + MINUTE_MS), 35);
    }
}
