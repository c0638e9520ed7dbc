//! Does everything that follows from a committed write happen, once, whatever happens to the server?
//!
//! The plugin writes one note for each change of a cooperative that it is told of; a note's text is unique, so an effect that came twice
//! would show as work that is dead. The server is killed again and again while it works. Runs on both databases.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::stopwatch::Stopwatch;
use tiwizi_tests::{Client, Instance, paths};

use crate::database::on_both;
use crate::register::{COOPERATIVES, create};

/// Changes that the plugin is told of.
const CHANGES: usize = 40;
/// The server is killed after each of so many.
const KILL_EVERY: usize = 8;
/// How long the plugin may take for all of it.
const WAIT: Duration = Duration::from_secs(120);

/// Installs the chaos plugin with subscriptions of the test's.
fn install(instance: &mut Instance, events: &Value) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let source = paths::root().join("tests/guests/chaos");
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(source.join("manifest.json"))?)?;
    let members = manifest.as_object_mut().context("the manifest is no object")?;
    members.insert("events".to_owned(), events.clone());
    members.insert("hooks".to_owned(), json!([]));
    std::fs::write(folder.path().join("manifest.json"), manifest.to_string())?;
    for below in ["templates", "documents", "assets", "locales"] {
        std::fs::create_dir(folder.path().join(below))?;
        for file in std::fs::read_dir(source.join(below))? {
            let file = file?;
            std::fs::copy(file.path(), folder.path().join(below).join(file.file_name()))?;
        }
    }
    let bundle = folder.path().join("chaos.tzp");
    let component = paths::target().join("wasm32-wasip2/plugin/tiwizi_chaos.wasm");
    ensure!(component.is_file(), "{} is missing: run `cargo xtask plugins --chaos`", component.display());
    let pack = Tiwizi::words("plugin pack").option("--manifest", folder.path()).option("--component", &component);
    pack.option("--out", &bundle).succeed()?;
    instance.stop()?;
    Tiwizi::words("plugin install --grant all --dev").data(instance.data()).word(&bundle).succeed()?;
    instance.serve()
}

/// The texts of the plugin's notes.
async fn notes(client: &Client) -> anyhow::Result<Vec<String>> {
    let mut texts = Vec::new();
    let mut address = "/api/v1/records/chaos/note?limit=100".to_owned();
    loop {
        let page = client.get(&address).await?.expect(200)?;
        let text = |note: &Value| note.pointer("/body/text").and_then(Value::as_str).unwrap_or_default().to_owned();
        texts.extend(page.items().iter().map(text));
        let page = page.json();
        let Some(next) = page.get("next").and_then(Value::as_str) else { return Ok(texts) };
        address = format!("/api/v1/records/chaos/note?limit=100&cursor={next}");
    }
}

/// Waits until the plugin has nothing left to do.
async fn settled(administrator: &Client, count: usize) -> anyhow::Result<Vec<String>> {
    let watch = Stopwatch::start();
    loop {
        let waiting = administrator.get("/api/v1/jobs?state=waiting").await?.expect(200)?.items().len();
        let running = administrator.get("/api/v1/jobs?state=running").await?.expect(200)?.items().len();
        let notes = notes(administrator).await?;
        if waiting + running == 0 && notes.len() >= count {
            return Ok(notes);
        }
        ensure!(watch.elapsed() < WAIT, "{} of {count} are there, {waiting} wait, {running} run", notes.len());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn r33_every_committed_change_has_its_effect_once_though_the_server_is_killed(
    instance: &mut Instance,
) -> anyhow::Result<()> {
    install(instance, &json!([{ "name": "register", "topics": ["registry/cooperative"] }]))?;
    for number in 0..CHANGES / 2 {
        let registrar = instance.registrar().await?;
        let made = create(&registrar, &format!("{number}/2026")).await?;
        let address = format!("{COOPERATIVES}/{}", made.at("/id"));
        registrar.send(Method::PATCH, &address, Some(&json!({ "capital_mad": 5_000 }))).await?.expect(200)?;
        if number % KILL_EVERY == 0 {
            instance.kill()?;
            instance.serve()?;
        }
    }
    let administrator = instance.administrator().await?;
    let mut notes = settled(&administrator, CHANGES).await?;
    notes.sort();
    notes.dedup();
    ensure!(notes.len() == CHANGES, "{} notes of {CHANGES} changes", notes.len());
    let dead = administrator.get("/api/v1/jobs?state=dead").await?.expect(200)?;
    ensure!(dead.items().is_empty(), "{}", dead.text);
    Ok(())
}

async fn dead_work_is_shown_with_its_reason_retried_and_forgotten(instance: &mut Instance) -> anyhow::Result<()> {
    install(instance, &json!([{ "name": "register", "topics": ["registry/cooperative"], "operations": ["create"] }]))?;
    let administrator = instance.administrator().await?;
    let put = json!({ "payload": { "text": "reject" }, "name": "work" }).to_string();
    for _ in 0..2 {
        administrator.submit("/fr/p/chaos/jobs/enqueue", &[("text", &put)]).await?.expect(200)?;
    }
    let watch = Stopwatch::start();
    let dead = loop {
        let dead = administrator.get("/api/v1/jobs?state=dead&plugin=chaos").await?.expect(200)?;
        if dead.items().len() == 2 {
            break dead;
        }
        ensure!(watch.elapsed() < WAIT, "{}", dead.text);
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    ensure!(dead.text.contains("never") && !dead.text.contains("reject"), "{}", dead.text);
    let page = administrator.get("/fr/console/jobs").await?.expect(200)?;
    ensure!(page.text.contains("never") && page.text.contains("Abandonnés"), "{}", page.text);
    let (first, second) = (dead.at("/items/0/id"), dead.at("/items/1/id"));
    administrator.send(Method::POST, &format!("/api/v1/jobs/{first}/retry"), None).await?.expect(204)?;
    administrator.send(Method::DELETE, &format!("/api/v1/jobs/{second}"), None).await?.expect(204)?;
    administrator.send(Method::DELETE, &format!("/api/v1/jobs/{second}"), None).await?.expect(404)?;
    instance.registrar().await?.send(Method::DELETE, &format!("/api/v1/jobs/{first}"), None).await?.expect(403)?;
    administrator.get("/api/v1/jobs?state=asleep").await?.expect(400)?;
    Ok(())
}

on_both!(
    r33_every_committed_change_has_its_effect_once_though_the_server_is_killed,
    dead_work_is_shown_with_its_reason_retried_and_forgotten,
);
