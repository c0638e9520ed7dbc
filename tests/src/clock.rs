//! Another day for a server: what takes a year is tried without waiting for one.
//!
//! The program is the real one. libfaketime answers it when it asks the machine what time it is; how long something takes is
//! told by the machine's own clock.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use tempfile::TempDir;

/// What the library is called, on Linux and on macOS.
const NAMES: [&str; 2] = ["libfaketimeMT.so.1", "libfaketime.1.dylib"];
/// Where it may lie, besides in the folders of `/usr/lib`.
const FOLDERS: [&str; 4] = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib"];

/// A day in seconds.
const DAY_S: i64 = 86_400;

/// The variables for a program whose clock begins at a moment of universal time, as in `2025-03-03 09:00:00`, and goes on from there.
///
/// # Errors
/// When the library is missing; the message says how to bring it.
pub fn beginning_at(moment: &str) -> anyhow::Result<Vec<(&'static str, String)>> {
    let mut variables = with_library()?;
    variables.push(("FAKETIME", format!("@{moment}")));
    Ok(variables)
}

/// A calendar that turns while programs run: all that were started with its variables are so many days ahead of the machine, or behind it.
///
/// Only the time of day moves. A program that waits for an hour waits for an hour: what is due by the calendar happens when the program looks
/// at it next, so a test has to bring it to look (a request, a connection, a command). A calendar that is not held any more leaves programs
/// in the machine's time.
#[derive(Debug)]
pub struct Calendar {
    library: Vec<(&'static str, String)>,
    folder: TempDir,
    ahead_s: Mutex<i64>,
}

impl Calendar {
    /// A calendar that shows the machine's time.
    ///
    /// # Errors
    /// When the library is missing; the message says how to bring it.
    pub fn new() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("tiwizi-calendar-").tempdir()?;
        let calendar = Self { library: with_library()?, folder, ahead_s: Mutex::new(0) };
        calendar.turn_s(0)?;
        Ok(calendar)
    }

    /// The variables for a program that goes by it, beside others. Several may go by one calendar; instances whose clocks differ have one each.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let mut variables = self.library.clone();
        variables.push(("FAKETIME_TIMESTAMP_FILE", self.page().to_string_lossy().into_owned()));
        // Read whenever a program asks what time it is, so that a turn holds at once; the library would otherwise look every ten seconds.
        variables.push(("FAKETIME_NO_CACHE", "1".to_owned()));
        variables
    }

    /// Turns so many days on, or back when they are fewer than none. It holds for every program when the call returns.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn turn_days(&self, days: i32) -> anyhow::Result<()> {
        self.turn_s(i64::from(days) * DAY_S)
    }

    /// The same in seconds.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn turn_s(&self, seconds: i64) -> anyhow::Result<()> {
        let mut ahead_s = self.ahead_s.lock().unwrap_or_else(PoisonError::into_inner);
        let turned = *ahead_s + seconds;
        // Nobody reads half a page: the new one takes the place of the old.
        let next = self.folder.path().join("next");
        std::fs::write(&next, format!("{turned:+}\n"))?;
        std::fs::rename(next, self.page())?;
        *ahead_s = turned;
        Ok(())
    }

    /// How many seconds it is ahead of the machine.
    #[must_use]
    pub fn ahead_s(&self) -> i64 {
        *self.ahead_s.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn page(&self) -> PathBuf {
        self.folder.path().join("ahead")
    }
}

/// The variables that both ways need.
fn with_library() -> anyhow::Result<Vec<(&'static str, String)>> {
    let library = library()?.to_string_lossy().into_owned();
    let preload = if cfg!(target_os = "macos") { "DYLD_INSERT_LIBRARIES" } else { "LD_PRELOAD" };
    Ok(vec![
        (preload, library),
        ("TZ", "UTC".to_owned()),
        // Older and newer versions of the library have another name for it.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("NO_FAKE_STAT", "1".to_owned()),
    ])
}

/// What `TIWIZI_FAKETIME` names, or the first that is installed.
fn library() -> anyhow::Result<PathBuf> {
    let named = std::env::var_os("TIWIZI_FAKETIME").map(PathBuf::from);
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|folder| folder.path());
    let folders = folders.chain(FOLDERS.map(PathBuf::from));
    let found = folders.flat_map(|folder| NAMES.map(|name| folder.join("faketime").join(name)));
    named.into_iter().chain(found).find(|path| path.is_file()).context(
        "libfaketime is missing: run `cargo xtask setup`, or install it (`sudo apt-get install -y faketime`), \
         or name the library in TIWIZI_FAKETIME",
    )
}
