//! Peers as they are shown, and what is said of a line that is not well.

use std::collections::BTreeMap;

use tiwizi_federation_core::wire::{Hash, NodeId, Role};
use tiwizi_model::Instant;
use tiwizi_outbound::OutboundError;
use tiwizi_storage::federation::peer::{self, Failure, PeerRow, Switch};

use super::*;
use crate::directory::{Desk, PeerState, Terms};
use crate::identity::{Change, NodeKeys, Reason};
use crate::testing::{DAY_MS, House, root};

const NOW: Instant = Instant(1_700_000_000_000);

fn view(number: u8, name: &str) -> PeerView {
    let row = PeerRow {
        node: [number; 32],
        name: name.to_owned(),
        url: Some("https://peer.example".to_owned()),
        role: "region".to_owned(),
        genesis: Vec::new(),
        state: "member".to_owned(),
        paused: false,
        cut: false,
        cut_at: None,
        added_at: NOW,
        contact_at: Some(NOW),
        error_code: None,
        error_at: None,
        clock_offset_ms: 0,
        goodput: 0,
        page_bytes: 0,
        retries: 0,
        next_try_at: NOW,
    };
    let (node, state) = (NodeId(Hash([number; 32])), PeerState::Member);
    PeerView { node, state, row, parked: BTreeMap::new(), stopped: BTreeMap::new() }
}

/// A house that is the only member of its federation, and what is found of a peer there.
async fn found(change: impl FnOnce(&mut PeerView)) -> Vec<(String, Gravity)> {
    let mut peer = view(7, "Nord");
    change(&mut peer);
    let house = enrolled().await;
    let diagnoses = diagnose(Some(&house.keys().await), &house.roll().await, &[peer], house.ambient.now());
    assert!(diagnoses[0].findings.is_empty(), "{:?}", diagnoses[0]);
    let found = &diagnoses[1].findings;
    assert!(found.iter().all(|finding| !finding.cause.is_empty() && !finding.next.is_empty()));
    found.iter().map(|finding| (finding.code.clone(), finding.gravity)).collect()
}

async fn enrolled() -> House {
    let house = House::new(1, "all").await;
    house.begin().await;
    enrol(&house, &house, Role::National).await;
    house
}

async fn enrol(nation: &House, who: &House, role: Role) {
    let terms = Terms { fingerprint: who.node().await.fingerprint(), role: None, provinces: None };
    let (here, root) = (nation.here().await, root());
    let desk = Desk { db: &nation.db, here, root: &root, above: None, now: nation.ambient.now() };
    desk.enrol(&who.request(role).await, &terms).await.unwrap();
}

#[test]
fn a_peer_is_meant_by_its_name_or_by_enough_of_its_id() {
    let peers = [view(0x11, "Nord"), view(0x12, "Sud"), view(0x13, "Sud")];
    assert_eq!(find(&peers, "Nord").unwrap().node, peers[0].node);
    assert_eq!(find(&peers, "12121212").unwrap().node, peers[1].node);
    assert!(matches!(find(&peers, "Sud"), Err(PeerError::Several { .. })));
    for nobody in ["1", "1212121", "nord", ""] {
        assert!(matches!(find(&peers, nobody), Err(PeerError::Unknown { .. })), "{nobody}");
    }
}

#[test]
fn every_trouble_has_a_code_a_cause_and_a_next_step() {
    let mut codes = std::collections::BTreeSet::new();
    for trouble in Trouble::all() {
        assert_eq!(Trouble::read(trouble.code()), Some(trouble));
        assert!(codes.insert(trouble.code()) && !trouble.cause().is_empty() && !trouble.next().is_empty());
    }
    assert_eq!(Trouble::read("something else"), None);
    assert_eq!(Trouble::of(&OutboundError::Timeout { timeout_ms: 1 }), Trouble::Timeout);
    assert_eq!(Trouble::of(&OutboundError::Proxy { status: 407 }), Trouble::Proxy);
}

#[tokio::test]
async fn the_doctor_finds_nothing_where_all_is_well() {
    assert!(found(|_| {}).await.is_empty());
}

