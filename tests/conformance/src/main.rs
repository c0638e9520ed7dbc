//! `tiwizi-fed-conformance`: makes keys for a tester, and holds an instance to `docs/federation-protocol.md`.
//!
//! Exit code 0 when nothing failed, 1 when a check failed, 2 when nothing could be looked at.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use tiwizi_fed_conformance::{Kit, Setting, Tester};
use tiwizi_federation_core::wire::VerifyingKey;

/// Holds an instance to the protocol of the federation, over HTTP alone.
#[derive(Debug, Parser)]
#[command(name = "tiwizi-fed-conformance")]
struct Words {
    /// Makes keys in the file of --key, writes the statement that the root of the federation is asked to sign, and prints the fingerprint.
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    make: Option<PathBuf>,
    /// The instance: http://HOST:PORT.
    #[arg(long, required_unless_present = "make")]
    url: Option<String>,
    /// The file of the tester's keys.
    #[arg(long)]
    key: PathBuf,
    /// The name under which the instance is reached, when something between ends TLS and leads here.
    #[arg(long)]
    authority: Option<String>,
    /// The instance that should answer, as 64 hexadecimal digits.
    #[arg(long)]
    node: Option<String>,
    /// The public key of the federation's root, as 64 hexadecimal digits; the directory is held to it.
    #[arg(long)]
    root: Option<String>,
    /// Also stops the tester's own log by two histories of it: its keys are of no use afterwards.
    #[arg(long)]
    fork: bool,
    /// Only the groups whose checks begin with one of these letters, as in SRC.
    #[arg(long)]
    only: Option<String>,
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match run(Words::parse()) {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("tiwizi-fed-conformance: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run(words: Words) -> anyhow::Result<ExitCode> {
    if let Some(statement) = &words.make {
        let tester = Tester::make(&words.key)?;
        std::fs::write(statement, tester.statement()?)?;
        say(&format!("{}\n{}", tester.node(), tester.fingerprint()));
        return Ok(ExitCode::SUCCESS);
    }
    let node = words.node.as_deref().map(str::parse).transpose().context("--node is no name of an instance")?;
    let root = words.root.as_deref().map(root).transpose()?;
    let url = words.url.context("--url is missing")?;
    let setting = Setting { url, authority: words.authority, node, root, forks: words.fork, only: words.only };
    let tester = Tester::open(&words.key)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(async { anyhow::Ok(Kit::meet(setting, tester).await?.run().await) })?;
    say(&if words.json { report.json().to_string() } else { report.table() });
    Ok(if report.failed().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn root(text: &str) -> anyhow::Result<VerifyingKey> {
    let bytes: tiwizi_federation_core::wire::Hash = text.parse().context("--root is no key")?;
    Ok(VerifyingKey::from_bytes(&bytes.0)?)
}

/// Prints what was found.
#[expect(clippy::print_stdout, reason = "what was found is what the program is for")]
fn say(text: &str) {
    println!("{text}");
}

/// Says why nothing was looked at.
#[expect(clippy::print_stderr, reason = "nobody else reads it")]
fn complain(text: &str) {
    eprintln!("{text}");
}
