//! What an instance of the demo is filled with: the synthetic register, plugins, accounts.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tiwizi_host::{Acceptance, Grants};
use tiwizi_identity::Caller;
use tiwizi_model::{KindName, Record};
use tiwizi_records::{Filter, Query};
use tiwizi_registry::import::Settings;
use tiwizi_registry::readers::{Statistics, Totals};
use tiwizi_registry::synthetic;
use tiwizi_server::App;

use crate::commands::accounts::{self, Belonging, Kept};
use crate::commands::{open, register};
use crate::outcome;

/// Writes the synthetic files and imports them as a directorate would.
pub(super) async fn fill(app: &Arc<App>, settings: synthetic::Settings) -> anyhow::Result<()> {
    let name = &app.instance.name;
    outcome::complain(&format!("{name}: writing a synthetic register (every name is made up) …"));
    let folder = app.settings.data.join("synthetic");
    let made = register::write_synthetic(&folder, settings).await?;
    outcome::complain(&format!("{name}: importing it …"));
    let settings = Settings {
        cooperatives: Some(made.cooperatives),
        members: Some(made.members),
        dry_run: false,
        skip_bad: false,
        report: None,
        encoding: None,
        national_id_key: app.national_ids.clone(),
        duplicates_rule: app.duplicates.book(),
    };
    let summary = register::import(app, &settings, register::Quiet(false)).await?;
    if summary.has_rejected() {
        bail!("the synthetic register has rows that the import rejects: {:?}", summary.rejected);
    }
    let (counted, planned) = (totals(app).await?, made.totals);
    let planned = [planned.cooperatives, planned.members, planned.women, planned.youth].map(i64::from);
    if [counted.cooperatives, counted.members, counted.women, counted.youth] != planned {
        bail!("the statistics of the synthetic register are not its totals: {counted:?} and not {planned:?}");
    }
    std::fs::remove_dir_all(&folder).context("could not remove the synthetic files")
}

/// The sums of the register, with ages of the year of the published totals.
pub(super) async fn totals(app: &App) -> anyhow::Result<Totals> {
    let mut statistics = Statistics::open(&app.db, app.ambient.now()).await?;
    statistics.take_ages_in(synthetic::AGES_YEAR);
    Ok(statistics.totals().await?)
}

/// The sums as JSON.
pub(super) fn told(counted: &Totals) -> Value {
    json!({
        "cooperatives": counted.cooperatives, "members": counted.members, "women": counted.women, "youth": counted.youth,
        "ages": synthetic::AGES_YEAR,
    })
}

/// The sums as a sentence.
pub(super) fn sentence(counted: &Totals) -> String {
    format!(
        "{} cooperatives, {} members, {} women, {} young people (ages of {})",
        counted.cooperatives,
        counted.members,
        counted.women,
        counted.youth,
        synthetic::AGES_YEAR
    )
}

/// Installs the bundles that are not installed yet, with everything that they ask for.
pub(super) async fn install(app: &Arc<App>, folder: &Path) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| {
        format!("there are no plugins in {}; make them with: cargo xtask plugins", folder.display())
    })?;
    let mut bundles = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "tzp") {
            bundles.push(path);
        }
    }
    bundles.sort();
    for path in bundles {
        let id = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if app.host.plugins().iter().any(|plugin| plugin.id.as_str() == id) {
            continue;
        }
        outcome::complain(&format!("{}: installing the plugin {id} …", app.instance.name));
        let bytes = open::read_file(&path)?;
        app.host
            .install_accepting(Acceptance::Development, bytes.into(), Grants::All, &Caller::system())
            .await
            .with_context(|| format!("could not install {}", path.display()))?;
    }
    Ok(())
}

/// The accounts of the first start, or new ones. An officer and a member are of a cooperative of one of these provinces, if there are any.
pub(super) async fn accounts(app: &Arc<App>, kept: &Kept<'_>, provinces: &[String]) -> anyhow::Result<Value> {
    if let Some(known) = accounts::known(app, kept)? {
        return Ok(known);
    }
    let belonging = if provinces.is_empty() { None } else { Some(a_member(app, provinces).await?) };
    accounts::make(app, kept, belonging).await
}

/// A cooperative of these provinces and one of its members.
async fn a_member(app: &Arc<App>, provinces: &[String]) -> anyhow::Result<Belonging> {
    for province in provinces {
        for cooperative in list(app, "registry/cooperative", Filter::equals("province", province.as_str())).await? {
            let id = cooperative.id;
            let memberships = list(app, "registry/membership", Filter::equals("cooperative", id.to_string())).await?;
            let person =
                memberships.iter().find_map(|membership| membership.body.get("person")?.as_str()?.parse().ok());
            if let Some(person) = person {
                return Ok(Belonging { cooperative: id, person });
            }
        }
    }
    bail!("the register has no cooperative with members in {}", provinces.join(", "))
}

async fn list(app: &Arc<App>, kind: &str, filter: Filter) -> anyhow::Result<Vec<Record>> {
    let kind: KindName = kind.parse()?;
    let permit = app.records.may_read(&Caller::system(), &kind)?;
    let query = Query { filters: vec![filter], limit: 20, ..Query::default() };
    Ok(app.records.list(&permit, &query).await?.items)
}
