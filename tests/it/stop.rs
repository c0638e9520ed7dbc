//! Does a stop let what is under way come to its end?

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::ensure;
use tiwizi_tests::load::{Connection, request};
use tiwizi_tests::{Instance, Setting};
use tokio::task::JoinSet;

use crate::register::{COOPERATIVES, cooperative};

const WRITERS: usize = 16;
/// How long the load runs before the stop.
const LOAD_MS: u64 = 300;

/// Writes until the server takes no more, and counts what it acknowledged.
async fn write(address: String, token: String, writer: usize, written: Arc<AtomicU64>) -> anyhow::Result<()> {
    let mut connection = Connection::open(&address).await?;
    let authorization = format!("Bearer {token}");
    for turn in 0.. {
        let body = cooperative(&format!("{writer}-{turn}")).to_string();
        let bytes = request("POST", COOPERATIVES, &[("authorization", &authorization)], &body);
        match connection.exchange(&bytes).await {
            Ok(reply) if reply.status == 201 => {
                written.fetch_add(1, Ordering::Relaxed);
            }
            Ok(reply) => ensure!(reply.status == 503, "a stopping server answered {}", reply.status),
            Err(_) => break,
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_stop_under_load_answers_every_write_that_took_effect() -> anyhow::Result<()> {
    let mut instance = Instance::start(&Setting::default())?;
    let client = instance.registrar().await?;
    let written = Arc::new(AtomicU64::new(0));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (address, token) = (instance.address().to_owned(), client.token().to_owned());
        writers.spawn(write(address, token, writer, Arc::clone(&written)));
    }
    tokio::time::sleep(Duration::from_millis(LOAD_MS)).await;
    instance.ask_to_stop()?;
    while let Some(writer) = writers.join_next().await {
        writer??;
    }
    let (status, log) = instance.stop_was_asked()?;
    ensure!(status.code() == Some(0), "a stop that was asked for is no failure ({status}):\n{log}");
    let acknowledged = written.load(Ordering::Relaxed);
    ensure!(acknowledged > 0, "the load wrote nothing");
    instance.serve()?;
    let kept = crate::crash::Log::read(&instance, client.token()).await?.creations();
    ensure!(kept == acknowledged, "{kept} writes took effect, {acknowledged} were answered");
    Ok(())
}
