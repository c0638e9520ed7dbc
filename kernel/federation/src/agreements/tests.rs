//! Two sides, each with its own records and a node over memory: what people do at the door, and what comes of it at the other one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use tiwizi_federation_core::agreement::{AgreementId, Document, Fault, State, What};
use tiwizi_federation_core::flow::node::{Ask, Served, Write};
use tiwizi_federation_core::flow::plant::Planted;
use tiwizi_federation_core::flow::{MemoryStore, Node, NodeError, Setting};
use tiwizi_federation_core::wire::{Entity, Genesis, KeyRing, NodeId, SigningKey};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{FederationDecision, FederationView, may_decide_federation, may_see_federation};
use tiwizi_model::{Ambient, InstanceId, Instant, KindName, ManualClock, RecordId, SeededEntropy};
use tiwizi_records::{Catalogue, Draft as RecordDraft, Manifest, Records};
use tiwizi_registry::kinds::MANIFEST;
use tiwizi_registry::protection::Protection;
use tiwizi_storage::federation::peer::{self, PeerRow};
use tiwizi_storage::{Db, Location};
use uuid::Uuid;

use super::*;
use crate::home::{Derivation, core_kinds, schemas};

/// 2025-11-30.
const NOW: Instant = Instant(1_764_460_800_000);
const DAY_MS: u64 = 86_400_000;
const BYTES: u64 = 1 << 20;

/// One side.
struct Side {
    _folder: TempDir,
    clock: Arc<ManualClock>,
    records: Records,
    node: Arc<Node<MemoryStore>>,
    name: String,
}

fn signing(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

/// Two sides who know each other's keys.
fn ring() -> (KeyRing, [NodeId; 2]) {
    let mut ring = KeyRing::new();
    let nodes = [1, 2].map(|number| {
        let (root, next_root) = (signing(number + 100), signing(number + 200).verifying().promise());
        let name = format!("Instance {number}");
        let genesis = Genesis { root: root.verifying(), signing: signing(number).verifying(), next_root, name };
        ring.insert(&genesis.sign(&root), &[]).unwrap()
    });
    (ring, nodes)
}

fn derive(_: &KindName, body: &Value) -> BTreeMap<String, Value> {
    let province = body.get("province").cloned();
    province.into_iter().map(|province| ("province".to_owned(), province)).collect()
}

async fn records(folder: &TempDir, ambient: &Ambient, number: u8) -> Records {
    let location = Location::Sqlite { directory: folder.path().to_owned() };
    let db = Db::open(&location, ambient.clone()).await.unwrap();
    let catalogue = Catalogue::open(&db).await.unwrap();
    let mut tx = db.begin_write().await.unwrap();
    let addition = catalogue.add(&mut tx, &Manifest::parse(MANIFEST).unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    catalogue.publish(addition);
    Records::new(db, catalogue, Vec::new(), ambient.clone(), InstanceId(Uuid::from_u128(number.into())))
}

impl Side {
    async fn new(number: u8, ring: &KeyRing, nodes: [NodeId; 2]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(number.into())));
        let records = records(&folder, &ambient, number).await;
        let setting = Setting {
            me: nodes[usize::from(number - 1)],
            registrar: nodes[0],
            keys: ring.clone(),
            kinds: core_kinds(&records.kinds(), Derivation::REGISTER),
            schemas: schemas(&records.kinds()),
            derive,
            planted: Planted::default(),
        };
        let node = Arc::new(Node::new(MemoryStore::default(), setting, signing(number), ambient));
        let side = Self { _folder: folder, clock, records, node, name: format!("Instance {number}") };
        for (index, node) in nodes.iter().enumerate().filter(|(index, _)| *index != usize::from(number - 1)) {
            side.knows(*node, &format!("Instance {}", index + 1)).await;
        }
        side
    }

    async fn knows(&self, node: NodeId, name: &str) {
        let mut tx = self.records.db().begin_write().await.unwrap();
        let row = PeerRow {
            node: node.0.0,
            name: name.to_owned(),
            url: None,
            role: "region".to_owned(),
            genesis: Vec::new(),
            state: "member".to_owned(),
            paused: false,
            cut: false,
            cut_at: None,
            added_at: NOW,
            contact_at: None,
            error_code: None,
            error_at: None,
            clock_offset_ms: 0,
            goodput: 0,
            page_bytes: 0,
            retries: 0,
            next_try_at: NOW,
        };
        assert!(peer::add(&mut tx, &row).await.unwrap());
        tx.commit().await.unwrap();
    }

    fn me(&self) -> NodeId {
        self.node.setting().me
    }

    fn door(&self) -> Agreements<MemoryStore> {
        self.door_with(DirectoryAge::Fresh)
    }

    fn door_with(&self, directory: DirectoryAge) -> Agreements<MemoryStore> {
        Agreements::new(Ground {
            node: Arc::clone(&self.node),
            records: self.records.clone(),
            protection: Protection::new(self.records.clone()),
            directory,
            name: self.name.clone(),
        })
    }

    /// Writes a record, which has no place in the log yet.
    async fn write(&self, plane: &str, kind: &str, number: u128, body: Value) {
        let id = RecordId(Uuid::from_u128(number));
        let entity = Entity { kind: kind.parse().unwrap(), id };
        let write = Write {
            plane: plane.parse().unwrap(),
            schema: format!("{kind}/1.0"),
            entity,
            root: id,
            body: Some(body),
            idem: [7; 16],
            cause: None,
        };
        self.node.write(write).await.unwrap();
    }

    /// The instance is in service, and nothing is recorded of what it processes.
    async fn serve(&self) {
        let body = json!({ "instance": "this", "name_fr": "Direction", "in_service_on": "2025-01-03" });
        let draft = RecordDraft::create("registry/controller".parse().unwrap(), body);
        self.records.submit(&Caller::system(), vec![draft], None).await.unwrap();
    }
}

