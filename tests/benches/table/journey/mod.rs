//! The three plugins of the programme: their pages, orders, and what is reckoned inside of them.
//!
//! What is in their lists is put there as people do it: by the forms of a cooperative's desk, and of the desk of the models.

pub(crate) mod inside;
pub(crate) mod orders;
pub(crate) mod pages;
mod people;
pub(crate) mod rush;
mod wares;

use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::json;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::load::{Connection, encode, form, request};
use tiwizi_tests::stopwatch::Stopwatch;
use tiwizi_tests::{Client, Instance, paths};

use crate::row::{Goal, Row};
use crate::stage::Stage;
use people::Person;
use wares::Ware;

const PLUGINS: [&str; 3] = ["training", "project-bank", "marketplace"];
const PRODUCTS: usize = 100_000;
const MODELS: usize = 5_000;
/// How long the plugins may take to follow all products and models before the bench gives up: each of them is a call.
const LISTED_WITHIN: Duration = Duration::from_secs(1_200);
const MODEL: &str = "/api/v1/records/project-bank/model";
const DESK: &str = "/fr/p/project-bank/model-desk";
/// What may be asked to make the same rows smaller, to see that they work: one for so many.
const ONE_IN: &str = "TIWIZI_BENCH_ONE_IN";

/// So many, or one for as many as the environment says.
pub(crate) fn sized(all: usize) -> usize {
    let one_in = std::env::var(ONE_IN).ok().and_then(|text| text.parse::<usize>().ok()).unwrap_or(1);
    (all / one_in.max(1)).max(1)
}

/// An instance with the three plugins, whose lists are full.
#[derive(Debug)]
pub(crate) struct Programme {
    pub(crate) instance: Instance,
    pub(crate) wares: Vec<Ware>,
    pub(crate) models: usize,
    /// A learner with a person in the register.
    pub(crate) learner: Person,
}

impl Programme {
    /// Makes it. It takes minutes at its full size.
    pub(crate) async fn seed(stage: &Stage) -> anyhow::Result<Self> {
        let mut instance = with_plugins(stage)?;
        instance.serve()?;
        let administrator = instance.administrator().await?;
        for plugin in PLUGINS {
            let limits = json!({ "limits": { "rows": 2_000_000, "bytes": 8_u64 << 30 } });
            let path = format!("/api/v1/plugins/{plugin}/limits");
            administrator.send(Method::PUT, &path, Some(&limits)).await?.expect(200)?;
        }
        let wares = wares::sell(&instance, sized(PRODUCTS)).await?;
        let models = models(&instance, sized(MODELS)).await?;
        let learner = people::learners(&instance, 1).await?.pop().context("no learner")?;
        instance.stop()?;
        Ok(Self { instance, wares, models, learner })
    }
}

/// An instance with the three plugins and nothing that anybody wrote.
pub(crate) fn with_plugins(stage: &Stage) -> anyhow::Result<Instance> {
    let instance = stage.instance(None)?;
    for plugin in PLUGINS {
        let install = Tiwizi::words("plugin install --grant all").data(instance.data());
        install.word(paths::bundle(plugin)?).succeed()?;
    }
    Ok(instance)
}

/// Copies of the models that come with the plugin, under codes and names of their own: written by one trainer and published by another, as every
/// model is.
async fn models(instance: &Instance, count: usize) -> anyhow::Result<usize> {
    let writer = trainer(instance, "writer").await?;
    let own = writer.get(&format!("{MODEL}?limit=20")).await?.expect(200)?.items();
    let codes: Vec<&str> = own.iter().filter_map(|item| item.pointer("/body/code")?.as_str()).collect();
    ensure!(!codes.is_empty(), "no model came with the plugin");
    let reader = trainer(instance, "reader").await?;
    let bearers = [&writer, &reader].map(|client| format!("Bearer {}", client.token()));
    let [writes, reads] = bearers.each_ref().map(|bearer| [("authorization", bearer.as_str())]);
    let mut connection = Connection::open(instance.address()).await?;
    for number in 0..count {
        let words = wares::words(number);
        let (code, from) = (format!("bench-{number}"), codes.get(number % codes.len()).copied().unwrap_or_default());
        let begun = [
            ("code", code.as_str()),
            ("from", from),
            ("author", "Bench"),
            ("title_ar", &words.ar),
            ("title_fr", &words.fr),
        ];
        wares::taken(&mut connection, &form(DESK, &writes, &begun)).await?;
        let step = format!("{DESK}/{code}/step");
        wares::taken(&mut connection, &form(&step, &writes, &[("action", "review")])).await?;
        // The record of a draft that was written once and handed in has this version.
        let publish = [("action", "publish"), ("seen", "2"), ("name", "Bench")];
        wares::taken(&mut connection, &form(&step, &reads, &publish)).await?;
    }
    listed(instance, count).await?;
    Ok(count + own.len())
}

/// Waits until the list shows the last model, and no plugin has work left: the project bank brings the copies for the public up to date when it
/// is told of the models, the marketplace holds each listing against its product once more, and what they still have to do would be measured
/// with the pages.
async fn listed(instance: &Instance, count: usize) -> anyhow::Result<()> {
    let mut connection = Connection::open(instance.address()).await?;
    let last = count.saturating_sub(1);
    let list = format!("/fr/p/project-bank?words={}", encode(&wares::words(last).fr));
    let list = request("GET", &list, &[], "");
    let (watch, link) = (Stopwatch::start(), format!("/models/bench-{last}\""));
    loop {
        let reply = connection.exchange(&list).await?;
        ensure!(reply.status == 200, "no list: {}", reply.status);
        let is_shown = String::from_utf8_lossy(&reply.body).contains(&link);
        if is_shown
            && metric(&mut connection, "tiwizi_jobs_waiting").await?
                + metric(&mut connection, "tiwizi_jobs_running").await?
                < 1.0
        {
            return Ok(());
        }
        ensure!(watch.elapsed() < LISTED_WITHIN, "the plugins are not done within {} s", LISTED_WITHIN.as_secs());
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// A client with the token of a trainer of the whole nation.
async fn trainer(instance: &Instance, name: &str) -> anyhow::Result<Client> {
    people::account(instance, name, None, &[("trainer", "nation".to_owned())]).await
}

/// What a plugin has used of the processor since its instance was started, in milliseconds.
async fn cpu_ms(connection: &mut Connection, plugin: &str) -> anyhow::Result<f64> {
    Ok(metric(connection, &format!("tiwizi_plugin_cpu_seconds_total{{plugin=\"{plugin}\"}}")).await? * 1e3)
}

/// A number of the instance's metrics.
async fn metric(connection: &mut Connection, name: &str) -> anyhow::Result<f64> {
    let reply = connection.exchange(&request("GET", "/metrics", &[], "")).await?;
    ensure!(reply.status == 200, "no metrics: {}", reply.status);
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let number = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse::<f64>().ok();
    text.lines().find_map(number).with_context(|| format!("no {name}"))
}

/// A row without a baseline.
fn alone(work: String, measured: String, figure: f64, goal: Goal) -> Row {
    Row { work, measured, baseline: "–".to_owned(), figure, goal }
}
