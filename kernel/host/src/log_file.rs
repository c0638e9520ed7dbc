//! A plugin's own log on disk: `DIR/logs/plugins/ID.jsonl`, one JSON object on each line, and `ID.1.jsonl`, the file before.
//!
//! What a plugin says goes here besides the kernel's log, and what the kernel did to it. Both files have a bound, so that a plugin fills
//! no disk however long it runs. They are read without the instance: by an operator's own tools, and by `tiwizi plugin logs` while the
//! server runs. A line that cannot be written is lost; no call fails for it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tiwizi_model::{Instant, PluginId, limits};

use crate::log::Level;

/// Who wrote a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogAuthor {
    /// The plugin said it.
    Plugin,
    /// The kernel says it of the plugin.
    Kernel,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When.
    pub at: Instant,
    /// How loud.
    pub level: Level,
    /// Who wrote it.
    pub author: LogAuthor,
    /// The request that it belongs to.
    pub request: String,
    /// What it says, without characters that could forge or turn a line.
    pub message: String,
    /// Named values.
    pub fields: Vec<(String, String)>,
}

/// A line as it is written.
#[derive(Serialize, Deserialize)]
struct Wire {
    /// For people.
    time: String,
    /// For programs: milliseconds since 1970.
    at: i64,
    level: Level,
    by: LogAuthor,
    request: String,
    message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fields: Vec<(String, String)>,
}

impl LogLine {
    /// The line as it stands in the file, without the line break.
    #[must_use]
    pub fn json(&self) -> String {
        let wire = Wire {
            time: self.at.rfc3339(),
            at: self.at.0,
            level: self.level,
            by: self.author,
            request: self.request.clone(),
            message: self.message.clone(),
            fields: self.fields.clone(),
        };
        serde_json::to_string(&wire).unwrap_or_default()
    }

    fn read(line: &str) -> Option<Self> {
        let Wire { at, level, by, request, message, fields, .. } = serde_json::from_str(line).ok()?;
        Some(Self { at: Instant(at), level, author: by, request, message, fields })
    }
}

/// The log of one plugin.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    before: PathBuf,
    open: Mutex<Option<Open>>,
}

#[derive(Debug)]
struct Open {
    file: File,
    bytes: u64,
}

impl LogFile {
    /// The log of a plugin in a data directory. Nothing is opened or made before the first line.
    #[must_use]
    pub fn of(data: &Path, plugin: &PluginId) -> Self {
        let folder = data.join("logs").join("plugins");
        Self {
            path: folder.join(format!("{plugin}.jsonl")),
            before: folder.join(format!("{plugin}.1.jsonl")),
            open: Mutex::default(),
        }
    }

    /// A log of which nothing is kept: of a call that is run again on its author's desk.
    pub(crate) fn nowhere() -> Self {
        Self { path: PathBuf::new(), before: PathBuf::new(), open: Mutex::default() }
    }

    /// Adds a line.
    pub(crate) fn append(&self, line: &LogLine) {
        if self.path.as_os_str().is_empty() {
            return;
        }
        let text = format!("{}\n", line.json());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.write(&mut open, &text) {
            *open = None;
            tracing::warn!(%error, path = %self.path.display(), "a line of a plugin's log could not be written");
        }
    }

    fn write(&self, open: &mut Option<Open>, text: &str) -> io::Result<()> {
        let bytes = text.len() as u64;
        if open.as_ref().is_some_and(|open| open.bytes.saturating_add(bytes) > limits::PLUGIN_LOG_FILE_BYTES_MAX) {
            *open = None;
            fs::rename(&self.path, &self.before)?;
        }
        let open = match open {
            Some(open) => open,
            None => open.insert(self.open()?),
        };
        open.file.write_all(text.as_bytes())?;
        open.bytes = open.bytes.saturating_add(bytes);
        Ok(())
    }

    fn open(&self) -> io::Result<Open> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
        let bytes = file.metadata()?.len();
        Ok(Open { file, bytes })
    }

    /// The last lines, oldest first.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn tail(&self, lines_max: usize) -> io::Result<Vec<LogLine>> {
        self.tail_and_follow(lines_max).map(|(lines, _)| lines)
    }

    /// The last lines, oldest first, and the place behind them: what is written meanwhile is among the one or the other.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn tail_and_follow(&self, lines_max: usize) -> io::Result<(Vec<LogLine>, LogFollower)> {
        let new = read(&self.path, 0)?;
        Ok(self.followed(lines_max, &new, &read(&self.before, 0)?))
    }

    /// The lines of both files, the newer of which was read first.
    fn followed(&self, lines_max: usize, new: &str, old: &str) -> (Vec<LogLine>, LogFollower) {
        // The file was full in between and is the one before now: it was read twice.
        let old = if !new.is_empty() && old.starts_with(new) { "" } else { old };
        let lines: Vec<&str> = old.lines().chain(new.lines()).collect();
        let from = lines.len().saturating_sub(lines_max.min(limits::PLUGIN_LOG_TAIL_LINES_MAX));
        let lines = lines.into_iter().skip(from).filter_map(LogLine::read).collect();
        let follower = LogFollower { path: self.path.clone(), before: self.before.clone(), at: new.len() as u64 };
        (lines, follower)
    }

    /// Takes the log of a plugin that is gone away.
    pub(crate) fn remove(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = None;
        for path in [&self.path, &self.before] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(%error, path = %path.display(), "the log of a plugin could not be removed");
                }
                _ => {}
            }
        }
    }
}

