//! Five thousand learners send the answers of a quiz within one minute. Each must be answered, and each stands in the register afterwards, once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_tests::Client;
use tiwizi_tests::load::{Connection, form};
use tokio::task::JoinSet;

use super::people::{self, Person};
use super::{alone, sized, trainer, with_plugins};
use crate::row::{Goal, Row};
use crate::stage::Stage;

const LEARNERS: usize = 5_000;
const MINUTE: Duration = Duration::from_secs(60);
const CONNECTIONS: usize = 128;
const QUIZ: &str = "/fr/p/training/courses/founding/quizzes/m1-q";

/// The row: answers that are lost, of which there may be none.
pub(crate) async fn quiz(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut instance = with_plugins(stage)?;
    instance.serve()?;
    let trainer = trainer(&instance, "trainer").await?;
    let learners = Arc::new(people::learners(&instance, sized(LEARNERS)).await?);
    let waits = rush(instance.address(), &learners).await?;
    let kept = attempts(&trainer).await?;
    instance.stop()?;
    let lost = learners.len().saturating_sub(kept);
    let p99 = waits.get(waits.len() * 99 / 100).copied().unwrap_or_default().as_millis();
    let slowest = waits.last().copied().unwrap_or_default().as_millis();
    #[expect(clippy::cast_precision_loss, reason = "a count for people to read")]
    let figure = lost as f64;
    Ok(vec![alone(
        format!("{} learners end a quiz in one minute: answers lost", learners.len()),
        format!("{lost} lost; p99 {p99} ms, slowest {slowest} ms"),
        figure,
        Goal::AtMost(0.0, "lost"),
    )])
}

/// Each learner sends at their own moment of the minute. The waits, in order of size, each from that moment.
async fn rush(address: &str, learners: &Arc<Vec<Person>>) -> anyhow::Result<Vec<Duration>> {
    let (taken, start) = (Arc::new(AtomicUsize::new(0)), tokio::time::Instant::now());
    let pace = MINUTE / u32::try_from(learners.len().max(1))?;
    let mut clients = JoinSet::new();
    for _ in 0..CONNECTIONS.min(learners.len()) {
        let (taken, learners) = (Arc::clone(&taken), Arc::clone(learners));
        let mut connection = Connection::open(address).await?;
        clients.spawn(async move {
            let mut waits = Vec::new();
            loop {
                let number = taken.fetch_add(1, Ordering::Relaxed);
                let Some(learner) = learners.get(number) else { return anyhow::Ok(waits) };
                let due = start + pace.saturating_mul(u32::try_from(number)?);
                tokio::time::sleep_until(due).await;
                let reply = connection.exchange(&answers(learner, number)).await?;
                ensure!(reply.status == 303 || reply.status == 200, "answers were refused with {}", reply.status);
                waits.push(tokio::time::Instant::now() - due);
            }
        });
    }
    let mut waits = Vec::new();
    while let Some(some) = clients.join_next().await {
        waits.extend(some??);
    }
    waits.sort_unstable();
    Ok(waits)
}

fn answers(learner: &Person, number: usize) -> Vec<u8> {
    let sending = format!("bench-{number}");
    let fields = [
        ("content", "fr"),
        ("sending", sending.as_str()),
        ("q1", "b"),
        ("q2", "a"),
        ("q3", if number.is_multiple_of(2) { "c" } else { "a" }),
        ("q4", "b"),
    ];
    form(QUIZ, &[("authorization", learner.authorization.as_str())], &fields)
}

/// How many people have an attempt, and nobody two.
async fn attempts(trainer: &Client) -> anyhow::Result<usize> {
    let (mut people, mut count, mut cursor) = (BTreeSet::new(), 0_usize, String::new());
    loop {
        let after = if cursor.is_empty() { String::new() } else { format!("&cursor={cursor}") };
        let page = trainer.get(&format!("/api/v1/records/training/attempt?limit=100{after}")).await?.expect(200)?;
        for item in page.items() {
            count += 1;
            people.insert(item.pointer("/body/person").and_then(Value::as_str).context("whose?")?.to_owned());
        }
        match page.json().pointer("/next").and_then(Value::as_str) {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    ensure!(people.len() == count, "{count} attempts of {} people", people.len());
    Ok(count)
}
