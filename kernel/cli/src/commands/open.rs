//! Opening an instance for a command, with outcomes that scripts can tell apart.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use tiwizi_host::{Compiler, Metering, Workbench};
use tiwizi_model::Ambient;
use tiwizi_server::{App, SeenRequest, Settings, StartError};
use tiwizi_storage::{Db, Location, OpenError};
use tokio::sync::mpsc;

use crate::arguments::DataDirectory;
use crate::commands::{compile_component, roots};
use crate::config::Config;
use crate::outcome::{Outcome, Said};

/// Reads the settings of an instance. A directory without them holds no instance, and nothing is written into it.
pub(crate) fn config(data: &Path) -> anyhow::Result<Config> {
    if !Config::is_there(data) {
        let missing = format!("there is no instance in {}; make one with: tiwizi init --data {0}", data.display());
        return Err(anyhow::Error::new(Outcome::Unusable).context(missing));
    }
    Config::read(data)
}

/// Opens the whole instance of a data directory.
pub(crate) async fn app(data: &Path, config: &Config) -> anyhow::Result<Arc<App>> {
    app_with(data, config, Desk::default()).await
}

/// Opens the whole instance for one command, lets the command act, closes it whatever came of that, and prints the answer.
pub(crate) async fn answering(
    directory: &DataDirectory,
    act: impl AsyncFnOnce(&Arc<App>) -> anyhow::Result<Said>,
) -> anyhow::Result<()> {
    let app = app(&directory.data, &config(&directory.data)?).await?;
    let done = act(&app).await;
    close(&app).await;
    done?.answer(directory.json);
    Ok(())
}

/// What the author's tools open an instance with.
pub(crate) struct Desk {
    pub(crate) ambient: Ambient,
    pub(crate) workbench: Workbench,
    pub(crate) requests: Option<mpsc::Sender<SeenRequest>>,
}

impl Default for Desk {
    fn default() -> Self {
        Self { ambient: Ambient::system(), workbench: Workbench::default(), requests: None }
    }
}

/// The same with a clock and randomness of its own, and watched.
pub(crate) async fn app_with(data: &Path, config: &Config, desk: Desk) -> anyhow::Result<Arc<App>> {
    // The child compiles code that counts nothing.
    let compiler = match desk.workbench.metering {
        Metering::Off => Compiler::Child { program: compile_component::program()? },
        Metering::Instructions => Compiler::InProcess,
    };
    let mut settings = Settings::new(data, compiler);
    settings.press = Some(compile_component::program()?);
    settings.database.clone_from(&config.database);
    settings.behind_tls = config.behind_tls;
    settings.zone = config.zone()?;
    settings.ambient = desk.ambient;
    settings.workbench = desk.workbench;
    settings.requests = desk.requests;
    settings.outbound.private = config.outbound_private()?;
    settings.address = config.address()?;
    settings.federation = config.federation()?;
    if let Some(file) = config.card_secret() {
        settings.card_secret = file;
    }
    settings.rules = config.rules();
    if !config.fonts.is_empty() {
        settings.fonts.clone_from(&config.fonts);
    }
    let app = App::open(settings).await.map_err(start_error)?;
    roots::adopt(&app.host).await;
    Ok(app)
}

/// Opens the database of a data directory.
pub(crate) async fn database(data: &Path, config: &Config) -> anyhow::Result<Db> {
    database_with(data, config, &Ambient::system()).await
}

/// The same with a clock and randomness of its own.
pub(crate) async fn database_with(data: &Path, config: &Config, ambient: &Ambient) -> anyhow::Result<Db> {
    Db::open(&location(data, config), ambient.clone()).await.map_err(|error| {
        let outcome = outcome_of(&error);
        let error = anyhow::Error::new(error);
        match outcome {
            Some(outcome) => error.context(outcome),
            None => error,
        }
    })
}

fn location(data: &Path, config: &Config) -> Location {
    match &config.database {
        Some(url) => Location::Postgres { url: url.clone() },
        None => Location::Sqlite { directory: data.to_owned() },
    }
}

fn start_error(error: StartError) -> anyhow::Error {
    let outcome = match &error {
        StartError::Database { source } => outcome_of(source),
        // A restart does not bring the right file back.
        StartError::NoInstance | StartError::CardSecret(_) => Some(Outcome::Unusable),
        _ => None,
    };
    let error = anyhow::Error::new(error);
    match outcome {
        Some(outcome) => error.context(outcome),
        None => error.context("could not open the instance"),
    }
}

fn outcome_of(error: &OpenError) -> Option<Outcome> {
    match error {
        OpenError::InUse { .. } => Some(Outcome::InUse),
        OpenError::Newer { .. } | OpenError::Altered { .. } => Some(Outcome::Unusable),
        OpenError::Directory { .. } | OpenError::Connect { .. } | OpenError::Migrate { .. } => None,
    }
}

/// Ends a command's use of the instance: readers and plugins stop, the database is closed.
pub(crate) async fn close(app: &App) {
    app.stop().await;
}

/// Reads a whole file that the command line names.
pub(crate) fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("could not read {}", path.display()))
}