/// A place in a plugin's log from which it is read on.
#[derive(Debug)]
pub struct LogFollower {
    path: PathBuf,
    before: PathBuf,
    at: u64,
}

impl LogFollower {
    /// The lines that were added since the last time.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn read(&mut self) -> io::Result<Vec<LogLine>> {
        let mut text = String::new();
        if length(&self.path)? < self.at {
            // The file was full and became the one before.
            text.push_str(&read(&self.before, self.at)?);
            self.at = 0;
        }
        let new = read(&self.path, self.at)?;
        self.at = self.at.saturating_add(new.len() as u64);
        text.push_str(&new);
        Ok(text.lines().filter_map(LogLine::read).collect())
    }
}

fn length(path: &Path) -> io::Result<u64> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// Whole lines of a file from a place on; a line that is just being written is left for the next time.
fn read(path: &Path, from: u64) -> io::Result<String> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(limits::PLUGIN_LOG_FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
    bytes.truncate(whole);
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: i64, message: &str) -> LogLine {
        let fields = vec![("n".to_owned(), number.to_string())];
        let (author, request) = (LogAuthor::Plugin, "r1".to_owned());
        LogLine { at: Instant(number), level: Level::Info, author, request, message: message.to_owned(), fields }
    }

    fn log() -> (tempfile::TempDir, LogFile) {
        let directory = tempfile::tempdir().unwrap();
        let log = LogFile::of(directory.path(), &"chaos".parse().unwrap());
        (directory, log)
    }

    #[test]
    fn what_is_written_is_read_back_after_a_restart_too() {
        let (directory, log) = log();
        assert!(log.tail(10).unwrap().is_empty());
        for number in 0..5 {
            log.append(&line(number, "a \"word\" ⵜⵉⵡⵉⵣⵉ"));
        }
        let again = LogFile::of(directory.path(), &"chaos".parse().unwrap());
        again.append(&line(5, "after"));
        let found = again.tail(3).unwrap();
        assert_eq!(found, [line(3, "a \"word\" ⵜⵉⵡⵉⵣⵉ"), line(4, "a \"word\" ⵜⵉⵡⵉⵣⵉ"), line(5, "after")]);
    }

    #[test]
    fn the_log_of_a_plugin_that_is_gone_is_gone_too() {
        let (directory, log) = log();
        log.append(&line(1, "a"));
        log.remove();
        log.remove();
        assert!(log.tail(10).unwrap().is_empty());
        assert_eq!(fs::read_dir(directory.path().join("logs/plugins")).unwrap().count(), 0);
    }

    #[test]
    fn p20_however_much_is_logged_the_disk_holds_two_files_with_a_bound() {
        let (directory, log) = log();
        let long = "x".repeat(1_000);
        for number in 0..5_000 {
            log.append(&line(number, &long));
        }
        let folder = directory.path().join("logs/plugins");
        let sizes: Vec<u64> =
            fs::read_dir(folder).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).collect();
        assert_eq!(sizes.len(), 2);
        assert!(sizes.iter().all(|bytes| *bytes <= limits::PLUGIN_LOG_FILE_BYTES_MAX), "{sizes:?}");
        let found = log.tail(usize::MAX).unwrap();
        assert_eq!(found.len(), limits::PLUGIN_LOG_TAIL_LINES_MAX);
        assert_eq!(found.last().unwrap().at, Instant(4_999));
    }

    #[test]
    fn a_follower_sees_each_line_once_also_when_the_file_changes() {
        let (_directory, log) = log();
        log.append(&line(-1, "before"));
        let (before, mut follower) = log.tail_and_follow(10).unwrap();
        assert_eq!(before, [line(-1, "before")]);
        assert!(follower.read().unwrap().is_empty());
        let long = "x".repeat(10_000);
        let mut seen = Vec::new();
        for number in 0..300 {
            log.append(&line(number, &long));
            if number % 7 == 0 {
                seen.extend(follower.read().unwrap().into_iter().map(|line| line.at.0));
            }
        }
        seen.extend(follower.read().unwrap().into_iter().map(|line| line.at.0));
        assert_eq!(seen, (0..300).collect::<Vec<_>>());
    }

    #[test]
    fn a_line_that_is_written_between_the_last_ones_and_the_next_is_read_once() {
        let (_directory, log) = log();
        log.append(&line(1, "last"));
        let (lines, mut follower) = log.tail_and_follow(10).unwrap();
        log.append(&line(2, "between"));
        log.append(&line(3, "next"));
        assert_eq!(lines, [line(1, "last")]);
        assert_eq!(follower.read().unwrap(), [line(2, "between"), line(3, "next")]);
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_read_once() {
        let (_directory, log) = log();
        log.append(&line(1, "a"));
        let new = read(&log.path, 0).unwrap();
        log.append(&line(2, "b"));
        // As a full file does.
        fs::rename(&log.path, &log.before).unwrap();
        *log.open.lock().unwrap() = None;
        let old = read(&log.before, 0).unwrap();
        let (lines, mut follower) = log.followed(10, &new, &old);
        assert_eq!(lines, [line(1, "a")]);
        assert_eq!(follower.read().unwrap(), [line(2, "b")]);
        log.append(&line(3, "c"));
        assert_eq!(follower.read().unwrap(), [line(3, "c")]);
    }
}
