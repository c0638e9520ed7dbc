//! Can a newcomer use the demonstration with a phone?
//!
//! The walk itself is `tests/browser/walk.mjs`. This test makes the instance as `cargo xtask demo` does, only smaller,
//! and leaves the walk's pictures in `target/browser`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::{demo::Demo, paths};

/// One cooperative for so many of the nation's.
const ONE_IN: u32 = 100;

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

fn browser() -> anyhow::Result<PathBuf> {
    let named = std::env::var_os("TIWIZI_CHROMIUM").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = BROWSERS.iter().flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)));
    named.into_iter().chain(found).find(|path| path.is_file()).context(
        "there is no Chromium: run `cargo xtask setup`, or install it \
         (`sudo apt-get install -y --no-install-recommends chromium fonts-noto-core`), or name one in TIWIZI_CHROMIUM",
    )
}

fn account(demo: &Demo, role: &str) -> anyhow::Result<Value> {
    let account = demo.account(role)?;
    Ok(json!({ "email": account.email, "password": account.password }))
}

#[test]
fn a_newcomer_searches_learns_and_administers_with_a_phone() -> anyhow::Result<()> {
    let folder = paths::root().join("tests/browser");
    ensure!(
        folder.join("node_modules/playwright-core").is_dir(),
        "the packages of the browser test are missing: run `cargo xtask setup`, or `cd tests/browser && npm ci`"
    );
    let chromium = browser()?;
    let demo = Demo::start(ONE_IN)?;
    let plan = json!({
        "address": demo.address(),
        "chromium": chromium,
        "pictures": paths::target().join("browser"),
        "member": account(&demo, "member")?,
        // Where the demonstration's registrar works.
        "province": "09.541",
        "registrar": account(&demo, "registrar")?,
        "administrator": account(&demo, "administrator")?,
        "searches": { "fr": "cooperative", "ar": "تعاونية", "zgh": "ⵜⵉⵡⵉⵣⵉ" },
        "grants": ["store", "milestones", "telemetry"],
    });
    let walk = Command::new("node").arg("walk.mjs").arg(plan.to_string()).current_dir(&folder).output();
    let walk = walk.context("node did not start: install Node 20 or newer")?;
    let told = format!("{}{}", String::from_utf8_lossy(&walk.stdout), String::from_utf8_lossy(&walk.stderr));
    ensure!(walk.status.success(), "the walk failed; its pictures are in target/browser:\n{told}\n{}", demo.log());
    Ok(())
}
