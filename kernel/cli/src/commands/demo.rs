//! `tiwizi demo`: an instance with a synthetic national register, the plugins that were built, and an account for each
//! role. A second start serves the data of the first.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tiwizi_host::{Acceptance, Grants};
use tiwizi_identity::{Caller, NewAccount, Role, Scope, Secret};
use tiwizi_model::{Ambient, Jurisdiction, KindName, Language, Record, RecordId};
use tiwizi_records::{Filter, Query};
use tiwizi_registry::NationalIdKey;
use tiwizi_registry::import::Settings;
use tiwizi_registry::readers::totals;
use tiwizi_server::App;

use crate::arguments::{DataDirectory, Demo, Init};
use crate::commands::{init, open, register, serve};
use crate::config::{Config, write_private};
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
    let app = open::app(data, &open::config(data)?).await?;
    if totals(&app.db).await?.cooperatives == 0 {
        fill(&app, arguments.one_in).await?;
    }
    install(&app, &arguments.plugins).await?;
    let accounts = accounts(&app).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let counted = totals(&app.db).await?;
    let answer = json!({
        "listening": address, "accounts": accounts,
        "totals": { "cooperatives": counted.cooperatives, "members": counted.members, "women": counted.women, "youth": counted.youth },
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
    init::make(&arguments).await.map(drop)
}

/// Writes the synthetic files and imports them as a directorate would.
async fn fill(app: &Arc<App>, one_in: u32) -> anyhow::Result<()> {
    outcome::complain("Writing a synthetic register (every name is made up) …");
    let folder = app.settings.data.join("synthetic");
    let made = register::write_synthetic(&folder, one_in).await?;
    outcome::complain("Importing it …");
    let settings = Settings {
        cooperatives: made.cooperatives,
        members: Some(made.members),
        dry_run: false,
        skip_bad: false,
        report: None,
        national_id_key: NationalIdKey::derive(&app.instance.key),
    };
    let summary = register::import(app, &settings, register::Quiet(false)).await?;
    if summary.has_rejected() {
        bail!("the synthetic register has rows that the import rejects: {:?}", summary.rejected);
    }
    std::fs::remove_dir_all(&folder).context("could not remove the synthetic files")
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

/// One account for each role; their passwords are made once and kept beside the data.
async fn accounts(app: &Arc<App>) -> anyhow::Result<Value> {
    let path = app.settings.data.join(ACCOUNTS_FILE);
    if path.exists() {
        return serde_json::from_slice(&open::read_file(&path)?).context("the demo's list of accounts is damaged");
    }
    let (cooperative, person) = a_member(app).await?;
    let nation = || Scope::Jurisdiction(Jurisdiction::Nation);
    let wanted = [
        (Role::Administrator, nation(), Language::French, None),
        (Role::Registrar, format!("province:{PROVINCE}").parse()?, Language::Arabic, None),
        (Role::Trainer, nation(), Language::French, None),
        (Role::Observer, nation(), Language::French, None),
        (Role::Officer, Scope::Cooperative(cooperative), Language::Arabic, None),
        (Role::Member, Scope::Cooperative(cooperative), Language::Tachelhit, Some(person)),
    ];
    let mut listed = Vec::new();
    for (role, scope, language, person) in wanted {
        let email = format!("{role}@demo.invalid");
        let password = new_password(&app.ambient);
        let new = NewAccount {
            email: email.clone(),
            name: format!("Démo {role}"),
            password: Secret::of(password.clone()),
            person,
            language,
        };
        let account = app.identity.create_account(&Caller::system(), new).await?;
        let on = scope.to_string();
        app.identity.grant_role(&Caller::system(), account, role, scope).await?;
        listed.push(json!({ "role": role.name(), "scope": on, "email": email, "password": password }));
    }
    let listed = Value::Array(listed);
    write_private(&path, serde_json::to_string_pretty(&listed)?.as_bytes())?;
    Ok(listed)
}

/// Four groups of four letters that nobody takes for one another.
fn new_password(ambient: &Ambient) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let letters: String = ambient
        .secret()
        .iter()
        .take(16)
        .filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len()))
        .map(|letter| char::from(*letter))
        .collect();
    let groups: Vec<String> =
        letters.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join("-")
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

fn welcome(address: &str, accounts: &Value, counted: &tiwizi_registry::readers::Totals) -> String {
    let mut lines = vec![
        String::new(),
        format!("Tiwizi is listening on {address}"),
        format!(
            "A synthetic register: {} cooperatives, {} members, {} women, {} young people. Every name is made up.",
            counted.cooperatives, counted.members, counted.women, counted.youth
        ),
        String::new(),
    ];
    for page in ["/fr/directory", "/shi/p/training/", "/ar/", "/fr/console"] {
        lines.push(format!("  {address}{page}"));
    }
    lines.push(String::new());
    for account in accounts.as_array().into_iter().flatten() {
        let text = |name: &str| account.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        lines.push(format!("  {:14} {:30} {}", text("role"), text("email"), text("password")));
    }
    lines.push(String::new());
    lines.push("Stop with Ctrl-C. The next start uses the same data.".to_owned());
    lines.join("\n")
}
