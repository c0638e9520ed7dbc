//! What a peer is answered, and what nobody else is: two instances with real databases, joined in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use tempfile::TempDir;
use tiwizi_federation_core::agreement::{
    AgreementId, Class, Document, KindClasses, KindTerms, Party as Side, Rule, State,
};
use tiwizi_federation_core::flow::memory::MemoryStore;
use tiwizi_federation_core::flow::node::Write;
use tiwizi_federation_core::flow::plant::Planted;
use tiwizi_federation_core::flow::{Schemas, Setting, Store as _, StoreTx as _};
use tiwizi_federation_core::signature::{BodyDigest, Lines, Offset, Request, Stamp};
use tiwizi_federation_core::wire::{Enrolment, Entity, Member, Plane, Role, SigningKey};
use tiwizi_model::{Instant, RecordId};
use tiwizi_storage::federation::cursor;
use tiwizi_storage::federation::identity;
use tiwizi_storage::federation::peer::Switch;
use uuid::Uuid;

use crate::directory::{Asking, request, take};
use crate::federation::Federation;
use crate::identity::{Change, Reason};
use crate::settings::Settings;
use crate::testing::{Followed, House, root, signed};

use super::*;

/// An instance with both ends, over a store in memory.
pub(crate) struct Party {
    pub(crate) house: House,
    pub(crate) ends: Arc<Ends<MemoryStore>>,
    pub(crate) exchange: Exchange<MemoryStore>,
    pub(crate) store: MemoryStore,
    /// What stands on its two papers.
    pub(crate) papers: [SigningKey; 2],
    shelf: TempDir,
}

/// The address of an instance, by its number.
pub(crate) fn url(number: u8) -> String {
    format!("https://fed{number}.example")
}

/// The one kind that leaves instances in these tests.
pub(crate) fn kinds() -> BTreeMap<tiwizi_model::KindName, KindClasses> {
    let fields = BTreeMap::from([("name".to_owned(), Class::Public)]);
    let plane = "registry".parse().unwrap();
    BTreeMap::from([("registry/thing".parse().unwrap(), KindClasses { plane, fields, derived: BTreeMap::new() })])
}

fn make(store: MemoryStore) -> Make<MemoryStore> {
    Box::new(move |me, roll| {
        let setting = Setting {
            me,
            registrar: me,
            keys: roll.ring().clone(),
            kinds: kinds(),
            schemas: Schemas(BTreeMap::from([("registry/thing".to_owned(), 1)])),
            derive: |_, _| BTreeMap::new(),
            planted: Planted::default(),
        };
        (store.clone(), setting)
    })
}

async fn member(house: &House, role: Role, url: Option<&str>) -> Member {
    let asked = request(&house.keys().await, &house.instance, Asking { role, url });
    Enrolment::open(&asked).unwrap().member
}

impl Party {
    async fn open(house: House, papers: [SigningKey; 2], number: u8, is_reached: bool) -> Self {
        let settings = Settings {
            url: Some(url(number)),
            listens: is_reached,
            root: Some(root().verifying()),
            ..Settings::default()
        };
        let (db, instance, ambient) = (house.db.clone(), house.instance.clone(), house.ambient.clone());
        let federation = Arc::new(Federation::open(db, instance, settings, ambient).await.unwrap());
        let (store, shelf) = (MemoryStore::default(), tempfile::tempdir().unwrap());
        let kept = Shelf::open(&shelf.path().join("snapshots")).unwrap();
        let ends = Ends::open(federation, make(store.clone()), kept).await.unwrap().unwrap();
        let ends = Arc::new(ends);
        let exchange = Exchange::open(Arc::clone(&ends)).await.unwrap();
        Self { house, ends, exchange, store, papers, shelf }
    }

    /// The process ends and another one begins: what was only remembered is gone.
    pub(crate) async fn restart(&mut self) {
        self.exchange = Exchange::open(Arc::clone(&self.ends)).await.unwrap();
        assert!(self.shelf.path().exists());
    }

    /// It writes a thing into its register.
    pub(crate) async fn write(&self, number: u128, name: &str) {
        let id = RecordId(Uuid::from_u128(number));
        let write = Write {
            plane: "registry".parse().unwrap(),
            schema: "registry/thing/1.0".to_owned(),
            entity: Entity { kind: "registry/thing".parse().unwrap(), id },
            root: id,
            body: Some(serde_json::json!({ "name": name })),
            idem: *Uuid::from_u128(number).as_bytes(),
            cause: None,
        };
        self.ends.known().node.write(write).await.unwrap();
    }

