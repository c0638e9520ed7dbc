//! Plugins look at writes before they happen: what they may do with them, and what becomes of a write when they fail.

use serde_json::{Value, json};
use tiwizi_identity::{AccountCaller, Caller, RoleGrant};
use tiwizi_model::{AccountId, Bound, Language, PluginId, Record, limits};
use tiwizi_records::{Draft, HookFailure, Manifest, WriteError};
use tiwizi_storage::plugin as rows;

use super::house::{House, QUICK_LOOP_MS, bundle, chaos};
use super::installs::changed;
use super::unloaded::broken;
use crate::call::Time;
use crate::{Capture, Captures, Enabled, Grants, HookState, InstallError, PluginState, ReplayEnd, replay};

pub(super) const THING: &str = "test/thing";
const HINT: &str = "test/hint";

/// With the chaos plugin and kinds of somebody else that its hooks look at.
async fn house() -> House {
    let house = House::with_chaos().await;
    add_things(&house).await;
    house
}

/// Kinds of somebody else.
pub(super) async fn add_things(house: &House) {
    add_things_of(house, "test").await;
}

/// The same under another name.
pub(super) async fn add_things_of(house: &House, id: &str) {
    let text = json!({ "fr": "Test" });
    let rights = json!(["public", "role:registrar"]);
    let kind = |name: &str| {
        json!({
            "name": name, "title": text, "plane": "test", "purpose": "test", "retention": "test",
            "schema": { "type": "object", "additionalProperties": false, "required": ["text"], "properties": {
                "text": { "type": "string", "maxLength": 100 }, "secret": { "type": "string" } } },
            "classes": { "text": "public", "secret": "sensitive" },
            "access": { "read": rights, "create": rights, "change": rights, "delete": rights }
        })
    };
    let manifest =
        json!({ "id": id, "version": "1.0.0", "api": "1.0", "name": text, "kinds": [kind("thing"), kind("hint")] });
    let manifest = Manifest::parse(manifest.to_string().as_bytes()).unwrap();
    let mut tx = house.host.db().begin_write().await.unwrap();
    let addition = house.host.catalogue().add(&mut tx, &manifest).await.unwrap();
    tx.commit().await.unwrap();
    house.host.catalogue().publish(addition);
}

pub(super) async fn submit(house: &House, caller: &Caller, draft: Draft) -> Result<Record, WriteError> {
    house.host.ground().records.submit(caller, vec![draft], None).await.map(|mut records| records.remove(0))
}

pub(super) async fn create(house: &House, kind: &str, text: &str) -> Result<Record, WriteError> {
    let body = json!({ "text": text, "secret": "ours" });
    submit(house, &Caller::public(), Draft::create(kind.parse().unwrap(), body)).await
}

/// The one fault with which a write was refused: its pointer, code and message.
async fn refused(house: &House, text: &str) -> (String, String, String) {
    match create(house, THING, text).await {
        Err(WriteError::Invalid { fields, .. }) => {
            assert_eq!(fields[0].said_by, Some(chaos()));
            (fields[0].pointer.clone(), fields[0].code.to_string(), fields[0].message.clone())
        }
        other => panic!("{text}: {other:?}"),
    }
}

async fn failure(house: &House, text: &str) -> HookFailure {
    match create(house, THING, text).await {
        Err(WriteError::Hook(failure)) => failure,
        other => panic!("{text}: {other:?}"),
    }
}

#[tokio::test]
async fn a_hook_lets_pass_amends_or_refuses() {
    let house = house().await;
    let record = create(&house, THING, "fine").await.unwrap();
    assert_eq!(record.body, json!({ "text": "fine" }));
    let amended = create(&house, THING, "amend").await.unwrap();
    assert_eq!(amended.body["text"], "amended");
    let (pointer, code, message) = refused(&house, "refuse").await;
    assert_eq!((pointer.as_str(), code.as_str()), ("/text", "not\\u{a}this"));
    assert_eq!(message, "not \\u{202e}this");
    let (pointer, code, message) = refused(&house, "refuse-rubbish").await;
    assert_eq!((pointer.as_str(), code.as_str()), ("", "refused"));
    assert!(message.chars().count() <= limits::PROBLEM_CHARS_MAX + 1);
}

