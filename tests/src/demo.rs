//! The demonstration instance, as `tiwizi demo` makes and serves it.

use std::path::Path;

use anyhow::Context as _;
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

/// A demonstration that is being served.
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
        let words = ["demo", "--json", "--listen", "127.0.0.1:0", "--one-in", &one_in.to_string()].map(str::to_owned);
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

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