    /// How many things it holds under an agreement.
    pub(crate) async fn held(&self, agreement: AgreementId) -> usize {
        let mut tx = self.store.begin().await.unwrap();
        tx.held_after(Some(agreement), None, 10_000).await.unwrap().len()
    }

    /// Its database knows of another one's register what it would know if the store were in it.
    pub(crate) async fn follow_in_database(&self, holder: &Self, agreement: AgreementId) {
        let (holder, me) = (holder.ends.known().me(), self.ends.known().me());
        let mut tx = self.house.db.begin_write().await.unwrap();
        let followed = Followed {
            holder: &holder.0.0,
            me: &me.0.0,
            agreement: &agreement.to_string(),
            state: State::Active,
            next_seq: 0,
            reached_at: None,
            at: self.ends.ambient().now(),
        };
        followed.put(&mut tx).await;
        tx.commit().await.unwrap();
    }

    /// Since when nothing of the register of another one is missing here.
    pub(crate) async fn as_of(&self) -> Option<Instant> {
        let mut tx = self.house.db.read().await.unwrap();
        cursor::all(&mut tx).await.unwrap().into_iter().find_map(|row| row.reached_at)
    }
}

/// The agreement by which an office gives a nation the names of its things.
pub(crate) fn names(office: &Party, nation: &Party) -> Document {
    let now = office.ends.ambient().now();
    let (office, nation) = (office.ends.known().me(), nation.ends.known().me());
    let terms = KindTerms { rows: BTreeMap::new(), fields: BTreeMap::from([("name".to_owned(), Rule::Clear)]) };
    let registry: Plane = "registry".parse().unwrap();
    let kinds = BTreeMap::from([("registry/thing".parse().unwrap(), terms)]);
    let mut parties =
        [Side { node: office, name: "Office".to_owned() }, Side { node: nation, name: "Nation".to_owned() }];
    parties.sort_by_key(|side| side.node);
    Document {
        id: AgreementId(Uuid::from_u128(0xa9)),
        version: 1,
        before: None,
        parties,
        purpose: "The register of the nation".to_owned(),
        legal_basis: "Law 112-12".to_owned(),
        cndp: None,
        issued_at: now,
        expires_at: now.plus_ms(300 * 86_400_000),
        retention_days: 365,
        erasure_days: 30,
        onward: BTreeSet::new(),
        grants: BTreeMap::from([(office, BTreeMap::from([(registry, kinds)]))]),
    }
}

/// A nation that is reached, and an office that only dials out. Both know each other.
pub(crate) async fn pair() -> [Party; 2] {
    let (nation, office) = (House::new(1, "all").await, House::new(2, "09.541").await);
    let (nation_papers, office_papers) = (nation.begin().await, office.begin().await);
    let mut members =
        vec![member(&nation, Role::National, Some(&url(1))).await, member(&office, Role::Region, None).await];
    members.sort_by_key(|member| member.node);
    let directory = signed(1, members);
    for house in [&nation, &office] {
        take(&house.db, house.here().await, &directory, house.ambient.now()).await.unwrap();
    }
    [Party::open(nation, nation_papers, 1, true).await, Party::open(office, office_papers, 2, false).await]
}

/// A request of one instance to another, as it goes over the line.
pub(crate) fn asked(from: &Party, to: u8, question: &Question, body: &[u8]) -> Request {
    let (path, query) = question.address();
    let request = Request {
        method: question.method().to_owned(),
        authority: format!("fed{to}.example"),
        path,
        query,
        lines: Lines::default(),
        body: BodyDigest::of(body),
    };
    let stamp = Stamp::new(from.ends.ambient(), Offset::default());
    from.ends.known().signed(|signer| signer.sign_request(request, &stamp, &[])).unwrap()
}

/// What of a request is there before its body.
pub(crate) fn head(request: &Request, body: &[u8]) -> Head {
    Head {
        method: request.method.clone(),
        authority: request.authority.clone(),
        path: request.path.clone(),
        query: request.query.clone(),
        lines: request.lines.clone(),
        body_bytes: Some(body.len() as u64),
        source: IpAddr::from([192, 0, 2, 7]),
    }
}

