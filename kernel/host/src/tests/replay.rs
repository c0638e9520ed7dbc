//! Time and randomness: coarse for guests, and the same again where a test or a replay asks for it.

use std::sync::Arc;

use serde_json::Value;
use tiwizi_model::{Ambient, Instant, Language, ManualClock, SeededEntropy};

use super::house::{House, Setup};
use crate::{Answer, Request, Workbench};

async fn still(seed: u64) -> House {
    let clock = Arc::new(ManualClock::at(Instant(1_780_000_000_123)));
    let ambient = Ambient::new(clock, Arc::new(SeededEntropy::new(seed)));
    let workbench = Workbench { replay_seed: Some(seed), ..Workbench::default() };
    House::with_chaos_in(Setup { ambient, workbench, ..Setup::default() }).await
}

async fn drawn(house: &House, request: &str) -> Value {
    let request = Request::get(request, "/draw", Language::French);
    match house.ask(request).await {
        Ok(Answer::Json { body, .. }) => body,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn p31_the_same_request_gives_the_same_answer_a_thousand_times() {
    let house = still(7).await;
    let first = drawn(&house, "r1").await;
    for _ in 0..1_000 {
        assert_eq!(drawn(&house, "r1").await, first);
    }
    let now = serde_json::json!(1_780_000_000_123_u64);
    assert_eq!((&first["now"], &first["steady_ms"]), (&now, &now));
    assert_ne!(drawn(&house, "r2").await["random"], first["random"]);
    assert_eq!(drawn(&still(7).await, "r1").await, first);
    assert_ne!(drawn(&still(8).await, "r1").await["random"], first["random"]);
}

#[tokio::test]
async fn p31_without_a_seed_nothing_repeats_and_clocks_are_coarse() {
    let house = House::with_chaos().await;
    let (one, two) = (drawn(&house, "r1").await, drawn(&house, "r1").await);
    assert_ne!(one["random"], two["random"]);
    assert_ne!(one["order"], two["order"]);
    for told in [one, two] {
        assert_eq!(told["steady_rest"], 0, "finer than a millisecond");
    }
}