async fn sides() -> (Side, Side) {
    let (ring, nodes) = ring();
    (Side::new(1, &ring, nodes).await, Side::new(2, &ring, nodes).await)
}

fn view() -> FederationView {
    may_see_federation(&Caller::system()).unwrap()
}

fn decision() -> FederationDecision {
    may_decide_federation(&Caller::system()).unwrap()
}

/// Everything that one side has for the other goes over.
async fn pass(from: &Side, to: &Side) {
    while from.node.sequence().await.unwrap() > 0 {}
    loop {
        let mut has_moved = false;
        for (feed, (version, epoch, next)) in to.node.wanted().await.unwrap() {
            if feed.log.node != from.me() {
                continue;
            }
            let ask = Ask { feed, version, epoch, from: next, bytes_max: BYTES };
            if let Served::Page(bytes) = from.node.serve(&to.me(), &ask).await.unwrap() {
                to.node.take(bytes.as_bytes()).await.unwrap();
                has_moved = true;
            }
        }
        if !has_moved {
            return;
        }
    }
}

/// Both sides hear of each other until nothing is new.
async fn meet(one: &Side, other: &Side) {
    for _ in 0..3 {
        pass(one, other).await;
        pass(other, one).await;
    }
}

/// A draft that gives these fields of a kind, of Agadir alone when it is filtered.
fn draft(peer: NodeId, kind: &str, fields: &[&str], is_filtered: bool) -> DraftForm {
    let clear = |field: &&str| ((*field).to_owned(), RuleForm::Word("clear".to_owned()));
    let rows = if is_filtered { vec![("province".to_owned(), vec![json!("09.001")])] } else { Vec::new() };
    let kind_form = KindForm { fields: fields.iter().map(clear).collect(), rows: rows.into_iter().collect() };
    DraftForm {
        peer: peer.to_string(),
        purpose: "Statistiques nationales".to_owned(),
        legal_basis: "Loi 112-12".to_owned(),
        expires_on: "2026-11-30".to_owned(),
        retention_days: 365,
        erasure_days: 30,
        gives: BTreeMap::from([(kind.to_owned(), kind_form)]),
        ..DraftForm::default()
    }
}

