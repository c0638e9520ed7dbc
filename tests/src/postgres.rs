//! A real PostgreSQL for tests, made from nothing and gone afterwards.
//!
//! The programs `initdb` and `postgres` of the machine make a cluster in a temporary directory and serve it on a Unix
//! socket there: no port is taken, no installed server is touched. PostgreSQL refuses to run as root, so root runs it as
//! the user `postgres`, or as `nobody` where that user is missing.
//!
//! There is one server for a process, while anybody uses it, and one database for each caller. cargo-nextest runs each
//! test in a process of its own; a server takes a second and a half to make, and in exchange no test can meet what
//! another left behind. Sharing one between processes would need a lock, a count of users and somebody to clean up after
//! a killed one.
//!
//! The server is watched by a small shell that reads from a pipe of ours: when the pipe closes, be it because the last
//! user is done, because of a panic or because this process was killed, the shell stops the server and removes its
//! directory.
//!
//! Commits are not flushed to disk here: what survives a power cut is PostgreSQL's own matter.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use anyhow::{Context as _, bail};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// The role that owns everything in a cluster of ours.
const ROLE: &str = "tiwizi";
/// What a server writes when it can be used.
const READY: &str = "database system is ready to accept connections";
/// Stops the server when nobody holds the other end of the pipe any more.
const WATCH: &str = r#""$0" -D "$1/data" -k "$1" -c listen_addresses= -c fsync=off -c full_page_writes=off \
    -c max_connections=60 -c shared_buffers=32MB -c autovacuum=off >/dev/null </dev/null &
server=$!
exec 2>/dev/null
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$1""#;

static SERVER: Mutex<Weak<Server>> = Mutex::new(Weak::new());

/// An empty database of its own, as long as this value lives.
#[derive(Debug)]
pub struct Database {
    url: String,
    _server: Arc<Server>,
}

impl Database {
    /// Makes a database; the first in a process also makes the server.
    ///
    /// # Errors
    /// When PostgreSQL's programs are missing, with what to install, or when the server does not start, with its log.
    pub async fn create() -> anyhow::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let server = Server::shared()?;
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&server.url("postgres")).await.context("connect to the server")?;
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await?;
        connection.close().await?;
        Ok(Self { url: server.url(&name), _server: server })
    }

    /// The address, as the kernel takes it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// A running server.
#[derive(Debug)]
struct Server {
    directory: PathBuf,
    shell: Child,
}

impl Server {
    fn shared() -> anyhow::Result<Arc<Self>> {
        let mut shared = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Ok(server);
        }
        let server = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&server);
        Ok(server)
    }

    fn start() -> anyhow::Result<Self> {
        let programs = programs()?;
        let user = User::choose()?;
        let directory = tempfile::Builder::new().prefix("tiwizi-pg-").tempdir()?;
        user.own(directory.path())?;
        let made = user
            .command(&programs.join("initdb"))
            .arg("-D")
            .arg(directory.path().join("data"))
            .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username", ROLE])
            .output()
            .context("run initdb")?;
        if !made.status.success() {
            bail!("initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        }
        let mut shell = user
            .command(Path::new("sh"))
            .args(["-c", WATCH])
            .arg(programs.join("postgres"))
            .arg(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("start postgres")?;
        let log = shell.stderr.take().context("the log of postgres")?;
        // From here on the shell removes the directory.
        let server = Self { directory: directory.keep(), shell };
        wait_until_ready(BufReader::new(log))?;
        Ok(server)
    }

    /// The host is the directory of the socket.
    fn url(&self, database: &str) -> String {
        let directory = self.directory.to_string_lossy().replace('%', "%25").replace('/', "%2F");
        format!("postgres://{ROLE}@{directory}/{database}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        if let Err(error) = self.shell.wait() {
            // Nobody is left to whom this could be returned, and the next test has a server of its own.
            drop(error);
        }
    }
}

/// Reads the log up to the line that says so, and leaves the rest to a thread, so that the server never waits for us.
fn wait_until_ready(mut log: BufReader<std::process::ChildStderr>) -> anyhow::Result<()> {
    let mut lines = String::new();
    loop {
        let before = lines.len();
        if log.read_line(&mut lines)? == 0 {
            bail!("postgres did not start:\n{lines}");
        }
        if lines.get(before..).is_some_and(|line| line.contains(READY)) {
            break;
        }
    }
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    Ok(())
}

/// The folder of PostgreSQL's programs: the newest of a Debian machine, or wherever `PATH` finds them.
fn programs() -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.push(PathBuf::from("/usr/local/bin"));
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok())
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    folders.extend(versions.into_iter().rev().map(|(_, folder)| folder));
    folders.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file()).context(
        "PostgreSQL's programs initdb and postgres were not found in PATH, /usr/local/bin or /usr/lib/postgresql/*/bin: \
         install PostgreSQL 15 or newer (Debian and Ubuntu: apt install postgresql; macOS: brew install postgresql@17)",
    )
}

/// Who runs the server.
enum User {
    /// We do.
    Ourselves,
    /// Somebody with fewer rights, because we are root.
    Other { name: &'static str, uid: u32 },
}

impl User {
    fn choose() -> anyhow::Result<Self> {
        if uid_of(None) != Some(0) {
            return Ok(Self::Ourselves);
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Some(Self::Other { name, uid: uid_of(Some(name))? }))
            .context("PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody")
    }

    fn own(&self, directory: &Path) -> anyhow::Result<()> {
        if let Self::Other { uid, .. } = self {
            std::os::unix::fs::chown(directory, Some(*uid), None)?;
        }
        Ok(())
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = match self {
            Self::Ourselves => Command::new(program),
            Self::Other { uid, .. } => {
                use std::os::unix::process::CommandExt as _;
                let mut command = Command::new(program);
                command.uid(*uid);
                command
            }
        };
        // The user may not be allowed into the directory that the tests run in.
        command.current_dir("/").env_remove("PGDATA").env("LC_ALL", "C");
        if let Self::Other { name, .. } = self {
            command.env("USER", name).env("HOME", "/");
        }
        command
    }
}

fn uid_of(name: Option<&str>) -> Option<u32> {
    let output = Command::new("id").arg("-u").args(name).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
