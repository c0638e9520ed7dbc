//! Looking at instances from outside: waiting for what comes, and reading all records of a kind.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::Method;
use serde_json::Value;
use tiwizi_tests::Client;
use tiwizi_tests::client::{Answer, text};

use super::setting::Twelve;

/// How often it is looked, and how long: thirteen instances on a busy machine take their time, and a letter that was lost with a line, of an office
/// that only letters reach, is waited for by its writer until its time is over, ten minutes at most.
const LOOK_MS: u64 = 500;
const LOOKS: u32 = 1_200;

/// Looks until an answer is as it should be.
pub(super) async fn until(
    client: &Client,
    path: &str,
    what: &str,
    wanted: impl Fn(&Answer) -> bool,
) -> anyhow::Result<Answer> {
    let mut last = None;
    for _ in 0..LOOKS {
        let answer = client.get(path).await?;
        if wanted(&answer) {
            return Ok(answer);
        }
        last = Some(answer);
        pause().await;
    }
    let last = last.context("nothing was asked")?;
    bail!("{what} was waited for at {path}: {} {}", last.status, last.text)
}

/// Sends the same until it is taken: for what needs something that is still on its way. Any status but these two is an error.
pub(super) async fn insist(
    client: &Client,
    (path, body): (&str, &Value),
    (taken, too_early): (u16, u16),
) -> anyhow::Result<Answer> {
    for _ in 0..LOOKS {
        let answer = client.post(path, body).await?;
        if answer.status != too_early {
            return answer.expect(taken);
        }
        pause().await;
    }
    bail!("{path} was refused again and again")
}

pub(super) async fn pause() {
    tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
}

/// All records of a kind that a client may read, by their ids.
pub(super) async fn records(client: &Client, kind: &str) -> anyhow::Result<BTreeMap<String, Value>> {
    let path = format!("/api/v1/records/{kind}");
    let lines = [("accept", "application/x-ndjson")];
    let answer = client.send_with(Method::GET, &path, &lines, None).await?.expect(200)?;
    let mut found = BTreeMap::new();
    for line in answer.text.lines() {
        let record: Value = serde_json::from_str(line).with_context(|| format!("{path}: {line}"))?;
        found.insert(text(&record, "/id"), record);
    }
    Ok(found)
}

/// Those that a home writes.
pub(super) fn of_home(records: &BTreeMap<String, Value>, home: &str) -> BTreeMap<String, Value> {
    let of_home = records.iter().filter(|(_, record)| text(record, "/home") == home);
    of_home.map(|(id, record)| (id.clone(), record.clone())).collect()
}

/// What records of each region name as their home: the nation's page of what it knows says it.
pub(super) async fn homes(place: &Twelve) -> anyhow::Result<BTreeMap<String, String>> {
    let coverage = place.registrar()?.get("/api/v1/coverage").await?.expect(200)?.json();
    let mut homes = BTreeMap::new();
    for region in coverage.get("regions").and_then(Value::as_array).into_iter().flatten() {
        let code = text(region, "/code");
        let node = place.region(&code)?.house.node();
        let sources = region.get("sources").and_then(Value::as_array).into_iter().flatten();
        let own = sources.filter(|source| text(source, "/node") == node);
        homes.extend(own.map(|source| (code.clone(), text(source, "/home"))));
    }
    Ok(homes)
}

/// As of when the nation knows each region.
pub(super) async fn as_of(place: &Twelve) -> anyhow::Result<BTreeMap<String, String>> {
    let coverage = place.registrar()?.get("/api/v1/coverage").await?.expect(200)?.json();
    let regions = coverage.get("regions").and_then(Value::as_array).into_iter().flatten();
    Ok(regions.map(|region| (text(region, "/code"), text(region, "/as_of"))).collect())
}