fn hello() -> Question {
    Question::Hello { seen: None, wait_ms: 0 }
}

async fn refusal(party: &Party, head: Head) -> Refusal {
    party.exchange.admit(head).await.map(drop).unwrap_err().refusal
}

#[tokio::test]
async fn a_peer_is_greeted_with_its_logs_and_with_what_is_wanted_of_it() {
    let [nation, office] = pair().await;
    let request = asked(&office, 1, &hello(), b"");
    let admitted = nation.exchange.admit(head(&request, b"")).await.unwrap();
    let answer = nation.exchange.answer(&admitted, b"", None).await.unwrap();
    let hello = tiwizi_federation_core::greeting::Hello::decode(answer.body.as_bytes()).unwrap();
    assert_eq!(hello.directory, 1);
    assert_eq!(hello.logs.iter().map(|log| log.plane.as_str()).collect::<BTreeSet<_>>(), BTreeSet::from(["control"]));
    let office_node = office.ends.known().me();
    assert!(hello.wanted.iter().all(|wanted| wanted.log.node == office_node), "{:?}", hello.wanted);
}

#[tokio::test]
async fn f03_a_body_that_was_changed_is_refused_after_its_head_was_believed() {
    let [nation, office] = pair().await;
    let log = tiwizi_federation_core::wire::LogId {
        node: office.ends.known().me(),
        plane: tiwizi_federation_core::wire::Plane::control(),
    };
    let request = asked(&office, 1, &Question::GivePage { log, is_end: false }, b"a page");
    let admitted = nation.exchange.admit(head(&request, b"a page")).await.unwrap();
    let refused = nation.exchange.check_body(&admitted, b"b page").unwrap_err();
    assert_eq!(refused.code(), "digest-mismatch");
}

#[tokio::test]
async fn f04_a_request_has_its_effect_once_also_after_a_restart() {
    let [mut nation, office] = pair().await;
    let request = asked(&office, 1, &hello(), b"");
    drop(nation.exchange.admit(head(&request, b"")).await.unwrap());
    assert_eq!(refusal(&nation, head(&request, b"")).await.code(), "replayed");
    nation.restart().await;
    assert_eq!(refusal(&nation, head(&request, b"")).await.code(), "replayed");
    // Long over, and forgotten: the floor keeps it out.
    nation.house.clock.advance_ms(u64::try_from(tiwizi_model::limits::FED_NONCE_KEPT_MS).unwrap() * 3);
    nation.exchange.keep().await.unwrap();
    nation.restart().await;
    assert_eq!(refusal(&nation, head(&request, b"")).await.code(), "challenge");
}

#[tokio::test]
async fn housekeeping_forgets_the_secret_half_of_a_key_whose_successor_is_old_enough() {
    let [nation, _] = pair().await;
    let house = &nation.house;
    let root = SigningKey::from_seed(&nation.papers[0].seed());
    let change = Change::prepare(&house.keys().await, root, Reason::Routine, &house.ambient).unwrap();
    change.store(&house.db, &house.instance, &house.ambient).await.unwrap();
    let retired = async || {
        let keys = identity::keys(&mut house.db.read().await.unwrap()).await.unwrap();
        keys.into_iter().map(|key| key.retired_at.is_some()).collect::<Vec<_>>()
    };
    nation.exchange.keep().await.unwrap();
    assert_eq!(retired().await, [false, false]);
    house.clock.advance_ms(u64::try_from(tiwizi_model::limits::FED_KEY_OVERLAP_MS).unwrap());
    nation.exchange.keep().await.unwrap();
    assert_eq!(retired().await, [true, false]);
}

#[tokio::test]
async fn a_request_for_somebody_else_is_refused() {
    let [nation, office] = pair().await;
    let request = asked(&office, 9, &hello(), b"");
    assert_eq!(refusal(&nation, head(&request, b"")).await.code(), "signature-authority");
}

#[tokio::test]
async fn f01_a_flood_of_strangers_is_told_to_wait_and_keeps_no_peer_out() {
    let [nation, office] = pair().await;
    let mut codes = BTreeMap::new();
    for _ in 0..tiwizi_model::limits::FED_STRANGER_TRIES_MAX * 2 {
        let mut request = asked(&office, 1, &hello(), b"");
        request.lines = Lines::default();
        *codes.entry(refusal(&nation, head(&request, b"")).await.code()).or_insert(0_u64) += 1;
    }
    assert_eq!(codes.get("signature-missing"), Some(&tiwizi_model::limits::FED_STRANGER_TRIES_MAX), "{codes:?}");
    let request = asked(&office, 1, &hello(), b"");
    nation.exchange.admit(head(&request, b"")).await.unwrap();
}

