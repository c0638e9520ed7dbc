//! An instance of its own for each test: its directory, its database, its server process.

use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::client::Client;
use crate::command::Tiwizi;
use crate::paths;

/// How long a start may take on a busy machine before the test gives up.
const START_MS_MAX: u64 = 60_000;
/// The printed line ends with the address, after this.
const ADDRESS: &str = "http://";
/// What the first administrator's password becomes.
pub const PASSWORD: &str = "correct-horse-battery";
/// The first administrator.
pub const ADMINISTRATOR: &str = "admin@tests.invalid";
/// A registrar of the whole nation, whom every instance has.
pub const REGISTRAR: &str = "registrar@tests.invalid";

/// What an instance is made with.
#[derive(Debug, Clone)]
pub struct Setting {
    /// `all` or codes of provinces.
    pub provinces: String,
    /// A PostgreSQL address; none means SQLite.
    pub database: Option<String>,
    /// Accounts to add, as address, role and scope.
    pub users: Vec<[&'static str; 3]>,
    /// A bundle to install with all that it asks for.
    pub bundle: Option<PathBuf>,
    /// Whether that bundle is one that nobody signed.
    pub dev: bool,
    /// Where its directory is made; none means among the machine's temporary files.
    pub folder: Option<PathBuf>,
    /// Variables for the command that makes it.
    pub variables: Vec<(&'static str, String)>,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            provinces: "all".to_owned(),
            database: None,
            users: vec![[REGISTRAR, "registrar", "nation"]],
            bundle: None,
            dev: false,
            folder: None,
            variables: Vec::new(),
        }
    }
}

impl Setting {
    /// With one more account.
    #[must_use]
    pub fn user(mut self, email: &'static str, role: &'static str, scope: &'static str) -> Self {
        self.users.push([email, role, scope]);
        self
    }
}

/// An instance that was made, and its server when it runs.
#[derive(Debug)]
pub struct Instance {
    data: PathBuf,
    server: Option<Server>,
    secret: String,
    /// The directory goes when the instance does.
    _directory: TempDir,
}

/// A server process; it is killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: String,
    log: Arc<Mutex<String>>,
}

impl Instance {
    /// Makes an instance and does not serve it.
    ///
    /// # Errors
    /// When `tiwizi init` fails.
    pub fn make(setting: &Setting) -> anyhow::Result<Self> {
        let folder = setting.folder.clone().unwrap_or_else(std::env::temp_dir);
        let directory = tempfile::Builder::new().prefix("tiwizi-").tempdir_in(folder)?;
        let data = directory.path().join("data");
        let mut init = Tiwizi::words("init --json --name Tests")
            .data(&data)
            .option("--provinces", &setting.provinces)
            .option("--admin-email", ADMINISTRATOR);
        if let Some(url) = &setting.database {
            init = init.option("--database", url);
        }
        for (name, value) in &setting.variables {
            init = init.variable(name, value);
        }
        let answer = init.succeed()?.json()?;
        let secret = answer.pointer("/admin/secret").and_then(Value::as_str).context("init gave no secret")?.to_owned();
        let instance = Self { data, server: None, secret, _directory: directory };
        for [email, role, scope] in &setting.users {
            instance.add_user(email, role, scope)?;
        }
        if let Some(bundle) = &setting.bundle {
            let words = if setting.dev { "plugin install --grant all --dev" } else { "plugin install --grant all" };
            Tiwizi::words(words).data(&instance.data).word(bundle).succeed()?;
        }
        Ok(instance)
    }

    /// Makes an instance and serves it.
    ///
    /// # Errors
    /// When it cannot be made or does not get ready.
    pub fn start(setting: &Setting) -> anyhow::Result<Self> {
        let mut instance = Self::make(setting)?;
        instance.serve()?;
        Ok(instance)
    }

    /// Starts the server and waits until it says that it listens.
    ///
    /// # Errors
    /// When it ends or keeps silent instead; the message holds its log.
    pub fn serve(&mut self) -> anyhow::Result<()> {
        self.serve_with(&[])
    }

