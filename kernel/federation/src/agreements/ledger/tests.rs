//! What was told of a cooperative, over the real store.

use std::sync::Arc;

use serde_json::json;
use tiwizi_records::Draft;
use tiwizi_registry::protection::Protection;
use tiwizi_storage::federation::ledger::LedgerRow;

use super::super::{DirectoryAge, Ground};
use super::*;
use crate::testing::office::{Office, agree, agreement as written, body, cooperative, exchange};

const UP_TO: u64 = 2;

/// Notes that both entries of the office's log went to the other one.
async fn note(one: &Office, two: &Office) {
    let mut tx = one.house.db.begin_write().await.unwrap();
    let logs = log::all(&mut tx).await.unwrap();
    let own = logs.iter().find(|row| row.node == one.me.0.0 && row.plane == "register").unwrap();
    let agreement = agreement::all(&mut tx).await.unwrap().remove(0).no;
    let (log, node) = (own.no, two.me.0.0);
    let span = LedgerRow { node, agreement, version: 1, log, from_seq: 0, up_to_seq: UP_TO, at: Instant(1) };
    ledger::note(&mut tx, &span).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_an_entry_told_that_is_not_kept_any_more_is_missed_and_that_is_said() {
    let [one, two] = Office::pair().await;
    let id = one.create(cooperative(), body("A", 5)).await;
    let (home, peer) = (Arc::new(one.node(one.me).await), two.node(one.me).await);
    agree(&home, &peer, written(one.me, two.me, (1, None), &["name", "phone"])).await;
    one.submit(Draft::patch(cooperative(), id, json!({ "name": "B" }), None)).await;
    exchange(&home, &peer).await;
    note(&one, &two).await;
    let door = Agreements::new(Ground {
        node: Arc::clone(&home),
        records: one.records.clone(),
        protection: Protection::new(one.records.clone()),
        directory: DirectoryAge::Fresh,
        name: "One".to_owned(),
    });
    let subjects = BTreeSet::from([id]);
    let told = door.disclosed(&subjects).await.unwrap();
    assert!(told.is_whole && told.items.len() == 1, "{told:?}");
    home.release_past(&"register".parse().unwrap(), 0).await.unwrap();
    let told = door.disclosed(&subjects).await.unwrap();
    assert!(!told.is_whole && told.items.len() == 1, "the last entry is kept, the first is not: {told:?}");
}
