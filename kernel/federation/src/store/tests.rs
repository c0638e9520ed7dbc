//! The rules of a node over the real store: what a transfer and a proposal do to the records of two offices.

use serde_json::json;
use tiwizi_federation_core::flow::node::Resolution;
use tiwizi_federation_core::flow::proposal::{Answer, Base, Proposal, Received, Sent, merged};
use tiwizi_federation_core::flow::{Node, Store as _, StoreTx as _};
use tiwizi_federation_core::wire::{Entity, Header};
use tiwizi_identity::Caller;
use tiwizi_model::{RecordId, Seq, Version};
use tiwizi_records::{Draft, WriteError};
use tiwizi_storage::federation::{fence, transfer};
use tiwizi_storage::{change, cursor};
use uuid::Uuid;

use super::SqlStore;
use crate::home::READER;
use crate::testing::office::{Office, agree, agreement, body, cooperative, exchange, note};

const ALL: [&str; 4] = ["name", "province", "members", "phone"];

async fn nodes(one: &Office, two: &Office) -> [Node<SqlStore>; 2] {
    let nodes = [one.node(one.me).await, two.node(one.me).await];
    agree(&nodes[0], &nodes[1], agreement(one.me, two.me, (1, None), &ALL)).await;
    nodes
}

/// The versions of a record that an office's log tells of, with the terms that they were written in.
async fn logged(office: &Office, id: RecordId) -> Vec<(u32, u64)> {
    let mut tx = office.store().await.begin().await.unwrap();
    let entries = tx.entries(&"register".parse().unwrap(), 0, 100).await.unwrap();
    let headers = entries.into_iter().map(|(_, entry)| Header::decode(&entry.header).unwrap());
    headers.filter(|header| header.entity.id == id).map(|header| (header.tenure, header.ver)).collect()
}

#[tokio::test]
async fn a_cooperative_moves_with_its_records_and_nobody_writes_it_meanwhile() {
    let [one, two] = Office::pair().await;
    let id = one.create(cooperative(), body("A", 5)).await;
    let remark = one.create(note(), json!({ "cooperative": id.to_string(), "text": "t" })).await;
    let [old, new] = nodes(&one, &two).await;
    one.submit(Draft::patch(cooperative(), id, json!({ "name": "B" }), None)).await;
    old.offer(id, two.me).await.unwrap();
    assert_eq!(logged(&one, id).await, [(1, 1), (1, 2)], "what was written before the offer stands before it");
    let patch = || Draft::patch(cooperative(), id, json!({ "name": "C" }), None);
    let refused = one.records.submit(&Caller::system(), vec![patch()], None).await;
    assert!(matches!(refused, Err(WriteError::InTransfer { .. })), "{refused:?}");
    exchange(&old, &new).await;
    assert_eq!(new.accept_offers().await.unwrap(), [id]);
    exchange(&old, &new).await;
    for office in [&one, &two] {
        let whole = office.whole(&cooperative(), id).await.unwrap();
        assert_eq!((whole.home, whole.version, whole.tenure), (two.records.instance(), Version(3), 2));
        assert_eq!(whole.body["name"], "B");
        let whole = office.whole(&note(), remark).await.unwrap();
        assert_eq!((whole.home, whole.version, whole.tenure), (two.records.instance(), Version(2), 2));
    }
    let refused = one.records.submit(&Caller::system(), vec![patch()], None).await;
    assert!(matches!(refused, Err(WriteError::Elsewhere { .. })), "{refused:?}");
    two.submit(patch()).await;
    new.sequence().await.unwrap();
    assert_eq!(logged(&two, id).await, [(2, 3), (2, 4)], "versions count on, and none is entered twice");
    assert_eq!(logged(&one, id).await, [(1, 1), (1, 2)]);
    let mut tx = one.house.db.read().await.unwrap();
    assert!(fence::standing(&mut tx, &[id]).await.unwrap().is_empty());
    let row = transfer::newest(&mut tx, 2).await.unwrap().remove(0);
    assert_eq!((row.entity, row.state.as_str(), row.under_way), (id, "sealed", false));
}

#[tokio::test]
async fn an_offer_that_is_called_off_lets_its_home_write_again() {
    let [one, two] = Office::pair().await;
    let id = one.create(cooperative(), body("A", 5)).await;
    let [old, new] = nodes(&one, &two).await;
    old.offer(id, two.me).await.unwrap();
    exchange(&old, &new).await;
    old.void(id).await.unwrap();
    exchange(&old, &new).await;
    assert!(new.accept_offers().await.unwrap().is_empty());
    one.submit(Draft::patch(cooperative(), id, json!({ "name": "C" }), None)).await;
    exchange(&old, &new).await;
    assert_eq!(two.whole(&cooperative(), id).await.unwrap().body["name"], "C");
    old.offer(id, two.me).await.unwrap();
}

