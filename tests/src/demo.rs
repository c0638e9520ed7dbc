//! The demonstration, as `tiwizi demo` makes and serves it: one instance alone, or the nation and two regions.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::client::text;
use crate::instance::Server;
use crate::{Client, paths};

/// An account of the demonstration.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its address.
    pub email: String,
    /// Its password.
    pub password: String,
}

/// A demonstration of one instance that is being served.
#[derive(Debug)]
pub struct Demo {
    server: Server,
    _directory: TempDir,
}

impl Demo {
    /// Makes and serves a demonstration with one cooperative for so many of the nation's.
    ///
    /// # Errors
    /// When the training plugin was not packed or the demonstration does not get ready.
    pub fn start(one_in: u32) -> anyhow::Result<Self> {
        paths::bundle("training")?;
        let directory = tempfile::Builder::new().prefix("tiwizi-demo-").tempdir()?;
        let words = ["demo", "--alone", "--json", "--listen", "127.0.0.1:0", "--one-in", &one_in.to_string()]
            .map(str::to_owned);
        let options = [("--data", directory.path().join("data")), ("--plugins", paths::target().join("plugins"))];
        let options = options.into_iter().flat_map(|(name, path)| [name.to_owned(), shown(&path)]);
        let server = Server::start(words.into_iter().chain(options))?;
        Ok(Self { server, _directory: directory })
    }

    /// Where it is served.
    #[must_use]
    pub fn address(&self) -> &str {
        self.server.address()
    }

    /// What it wrote.
    #[must_use]
    pub fn log(&self) -> String {
        self.server.log()
    }

    /// A visitor of it.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn visitor(&self) -> anyhow::Result<Client> {
        Client::new(self.address())
    }

    /// The account that it printed for a role.
    ///
    /// # Errors
    /// When there is none.
    pub fn account(&self, role: &str) -> anyhow::Result<Account> {
        let log = self.log();
        let printed = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let accounts = printed.filter_map(|line| line.get("accounts").and_then(Value::as_array).cloned()).flatten();
        let found = accounts.into_iter().find(|account| text(account, "/role") == role);
        let account = found.with_context(|| format!("the demonstration printed no account of a {role}:\n{log}"))?;
        Ok(Account { email: text(&account, "/email"), password: text(&account, "/password") })
    }
}

/// The nation and two regions, federated, that are being served.
#[derive(Debug)]
pub struct Federated {
    server: Option<Server>,
    /// What was printed of each instance.
    instances: Vec<Value>,
    one_in: u32,
    directory: TempDir,
}

/// How often it is looked whether everything is told, and how many times.
const LOOK_MS: u64 = 100;
const LOOKS_MAX: u32 = 1_800;

impl Federated {
    /// Makes and serves them with one cooperative for so many of the nation's.
    ///
    /// # Errors
    /// When the training plugin was not packed or they do not get ready.
    pub fn start(one_in: u32) -> anyhow::Result<Self> {
        paths::bundle("training")?;
        let directory = tempfile::Builder::new().prefix("tiwizi-demo-").tempdir()?;
        let mut demo = Self { server: None, instances: Vec::new(), one_in, directory };
        demo.serve()?;
        Ok(demo)
    }

    /// Stops all, as a signal does, and starts them again with the same data, wherever there are free ports.
    ///
    /// # Errors
    /// When they do not end well, or do not get ready again.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.stop()?;
        self.serve()
    }

    /// Stops all, as a signal does, and gives what was written.
    ///
    /// # Errors
    /// When they are not served, or do not end well.
    pub fn stop(&mut self) -> anyhow::Result<String> {
        self.server.take().context("nothing is served")?.stop()
    }

    fn serve(&mut self) -> anyhow::Result<()> {
        let words =
            ["demo", "--json", "--listen", "127.0.0.1:0", "--one-in", &self.one_in.to_string()].map(str::to_owned);
        let folder = self.directory.path().join("data");
        let options = [("--data", folder), ("--plugins", paths::target().join("plugins"))];
        let options = options.into_iter().flat_map(|(name, path)| [name.to_owned(), shown(&path)]);
        let server = Server::start(words.into_iter().chain(options))?;
        self.instances = printed(&server)?;
        self.server = Some(server);
        Ok(())
    }

    fn instance(&self, key: &str) -> anyhow::Result<&Value> {
        let found = self.instances.iter().find(|instance| text(instance, "/key") == key);
        found.with_context(|| format!("there is no {key}: {:?}", self.instances))
    }

    /// What was printed of an instance (`nation`, `souss-massa`, `draa-tafilalet`).
    ///
    /// # Errors
    /// When there is no such instance.
    pub fn told(&self, key: &str, pointer: &str) -> anyhow::Result<Value> {
        let told = self.instance(key)?.pointer(pointer).cloned();
        told.with_context(|| format!("nothing was printed of {key} at {pointer}"))
    }

    /// A visitor of an instance.
    ///
    /// # Errors
    /// When there is no such instance.
    pub fn visitor(&self, key: &str) -> anyhow::Result<Client> {
        Client::new(&text(self.instance(key)?, "/listening"))
    }

    /// A session of the account of a role.
    ///
    /// # Errors
    /// When none was printed, or signing in fails.
    pub async fn signed_in(&self, key: &str, role: &str) -> anyhow::Result<Client> {
        let accounts = self.told(key, "/accounts")?;
        let account = accounts.as_array().into_iter().flatten().find(|account| text(account, "/role") == role);
        let account = account.with_context(|| format!("no account of a {role} was printed for {key}: {accounts}"))?;
        self.visitor(key)?.sign_in(&text(account, "/email"), &text(account, "/password")).await
    }

    /// The page with the switch of the line from one instance to another, without the address of the instance.
    ///
    /// # Errors
    /// When none was printed.
    pub fn switch(&self, key: &str, peer: &str) -> anyhow::Result<String> {
        let switches = self.told(key, "/switches")?;
        let found = switches.as_array().into_iter().flatten().find(|switch| text(switch, "/peer") == peer);
        let page = text(found.with_context(|| format!("{key} has no line to {peer}: {switches}"))?, "/page");
        let path = page.strip_prefix(&text(self.instance(key)?, "/listening")).unwrap_or_default();
        Ok(path.trim_end_matches("#line").to_owned())
    }
}

/// What is printed of each instance once all are ready.
fn printed(server: &Server) -> anyhow::Result<Vec<Value>> {
    for _ in 0..LOOKS_MAX {
        let log = server.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let told = lines.filter_map(|line| line.get("instances").and_then(Value::as_array).cloned()).next();
        if let Some(instances) = told {
            return Ok(instances);
        }
        if log.lines().any(|line| line.starts_with("tiwizi: ")) {
            break;
        }
        std::thread::sleep(Duration::from_millis(LOOK_MS));
    }
    bail!("the demonstration did not say that it is ready; it wrote:\n{}", server.log())
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
