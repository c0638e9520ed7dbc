//! `tiwizi init`: makes an instance and its first administrator.

use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::json;
use tiwizi_identity::{Email, Identity};
use tiwizi_model::{Ambient, InstanceId};
use tiwizi_storage::instance::{self, InstanceRow};

use crate::arguments::Init;
use crate::commands::open;
use crate::config::Config;
use crate::outcome::{self, Outcome};

/// An instance that was just made.
pub(crate) struct Made {
    pub(crate) instance: InstanceId,
    pub(crate) email: String,
    pub(crate) secret: String,
}

pub(crate) async fn run(arguments: Init) -> anyhow::Result<()> {
    let json = arguments.directory.json;
    let name = arguments.name.clone();
    let made = make(&arguments, &Ambient::system()).await?;
    let answer = json!({
        "instance": made.instance.to_string(),
        "admin": { "email": made.email, "secret": made.secret },
    });
    let text = format!(
        "The instance {name} is made.\n\
         Sign in as {} with this secret within the hour, and choose a password:\n\n    {}\n\n\
         It is shown this once. Start the instance with: tiwizi serve --data {}",
        made.email,
        made.secret,
        arguments.directory.data.display(),
    );
    outcome::answer(json, &answer, &text);
    Ok(())
}

/// Makes the directory, the settings, the database and the first administrator.
pub(crate) async fn make(arguments: &Init, ambient: &Ambient) -> anyhow::Result<Made> {
    let data = &arguments.directory.data;
    if arguments.name.trim().is_empty() {
        bail!("the instance needs a name: --name");
    }
    // An instance without an administrator could neither be used nor be made again.
    arguments.admin_email.parse::<Email>().context("--admin-email is not right")?;
    make_directory(data)?;
    let config = Config { database: arguments.database.clone(), ..Config::default() };
    let db = open::database_with(data, &config, ambient).await?;
    let row = InstanceRow {
        id: InstanceId(ambient.new_uuid()),
        name: arguments.name.trim().to_owned(),
        jurisdiction: arguments.provinces.clone(),
        created_at: ambient.now(),
        key: ambient.secret().to_vec(),
    };
    let mut tx = db.begin_write().await?;
    if instance::find(&mut tx).await?.is_some() {
        let taken = format!("{} already holds an instance", data.display());
        return Err(anyhow::Error::new(Outcome::Unusable).context(taken));
    }
    instance::create(&mut tx, &row).await.context("could not write the instance")?;
    tx.commit().await?;
    let first = Identity::new(db.clone(), ambient.clone()).first_administrator(&arguments.admin_email).await;
    db.close().await;
    let first = first.context("could not make the first administrator")?;
    config.write(data)?;
    Ok(Made { instance: row.id, email: arguments.admin_email.clone(), secret: first.secret.reveal().to_owned() })
}

/// A directory that only its owner may enter: it holds the database and the instance's secrets.
fn make_directory(data: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .with_context(|| format!("could not make the directory {}", data.display()))
}
