//! Does a file that is sent come in whole or not at all, is an import that was cut off taken up again, and does a second one change nothing?

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_tests::client::{at, text};
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::{PASSWORD, REGISTRAR};
use tiwizi_tests::{Client, Instance};

use crate::database::{OTHER, on_both};
use crate::register::COOPERATIVES;

on_both! {
    files_are_tried_and_imported_and_a_second_time_changes_nothing,
    an_import_that_is_cut_off_says_so_and_is_taken_up_again,
    a_crash_leaves_no_import_that_seems_to_run_and_no_half_of_a_file,
}

const IMPORTS: &str = "/api/v1/imports";
/// How often something is asked for that is done in the background.
const LOOKS_MAX: u32 = 2_400;

const GOOD: &str =
    "court,number,name_fr,sector,province\nA,1,Tifaouine,argan,09.541\nA,2,Coopérative Assafou,crafts,09.541\n";
const MIXED: &str = "court;number;name_fr;sector;province\nA;3;Tamunt;argan;09.541\nA;4;Taskala;crafts;99.999\n";
const BAD: &str = "court,number,colour\nA,1,red\n";
const MEMBERS: &str = "court,number,member_number,name_fr,gender\nA,1,1,Fadma,female\nA,1,2,Lhou,male\n";

/// Sends a file and gives its address.
async fn send(client: &Client, file: &str) -> anyhow::Result<String> {
    let sent = client.upload(&format!("{IMPORTS}?name=liste.csv"), file).await?.expect(201)?;
    Ok(format!("{IMPORTS}/{}", sent.at("/id")))
}