    /// Starts the server with these variables, wherever this machine has a free port. One that others reach by another address than its own,
    /// as behind a proxy, is told so by `TIWIZI_ADDRESS`.
    ///
    /// # Errors
    /// As `serve`.
    pub fn serve_with(&mut self, variables: &[(&'static str, String)]) -> anyhow::Result<()> {
        let data = self.data.to_string_lossy().into_owned();
        let words = ["serve", "--listen", "127.0.0.1:0", "--data", &data].map(str::to_owned);
        self.server = Some(Server::start_with(words.into_iter(), variables)?);
        Ok(())
    }

    /// Starts the server with these variables, at that place of this machine (`127.0.0.1:7000`), which it also names as its public address.
    ///
    /// # Errors
    /// As `serve`; when something else has that place.
    pub fn serve_at(&mut self, place: &str, variables: &[(&'static str, String)]) -> anyhow::Result<()> {
        let data = self.data.to_string_lossy().into_owned();
        let words = ["serve", "--listen", place, "--data", &data].map(str::to_owned);
        let address = [("TIWIZI_ADDRESS", format!("{ADDRESS}{place}"))];
        let variables: Vec<_> = variables.iter().cloned().chain(address).collect();
        self.server = Some(Server::start_with(words.into_iter(), &variables)?);
        Ok(())
    }

    /// The data directory.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// `http://127.0.0.1:PORT`; empty while it is not served.
    #[must_use]
    pub fn address(&self) -> &str {
        self.server.as_ref().map_or("", |server| &server.address)
    }

    /// The server's process id.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.server.as_ref().map(|server| server.child.id())
    }

    /// What the server has written so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.server.as_ref().map(Server::log).unwrap_or_default()
    }

    /// A client that has not signed in.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn visitor(&self) -> anyhow::Result<Client> {
        Client::new(self.address())
    }

    /// A session of the first administrator, who chooses a password first if that was not done.
    ///
    /// # Errors
    /// When signing in fails.
    pub async fn administrator(&self) -> anyhow::Result<Client> {
        self.visitor()?.first_sign_in(ADMINISTRATOR, &self.secret, PASSWORD).await
    }

    /// A session of the first administrator before a password is chosen.
    ///
    /// # Errors
    /// When signing in fails, as it does once there is a password.
    pub async fn unready_administrator(&self) -> anyhow::Result<Client> {
        self.visitor()?.sign_in(ADMINISTRATOR, &self.secret).await
    }

    /// A session of an account that the setting named.
    ///
    /// # Errors
    /// When signing in fails.
    pub async fn signed_in(&self, email: &str) -> anyhow::Result<Client> {
        self.visitor()?.sign_in(email, PASSWORD).await
    }

    /// A client with a token of the registrar of the whole nation.
    ///
    /// # Errors
    /// When signing in fails.
    pub async fn registrar(&self) -> anyhow::Result<Client> {
        self.signed_in(REGISTRAR).await?.with_token("tests").await
    }

    /// Adds an account with a role; its password is [`PASSWORD`]. The instance must not be served meanwhile.
    fn add_user(&self, email: &str, role: &str, scope: &str) -> anyhow::Result<()> {
        let add = Tiwizi::words("user add --password-stdin").data(&self.data).option("--email", email);
        add.option("--role", role).option("--scope", scope).input(PASSWORD).succeed()?;
        Ok(())
    }

    /// Ends the server at once, as a power cut would: SIGKILL.
    ///
    /// # Errors
    /// When there is none.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let mut server = self.server.take().context("nothing is served")?;
        server.child.kill()?;
        server.child.wait()?;
        Ok(())
    }

    /// Asks the server to stop (SIGTERM) and waits until it has.
    ///
    /// # Errors
    /// When there is none.
    pub fn stop(&mut self) -> anyhow::Result<(ExitStatus, String)> {
        self.ask_to_stop()?;
        self.stop_was_asked()
    }

    /// Waits for the end of a server that was asked to stop; gives its status and its log.
    ///
    /// # Errors
    /// When there is none.
    pub fn stop_was_asked(&mut self) -> anyhow::Result<(ExitStatus, String)> {
        let mut server = self.server.take().context("nothing is served")?;
        let status = server.child.wait()?;
        Ok((status, server.log()))
    }

    /// Sends SIGTERM and does not wait.
    ///
    /// # Errors
    /// When there is no server.
    pub fn ask_to_stop(&self) -> anyhow::Result<()> {
        let id = self.process().context("nothing is served")?;
        let status = Command::new("kill").arg("-TERM").arg(id.to_string()).status()?;
        anyhow::ensure!(status.success(), "could not signal process {id}");
        Ok(())
    }
}

impl Server {
    /// Starts `tiwizi` with these words and waits until it says where it listens.
    pub(crate) fn start(words: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        Self::start_with(words, &[])
    }

    /// The same with variables.
    fn start_with(words: impl Iterator<Item = String>, variables: &[(&'static str, String)]) -> anyhow::Result<Self> {
        let mut child = Command::new(paths::tiwizi()?)
            .args(words)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            // For those who build while they serve: one folder for all tests, so that what they share is built once.
            .env("CARGO_TARGET_DIR", std::path::absolute(paths::target())?)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("could not start the server")?;
        let log = Arc::new(Mutex::new(String::new()));
        let (sender, addresses) = channel();
        if let Some(output) = child.stdout.take() {
            listen(output, Arc::clone(&log), sender.clone());
        }
        if let Some(complaints) = child.stderr.take() {
            listen(complaints, Arc::clone(&log), sender);
        }
        match wait(&addresses) {
            Some(address) => Ok(Self { child, address, log }),
            None => {
                drop(child.kill());
                let status = child.wait()?;
                let log = log.lock().map(|log| log.clone()).unwrap_or_default();
                bail!("the server did not get ready ({status}); it wrote:\n{log}")
            }
        }
    }

    /// Asks it to stop (SIGTERM), waits until it has, and gives what it wrote.
    pub(crate) fn stop(mut self) -> anyhow::Result<String> {
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status()?;
        let ended = self.child.wait()?;
        anyhow::ensure!(asked.success() && ended.success(), "the server ended with {ended}: {}", self.log());
        Ok(self.log())
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What it has written so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().map(|log| log.clone()).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The address that the server prints when it listens; none when it ends or keeps silent.
fn wait(addresses: &Receiver<String>) -> Option<String> {
    addresses.recv_timeout(Duration::from_millis(START_MS_MAX)).ok()
}

/// Keeps what the server writes and hands on the first address in it.
fn listen(stream: impl Read + Send + 'static, log: Arc<Mutex<String>>, addresses: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if let Ok(mut log) = log.lock() {
                log.push_str(&line);
                log.push('\n');
            }
            if let Some(at) = line.find(ADDRESS) {
                let rest = line.get(at..).unwrap_or_default();
                let end = rest
                    .find(|next: char| next.is_whitespace() || next == '"' || next == '\u{1b}')
                    .unwrap_or(rest.len());
                let address = rest.get(..end).unwrap_or_default().trim_end_matches(['/', '.', ',']);
                // Nobody listens any more once the first address is known.
                drop(addresses.send(address.to_owned()));
            }
        }
    });
}
