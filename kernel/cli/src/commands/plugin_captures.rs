//! `tiwizi plugin captures` and `replay`: what is left of calls that failed, and running one of them again.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::{Value, json};
use tiwizi_host::{Capture, CaptureView, Captures as Switch, Replay as Replayed, ReplayEnd, replay as run_again};
use tiwizi_identity::Caller;
use tiwizi_model::PluginId;

use crate::arguments::DataDirectory;
use crate::commands::{open, plugin_build};
use crate::outcome::{self, Outcome};

/// What `tiwizi plugin captures` is told.
#[derive(Debug, Args)]
pub(crate) struct Captures {
    #[command(flatten)]
    directory: DataDirectory,
    /// The plugin.
    plugin: PluginId,
    /// Capture its failing calls from now on.
    #[arg(long, conflicts_with = "off")]
    on: bool,
    /// Capture them no longer; what was captured stays.
    #[arg(long)]
    off: bool,
    /// Forget what was captured.
    #[arg(long)]
    forget: bool,
}

/// What `tiwizi plugin replay` is told.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The capture.
    #[arg(value_name = "CAPTURE.json")]
    capture: PathBuf,
    /// The bundle to run, or a plugin's folder, which is built first.
    #[arg(long, value_name = "FILE.tzp|DIR", default_value = ".")]
    bundle: PathBuf,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn captures(captures: &Captures) -> anyhow::Result<()> {
    let directory = &captures.directory;
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let work = || -> anyhow::Result<(bool, Vec<CaptureView>)> {
        let id = &captures.plugin;
        let switch = [(captures.on, Switch::On), (captures.off, Switch::Off)];
        for (_, switch) in switch.into_iter().filter(|(is_wanted, _)| *is_wanted) {
            app.host.set_captures(id, switch, &Caller::system())?;
        }
        if captures.forget {
            app.host.forget_captures(id)?;
        }
        let is_on = app.host.plugin(id).is_some_and(|plugin| plugin.is_captured);
        Ok((is_on, app.host.captures(id)?))
    };
    let done = work();
    open::close(&app).await;
    let (is_on, found) = done?;
    let shown = |capture: &CaptureView| json!({ "request": capture.request, "at": capture.at, "export": capture.export, "failure": capture.failure, "file": capture.path });
    let line = |capture: &CaptureView| format!("{}  {}: {}", capture.path.display(), capture.export, capture.failure);
    let state = if is_on { "on" } else { "off" };
    let mut lines = vec![format!("Failing calls of {} are captured: {state}.", captures.plugin)];
    lines.extend(found.iter().map(line));
    let answer = json!({ "on": is_on, "captures": found.iter().map(shown).collect::<Vec<Value>>() });
    outcome::answer(directory.json, &answer, &lines.join("\n"));
    Ok(())
}

pub(crate) async fn replay(replay: &Replay) -> anyhow::Result<()> {
    let path = replay.capture.display();
    let capture = Capture::read(&open::read_file(&replay.capture)?)
        .with_context(|| format!("{path} cannot be run again"))
        .context(Outcome::Refused)?;
    let bundle = bundle(&replay.bundle)?;
    let replayed = run_again(&capture, &bundle).await.with_context(|| format!("{path} cannot be run again"))?;
    outcome::answer(replay.json, &shown(&capture, &replayed), &lines(&capture, &replayed).join("\n"));
    match replayed.end {
        ReplayEnd::Answered { .. } => Ok(()),
        ReplayEnd::Same { .. } => bail!("it fails as it did"),
        ReplayEnd::Other { .. } => bail!("it fails in another way"),
        ReplayEnd::Diverged { .. } => bail!("the capture does not lead further"),
    }
}

fn bundle(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path.is_dir() {
        return Ok(plugin_build::make(path, plugin_build::PROFILE, None)?.bytes);
    }
    open::read_file(path)
}

fn lines(capture: &Capture, replayed: &Replayed) -> Vec<String> {
    let mut lines = vec![format!(
        "{} of {} {}, request {}: {}",
        capture.export, capture.plugin, capture.version, capture.request, capture.failure
    )];
    if !replayed.is_same_bundle {
        lines.push("The bundle is another one than then.".to_owned());
    }
    let missing = if capture.cut { "; the capture was cut, there were more" } else { "" };
    lines.push(format!("Host calls answered from the capture: {}{missing}.", replayed.answered));
    for (call, name) in &replayed.different {
        lines.push(format!("  call {call}, {name}: with other arguments than then (what is blanked may differ)"));
    }
    lines.push(match &replayed.end {
        ReplayEnd::Same { failure } => format!("The same again: {failure}"),
        ReplayEnd::Other { failure } => format!("Now it fails otherwise: {failure}"),
        ReplayEnd::Answered { answer } => format!("Now it answers: {answer}"),
        ReplayEnd::Diverged { call, captured, asked } => match captured {
            Some(captured) => format!("At call {call} it asks {asked}, where it asked {captured} then."),
            None => format!("At call {call} it asks {asked}, where the capture ends."),
        },
    });
    lines
}

fn shown(capture: &Capture, replayed: &Replayed) -> Value {
    let end = match &replayed.end {
        ReplayEnd::Same { failure } => json!({ "end": "same", "failure": failure }),
        ReplayEnd::Other { failure } => json!({ "end": "other", "failure": failure }),
        ReplayEnd::Answered { answer } => json!({ "end": "answered", "answer": answer }),
        ReplayEnd::Diverged { call, captured, asked } => {
            json!({ "end": "diverged", "call": call, "captured": captured, "asked": asked })
        }
    };
    let different: Vec<Value> =
        replayed.different.iter().map(|(call, name)| json!({ "call": call, "name": name })).collect();
    json!({
        "plugin": capture.plugin, "version": capture.version, "request": capture.request,
        "captured_failure": capture.failure, "same_bundle": replayed.is_same_bundle,
        "answered": replayed.answered, "different": different, "replay": end,
    })
}