#[tokio::test]
async fn the_doctor_names_what_does_not_go_on_by_itself_first() {
    let stop = |code: &str| (code.to_owned(), Gravity::Stop);
    let warning = |code: &str| (code.to_owned(), Gravity::Warning);
    assert_eq!(found(|peer| peer.row.paused = true).await, [stop("paused")]);
    assert_eq!(found(|peer| peer.row.cut = true).await, [stop("cut")]);
    assert_eq!(found(|peer| peer.state = PeerState::Suspended).await, [stop("suspended")]);
    assert_eq!(found(|peer| peer.row.error_code = Some("connect".to_owned())).await, [warning("connect")]);
    assert_eq!(found(|peer| peer.row.error_code = Some("key-unknown".to_owned())).await, [stop("key-unknown")]);
    assert_eq!(found(|peer| peer.row.error_code = Some("of-tomorrow".to_owned())).await, [warning("of-tomorrow")]);
    assert_eq!(found(|peer| peer.row.contact_at = None).await, [warning("never-heard")]);
    assert_eq!(found(|peer| peer.row.contact_at = Some(Instant(NOW.0 - 90_000_000))).await, [warning("silent")]);
    assert_eq!(found(|peer| peer.row.clock_offset_ms = -60_000).await, [warning("clock-offset")]);
    let several = found(|peer| {
        peer.parked.insert("schema".to_owned(), 3);
        peer.stopped.insert("registry".to_owned(), "fork".to_owned());
        peer.row.clock_offset_ms = 90_000;
    });
    let note = ("parked".to_owned(), Gravity::Note);
    assert_eq!(several.await, [stop("log-stopped"), warning("clock-offset"), note]);
}

#[tokio::test]
async fn the_doctor_leads_an_instance_from_its_keys_to_the_directory() {
    let mut house = House::new(1, "all").await;
    house.root = None;
    let code = async |house: &House| {
        let keys = NodeKeys::load(&mut house.db.read().await.unwrap(), &house.instance.key).await.unwrap();
        let roll = house.roll().await;
        let diagnoses = diagnose(keys.as_ref(), &roll, &[], house.ambient.now());
        diagnoses[0].findings.first().map(|finding| finding.code.clone())
    };
    assert_eq!(code(&house).await.as_deref(), Some("no-keys"));
    let [paper, _] = house.begin().await;
    assert_eq!(code(&house).await.as_deref(), Some("no-root"));
    house.root = Some(root());
    assert_eq!(code(&house).await.as_deref(), Some("no-directory"));
    let other = House::new(2, "09.541").await;
    other.begin().await;
    enrol(&house, &other, Role::Region).await;
    assert_eq!(code(&house).await.as_deref(), Some("not-enrolled"));
    enrol(&house, &house, Role::National).await;
    assert_eq!(code(&house).await, None);
    let change = Change::prepare(&house.keys().await, paper, Reason::Routine, &house.ambient);
    change.unwrap().store(&house.db, &house.instance, &house.ambient).await.unwrap();
    assert_eq!(code(&house).await.as_deref(), Some("own-key-unlisted"));
    house.clock.advance_ms(30 * DAY_MS);
    enrol(&house, &house, Role::National).await;
    assert_eq!(code(&house).await, None);
    house.clock.advance_ms(30 * DAY_MS);
    assert_eq!(code(&house).await.as_deref(), Some("directory-stale"));
    house.clock.advance_ms(60 * DAY_MS);
    assert_eq!(code(&house).await.as_deref(), Some("directory-old"));
}

#[tokio::test]
async fn switches_are_turned_and_peers_hastened() {
    let (house, other) = (enrolled().await, House::new(2, "09.541").await);
    other.begin().await;
    enrol(&house, &other, Role::Region).await;
    let node = other.node().await;
    let seen = async || list(&mut house.db.read().await.unwrap()).await.unwrap().remove(0).row;
    let now = house.ambient.now();
    turn(&house.db, &node, Switch::Pause, now).await.unwrap();
    assert!(seen().await.paused);
    turn(&house.db, &node, Switch::Resume, now).await.unwrap();
    assert!(!seen().await.paused);
    let stranger = NodeId(Hash([9; 32]));
    assert!(matches!(turn(&house.db, &stranger, Switch::Pause, now).await, Err(PeerError::Unknown { .. })));
    let mut tx = house.db.begin_write().await.unwrap();
    let failure =
        Failure { node: &node.0.0, code: "connect", at: now, page_bytes: 0, next_try_at: now.plus_ms(900_000) };
    peer::miss(&mut tx, failure).await.unwrap();
    tx.commit().await.unwrap();
    hasten(&house.db, &[node], now).await.unwrap();
    assert_eq!((seen().await.next_try_at, seen().await.retries), (now, 0));
}
