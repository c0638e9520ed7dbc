//! `tiwizi package …`: packages of reference data, published by the nation, looked at and applied by everybody.
//!
//! What was applied is read when the instance is opened. A package that cannot be used any more keeps it from being opened; then this command
//! opens less, so that the version before can be applied.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tiwizi_federation::SqlStore;
use tiwizi_federation::directory::Roll;
use tiwizi_federation::national::{
    Difference, National, NationalError, PackageDraft, PackageLine, PackageView, TakesEffect, Target,
};
use tiwizi_federation_core::package::PackageKind;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{may_decide_federation, may_see_federation};
use tiwizi_model::KindName;
use tiwizi_model::limits::{FED_PACKAGE_RECORDS_MAX, FED_PACKAGE_WHOLE_BYTES_MAX};
use tiwizi_records::{Catalogue, Records};
use tiwizi_registry::duplicates::{Duplicates, RuleBook};
use tiwizi_server::{App, StartError};

use crate::arguments::DataDirectory;
use crate::commands::federation::House;
use crate::commands::open;
use crate::outcome::{self, Outcome, Said};

#[derive(Debug, Subcommand)]
pub(crate) enum PackageCommand {
    /// Sign the next version of a package and say it to every instance. Only the nation does.
    Publish(Publish),
    /// List packages, the latest versions first.
    List {
        #[command(flatten)]
        directory: DataDirectory,
    },
    /// Show what is in a version.
    Show(Named),
    /// Tell what applying a version would change. Nothing is changed.
    Diff(Named),
    /// Apply a version, also one before the one that is applied; --version 0 takes back what is applied.
    Apply(Named),
}

#[derive(Debug, Args)]
pub(crate) struct Publish {
    #[command(flatten)]
    directory: DataDirectory,
    /// What it holds: nomenclature, rule-pack, course or project-model.
    #[arg(long)]
    kind: PackageKind,
    /// Its name, the same for all of its versions, as in rules/office.
    #[arg(long)]
    name: String,
    /// The own records of these kinds, as in training/course,training/lesson.
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    records: Vec<KindName>,
    /// Files, named in the package as they are here; of a folder, everything below it by its path.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    #[command(flatten)]
    directory: DataDirectory,
    /// The package: `tiwizi package list` shows the names.
    #[arg(value_name = "NAME")]
    name: String,
    /// Its version; the latest without it.
    #[arg(long, value_name = "NUMBER")]
    version: Option<u32>,
}

/// An instance that is open, the whole of it or so much as packages need.
struct Desk {
    app: Option<Arc<App>>,
    house: Option<House>,
    door: National<SqlStore>,
}

impl Desk {
    async fn open(directory: &DataDirectory) -> anyhow::Result<Self> {
        match open::app(&directory.data, &open::config(&directory.data)?).await {
            Ok(app) => Ok(Self { door: app.national(), app: Some(app), house: None }),
            Err(error) if is_of_packages(&error) => {
                outcome::complain(&format!("{error:#}"));
                Self::bare(directory).await
            }
            Err(error) => Err(error),
        }
    }

    async fn bare(directory: &DataDirectory) -> anyhow::Result<Self> {
        let house = House::open(directory).await?;
        let roll = Roll::load(&mut *house.db.read().await?, house.here().await?).await?;
        let catalogue = Catalogue::open(&house.db).await?;
        let (db, ambient) = (house.db.clone(), house.ambient.clone());
        let records = Records::new(db, catalogue, Vec::new(), ambient, house.instance.id);
        let duplicates = Duplicates::new(records.clone(), Arc::new(RuleBook::own()?));
        let door = National::new(None, Arc::new(roll), records, duplicates);
        Ok(Self { door, app: None, house: Some(house) })
    }

    async fn close(self) {
        if let Some(app) = self.app {
            open::close(&app).await;
        }
        if let Some(house) = self.house {
            house.db.close().await;
        }
    }
}

/// Whether the instance does not open because of what was applied.
fn is_of_packages(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StartError::Published(_) | StartError::Rules(_) | StartError::Packs(_)))
}

