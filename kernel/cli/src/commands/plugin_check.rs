//! `tiwizi plugin check`: everything that can be said of a plugin before an administrator sees it.
//!
//! Of a folder: the manifest, its templates, its messages. Of a bundle: the same, and whether a throw-away instance takes
//! it and gets an answer from every page. Every finding has its place; the command ends with 3 when there is one.

mod accessibility;
mod contract;
mod interfaces;
mod manifest;
mod messages;
mod source;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};
use tiwizi_records::Manifest;

use self::contract::Cost;
use self::source::Source;
use crate::commands::open;
use crate::outcome::{self, Outcome};

/// Where the words of templates and messages are explained.
const TEXTS_MEND: &str = "docs/write-a-plugin.md, \"The pages\", lists what a page can have";

/// What `tiwizi plugin check` is told.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// A plugin's folder, with its bundle when it was built, or a bundle.
    #[arg(value_name = "FILE.tzp|DIR", default_value = ".")]
    path: PathBuf,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    /// The file, or `component.wasm`.
    place: String,
    line: Option<usize>,
    message: String,
    /// How to mend it.
    mend: String,
}

impl Finding {
    fn new(place: impl Into<String>, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { place: place.into(), line: None, message: message.into(), mend: mend.into() }
    }

    fn at(place: &str, line: usize, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::new(place, message, mend) }
    }

    fn shown(&self) -> String {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{line}: {}: {}", self.place, self.message, self.mend)
    }
}

pub(crate) async fn run(check: &Check) -> anyhow::Result<()> {
    let bundle = bundle_of(&check.path)?;
    let source = if check.path.is_dir() {
        Source::of_folder(&check.path)?
    } else {
        Source::of_bundle(&open::read_file(&check.path)?).context(Outcome::Refused)?
    };
    let (mut findings, manifest) = texts(&source);
    let mut notes = messages::notes(&source);
    let mut cost = None;
    match (&bundle, &manifest) {
        (Some(path), Some(manifest)) => {
            findings.extend(interfaces::check(&open::read_file(path)?, manifest));
            let met = contract::check(path, manifest).await?;
            findings.extend(met.findings);
            notes.extend(met.cost.as_ref().map(Cost::shown));
            cost = met.cost;
        }
        (None, _) => {
            notes.push("there is no bundle yet, so the component was not checked: tiwizi plugin build".to_owned())
        }
        (Some(_), None) => notes.push("the component was not checked: mend the manifest first".to_owned()),
    }
    answer(check, &findings, &notes, cost.as_ref())
}

/// What the texts of a plugin say wrong, and the manifest if it is one.
fn texts(source: &Source) -> (Vec<Finding>, Option<Manifest>) {
    let mut findings = Vec::new();
    let manifest = match Manifest::parse(&source.manifest) {
        Ok(manifest) => Some(manifest),
        Err(error) => {
            let mend = "manifests/manifest.schema.json says what may stand there";
            findings.push(Finding::new("manifest.json", error.explain(), mend));
            None
        }
    };
    if let Some(manifest) = &manifest {
        findings.extend(manifest::check(manifest, source));
    }
    let faults = tiwizi_server::check_plugin_texts(&source.templates, &source.locales);
    findings.extend(faults.into_iter().map(|fault| Finding {
        place: fault.file,
        line: fault.line,
        message: fault.message,
        mend: TEXTS_MEND.to_owned(),
    }));
    findings.extend(messages::check(source));
    for (name, text) in &source.templates {
        findings.extend(accessibility::check(&format!("templates/{name}.html"), text));
    }
    (findings, manifest)
}

/// The bundle: the file itself, or what `build` has made in the folder.
fn bundle_of(path: &Path) -> anyhow::Result<Option<PathBuf>> {
    if !path.is_dir() {
        return Ok(Some(path.to_owned()));
    }
    let bundle = super::plugin_build::id_of(path).map(|id| path.join(format!("{id}.tzp"))).ok();
    let bundle = bundle.filter(|bundle| bundle.is_file());
    if let Some(bundle) = &bundle {
        let made = |path: &Path| std::fs::metadata(path).and_then(|about| about.modified());
        let manifest = path.join("manifest.json");
        let (bundle, manifest) = (made(bundle).context("could not read the bundle")?, made(&manifest).ok());
        if manifest.is_some_and(|manifest| manifest > bundle) {
            outcome::complain("the bundle is older than the manifest; build again with: tiwizi plugin build");
        }
    }
    Ok(bundle)
}

fn answer(check: &Check, findings: &[Finding], notes: &[String], cost: Option<&Cost>) -> anyhow::Result<()> {
    let shown = |finding: &Finding| -> Value {
        json!({ "place": finding.place, "line": finding.line, "message": finding.message, "mend": finding.mend })
    };
    let list: Vec<Value> = findings.iter().map(shown).collect();
    let mut lines: Vec<String> = findings.iter().map(Finding::shown).collect();
    lines.extend(notes.iter().map(|note| format!("Note: {note}.")));
    if findings.is_empty() {
        lines.push(format!("{}: nothing is wrong.", check.path.display()));
    }
    outcome::answer(
        check.json,
        &json!({ "findings": list, "notes": notes, "cost": cost.map(Cost::json) }),
        &lines.join("\n"),
    );
    if findings.is_empty() {
        return Ok(());
    }
    let (path, count) = (check.path.display(), findings.len());
    Err(anyhow::anyhow!("findings in {path}: {count}").context(Outcome::Refused))
}

#[cfg(test)]
mod tests;
