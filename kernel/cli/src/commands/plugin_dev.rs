//! `tiwizi plugin dev`: serves an instance with a plugin in it, and puts each saved version in the place of the one before.
//!
//! The records stay from version to version. Everything that happens is said in the terminal: what the compiler finds, what the plugin
//! logs, each request with what it asked of the kernel and what it was denied.

mod terminal;
mod watch;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};
use tiwizi_host::{Acceptance, CallTrace, Grants, Upgrade, UpgradeError, Workbench};
use tiwizi_identity::Caller;
use tiwizi_model::{Ambient, Jurisdiction, RecordId};
use tiwizi_records::Unit;
use tiwizi_server::{App, SeenRequest};
use tokio::sync::mpsc;

use self::terminal::Terminal;
use self::watch::Look;
use crate::arguments::{DataDirectory, Init};
use crate::commands::accounts::{self, Belonging, Kept};
use crate::commands::open::Desk;
use crate::commands::throwaway::{ThrowAway, Wanted};
use crate::commands::{init, open, plugin_build, serve};
use crate::config::Config;
use crate::outcome;

/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Traces and requests that may wait to be shown.
const WAITING_MAX: usize = 1_000;
const PROVINCE: &str = "09.541";
const ACCOUNTS: Kept<'_> = Kept { file: "dev-accounts.json", domain: "dev.invalid", registrar: "province:09.541" };

/// What `tiwizi plugin dev` is told.
#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// The plugin's folder.
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7000")]
    listen: SocketAddr,
    /// Keep the instance in this directory; without it, it is gone when you stop.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Cargo's profile; `dev` builds quickest.
    #[arg(long, default_value = plugin_build::DEV_PROFILE)]
    profile: String,
}

pub(crate) async fn run(dev: Dev) -> anyhow::Result<()> {
    let listener = serve::listen(dev.listen).await?;
    let (traces, seen_traces) = mpsc::channel(WAITING_MAX);
    let (requests, seen_requests) = mpsc::channel(WAITING_MAX);
    let workbench = Workbench { traces: Some(traces), ..Workbench::default() };
    let desk = Desk { ambient: Ambient::system(), workbench, requests: Some(requests) };
    let (app, throw_away) = instance(&dev, desk).await?;
    let accounts = accounts(&app).await?;
    let address = format!("http://{}", listener.local_addr()?);
    outcome::say(&format!("Listening on {address}"));
    accounts::lines(&accounts).iter().for_each(|line| outcome::say(line));
    let shop = Shop { folder: dev.folder, profile: dev.profile, address };
    tokio::select! {
        () = serve::until_stopped(Arc::clone(&app), listener) => {}
        () = shop.work(&app) => {}
        () = show(seen_traces, seen_requests) => {}
    }
    drop(app);
    match throw_away {
        Some(instance) => instance.remove(),
        None => Ok(()),
    }
}

/// The instance: a kept one, made when it is not there, or one to throw away.
async fn instance(dev: &Dev, desk: Desk) -> anyhow::Result<(Arc<App>, Option<ThrowAway>)> {
    let Some(data) = &dev.data else {
        let instance = ThrowAway::make(Wanted { name: "Tiwizi – développement", desk, compiled: None }).await?;
        return Ok((Arc::clone(&instance.app), Some(instance)));
    };
    if !Config::is_there(data) {
        let init = Init {
            directory: DataDirectory { data: data.clone(), json: false },
            name: "Tiwizi – développement".to_owned(),
            provinces: Jurisdiction::Nation,
            admin_email: "first@dev.invalid".to_owned(),
            database: None,
        };
        init::make(&init, &desk.ambient).await?;
    }
    Ok((open::app_with(data, &open::config(data)?, desk).await?, None))
}

async fn accounts(app: &Arc<App>) -> anyhow::Result<Value> {
    if let Some(known) = accounts::known(app, &ACCOUNTS)? {
        return Ok(known);
    }
    accounts::make(app, &ACCOUNTS, Some(belonging(app).await?)).await
}

