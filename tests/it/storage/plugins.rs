//! Installed plugins, their grants, and the numbers of kinds.

use serde_json::json;
use tiwizi_model::{AccountId, FileHash, Instant, PluginId, PublicKey, TrustLevel};
use tiwizi_storage::idempotency::{self, IdempotencyRow};
use tiwizi_storage::plugin::{CapabilityRow, PluginRow, PluginState};
use tiwizi_storage::{kind, plugin, removal};
use uuid::Uuid;

use super::for_each_database;

for_each_database! {
    async fn a_plugin_keeps_its_grants_over_an_upgrade_and_loses_them_with_itself(store) {
        let row = PluginRow {
            id: "training".parse().unwrap(),
            version: "1.0.0".to_owned(),
            bundle: FileHash([7; 32]),
            manifest: "{}".to_owned(),
            state: PluginState::Enabled,
            reason: None,
            installed_at: Instant(1),
            installed_by: Some(AccountId(Uuid::from_u128(2))),
            level: TrustLevel::Community,
            publisher: Some(PublicKey([9; 32])),
            signature: Some("a signature".to_owned()),
        };
        let granted = |name: &str| CapabilityRow { capability: name.to_owned(), granted_at: Instant(1), granted_by: None };
        let mut tx = store.db.begin_write().await.unwrap();
        plugin::put(&mut tx, &row).await.unwrap();
        plugin::set_grants(&mut tx, &row.id, &[granted("store"), granted("telemetry")]).await.unwrap();
        plugin::set_grants(&mut tx, &row.id, &[granted("milestones"), granted("store")]).await.unwrap();
        let upgraded = PluginRow { version: "1.1.0".to_owned(), bundle: FileHash([8; 32]), ..row.clone() };
        plugin::put(&mut tx, &upgraded).await.unwrap();
        assert_eq!(plugin::grants(&mut tx, &row.id).await.unwrap(), [granted("milestones"), granted("store")]);
        plugin::set_state(&mut tx, &row.id, PluginState::Quarantined, Some("it looped")).await.unwrap();
        let found = plugin::find(&mut tx, &row.id).await.unwrap().unwrap();
        assert_eq!((found.state, found.reason.as_deref()), (PluginState::Quarantined, Some("it looped")));
        // Whoever saw it otherwise is not heard.
        let (looped, enabled) = ((PluginState::Quarantined, Some("it looped")), (PluginState::Enabled, None));
        for other in [(PluginState::Quarantined, Some("it is not trusted")), (PluginState::Quarantined, None), enabled] {
            assert!(!plugin::turn(&mut tx, (&row.id, upgraded.bundle), other, (PluginState::Disabled, None)).await.unwrap());
        }
        // Nor is the version before.
        assert!(!plugin::turn(&mut tx, (&row.id, row.bundle), looped, enabled).await.unwrap());
        let other: PluginId = "other".parse().unwrap();
        assert!(!plugin::turn(&mut tx, (&other, upgraded.bundle), looped, enabled).await.unwrap());
        assert_eq!(plugin::find(&mut tx, &row.id).await.unwrap().unwrap(), found);
        assert!(plugin::turn(&mut tx, (&row.id, upgraded.bundle), looped, enabled).await.unwrap());
        assert!(plugin::turn(&mut tx, (&row.id, upgraded.bundle), enabled, looped).await.unwrap());
        assert_eq!((found.level, found.publisher), (TrustLevel::Community, Some(PublicKey([9; 32]))));
        assert_eq!(found.signature.as_deref(), Some("a signature"));
        assert_eq!(plugin::all(&mut tx).await.unwrap(), [found]);
        plugin::set_state(&mut tx, &row.id, PluginState::Disabled, Some("by hand")).await.unwrap();
        let found = plugin::find(&mut tx, &row.id).await.unwrap().unwrap();
        assert_eq!((found.state, found.reason.as_deref()), (PluginState::Disabled, Some("by hand")));
        removal::forget_plugin(&mut tx, &row.id).await.unwrap();
        assert_eq!(plugin::find(&mut tx, &row.id).await.unwrap(), None);
        assert!(plugin::grants(&mut tx, &row.id).await.unwrap().is_empty());
        tx.commit().await.unwrap();
    }

    async fn answers_go_with_the_plugin_that_they_name_and_with_no_other(store) {
        let led = |address: &str| (302, json!({ "headers": [["location", address]], "body": "" }).to_string());
        let said = |body: serde_json::Value| {
            (200, json!({ "headers": [["content-type", "application/json"]], "body": body.to_string() }).to_string())
        };
        let id = "018f0000-0000-7000-8000-000000000000";
        let gone = [
            (0, format!("a/note {id} 1")),
            (0, format!("data/note {id} 1\na/note {id} 1")),
            led("/fr/p/a/notes"),
            led("/zgh/p/a"),
            led("/p/a/blobs/x"),
            led("/ary/records/a/note"),
            led(&format!("/api/v1/records/a/note/{id}")),
            led("/api/v1/plugins/a"),
            said(json!({ "id": id, "kind": "a/note" })),
            said(json!({ "id": "a", "version": "1.0.0" })),
            said(json!([{ "plugin": "a" }])),
        ];
        let stays = [
            (0, format!("data/note {id} 1\ndata/a {id} 1")),
            led("/fr/p/data/notes"),
            led("/zgh/p/data"),
            led("/fr/p/data/p/a/notes"),
            led("/fr/p/ab"),
            led(&format!("/api/v1/records/data/a/{id}")),
            led("/api/v1/plugins/data"),
            said(json!({ "id": id, "kind": "data/a", "text": "a/b", "letter": "a" })),
            said(json!({ "id": "data" })),
        ];
        let mut tx = store.db.begin_write().await.unwrap();
        for (number, (status, answer)) in gone.iter().chain(&stays).enumerate() {
            let (key, answer) = (number.to_string(), answer.clone());
            let row = IdempotencyRow { account: None, key, request_hash: [3; 32], status: *status, answer, at: Instant(1) };
            idempotency::create(&mut tx, &row).await.unwrap();
        }
        removal::forget_plugin(&mut tx, &"a".parse().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.db.read().await.unwrap();
        for (number, (_, answer)) in gone.iter().chain(&stays).enumerate() {
            let found = idempotency::find(&mut tx, None, &number.to_string()).await.unwrap();
            assert_eq!(found.is_some(), number >= gone.len(), "{answer}");
        }
    }

    async fn a_kind_keeps_its_number(store) {
        let (first, second) = (store.kind("a").await, store.kind("b").await);
        assert_ne!(first, second);
        assert_eq!(store.kind("a").await, first);
        let all = kind::all(&mut store.db.read().await.unwrap()).await.unwrap();
        assert_eq!(all.iter().map(|kind| kind.name.as_str()).collect::<Vec<_>>(), ["test/a", "test/b"]);
    }

    async fn kinds_that_are_registered_at_once_have_numbers_of_their_own(store) {
        let mut registering = tokio::task::JoinSet::new();
        for number in 0..8 {
            let db = store.db.clone();
            registering.spawn(async move {
                let mut tx = db.begin_write().await.unwrap();
                let name = format!("test/k{}", number % 4).parse().unwrap();
                let no = kind::register(&mut tx, &name).await.unwrap();
                tx.commit().await.unwrap();
                (number % 4, no)
            });
        }
        let mut numbers = registering.join_all().await;
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), 4);
    }
}
