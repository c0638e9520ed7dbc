//! Figures that the design promises, measured roughly: a test fails when one of them is lost by an order of magnitude. The exact ones
//! come from `cargo xtask bench`. `cargo nextest run -p tiwizi-host figures --no-capture` shows them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tiwizi_identity::Caller;
use tiwizi_model::Language;
use tiwizi_records::Unit;

use super::house::{House, bundle, chaos};
use crate::guest::state::{Beginning, store};

const ROUNDS: u32 = 500;

#[expect(clippy::disallowed_methods, reason = "how long things take is what is tested")]
fn now() -> Instant {
    Instant::now()
}

fn held(what: &str, each: Duration, each_max: Duration) {
    println!("{what}: {each:?}");
    assert!(each < each_max, "{what}: {each:?}");
}

#[tokio::test]
async fn a_page_costs_microseconds_not_milliseconds() {
    let house = House::with_chaos().await;
    house.get("/fine").await.unwrap();
    let began = now();
    for _ in 0..ROUNDS {
        house.get("/fine").await.unwrap();
    }
    held("a call, one after the other", began.elapsed() / ROUNDS, Duration::from_millis(5));
    let began = now();
    for _ in 0..ROUNDS / 25 {
        let calls = futures::future::join_all((0..25).map(|_| house.get("/fine"))).await;
        assert!(calls.iter().all(Result::is_ok));
    }
    held("a call, 25 at once", began.elapsed() / ROUNDS, Duration::from_millis(5));
}

#[tokio::test]
async fn a_fresh_instance_costs_microseconds() {
    let house = House::with_chaos().await;
    let (ground, plugin) = (house.host.ground(), house.host.find(&chaos()).unwrap());
    let mut spent = Duration::ZERO;
    for _ in 0..ROUNDS {
        let beginning = Beginning {
            plugin: Arc::clone(&plugin),
            caller: Caller::public(),
            request_id: "r".into(),
            language: Language::French,
            ambient: ground.ambient.clone(),
            unit: Unit::new(ground.records.clone(), Caller::public()),
            cpu_ms: 200,
        };
        let began = now();
        let mut store = store(&ground.engine, beginning);
        plugin.pre.instantiate_async(&mut store).await.unwrap();
        spent += began.elapsed();
    }
    held("a store with an instance", spent / ROUNDS, Duration::from_millis(2));
}

#[tokio::test]
async fn a_compiled_component_is_loaded_in_milliseconds() {
    let house = House::with_chaos().await;
    let (hash, content) = crate::bundle::Bundle::read(&bundle()).unwrap().files["component.wasm"].clone();
    let began = now();
    for _ in 0..20 {
        house.host.loader().ready(hash, content.clone()).await.unwrap();
    }
    held("a load from the cache", began.elapsed() / 20, Duration::from_millis(200));
}
