//! The statistics of the national register, and of one ten times its size.

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_tests::Instance;
use tiwizi_tests::load::{Connection, request};
use tiwizi_tests::stopwatch::Stopwatch;

use crate::row::{Goal, Row};
use crate::stage::{self, Stage};

/// How often each page is asked for; the first time does not count.
const TIMES: usize = 30;
/// How many times the nation the larger register is.
const LARGER: u32 = 10;
/// The totals that were published for the end of November 2025.
const PUBLISHED: [(&str, i64); 4] =
    [("cooperatives", 65_315), ("members", 788_969), ("women", 272_583), ("youth", 18_036)];
/// What a page may take at the size of the nation.
const PAGE_MS: f64 = 50.0;

/// The slowest page of all, by nine of ten times that it was asked for.
#[derive(Debug, Clone, Default)]
struct Slowest {
    path: String,
    ms: f64,
    pages: usize,
}

/// The rows: any page at the size of the nation, and at ten times that.
pub(crate) async fn pages(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut instance = stage.national()?;
    let once = slowest(&mut instance, 1).await?;
    stage.keep(instance);
    let files = stage.larger(LARGER)?;
    let mut larger = stage.instance(None)?;
    stage::import(larger.data(), &files).succeed()?;
    std::fs::remove_dir_all(files)?;
    let more = slowest(&mut larger, i64::from(LARGER)).await?;
    let shown = |slowest: &Slowest| format!("{:.1} ms ({})", slowest.ms, slowest.path);
    Ok(vec![
        Row {
            work: format!("the slowest of {} pages of statistics, 788,969 members", once.pages),
            measured: shown(&once),
            baseline: "–".to_owned(),
            figure: once.ms,
            goal: Goal::AtMost(PAGE_MS, "ms"),
        },
        Row {
            work: "the same at ten times the size".to_owned(),
            measured: shown(&more),
            baseline: format!("once {:.1} ms", once.ms),
            figure: more.ms / once.ms,
            goal: Goal::RatioAtMost(3.0),
        },
    ])
}

/// Asks for every page, table and file of statistics, as the public and as staff, nobody else asking.
async fn slowest(instance: &mut Instance, times: i64) -> anyhow::Result<Slowest> {
    instance.serve()?;
    published(instance, times).await?;
    let token = format!("Bearer {}", instance.registrar().await?.token());
    let mut connection = Connection::open(instance.address()).await?;
    let mut slowest = Slowest::default();
    for path in paths(&mut connection).await? {
        for headers in [&[][..], &[("authorization", token.as_str())]] {
            let ms = nine_of_ten(&mut connection, &request("GET", &path, headers, "")).await.context(path.clone())?;
            slowest.pages += 1;
            if ms > slowest.ms {
                slowest.ms = ms;
                slowest.path.clone_from(&path);
            }
        }
    }
    instance.stop()?;
    Ok(slowest)
}

/// The sums are so many times what was published, with the ages of that year.
async fn published(instance: &Instance, times: i64) -> anyhow::Result<()> {
    let overview = instance.registrar().await?.get("/api/v1/statistics?ages=2025").await?.expect(200)?.json();
    let measures = overview.get("measures").and_then(Value::as_array).context("no measures")?;
    for (measure, published) in PUBLISHED {
        let total = measures.iter().find(|one| one["measure"] == measure).and_then(|one| one["total"].as_i64());
        ensure!(total == Some(published * times), "{total:?} {measure}, and not {times} times {published}");
    }
    Ok(())
}

async fn nine_of_ten(connection: &mut Connection, request: &[u8]) -> anyhow::Result<f64> {
    let mut waits = Vec::new();
    for turn in 0..=TIMES {
        let watch = Stopwatch::start();
        let reply = connection.exchange(request).await?;
        let ms = watch.elapsed().as_secs_f64() * 1e3;
        ensure!(reply.status == 200, "{}", reply.status);
        if turn > 0 {
            waits.push(ms);
        }
    }
    waits.sort_by(f64::total_cmp);
    waits.get(TIMES * 9 / 10).copied().context("no answers")
}

/// Every measure in every way in which it is split: pages in two languages, the interface, and the files of open data.
async fn paths(connection: &mut Connection) -> anyhow::Result<Vec<String>> {
    let overview = "/api/v1/statistics";
    let reply = connection.exchange(&request("GET", overview, &[], "")).await?;
    let answer: Value = serde_json::from_slice(&reply.body)?;
    let measures = answer.get("measures").and_then(Value::as_array).context("no measures")?;
    let mut paths = vec![overview.to_owned()];
    for one in measures {
        let measure = one.get("measure").and_then(Value::as_str).context("a measure has a name")?;
        paths.extend(["fr", "ar"].map(|language| format!("/{language}/statistics?measure={measure}")));
        for by in one.get("by").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            paths.push(format!("/api/v1/statistics/{measure}?by={by}"));
            paths.push(format!("/open-data/statistics/{measure}-by-{by}.csv"));
        }
    }
    Ok(paths)
}
