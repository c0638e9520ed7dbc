//! Pages of the three plugins at 200 requests a second: the wait of the slowest hundredth, from the moment at which each was due.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_tests::Instance;
use tiwizi_tests::load::{self, encode, request};

use super::{Programme, alone, sized, wares};
use crate::row::{Goal, Row};
use crate::stage::Stage;

const PER_SECOND: u32 = 200;
const CONNECTIONS: usize = 64;
/// What is asked before it counts.
const WARM: Duration = Duration::from_secs(2);
const TURN: Duration = Duration::from_secs(20);
const P99_MS: f64 = 30.0;
const LANGUAGES: [&str; 3] = ["ar", "fr", "shi"];

/// Lessons in three languages; every second one is read by somebody who is signed in and learns the course.
pub(crate) async fn lesson(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut programme = stage.programme().await?;
    programme.instance.serve()?;
    let paths = lessons(&programme.instance).await?;
    let authorization = programme.learner.authorization.clone();
    let next = move |turn: u64| {
        let turn = usize::try_from(turn).unwrap_or_default();
        let path = paths.get(turn % paths.len()).map(String::as_str).unwrap_or_default();
        let language = LANGUAGES.get(turn % LANGUAGES.len()).copied().unwrap_or_default();
        let headers = [("authorization", authorization.as_str())];
        let headers = if turn.is_multiple_of(2) { &headers[..] } else { &[] };
        request("GET", &format!("/{language}{path}"), headers, "")
    };
    measured(stage, programme, "a lesson's page".to_owned(), next).await
}

/// The addresses of all lessons, after the language.
async fn lessons(instance: &Instance) -> anyhow::Result<Vec<String>> {
    let courses = instance.visitor()?.get("/api/v1/records/training/course?limit=50").await?.expect(200)?.items();
    let mut paths = Vec::new();
    for course in courses {
        let code = course.pointer("/body/code").and_then(Value::as_str).context("a course has a code")?;
        let modules = course.pointer("/body/modules").and_then(Value::as_array).cloned().unwrap_or_default();
        let lessons = modules.iter().filter_map(|module| module.get("lessons").and_then(Value::as_array)).flatten();
        let codes = lessons.filter_map(|lesson| lesson.get("code").and_then(Value::as_str));
        paths.extend(codes.map(|lesson| format!("/p/training/courses/{code}/lessons/{lesson}")));
    }
    ensure!(!paths.is_empty(), "there are no lessons");
    Ok(paths)
}

/// The page of a product, drawn from all.
pub(crate) async fn product(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut programme = stage.programme().await?;
    programme.instance.serve()?;
    let codes: Vec<String> = programme.wares.iter().map(|ware| ware.code.clone()).collect();
    let work = format!("the page of a product, of {}", codes.len());
    let next = move |turn: u64| {
        let code = codes.get(spread(turn, codes.len())).map(String::as_str).unwrap_or_default();
        request("GET", &format!("/{}/p/marketplace/products/{code}", language(turn)), &[], "")
    };
    measured(stage, programme, work, next).await
}

/// A search of the market: words and beginnings of words in two scripts; every third one within a category, every fifth by province alone.
pub(crate) async fn products(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut programme = stage.programme().await?;
    programme.instance.serve()?;
    let count = programme.wares.len();
    let work = format!("a search of the market, of {count} products");
    let next = move |turn: u64| {
        let words = wares::words(spread(turn, count));
        let narrowed = match turn % 15 {
            turn if turn.is_multiple_of(5) => "province=09.541".to_owned(),
            turn if turn.is_multiple_of(3) => format!("q={}&category={}", asked(&words, turn), words.category),
            _ => format!("q={}", asked(&words, turn)),
        };
        request("GET", &format!("/{}/p/marketplace?{narrowed}", language(turn)), &[], "")
    };
    measured(stage, programme, work, next).await
}

/// A search of the project bank: words, every third time with a sector, every second with what it may cost.
pub(crate) async fn models(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut programme = stage.programme().await?;
    programme.instance.serve()?;
    let count = sized(super::MODELS);
    let work = format!("a search of the project bank, of {} models", programme.models);
    let next = move |turn: u64| {
        let words = asked(&wares::words(spread(turn, count)), turn);
        let sector = if turn.is_multiple_of(3) { "&sector=agriculture" } else { "" };
        let amount = if turn.is_multiple_of(2) { "&amount=400000" } else { "" };
        request("GET", &format!("/{}/p/project-bank?words={words}{sector}{amount}", language(turn)), &[], "")
    };
    measured(stage, programme, work, next).await
}

/// One or two words of a name, in one of its scripts, every fourth time only begun.
fn asked(words: &wares::Words, turn: u64) -> String {
    let name = if turn.is_multiple_of(2) { &words.fr } else { &words.ar };
    let some: Vec<&str> = name.split_whitespace().take(1 + usize::from(turn % 4 == 1)).collect();
    let mut some = some.join(" ");
    if turn.is_multiple_of(4) {
        some = some.chars().take(4).collect();
    }
    encode(&some)
}

fn language(turn: u64) -> &'static str {
    usize::try_from(turn).ok().and_then(|turn| LANGUAGES.get(turn % LANGUAGES.len())).copied().unwrap_or("fr")
}

/// A place among so many, such that neighbours in time are none in place.
fn spread(turn: u64, count: usize) -> usize {
    usize::try_from(turn).unwrap_or_default().wrapping_mul(7_919) % count.max(1)
}

/// Asks for pages steadily, with no refusal, and keeps the instance.
async fn measured<F>(stage: &mut Stage, mut programme: Programme, work: String, next: F) -> anyhow::Result<Vec<Row>>
where
    F: Fn(u64) -> Vec<u8> + Send + Sync + Clone + 'static,
{
    let address = programme.instance.address().to_owned();
    load::steady(&address, CONNECTIONS, PER_SECOND, WARM, next.clone()).await?;
    let outcome = load::steady(&address, CONNECTIONS, PER_SECOND, TURN, next).await?;
    ensure!(outcome.refused == 0, "{} of {} pages were refused", outcome.refused, outcome.waits.len());
    programme.instance.stop()?;
    stage.keep_programme(programme);
    let at = |thousandths: usize| outcome.wait(thousandths).as_secs_f64() * 1e3;
    let shown = format!("p50 {:.1} ms, p99 {:.1} ms", at(500), at(990));
    Ok(vec![alone(format!("{work}, {PER_SECOND} requests/s"), shown, at(990), Goal::AtMost(P99_MS, "ms"))])
}
