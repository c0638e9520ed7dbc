//! From one version to the next and back: all of it or nothing.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::{Language, limits};
use tiwizi_records::Counts;
use tiwizi_records::manifest::Slot;

use super::house::{House, chaos};
use super::installs::changed;
use crate::{
    Acceptance, CallError, Change, FragmentPage, Grants, InstallError, PluginState, Request, Stage, TrustError,
    Upgrade, UpgradeError,
};

/// The chaos plugin as version 1.1.0, whose notes count their words; `migration` says how it migrates.
pub(super) fn next(migration: &str) -> Bytes {
    changed(None, |manifest| become_next(manifest, migration))
}

pub(super) fn become_next(manifest: &mut Value, migration: &str) {
    manifest["version"] = json!("1.1.0");
    manifest["settings"]["properties"]["migration"] =
        json!({ "type": "string", "maxLength": 20, "default": migration });
    let note = &mut manifest["kinds"][0];
    note["schema"]["properties"]["words"] = json!({ "type": "integer", "minimum": 0 });
    note["classes"]["words"] = json!("internal");
}

/// The same, and the count is required.
pub(super) fn strict(migration: &str) -> Bytes {
    changed(None, |manifest| {
        become_next(manifest, migration);
        manifest["kinds"][0]["schema"]["required"] = json!(["text", "words"]);
    })
}

/// With a kind of its own as well.
pub(super) fn with_pages(migration: &str) -> Bytes {
    changed(None, |manifest| {
        become_next(manifest, migration);
        let mut page = manifest["kinds"][0].clone();
        page["name"] = json!("page");
        page["schema"] = json!({ "type": "object", "additionalProperties": false, "required": ["title"],
            "properties": { "title": { "type": "string", "maxLength": 100 } } });
        page["classes"] = json!({ "title": "public" });
        page["unique"] = json!([]);
        manifest["kinds"].as_array_mut().unwrap().push(page);
    })
}

pub(super) fn upgrade(bundle: Bytes) -> Upgrade {
    Upgrade::of(bundle, Caller::system())
}

/// A house whose chaos plugin keeps these notes.
pub(super) async fn with_notes(notes: &[&str]) -> House {
    let house = House::with_chaos().await;
    for note in notes {
        house.post("/write", note).await.unwrap();
    }
    house
}

impl House {
    fn version(&self) -> String {
        self.host.plugin(&chaos()).unwrap().version
    }

    /// The bodies of all notes, as they are stored.
    pub(super) async fn stored(&self) -> Vec<Value> {
        let records = &self.host.ground().records;
        let kind = "chaos/note".parse().unwrap();
        let permit = records.may_read(&Caller::system(), &kind).unwrap();
        let query = tiwizi_records::Query { limit: limits::PAGE_ROWS_MAX, ..tiwizi_records::Query::default() };
        records.list(&permit, &query).await.unwrap().items.into_iter().map(|record| record.body).collect()
    }

    /// An upgrade that must not happen, and of which nothing is left.
    async fn refused(&self, bundle: Bytes) -> UpgradeError {
        let before = self.stored().await;
        let error = self.host.upgrade(upgrade(bundle)).await.unwrap_err();
        assert_eq!(self.version(), "1.0.0");
        assert_eq!(self.stored().await, before);
        assert_eq!(self.host.plugin(&chaos()).unwrap().before, None);
        self.assert_unhurt().await;
        error
    }
}

