//! Founding files over a real database: the whole path, who may do what on it, and what is told to whom.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tiwizi_identity::{AccountCaller, Caller, Identity, RoleGrant};
use tiwizi_model::{AccountId, FileHash, Instant, Language, RecordId, Version};
use tiwizi_storage::account::{self, AccountRow};
use tiwizi_storage::grant::{self, GrantRow};
use tiwizi_storage::notice;
use uuid::Uuid;

use super::*;
use crate::testing::Register;
use crate::{NationalIdKey, rule_pack};

mod carried;
mod path;
mod refusals;

const OFFICE: u128 = 900;

/// A register with a door to its files, five accounts and the registrar of the province.
struct Bureau {
    register: Register,
    foundings: Foundings,
}

impl Bureau {
    async fn open() -> Self {
        let register = Register::new().await;
        let identity = Identity::new(register.records.db().clone(), register.records.ambient().clone());
        let key = NationalIdKey::of_test(b"key of the test instance");
        let foundings = Foundings::new(register.records.clone(), register.acts(), identity, key);
        let bureau = Self { register, foundings };
        for number in 1..=7 {
            bureau.account(number, None).await;
        }
        bureau.account(OFFICE, Some("province:09.541")).await;
        bureau
    }

    async fn account(&self, number: u128, registrar_of: Option<&str>) {
        let row = AccountRow {
            id: AccountId(Uuid::from_u128(number)),
            email: format!("{number}@example.org"),
            name: format!("Fondateur {number}"),
            password_hash: String::new(),
            person: None,
            language: Language::French,
            disabled: false,
            wrong_count: 0,
            wait_until: None,
            secret_until: None,
            created_at: Instant(1),
        };
        let mut tx = self.register.records.db().begin_write().await.unwrap();
        account::create(&mut tx, &row).await.unwrap();
        if let Some(scope) = registrar_of {
            let (role, scope) = ("registrar".to_owned(), scope.to_owned());
            let granted = GrantRow { account: row.id, role, scope, granted_at: Instant(1), granted_by: None };
            grant::add(&mut tx, &granted).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn row(&self, number: u128) -> AccountRow {
        let mut tx = self.register.records.db().read().await.unwrap();
        account::find(&mut tx, AccountId(Uuid::from_u128(number))).await.unwrap().unwrap()
    }

    /// The person to whom an account belongs.
    async fn person_of(&self, number: u128) -> Option<RecordId> {
        self.row(number).await.person
    }

    /// Lets an account belong to a person.
    async fn belongs(&self, number: u128, person: RecordId) {
        let row = AccountRow { person: Some(person), ..self.row(number).await };
        let mut tx = self.register.records.db().begin_write().await.unwrap();
        account::update(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The keys of what an account was told, the newest first.
    async fn told(&self, number: u128) -> Vec<String> {
        let mut tx = self.register.records.db().read().await.unwrap();
        let rows = notice::list(&mut tx, AccountId(Uuid::from_u128(number)), None, 99).await.unwrap();
        assert!(rows.iter().all(|row| row.plugin.is_none()));
        rows.into_iter().map(|row| row.key).collect()
    }

    async fn version(&self, id: RecordId) -> Version {
        self.foundings.look(&founder(1), id).await.unwrap().version
    }

    async fn at(&self, id: RecordId) -> (RecordId, Version) {
        (id, self.version(id).await)
    }

    async fn edit(&self, id: RecordId, section: Section, given: Value) {
        let at = self.at(id).await;
        self.foundings.edit(&founder(1), at, section, &map(given)).await.unwrap();
    }

    async fn opened(&self) -> RecordId {
        self.foundings.open(&founder(1), &map(name())).await.unwrap()
    }

    /// Invites account 2 to `count`, by link, and lets each of them join, say who they are and what they subscribe.
    async fn fill_seats(&self, id: RecordId, count: u128) {
        for number in 2..=count {
            let new = Invitation { phone: Some("0600000000".into()), ..Invitation::default() };
            let invited = self.foundings.invite(&founder(1), id, new).await.unwrap();
            assert_eq!(self.foundings.join(&founder(number), invited.secret.reveal()).await.unwrap(), id);
        }
        let seats = self.foundings.look(&founder(1), id).await.unwrap().seats;
        for seat in &seats {
            let number = seat.founder.account.unwrap().0.as_u128();
            self.foundings.edit_founder(&founder(number), (id, seat.id), &map(particulars(number))).await.unwrap();
        }
    }

    /// Everything but the name and the confirmations.
    async fn fill_sections(&self, id: RecordId) {
        let pack = rule_pack::built_in().unwrap().newest().unwrap();
        let items: Vec<Value> = pack.statutes.items.iter().map(|item| json!({ "item": item.code })).collect();
        self.edit(id, Section::Capital, json!({ "share_value_mad": 100 })).await;
        self.edit(id, Section::Management, json!({ "form": "board" })).await;
        self.edit(id, Section::Statutes, json!({ "statutes": items })).await;
        self.edit(id, Section::Assembly, json!({ "founded_on": "2025-11-30", "address": "Douar Tiout" })).await;
        self.edit(
            id,
            Section::Receipt,
            json!({ "authority": "Caïdat de Tiout", "receipt": "7", "filed_on": "2025-11-30" }),
        )
        .await;
        for (at, paper) in papers().iter().filter(|paper| paper.needed).enumerate() {
            let hash = FileHash([u8::try_from(at).unwrap() + 1; 32]);
            let new = NewDocument { document: paper.code.clone(), hash, bytes: 9, name: Some("scan.jpg".into()) };
            self.foundings.add_document(&founder(1), id, new).await.unwrap();
        }
    }

    async fn confirm_all(&self, id: RecordId, count: u128) {
        for number in 1..=count {
            let at = self.at(id).await;
            self.foundings.confirm(&founder(number), at).await.unwrap();
        }
    }

    /// A file whose name is approved and in which nothing is missing.
    async fn complete(&self) -> RecordId {
        let id = self.opened().await;
        self.fill_seats(id, 5).await;
        self.foundings.ask_for_name(&founder(1), self.at(id).await).await.unwrap();
        let answer = NameAnswer { is_approved: true, certificate: Some("C-12".into()), ..NameAnswer::default() };
        self.foundings.answer_name(&office(), self.at(id).await, answer).await.unwrap();
        self.fill_sections(id).await;
        self.confirm_all(id, 5).await;
        id
    }
}

fn holder(number: u128, roles: &[(&str, &str)]) -> Caller {
    Caller::of_account(AccountCaller {
        account: AccountId(Uuid::from_u128(number)),
        name: format!("Fondateur {number}"),
        person: None,
        language: Language::French,
        roles: roles
            .iter()
            .map(|(role, scope)| RoleGrant::new(role.parse().unwrap(), scope.parse().unwrap()).unwrap())
            .collect(),
    })
}

fn founder(number: u128) -> Caller {
    holder(number, &[])
}

fn office() -> Caller {
    holder(OFFICE, &[("registrar", "province:09.541")])
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn name() -> Value {
    json!({ "name_fr": "Tifaouine", "category": "a", "sector": "argan", "province": "09.541" })
}

fn particulars(number: u128) -> Value {
    let role = match number {
        1 => json!("president"),
        2 => json!("treasurer"),
        3 => json!("secretary"),
        _ => Value::Null,
    };
    json!({ "name_fr": format!("Fondateur {number}"), "gender": "female", "birth_date": "1994-05-06",
        "national_id": format!("JA10000{number}"), "address": "Tiout", "shares": 10, "paid_mad": 250, "role": role })
}

fn codes(error: &FoundingError) -> Vec<&str> {
    match error {
        FoundingError::Lacks { lacks } => lacks.iter().map(|lack| lack.code).collect(),
        FoundingError::Invalid { fields } => fields.iter().map(|fault| fault.code.as_ref()).collect(),
        _ => vec![],
    }
}

/// The same door, as another kernel over the same database has it.
fn shared(bureau: &Bureau) -> Arc<Foundings> {
    Arc::new(bureau.foundings.clone())
}
