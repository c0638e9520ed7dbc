//! Orders over two sellers, each durable when it is answered: the server is killed at once afterwards, and every order must be there.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tiwizi_tests::load::{Connection, form, request};
use tiwizi_tests::stopwatch::Stopwatch;
use tokio::task::JoinSet;

use super::wares::{self, Ware};
use crate::row::{Goal, Row};
use crate::stage::Stage;
use crate::writes;

const CLIENTS: usize = 32;
const TURN: Duration = Duration::from_secs(10);
const PER_SECOND: f64 = 200.0;

/// The row.
pub(crate) async fn durable(stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    let mut programme = stage.programme().await?;
    programme.instance.serve()?;
    let wares = Arc::new(programme.wares.clone());
    let watch = Stopwatch::start();
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (wares, mut connection) = (Arc::clone(&wares), Connection::open(programme.instance.address()).await?);
        clients.spawn(async move {
            let (whole, mut placed, mut waits) = (Stopwatch::start(), Vec::new(), Vec::new());
            for turn in 0.. {
                if whole.elapsed() >= TURN {
                    break;
                }
                let bytes = checkout(&wares, client + turn * CLIENTS)?;
                let watch = Stopwatch::start();
                placed.push(wares::taken(&mut connection, &bytes).await?);
                waits.push(watch.elapsed());
            }
            anyhow::Ok((placed, waits))
        });
    }
    let (mut placed, mut waits) = (Vec::new(), Vec::new());
    while let Some(client) = clients.join_next().await {
        let (orders, some) = client??;
        placed.extend(orders);
        waits.extend(some);
    }
    let seconds = watch.elapsed().as_secs_f64();
    programme.instance.kill()?;
    programme.instance.serve()?;
    let mut connection = Connection::open(programme.instance.address()).await?;
    for order in &placed {
        let reply = connection.exchange(&request("GET", order, &[], "")).await?;
        ensure!(reply.status == 200, "an order that was answered is lost: {order} is answered by {}", reply.status);
    }
    programme.instance.stop()?;
    stage.keep_programme(programme);
    let bare = writes::bare(&stage.path("orders.sqlite")).await?;
    waits.sort_unstable();
    let p99 = waits.get(waits.len() * 99 / 100).copied().unwrap_or_default().as_millis();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
    let rate = placed.len() as f64 / seconds;
    Ok(vec![Row {
        work: format!("orders over two sellers, {CLIENTS} buyers; all {} there after a kill", placed.len()),
        measured: format!("{rate:.0}/s, p99 {p99} ms"),
        baseline: format!("SQLite {bare:.0} transactions/s"),
        figure: rate,
        goal: Goal::AtLeast(PER_SECOND, "orders/s"),
    }])
}

/// The form of an order of two products of different shops, which are collected, so that what is seen is what it costs.
fn checkout(wares: &[Ware], number: usize) -> anyhow::Result<Vec<u8>> {
    let first = wares.get(number.wrapping_mul(7_919) % wares.len()).context("nothing is for sale")?;
    let other = |step: usize| wares.get((number.wrapping_mul(7_919) + step) % wares.len());
    let second = (1..wares.len()).find_map(|step| other(step).filter(|ware| ware.shop != first.shop));
    let second = second.context("all is of one shop")?;
    let basket = format!("{}.one.1~{}.one.2", first.code, second.code);
    let seen = (first.price + 2 * second.price).to_string();
    let fields = [
        ("basket", basket.as_str()),
        ("seen", seen.as_str()),
        ("name", "Acheteuse"),
        ("phone", "0600000000"),
        ("way", "collected"),
        ("province", "04.421"),
        ("method", "on-delivery"),
    ];
    Ok(form("/fr/p/marketplace/checkout", &[], &fields))
}
