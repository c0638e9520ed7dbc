//! Many plugins, and plugins that misbehave: what an idle one costs, and what a neighbour notices.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::load::{self, Connection, Outcome, request};
use tiwizi_tests::memory;
use tiwizi_tests::stopwatch::Stopwatch;
use tokio::task::JoinSet;

use crate::row::{Goal, Row};
use crate::stage::Stage;

/// Plugins that are installed at once.
const PLUGINS: usize = 200;
/// How long an instance rests before its memory is read.
const IDLE: Duration = Duration::from_secs(5);
/// One turn of a neighbour's load, and its connections.
const TURN: Duration = Duration::from_secs(4);
const CONNECTIONS: usize = 8;
/// Calls of a slow plugin at the same moment.
const CROWD: usize = 1_000;
/// How long each connection rests between two questions to the neighbour. A machine that is full makes everybody wait, whoever misbehaves: what a plugin does to
/// another shows while there is room for both.
const PACE: Duration = Duration::from_millis(10);
/// How long a client that was turned away stays away; it was told to wait at least a second.
const AWAY: Duration = Duration::from_secs(1);
/// Connections that call the plugin that misbehaves.
const TROUBLE: usize = 4;
/// What it does. Those that crash are in quarantine most of the time: that is how their neighbours are kept safe.
const MISBEHAVIOUR: [&str; 8] =
    ["/loop", "/copy", "/memory", "/storm", "/recursion", "/handles", "/answers/giant", "/trap"];

/// Start and memory with many idle plugins, against none.
pub(crate) async fn plugins(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut instance = stage.instance(None)?;
    instance.serve()?;
    let before = rest(&mut instance).await?;
    for number in 0..PLUGINS {
        let bundle = stage.bundle_as(&format!("idle-{number}"))?;
        Tiwizi::words("plugin install").data(instance.data()).word(bundle).succeed()?;
    }
    let watch = Stopwatch::start();
    instance.serve()?;
    let mut connection = Connection::open(instance.address()).await?;
    ensure!(connection.exchange(&request("GET", "/health/ready", &[], "")).await?.status == 200, "not ready");
    let start = watch.elapsed().as_secs_f64();
    let after = rest(&mut instance).await?;
    #[expect(clippy::cast_precision_loss, reason = "MiB for people to read")]
    let each = (after.saturating_sub(before)) as f64 / f64::from(1 << 20) / PLUGINS as f64;
    let alone = |work: &str, measured, figure, goal| Row {
        work: work.to_owned(),
        measured,
        baseline: "–".to_owned(),
        figure,
        goal,
    };
    Ok(vec![
        alone("start to ready, 200 plugins", format!("{start:.2} s"), start, Goal::AtMost(5.0, "s")),
        alone("memory of each idle plugin", format!("{each:.2} MiB"), each, Goal::AtMost(2.0, "MiB")),
    ])
}

/// The memory of an instance that rests; it is stopped then.
async fn rest(instance: &mut tiwizi_tests::Instance) -> anyhow::Result<u64> {
    tokio::time::sleep(IDLE).await;
    let bytes = memory::resident(instance.process().context("it has ended")?);
    instance.stop()?;
    Ok(bytes)
}

/// What a neighbour's slowest hundredth takes beside a plugin that misbehaves, against the same alone.
pub(crate) async fn neighbours(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut instance = stage.instance(Some(stage.bundle_as("chaos")?))?;
    for id in ["neighbour", "slow"] {
        Tiwizi::words("plugin install").data(instance.data()).word(stage.bundle_as(id)?).succeed()?;
    }
    instance.serve()?;
    let address = instance.address().to_owned();
    neighbour(&address).await?;
    let mut rows = Vec::new();
    for path in MISBEHAVIOUR {
        let alone = neighbour(&address).await?;
        let trouble = spawn(&address, path, TROUBLE);
        let beside = neighbour(&address).await?;
        drop(trouble);
        rows.push(ratio(&format!("a neighbour's p99 beside {path}"), &alone, &beside));
    }
    let alone = neighbour(&address).await?;
    let mut crowd = JoinSet::new();
    for _ in 0..CROWD {
        crowd.spawn(called(address.clone(), "/fr/p/slow/sleep".to_owned()));
    }
    let beside = neighbour(&address).await?;
    rows.push(ratio("the same beside 1,000 calls of a slow plugin", &alone, &beside));
    let mut turned_away = 0_u32;
    while let Some(ended) = crowd.join_next().await {
        turned_away += u32::from(ended??);
    }
    let figure = f64::from(turned_away);
    let measured = turned_away.to_string();
    let work = "of those, turned away with 503 and Retry-After".to_owned();
    rows.push(Row { work, measured, baseline: "–".to_owned(), figure, goal: Goal::None("") });
    Ok(rows)
}

async fn neighbour(address: &str) -> anyhow::Result<Outcome> {
    let bytes = request("GET", "/fr/p/neighbour/", &[], "");
    let outcome = load::paced(address, CONNECTIONS, TURN, PACE, move |_, _| bytes.clone()).await?;
    ensure!(outcome.refused == 0, "{} calls of the neighbour were refused", outcome.refused);
    Ok(outcome)
}

fn ratio(work: &str, alone: &Outcome, beside: &Outcome) -> Row {
    let (alone, beside) = (alone.wait(990).as_secs_f64(), beside.wait(990).as_secs_f64());
    Row {
        work: work.to_owned(),
        measured: format!("{:.1} ms", beside * 1e3),
        baseline: format!("alone {:.1} ms", alone * 1e3),
        figure: beside / alone,
        goal: Goal::RatioAtMost(1.2),
    }
}

/// Calls that follow each other without end on so many connections, until what is returned is dropped. Whoever is turned away stays away
/// for as long as the answer said.
fn spawn(address: &str, path: &'static str, connections: usize) -> JoinSet<()> {
    let mut calls = JoinSet::new();
    for _ in 0..connections {
        let (address, path) = (address.to_owned(), format!("/fr/p/chaos{path}"));
        calls.spawn(async move {
            while let Ok(is_away) = called(address.clone(), path.clone()).await {
                if is_away {
                    tokio::time::sleep(AWAY).await;
                }
            }
        });
    }
    calls
}

/// One call. True when it was turned away and told when to come back.
async fn called(address: String, path: String) -> anyhow::Result<bool> {
    let bytes = request("GET", &path, &[], "");
    let reply = Connection::open(&address).await?.exchange(&bytes).await?;
    Ok(reply.status == 503 && reply.head.to_ascii_lowercase().contains("retry-after:"))
}
