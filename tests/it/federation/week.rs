//! Does what waits for a peer that is gone for a week keep growing, and come in order and once when it is back?

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_federation_core::page::Page;
use tiwizi_tests::clock::Calendar;
use tiwizi_tests::{Client, FaultProxy};

use super::evil::free_place;
use super::two::{REGISTRAR, Two, cooperative, of, until};
use crate::register::COOPERATIVES;

const DAYS: usize = 7;
/// Cooperatives that are registered on each day of silence.
const EACH_DAY: usize = 5;

/// How many entries the region has that the nation has not acknowledged.
async fn behind(region: &Client) -> anyhow::Result<u64> {
    let peers = region.get("/api/v1/peers").await?.expect(200)?.json();
    peers.pointer("/items/0/behind_there").and_then(Value::as_u64).context("the region has a peer")
}

/// The spans of the pages of the register that went over the line, in their order.
fn spans(line: &FaultProxy) -> anyhow::Result<Vec<(u64, u64)>> {
    let mut spans = Vec::new();
    for recorded in line.recorded() {
        if !recorded.line().starts_with("POST /fed/v1/logs/") || !recorded.line().contains(".registry/pages") {
            continue;
        }
        let at = recorded.bytes.windows(4).position(|four| four == b"\r\n\r\n").context("a request has a head")?;
        let body = recorded.bytes.get(at + 4..).unwrap_or_default();
        let span = Page::decode(body)?.span();
        spans.push((span.start, span.end));
    }
    Ok(spans)
}

#[tokio::test]
async fn f14_a_peer_that_was_gone_for_seven_days_has_everything_in_order_and_once() -> anyhow::Result<()> {
    let (calendar, place) = (Calendar::new()?, free_place()?);
    let line = FaultProxy::start(&place)?;
    let mut two = Two::found_at(place, line.address())?;
    two.variables = calendar.variables();
    let agreement = two.offer_names()?;
    two.serve()?;
    let (region, nation) = (of(&two.region, REGISTRAR).await?, of(&two.nation, REGISTRAR).await?);
    let administrator = two.region.instance.administrator().await?.with_token("week").await?;
    let first = cooperative(&region, "0/2019").await?;
    two.give_names(&agreement).await?;
    let record = format!("{COOPERATIVES}/{first}");
    until(&nation, &record, "the cooperative", |answer| answer.status == 200).await?;
    until(&administrator, "/api/v1/peers", "an acknowledgement", |answer| answer.at("/items/0/behind_there") == "0")
        .await?;

    line.cut()?;
    let mut waiting = 0;
    for day in 1..=DAYS {
        calendar.turn_days(1)?;
        for number in 1..=EACH_DAY {
            cooperative(&region, &format!("{day}{number}/2020")).await?;
        }
        let renamed = json!({ "name_fr": format!("Tifaouine du jour {day}") });
        region.send(Method::PATCH, &record, Some(&renamed)).await?.expect(200)?;
        let least = waiting + EACH_DAY as u64;
        let grown = until(&administrator, "/api/v1/peers", "what waits", |answer| {
            answer.json().pointer("/items/0/behind_there").and_then(Value::as_u64).is_some_and(|now| now > least)
        })
        .await?;
        waiting = behind(&administrator).await?;
        ensure!(waiting > least, "day {day}: {}", grown.text);
        ensure!(
            nation.get(&record).await?.at("/body/name_fr") == "Tifaouine",
            "day {day}: something came over a cut line"
        );
    }

    line.pass()?;
    let last = format!("Tifaouine du jour {DAYS}");
    until(&nation, &record, "the last name", |answer| answer.at("/body/name_fr") == last).await?;
    let all = DAYS * EACH_DAY + 1;
    let list = format!("{COOPERATIVES}?limit=100");
    let here = until(&nation, &list, "all of them", |answer| answer.items().len() >= all).await?;
    ensure!(here.items().len() == all, "{} of {all} are there", here.items().len());
    let mut ids: Vec<String> = here.items().iter().map(|item| tiwizi_tests::client::text(item, "/id")).collect();
    ids.sort();
    ids.dedup();
    ensure!(ids.len() == all, "a cooperative is there twice");
    until(&administrator, "/api/v1/peers", "nothing to wait", |answer| answer.at("/items/0/behind_there") == "0")
        .await?;

    let spans = spans(&line)?;
    let mut reached = spans.first().context("pages went over the line")?.0;
    for (from, to) in &spans {
        // A page whose answer was lost is brought again; nothing is ever passed over, and nothing comes before its time.
        ensure!(*from <= reached && *to > *from, "{spans:?}");
        reached = reached.max(*to);
    }
    let (_, size) = spans.last().copied().context("pages went over the line")?;
    ensure!(size == reached, "the last page does not end the log: {spans:?}");
    let taken = two.nation.instance.administrator().await?.with_token("week").await?;
    let taken = taken.get("/api/v1/peers").await?.expect(200)?.json();
    ensure!(taken.pointer("/items/0/parked") == Some(&json!(0)), "{taken}");
    let registry = taken.pointer("/items/0/taken").and_then(Value::as_array).cloned().unwrap_or_default();
    let registry = registry.iter().find(|log| log.get("plane") == Some(&json!("registry")));
    // As many entries as the log has: none was counted twice.
    ensure!(registry.and_then(|log| log.get("entries")) == Some(&json!(size)), "{size}: {taken}");
    Ok(())
}