#[tokio::test]
async fn a_peer_has_few_places_and_one_for_each_log() {
    let [nation, office] = pair().await;
    let mut places = Vec::new();
    for _ in 0..tiwizi_model::limits::FED_PEER_REQUESTS_MAX {
        let request = asked(&office, 1, &hello(), b"");
        places.push(nation.exchange.admit(head(&request, b"")).await.unwrap());
    }
    let request = asked(&office, 1, &hello(), b"");
    assert_eq!(refusal(&nation, head(&request, b"")).await.code(), "busy");
    places.pop();
    nation.exchange.admit(head(&request, b"")).await.unwrap();
}

#[tokio::test]
async fn a_line_that_is_cut_by_its_switch_is_cut_for_who_asks_too() {
    let [nation, office] = pair().await;
    let node = office.ends.known().me();
    crate::peers::turn(&nation.house.db, &node, Switch::Cut, nation.house.ambient.now()).await.unwrap();
    let request = asked(&office, 1, &hello(), b"");
    assert_eq!(refusal(&nation, head(&request, b"")).await.code(), "line-cut");
}

#[tokio::test]
async fn a_peer_that_only_dials_in_has_called_once_it_was_let_in() {
    let [nation, office] = pair().await;
    let node = office.ends.known().me();
    let contact = async || nation.ends.peer(&node).await.unwrap().unwrap().contact_at;
    let mut stranger = asked(&office, 1, &hello(), b"");
    stranger.lines = Lines::default();
    assert_eq!(refusal(&nation, head(&stranger, b"")).await.code(), "signature-missing");
    assert_eq!(contact().await, None);
    let first = nation.ends.ambient().now();
    for (after_ms, noted) in [(0, first), (1_000, first), (60_000, first.plus_ms(61_000))] {
        nation.house.clock.advance_ms(after_ms);
        let request = asked(&office, 1, &hello(), b"");
        drop(nation.exchange.admit(head(&request, b"")).await.unwrap());
        assert_eq!(contact().await, Some(noted));
    }
}

#[tokio::test]
async fn whoever_waits_is_let_go_with_nothing_once_its_line_is_cut() {
    let [nation, office] = pair().await;
    let (node, mut woken) = (office.ends.known().me(), nation.house.db.woken());
    let until = tokio::time::Instant::now();
    assert!(!nation.exchange.rest(&node, &mut woken, until).await.unwrap());
    crate::peers::turn(&nation.house.db, &node, Switch::Pause, nation.house.ambient.now()).await.unwrap();
    assert!(nation.exchange.rest(&node, &mut woken, until).await.unwrap());
}

#[tokio::test]
async fn a_body_that_is_larger_than_its_question_brings_is_refused_before_it_is_read() {
    let [nation, office] = pair().await;
    let request = asked(&office, 1, &hello(), b"");
    let mut large = head(&request, b"");
    large.body_bytes = Some(1);
    assert!(matches!(refusal(&nation, large).await, Refusal::Large { bytes_max: 0 }));
}

#[tokio::test]
async fn an_answer_is_bound_to_its_request_and_to_its_bytes() {
    let [nation, office] = pair().await;
    let request = asked(&office, 1, &hello(), b"");
    let lines = [("content-type", "text/plain".to_owned())];
    let signed = nation.exchange.sign(&request, (200, b"thanks"), &lines).unwrap().unwrap();
    let known = office.ends.known();
    let key = |keyid: &str| tiwizi_federation_core::signature::known(known.ring(), keyid);
    let from = nation.ends.known().me();
    let verify = |body: &[u8], request: &Request| {
        let response = tiwizi_federation_core::signature::Response {
            status: 200,
            lines: signed.clone(),
            body: BodyDigest::of(body),
        };
        tiwizi_federation_core::signature::verify_response(&response, request, &from, key)
    };
    assert!(verify(b"thanks", &request).is_ok());
    assert!(verify(b"Thanks", &request).is_err());
    assert!(verify(b"thanks", &asked(&office, 1, &hello(), b"")).is_err());
}