#[tokio::test]
async fn an_upgrade_migrates_step_by_step_and_is_there_after_a_restart() {
    let texts: Vec<String> = (0..95).map(|number| format!("note {number}")).collect();
    let house = with_notes(&texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let stages = Arc::new(Mutex::new(Vec::new()));
    let watch = {
        let stages = Arc::clone(&stages);
        Arc::new(move |stage| stages.lock().unwrap().push(stage))
    };
    let upgraded = house.host.upgrade(Upgrade { watch, ..upgrade(strict("count")) }).await.unwrap();
    assert_eq!(upgraded.migration.counts, Counts { changed: 95, ..Counts::default() });
    assert_eq!((upgraded.migration.steps, upgraded.plugin.version.as_str()), (3, "1.1.0"));
    let stages = std::mem::take(&mut *stages.lock().unwrap());
    assert!(stages.contains(&Stage::Migrating { steps: 2, records: 80 }), "{stages:?}");
    assert_eq!(stages.last(), Some(&Stage::Storing));
    let house = house.again().await;
    assert_eq!((house.version(), house.state()), ("1.1.0".to_owned(), PluginState::Enabled));
    let stored = house.stored().await;
    assert_eq!(stored.len(), 95);
    assert!(stored.iter().all(|note| note["words"] == 2), "{stored:?}");
    assert_eq!(house.host.plugin(&chaos()).unwrap().before.unwrap().version, "1.0.0");
}

#[tokio::test]
async fn a_rehearsal_tells_everything_and_changes_nothing() {
    let house = with_notes(&["one two", "gone"]).await;
    let rehearsal = house.host.rehearse(upgrade(with_pages("mixed"))).await.unwrap();
    assert_eq!(rehearsal.migration.counts, Counts { created: 2, changed: 1, deleted: 1, values: 2 });
    let difference = rehearsal.difference;
    assert_eq!((difference.from.as_str(), difference.to.as_str()), ("1.0.0", "1.1.0"));
    let kinds: Vec<_> = difference.kinds.iter().map(|kind| (kind.name.as_str(), kind.change)).collect();
    assert_eq!(kinds, [("chaos/note", Change::Changed), ("chaos/page", Change::New)]);
    let [words] = &difference.kinds[0].fields[..] else { panic!("one field differs") };
    assert_eq!((words.name.as_str(), words.change, words.class_after), ("words", Change::New, Some("internal")));
    assert_eq!(house.stored().await, [json!({ "text": "one two" }), json!({ "text": "gone" })]);
    assert_eq!(house.version(), "1.0.0");
    assert!(house.host.catalogue().current().find(&"chaos/page".parse().unwrap()).is_none());
    house.assert_unhurt().await;
}

#[tokio::test]
async fn whatever_goes_wrong_code_and_data_are_as_before() {
    let house = with_notes(&["one", "one two"]).await;
    let error = house.refused(next("trap")).await;
    assert!(matches!(error, UpgradeError::Migration { step: 1, source: CallError::Trap { .. } }), "{error:?}");
    let error = house.refused(next("refuse")).await;
    assert!(matches!(error, UpgradeError::MigrationRefused { ref code, .. } if code == "old"), "{error:?}");
    let error = house.refused(next("unhealthy")).await;
    assert!(matches!(error, UpgradeError::Unhealthy { ref message } if message == "it cannot work"), "{error:?}");
    let error = house.refused(strict("nothing")).await;
    let UpgradeError::Misfits { misfits } = error else { panic!("{error:?}") };
    assert_eq!(misfits.len(), 2);
    assert!(misfits[0].message.contains("words"), "{misfits:?}");
    let error = house.refused(next("endless")).await;
    assert!(matches!(error, UpgradeError::Endless { steps } if steps == limits::MIGRATION_STEPS_MAX), "{error:?}");
}

#[tokio::test]
async fn a_kind_that_has_records_does_not_disappear() {
    let house = with_notes(&["one"]).await;
    let without = changed(None, |manifest| {
        manifest["version"] = json!("1.1.0");
        manifest["kinds"][0]["name"] = json!("leaf");
    });
    let error = house.refused(without).await;
    let UpgradeError::Misfits { misfits } = error else { panic!("{error:?}") };
    assert_eq!(misfits[0].kind.as_str(), "chaos/note");
}

#[tokio::test]
async fn a_migration_reaches_nothing_but_the_plugin_s_own() {
    let house = with_notes(&[]).await;
    house.host.upgrade(upgrade(next("outside"))).await.unwrap();
    assert_eq!(house.stored().await, [json!({ "text": "System 1.1.0 unavailable unavailable unavailable" })]);
}

/// P28: an older version, or the same one, does not replace what is there.
#[tokio::test]
async fn p28_versions_rise() {
    let house = with_notes(&["one"]).await;
    let versioned = |version: &'static str| changed(None, |manifest| manifest["version"] = json!(version));
    let error = house.refused(versioned("1.0.0")).await;
    assert!(matches!(error, UpgradeError::NotNewer { .. }), "{error:?}");
    let error = house.refused(versioned("0.9.0")).await;
    assert!(matches!(error, UpgradeError::Refused(InstallError::Untrusted(TrustError::Older { .. }))), "{error:?}");
    let same = Upgrade { acceptance: Acceptance::Development, ..upgrade(versioned("1.0.0")) };
    house.host.upgrade(same).await.unwrap();
    house.host.upgrade(upgrade(versioned("1.1.0"))).await.unwrap();
    assert_eq!(house.version(), "1.1.0");
}

#[tokio::test]
async fn what_is_not_installed_is_not_upgraded() {
    let house = House::empty().await;
    let error = house.host.upgrade(upgrade(next("count"))).await.unwrap_err();
    assert!(matches!(error, UpgradeError::NotInstalled { .. }), "{error:?}");
}

/// P27: a version that asks for more waits for the administrator.
#[tokio::test]
async fn p27_what_a_new_version_newly_asks_for_is_granted_by_name_or_it_does_not_come() {
    let house = House::empty().await;
    // Without declarations that need a capability which is left out here.
    let bare = |manifest: &mut Value| {
        for declarations in ["hooks", "metrics", "requires", "events", "topics", "jobs", "documents"] {
            manifest[declarations] = json!([]);
        }
    };
    let modest = changed(None, |manifest| {
        bare(manifest);
        let capabilities = manifest["capabilities"].as_array_mut().unwrap();
        capabilities.retain(|capability| capability["name"] == "store" || capability["name"] == "http-out");
    });
    house.host.install(modest, Grants::All, &Caller::system()).await.unwrap();
    let greedy = changed(None, |manifest| {
        become_next(manifest, "nothing");
        bare(manifest);
        let capabilities = manifest["capabilities"].as_array_mut().unwrap();
        capabilities.retain(|capability| capability["name"] != "telemetry");
        let outgoing = capabilities.iter_mut().find(|capability| capability["name"] == "http-out").unwrap();
        outgoing["hosts"] = json!(["api.example.org", "other.example.org"]);
    });
    let error = house.refused(greedy.clone()).await;
    let UpgradeError::Held { more, .. } = error else { panic!("{error:?}") };
    assert_eq!(more.first().map(String::as_str), Some("kv"));
    assert_eq!(more.last().map(String::as_str), Some("http-out other.example.org"));
    assert!(
        ["secrets", "registry.read", "milestones"].iter().all(|name| more.iter().any(|more| more == name)),
        "{more:?}"
    );
    // Naming some decides on all of them, but not on hosts of a grant that stands.
    let consent = |names: &str| Upgrade { consent: Some(Grants::parse(names).unwrap()), ..upgrade(greedy.clone()) };
    let error = house.host.upgrade(consent("kv")).await.unwrap_err();
    assert!(
        matches!(error, UpgradeError::Held { ref more, .. } if *more == ["http-out other.example.org"]),
        "{error:?}"
    );
    let upgraded = house.host.upgrade(consent("kv,http-out")).await.unwrap();
    let granted: Vec<_> = upgraded.plugin.capabilities.iter().filter(|capability| capability.granted).collect();
    assert_eq!(
        granted.iter().map(|capability| capability.name.as_str()).collect::<Vec<_>>(),
        ["store", "kv", "http-out"]
    );
}

#[tokio::test]
async fn more_kinds_to_be_shown_are_more_rights() {
    let house = House::with_chaos().await;
    let curious = changed(None, |manifest| {
        become_next(manifest, "");
        manifest["hooks"][1]["kinds"] = json!(["test/hint", "test/person"]);
        manifest["events"][0]["topics"] = json!(["test/thing", "test/person"]);
    });
    let error = house.refused(curious.clone()).await;
    let UpgradeError::Held { more, .. } = error else { panic!("{error:?}") };
    assert_eq!(more, ["hooks test/person", "events test/person"]);
    let consent = |names: &str| Upgrade { consent: Some(Grants::parse(names).unwrap()), ..upgrade(curious.clone()) };
    let error = house.host.upgrade(consent("hooks")).await.unwrap_err();
    assert!(matches!(error, UpgradeError::Held { ref more, .. } if *more == ["events test/person"]), "{error:?}");
    let upgraded = house.host.upgrade(consent("hooks,events")).await.unwrap();
    let kinds_of = |name: &str| {
        let changed = upgraded.difference.capabilities.iter().find(|request| request.name == name);
        changed.map(|request| request.kinds_new.clone()).unwrap_or_default()
    };
    assert_eq!(
        (kinds_of("hooks"), kinds_of("events")),
        (vec!["test/person".to_owned()], vec!["test/person".to_owned()])
    );
}

#[tokio::test]
async fn an_answer_goes_on_belonging_to_the_version_that_gave_it() {
    let house = House::with_chaos().await;
    let page = FragmentPage {
        slot: Slot::Home,
        input: json!({}),
        caller: Caller::public(),
        language: Language::French,
        request_id: "r".into(),
    };
    let id = chaos();
    let call = || house.host.call(&id, Caller::public(), Request::get("r", "/page", Language::French));
    let (answered, parts) = (call().await.unwrap(), house.host.fragments(page).await);
    let old = house.host.edition(&id).unwrap().downgrade();
    house.host.upgrade(upgrade(next(""))).await.unwrap();
    assert_eq!((answered.edition.version(), parts[0].edition.version()), ("1.0.0", "1.0.0"));
    assert!(answered.edition.templates().contains_key("page") && answered.edition.asset("note.txt").is_some());
    assert_eq!(call().await.unwrap().edition.version(), "1.1.0");
    assert_ne!(call().await.unwrap().edition.bundle(), answered.edition.bundle());
    // Nobody else keeps the old version.
    assert!(old.is_there());
    drop((answered, parts));
    assert!(!old.is_there());
}

#[tokio::test]
async fn calls_that_come_during_an_upgrade_wait_and_none_fails() {
    let house = with_notes(&["one"]).await;
    let calls = futures::future::join_all((0..300).map(|number| {
        let house = &house;
        async move {
            // Spread over the upgrade: before, while and after.
            tokio::time::sleep(std::time::Duration::from_millis(number)).await;
            house.get("/fine").await
        }
    }));
    let (outcomes, upgraded) = tokio::join!(calls, house.host.upgrade(upgrade(strict("count"))));
    upgraded.unwrap();
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.is_err()).collect();
    assert!(failed.is_empty(), "{failed:?}");
}