/// Changes that the sequencer has not read yet, and whether there are any at all.
async fn unread(office: &Office) -> (usize, bool) {
    let mut tx = office.house.db.read().await.unwrap();
    let place = cursor::stored(&mut tx, READER).await.unwrap().unwrap_or(Seq(0));
    let unread = change::read_after(&mut tx, place, 100).await.unwrap().len();
    (unread, !change::read_after(&mut tx, Seq(0), 1).await.unwrap().is_empty())
}

#[tokio::test]
async fn what_others_wrote_is_read_once_by_whoever_gives_places() {
    let [one, two] = Office::pair().await;
    let [home, peer] = nodes(&one, &two).await;
    for number in 5..8 {
        one.create(cooperative(), body("A", number)).await;
    }
    exchange(&home, &peer).await;
    assert_eq!(peer.sequence().await.unwrap(), 0, "nothing of it is this instance's to tell");
    assert_eq!(unread(&two).await, (0, true));
    let mut woken = two.house.db.woken();
    woken.mark_unchanged();
    assert_eq!(peer.sequence().await.unwrap(), 0);
    assert!(!woken.has_changed().unwrap(), "where nothing is new nobody is woken, or places would be given for ever");
}

fn proposal(id: RecordId, number: u128, ver: u64) -> Proposal {
    Proposal {
        id: RecordId(Uuid::from_u128(number)),
        entity: Entity { kind: cooperative(), id },
        root: id,
        base: Base { tenure: 1, ver },
        patch: json!({ "name": "P" }),
        idem: [u8::try_from(number).unwrap(); 16],
    }
}

#[tokio::test]
async fn a_proposal_is_written_once_with_the_right_of_whoever_accepts_it() {
    let [one, two] = Office::pair().await;
    let id = one.create(cooperative(), body("A", 5)).await;
    let [home, peer] = nodes(&one, &two).await;
    let asked = proposal(id, 60, 1);
    peer.propose(asked.clone()).await.unwrap();
    exchange(&home, &peer).await;
    let mut tx = one.store().await.begin().await.unwrap();
    let received = tx.received_proposal(&two.me, asked.idem).await.unwrap().unwrap();
    assert!(matches!(received.state, Received::InReview(_)), "a person decides: {received:?}");
    drop(tx);
    assert_eq!(one.whole(&cooperative(), id).await.unwrap().version, Version::FIRST);
    let unprepared = home.resolve(&two.me, asked.idem, Resolution::Accept).await;
    assert!(unprepared.is_err(), "nobody has prepared it");
    assert_eq!(one.whole(&cooperative(), id).await.unwrap().version, Version::FIRST);
    let content = merged(&body("A", 5), &asked.patch);
    let draft = Draft::replace(cooperative(), id, content, Version::FIRST);
    let prepared = one.records.prepare_write(&Caller::system(), draft).await.unwrap();
    let writing = one.node_over(one.store().await.writing(prepared), one.me).await;
    writing.resolve(&two.me, asked.idem, Resolution::Accept).await.unwrap();
    exchange(&home, &peer).await;
    for office in [&one, &two] {
        let record = office.whole(&cooperative(), id).await.unwrap();
        assert_eq!((record.version, &record.body["name"]), (Version(2), &json!("P")));
    }
    assert_eq!(logged(&one, id).await, [(1, 1), (1, 2)]);
    let mut tx = two.store().await.begin().await.unwrap();
    let sent = tx.sent_proposal(asked.id).await.unwrap().unwrap();
    let accepted = Answer::Accepted(Base { tenure: 1, ver: 2 });
    assert!(matches!(sent.state, Sent::Answered { answer, .. } if answer == accepted));
}

#[tokio::test]
async fn a_proposal_that_came_too_late_shows_what_it_was_and_what_it_is() {
    let [one, two] = Office::pair().await;
    let id = one.create(cooperative(), body("A", 5)).await;
    let [home, peer] = nodes(&one, &two).await;
    one.submit(Draft::patch(cooperative(), id, json!({ "name": "N" }), None)).await;
    let asked = proposal(id, 61, 1);
    peer.propose(asked.clone()).await.unwrap();
    exchange(&home, &peer).await;
    let mut tx = one.store().await.begin().await.unwrap();
    let received = tx.received_proposal(&two.me, asked.idem).await.unwrap().unwrap();
    let Received::InReview(fields) = received.state else { panic!("{received:?}") };
    let field = &fields[0];
    let [seen, proposed, now] = [&field.seen, &field.proposed, &field.now].map(|value| value.clone().unwrap());
    assert_eq!((seen, proposed, now, field.conflict), (json!("A"), json!("P"), json!("N"), true));
    drop(tx);
    home.resolve(&two.me, asked.idem, Resolution::Decline("no".to_owned())).await.unwrap();
    exchange(&home, &peer).await;
    assert_eq!(two.whole(&cooperative(), id).await.unwrap().body["name"], "N");
}
