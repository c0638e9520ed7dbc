//! `tiwizi plugin upgrade|rollback|remove`: the life of a plugin after its installation.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use tiwizi_host::{
    Acceptance, Change, Difference, Grants, Host, MigrationReport, RolledBack, Stage, Upgrade, UpgradeError,
};
use tiwizi_identity::Caller;
use tiwizi_model::Language;

use crate::arguments::{self, Remove, Rollback};
use crate::commands::source::BundleSource;
use crate::commands::{open, plugin};
use crate::outcome::{self, Outcome};
use crate::progress::Bar;

/// How often the bar moves though nothing is told.
const TICK: std::time::Duration = std::time::Duration::from_millis(120);

pub(crate) async fn upgrade(arguments: &arguments::Upgrade) -> anyhow::Result<()> {
    let directory = &arguments.directory;
    let consent = arguments.grant.as_deref().map(Grants::parse).transpose();
    let consent = consent.context("--grant is not right").context(Outcome::Refused)?;
    let bundle = arguments.bundle.bytes(&arguments.access, &Bar::new(directory.json)).await?;
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let bar = if directory.json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    bar.enable_steady_tick(TICK);
    let shown = bar.clone();
    let wanted = Upgrade {
        consent,
        acceptance: if arguments.dev { Acceptance::Development } else { Acceptance::Signed },
        watch: Arc::new(move |stage| shown.set_message(told(stage))),
        ..Upgrade::of(bundle, Caller::system())
    };
    let outcome = run(&app.host, wanted, arguments.dry_run).await;
    open::close(&app).await;
    bar.finish_and_clear();
    let (value, text) = outcome.map_err(|error| refused(error, &arguments.bundle))?;
    outcome::answer(directory.json, &value, &text);
    Ok(())
}

async fn run(host: &Host, wanted: Upgrade, dry_run: bool) -> Result<(Value, String), UpgradeError> {
    let (difference, migration, plugin) = if dry_run {
        let rehearsal = host.rehearse(wanted).await?;
        (rehearsal.difference, rehearsal.migration, None)
    } else {
        let upgraded = host.upgrade(wanted).await?;
        (upgraded.difference, upgraded.migration, Some(upgraded.plugin))
    };
    let value = json!({
        "dry_run": dry_run,
        "difference": difference_of(&difference),
        "migration": migration_of(migration),
        "plugin": plugin.as_ref().map(plugin::shown),
    });
    let mut lines = sentences(&difference, migration);
    lines.push(match &plugin {
        Some(view) => plugin::line(view),
        None => "Nothing was changed: this was a dry run.".to_owned(),
    });
    Ok((value, lines.join("\n")))
}

fn refused(error: UpgradeError, bundle: &BundleSource) -> anyhow::Error {
    let next = match &error {
        UpgradeError::NotInstalled { .. } => "tiwizi plugin install",
        UpgradeError::Held { .. } => "look at it with --dry-run, then name what you grant with --grant",
        UpgradeError::NotNewer { .. } => "take a bundle of a newer version",
        UpgradeError::Required { .. } => "ask the publishers of those for versions that do without it",
        UpgradeError::Busy | UpgradeError::Store(_) | UpgradeError::Read(_) => "try again",
        UpgradeError::Other { .. } => "take its own bundle",
        UpgradeError::Refused(_) => "ask its publisher for another bundle",
        UpgradeError::Migration { .. }
        | UpgradeError::MigrationRefused { .. }
        | UpgradeError::Endless { .. }
        | UpgradeError::Misfits { .. }
        | UpgradeError::Probe(_)
        | UpgradeError::Unhealthy { .. } => "code and data are as they were; tell its publisher",
    };
    let failed = format!("{bundle} was not upgraded to ({next})");
    anyhow::Error::new(error).context(failed).context(Outcome::Refused)
}

fn told(stage: Stage) -> String {
    match stage {
        Stage::Compiling => "compiling".to_owned(),
        Stage::Draining => "waiting for calls to end".to_owned(),
        Stage::Migrating { steps, records } => format!("migrating: {records} records in {steps} steps"),
        Stage::Checking => "checking the records against the new schemas".to_owned(),
        Stage::Probing => "asking the new version whether it can work".to_owned(),
        Stage::Storing => "storing".to_owned(),
    }
}

fn change(change: Change) -> &'static str {
    match change {
        Change::New => "new",
        Change::Gone => "gone",
        Change::Changed => "changed",
    }
}

fn migration_of(migration: MigrationReport) -> Value {
    let counts = migration.counts;
    json!({
        "records": { "created": counts.created, "changed": counts.changed, "deleted": counts.deleted },
        "values": counts.values, "steps": migration.steps, "duration_ms": migration.duration_ms,
    })
}