/// An import, once it neither waits nor runs.
async fn ended(client: &Client, address: &str) -> anyhow::Result<Value> {
    for _ in 0..LOOKS_MAX {
        let shown = client.get(address).await?.expect(200)?.json();
        if !["waiting", "checking", "queued", "importing"].contains(&text(&shown, "/import/status").as_str()) {
            return Ok(shown);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    bail!("the import {address} does not end")
}

/// Sends a file, looks what trying it told, and imports it.
async fn import(client: &Client, file: &str, skip_bad: bool) -> anyhow::Result<(Value, Value)> {
    let address = send(client, file).await?;
    let tried = ended(client, &address).await?;
    ensure!(*at(&tried, "/import/status") == "checked", "{tried}");
    client.post(&format!("{address}/run"), &json!({ "skip_bad": skip_bad })).await?.expect(202)?;
    Ok((tried, ended(client, &address).await?))
}

async fn count(client: &Client) -> anyhow::Result<usize> {
    Ok(client.get(&format!("{COOPERATIVES}?limit=100")).await?.expect(200)?.items().len())
}

async fn files_are_tried_and_imported_and_a_second_time_changes_nothing(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    for (created, unchanged) in [(2, 0), (0, 2)] {
        let (tried, done) = import(&client, GOOD, false).await?;
        ensure!(
            *at(&tried, "/import/created") == created && *at(&done, "/import/created") == created,
            "{tried} {done}"
        );
        ensure!(*at(&done, "/import/status") == "imported" && *at(&done, "/import/unchanged") == unchanged, "{done}");
        ensure!(count(&client).await? == 2, "a second import changed something");
    }
    let (_, members) = import(&client, MEMBERS, false).await?;
    ensure!(*at(&members, "/import/table") == "members" && *at(&members, "/import/created") == 2, "{members}");

    let mixed = send(&client, MIXED).await?;
    let tried = ended(&client, &mixed).await?;
    ensure!(*at(&tried, "/import/rejected") == 1 && *at(&tried, "/found/rejected/0/column") == "province", "{tried}");
    client.post(&format!("{mixed}/run"), &json!({})).await?.expect_problem(409, "conflict")?;
    ensure!(count(&client).await? == 2, "a row of a refused file is there");
    let report = client.get(&format!("{mixed}/report")).await?.expect(200)?;
    ensure!(report.text.contains("99.999"), "{}", report.text);
    let stranger = instance.signed_in(OTHER).await?;
    stranger.get(&mixed).await?.expect_problem(404, "not-found")?;
    stranger.get(&format!("{mixed}/report")).await?.expect_problem(404, "not-found")?;
    let (_, good) = import(&client, MIXED, true).await?;
    ensure!(*at(&good, "/import/created") == 1 && count(&client).await? == 3, "{good}");

    let bad = ended(&client, &send(&client, BAD).await?).await?;
    ensure!(*at(&bad, "/import/status") == "failed" && *at(&bad, "/import/error") == "header", "{bad}");
    client.send(Method::DELETE, &mixed, None).await?.expect(204)?;
    client.get(&format!("{mixed}/report")).await?.expect_problem(404, "not-found")?;
    let told = client.get("/api/v1/notices?language=fr").await?.expect(200)?;
    ensure!(told.text.contains("liste.csv"), "whoever sent a file was not told: {}", told.text);
    Ok(())
}

/// A file of some thousand cooperatives.
fn many(folder: &Path) -> anyhow::Result<(String, usize)> {
    Tiwizi::words("register synthesise --to").word(folder).option("--one-in", "8").succeed()?;
    let file = std::fs::read_to_string(folder.join("cooperatives.csv"))?;
    let rows = file.lines().count().saturating_sub(1);
    Ok((file, rows))
}

/// Waits until an import is under way, or over.
async fn under_way(client: &Client, address: &str) -> anyhow::Result<()> {
    for _ in 0..LOOKS_MAX {
        let shown = client.get(address).await?.expect(200)?.json();
        let has_written = *at(&shown, "/progress/writing") == true && at(&shown, "/progress/rows").as_u64() > Some(0);
        if has_written || text(&shown, "/import/status") == "imported" {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bail!("the import {address} does not begin")
}

/// Takes an import up again that ended early, to its end; gives what was not there before.
async fn to_its_end(client: &Client, address: &str) -> anyhow::Result<Value> {
    let cut = ended(client, address).await?;
    if *at(&cut, "/import/status") == "imported" {
        return Ok(cut);
    }
    ensure!(["cut", "stopped"].contains(&text(&cut, "/import/status").as_str()), "{cut}");
    client.post(&format!("{address}/again"), &json!({})).await?.expect(202)?;
    let tried = ended(client, address).await?;
    ensure!(*at(&tried, "/import/status") == "checked" && *at(&tried, "/import/rejected") == 0, "{tried}");
    client.post(&format!("{address}/run"), &json!({})).await?.expect(202)?;
    ended(client, address).await
}

/// That every row is there once: a last import finds all of them unchanged.
async fn all_there(client: &Client, file: &str, rows: usize) -> anyhow::Result<()> {
    let last = ended(client, &send(client, file).await?).await?;
    ensure!(*at(&last, "/import/unchanged") == rows && *at(&last, "/import/created") == 0, "{last}");
    Ok(())
}

async fn an_import_that_is_cut_off_says_so_and_is_taken_up_again(instance: &mut Instance) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (file, rows) = many(folder.path())?;
    let client = instance.registrar().await?;
    let address = send(&client, &file).await?;
    ensure!(*at(&ended(&client, &address).await?, "/import/created") == rows, "not every row is new");
    client.post(&format!("{address}/run"), &json!({})).await?.expect(202)?;
    under_way(&client, &address).await?;
    let (status, log) = instance.stop()?;
    ensure!(status.success(), "the stop failed: {log}");
    instance.serve()?;
    let client = instance.visitor()?.sign_in(REGISTRAR, PASSWORD).await?;
    let cut = ended(&client, &address).await?;
    if *at(&cut, "/import/status") == "cut" {
        let written = at(&cut, "/import/written").as_u64().context("no count of what stays")?;
        let tried = {
            client.post(&format!("{address}/again"), &json!({})).await?.expect(202)?;
            ended(&client, &address).await?
        };
        ensure!(*at(&tried, "/import/unchanged") == written, "{written} rows were said to stay: {tried}");
        client.post(&format!("{address}/run"), &json!({})).await?.expect(202)?;
        under_way(&client, &address).await?;
        // It may have come to its end meanwhile.
        client.post(&format!("{address}/stop"), &json!({})).await?;
    }
    to_its_end(&client, &address).await?;
    all_there(&client, &file, rows).await
}

async fn a_crash_leaves_no_import_that_seems_to_run_and_no_half_of_a_file(
    instance: &mut Instance,
) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (file, rows) = many(folder.path())?;
    let client = instance.registrar().await?;
    let address = send(&client, &file).await?;
    ended(&client, &address).await?;
    client.post(&format!("{address}/run"), &json!({})).await?.expect(202)?;
    under_way(&client, &address).await?;
    instance.kill()?;
    let imports = instance.data().join("imports");
    std::fs::write(imports.join("unfinished-a"), "half")?;
    instance.serve()?;
    let client = instance.visitor()?.sign_in(REGISTRAR, PASSWORD).await?;
    to_its_end(&client, &address).await?;
    all_there(&client, &file, rows).await?;
    ensure!(!imports.join("unfinished-a").exists(), "half of a file is still there");
    Ok(())
}
