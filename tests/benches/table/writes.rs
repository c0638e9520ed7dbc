//! Durable writes: 32 clients over HTTP against bare SQLite that commits each write for itself, on the same disk.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection as _, SqliteConnection};
use tiwizi_tests::load::{self, request};
use tiwizi_tests::stopwatch::Stopwatch;

use crate::row::{Goal, Row};
use crate::stage::Stage;

const CLIENTS: usize = 32;
const TURN: Duration = Duration::from_secs(5);
const TURNS: u32 = 3;

/// The row.
pub(crate) async fn durable(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut instance = stage.instance(None)?;
    instance.serve()?;
    let authorization = format!("Bearer {}", instance.registrar().await?.token());
    let mut pairs = Vec::new();
    for turn in 0..TURNS {
        let authorization = authorization.clone();
        let outcome = load::run(instance.address(), CLIENTS, TURN, move |client, number| {
            let headers = [("authorization", authorization.as_str())];
            request(
                "POST",
                "/api/v1/records/registry/cooperative",
                &headers,
                &body(&format!("{turn}-{client}-{number}")),
            )
        })
        .await?;
        ensure!(outcome.refused == 0, "{} writes were refused", outcome.refused);
        let bare = bare(&stage.path(&format!("bare-{turn}.sqlite"))).await?;
        pairs.push((outcome.per_second(), bare, outcome.wait(990)));
    }
    pairs.sort_by(|one, other| (one.0 / one.1).total_cmp(&(other.0 / other.1)));
    let (ours, bare, wait) = pairs.into_iter().nth(TURNS as usize / 2).context("no turns")?;
    Ok(vec![Row {
        work: "durable writes, 32 clients".to_owned(),
        measured: format!("{ours:.0}/s, p99 {} ms", wait.as_millis()),
        baseline: format!("SQLite {bare:.0}/s"),
        figure: ours / bare,
        goal: Goal::RatioAtLeast(2.0),
    }])
}

fn body(number: &str) -> String {
    format!(
        "{{\"court\":\"Taroudannt\",\"number\":\"{number}\",\"category\":\"a\",\"sector\":\"agriculture\",\
         \"name_fr\":\"Coopérative Tiwizi {number}\",\"province\":\"09.541\",\"status\":\"registered\"}}"
    )
}

/// A row and its log entry in one transaction, again and again, by one connection: it has nobody to wait for.
pub(crate) async fn bare(file: &Path) -> anyhow::Result<f64> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    sqlx::raw_sql(
        "CREATE TABLE record (num INTEGER PRIMARY KEY, id TEXT UNIQUE, body TEXT NOT NULL);
         CREATE TABLE change (seq INTEGER PRIMARY KEY, record TEXT NOT NULL, version INTEGER NOT NULL);",
    )
    .execute(&mut connection)
    .await?;
    let (watch, mut written) = (Stopwatch::start(), 0_u32);
    while watch.elapsed() < TURN {
        let (id, body) = (format!("{written:032}"), body(&written.to_string()));
        let mut tx = connection.begin().await?;
        sqlx::query("INSERT INTO record (id, body) VALUES ($1, $2)").bind(&id).bind(body).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO change (record, version) VALUES ($1, 1)").bind(&id).execute(&mut *tx).await?;
        tx.commit().await?;
        written += 1;
    }
    Ok(f64::from(written) / watch.elapsed().as_secs_f64())
}
