//! From what is taken to records of other homes, between two offices over real SQLite databases.

use serde_json::{Value, json};
use tiwizi_federation_core::agreement::{AgreementId, Document, Life, Step};
use tiwizi_federation_core::flow::proposal::Base;
use tiwizi_federation_core::flow::rows::{Agreed, Held, HeldLife};
use tiwizi_federation_core::flow::{Durability, Node, Store as _, StoreTx as _};
use tiwizi_federation_core::wire::{Entity, EntryKind, Hash, Header, LogId, Position};
use tiwizi_identity::Caller;
use tiwizi_model::{RecordId, Version};
use tiwizi_records::{Draft, FieldError, Park, Verdict};
use uuid::Uuid;

use crate::home::core_kinds;
use crate::store::SqlStore;
use crate::testing::office::{DERIVATION, Office, agree, agreement, body, cooperative, exchange, note};

/// A pair of offices, their nodes, and a cooperative of the first.
struct Pair {
    one: Office,
    two: Office,
    giving: Node<SqlStore>,
    taking: Node<SqlStore>,
    id: RecordId,
}

impl Pair {
    async fn agreeing(fields: &[&str]) -> Self {
        let [one, two] = Office::pair().await;
        let id = one.create(cooperative(), body("A", 5)).await;
        let (giving, taking) = (one.node(one.me).await, two.node(one.me).await);
        agree(&giving, &taking, agreement(one.me, two.me, (1, None), fields)).await;
        Self { one, two, giving, taking, id }
    }

    async fn exchange(&self) {
        exchange(&self.giving, &self.taking).await;
    }

    /// The cooperative as the second office has it.
    async fn there(&self) -> Option<Value> {
        self.two.whole(&cooperative(), self.id).await.map(|record| record.body)
    }

    async fn version_there(&self, version: i64) -> Option<Value> {
        let permit = self.two.records.may_read(&Caller::system(), &cooperative()).unwrap();
        let found = self.two.records.read_version(&permit, self.id, Version(version)).await.unwrap();
        found.map(|record| record.body)
    }
}

