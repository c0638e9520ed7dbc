//! What the tests of this crate share: a real SQLite database, two kinds, and callers.

use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use tiwizi_identity::{AccountCaller, Caller, RoleGrant};
use tiwizi_model::{
    AccountId, Ambient, FileHash, InstanceId, Instant, KindName, Language, ManualClock, RecordId, SystemEntropy,
    TrustLevel,
};
use tiwizi_storage::plugin::{self, PluginRow, PluginState};
use tiwizi_storage::{Db, Location};

use crate::review::Reviewers;
use crate::{Catalogue, Draft, Manifest, Records};

pub(crate) struct House {
    _directory: TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) records: Records,
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::with(Reviewers::new()).await
    }

    pub(crate) async fn with(reviewers: Reviewers) -> Self {
        let directory = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::at(Instant(1_760_000_000_000)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SystemEntropy));
        let location = Location::Sqlite { directory: directory.path().to_owned() };
        let db = Db::open(&location, ambient.clone()).await.unwrap();
        let catalogue = Catalogue::open(&db).await.unwrap();
        add(&db, &catalogue, &manifest()).await;
        let instance = InstanceId(uuid::Uuid::from_u128(1));
        Self { _directory: directory, clock, records: Records::new(db, catalogue, reviewers, ambient, instance) }
    }

    pub(crate) async fn create(&self, caller: &Caller, kind: &KindName, body: Value) -> RecordId {
        self.records.submit(caller, vec![Draft::create(kind.clone(), body)], None).await.unwrap()[0].id
    }

    /// A cooperative of the register with that code, sector and province.
    pub(crate) async fn cooperative(&self, code: &str, sector: &str, province: &str) -> RecordId {
        self.create(&Caller::system(), &cooperative(), body(code, sector, province)).await
    }

    pub(crate) async fn whole(&self, kind: &KindName, id: RecordId) -> Option<tiwizi_model::Record> {
        let permit = self.records.may_read(&Caller::system(), kind).unwrap();
        self.records.read(&permit, id).await.unwrap()
    }
}

pub(crate) async fn add(db: &Db, catalogue: &Catalogue, manifest: &Value) {
    let manifest =
        Manifest::parse(manifest.to_string().as_bytes()).unwrap_or_else(|error| panic!("{}", error.explain()));
    let mut tx = db.begin_write().await.unwrap();
    let addition = catalogue.add(&mut tx, &manifest).await.unwrap();
    tx.commit().await.unwrap();
    catalogue.publish(addition);
}

/// Plugins by these names, as if they were installed.
pub(crate) async fn install(records: &Records, names: &[&str]) {
    let mut tx = records.db().begin_write().await.unwrap();
    for name in names {
        let row = PluginRow {
            id: name.parse().unwrap(),
            version: "1.0.0".to_owned(),
            bundle: FileHash([0; 32]),
            manifest: "{}".to_owned(),
            state: PluginState::Enabled,
            reason: None,
            installed_at: records.ambient().now(),
            installed_by: None,
            level: TrustLevel::Local,
            publisher: None,
            signature: None,
        };
        plugin::put(&mut tx, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub(crate) fn cooperative() -> KindName {
    "register/cooperative".parse().unwrap()
}

pub(crate) fn note() -> KindName {
    "register/note".parse().unwrap()
}

pub(crate) fn body(code: &str, sector: &str, province: &str) -> Value {
    json!({"code": code, "name": format!("Coopérative {code}"), "sector": sector, "province": province, "members": 5, "phone": "+212600000000", "bank": "RIB 1"})
}

pub(crate) fn manifest() -> Value {
    let text = |text: &str| json!({"fr": text});
    json!({
        "id": "register", "version": "1.0.0", "api": "1.0", "name": text("Registre"),
        "kinds": [
            {
                "name": "cooperative", "title": text("Coopérative"), "plane": "register", "purpose": "test", "retention": "test",
                "schema": {
                    "type": "object", "additionalProperties": false, "required": ["code", "name", "sector", "province"],
                    "properties": {
                        "code": {"type": "string", "minLength": 1, "maxLength": 40},
                        "name": {"type": "string", "minLength": 1, "maxLength": 200},
                        "sector": {"enum": ["argan", "wool", "honey"]},
                        "province": {"type": "string", "maxLength": 6},
                        "members": {"type": "integer", "minimum": 1},
                        "score": {"type": ["number", "null"]},
                        "phone": {"type": "string", "maxLength": 20},
                        "bank": {"type": "string", "maxLength": 40}
                    }
                },
                "classes": {"code": "public", "name": "public", "sector": "public", "province": "public", "members": "public",
                    "score": "internal", "phone": "personal", "bank": "sensitive"},
                "unique": [{"fields": ["code"]}],
                "indexes": [{"fields": ["sector", "members"]}, {"fields": ["name"]}, {"fields": ["phone"]}, {"fields": ["sector", "province", "name"]}],
                "search": ["name"], "subject": "self", "province": "province",
                "access": {"read": ["public", "own", "role:registrar", "role:trainer"], "create": ["role:registrar"],
                    "change": ["own", "role:registrar", "role:trainer"], "delete": ["role:registrar"]}
            },
            {
                "name": "note", "title": text("Note"), "plane": "register", "purpose": "test", "retention": "test",
                "schema": {
                    "type": "object", "additionalProperties": false, "required": ["person", "text"],
                    "properties": {"person": {"type": "string"}, "text": {"type": "string", "maxLength": 100}, "lesson": {"type": "string"}}
                },
                "classes": {"person": "personal", "text": "personal", "lesson": "personal"},
                "unique": [{"fields": ["person", "lesson"]}],
                "subject": "person", "province": null,
                "access": {"read": ["own"], "create": ["own"], "change": ["own"], "delete": ["own"]}
            }
        ]
    })
}

pub(crate) fn holder(person: u128, grants: &[(&str, &str)]) -> Caller {
    let grant = |(role, scope): &(&str, &str)| RoleGrant::new(role.parse().unwrap(), scope.parse().unwrap()).unwrap();
    Caller::of_account(AccountCaller {
        account: AccountId(uuid::Uuid::from_u128(person)),
        name: "Fadma".into(),
        person: Some(RecordId(uuid::Uuid::from_u128(person))),
        language: Language::French,
        roles: grants.iter().map(grant).collect(),
    })
}

pub(crate) fn registrar(province: &str) -> Caller {
    holder(100, &[("registrar", &format!("province:{province}"))])
}
