//! A real browser of the size of a phone, led by a script of `tests/browser`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::paths;

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Runs a script to its end. It gets the plan with the program of the browser added to it.
///
/// # Errors
/// When something is missing, with the command that brings it, or the script saw something else than it wanted; the message holds
/// what it said.
pub fn lead(script: &str, mut plan: Value) -> anyhow::Result<()> {
    let folder = paths::root().join("tests/browser");
    ensure!(
        folder.join("node_modules/playwright-core").is_dir(),
        "the packages of the browser test are missing: run `cargo xtask setup`, or `cd tests/browser && npm ci`"
    );
    if let Some(plan) = plan.as_object_mut() {
        plan.insert("chromium".to_owned(), chromium()?.to_string_lossy().into());
    }
    let led = Command::new("node").arg(script).arg(plan.to_string()).current_dir(&folder).output();
    let led = led.context("node did not start: install Node 20 or newer")?;
    let told = [led.stdout, led.stderr].concat();
    let pictures = plan.get("pictures").and_then(Value::as_str).unwrap_or_default();
    ensure!(led.status.success(), "the pictures are in {pictures}; {script} said:\n{}", String::from_utf8_lossy(&told));
    Ok(())
}

/// What `TIWIZI_CHROMIUM` names, or the first that is installed.
fn chromium() -> anyhow::Result<PathBuf> {
    let named = std::env::var_os("TIWIZI_CHROMIUM").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = BROWSERS.iter().flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)));
    named.into_iter().chain(found).find(|path| path.is_file()).context(
        "there is no Chromium: run `cargo xtask setup`, or install it \
         (`sudo apt-get install -y --no-install-recommends chromium fonts-noto-core`), or name one in TIWIZI_CHROMIUM",
    )
}
