//! `tiwizi plugin trust|revoke`: whom an instance trusts, and what was taken back.

use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tiwizi_host::trust::{DecisionError, Entry, Issue, Revocations, Root, Target, read_certificates};
use tiwizi_model::{Ambient, IdPrefixes, PluginId, PublicKey};
use tiwizi_registry::day::Day;
use tiwizi_storage::trust::{PublisherRow, RootRow};

use crate::arguments::{DataDirectory, Revoke, RevokeIssue, Trust, TrustAdd};
use crate::commands::open;
use crate::commands::plugin_keys::{public_key, secret_key, shown};
use crate::config::write_new;
use crate::outcome::{self, Outcome};

pub(crate) async fn trust(command: Trust) -> anyhow::Result<()> {
    match command {
        Trust::Add(arguments) => add(&arguments).await,
        Trust::List { directory } => list(&directory).await,
        Trust::Remove { directory, key } => remove(&directory, key).await,
    }
}

pub(crate) async fn revoke(command: Revoke) -> anyhow::Result<()> {
    match command {
        Revoke::Issue(arguments) => issue(&arguments),
        Revoke::Import { directory, list } => import(&directory, &list).await,
        Revoke::List { directory } => revocations(&directory).await,
    }
}

async fn add(arguments: &TrustAdd) -> anyhow::Result<()> {
    let root = root_of(arguments)?;
    let directory = &arguments.directory;
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let added = app.host.add_root(&root).await;
    open::close(&app).await;
    added.map_err(refused)?;
    let answer = json!({
        "key": root.holder.key.to_string(), "name": root.holder.name, "level": root.level.as_str(),
        "prefixes": root.prefixes.to_string(), "until": root.until.map(|day| day.to_string()),
    });
    let text = format!(
        "{} is trusted ({}) for {}. Is this their key?\n\n    {}",
        root.holder.name, root.level, root.prefixes, root.holder.key
    );
    outcome::answer(directory.json, &answer, &text);
    Ok(())
}

/// A certificate says what a key is trusted for; for a bare key the command line must.
fn root_of(arguments: &TrustAdd) -> anyhow::Result<Root> {
    let bytes = open::read_file(&arguments.file)?;
    if let Ok(certificates) = read_certificates(&bytes) {
        let [certificate] = certificates.as_slice() else {
            bail!("{} holds several certificates; add the key at their end by its .pub file", arguments.file.display());
        };
        if arguments.level.is_some() || !arguments.prefix.is_empty() || arguments.until.is_some() {
            bail!("a certificate says itself for what its key is trusted; leave --level, --prefix and --until out");
        }
        return Root::of_certificate(certificate).map_err(refused);
    }
    let holder = public_key(&arguments.file)?;
    let (Some(level), false) = (arguments.level, arguments.prefix.is_empty()) else {
        bail!("say for what the key is trusted: --level national|directorate|community|local --prefix PREFIX");
    };
    let prefixes = IdPrefixes::new(arguments.prefix.clone()).context("--prefix is not right")?;
    Ok(Root { holder, level, prefixes, until: arguments.until })
}

async fn list(directory: &DataDirectory) -> anyhow::Result<()> {
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let (roots, publishers) = (app.host.trust_roots().await, app.host.publishers().await);
    open::close(&app).await;
    let (roots, publishers) = (roots?, publishers?);
    let answer = json!({
        "roots": roots.iter().map(root_shown).collect::<Vec<_>>(),
        "publishers": publishers.iter().map(publisher_shown).collect::<Vec<_>>(),
    });
    let mut lines = vec!["Trust roots:".to_owned()];
    lines.extend(roots.iter().map(root_line));
    lines.push("Signed what was installed:".to_owned());
    lines.extend(publishers.iter().map(|row| format!("  {} {} ({}, {})", row.key, row.name, row.level, row.prefixes)));
    outcome::answer(directory.json, &answer, &lines.join("\n"));
    Ok(())
}

fn root_shown(row: &RootRow) -> Value {
    json!({
        "key": row.key.to_string(), "name": row.name, "level": row.level.as_str(),
        "prefixes": row.prefixes.to_string(), "until": row.until, "removed": row.removed_at.is_some(),
    })
}

fn root_line(row: &RootRow) -> String {
    let removed = if row.removed_at.is_some() { "; removed" } else { "" };
    let until = row.until.as_ref().map(|until| format!(", until {until}")).unwrap_or_default();
    format!("  {} {} ({}, {}{until}{removed})", row.key, row.name, row.level, row.prefixes)
}

fn publisher_shown(row: &PublisherRow) -> Value {
    json!({
        "key": row.key.to_string(), "name": row.name, "level": row.level.as_str(),
        "prefixes": row.prefixes.to_string(), "until": row.until, "root": row.root.map(|key| key.to_string()),
    })
}

