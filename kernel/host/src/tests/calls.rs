//! Who calls, where it runs, and what happens when the caller goes away.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tiwizi_identity::{AccountCaller, Caller, Role, RoleGrant, Scope};
use tiwizi_model::{AccountId, Jurisdiction, Language, RecordId, limits};

use super::house::{House, bundle_as, chaos};
use crate::{Answer, CallError, Grants, Request};

#[tokio::test]
async fn p03_the_caller_is_what_the_kernel_says() {
    let house = House::with_chaos().await;
    let public = house.document("/who").await;
    assert_eq!(
        (&public["kind"], &public["plugin"], &public["language"]),
        (&"Public".into(), &"chaos 1.0.0".into(), &"fr".into())
    );
    let person = RecordId(uuid::Uuid::from_u128(7));
    let caller = Caller::of_account(AccountCaller {
        account: AccountId(uuid::Uuid::from_u128(8)),
        name: "Fatima".to_owned(),
        person: Some(person),
        language: Language::Tachelhit,
        roles: vec![RoleGrant { role: Role::Trainer, scope: Scope::Jurisdiction(Jurisdiction::Nation) }],
    });
    let request = Request::get("r9", "/who", Language::Tachelhit);
    let Answer::Json { body, .. } = house.host.call(&chaos(), caller, request).await.unwrap().answer else {
        panic!("it answers")
    };
    assert_eq!(body["kind"], "Account");
    assert_eq!(body["person"], person.to_string());
    assert_eq!(body["roles"], serde_json::json!(["trainer"]));
    assert_eq!((&body["request"], &body["language"]), (&"r9".into(), &"shi".into()));
}

#[tokio::test]
async fn a_guest_finds_no_environment() {
    let house = House::with_chaos().await;
    let found = house.document("/environment").await;
    assert_eq!(found, serde_json::json!({ "variables": [], "arguments": [] }));
}

#[tokio::test]
async fn p15_callers_that_go_away_leave_nothing_behind() {
    let house = House::with_chaos().await;
    for round in 0..10_000_u32 {
        let text = format!("gone {round}");
        let mut call = Box::pin(house.post("/write", &text));
        // On a machine with time to spare it is answered at once, and behind those that have not left yet it is turned away.
        let first = futures::poll!(&mut call);
        let fits = matches!(first, Poll::Pending | Poll::Ready(Ok(_) | Err(CallError::Busy { .. })));
        assert!(fits, "{first:?}");
        if round % 4 == 0 {
            tokio::task::yield_now().await;
        }
    }
    // Every place is free again: as many calls as may run at once, all at once.
    let calls = futures::future::join_all((0..limits::PLUGIN_CALLS_MAX).map(|_| house.get("/fine")));
    let answers = tokio::time::timeout(Duration::from_secs(60), calls).await.unwrap();
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

#[tokio::test]
async fn past_the_queue_callers_are_told_to_come_back() {
    let house = House::with_chaos().await;
    let calls = (0..limits::PLUGIN_CALLS_MAX + limits::PLUGIN_QUEUE_MAX + 40).map(|_| house.get("/loop"));
    let outcomes = futures::future::join_all(calls).await;
    let busy = outcomes.iter().filter(|outcome| matches!(outcome, Err(CallError::Busy { .. }))).count();
    assert!(busy >= 40, "{busy}");
    house.assert_unhurt().await;
}

#[tokio::test]
async fn a_plugin_that_is_switched_off_is_not_called() {
    let house = House::with_chaos().await;
    house.host.set_enabled(&chaos(), crate::Enabled::Off).await.unwrap();
    assert!(matches!(house.get("/fine").await, Err(CallError::Off { .. })));
    let house = house.again().await;
    assert!(matches!(house.get("/fine").await, Err(CallError::Off { .. })));
    house.assert_unhurt().await;
    let unknown =
        house.host.call(&"other".parse().unwrap(), Caller::public(), Request::get("r", "/", Language::French)).await;
    assert!(matches!(unknown, Err(CallError::Unknown { .. })));
}

#[tokio::test]
async fn pages_show_the_entries_of_plugins_that_may_be_called() {
    let house = House::with_chaos().await;
    let listed = bundle_as(|manifest| {
        manifest["id"] = "listed".into();
        manifest["requires"] = serde_json::json!([]);
        manifest["routes"][0]["menu"] = true.into();
    });
    house.host.install(listed, Grants::All, &Caller::system()).await.unwrap();
    let shown = || -> Vec<(String, usize)> {
        let editions = house.host.in_use();
        editions.iter().map(|edition| (edition.plugin().to_string(), edition.menu().count())).collect()
    };
    assert_eq!(shown(), [("chaos".to_owned(), 0), ("listed".to_owned(), 1)]);
    house.host.set_enabled(&chaos(), crate::Enabled::Off).await.unwrap();
    assert_eq!(shown(), [("listed".to_owned(), 1)]);
}

#[tokio::test]
async fn a_panic_inside_the_host_is_contained() {
    let house = House::with_chaos().await;
    let outcome = house.host.guests().run(async { panic!("a host function panics") }).await;
    let outcome: Result<(), CallError> = outcome;
    assert!(matches!(outcome, Err(CallError::Panic)));
    house.assert_unhurt().await;
}

#[tokio::test]
async fn the_plugin_says_whether_it_is_well() {
    let house = House::with_chaos().await;
    assert_eq!(house.host.health(&chaos()).await.unwrap(), Ok(()));
    let host = Arc::new(house.host.clone());
    assert!(host.health(&"other".parse().unwrap()).await.is_err());
}
