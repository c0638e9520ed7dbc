//! What a plugin writes is durable with its answer, and gone without one.

use serde_json::json;
use tiwizi_identity::Caller;

use super::house::{House, chaos};
use crate::{Answer, CallError, Capability, Grants, LogAuthor};

#[tokio::test]
async fn writes_are_seen_at_once_and_kept() {
    let house = House::with_chaos().await;
    let Ok(Answer::Json { body, .. }) = house.post("/write", "kept").await else { panic!("it writes") };
    assert_eq!(body, json!(["kept"]));
    let house = house.again().await;
    assert_eq!(house.document("/notes").await, json!(["kept"]));
}

#[tokio::test]
async fn p14_whatever_ends_a_call_badly_its_writes_are_gone() {
    let house = House::with_chaos().await;
    house.stop_loops_soon().await;
    assert!(matches!(house.post("/write-then-trap", "a").await, Err(CallError::Trap { .. })));
    assert!(matches!(house.post("/write-then-loop", "b").await, Err(CallError::CpuTime { .. })));
    assert!(matches!(house.post("/write-then-rubbish", "c").await, Err(CallError::Answer { .. })));
    let problem = house.post("/write-then-problem", "d").await.unwrap();
    assert!(matches!(problem, Answer::Problem { status: 418, .. }), "{problem:?}");
    assert_eq!(house.document("/notes").await, json!([]));
}

#[tokio::test]
async fn a_unit_has_a_bound_and_a_duplicate_is_told() {
    let house = House::with_chaos().await;
    house.give_many_store_calls().await;
    let Ok(Answer::Json { body, .. }) = house.post("/write-much", "").await else { panic!("it answers") };
    assert_eq!(body, json!("over-limit"));
    house.post("/write", "once").await.unwrap();
    let again = house.post("/write", "once").await;
    let told = match &again {
        Ok(Answer::Problem { status: 409, code, .. }) => code == "duplicate",
        Err(CallError::Commit { .. }) => true,
        _ => false,
    };
    assert!(told, "{again:?}");
}

#[tokio::test]
async fn a_milestone_of_a_cooperative_is_noted_for_nobody_who_does_not_act_for_it() {
    let house = House::with_chaos().await;
    let cooperative = "018f0000-0000-7000-8000-00000000000c";
    let told = house.told("/milestone-for", cooperative).await;
    assert_eq!(told["code"], "denied", "{told}");
    assert_eq!(house.told("/milestone-for", "no id").await["code"], "invalid");
    house.host.set_grants(&chaos(), Grants::parse("").unwrap(), &Caller::system()).await.unwrap();
    assert_eq!(house.told("/milestone-for", cooperative).await["details"]["capability"], "milestones");
}

#[tokio::test]
async fn two_calls_that_write_the_same_are_not_both_kept() {
    let house = House::with_chaos().await;
    let outcomes = futures::future::join_all((0..4).map(|_| house.post("/write", "one"))).await;
    let kept = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Answer::Json { .. }))).count();
    assert_eq!(kept, 1, "{outcomes:?}");
    assert_eq!(house.document("/notes").await, json!(["one"]));
}

#[tokio::test]
async fn what_is_not_granted_is_denied_and_explained() {
    let house = House::with_chaos().await;
    house.host.set_grants(&chaos(), Grants::parse("").unwrap(), &Caller::system()).await.unwrap();
    let register = house.document("/register").await;
    assert_eq!(register["code"], "denied");
    assert_eq!(register["details"], json!({ "capability": "registry.read", "granted_by": "administrator" }));
    assert_eq!(house.document("/milestone").await["details"]["capability"], "milestones");
    let Ok(Answer::Problem { status, code, details, .. }) = house.post("/write", "x").await else {
        panic!("it is denied")
    };
    assert_eq!((status, code.as_str(), &details["capability"]), (403, "denied", &json!("store")));
    assert_eq!(house.document("/log").await, "done");

    house.host.set_grants(&chaos(), Grants::All, &Caller::system()).await.unwrap();
    house.post("/write", "x").await.unwrap();
    assert_ne!(house.document("/register").await["details"]["capability"], "registry.read");
}

#[tokio::test]
async fn a_plugin_knows_of_founding_files_from_its_own_records_alone_and_not_without_the_grant() {
    let house = House::with_chaos().await;
    let told = house.document("/founding").await;
    let expected = json!({ "own": { "Ok": false }, "foreign": { "Err": "denied" }, "no-id": { "Err": "invalid" }, "founders": { "Ok": 5 } });
    assert_eq!(told, expected);
    house.host.set_grants(&chaos(), Grants::parse("store").unwrap(), &Caller::system()).await.unwrap();
    let told = house.document("/founding").await;
    for question in ["own", "no-id", "founders"] {
        assert_eq!(told[question], json!({ "Err": "denied" }), "{question}");
    }
}

#[tokio::test]
async fn p02_kinds_of_others_do_not_exist_for_a_plugin() {
    let house = House::with_chaos().await;
    let foreign = house.document("/foreign").await;
    assert_eq!(foreign["code"], "denied");
    assert!(!foreign["message"].as_str().unwrap().contains('\n'));
    let last = house.host.log(&chaos(), 1).unwrap().remove(0);
    assert_eq!((last.author, last.message.as_str()), (LogAuthor::Kernel, "chaos declares no kind training/course"));
}

#[tokio::test]
async fn a_grant_that_was_not_asked_for_cannot_be_given() {
    let house = House::with_chaos().await;
    let view = house.host.plugin(&chaos()).unwrap();
    let given: Vec<&str> = view.capabilities.iter().filter(|one| one.granted).map(|one| one.name.as_str()).collect();
    let asked = Capability::ALL.map(Capability::name);
    assert_eq!(given.len(), asked.len(), "all was granted that was asked for: {given:?}");
    assert!(asked.iter().all(|name| given.contains(name)));
}
