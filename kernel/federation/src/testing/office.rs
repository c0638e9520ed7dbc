//! Offices: instances with records of two kinds, which know each other by a directory and are nodes over the real store.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tiwizi_federation_core::agreement::{AgreementId, Document, KindTerms, Party, Rule};
use tiwizi_federation_core::flow::node::{Ask, Served, Taken};
use tiwizi_federation_core::flow::plant::Planted;
use tiwizi_federation_core::flow::{Node, Setting};
use tiwizi_federation_core::wire::{Member, NodeId, Role, SigningKey};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::Class;
use tiwizi_model::{Instant, KindName, Record, RecordId};
use tiwizi_records::review::Reviewers;
use tiwizi_records::{Catalogue, Draft, Kind, Manifest, OutgoingField, Records};
use uuid::Uuid;

use super::{House, signed};
use crate::directory::take;
use crate::home::{Derivation, core_kinds, schemas};
use crate::store::SqlStore;

/// Of cooperatives a band of their members is derived.
pub(crate) const DERIVATION: Derivation = Derivation { derive: band, parts: &[("members", "band")] };

fn band(kind: &Kind, body: &Value, _: Instant) -> Vec<OutgoingField> {
    let members = body.get("members").and_then(Value::as_u64).filter(|_| kind.class("members").is_some());
    let value = |members: u64| Value::from(if members < 10 { "small" } else { "large" });
    let field = |members| OutgoingField {
        name: "members.band".to_owned(),
        class: Class::Public,
        is_derived: true,
        value: value(members),
    };
    members.map(field).into_iter().collect()
}

pub(crate) fn cooperative() -> KindName {
    "register/cooperative".parse().unwrap()
}

pub(crate) fn note() -> KindName {
    "register/note".parse().unwrap()
}

/// The content of a cooperative.
pub(crate) fn body(name: &str, members: u64) -> Value {
    json!({ "name": name, "province": "09.541", "members": members, "phone": "+212600000000" })
}

fn manifest() -> Value {
    let text = |text: &str| json!({ "fr": text });
    let access = json!({ "read": ["role:registrar"], "create": ["role:registrar"], "change": ["role:registrar"],
        "delete": ["role:registrar"] });
    json!({
        "id": "register", "version": "1.0.0", "api": "1.0", "name": text("Registre"),
        "kinds": [
            {
                "name": "cooperative", "title": text("Coopérative"), "plane": "register", "purpose": "test", "retention": "test",
                "schema": {
                    "type": "object", "additionalProperties": false, "required": ["name", "province"],
                    "properties": {
                        "name": { "type": "string", "minLength": 1, "maxLength": 200 },
                        "province": { "type": "string", "maxLength": 6 },
                        "members": { "type": "integer", "minimum": 1 },
                        "phone": { "type": "string", "maxLength": 20 }
                    }
                },
                "classes": { "name": "public", "province": "public", "members": "internal", "phone": "personal" },
                "subject": "self", "province": "province", "access": access
            },
            {
                "name": "note", "title": text("Note"), "plane": "register", "purpose": "test", "retention": "test",
                "schema": {
                    "type": "object", "additionalProperties": false, "required": ["cooperative", "text"],
                    "properties": {
                        "cooperative": { "type": "string" },
                        "text": { "type": "string", "maxLength": 100 }
                    }
                },
                "classes": { "cooperative": "public", "text": "internal" },
                "subject": "cooperative", "province": null, "access": access
            },
            {
                "name": "desk", "title": text("Bureau"), "plane": "local", "purpose": "test", "retention": "test",
                "schema": {
                    "type": "object", "additionalProperties": false,
                    "properties": { "text": { "type": "string", "maxLength": 100 } }
                },
                "classes": { "text": "internal" },
                "subject": null, "province": null, "access": access
            }
        ]
    })
}

/// An office.
pub(crate) struct Office {
    pub(crate) house: House,
    pub(crate) records: Records,
    pub(crate) me: NodeId,
}

impl Office {
    /// An office that knows nobody yet.
    pub(crate) async fn alone(number: u8) -> Self {
        let house = House::new(number, "09.541").await;
        house.begin().await;
        let me = house.node().await;
        let catalogue = Catalogue::open(&house.db).await.unwrap();
        let records =
            Records::new(house.db.clone(), catalogue, Reviewers::new(), house.ambient.clone(), house.instance.id);
        let office = Self { house, records, me };
        office.use_kinds().await;
        office
    }

    /// Puts the kinds in use.
    pub(crate) async fn use_kinds(&self) {
        self.use_manifest(&manifest()).await;
    }

    /// Puts the kinds in use as an older program has them, which knows no such field of cooperatives.
    pub(crate) async fn use_kinds_without(&self, field: &str) {
        let mut older = manifest();
        for part in ["/kinds/0/schema/properties", "/kinds/0/classes"] {
            older.pointer_mut(part).unwrap().as_object_mut().unwrap().remove(field).unwrap();
        }
        self.use_manifest(&older).await;
    }

    async fn use_manifest(&self, manifest: &Value) {
        let manifest = Manifest::parse(manifest.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error:?}"));
        let mut tx = self.house.db.begin_write().await.unwrap();
        let addition = self.records.catalogue().add(&mut tx, &manifest).await.unwrap();
        tx.commit().await.unwrap();
        self.records.catalogue().publish(addition);
    }

