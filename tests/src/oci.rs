//! A real registry for tests, made from nothing and gone afterwards: the program `docker-registry` on a port of its own of this machine,
//! with its files in a temporary directory.
//!
//! As with PostgreSQL, a small shell watches a pipe of ours: when the pipe closes, be it because this process was killed, the shell
//! stops the registry and removes its directory.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, bail, ensure};

use crate::client::http;

/// Who may use a private registry.
pub const NAME: &str = "anfa";
/// That one's password.
pub const PASSWORD: &str = "olives and almonds";
/// The same, as the registry keeps it: a bcrypt hash of little work.
const KEPT: &str = "anfa:$2b$05$TiwiziTiwiziTiwiziTiweFLi6.67wIYh/86Zngxr93Dt808fIMvq";

/// Stops the registry when nobody holds the other end of the pipe any more.
const WATCH: &str = r#""$0" serve "$1/config.yml" 2>&1 </dev/null &
server=$!
exec 2>/dev/null
cat >/dev/null
kill $server
wait $server
rm -rf "$1""#;

/// What the registry logs when it can be used, before its address.
const READY: &str = "listening on ";

/// A running registry.
#[derive(Debug)]
pub struct Registry {
    directory: PathBuf,
    address: String,
    shell: Child,
}

/// Who may use a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Everybody.
    Open,
    /// Whoever has the name and the password.
    Locked,
}

impl Registry {
    /// Starts a registry.
    ///
    /// # Errors
    /// When its program is missing, with what to install, or when it does not start, with what it said.
    pub fn start(door: Door) -> anyhow::Result<Self> {
        let program = program()?;
        let directory = tempfile::Builder::new().prefix("tiwizi-registry-").tempdir()?;
        let files = directory.path().display();
        let mut config = format!(
            "version: 0.1\nlog:\n  level: info\n  formatter: text\nstorage:\n  filesystem:\n    rootdirectory: {files}/files\nhttp:\n  addr: 127.0.0.1:0\n"
        );
        if door == Door::Locked {
            std::fs::write(directory.path().join("passwords"), format!("{KEPT}\n"))?;
            config.push_str(&format!("auth:\n  htpasswd:\n    realm: tests\n    path: {files}/passwords\n"));
        }
        std::fs::write(directory.path().join("config.yml"), config)?;
        let mut shell = Command::new("sh")
            .args(["-c", WATCH])
            .arg(program)
            .arg(directory.path())
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("start the registry")?;
        let log = shell.stdout.take().context("the log of the registry")?;
        // From here on the shell removes the directory.
        let mut registry = Self { directory: directory.keep(), address: String::new(), shell };
        registry.address = address(BufReader::new(log))?;
        Ok(registry)
    }

    /// Its host and port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where something lies in it.
    #[must_use]
    pub fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.address)
    }

    /// The file in which it keeps the bytes of this digest, `sha256:…`.
    ///
    /// # Errors
    /// When it keeps none.
    pub fn file(&self, digest: &str) -> anyhow::Result<PathBuf> {
        let digits = digest.strip_prefix("sha256:").context("a digest is sha256:…")?;
        let first = digits.get(..2).context("a digest has 64 digits")?;
        let blobs = self.directory.join("files/docker/registry/v2/blobs/sha256");
        let file = blobs.join(first).join(digits).join("data");
        ensure!(file.is_file(), "the registry keeps no {digest}");
        Ok(file)
    }

    /// The manifest under a name and a tag.
    ///
    /// # Errors
    /// When there is none.
    pub async fn manifest(&self, name: &str, tag: &str) -> anyhow::Result<serde_json::Value> {
        let request = http().build()?.get(format!("http://{}/v2/{name}/manifests/{tag}", self.address));
        let answer = request.header("accept", IMAGE).send().await?.error_for_status()?;
        Ok(serde_json::from_str(&answer.text().await?)?)
    }

    /// Puts a container image there, or any other artifact, as other programs do: a config of this type and no layer.
    ///
    /// # Errors
    /// When the registry does not take it.
    pub async fn put_image(&self, name: &str, tag: &str, config_type: &str) -> anyhow::Result<()> {
        let (config, digest) = ("{}", "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
        let client = http().build()?;
        let begun = client.post(format!("http://{}/v2/{name}/blobs/uploads/", self.address)).send().await?;
        let location = begun.error_for_status()?.headers()["location"].to_str()?.to_owned();
        let put = client.put(format!("{location}&digest={digest}")).header("content-type", "application/octet-stream");
        put.body(config).send().await?.error_for_status()?;
        let manifest = serde_json::json!({
            "schemaVersion": 2, "mediaType": IMAGE, "layers": [],
            "config": { "mediaType": config_type, "digest": digest, "size": config.len() },
        });
        let put =
            client.put(format!("http://{}/v2/{name}/manifests/{tag}", self.address)).header("content-type", IMAGE);
        put.body(manifest.to_string()).send().await?.error_for_status()?;
        Ok(())
    }
}

const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";

impl Drop for Registry {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        if let Err(error) = self.shell.wait() {
            // Nobody is left to whom this could be returned, and the next test has a registry of its own.
            drop(error);
        }
    }
}

/// Reads the log up to the address, and leaves the rest to a thread, so that the registry never waits for us.
fn address(mut log: BufReader<ChildStdout>) -> anyhow::Result<String> {
    let mut lines = String::new();
    loop {
        let before = lines.len();
        if log.read_line(&mut lines)? == 0 {
            bail!("the registry did not start:\n{lines}");
        }
        let line = lines.get(before..).unwrap_or_default();
        if let Some((_, rest)) = line.split_once(READY) {
            let address: String = rest.chars().take_while(|letter| !matches!(letter, '"' | ' ' | '\n' | ',')).collect();
            std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
            return Ok(address);
        }
    }
}

fn program() -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = |folder: PathBuf| [folder.join("docker-registry"), folder.join("registry")];
    let mut files = std::env::split_paths(&path).chain([Path::new("/usr/bin").to_owned()]).flat_map(named);
    files.find(|file| file.is_file()).context(
        "the program docker-registry was not found: run `cargo xtask setup` (Debian and Ubuntu: apt install docker-registry)",
    )
}
