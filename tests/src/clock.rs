//! Another day for a server: what takes a year is tried without waiting for one.
//!
//! The program is the real one. libfaketime answers it when it asks the machine what time it is; how long something takes is
//! told by the machine's own clock.

use std::path::PathBuf;

use anyhow::Context as _;

/// What the library is called, on Linux and on macOS.
const NAMES: [&str; 2] = ["libfaketimeMT.so.1", "libfaketime.1.dylib"];
/// Where it may lie, besides in the folders of `/usr/lib`.
const FOLDERS: [&str; 4] = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib"];

/// The variables for a program whose clock begins at a moment of universal time, as in `2025-03-03 09:00:00`, and goes on from there.
///
/// # Errors
/// When the library is missing; the message says how to bring it.
pub fn beginning_at(moment: &str) -> anyhow::Result<Vec<(&'static str, String)>> {
    let library = library()?.to_string_lossy().into_owned();
    let preload = if cfg!(target_os = "macos") { "DYLD_INSERT_LIBRARIES" } else { "LD_PRELOAD" };
    Ok(vec![
        (preload, library),
        ("FAKETIME", format!("@{moment}")),
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