pub(crate) async fn run(command: PackageCommand) -> anyhow::Result<()> {
    let directory = directory(&command);
    let desk = Desk::open(directory).await?;
    let done = act(&desk.door, &command).await;
    desk.close().await;
    done?.answer(directory.json);
    Ok(())
}

fn directory(command: &PackageCommand) -> &DataDirectory {
    use PackageCommand as C;
    match command {
        C::Publish(publish) => &publish.directory,
        C::List { directory } => directory,
        C::Show(named) | C::Diff(named) | C::Apply(named) => &named.directory,
    }
}

async fn act(door: &National<SqlStore>, command: &PackageCommand) -> anyhow::Result<Said> {
    use PackageCommand as C;
    let view = may_see_federation(&Caller::system())?;
    match command {
        C::Publish(arguments) => publish(door, arguments).await,
        C::List { .. } => Ok(listed(&door.packages(&view).await?)),
        C::Show(named) => {
            let version = version(door, named).await?;
            Ok(shown(&door.package(&view, &named.name, version).await.map_err(told)?))
        }
        C::Diff(named) => {
            let target = target(version(door, named).await?);
            let found = door.difference(&view, &named.name, target).await.map_err(told)?;
            Ok(differing(&found, None))
        }
        C::Apply(named) => {
            let target = target(version(door, named).await?);
            let decision = may_decide_federation(&Caller::system())?;
            // What stands here now is what would be looked at: nobody else writes while this command runs.
            let seen = door.difference(&view, &named.name, target).await.map_err(told)?.from;
            let done = door.apply(&decision, &named.name, target, seen).await.map_err(told)?;
            Ok(differing(&done.difference, Some(done.takes_effect)))
        }
    }
}

/// The version that is named, or the latest; 0 stands for none.
async fn version(door: &National<SqlStore>, named: &Named) -> anyhow::Result<u32> {
    if let Some(version) = named.version {
        return Ok(version);
    }
    let view = may_see_federation(&Caller::system())?;
    let lines = door.packages(&view).await?;
    let latest = lines.iter().filter(|line| line.name == named.name).map(|line| line.version).max();
    latest.with_context(|| format!("there is no package {}; tiwizi package list shows them", named.name))
}

fn target(version: u32) -> Target {
    if version == 0 { Target::Nothing } else { Target::Version(version) }
}

async fn publish(door: &National<SqlStore>, arguments: &Publish) -> anyhow::Result<Said> {
    let decision = may_decide_federation(&Caller::system())?;
    let mut contents = read(&arguments.files)?;
    contents.extend(door.gather(&decision, &arguments.records).await.map_err(told)?);
    let draft = PackageDraft { kind: arguments.kind, name: arguments.name.clone(), contents };
    let version = door.publish(&decision, draft).await.map_err(told)?;
    let name = &arguments.name;
    let text = format!("{name} {version} is published. Every instance takes it when it next has a line.");
    Ok(Said { value: json!({ "name": name, "version": version }), text })
}

/// The files, by the names that they have in the package.
fn read(paths: &[PathBuf]) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut contents = BTreeMap::new();
    let mut waiting: Vec<(String, PathBuf)> = Vec::new();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).context("a file has a name in UTF-8")?;
        // What is below a folder is named from there.
        let name = if path.is_dir() { String::new() } else { name.to_owned() };
        waiting.push((name, path.clone()));
    }
    let mut bytes = 0_usize;
    while let Some((name, path)) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(below(&name, &path)?);
        } else {
            let file = open::read_file(&path)?;
            bytes = bytes.saturating_add(file.len());
            contents.insert(name, file);
        }
        if bytes > FED_PACKAGE_WHOLE_BYTES_MAX || contents.len() > FED_PACKAGE_RECORDS_MAX {
            bail!("a package has at most {FED_PACKAGE_RECORDS_MAX} records and {FED_PACKAGE_WHOLE_BYTES_MAX} bytes");
        }
    }
    Ok(contents)
}

