//! `tiwizi doctor`: checks an instance and prints the limits that hold.

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::{Map, Value, json};
use tiwizi_model::{Bound, limits};
use tiwizi_registry::readers;
use tiwizi_server::App;
use tiwizi_storage::change;

use crate::arguments::DataDirectory;
use crate::commands::open;
use crate::outcome;

pub(crate) async fn run(directory: DataDirectory) -> anyhow::Result<()> {
    let config = open::config(&directory.data)?;
    let app = open::app(&directory.data, &config).await?;
    app.db.sequence().await?;
    let mut tx = app.db.read().await?;
    let log = change::verify(&mut tx).await;
    drop(tx);
    let plugins: Vec<Value> = app
        .host
        .plugins()
        .into_iter()
        .map(|plugin| json!({ "id": plugin.id.to_string(), "version": plugin.version, "state": plugin.state.as_str() }))
        .collect();
    let accounts = recount(&app).await;
    let statistics = readers::recount(&app.records).await;
    open::close(&app).await;
    let head = log.context("the change log is not whole")?;
    let statistics = statistics.context("the register could not be counted again")?;
    let answer = json!({
        "instance": app.instance.id.to_string(),
        "name": app.instance.name,
        "provinces": app.instance.jurisdiction.to_string(),
        "database": if config.database.is_some() { "postgresql" } else { "sqlite" },
        "changes": head.0,
        "demonstration": app.protection.is_demonstration(),
        "plugins": plugins,
        "card_numbers": card_numbers(&app),
        "prints": prints(&app),
        "rules": rules(&app),
        "accounts": accounts.context("what plugins keep could not be counted")?,
        "statistics": {
            "counts": statistics.counts, "mended": statistics.mended, "changes": statistics.up_to.0,
        },
        "limits": limits_in_force(),
        "plugin_limits": plugin_limits(),
    });
    outcome::answer(directory.json, &answer, &serde_json::to_string_pretty(&answer)?);
    Ok(())
}

/// Where the secrets of card numbers lie, and under which numbers are sealed. One that is missing, or does not fit, stops every start.
fn card_numbers(app: &App) -> Value {
    let secret = app.settings.card_secret.path.display().to_string();
    json!({ "secret": secret, "key": app.national_ids.number(), "older_keys": app.national_ids.older() })
}

/// Which rules hold that an operator may replace, and where they lie. One that is wrong stops every start.
fn rules(app: &App) -> Value {
    let place = |file: &Option<PathBuf>| match file {
        Some(path) => path.display().to_string(),
        None => "comes with the program".to_owned(),
    };
    let (files, duplicates, office) = (&app.settings.rules, app.duplicates.rule(), app.office.rule());
    json!({
        "duplicates": {
            "file": place(&files.duplicates), "effective_from": duplicates.effective_from.to_string(), "source": duplicates.source,
        },
        "office": { "file": place(&files.office), "version": office.version },
    })
}

/// Whether extracts can be issued: where their codes lead, and the fonts.
fn prints(app: &App) -> Value {
    let fonts = match tiwizi_print::Fonts::load(&app.settings.fonts) {
        Ok(_) => "there".to_owned(),
        Err(error) => error.to_string(),
    };
    let address = app.settings.address.as_deref().unwrap_or("not set: write `address` into the settings");
    json!({ "address": address, "fonts": fonts })
}

/// Every limit of the kernel, by its name in small letters.
fn limits_in_force() -> Map<String, Value> {
    limits::all().into_iter().map(|(name, amount)| (name.to_ascii_lowercase(), Value::from(amount))).collect()
}

/// What an administrator can set for each plugin.
fn plugin_limits() -> Vec<Value> {
    let shown =
        |bound: Bound| json!({ "name": bound.name(), "default": bound.default_amount(), "ceiling": bound.ceiling() });
    Bound::ALL.into_iter().map(shown).collect()
}

/// Counts what the records and the files of each plugin take up, and mends accounts that were wrong.
async fn recount(app: &App) -> anyhow::Result<Vec<Value>> {
    let mut accounts = Vec::new();
    for plugin in app.host.plugins() {
        let records_mended = app.records.recount(&plugin.id).await?.is_some();
        let files_mended = app.records.recount_files(&plugin.id).await?;
        let (usage, quota) = app.records.account(&plugin.id).await?;
        let (files, file_quota) = app.records.file_account(&plugin.id).await?;
        accounts.push(json!({
            "plugin": plugin.id.to_string(),
            "records": usage.items, "records_max": quota.items_max,
            "bytes": usage.bytes, "bytes_max": quota.bytes_max,
            "version_bytes": usage.kept_bytes, "version_bytes_max": quota.kept_bytes_max(),
            "files": files.items, "files_max": file_quota.items_max,
            "file_bytes": files.bytes, "file_bytes_max": file_quota.bytes_max,
            "mended": records_mended || files_mended,
        }));
    }
    Ok(accounts)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_limit_is_printed() {
        let limits = Path::new(env!("CARGO_MANIFEST_DIR")).join("../model/src/limits");
        let parts = std::fs::read_dir(&limits).unwrap().map(|entry| entry.unwrap().path());
        // The one that says how limits are written down holds none.
        let parts = parts.filter(|path| path.file_name().is_some_and(|name| name != "amount.rs"));
        let files: Vec<PathBuf> = parts.chain([limits.with_extension("rs")]).collect();
        assert!(files.len() > 12, "{files:?}");
        let texts = files.iter().map(|file| std::fs::read_to_string(file).unwrap());
        let of = |text: String| text.lines().filter(|line| line.trim_start().starts_with("pub const ")).count();
        let written: usize = texts.map(of).sum();
        assert_eq!(limits_in_force().len(), written, "put each limit inside `named!`");
    }
}
