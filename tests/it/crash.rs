//! Is every acknowledged write there after the server was killed at any moment?
//!
//! Writers create and change cooperatives as fast as they are answered and remember each acknowledgement. The server is
//! killed (SIGKILL) at a random moment, started again on the same data, and asked for its change log: it must be dense
//! and hold every acknowledged write. That is repeated [`KILLS`] times; then every record is read once more.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use tiwizi_tests::client::text;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::load::{Connection, request};
use tiwizi_tests::seed::Seed;
use tiwizi_tests::stopwatch::Stopwatch;
use tiwizi_tests::{Client, Instance, Setting};
use tokio::task::JoinSet;

use crate::register::{COOPERATIVES, cooperative};

/// How often the server is killed.
const KILLS: u32 = 200;
/// Those who write at once.
const WRITERS: usize = 32;
/// The latest moment of a kill after the load began.
const KILL_MS_MAX: u64 = 300;
/// After so many kills `tiwizi log verify` looks at the database itself.
const VERIFY_EVERY: u32 = 25;
/// Of so many writes one changes a record that is there.
const CHANGE_EVERY: u64 = 4;
/// A page of the log.
const CHANGES_MAX: usize = 1000;

/// A write that the server acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Write {
    record: String,
    version: String,
}

/// The change log as the interface tells it.
#[derive(Debug, Default)]
pub(crate) struct Log {
    writes: HashSet<Write>,
    /// The cooperatives that were created; the office's own work is in the log too.
    cooperatives: HashSet<String>,
    head: u64,
}

impl Log {
    /// Reads the whole log.
    pub(crate) async fn read(instance: &Instance, token: &str) -> anyhow::Result<Self> {
        let mut log = Self::default();
        log.go_on(&mut Connection::open(instance.address()).await?, token).await?;
        Ok(log)
    }

    /// The cooperatives that were created.
    pub(crate) fn creations(&self) -> u64 {
        self.cooperatives.len() as u64
    }

    /// Reads from where it stands to the end; a place that is left out is an error.
    async fn go_on(&mut self, connection: &mut Connection, token: &str) -> anyhow::Result<()> {
        let authorization = format!("Bearer {token}");
        loop {
            let path = format!("/api/v1/changes?after={}&limit={CHANGES_MAX}", self.head);
            let reply = connection.exchange(&request("GET", &path, &[("authorization", &authorization)], "")).await?;
            let body = String::from_utf8_lossy(&reply.body).into_owned();
            ensure!(reply.status == 200, "the log is not told: {} {body}", reply.status);
            for line in body.lines() {
                self.add(&serde_json::from_str(line)?)?;
            }
            if body.lines().count() < CHANGES_MAX {
                return Ok(());
            }
        }
    }

    fn add(&mut self, change: &Value) -> anyhow::Result<()> {
        self.head += 1;
        ensure!(text(change, "/seq") == self.head.to_string(), "the log has a gap before {change}");
        if text(change, "/operation") == "create" && text(change, "/kind") == "registry/cooperative" {
            self.cooperatives.insert(text(change, "/record"));
        }
        let write = Write { record: text(change, "/record"), version: text(change, "/version") };
        ensure!(self.writes.insert(write), "the log tells a write twice: {change}");
        Ok(())
    }
}

/// One writer of one round: writes until the connection breaks, and gives what was acknowledged.
async fn write(address: String, authorization: Arc<str>, round: u32, writer: usize) -> anyhow::Result<Vec<Write>> {
    let mut written: Vec<Write> = Vec::new();
    let Ok(mut connection) = Connection::open(&address).await else { return Ok(written) };
    for turn in 0.. {
        let bytes = match written.last().filter(|_| turn % CHANGE_EVERY == CHANGE_EVERY - 1) {
            None => {
                let body = cooperative(&format!("{round}-{writer}-{turn}")).to_string();
                request("POST", COOPERATIVES, &[("authorization", &authorization)], &body)
            }
            Some(last) => {
                let seen = format!("\"{}\"", last.version);
                let headers = [("authorization", &*authorization), ("if-match", &*seen)];
                let body = format!("{{\"commune\":\"Igherm {turn}\"}}");
                request("PATCH", &format!("{COOPERATIVES}/{}", last.record), &headers, &body)
            }
        };
        let Ok(reply) = connection.exchange(&bytes).await else { break };
        let body = serde_json::from_slice(&reply.body).unwrap_or_default();
        ensure!(reply.status == 200 || reply.status == 201, "a write was refused: {} {body}", reply.status);
        written.push(Write { record: text(&body, "/id"), version: text(&body, "/version") });
    }
    Ok(written)
}

