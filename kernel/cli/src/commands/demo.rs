//! `tiwizi demo`: an instance with a synthetic national register, the plugins that were built, and an account for each
//! role. A second start serves the data of the first.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tiwizi_host::{Acceptance, Grants};
use tiwizi_identity::Caller;
use tiwizi_model::{Ambient, Jurisdiction, KindName, Record, RecordId};
use tiwizi_records::{Filter, Query};
use tiwizi_registry::import::Settings;
use tiwizi_registry::readers::{Statistics, Totals};
use tiwizi_registry::synthetic;
use tiwizi_server::App;

use crate::arguments::{DataDirectory, Demo, Init};
use crate::commands::accounts::{self, Belonging, Kept};
use crate::commands::{init, open, register, serve};
use crate::config::Config;
use crate::outcome;

/// Where the passwords of the demo's accounts are kept, so that a second start can print them again.
const ACCOUNTS_FILE: &str = "demo-accounts.json";
/// The province of the demo's registrar, member and officer: Taroudannt.
const PROVINCE: &str = "09.541";

pub(crate) async fn run(arguments: Demo) -> anyhow::Result<()> {
    let data = &arguments.directory.data;
    let listener = serve::listen(arguments.listen).await?;
    if !Config::is_there(data) {
        outcome::complain("Making a new instance …");
        make(data).await?;
    }
    let mut config = open::config(data)?;
    // What the demo prints leads to the demo.
    if config.address.is_none() {
        config.address = Some(format!("http://{}", listener.local_addr()?));
    }
    let app = open::app(data, &config).await?;
    if totals(&app).await?.cooperatives == 0 {
        fill(&app, arguments.one_in).await?;
    }
    install(&app, &arguments.plugins).await?;
    let accounts = accounts(&app).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let counted = totals(&app).await?;
    let answer = json!({
        "listening": address, "accounts": accounts,
        "totals": { "cooperatives": counted.cooperatives, "members": counted.members, "women": counted.women, "youth": counted.youth,
            "ages": synthetic::AGES_YEAR },
    });
    outcome::answer(arguments.directory.json, &answer, &welcome(&address, &accounts, &counted));
    serve::until_stopped(app, listener).await;
    Ok(())
}

async fn make(data: &Path) -> anyhow::Result<()> {
    let arguments = Init {
        directory: DataDirectory { data: data.to_owned(), json: false },
        name: "Tiwizi – démonstration".to_owned(),
        provinces: Jurisdiction::Nation,
        admin_email: "first@demo.invalid".to_owned(),
        database: None,
    };
    init::make(&arguments, &Ambient::system()).await.map(drop)
}

/// Writes the synthetic files and imports them as a directorate would.
async fn fill(app: &Arc<App>, one_in: u32) -> anyhow::Result<()> {
    outcome::complain("Writing a synthetic register (every name is made up) …");
    let folder = app.settings.data.join("synthetic");
    let settings = synthetic::Settings { one_in, ..synthetic::Settings::default() };
    let made = register::write_synthetic(&folder, settings).await?;
    outcome::complain("Importing it …");
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
async fn totals(app: &App) -> anyhow::Result<Totals> {
    let mut statistics = Statistics::open(&app.db, app.ambient.now()).await?;
    statistics.take_ages_in(synthetic::AGES_YEAR);
    Ok(statistics.totals().await?)
}

/// Installs the bundles that are not installed yet, with everything that they ask for.
async fn install(app: &Arc<App>, folder: &Path) -> anyhow::Result<()> {
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
        outcome::complain(&format!("Installing the plugin {id} …"));
        let bytes = open::read_file(&path)?;
        app.host
            .install_accepting(Acceptance::Development, bytes.into(), Grants::All, &Caller::system())
            .await
            .with_context(|| format!("could not install {}", path.display()))?;
    }
    Ok(())
}

/// The accounts of the first start, or new ones.
async fn accounts(app: &Arc<App>) -> anyhow::Result<Value> {
    let kept = Kept { file: ACCOUNTS_FILE, domain: "demo.invalid", province: PROVINCE };
    if let Some(known) = accounts::known(app, &kept)? {
        return Ok(known);
    }
    let (cooperative, person) = a_member(app).await?;
    accounts::make(app, &kept, Belonging { cooperative, person }).await
}

/// A cooperative of the demo's province and one of its members.
async fn a_member(app: &Arc<App>) -> anyhow::Result<(RecordId, RecordId)> {
    let cooperatives = list(app, "registry/cooperative", Filter::equals("province", PROVINCE)).await?;
    for cooperative in cooperatives {
        let memberships =
            list(app, "registry/membership", Filter::equals("cooperative", cooperative.id.to_string())).await?;
        let person = memberships.iter().find_map(|membership| membership.body.get("person")?.as_str()?.parse().ok());
        if let Some(person) = person {
            return Ok((cooperative.id, person));
        }
    }
    bail!("the register has no cooperative with members in the province {PROVINCE}")
}

async fn list(app: &Arc<App>, kind: &str, filter: Filter) -> anyhow::Result<Vec<Record>> {
    let kind: KindName = kind.parse()?;
    let permit = app.records.may_read(&Caller::system(), &kind)?;
    let query = Query { filters: vec![filter], limit: 20, ..Query::default() };
    Ok(app.records.list(&permit, &query).await?.items)
}

fn welcome(address: &str, accounts: &Value, counted: &Totals) -> String {
    let mut lines = vec![
        String::new(),
        format!("Tiwizi is listening on {address}"),
        format!(
            "A synthetic register: {} cooperatives, {} members, {} women, {} young people (ages of {}). Every name is made up.",
            counted.cooperatives,
            counted.members,
            counted.women,
            counted.youth,
            synthetic::AGES_YEAR
        ),
        String::new(),
    ];
    for page in ["/fr/directory", "/shi/p/training/", "/ar/", "/fr/console"] {
        lines.push(format!("  {address}{page}"));
    }
    lines.push(String::new());
    lines.extend(accounts::lines(accounts));
    lines.push(String::new());
    lines.push("Stop with Ctrl-C. The next start uses the same data.".to_owned());
    lines.join("\n")
}