#[tokio::test]
async fn a_hook_sees_and_touches_only_what_the_caller_may() {
    let house = house().await;
    let (.., seen) = refused(&house, "see").await;
    let expected = json!({
        "hook": "watch", "kind": THING, "id": null, "operation": "create", "before": null, "after": { "text": "see" },
        "caller": "Public", "language": "fr",
    });
    assert_eq!(serde_json::from_str::<Value>(&seen).unwrap(), expected);

    let record = create(&house, THING, "amend").await.unwrap();
    let kind = record.kind.clone();
    let draft = Draft::patch(kind.clone(), record.id, json!({ "text": "see" }), None);
    let Err(WriteError::Invalid { fields, .. }) = submit(&house, &Caller::public(), draft).await else {
        panic!("it is refused")
    };
    let seen: Value = serde_json::from_str(&fields[0].message).unwrap();
    assert_eq!((&seen["operation"], &seen["id"]), (&json!("change"), &json!(record.id.to_string())));
    assert_eq!((&seen["before"], &seen["after"]), (&json!({ "text": "amended" }), &json!({ "text": "see" })));

    let whole = house.host.ground().records.may_read(&Caller::system(), &kind).unwrap();
    let whole = house.host.ground().records.read(&whole, record.id).await.unwrap().unwrap();
    assert_eq!(whole.body, json!({ "text": "amended", "secret": "ours" }));
    let failure = failure(&house, "amend-hidden").await;
    assert!(failure.reason.contains("/secret"), "{failure}");
}

#[tokio::test]
async fn a_hook_is_shown_nothing_sensitive_of_a_kind_of_somebody_else_and_leaves_it_as_it_stands() {
    let house = house().await;
    let caller = Caller::of_account(AccountCaller {
        account: AccountId(house.host.ground().ambient.new_uuid()),
        name: "Tanirt".into(),
        person: None,
        language: Language::French,
        roles: vec![RoleGrant::new("registrar".parse().unwrap(), "nation".parse().unwrap()).unwrap()],
    });
    let body = |text: &str| json!({ "text": text, "secret": "ours" });
    let seen = submit(&house, &caller, Draft::create(THING.parse().unwrap(), body("see"))).await;
    let Err(WriteError::Invalid { fields, .. }) = seen else { panic!("it is refused: {seen:?}") };
    let seen: Value = serde_json::from_str(&fields[0].message).unwrap();
    assert_eq!(seen["after"], json!({ "text": "see" }));
    let kept = submit(&house, &caller, Draft::create(THING.parse().unwrap(), body("amend"))).await.unwrap();
    assert_eq!(kept.body, json!({ "text": "amended", "secret": "ours" }));
}

