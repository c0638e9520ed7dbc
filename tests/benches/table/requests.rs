//! Requests a second: a plugin's route and one record, each against the same answer by axum alone.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::json;
use tiwizi_tests::load::{self, Connection, request};

use crate::native::{self, Native};
use crate::row::{Goal, Row};
use crate::stage::Stage;

/// Keep-alive connections of a load.
const CONNECTIONS: usize = 16;
/// One turn of a load.
const TURN: Duration = Duration::from_secs(4);
/// Ours and the baseline take turns, so many each; the middle one of the ratios counts.
const TURNS: usize = 5;
const RECORDS: usize = 1_000;

const KIND: &str = "registry/cooperative";
const COOPERATIVES: &str = "/api/v1/records/registry/cooperative";

/// A plugin's route that does nothing but answer, a fresh instance of the component for each call.
pub(crate) async fn plugin_route(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut instance = stage.instance(Some(stage.plain_bundle()?))?;
    instance.serve()?;
    let native = Native::start(&stage.path("plain.sqlite"))?;
    let bytes = request("GET", "/fr/p/chaos/", &[], "");
    let (ours, theirs) = (answer(instance.address(), &bytes).await?, answer(native.address(), &bytes).await?);
    ensure!(ours == theirs, "the plugin answers {ours}, the baseline {theirs}");
    let pair = turns(instance.address(), native.address(), move |_, _| bytes.clone()).await?;
    Ok(vec![pair.row("a plugin's route, fresh instance, no I/O", Goal::RatioAtLeast(0.35))])
}

/// One record through the interface, signed in with a token, SQLite.
pub(crate) async fn record(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut instance = stage.instance(None)?;
    instance.serve()?;
    let client = instance.registrar().await?;
    let mut records = Vec::new();
    for batch in 0..RECORDS / 500 {
        let write = |number| json!({ "action": "create", "kind": KIND, "body": body(batch, number) });
        let writes: Vec<_> = (0..500).map(write).collect();
        let written = client.post("/api/v1/batch", &json!({ "writes": writes })).await?.expect(200)?;
        for item in written.items() {
            let id = item.pointer("/id").and_then(serde_json::Value::as_str).context("no id")?.to_owned();
            records.push((id.clone(), client.get(&format!("{COOPERATIVES}/{id}")).await?.expect(200)?.text));
        }
    }
    let database = stage.path("records.sqlite");
    native::fill(&database, &records).await?;
    let native = Native::start(&database)?;
    let authorization = format!("Bearer {}", client.token());
    let requests: Vec<Vec<u8>> = records
        .iter()
        .map(|(id, _)| request("GET", &format!("{COOPERATIVES}/{id}"), &[("authorization", &authorization)], ""))
        .collect();
    let first = requests.first().context("no records")?;
    ensure!(answer(instance.address(), first).await? == answer(native.address(), first).await?, "the answers differ");
    let pair = turns(instance.address(), native.address(), move |number, turn| {
        let place = (number * 61 + usize::try_from(turn).unwrap_or(0)) % requests.len().max(1);
        requests.get(place).cloned().unwrap_or_default()
    });
    Ok(vec![pair.await?.row("one record through the API, SQLite, signed in", Goal::RatioAtLeast(0.6))])
}

fn body(batch: usize, number: usize) -> serde_json::Value {
    json!({
        "court": "Taroudannt", "number": format!("{batch}-{number}"), "category": "a", "sector": "agriculture",
        "name_fr": format!("Coopérative Tiwizi {batch} {number}"), "name_ar": format!("تعاونية تيويزي {batch} {number}"),
        "province": "09.541", "commune": "Igherm", "status": "registered",
    })
}

async fn answer(address: &str, bytes: &[u8]) -> anyhow::Result<String> {
    let reply = Connection::open(address).await?.exchange(bytes).await?;
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    ensure!(reply.status == 200, "{} {text}", reply.status);
    Ok(text)
}

/// Ours and the baseline, by their requests a second.
struct Pair {
    ours: f64,
    theirs: f64,
}

impl Pair {
    fn row(&self, work: &str, goal: Goal) -> Row {
        Row {
            work: work.to_owned(),
            measured: format!("{:.0}/s", self.ours),
            baseline: format!("axum {:.0}/s", self.theirs),
            figure: self.ours / self.theirs,
            goal,
        }
    }
}

/// The turn with the middle ratio.
async fn turns<F>(ours: &str, theirs: &str, next: F) -> anyhow::Result<Pair>
where
    F: Fn(usize, u64) -> Vec<u8> + Send + Sync + Clone + 'static,
{
    let mut pairs = Vec::new();
    for _ in 0..TURNS {
        let one = load::run(ours, CONNECTIONS, TURN, next.clone()).await?;
        let other = load::run(theirs, CONNECTIONS, TURN, next.clone()).await?;
        ensure!(one.refused == 0 && other.refused == 0, "{} and {} requests were refused", one.refused, other.refused);
        pairs.push(Pair { ours: one.per_second(), theirs: other.per_second() });
    }
    pairs.sort_by(|one, other| (one.ours / one.theirs).total_cmp(&(other.ours / other.theirs)));
    pairs.into_iter().nth(TURNS / 2).context("no turns")
}