#[tokio::test]
async fn what_is_given_is_a_record_of_its_home_and_follows_it() {
    let pair = Pair::agreeing(&["name", "province", "members.band"]).await;
    let shown = json!({ "name": "A", "province": "09.541", "members.band": "small" });
    assert_eq!(pair.there().await, Some(shown));
    let record = pair.two.whole(&cooperative(), pair.id).await.unwrap();
    assert_eq!((record.home, record.version, record.tenure), (pair.one.records.instance(), Version::FIRST, 1));
    pair.one.submit(Draft::patch(cooperative(), pair.id, json!({ "members": 70, "name": "B" }), None)).await;
    let of = json!({ "cooperative": pair.id.to_string(), "text": "t" });
    let remark = pair.one.create(note(), of.clone()).await;
    pair.exchange().await;
    let shown = json!({ "name": "B", "province": "09.541", "members.band": "large" });
    assert_eq!(pair.there().await, Some(shown));
    let there = pair.two.whole(&note(), remark).await.unwrap();
    assert_eq!((there.body, there.subject), (of, Some(pair.id)));
    pair.one.submit(Draft::delete(cooperative(), pair.id, None)).await;
    pair.exchange().await;
    assert_eq!(pair.there().await, None);
    assert_eq!(pair.version_there(2).await, None, "nothing of it is kept");
    assert!(pair.taking.store().unapplied(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_given_no_more_is_nowhere_and_comes_back_when_it_is_given_again() {
    let pair = Pair::agreeing(&["name", "province", "phone"]).await;
    pair.one.submit(Draft::patch(cooperative(), pair.id, json!({ "name": "B" }), None)).await;
    pair.exchange().await;
    assert!(pair.version_there(1).await.is_some_and(|body| body.get("phone").is_some()));
    let first = agreement(pair.one.me, pair.two.me, (1, None), &["name", "province", "phone"]);
    let less = agreement(pair.one.me, pair.two.me, (2, Some(&first)), &["name", "province"]);
    agree(&pair.giving, &pair.taking, less.clone()).await;
    assert_eq!(pair.there().await, Some(json!({ "name": "B", "province": "09.541" })));
    assert_eq!(pair.version_there(1).await, None, "no earlier version has it either");
    let more = agreement(pair.one.me, pair.two.me, (3, Some(&less)), &["name", "province", "phone"]);
    agree(&pair.giving, &pair.taking, more).await;
    let shown = json!({ "name": "B", "province": "09.541", "phone": "+212600000000" });
    assert_eq!(pair.there().await, Some(shown));
}

#[tokio::test]
async fn what_two_agreements_give_is_joined_and_what_one_takes_back_is_not_taken_from_the_other() {
    let pair = Pair::agreeing(&["name", "province"]).await;
    let id = AgreementId(Uuid::from_u128(0xb7));
    let second = Document { id, ..agreement(pair.one.me, pair.two.me, (1, None), &["province", "phone"]) };
    agree(&pair.giving, &pair.taking, second).await;
    let joined = json!({ "name": "A", "province": "09.541", "phone": "+212600000000" });
    assert_eq!(pair.there().await, Some(joined));
    pair.giving.step_agreement(id, Step::Terminate).await.unwrap();
    pair.exchange().await;
    assert_eq!(pair.there().await, Some(json!({ "name": "A", "province": "09.541" })));
}

/// Something that is held of an entity, as the rules of the core put it.
fn held(pair: &Pair, agreement: AgreementId, entity: Entity) -> Held {
    let log = LogId { node: pair.one.me, plane: "register".parse().unwrap() };
    let at = Position { log: log.clone(), epoch: 0, seq: 90 };
    let header = Header {
        v: Header::VERSION,
        log,
        epoch: 0,
        seq: 90,
        prev: Hash::ZERO,
        kind: EntryKind::Put,
        schema: "register/cooperative/1.0".to_owned(),
        entity: entity.clone(),
        subject: None,
        tenure: 1,
        ver: 1,
        idem: [0; 16],
        cause: None,
        hlc: 0,
        groups: Vec::new(),
        extra: std::collections::BTreeMap::new(),
    };
    Held {
        agreement: Some(agreement),
        root: entity.id,
        entity,
        at,
        base: Base { tenure: 1, ver: 1 },
        leaf: Hash([1; 32]),
        header: header.encode(),
        shown: Vec::new(),
        life: HeldLife::Live,
    }
}

#[tokio::test]
async fn what_the_records_do_not_take_is_told_and_stops_nothing() {
    let pair = Pair::agreeing(&["name", "province"]).await;
    let document = agreement(pair.one.me, pair.two.me, (1, None), &["name", "province"]);
    let strange = Entity { kind: "nowhere/thing".parse().unwrap(), id: RecordId(Uuid::from_u128(51)) };
    let local = Entity { kind: "register/desk".parse().unwrap(), id: RecordId(Uuid::from_u128(52)) };
    let store = pair.two.store().await;
    let mut tx = store.begin().await.unwrap();
    for entity in [&strange, &local] {
        tx.put_held(held(&pair, document.id, entity.clone())).await.unwrap();
    }
    tx.commit(Durability::Synced).await.unwrap();
    let told: Vec<_> = store.unapplied(10).await.unwrap().into_iter().map(|one| (one.id, one.why)).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    for (id, why) in told {
        let expected = if id == strange.id { "not in use" } else { "leave no instance" };
        assert!(why.contains(expected), "{id}: {why}");
    }
    assert_eq!(store.apply_again().await.unwrap(), 0);
    // Another home wrote under the same id what is ours: it is told, and ours stays.
    let ours = pair.two.create(cooperative(), body("C", 5)).await;
    let mut tx = store.begin().await.unwrap();
    tx.put_held(held(&pair, document.id, Entity { kind: cooperative(), id: ours })).await.unwrap();
    tx.commit(Durability::Synced).await.unwrap();
    assert_eq!(store.unapplied(10).await.unwrap().len(), 3);
    assert_eq!(pair.two.whole(&cooperative(), ours).await.unwrap().body["name"], "C");
    assert!(pair.there().await.is_some());
}

/// The program is stopped, and the next one knows a field more.
#[tokio::test]
async fn what_had_no_name_gets_it_by_the_start_of_a_program_that_knows_it() {
    let pair = Pair::agreeing(&["name", "province", "phone"]).await;
    pair.two.use_kinds_without("phone").await;
    let kinds = || core_kinds(&pair.two.records.kinds(), DERIVATION);
    pair.two.store().await.apply_changed(&kinds()).await.unwrap();
    pair.one.submit(Draft::patch(cooperative(), pair.id, json!({ "name": "B" }), None)).await;
    pair.exchange().await;
    let unnamed = json!({ "name": "B", "province": "09.541" });
    assert_eq!(pair.there().await, Some(unnamed.clone()));
    assert!(pair.taking.store().unapplied(10).await.unwrap().is_empty(), "it is taken, and nothing is wrong with it");
    // A start with the same kinds changes nothing.
    assert_eq!(pair.two.store().await.apply_changed(&kinds()).await.unwrap(), 0);
    assert_eq!(pair.there().await, Some(unnamed));
    pair.two.use_kinds().await;
    assert_eq!(pair.two.store().await.apply_changed(&kinds()).await.unwrap(), 1);
    let named = json!({ "name": "B", "province": "09.541", "phone": "+212600000000" });
    assert_eq!(pair.there().await, Some(named));
    assert_eq!(pair.two.store().await.apply_changed(&kinds()).await.unwrap(), 0, "once is enough");
}

#[tokio::test]
async fn nothing_is_held_under_an_agreement_that_was_never_put() {
    let pair = Pair::agreeing(&["name"]).await;
    let (known, unknown) = (AgreementId(Uuid::from_u128(0xa9)), AgreementId(Uuid::from_u128(5)));
    let entity = Entity { kind: cooperative(), id: RecordId(Uuid::from_u128(53)) };
    let store = pair.two.store().await;
    let mut tx = store.begin().await.unwrap();
    assert!(tx.put_held(held(&pair, unknown, entity.clone())).await.is_err());
    assert_eq!(tx.held(Some(unknown), &entity).await.unwrap(), None);
    let Agreed { current, .. } = tx.agreement(known).await.unwrap().unwrap();
    assert_eq!(current.as_ref().map(Life::state).map(|state| state.to_string()).as_deref(), Some("active"));
}

#[test]
fn a_name_that_no_database_keeps_is_told_in_signs_that_it_does() {
    let fields =
        vec![FieldError::new("/fields/a\u{0}b", "unknown-field", "no field"), FieldError::new("/b", "type", "")];
    let why = super::trouble(&Verdict::Parked(Park::Invalid { fields }));
    assert_eq!(why.as_deref(), Some(r"invalid: /fields/a\0b: unknown-field, /b: type"));
}
