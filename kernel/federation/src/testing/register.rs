//! Offices with the kernel's own register, in which people answer and seal; and those who work in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tiwizi_federation_core::agreement::{Document, KindTerms, Rule};
use tiwizi_federation_core::flow::Node;
use tiwizi_federation_core::wire::NodeId;
use tiwizi_identity::{AccountCaller, Caller, RoleGrant};
use tiwizi_model::{AccountId, Instant, KindName, Language, Record, RecordId};
use tiwizi_records::Manifest;
use tiwizi_registry::kinds::{MANIFEST, Names};
use tiwizi_storage::account::{self, AccountRow};
use uuid::Uuid;

use super::office::{Office, agree, agreement, exchange};
use crate::proposals::Proposals;
use crate::store::SqlStore;
use crate::transfers::Transfers;

/// Where the cooperatives of tests lie.
pub(crate) const HERE: &str = "province:09.541";

/// An office, and its node.
pub(crate) struct Desk {
    pub(crate) office: Office,
    pub(crate) node: Arc<Node<SqlStore>>,
    pub(crate) names: Names,
}

impl Desk {
    /// Two desks that know each other; the first one's office seals.
    pub(crate) async fn pair() -> [Self; 2] {
        let [one, two] = Office::pair().await;
        let registrar = one.me;
        [Self::of(one, registrar).await, Self::of(two, registrar).await]
    }

    async fn of(office: Office, registrar: NodeId) -> Self {
        let catalogue = office.records.catalogue();
        let mut tx = office.house.db.begin_write().await.unwrap();
        let addition = catalogue.add(&mut tx, &Manifest::parse(MANIFEST).unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        catalogue.publish(addition);
        let node = Arc::new(office.node(registrar).await.sealing_by_people());
        Self { office, node, names: Names::new() }
    }

    pub(crate) async fn proposals(&self) -> Proposals<SqlStore> {
        let roll = Arc::new(self.office.house.roll().await);
        Proposals::new(Arc::clone(&self.node), self.office.records.clone(), roll)
    }

    pub(crate) async fn transfers(&self) -> Transfers<SqlStore> {
        let (roll, keys) = (Arc::new(self.office.house.roll().await), Arc::new(self.office.house.keys().await));
        Transfers::new(Arc::clone(&self.node), self.office.records.clone(), roll, keys)
    }

    /// Somebody with one role, whose account is stored.
    pub(crate) async fn holder(&self, number: u128, role: &str, scope: &str) -> Caller {
        let row = AccountRow {
            id: AccountId(Uuid::from_u128(number)),
            email: format!("{number}@example.org"),
            name: format!("Tanirt {number}"),
            password_hash: String::new(),
            person: None,
            language: Language::French,
            disabled: false,
            wrong_count: 0,
            wait_until: None,
            secret_until: None,
            created_at: Instant(1),
        };
        let (account, name) = (row.id, row.name.clone());
        let mut tx = self.office.house.db.begin_write().await.unwrap();
        account::create(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        let roles = vec![RoleGrant::new(role.parse().unwrap(), scope.parse().unwrap()).unwrap()];
        Caller::of_account(AccountCaller { account, name, person: None, language: Language::French, roles })
    }

    /// A cooperative of this office.
    pub(crate) async fn cooperative(&self, number: &str) -> RecordId {
        let body = json!({ "court": "Taroudannt", "number": number, "name_fr": "Tifaouine", "sector": "argan",
            "province": "09.541", "status": "registered" });
        self.office.create(self.names.cooperative.clone(), body).await
    }

    /// A person of this office.
    pub(crate) async fn person(&self, name: &str) -> RecordId {
        self.office.create(self.names.person.clone(), json!({ "name_fr": name, "province": "09.541" })).await
    }

    /// A membership; one that has ended when there is a day.
    pub(crate) async fn member(&self, cooperative: RecordId, person: RecordId, left_on: Option<&str>) -> RecordId {
        let mut body = json!({ "cooperative": cooperative.to_string(), "person": person.to_string(), "number": person.to_string(),
            "province": "09.541", "sector": "argan", "joined_on": "2019-02-01" });
        if let Some(day) = left_on {
            body["left_on"] = json!(day);
        }
        self.office.create(self.names.membership.clone(), body).await
    }

    /// A record as it is here.
    pub(crate) async fn whole(&self, kind: &KindName, id: RecordId) -> Option<Record> {
        self.office.whole(kind, id).await
    }

    /// What a cooperative is called here.
    pub(crate) async fn name_of(&self, id: RecordId) -> Option<Value> {
        self.whole(&self.names.cooperative, id).await.and_then(|record| record.body.get("name_fr").cloned())
    }
}

/// Puts in force that the first gives the other what its cooperatives are called, and where they are.
pub(crate) async fn give_names(one: &Desk, two: &Desk) {
    let fields = ["court", "number", "name_fr", "sector", "province", "status"];
    let terms = KindTerms {
        rows: BTreeMap::new(),
        fields: fields.iter().map(|name| ((*name).to_owned(), Rule::Clear)).collect(),
    };
    let plane = BTreeMap::from([(one.names.cooperative.clone(), terms)]);
    let grants = BTreeMap::from([(one.office.me, BTreeMap::from([("registry".parse().unwrap(), plane)]))]);
    let document = Document { grants, ..agreement(one.office.me, two.office.me, (1, None), &["name"]) };
    agree(&one.node, &two.node, document).await;
}

/// Lines are open until nothing more comes.
pub(crate) async fn talk(one: &Desk, two: &Desk) {
    exchange(&one.node, &two.node).await;
}