#[tokio::test]
async fn a_hook_may_not_write() {
    let house = house().await;
    let (.., codes) = refused(&house, "write").await;
    assert_eq!(codes, r#"["denied","denied","denied","denied","denied"]"#);
    assert_eq!(house.document("/notes").await, json!([]));
    assert_eq!(house.document("/kv/keys").await, json!([[]]));
}

#[tokio::test]
async fn when_a_hook_fails_the_write_is_refused_or_passes_as_its_manifest_says() {
    let house = house().await;
    for (text, reason) in [
        ("trap", "crashed"),
        ("loop", " 5 ms of processor time"),
        ("sleep", "longer than 500 ms"),
        ("amend-wrong", "/text"),
    ] {
        house.limit(Bound::CpuMs, if text == "loop" { QUICK_LOOP_MS } else { Bound::CpuMs.ceiling() }).await;
        let failure = failure(&house, text).await;
        assert_eq!((failure.plugin, failure.hook.as_str()), (chaos(), "watch"));
        assert!(failure.reason.contains(reason), "{text}: {}", failure.reason);
        let record = create(&house, HINT, text).await.unwrap();
        assert_eq!(record.body["text"], text);
    }
    assert_eq!(house.state(), PluginState::Enabled);
    house.assert_unhurt().await;
}

#[tokio::test]
async fn a_hook_gets_no_more_than_an_administrator_gives_a_page_and_no_more_than_the_kernel_gives_a_hook() {
    let house = house().await;
    for (bound, amount, text, reason) in [
        (Bound::CpuMs, QUICK_LOOP_MS, "loop", " 5 ms of processor time"),
        (Bound::WallMs, 200, "sleep", "longer than 200 ms"),
        (Bound::WallMs, Bound::WallMs.ceiling(), "sleep", "longer than 500 ms"),
    ] {
        house.limit(bound, amount).await;
        let failure = failure(&house, text).await;
        assert!(failure.reason.contains(reason), "{bound} {amount}: {}", failure.reason);
        house.give_most(bound).await;
    }
    let most = Time::of_hook(&house.host.find(&chaos()).unwrap());
    assert_eq!((most.cpu_ms, most.wall_ms), (limits::HOOK_CPU_MS_MAX, limits::HOOK_WALL_MS_MAX));
}

#[tokio::test]
async fn a_hook_that_fails_again_and_again_is_not_asked_for_a_while() {
    let house = house().await;
    for text in ["giant", "amend-unknown", "trap", "trap", "trap"] {
        failure(&house, text).await;
    }
    let resting = failure(&house, "fine").await;
    assert!(resting.reason.contains("rests"), "{resting}");
    assert!(resting.retry_after_s > 1, "{resting:?}");
    let view = house.host.plugin(&chaos()).unwrap();
    let watch = view.hooks.iter().find(|hook| hook.declaration.name == "watch").unwrap();
    assert_eq!(watch.state, HookState::Resting);
    assert!(watch.reason.as_deref().unwrap().contains("crashed"), "{watch:?}");
    assert_eq!(watch.kind, Some("trap"));
    assert_eq!(create(&house, HINT, "fine").await.unwrap().body["text"], "fine");
}

#[tokio::test]
async fn hooks_look_by_order_and_then_by_their_plugins_id() {
    let house = house().await;
    for (id, order) in [("zeal", 10), ("early", 5), ("alpha", 10)] {
        let bundle = changed(None, |manifest| {
            manifest["id"] = json!(id);
            manifest["hooks"][0]["order"] = json!(order);
        });
        house.host.install(bundle, Grants::All, &Caller::system()).await.unwrap();
    }
    let record = create(&house, THING, "mark").await.unwrap();
    assert_eq!(record.body["text"], "mark early alpha chaos zeal");
}

#[tokio::test]
async fn nobody_is_asked_about_the_own_writes_of_a_plugin_or_those_of_the_kernel() {
    let house = house().await;
    house.post("/write", "refuse").await.unwrap();
    assert_eq!(house.document("/notes").await, json!(["refuse"]));
    let draft = Draft::create(THING.parse().unwrap(), json!({ "text": "refuse" }));
    submit(&house, &Caller::system(), draft.clone()).await.unwrap();
    let through = |plugin: &str| Caller::public().through(plugin.parse::<PluginId>().unwrap());
    submit(&house, &through("chaos"), draft.clone()).await.unwrap();
    assert!(submit(&house, &through("other"), draft).await.is_err());
}

#[tokio::test]
async fn the_word_of_a_plugin_counts_only_while_it_is_granted_and_switched_on() {
    let house = house().await;
    let system = Caller::system();
    house.host.set_grants(&chaos(), Grants::parse("store").unwrap(), &system).await.unwrap();
    create(&house, THING, "refuse").await.unwrap();
    house.host.set_grants(&chaos(), Grants::All, &system).await.unwrap();
    refused(&house, "refuse").await;
    house.host.set_enabled(&chaos(), Enabled::Off).await.unwrap();
    create(&house, THING, "refuse").await.unwrap();

    let plugin = house.host.find(&chaos()).unwrap();
    house.host.set_state(&plugin, rows::PluginState::Quarantined, Some("3 crashes".to_owned())).await.unwrap();
    assert!(failure(&house, "fine").await.reason.contains("quarantine"));
    let untrusted = Some("no longer trusted: a test".to_owned());
    house.host.set_state(&plugin, rows::PluginState::Quarantined, untrusted).await.unwrap();
    create(&house, THING, "fine").await.unwrap();
}

#[tokio::test]
async fn a_hook_of_a_plugin_that_could_not_be_loaded_refuses_or_passes_as_one_that_failed() {
    let house = broken(house().await).await;
    add_things(&house).await;
    assert!(failure(&house, "fine").await.reason.contains("could not be loaded"));
    create(&house, HINT, "fine").await.unwrap();
    house.host.set_enabled(&chaos(), Enabled::Off).await.unwrap();
    create(&house, THING, "fine").await.unwrap();
}

#[tokio::test]
async fn a_manifest_with_hooks_asks_for_them() {
    let house = House::empty().await;
    let bundle = changed(None, |manifest| {
        manifest["capabilities"].as_array_mut().unwrap().retain(|capability| capability["name"] != "hooks");
    });
    let Err(InstallError::Manifest(error)) = house.host.install(bundle, Grants::All, &Caller::system()).await else {
        panic!("it is refused")
    };
    assert!(error.explain().contains("/hooks"), "{}", error.explain());
}

#[tokio::test]
async fn a_hook_that_traps_is_captured_and_replays() {
    let house = house().await;
    house.host.set_captures(&chaos(), Captures::On, &Caller::system()).unwrap();
    failure(&house, "trap").await;
    let [view] = house.host.captures(&chaos()).unwrap().try_into().unwrap();
    let text = std::fs::read_to_string(&view.path).unwrap();
    for kept in [THING, "hooks.before", "trap"] {
        assert!(text.contains(kept), "{kept} is not in {text}");
    }
    let capture = Capture::read(text.as_bytes()).unwrap();
    let replayed = replay(&capture, &bundle()).await.unwrap();
    assert_eq!(replayed.end, ReplayEnd::Same { failure: view.failure });
}

#[tokio::test]
async fn a_hook_that_takes_too_long_is_captured() {
    let house = house().await;
    house.host.set_captures(&chaos(), Captures::On, &Caller::system()).unwrap();
    failure(&house, "sleep").await;
    let [view] = house.host.captures(&chaos()).unwrap().try_into().unwrap();
    assert!(view.failure.contains("longer than 500 ms"), "{view:?}");
}
