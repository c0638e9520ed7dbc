//! One instance with the register of the whole nation, in no federation.

use std::path::Path;

use anyhow::bail;
use serde_json::{Value, json};
use tiwizi_model::{Ambient, Jurisdiction};
use tiwizi_registry::readers::Totals;
use tiwizi_registry::synthetic;

use super::{ACCOUNTS_FILE, federated, filling};
use crate::arguments::{DataDirectory, Demo, Init};
use crate::commands::accounts::{self, Kept};
use crate::commands::{init, open, serve};
use crate::config::Config;
use crate::outcome;

/// The province of the registrar, member and officer: Taroudannt.
const PROVINCE: &str = "09.541";
const KEPT: Kept<'_> = Kept { file: ACCOUNTS_FILE, domain: "demo.invalid", registrar: "province:09.541" };

pub(super) async fn run(arguments: &Demo) -> anyhow::Result<()> {
    let data = &arguments.directory.data;
    if federated::is_there(data) {
        bail!("{} holds the nation and its regions; start without --alone, or choose another --data", data.display());
    }
    let listener = serve::listen(arguments.listen).await?;
    if !Config::is_there(data) {
        outcome::complain("Making a new instance …");
        make(data).await?;
    }
    let address = format!("http://{}", listener.local_addr()?);
    let mut config = open::config(data)?;
    // What the demo prints leads to the demo.
    config.address.get_or_insert_with(|| address.clone());
    let app = open::app(data, &config).await?;
    if filling::totals(&app).await?.cooperatives == 0 {
        let settings = synthetic::Settings { one_in: arguments.one_in, ..synthetic::Settings::default() };
        filling::fill(&app, settings).await?;
    }
    filling::install(&app, &arguments.plugins).await?;
    let accounts = filling::accounts(&app, &KEPT, &[PROVINCE.to_owned()]).await?;
    let counted = filling::totals(&app).await?;
    let answer = json!({ "listening": address, "accounts": accounts, "totals": filling::told(&counted) });
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

fn welcome(address: &str, accounts: &Value, counted: &Totals) -> String {
    let mut lines = vec![
        String::new(),
        format!("Tiwizi is listening on {address}"),
        format!("A synthetic register: {}. Every name is made up.", filling::sentence(counted)),
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