fn difference_of(difference: &Difference) -> Value {
    let capabilities = difference.capabilities.iter().map(|request| {
        json!({
            "name": request.name, "change": change(request.change), "optional": request.optional,
            "hosts_new": request.hosts_new, "hosts_gone": request.hosts_gone,
            "kinds_new": request.kinds_new, "kinds_gone": request.kinds_gone,
        })
    });
    let kinds = difference.kinds.iter().map(|kind| {
        let fields = kind.fields.iter().map(|field| {
            json!({
                "name": field.name, "change": change(field.change),
                "class_before": field.class_before, "class_after": field.class_after,
            })
        });
        json!({
            "name": kind.name, "change": change(kind.change), "access_changed": kind.access_changed,
            "fields": fields.collect::<Vec<_>>(),
        })
    });
    let signer = |signer: &Option<_>| signer.as_ref().map(plugin::signer);
    json!({
        "plugin": difference.plugin.to_string(), "from": difference.from, "to": difference.to,
        "capabilities": capabilities.collect::<Vec<_>>(), "kinds": kinds.collect::<Vec<_>>(),
        "level": { "before": difference.level.0.as_str(), "after": difference.level.1.as_str() },
        "signer": { "before": signer(&difference.signer.0), "after": signer(&difference.signer.1) },
    })
}

fn sentences(difference: &Difference, migration: MigrationReport) -> Vec<String> {
    let mut lines = vec![format!("{} {} → {}", difference.plugin, difference.from, difference.to)];
    for request in &difference.capabilities {
        let named = |sign: &str, hosts: &[String], kinds: &[String]| {
            hosts.iter().chain(kinds).map(|name| format!(" {sign}{name}")).collect::<String>()
        };
        lines.push(format!(
            "  capability {} ({}){}{}: {}",
            request.name,
            change(request.change),
            named("+", &request.hosts_new, &request.kinds_new),
            named("-", &request.hosts_gone, &request.kinds_gone),
            request.reason.in_language(Language::French)
        ));
    }
    for kind in &difference.kinds {
        let access = if kind.access_changed { ", other people may read or write it" } else { "" };
        lines.push(format!("  kind {} ({}){access}", kind.name, change(kind.change)));
        for field in &kind.fields {
            let class = match (field.class_before, field.class_after) {
                (Some(before), Some(after)) if before != after => format!(", {before} → {after}"),
                (_, Some(class)) | (Some(class), None) => format!(", {class}"),
                (None, None) => String::new(),
            };
            lines.push(format!("    field {} ({}{class})", field.name, change(field.change)));
        }
    }
    let counts = migration.counts;
    lines.push(format!(
        "  migration: {} records created, {} changed, {} deleted; {} values; {} steps, {} ms",
        counts.created, counts.changed, counts.deleted, counts.values, migration.steps, migration.duration_ms
    ));
    lines
}

pub(crate) async fn rollback(arguments: &Rollback) -> anyhow::Result<()> {
    let directory = &arguments.directory;
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let outcome = app.host.rollback(&arguments.plugin, &Caller::system()).await;
    open::close(&app).await;
    let RolledBack { plugin: view, from, to, returned, kept } = outcome.map_err(|error| {
        anyhow::Error::new(error)
            .context(format!("{} did not go back; code and data are as they were", arguments.plugin))
            .context(Outcome::Refused)
    })?;
    let value = json!({ "from": from, "to": to, "returned": returned, "kept": kept, "plugin": plugin::shown(&view) });
    let text = format!(
        "{from} → {to}: {returned} records and values have their earlier content, {kept} were changed since and stay\n{}",
        plugin::line(&view)
    );
    outcome::answer(directory.json, &value, &text);
    Ok(())
}

pub(crate) async fn remove(arguments: &Remove) -> anyhow::Result<()> {
    let (directory, id) = (&arguments.directory, &arguments.plugin);
    if !arguments.yes {
        bail!(
            "{id} would be removed with all its records, which cannot be taken back; keep them with --export FILE, then say --yes"
        );
    }
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let outcome = export_and_remove(&app.host, arguments).await;
    open::close(&app).await;
    let (exported, removed) = outcome?;
    let value =
        json!({ "plugin": id.to_string(), "records": removed.records, "files": removed.files, "exported": exported });
    let kept = match (exported, &arguments.export) {
        (Some(exported), Some(path)) => format!("; {exported} records are in {}", path.display()),
        _ => String::new(),
    };
    let text = format!(
        "{id} is removed with {} records and {} files{kept}. Steps of people's paths that it proved stay.",
        removed.records, removed.files
    );
    outcome::answer(directory.json, &value, &text);
    Ok(())
}

async fn export_and_remove(host: &Host, arguments: &Remove) -> anyhow::Result<(Option<u64>, tiwizi_host::Removed)> {
    let id = &arguments.plugin;
    let mut exported = None;
    if let Some(path) = &arguments.export {
        let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
        let file = file.with_context(|| format!("could not make {}; nothing was removed", path.display()))?;
        let mut out = std::io::BufWriter::new(file);
        let written = host.export_records(id, &mut out).await;
        exported = Some(written.context("the records could not be written out; nothing was removed")?);
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    }
    let removed = host.remove(id, &Caller::system()).await.with_context(|| format!("{id} was not removed"))?;
    Ok((exported, removed))
}
