//! Calls from plugin to plugin: who answers, whose rights count, what is kept together, and where a chain ends.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::{Bound, Language, PluginId, limits};

use super::house::{House, LOOP_MS, Setup, bundle_as, chaos};
use crate::{
    Answer, CallError, Enabled, Grants, InstallError, PluginState, RemoveError, Request, Upgrade, UpgradeError,
};

fn id(name: &str) -> PluginId {
    name.parse().unwrap()
}

fn required(contract: &str, major: u32, optional: bool) -> Value {
    json!({ "contract": contract, "major": major, "optional": optional })
}

/// The chaos component under another id, which asks these.
fn named(name: &str, requires: &Value) -> Bytes {
    bundle_as(|manifest| {
        manifest["id"] = json!(name);
        manifest["requires"] = requires.clone();
    })
}

/// Chaos, which asks `two`, which asks `three`, and so on in a row of six; the last one asks the first.
async fn row() -> House {
    row_in(Setup::default()).await
}

async fn row_in(setup: Setup) -> House {
    let house = House::with_chaos_in(setup).await;
    let names = ["two", "three", "four", "five", "six"];
    for (position, name) in names.iter().enumerate() {
        let next = names.get(position + 1).map(|next| required(&format!("{next}/echo"), 1, true));
        let requires: Vec<Value> = next.into_iter().chain([required("chaos/echo", 1, true)]).collect();
        let requires = Value::Array(requires);
        house.host.install(named(name, &requires), Grants::All, &Caller::system()).await.unwrap();
    }
    house
}

/// Gives `two` so much of something.
async fn set(house: &House, bound: Bound, amount: u64) {
    house.host.set_limits(&id("two"), &[(bound, Some(amount))], &Caller::system()).await.unwrap();
}

async fn posted(house: &House, path: &str, wanted: &Value) -> Value {
    match house.post(path, &wanted.to_string()).await {
        Ok(Answer::Json { body, .. }) => body,
        other => panic!("{path} answered {other:?}"),
    }
}

fn question(method: &str, payload: Value) -> Value {
    json!({ "contract": "two/echo", "method": method, "payload": payload })
}

/// A question that goes on along the row, as often as there are names.
fn along(names: &[&str], last: Value) -> Value {
    names.iter().rev().fold(
        last,
        |payload, name| json!({ "contract": format!("{name}/echo"), "method": "deeper", "payload": payload }),
    )
}

async fn notes_of(house: &House, name: &str) -> Value {
    let request = Request::get("r", "/notes", Language::French);
    match house.host.call(&id(name), Caller::public(), request).await.map(|answered| answered.answer) {
        Ok(Answer::Json { body, .. }) => body,
        other => panic!("{name} answered {other:?}"),
    }
}

#[tokio::test]
async fn a_provider_answers_for_the_same_caller() {
    let house = row().await;
    let told = posted(&house, "/calls/ask", &question("who", json!([1]))).await;
    assert_eq!(
        told,
        json!({
            "asker": "chaos", "contract": "two/echo", "self": "two", "name": "", "language": "fr", "payload": [1],
        })
    );
}

#[tokio::test]
async fn calls_are_denied_without_a_grant_and_without_a_declaration() {
    let house = row().await;
    // P02: one that exists and one that does not are answered alike.
    let undeclared = |contract: &str| json!({ "contract": contract, "method": "who", "payload": null });
    let there = posted(&house, "/calls/ask", &undeclared("three/echo")).await;
    let nowhere = posted(&house, "/calls/ask", &undeclared("nobody/echo")).await;
    assert_eq!((&there["code"], &there["details"]), (&json!("denied"), &json!({})));
    let message = there["message"].as_str().unwrap().replace("three/echo", "nobody/echo");
    assert_eq!((&nowhere["code"], nowhere["message"].as_str()), (&json!("denied"), Some(message.as_str())));
    house.host.set_grants(&chaos(), Grants::parse("store,kv").unwrap(), &Caller::system()).await.unwrap();
    let denied = posted(&house, "/calls/ask", &question("who", Value::Null)).await;
    assert_eq!(denied["details"], json!({ "capability": "calls", "granted_by": "administrator" }));
}

