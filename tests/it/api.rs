//! Does the interface keep a record through its whole life, on both databases?

use anyhow::ensure;
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_tests::client::text;
use tiwizi_tests::{Client, Instance};

use crate::database::on_both;
use crate::register::{COOPERATIVES, address, cooperative, create, with};

/// Searches until one finds what was just written; each takes some milliseconds.
const SEARCHES_MAX: usize = 2_000;

on_both! {
    a_record_lives_from_creation_to_tombstone,
    a_stale_write_is_refused_and_logs_no_change,
    a_list_is_paged_and_filtered_by_its_indexes,
    the_directory_is_searched_in_three_scripts,
    the_log_tells_every_write_in_order,
}

async fn a_record_lives_from_creation_to_tombstone(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let created = create(&client, "1").await?;
    let path = address(&created);
    ensure!(created.header("location") == path && created.header("etag") == "\"1\"", "{created:?}");

    let read = client.get(&path).await?.expect(200)?;
    ensure!(read.json() == created.json(), "what was created is not what is read: {read:?}");
    client.send_with(Method::GET, &path, &[("if-none-match", "\"1\"")], None).await?.expect(304)?;

    let patch = json!({ "name_fr": "Coopérative Tamount", "name_zgh": null });
    let headers = [("if-match", "\"1\""), ("content-type", "application/merge-patch+json")];
    let patched = client.send_with(Method::PATCH, &path, &headers, Some(&patch)).await?.expect(200)?;
    ensure!(patched.at("/body/name_fr") == "Coopérative Tamount" && patched.at("/version") == "2", "{patched:?}");
    ensure!(patched.json().pointer("/body/name_zgh").is_none(), "a null takes a member away: {patched:?}");

    let whole = with(cooperative("1"), "status", json!("suspended"));
    client.send_with(Method::PUT, &path, &[("if-match", "\"2\"")], Some(&whole)).await?.expect(200)?;

    let history = client.get(&format!("{path}/history")).await?.expect(200)?;
    let versions: Vec<_> = (0..3).map(|row| history.at(&format!("/items/{row}/record/version"))).collect();
    ensure!(versions == ["3", "2", "1"], "the history is not newest first: {}", history.text);

    client.send_with(Method::DELETE, &path, &[("if-match", "\"3\"")], None).await?.expect(204)?;
    client.get(&path).await?.expect_problem(404, "not-found")?;
    create(&client, "1").await?;
    Ok(())
}

async fn a_stale_write_is_refused_and_logs_no_change(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let path = address(&create(&client, "1").await?);
    let suspended = json!({ "status": "suspended" });
    client.send_with(Method::PATCH, &path, &[("if-match", "\"1\"")], Some(&suspended)).await?.expect(200)?;
    let before = changes(&client).await?;
    let stale = [("if-match", "\"1\"")];
    client.send_with(Method::PATCH, &path, &stale, Some(&suspended)).await?.expect_problem(412, "stale-version")?;
    client
        .send_with(Method::PUT, &path, &stale, Some(&cooperative("1")))
        .await?
        .expect_problem(412, "stale-version")?;
    client.send_with(Method::DELETE, &path, &stale, None).await?.expect_problem(412, "stale-version")?;
    client.send(Method::PUT, &path, Some(&cooperative("1"))).await?.expect_problem(428, "version-required")?;
    ensure!(changes(&client).await? == before, "a refused write left a change");
    Ok(())
}

async fn a_list_is_paged_and_filtered_by_its_indexes(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    for number in 0..7 {
        create(&client, &format!("{number}")).await?;
    }
    let public = instance.visitor()?;
    let (mut path, mut found) = (format!("{COOPERATIVES}?province=09.541&sort=name_fr&limit=3"), Vec::new());
    let first = path.clone();
    for _ in 0..3 {
        let page = public.get(&path).await?.expect(200)?;
        found.extend(page.items().iter().map(|item| text(item, "/body/name_fr")));
        if page.at("/next") == "null" {
            break;
        }
        path = format!("{first}&cursor={}", page.at("/next"));
    }
    let expected: Vec<String> = (0..7).map(|number| format!("Coopérative Tiwizi {number}")).collect();
    ensure!(found == expected, "the pages do not join: {found:?}");
    public.get(&format!("{COOPERATIVES}?commune=Igherm")).await?.expect_problem(400, "not-indexed")?;
    public.get(&format!("{COOPERATIVES}?colour=red")).await?.expect_problem(400, "bad-parameter")?;
    public.get(&format!("{COOPERATIVES}?limit=101")).await?.expect_problem(400, "bad-parameter")?;
    public.get(&format!("{COOPERATIVES}?cursor=forged")).await?.expect_problem(400, "bad-cursor")?;
    Ok(())
}

async fn the_directory_is_searched_in_three_scripts(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let id = create(&client, "1").await?.at("/id");
    let other = with(cooperative("2"), "name_fr", json!("Argane du Souss"));
    let other = with(with(other, "name_ar", json!("أركان سوس")), "name_zgh", json!("ⴰⵔⴳⴰⵏ"));
    client.post(COOPERATIVES, &other).await?.expect(201)?;
    let public = instance.visitor()?;
    found_by_search(&public, "argane").await?;
    for words in ["cooperative tiwizi", "COOPÉRATIVE TIW", "تَعاونيّة تيويزي", "ⵜⵉⵡⵉⵣⵉ"] {
        let answer = public.send_query(COOPERATIVES, &[("q", words)]).await?.expect(200)?;
        ensure!(answer.at("/items/0/id") == id, "{words} does not find it: {}", answer.text);
        ensure!(answer.json().pointer("/items/1").is_none(), "{words} finds too much: {}", answer.text);
    }
    Ok(())
}

/// Asks until the search, which follows the log, has come to what was written.
async fn found_by_search(public: &Client, words: &str) -> anyhow::Result<()> {
    for _ in 0..SEARCHES_MAX {
        let answer = public.send_query(COOPERATIVES, &[("q", words)]).await?.expect(200)?;
        if answer.json().pointer("/items/0").is_some() {
            return Ok(());
        }
    }
    anyhow::bail!("{words} was not found by {SEARCHES_MAX} searches")
}

async fn the_log_tells_every_write_in_order(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let path = address(&create(&client, "1").await?);
    client.send(Method::PATCH, &path, Some(&json!({ "status": "suspended" }))).await?.expect(200)?;
    client.send(Method::DELETE, &path, None).await?.expect(204)?;
    let log = changes(&client).await?;
    let sequence: Vec<String> = log.iter().map(|change| text(change, "/seq")).collect();
    let dense: Vec<String> = (1..=log.len()).map(|place| place.to_string()).collect();
    ensure!(sequence == dense, "the log has a gap: {sequence:?}");
    let ours = log.iter().filter(|change| path.ends_with(&text(change, "/record")));
    let operations: Vec<String> = ours.map(|change| text(change, "/operation")).collect();
    ensure!(operations == ["create", "replace", "delete"], "{operations:?}");
    Ok(())
}

/// The whole change log.
async fn changes(client: &Client) -> anyhow::Result<Vec<Value>> {
    let answer = client.get("/api/v1/changes?after=0").await?.expect(200)?;
    answer.text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
