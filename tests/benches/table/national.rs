//! The instance with the whole nation's register: search, start, memory, first page.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use tiwizi_tests::load::{Connection, request};
use tiwizi_tests::memory;
use tiwizi_tests::seed::Seed;
use tiwizi_tests::stopwatch::Stopwatch;

use crate::row::{Goal, Row};
use crate::stage::Stage;

const SEARCHES: usize = 3_000;
const STARTS: usize = 5;
/// An instance is idle when nothing was asked of it for so long: threads without work end after 10 s, and what the database needed for a
/// while only is given back within a minute or two.
const IDLE: Duration = Duration::from_secs(130);

fn alone(work: &str, measured: String, figure: f64, goal: Goal) -> Row {
    Row { work: work.to_owned(), measured, baseline: "–".to_owned(), figure, goal }
}

/// The wait for one page of a search, words of names in three scripts, nobody else asking.
pub(crate) async fn search(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let words = words(stage)?;
    let mut instance = stage.national()?;
    instance.serve()?;
    let mut connection = Connection::open(instance.address()).await?;
    let (mut seed, mut waits) = (Seed::fixed(7), Vec::new());
    for _ in 0..SEARCHES {
        let place = usize::try_from(seed.below(words.len() as u64))?;
        let asked = words.get(place).map(|words| encode(words)).unwrap_or_default();
        let path = format!("/api/v1/records/registry/cooperative?q={asked}&limit=20");
        let watch = Stopwatch::start();
        let reply = connection.exchange(&request("GET", &path, &[], "")).await?;
        waits.push(watch.elapsed().as_secs_f64() * 1e3);
        ensure!(reply.status == 200, "{path}: {}", reply.status);
    }
    instance.stop()?;
    stage.keep(instance);
    waits.sort_by(f64::total_cmp);
    let at = |share: usize| waits.get(waits.len() * share / 1000).copied().unwrap_or_default();
    let measured = format!("p50 {:.1} ms, p99 {:.1} ms", at(500), at(990));
    Ok(vec![alone("search over 65,315 names, three scripts", measured, at(990), Goal::AtMost(25.0, "ms"))])
}

/// Words to search for: one or two of a name, in each of its scripts; every third one only begun.
fn words(stage: &mut Stage) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(stage.files()?.join("cooperatives.csv"))?;
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().context("no header")?.split(',').collect();
    let mut words = Vec::new();
    for (number, line) in lines.enumerate().filter(|(number, _)| number % 20 == 0) {
        let cells: Vec<&str> = line.split(',').collect();
        for column in ["name_fr", "name_ar", "name_zgh"] {
            let place = columns.iter().position(|name| *name == column);
            let name = place.and_then(|place| cells.get(place)).copied().unwrap_or_default();
            let asked: Vec<&str> = name.split_whitespace().skip(1).take(1 + number / 20 % 2).collect();
            let mut asked = asked.join(" ");
            if number / 20 % 3 == 0 {
                asked = asked.chars().take(4).collect();
            }
            if !asked.trim().is_empty() {
                words.push(asked);
            }
        }
    }
    ensure!(!words.is_empty(), "the register has no names");
    Ok(words)
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// From the start of the process to the first answer of `/health/ready`.
pub(crate) async fn start(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut instance = stage.national()?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let watch = Stopwatch::start();
        instance.serve()?;
        let mut connection = Connection::open(instance.address()).await?;
        let reply = connection.exchange(&request("GET", "/health/ready", &[], "")).await?;
        starts.push(watch.elapsed().as_secs_f64());
        ensure!(reply.status == 200, "not ready: {}", reply.status);
        instance.stop()?;
    }
    stage.keep(instance);
    starts.sort_by(f64::total_cmp);
    let middle = starts.get(STARTS / 2).copied().context("no starts")?;
    let work = "start to ready, one plugin, 65,315 cooperatives";
    Ok(vec![alone(work, format!("{:.0} ms", middle * 1e3), middle, Goal::AtMost(1.0, "s"))])
}

/// The memory of an instance that has answered a few pages and rests.
pub(crate) async fn memory(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut instance = stage.national()?;
    instance.serve()?;
    let visitor = instance.visitor()?;
    for path in ["/fr/", "/ar/directory", "/shi/p/training/"] {
        visitor.get(path).await?.expect(200)?;
    }
    tokio::time::sleep(IDLE).await;
    let bytes = memory::resident(instance.process().context("it has ended")?);
    instance.stop()?;
    stage.keep(instance);
    #[expect(clippy::cast_precision_loss, reason = "MiB for people to read")]
    let mib = bytes as f64 / f64::from(1 << 20);
    Ok(vec![alone("resident memory, idle, one plugin", format!("{mib:.0} MiB"), mib, Goal::AtMost(80.0, "MiB"))])
}

/// All that a phone loads for the first page: the page and what its head names, compressed, with the headers.
pub(crate) async fn first_page(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut instance = stage.national()?;
    instance.serve()?;
    let headers = [("accept-encoding", "br, gzip"), ("accept", "text/html,*/*")];
    let mut connection = Connection::open(instance.address()).await?;
    // Compressed for the count, plain for its links.
    let page = connection.exchange(&request("GET", "/ar/", &headers, "")).await?;
    let plain = connection.exchange(&request("GET", "/ar/", &[("accept", "text/html")], "")).await?;
    ensure!(page.status == 200, "the first page answers {}", page.status);
    let html = String::from_utf8_lossy(&plain.body).into_owned();
    let (mut bytes, mut requests) = (page.wire_bytes, 1_u32);
    for address in linked(&html) {
        let reply = connection.exchange(&request("GET", &address, &headers, "")).await?;
        ensure!(reply.status == 200, "{address} answers {}", reply.status);
        bytes += reply.wire_bytes;
        requests += 1;
    }
    instance.stop()?;
    stage.keep(instance);
    #[expect(clippy::cast_precision_loss, reason = "kB for people to read")]
    let kilobytes = bytes as f64 / 1e3;
    Ok(vec![
        alone("first page on a phone", format!("{kilobytes:.1} kB"), kilobytes, Goal::AtMost(60.0, "kB")),
        alone("its requests", requests.to_string(), f64::from(requests), Goal::AtMost(5.0, "")),
    ])
}

/// The addresses that a browser fetches with a page: style sheets, icons, scripts, images.
fn linked(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for tag in html.split('<') {
        let attribute = match tag.split_whitespace().next() {
            Some("link") if tag.contains("stylesheet") || tag.contains("\"icon\"") || tag.contains("preload") => {
                "href=\""
            }
            Some("script" | "img") => "src=\"",
            _ => continue,
        };
        let address = tag.split_once(attribute).and_then(|(_, rest)| rest.split_once('"')).map(|(address, _)| address);
        let address = address.filter(|address| address.starts_with('/')).map(str::to_owned);
        found.extend(address.filter(|address| !found.contains(address)));
    }
    found
}