#[tokio::test]
async fn what_a_chain_writes_is_kept_together() {
    let house = row().await;
    let told = posted(&house, "/calls/ask-then-write", &question("write", json!({ "text": "a" }))).await;
    assert_eq!(told, json!(["a"]));
    assert_eq!(
        (notes_of(&house, "two").await, notes_of(&house, "chaos").await),
        (json!(["a"]), json!(["of the caller"]))
    );
    // The second question sees what the first one wrote, and both are one change.
    let wanted = json!({ "contract": "two/echo", "method": "further", "payload": {
        "contract": "three/echo", "method": "write", "payload": { "text": "b" } } });
    assert_eq!(posted(&house, "/calls/ask", &wanted).await, json!(["b"]));
    assert_eq!(
        (notes_of(&house, "two").await, notes_of(&house, "three").await),
        (json!(["a", "on the way"]), json!(["b"]))
    );
}

#[tokio::test]
async fn p14_what_a_chain_writes_is_gone_together() {
    let house = row().await;
    let write = question("write", json!({ "text": "a" }));
    assert!(matches!(house.post("/calls/ask-then-trap", &write.to_string()).await, Err(CallError::Trap { .. })));
    let problem = house.post("/calls/ask-then-problem", &write.to_string()).await;
    assert!(matches!(problem, Ok(Answer::Problem { status: 418, .. })), "{problem:?}");
    assert_eq!(notes_of(&house, "two").await, json!([]));
    // A provider that fails takes back what it wrote, with what those wrote whom it asked; its caller goes on.
    for method in ["write-then-fail", "write-then-trap"] {
        let wanted = json!({ "contract": "two/echo", "method": "further", "payload": {
            "contract": "three/echo", "method": method, "payload": { "text": method } } });
        posted(&house, "/calls/ask", &wanted).await;
        assert_eq!(notes_of(&house, "three").await, json!([]), "{method}");
    }
    let told = posted(&house, "/calls/ask-then-write", &question("write-then-fail", json!({ "text": "x" }))).await;
    assert_eq!(
        told,
        json!({ "code": "teapot", "message": "it does not want to answer", "retryable": false, "details": { "hot": true } })
    );
    assert_eq!((notes_of(&house, "two").await, notes_of(&house, "chaos").await), (json!([]), json!(["of the caller"])));
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_unavailable_with_the_cause() {
    let (setup, clock) = Setup::still();
    let house = row_in(setup).await;
    set(&house, Bound::CpuMs, LOOP_MS).await;
    let cause = async |wanted: &Value| {
        let told = posted(&house, "/calls/ask", wanted).await;
        assert_eq!(told["code"], "unavailable", "{told}");
        told["details"]["cause"].clone()
    };
    assert_eq!(cause(&json!({ "contract": "nowhere/echo", "method": "who", "payload": null })).await, "missing");
    assert_eq!(cause(&json!({ "contract": "two/other", "method": "who", "payload": null })).await, "missing");
    assert_eq!(
        cause(&json!({ "contract": "two/echo", "major": 2, "method": "who", "payload": null })).await,
        "version"
    );
    assert_eq!(cause(&question("loop", Value::Null)).await, "failed");
    assert_eq!(cause(&question("large", Value::Null)).await, "failed");
    for _ in 0..limits::PLUGIN_TRAPS_MAX {
        assert_eq!(cause(&question("write-then-trap", json!({ "text": "x" }))).await, "failed");
    }
    // Crashes count against the one who crashed, not against the one who asked.
    assert_eq!(house.host.plugin(&id("two")).unwrap().state, PluginState::Quarantined);
    assert_eq!(house.state(), PluginState::Enabled);
    let told = posted(&house, "/calls/ask", &question("who", Value::Null)).await;
    assert_eq!((&told["details"]["cause"], &told["retryable"]), (&json!("disabled"), &json!(true)));
    // When the quarantine is over it is asked again.
    clock.advance_ms(limits::PLUGIN_QUARANTINE_MS_MIN.unsigned_abs());
    assert_eq!(posted(&house, "/calls/ask", &question("who", Value::Null)).await["self"], "two");
    house.host.set_enabled(&id("two"), Enabled::Off).await.unwrap();
    let told = posted(&house, "/calls/ask", &question("who", Value::Null)).await;
    assert_eq!((&told["details"]["cause"], &told["retryable"]), (&json!("disabled"), &json!(false)));
    house.host.set_enabled(&id("two"), Enabled::On).await.unwrap();
    assert_eq!(posted(&house, "/calls/ask", &question("nothing", Value::Null)).await["code"], "invalid");
}

#[tokio::test]
async fn a_plugin_that_is_being_replaced_is_not_asked() {
    let house = row().await;
    let gate = house.host.find(&id("two")).unwrap().gate.clone();
    let held = gate.hold().await.unwrap();
    let told = posted(&house, "/calls/ask", &question("who", Value::Null)).await;
    assert_eq!((&told["details"]["cause"], &told["retryable"]), (&json!("busy"), &json!(true)));
    drop(held);
    assert_eq!(posted(&house, "/calls/ask", &question("who", Value::Null)).await["self"], "two");
    // The chain was stored, so nothing keeps the gate from being held.
    gate.hold().await.unwrap();
}

#[tokio::test]
async fn what_is_used_in_a_chain_counts_for_whoever_ran() {
    let house = row().await;
    set(&house, Bound::CpuMs, LOOP_MS).await;
    let used = |name: &str| house.host.used().remove(&id(name)).unwrap().total;
    let (chaos, two, three) = (used("chaos"), used("two"), used("three"));
    posted(&house, "/calls/ask", &question("write", json!({ "text": "a" }))).await;
    posted(&house, "/calls/ask", &question("loop", Value::Null)).await;
    assert_eq!(used("chaos").calls - chaos.calls, 2);
    assert_eq!(used("chaos").store_calls, chaos.store_calls);
    assert_eq!(used("two").calls - two.calls, 2);
    assert_eq!(used("two").store_calls - two.store_calls, 3, "a note, a value, a list");
    assert_eq!(used("chaos").failures, BTreeMap::new());
    assert_eq!(used("two").failures, BTreeMap::from([("cpu-time", 1)]));
    let looped_us = LOOP_MS * 1_000;
    assert!(used("two").cpu_us >= looped_us && used("chaos").cpu_us < looped_us, "waiting is not running");
    assert_eq!(used("three"), three);
}

#[tokio::test]
async fn the_bounds_of_whoever_is_asked_hold_in_a_chain() {
    let house = row().await;
    set(&house, Bound::StoreCalls, 1).await;
    let told = posted(&house, "/calls/ask", &question("write", json!({ "text": "a" }))).await;
    assert_eq!(told["details"]["cause"], "failed", "it reads after it wrote");
    set(&house, Bound::StoreCalls, 100).await;
    set(&house, Bound::Rows, 1).await;
    assert_eq!(posted(&house, "/calls/ask", &question("write", json!({ "text": "a" }))).await, json!(["a"]));
    let told = posted(&house, "/calls/ask", &question("write", json!({ "text": "b" }))).await;
    assert_eq!((&told["code"], &told["details"]["records_max"]), (&json!("over-limit"), &json!(1)));
    set(&house, Bound::Rows, 100).await;
    // What others of the chain wrote before does not count for it.
    house.host.set_limits(&id("three"), &[(Bound::Rows, Some(1))], &Caller::system()).await.unwrap();
    let wanted = json!({ "contract": "two/echo", "method": "further", "payload": {
        "contract": "three/echo", "method": "write", "payload": { "text": "c" } } });
    assert_eq!(posted(&house, "/calls/ask", &wanted).await, json!(["c"]));
    assert_eq!(notes_of(&house, "two").await, json!(["a", "on the way"]));
    set(&house, Bound::WallMs, 50).await;
    let told = posted(&house, "/calls/ask", &question("sleep", Value::Null)).await;
    assert_eq!(told["details"]["cause"], "time");
}

#[tokio::test]
async fn the_callers_time_bounds_the_providers() {
    let house = row().await;
    // Neither has the other's time: the chain ends with the first one's.
    let outcome = house.post("/calls/ask", &question("sleep", Value::Null).to_string()).await;
    match outcome {
        Ok(Answer::Json { body, .. }) => assert_eq!(body["details"]["cause"], "time"),
        Err(CallError::WallTime { .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn p12_nobody_is_asked_who_waits_in_the_chain() {
    let house = row().await;
    let back = json!({ "contract": "two/echo", "method": "deeper", "payload": {
        "contract": "chaos/echo", "method": "who", "payload": null } });
    let told = posted(&house, "/calls/ask", &back).await;
    assert_eq!((&told["code"], &told["details"]["cause"]), (&json!("unavailable"), &json!("re-entrant")));
    let last = house.host.log(&id("two"), 1).unwrap().remove(0);
    assert_eq!(last.message, "nobody answers for the contract chaos/echo: re-entrant");
}

#[tokio::test]
async fn a_chain_and_a_call_have_their_bounds() {
    let house = row().await;
    let who = |name: &str| json!({ "contract": format!("{name}/echo"), "method": "who", "payload": null });
    let deep = posted(&house, "/calls/ask", &along(&["two", "three", "four"], who("five"))).await;
    assert_eq!(deep["self"], "five");
    let deeper = posted(&house, "/calls/ask", &along(&["two", "three", "four", "five"], who("six"))).await;
    assert_eq!(deeper["code"], "over-limit", "{deeper}");
    let often = posted(&house, "/calls/ask-often", &question("who", Value::Null)).await;
    assert_eq!((&often["answered"], &often["last"]["code"]), (&json!(limits::CALLS_MAX), &json!("over-limit")));
}

#[tokio::test]
async fn nobody_reaches_further_through_another_than_both_may() {
    let house = row().await;
    let register = question("register", Value::Null);
    let granted = async |house: &House| posted(house, "/calls/ask", &register).await;
    let all = granted(&house).await;
    assert_ne!(all["details"]["capability"], "registry.read", "{all}");
    // Without the grant of the one who answers …
    house.host.set_grants(&id("two"), Grants::parse("store,kv,calls").unwrap(), &Caller::system()).await.unwrap();
    assert_eq!(granted(&house).await["details"]["capability"], "registry.read");
    // … or of the one who asks.
    house.host.set_grants(&id("two"), Grants::All, &Caller::system()).await.unwrap();
    house.host.set_grants(&chaos(), Grants::parse("calls").unwrap(), &Caller::system()).await.unwrap();
    let told = granted(&house).await;
    assert_eq!((&told["code"], &told["details"]["plugin"]), (&json!("denied"), &json!("chaos")));
    // What is its own it needs nobody for.
    assert_eq!(posted(&house, "/calls/ask", &question("write", json!({ "text": "own" }))).await, json!(["own"]));
}

#[tokio::test]
async fn what_nobody_provides_and_is_needed_refuses_the_installation() {
    let house = House::with_chaos().await;
    let needs = |contract: &str, major| named("two", &json!([required(contract, major, false)]));
    for (contract, major) in [("nobody/echo", 1), ("chaos/other", 1), ("chaos/echo", 9)] {
        let refused = house.host.install(needs(contract, major), Grants::All, &Caller::system()).await;
        let Err(InstallError::Requires { contract: named, major: version, .. }) = refused else {
            panic!("{contract} {major} is not needed")
        };
        assert_eq!((named.as_str(), version), (contract, major));
    }
    house.host.install(needs("chaos/echo", 1), Grants::All, &Caller::system()).await.unwrap();
    let next = bundle_as(|manifest| {
        manifest["id"] = json!("two");
        manifest["version"] = json!("1.1.0");
        manifest["requires"] = json!([required("nobody/echo", 1, false)]);
    });
    let refused = house.host.upgrade(Upgrade::of(next, Caller::system())).await;
    assert!(matches!(refused, Err(UpgradeError::Refused(InstallError::Requires { .. }))), "{refused:?}");
}

/// Chaos as a later version, which provides these contracts.
fn later(provides: &Value) -> Upgrade {
    let bundle = bundle_as(|manifest| {
        manifest["version"] = json!("1.1.0");
        manifest["provides"] = provides.clone();
    });
    Upgrade::of(bundle, Caller::system())
}

#[tokio::test]
async fn who_is_required_is_neither_removed_nor_upgraded_to_less() {
    let (house, system) = (House::with_chaos().await, Caller::system());
    for (name, optional) in [("needs", false), ("may-ask", true)] {
        let bundle = named(name, &json!([required("chaos/echo", 1, optional)]));
        house.host.install(bundle, Grants::All, &system).await.unwrap();
    }
    let refused = house.host.remove(&chaos(), &system).await.unwrap_err();
    assert!(matches!(&refused, RemoveError::Required { by, .. } if by.len() == 1), "{refused:?}");
    assert!(refused.to_string().contains("needs requires chaos/echo 1"), "{refused}");
    for outcome in
        [house.host.rehearse(later(&json!([]))).await.map(drop), house.host.upgrade(later(&json!([]))).await.map(drop)]
    {
        let refused = outcome.unwrap_err();
        assert!(matches!(&refused, UpgradeError::Required { .. }), "{refused:?}");
        assert!(refused.to_string().contains("needs requires chaos/echo 1"), "{refused}");
    }
    assert_eq!((house.state(), house.document("/fine").await), (PluginState::Enabled, json!("fine")));
    house.host.remove(&id("needs"), &system).await.unwrap();
    house.host.upgrade(later(&json!([]))).await.unwrap();
    house.host.remove(&chaos(), &system).await.unwrap();
}