/// Writes until the server is killed under the writers' hands; gives what it acknowledged.
async fn round(instance: &mut Instance, token: &str, round: u32, kill_after: Duration) -> anyhow::Result<Vec<Write>> {
    let authorization: Arc<str> = format!("Bearer {token}").into();
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write(instance.address().to_owned(), Arc::clone(&authorization), round, writer));
    }
    tokio::time::sleep(kill_after).await;
    instance.kill()?;
    let mut written = Vec::new();
    while let Some(writer) = writers.join_next().await {
        written.extend(writer??);
    }
    Ok(written)
}

/// `tiwizi log verify` must find the log whole; gives how many changes it counted.
fn verify(instance: &Instance) -> anyhow::Result<u64> {
    let ending = Tiwizi::words("log verify --json").data(instance.data()).succeed()?;
    let counted = ending.json()?.pointer("/changes").and_then(Value::as_u64);
    counted.with_context(|| format!("no count: {ending:?}"))
}

/// Reads every cooperative once: each version in the log must have its record, each record its change.
async fn compare(client: &Client, log: &Log) -> anyhow::Result<()> {
    let mut newest: HashMap<&str, u64> = HashMap::new();
    for write in log.writes.iter().filter(|write| log.cooperatives.contains(&write.record)) {
        let version = write.version.parse()?;
        let found = newest.entry(&write.record).or_insert(version);
        *found = (*found).max(version);
    }
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("{COOPERATIVES}?limit=100&fields=number{cursor}")).await?.expect(200)?;
        for item in page.items() {
            let id = text(&item, "/id");
            let version = newest.remove(id.as_str()).with_context(|| format!("{id} is not in the log"))?;
            ensure!(text(&item, "/version") == version.to_string(), "{id} is not at version {version}: {item}");
        }
        if page.at("/next") == "null" {
            break;
        }
        cursor = format!("&cursor={}", page.at("/next"));
    }
    ensure!(newest.is_empty(), "{} records of the log are gone", newest.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_when_the_server_is_killed_at_any_moment() -> anyhow::Result<()> {
    let mut seed = Seed::of_run("crash");
    let watch = Stopwatch::start();
    let mut instance = Instance::start(&Setting::default())?;
    let token = instance.registrar().await?.token().to_owned();
    let (mut log, mut acknowledged) = (Log::default(), 0);
    for kill in 1..=KILLS {
        let written = round(&mut instance, &token, kill, Duration::from_millis(seed.below(KILL_MS_MAX))).await?;
        acknowledged += written.len();
        if kill % VERIFY_EVERY == 0 {
            verify(&instance)?;
        }
        instance.serve().with_context(|| format!("after kill {kill}"))?;
        let mut connection = Connection::open(instance.address()).await?;
        log.go_on(&mut connection, &token).await.with_context(|| format!("after kill {kill}"))?;
        if let Some(lost) = written.iter().find(|write| !log.writes.contains(write)) {
            bail!("kill {kill} lost an acknowledged write: {lost:?}");
        }
    }
    ensure!(acknowledged > KILLS as usize, "the load hardly wrote: {acknowledged} writes");
    compare(&instance.registrar().await?, &log).await?;
    instance.stop()?;
    let counted = verify(&instance)?;
    // The office's own work goes on behind the writers, and may have added to the log after it was read.
    ensure!(counted >= log.head, "the database holds {counted} changes, the interface told {}", log.head);
    report(acknowledged, &log, &watch);
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a crash test that says nothing of its size convinces nobody")]
fn report(acknowledged: usize, log: &Log, watch: &Stopwatch) {
    let seconds = watch.elapsed().as_secs();
    eprintln!("{KILLS} kills, {acknowledged} acknowledged writes, {} in the log, {seconds} s", log.head);
}