fn cooperatives(peer: NodeId) -> DraftForm {
    draft(peer, "registry/cooperative", &["name_fr", "province"], true)
}

fn at(version: u32) -> LookedAt {
    LookedAt { version, hash: None }
}

/// The agreement of one side, in force at both.
async fn agreed(one: &Side, other: &Side, form: &DraftForm) -> AgreementId {
    let id = one.door().offer(&decision(), &form.draft().unwrap()).await.unwrap();
    meet(one, other).await;
    other.door().step(&decision(), id, at(1), Step::Accept).await.unwrap();
    meet(one, other).await;
    id
}

async fn states(one: &Side, other: &Side, id: AgreementId) -> [State; 2] {
    let mut found = Vec::new();
    for side in [one, other] {
        let agreement = side.door().show(&view(), id).await.unwrap();
        found.push(agreement.first().unwrap().state);
    }
    [found[0], found[1]]
}

async fn refused(side: &Side, form: &DraftForm) -> Vec<Fault> {
    match side.door().write(&view(), &form.draft().unwrap()).await {
        Err(AgreementsError::Faults(faults)) => faults,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_offer_is_signed_at_the_other_side_and_each_has_its_own_switch() {
    let (one, other) = sides().await;
    let id = one.door().offer(&decision(), &cooperatives(other.me()).draft().unwrap()).await.unwrap();
    let offered = one.door().show(&view(), id).await.unwrap();
    assert_eq!((offered.waits_for_us(), offered.next.unwrap().state), (false, State::Offered));
    meet(&one, &other).await;
    let found = other.door().list(&view()).await.unwrap();
    assert!(found[0].id == id && found[0].waits_for_us(), "{found:?}");
    other.door().step(&decision(), id, at(1), Step::Accept).await.unwrap();
    meet(&one, &other).await;
    assert_eq!(states(&one, &other, id).await, [State::Active; 2]);
    one.door().step(&decision(), id, at(1), Step::Suspend).await.unwrap();
    meet(&one, &other).await;
    assert_eq!(states(&one, &other, id).await, [State::Suspended; 2]);
    let held = other.door().show(&view(), id).await.unwrap().current.unwrap();
    assert!(held.is_held_up_there && !held.is_held_up_here);
    let turn = other.door().step(&decision(), id, at(1), Step::Resume).await;
    assert!(matches!(turn, Err(AgreementsError::Node(NodeError::Step { .. }))), "{turn:?}");
    one.door().step(&decision(), id, at(1), Step::Resume).await.unwrap();
    other.door().step(&decision(), id, at(1), Step::Terminate).await.unwrap();
    meet(&one, &other).await;
    assert_eq!(states(&one, &other, id).await, [State::Terminated; 2]);
    let form = DraftForm { follows: Some(id.to_string()), ..cooperatives(other.me()) };
    let revived = one.door().offer(&decision(), &form.draft().unwrap()).await;
    assert!(matches!(revived, Err(AgreementsError::NotInForce)), "{revived:?}");
}

#[tokio::test]
async fn an_offer_that_is_turned_down_is_free_for_another_one() {
    let (one, other) = sides().await;
    for (step, state) in [(Step::Decline, State::Declined), (Step::Withdraw, State::Withdrawn)] {
        let id = one.door().offer(&decision(), &cooperatives(other.me()).draft().unwrap()).await.unwrap();
        meet(&one, &other).await;
        let offered = one.door().show(&view(), id).await.unwrap();
        assert!(offered.waits_for_them() && !offered.waits_for_us());
        let (taker, wrong) = if step == Step::Decline { (&other, &one) } else { (&one, &other) };
        let turn = wrong.door().step(&decision(), id, at(1), step).await;
        assert!(matches!(turn, Err(AgreementsError::Node(NodeError::Step { .. }))), "{turn:?}");
        let stale = taker.door().step(&decision(), id, at(2), step).await;
        assert!(matches!(stale, Err(AgreementsError::Stale)), "{stale:?}");
        taker.door().step(&decision(), id, at(1), step).await.unwrap();
        meet(&one, &other).await;
        assert_eq!(states(&one, &other, id).await, [state; 2]);
        for side in [&one, &other] {
            let shown = side.door().show(&view(), id).await.unwrap();
            assert!(!shown.waits_for_us() && !shown.waits_for_them() && shown.first().unwrap().is_over());
        }
        let twice = taker.door().step(&decision(), id, at(1), step).await;
        assert!(matches!(twice, Err(AgreementsError::Stale)), "{twice:?}");
    }
    agreed(&one, &other, &cooperatives(other.me())).await;
}

#[tokio::test]
async fn what_was_looked_at_is_what_is_decided() {
    let (one, other) = sides().await;
    let id = agreed(&one, &other, &cooperatives(other.me())).await;
    let stale = one.door().step(&decision(), id, at(2), Step::Terminate).await;
    assert!(matches!(stale, Err(AgreementsError::Stale)), "{stale:?}");
    let nothing = one.door().step(&decision(), id, at(1), Step::Accept).await;
    assert!(matches!(nothing, Err(AgreementsError::NotInForce)), "{nothing:?}");
    let absent = one.door().show(&view(), AgreementId(Uuid::from_u128(9))).await;
    assert!(matches!(absent, Err(AgreementsError::Absent)), "{absent:?}");
    assert_eq!(states(&one, &other, id).await, [State::Active; 2]);
}

#[tokio::test]
async fn an_offer_that_says_something_else_under_its_number_is_not_signed() {
    let (one, other) = sides().await;
    let id = one.door().offer(&decision(), &cooperatives(other.me()).draft().unwrap()).await.unwrap();
    meet(&one, &other).await;
    let document = other.door().show(&view(), id).await.unwrap().next.unwrap().document;
    let looked_at = LookedAt { hash: Some(document.hash()), ..at(1) };
    let wider = Document { retention_days: document.retention_days + 1, ..document };
    one.node.offer_agreement(wider.clone()).await.unwrap();
    meet(&one, &other).await;
    let signed = other.door().step(&decision(), id, looked_at, Step::Accept).await;
    assert!(matches!(signed, Err(AgreementsError::Stale)), "{signed:?}");
    let looked_at = LookedAt { hash: Some(wider.hash()), ..at(1) };
    other.door().step(&decision(), id, looked_at, Step::Accept).await.unwrap();
}

#[tokio::test]
async fn what_does_not_fit_the_classes_is_named_where_the_form_has_it() {
    let (one, other) = sides().await;
    let with = |fields: &[&str], change: &dyn Fn(&mut KindForm)| {
        let mut form = draft(other.me(), "registry/person", fields, false);
        form.cndp = Some("D-GC-1/2025".to_owned());
        form.gives.values_mut().for_each(change);
        form
    };
    let year = |of: &'static str| {
        move |terms: &mut KindForm| {
            let generalised = "birth_date.year".to_owned();
            terms.fields.insert(of.to_owned(), RuleForm::Generalised { generalised });
        }
    };
    let none = |_: &mut KindForm| {};
    for (form, pointer, what) in [
        (with(&["shoe_size"], &none), "/gives/registry~1person/fields/shoe_size", What::NoClass),
        (with(&[], &year("phone")), "/gives/registry~1person/fields/phone", What::NotDerived),
        (with(&[], &none), "/gives/registry~1person/fields", What::Empty),
    ] {
        let faults = refused(&one, &form).await;
        assert_eq!((faults[0].pointer.as_str(), &faults[0].what), (pointer, &what));
    }
    let mut without = with(&["phone"], &none);
    without.cndp = None;
    assert_eq!(refused(&one, &without).await, [Fault { pointer: "/cndp".to_owned(), what: What::NoReference }]);
    assert!(one.door().write(&view(), &with(&[], &year("birth_date")).draft().unwrap()).await.is_ok());
    let mut long = cooperatives(other.me());
    long.expires_on = "2035-01-01".to_owned();
    assert_eq!(refused(&one, &long).await[0].pointer, "/expires_on");
    let mut unknown = cooperatives(other.me());
    unknown.takes = BTreeMap::from([("market/stall".to_owned(), KindForm::default())]);
    let faults = refused(&one, &unknown).await;
    assert!(faults.contains(&Fault { pointer: "/takes/market~1stall".to_owned(), what: What::NoKind }), "{faults:?}");
    let stranger = one.door().write(&view(), &cooperatives(one.me()).draft().unwrap()).await;
    assert!(matches!(stranger, Err(AgreementsError::Stranger { .. })), "{stranger:?}");
    assert!(one.door().list(&view()).await.unwrap().is_empty(), "a draft leaves nothing behind");
}

#[test]
fn a_form_with_faults_names_each_of_them() {
    let mut form = cooperatives(NodeId(tiwizi_federation_core::wire::Hash([1; 32])));
    form.peer = "somebody".to_owned();
    form.expires_on = "soon".to_owned();
    form.onward = vec!["all".to_owned()];
    let terms = form.gives.get_mut("registry/cooperative").unwrap();
    terms.fields.insert("phone".to_owned(), RuleForm::Word("maybe".to_owned()));
    terms.rows.insert("province".to_owned(), vec![json!(1.5)]);
    let pointers: BTreeSet<String> = form.draft().unwrap_err().into_iter().map(|fault| fault.pointer).collect();
    let places = [
        "/peer",
        "/expires_on",
        "/onward/0",
        "/gives/registry~1cooperative/fields/phone",
        "/gives/registry~1cooperative/rows/province/0",
    ];
    assert_eq!(pointers, places.map(str::to_owned).into());
}

#[test]
fn a_draft_is_written_as_the_form_that_it_came_from() {
    let mut form = cooperatives(NodeId(tiwizi_federation_core::wire::Hash([1; 32])));
    form.follows = Some(Uuid::from_u128(5).to_string());
    form.cndp = Some("D-1".to_owned());
    assert_eq!(DraftForm::of(&form.draft().unwrap()), form);
}

#[tokio::test]
async fn a_preview_counts_what_was_written_as_the_gate_would_let_it_through_and_names_people() {
    let (one, other) = sides().await;
    for (number, province) in [(1, "09.001"), (2, "09.001"), (3, "01.051")] {
        let body = json!({ "court": "Agadir", "number": "1", "name_fr": "Tifawin", "province": province });
        one.write("registry", "registry/cooperative", number, body).await;
    }
    one.write("members", "registry/person", 7, json!({ "name_fr": "Fadma", "province": "09.001" })).await;
    let door = one.door();
    let mut form = cooperatives(other.me());
    form.cndp = Some("D-GC-1/2025".to_owned());
    form.gives.extend(draft(other.me(), "registry/person", &["name_fr"], false).gives);
    let document = door.write(&view(), &form.draft().unwrap()).await.unwrap();
    let found = door.preview(&view(), &document).await.unwrap();
    let [members, registry] = &found.planes[..] else { panic!("{found:?}") };
    let cooperative: KindName = "registry/cooperative".parse().unwrap();
    let count = registry.preview.counts[&cooperative];
    assert_eq!((count.shown, count.hidden, registry.looked_at, registry.entries), (2, 1, 3, 3));
    assert!(registry.preview.personal.is_empty());
    assert_eq!(members.preview.personal.keys().next().unwrap().1, "name_fr");
    let shown = &members.preview.samples[0].fields["name_fr"];
    assert!(!shown.contains('F') && shown.chars().count() == 5, "{shown}");
    assert!(found.bytes() > 0 && found.is_whole());
    one.node.release(&registry.plane).await.unwrap();
    let again = door.preview(&view(), &document).await.unwrap();
    assert_eq!(again.planes[1].preview.counts[&cooperative], count, "what is not kept whole goes as a snapshot");
}

#[tokio::test]
async fn fields_about_people_are_agreed_on_only_under_a_processing() {
    let (one, other) = sides().await;
    let mut people = draft(other.me(), "registry/person", &["phone"], false);
    people.cndp = Some("D-GC-1/2025".to_owned());
    let id = one.door().offer(&decision(), &people.draft().unwrap()).await.unwrap();
    meet(&one, &other).await;
    other.serve().await;
    let taken = other.door().step(&decision(), id, at(1), Step::Accept).await;
    assert!(matches!(taken, Err(AgreementsError::Uncovered(_))), "{taken:?}");
    one.serve().await;
    let given = one.door().offer(&decision(), &people.draft().unwrap()).await;
    assert!(matches!(given, Err(AgreementsError::Uncovered(_))), "{given:?}");
    one.door().offer(&decision(), &cooperatives(other.me()).draft().unwrap()).await.unwrap();
}

#[tokio::test]
async fn the_next_version_follows_and_says_what_the_other_side_loses() {
    let (one, other) = sides().await;
    let id = agreed(&one, &other, &cooperatives(other.me())).await;
    let current = one.door().show(&view(), id).await.unwrap();
    let mut next = DraftForm::of(&Draft::after(&current.first().unwrap().document, &one.me()).unwrap());
    assert_eq!(next.follows, Some(id.to_string()));
    next.gives.get_mut("registry/cooperative").unwrap().fields.remove("name_fr");
    let document = one.door().write(&view(), &next.draft().unwrap()).await.unwrap();
    assert_eq!((document.id, document.version), (id, 2));
    let difference = current.difference(&document, &one.me());
    assert!(difference.narrows() && !difference.widens(), "{difference:?}");
    one.door().offer(&decision(), &next.draft().unwrap()).await.unwrap();
    let twice = one.door().offer(&decision(), &next.draft().unwrap()).await;
    assert!(matches!(twice, Err(AgreementsError::OnOffer)), "{twice:?}");
    meet(&one, &other).await;
    other.door().step(&decision(), id, at(2), Step::Accept).await.unwrap();
    meet(&one, &other).await;
    let found = other.door().show(&view(), id).await.unwrap();
    assert_eq!((found.current.unwrap().document.version, found.next), (2, None));
}

#[tokio::test]
async fn an_old_directory_is_good_for_what_was_agreed_and_for_nothing_new() {
    let (one, other) = sides().await;
    let id = agreed(&one, &other, &cooperatives(other.me())).await;
    let old = one.door_with(DirectoryAge::Old);
    let new = old.offer(&decision(), &cooperatives(other.me()).draft().unwrap()).await;
    assert!(matches!(new, Err(AgreementsError::OldDirectory)), "{new:?}");
    other.door().offer(&decision(), &cooperatives(one.me()).draft().unwrap()).await.unwrap();
    meet(&one, &other).await;
    let waiting = old.list(&view()).await.unwrap().into_iter().find(Agreement::waits_for_us).unwrap();
    let signed = old.step(&decision(), waiting.id, at(1), Step::Accept).await;
    assert!(matches!(signed, Err(AgreementsError::OldDirectory)), "{signed:?}");
    old.step(&decision(), id, at(1), Step::Suspend).await.unwrap();
}

#[tokio::test]
async fn time_ends_an_agreement_and_no_clock_revives_it() {
    let (one, other) = sides().await;
    let id = agreed(&one, &other, &cooperatives(other.me())).await;
    assert_eq!(one.node.expire(NOW).await.unwrap(), []);
    one.clock.advance_ms(366 * DAY_MS);
    let now = one.records.ambient().now();
    assert_eq!(one.door().show(&view(), id).await.unwrap().first().unwrap().state, State::Expired);
    assert_eq!(one.node.expire(now).await.unwrap(), [id]);
    assert_eq!(one.node.expire(now).await.unwrap(), [], "it is told once");
    assert_eq!(one.node.expire(NOW).await.unwrap(), []);
    let late = one.door().step(&decision(), id, at(1), Step::Suspend).await;
    assert!(matches!(late, Err(AgreementsError::Node(NodeError::Step { .. }))), "{late:?}");
}
