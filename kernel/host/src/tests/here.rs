//! What a plugin knows of its instance and its time, and what it counts.

use serde_json::{Value, json};
use tiwizi_identity::Caller;

use super::house::{House, Setup, chaos};
use crate::{Answer, Grants, MetricNumbers};

#[tokio::test]
async fn the_instance_is_what_the_kernel_says() {
    let house = House::with_chaos_in(Setup { address: None, ..Setup::default() }).await;
    let told = house.document("/instance").await;
    assert_eq!((&told["id"], &told["name"]), (&json!("00000000-0000-0000-0000-000000000001"), &json!("Test")));
    let provinces = told["provinces"].as_array().unwrap();
    assert_eq!((provinces.len(), &provinces[0]), (75, &json!("01.051")));
    assert_eq!(told["address"], Value::Null, "nobody has set one");
}

#[tokio::test]
async fn the_public_address_is_the_one_that_the_operator_set() {
    let address = Some("https://registre.example.org".to_owned());
    let house = House::with_chaos_in(Setup { address, ..Setup::default() }).await;
    assert_eq!(house.document("/instance").await["address"], "https://registre.example.org");
}

#[tokio::test]
async fn whom_the_caller_acts_for_is_told_to_plugins_that_may_read_the_register() {
    let house = House::with_chaos().await;
    assert_eq!(house.document("/acts-for").await, json!([]), "the public acts for nobody");
    house.host.set_grants(&chaos(), Grants::parse("store").unwrap(), &Caller::system()).await.unwrap();
    assert_eq!(house.document("/acts-for").await["details"]["capability"], "registry.read");
}

#[tokio::test]
async fn the_time_that_is_left_goes_on_while_a_plugin_waits() {
    let house = House::with_chaos().await;
    let told = house.document("/deadline").await;
    let (before, after) = (told["before"].as_u64().unwrap(), told["after"].as_u64().unwrap());
    assert!(before <= tiwizi_model::limits::PLUGIN_WALL_MS_MAX && after + 30 <= before + 1, "{told}");
}

fn numbers(house: &House) -> Value {
    let plugins = house.host.metrics();
    let (_, views) = plugins.iter().find(|(id, _)| *id == chaos()).unwrap();
    let number = |view: &crate::MetricView| match view.numbers {
        MetricNumbers::Counter(total) => json!([view.name, total]),
        MetricNumbers::Histogram { count, sum, .. } => json!([view.name, count, sum]),
    };
    views.iter().map(number).collect()
}

#[tokio::test]
async fn what_the_manifest_declares_is_counted_and_nothing_else() {
    let house = House::with_chaos().await;
    house.document("/metrics").await;
    house.document("/metrics").await;
    assert_eq!(numbers(&house), json!([["length", 2, 15.0], ["steps", 4]]));
    house.host.set_grants(&chaos(), Grants::parse("store").unwrap(), &Caller::system()).await.unwrap();
    assert_eq!(house.document("/metrics").await, "counted");
    assert_eq!(numbers(&house), json!([["length", 2, 15.0], ["steps", 4]]));
}

#[tokio::test]
async fn a_count_sees_what_its_call_wrote_and_is_denied_without_a_grant() {
    let house = House::with_chaos().await;
    house.post("/write", "one").await.unwrap();
    let Ok(Answer::Json { body, .. }) = house.post("/count", "two").await else { panic!("it counts") };
    assert_eq!(body, json!({ "before": 1, "after": 2, "same": 1, "unanswered": "not-indexed" }));
    house.host.set_grants(&chaos(), Grants::parse("").unwrap(), &Caller::system()).await.unwrap();
    let denied = house.post("/count", "three").await;
    assert!(matches!(&denied, Ok(Answer::Problem { status: 403, .. })), "{denied:?}");
}