fn below(name: &str, folder: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let unread = || format!("could not read {}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(unread)? {
        let entry = entry.with_context(unread)?;
        let own = entry.file_name().into_string().ok().with_context(unread)?;
        let name = if name.is_empty() { own } else { format!("{name}/{own}") };
        found.push((name, entry.path()));
    }
    Ok(found)
}

/// What was given is not right: a script sees that by the exit code.
fn told(error: NationalError) -> anyhow::Error {
    match error {
        NationalError::Fault(_)
        | NationalError::Published(_)
        | NationalError::Package(_)
        | NationalError::Packed(_)
        | NationalError::Step(_)
        | NationalError::Own
        | NationalError::NotTheNation
        | NationalError::Absent { .. } => anyhow::Error::new(error).context(Outcome::Refused),
        error => error.into(),
    }
}

fn listed(lines: &[PackageLine]) -> Said {
    let value = |line: &PackageLine| {
        json!({
            "name": line.name, "version": line.version, "state": line.state.name(), "bytes": line.bytes,
            "received_at": line.received_at.rfc3339(),
        })
    };
    let text =
        |line: &PackageLine| format!("{} {}: {}, {} bytes", line.name, line.version, line.state.name(), line.bytes);
    let texts: Vec<String> = lines.iter().map(text).collect();
    let text = if texts.is_empty() { "There is no package.".to_owned() } else { texts.join("\n") };
    Said { value: json!({ "items": lines.iter().map(value).collect::<Vec<_>>() }), text }
}

fn shown(found: &PackageView) -> Said {
    let package = &found.package;
    let applied = found.applied.map_or_else(|| "none is applied".to_owned(), |applied| format!("{applied} is applied"));
    let mut lines =
        vec![format!("{} {}, {}: {}; {applied}", package.name, package.version, package.kind, found.state.name())];
    lines.extend(
        package.contents.iter().map(|(name, content)| format!("  {name}: {} bytes, {}", content.bytes, content.hash)),
    );
    let contents: BTreeMap<&str, Value> = package
        .contents
        .iter()
        .map(|(name, content)| (name.as_str(), json!({ "bytes": content.bytes, "hash": content.hash.to_string() })))
        .collect();
    let value = json!({
        "name": package.name, "version": package.version, "kind": package.kind.to_string(), "state": found.state.name(),
        "publisher": package.publisher.to_string(), "applied": found.applied, "contents": contents,
    });
    Said { value, text: lines.join("\n") }
}

fn differing(found: &Difference, takes_effect: Option<TakesEffect>) -> Said {
    let name = |version: Option<u32>| version.map_or_else(|| "none".to_owned(), |version| version.to_string());
    let mut lines = vec![format!(
        "from {} to {}: {} added, {} changed, {} removed, {} kept",
        name(found.from),
        name(found.to),
        found.added,
        found.changed,
        found.removed,
        found.kept
    )];
    for line in &found.lines {
        let members: Vec<&str> = line.members.iter().map(String::as_str).collect();
        let members = if members.is_empty() { String::new() } else { format!(": {}", members.join(", ")) };
        lines.push(format!("  {} {}{members}", line.what.name(), line.record));
    }
    let effect = takes_effect.map(|when| match when {
        TakesEffect::Now => "now",
        TakesEffect::AtNextStart => "next-start",
    });
    match takes_effect {
        Some(TakesEffect::Now) => lines.push("It is applied.".to_owned()),
        Some(TakesEffect::AtNextStart) => lines.push("It is applied, and holds from the next start.".to_owned()),
        None => {}
    }
    let records: Vec<Value> = found
        .lines
        .iter()
        .map(|line| json!({ "record": line.record, "what": line.what.name(), "members": line.members }))
        .collect();
    let value = json!({
        "from": found.from, "to": found.to, "added": found.added, "changed": found.changed, "removed": found.removed,
        "kept": found.kept, "records": records, "takes_effect": effect,
    });
    Said { value, text: lines.join("\n") }
}