/// A cooperative with a member, so that an officer and a member are somebody.
async fn belonging(app: &App) -> anyhow::Result<Belonging> {
    let province = PROVINCE;
    let mut unit = Unit::new(app.records.clone(), Caller::system());
    let mut create = |kind: &str, body: Value| -> anyhow::Result<RecordId> {
        Ok(unit.create(&kind.parse()?, body).with_context(|| format!("could not make a record of {kind}"))?.id)
    };
    let cooperative = create(
        "registry/cooperative",
        json!({ "court": "Taroudannt", "number": "1/2026", "sector": "agriculture", "province": province,
                "status": "registered", "name_fr": "Coopérative d’essai", "name_ar": "تعاونية للتجربة" }),
    )?;
    let person = create(
        "registry/person",
        json!({ "name_fr": "Membre d’essai", "name_ar": "عضو للتجربة", "province": province }),
    )?;
    create(
        "registry/membership",
        json!({ "cooperative": cooperative.to_string(), "number": "1", "person": person.to_string(),
                "province": province, "sector": "agriculture" }),
    )?;
    unit.commit(None).await.context("could not lay out a cooperative with a member")?;
    Ok(Belonging { cooperative, person })
}

/// Shows what the host and the edge tell, until both are gone.
async fn show(mut traces: mpsc::Receiver<CallTrace>, mut requests: mpsc::Receiver<SeenRequest>) {
    let mut terminal = Terminal::default();
    loop {
        tokio::select! {
            biased;
            Some(trace) = traces.recv() => terminal.traced(trace),
            Some(request) = requests.recv() => terminal.answered(&request),
            else => return,
        }
    }
}

/// Where the plugin is built.
struct Shop {
    folder: PathBuf,
    profile: String,
    address: String,
}

impl Shop {
    /// Builds and installs, and does so again after each save. It never ends by itself.
    async fn work(&self, app: &Arc<App>) {
        let mut look = None;
        loop {
            let before = look.replace(look_at(&self.folder).await);
            self.put(app).await;
            if before.is_none() {
                outcome::complain("Save a file, and it is built and put in place. Stop with Ctrl-C.");
            }
            let changed = self.change(look.as_ref()).await;
            outcome::complain(&format!("{} was saved", changed.display()));
        }
    }

    /// Waits until a file is not as it was before the last build.
    async fn change(&self, before: Option<&Look>) -> PathBuf {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = look_at(&self.folder).await;
            if let Some(changed) = before.and_then(|before| now.first_change(before)) {
                return changed;
            }
        }
    }

    /// Builds the plugin and puts it in place. What goes wrong is said, and the version before stays.
    async fn put(&self, app: &Arc<App>) {
        let began = tokio::time::Instant::now();
        let (folder, profile) = (self.folder.clone(), self.profile.clone());
        // Not into the folder: what lies there is what is shipped.
        let out = app.settings.data.join("dev.tzp");
        let built = tokio::task::spawn_blocking(move || plugin_build::make(&folder, &profile, Some(out))).await;
        let placed = match built.context("the build was interrupted") {
            Ok(Ok(built)) => place(app, built).await,
            Ok(Err(error)) | Err(error) => Err(error),
        };
        match placed {
            Ok(id) => {
                let seconds = began.elapsed().as_secs_f64();
                outcome::complain(&format!("{id} is in place after {seconds:.1} s: {}/fr/p/{id}/", self.address));
            }
            Err(error) => outcome::complain(&format!("Nothing was put in place: {error:#}")),
        }
    }
}

async fn look_at(folder: &Path) -> Look {
    let folder = folder.to_owned();
    // Looking cannot fail; a thread that was lost has seen an empty folder.
    tokio::task::spawn_blocking(move || Look::at(&folder)).await.unwrap_or_default()
}

/// Installs the bundle, or puts it in the place of the version before with everything that it asks for. The records stay.
async fn place(app: &Arc<App>, built: plugin_build::Built) -> anyhow::Result<String> {
    let (bundle, system) = (bytes::Bytes::from(built.bytes), Caller::system());
    if app.host.plugin(&built.id.parse()?).is_none() {
        app.host.install_accepting(Acceptance::Development, bundle, Grants::All, &system).await?;
        return Ok(built.id);
    }
    let wanted =
        Upgrade { consent: Some(Grants::All), acceptance: Acceptance::Development, ..Upgrade::of(bundle, system) };
    match app.host.upgrade(wanted).await {
        Ok(_) => Ok(built.id),
        Err(error @ UpgradeError::Misfits { .. }) => Err(anyhow::Error::new(error).context(
            "what is kept does not fit the changed kinds; put them back, migrate (docs/write-a-plugin.md), or start anew: \
             stop and start again, with another --data if there was one",
        )),
        Err(error) => Err(error.into()),
    }
}