    /// Two offices that know each other.
    pub(crate) async fn pair() -> [Self; 2] {
        let offices = [Self::alone(1).await, Self::alone(2).await];
        let mut members = Vec::new();
        for office in &offices {
            members.push(office.member().await);
        }
        members.sort_by_key(|member| member.node);
        let directory = signed(1, members);
        for Self { house, .. } in &offices {
            take(&house.db, house.here().await, &directory, house.ambient.now()).await.unwrap();
        }
        offices
    }

    async fn member(&self) -> Member {
        Member {
            node: self.me,
            role: Role::Region,
            name: self.house.instance.name.clone(),
            url: None,
            genesis: self.house.keys().await.genesis().clone(),
            rotations: Vec::new(),
            provinces: std::collections::BTreeSet::new(),
            protocols: [1].into(),
            suspended: false,
            instance: self.house.instance.id,
        }
    }

    pub(crate) async fn store(&self) -> SqlStore {
        SqlStore::new(self.records.clone(), self.me, Arc::new(self.house.roll().await), DERIVATION)
    }

    /// The node, over a store.
    pub(crate) async fn node_over(&self, store: SqlStore, registrar: NodeId) -> Node<SqlStore> {
        let kinds = self.records.kinds();
        let setting = Setting {
            me: self.me,
            registrar,
            keys: self.house.roll().await.ring().clone(),
            kinds: core_kinds(&kinds, DERIVATION),
            schemas: schemas(&kinds),
            derive: |_, _| BTreeMap::new(),
            planted: Planted::default(),
        };
        let key = SigningKey::from_seed(&self.house.keys().await.signing().seed());
        Node::new(store, setting, key, self.house.ambient.clone()).asking_people()
    }

    pub(crate) async fn node(&self, registrar: NodeId) -> Node<SqlStore> {
        self.node_over(self.store().await, registrar).await
    }

    pub(crate) async fn create(&self, kind: KindName, body: Value) -> RecordId {
        let written = self.records.submit(&Caller::system(), vec![Draft::create(kind, body)], None).await.unwrap();
        written[0].id
    }

    pub(crate) async fn submit(&self, draft: Draft) -> Record {
        self.records.submit(&Caller::system(), vec![draft], None).await.unwrap().remove(0)
    }

    /// A record as it is; none when it is a tombstone.
    pub(crate) async fn whole(&self, kind: &KindName, id: RecordId) -> Option<Record> {
        let permit = self.records.may_read(&Caller::system(), kind).unwrap();
        self.records.read(&permit, id).await.unwrap()
    }
}

/// Everything that one office wants of another goes there, until nothing more comes. What is written gets its place first.
pub(crate) async fn pull(from: &Node<SqlStore>, to: &Node<SqlStore>) {
    let (holder, receiver) = (from.setting().me, to.setting().me);
    for _ in 0..20 {
        from.sequence().await.unwrap();
        let mut moved = false;
        for (feed, (version, epoch, wanted)) in to.wanted().await.unwrap() {
            if feed.log.node != holder {
                continue;
            }
            let ask = Ask { feed, version, epoch, from: wanted, bytes_max: 1 << 20 };
            if let Served::Page(page) = from.serve(&receiver, &ask).await.unwrap() {
                let taken = to.take(page.as_bytes()).await.unwrap();
                assert!(matches!(taken, Taken::Taken { .. }), "{taken:?}");
                moved = true;
            }
        }
        if !moved {
            return;
        }
    }
    panic!("there is always more");
}

/// Back and forth, until both know everything.
pub(crate) async fn exchange(one: &Node<SqlStore>, other: &Node<SqlStore>) {
    for _ in 0..6 {
        pull(one, other).await;
        pull(other, one).await;
    }
}

/// An agreement by which one office gives another these fields of cooperatives and notes.
pub(crate) fn agreement(from: NodeId, to: NodeId, version: (u32, Option<&Document>), fields: &[&str]) -> Document {
    let (version, before) = version;
    let terms = |names: &[&str]| KindTerms {
        rows: BTreeMap::new(),
        fields: names.iter().map(|name| ((*name).to_owned(), Rule::Clear)).collect(),
    };
    let kinds = BTreeMap::from([(cooperative(), terms(fields)), (note(), terms(&["cooperative", "text"]))]);
    let mut parties = [(from, "One"), (to, "Two")].map(|(node, name)| Party { node, name: name.to_owned() });
    parties.sort_by_key(|party| party.node);
    Document {
        id: AgreementId(Uuid::from_u128(0xa9)),
        version,
        before: before.map(Document::hash),
        parties,
        purpose: "Statistics".to_owned(),
        legal_basis: "Loi 112-12".to_owned(),
        cndp: Some("D-GC-1/2026".to_owned()),
        issued_at: Instant(1_700_000_000_000),
        expires_at: Instant(1_730_000_000_000),
        retention_days: 30,
        erasure_days: 7,
        onward: std::collections::BTreeSet::new(),
        grants: BTreeMap::from([(from, BTreeMap::from([("register".parse().unwrap(), kinds)]))]),
    }
}

/// Puts an agreement in force.
pub(crate) async fn agree(one: &Node<SqlStore>, other: &Node<SqlStore>, document: Document) {
    one.offer_agreement(document.clone()).await.unwrap();
    pull(one, other).await;
    other.sign_agreement(&document).await.unwrap();
    exchange(one, other).await;
}