async fn remove(directory: &DataDirectory, key: PublicKey) -> anyhow::Result<()> {
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let removed = app.host.remove_root(key).await;
    open::close(&app).await;
    let stopped = names(&removed.map_err(refused)?);
    let text = format!("{key} is no longer trusted.{}", stopped_text(&stopped));
    outcome::answer(directory.json, &json!({ "key": key.to_string(), "stopped": stopped }), &text);
    Ok(())
}

fn issue(arguments: &RevokeIssue) -> anyhow::Result<()> {
    let key = secret_key(&arguments.key)?;
    let (mut entries, number) = match &arguments.previous {
        Some(file) => previous(file, key.signer().key)?,
        None => (Vec::new(), 1),
    };
    let keys = arguments.revoked_key.iter().copied().map(Target::Key);
    let bundles = arguments.bundle.iter().copied().map(Target::Bundle);
    let mut targets: Vec<Target> = keys.chain(bundles).collect();
    for text in &arguments.before {
        targets.push(Target::before(text).context("--before is not right")?);
    }
    if targets.is_empty() {
        bail!("say what is taken back: --revoked-key, --bundle or --before");
    }
    let entry = |target| Entry { target, reason: arguments.reason.clone() };
    entries.extend(targets.into_iter().map(entry));
    let issue = Issue { day: Day::of(Ambient::system().now()), number };
    let list = Revocations::issue(issue, entries, &key).context("the list was not made")?;
    write_new(&arguments.out, list.text().as_bytes(), 0o644)
        .with_context(|| format!("could not write {}", arguments.out.display()))?;
    let text = format!("{}: number {number}, {} entries", arguments.out.display(), list.entries.len());
    outcome::answer(arguments.json, &json!({ "file": shown(&arguments.out), "list": list_shown(&list) }), &text);
    Ok(())
}

/// The entries of the list before, and the number of the one after.
fn previous(file: &Path, key: PublicKey) -> anyhow::Result<(Vec<Entry>, u32)> {
    let list =
        Revocations::read(&open::read_file(file)?).with_context(|| format!("{} is not right", file.display()))?;
    if list.issuer != key {
        bail!("{} is the list of another key ({}); --key must be the key of its issuer", file.display(), list.issuer);
    }
    Ok((list.entries, list.issue.number.saturating_add(1)))
}

async fn import(directory: &DataDirectory, file: &Path) -> anyhow::Result<()> {
    let bytes = open::read_file(file)?;
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let imported = app.host.import_revocations(&bytes).await;
    open::close(&app).await;
    let imported = imported.map_err(refused)?;
    let stopped = names(&imported.stopped);
    let Issue { day, number } = imported.list.issue;
    let known = if imported.is_known { "was here already" } else { "counts from now on" };
    let text = format!("The list of {day} (number {number}) {known}.{}", stopped_text(&stopped));
    let answer = json!({ "list": list_shown(&imported.list), "known": imported.is_known, "stopped": stopped });
    outcome::answer(directory.json, &answer, &text);
    Ok(())
}

async fn revocations(directory: &DataDirectory) -> anyhow::Result<()> {
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let lists = app.host.revocations().await;
    open::close(&app).await;
    let lists = lists?;
    let mut lines = Vec::new();
    for list in &lists {
        lines.push(format!("{} of {}, number {}:", list.issuer, list.issue.day, list.issue.number));
        lines.extend(list.entries.iter().map(|entry| format!("  {}: {}", target(&entry.target), entry.reason)));
    }
    let text = if lines.is_empty() { "Nothing was taken back.".to_owned() } else { lines.join("\n") };
    let answer = json!({ "lists": lists.iter().map(list_shown).collect::<Vec<_>>() });
    outcome::answer(directory.json, &answer, &text);
    Ok(())
}

fn list_shown(list: &Revocations) -> Value {
    let entry = |entry: &Entry| json!({ "target": target(&entry.target), "reason": entry.reason });
    json!({
        "issuer": list.issuer.to_string(), "issued": list.issue.day.to_string(), "number": list.issue.number,
        "entries": list.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

fn target(target: &Target) -> String {
    match target {
        Target::Key(key) => format!("key {key}"),
        Target::Bundle(hash) => format!("bundle {hash}"),
        Target::Before(plugin, version) => format!("{plugin} before {version}"),
    }
}

fn names(plugins: &[PluginId]) -> Vec<String> {
    plugins.iter().map(ToString::to_string).collect()
}

fn stopped_text(stopped: &[String]) -> String {
    if stopped.is_empty() { String::new() } else { format!(" Stopped: {}.", stopped.join(", ")) }
}

fn refused(error: DecisionError) -> anyhow::Error {
    anyhow::Error::new(error).context(Outcome::Refused)
}
