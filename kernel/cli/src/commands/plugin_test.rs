//! `tiwizi plugin test`: builds a plugin and plays its cases, each in a fresh instance of the real kernel, whose clock moves only
//! when the case says so and whose randomness follows from the case's seed. The same case does and costs the same again.
//!
//! It looks at what a plugin answers and writes; how a page looks in a browser it does not see.

mod case;
mod expect;
mod play;
mod report;
mod stage;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;

use crate::commands::{open, plugin_build};

/// What `tiwizi plugin test` is told.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The plugin's folder.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Test this bundle instead of building one.
    #[arg(long, value_name = "FILE.tzp")]
    bundle: Option<PathBuf>,
    /// Play only the cases whose file or title holds this text.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// Where a plugin's cases lie, below its folder.
const CASES: &str = "tests/cases";

pub(crate) async fn run(test: &Test) -> anyhow::Result<()> {
    let mut found = case::read_all(&test.folder.join(CASES))?;
    if let Some(filter) = &test.filter {
        found.retain(|found| found.case.title.contains(filter) || found.file.to_string_lossy().contains(filter));
    }
    if found.is_empty() {
        bail!("no case of {} is to be played", test.folder.join(CASES).display());
    }
    let bundle = match &test.bundle {
        Some(bundle) => open::read_file(bundle)?,
        None => plugin_build::make(&test.folder, plugin_build::PROFILE, None)?.bytes,
    };
    let bundle = bytes::Bytes::from(bundle);
    let compiled = stage::compile(&bundle).await?;
    let mut played = Vec::new();
    for found in &found {
        let outcome = play::play(&found.case, &bundle, compiled.data()).await;
        let outcome = outcome.with_context(|| format!("{} could not be played", found.file.display()));
        played.push(report::Played::of(found, outcome));
    }
    compiled.close().await?;
    report::answer(test.json, &played)
}
