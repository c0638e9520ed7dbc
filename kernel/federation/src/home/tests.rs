//! From records to entries and back, over a real SQLite database.

use serde_json::{Value, json};
use tiwizi_federation_core::flow::{Durability, Store as _, StoreTx as _};
use tiwizi_federation_core::wire::{Entity, Entry, EntryKind, GroupNo, Header, LogId, Plane, decode_json, field_no};
use tiwizi_model::{KindName, RecordId, Version};
use tiwizi_records::Draft;
use tiwizi_storage::erasure;
use tiwizi_storage::federation::log::LogName;
use tiwizi_storage::federation::{Place, disclosure, log};

use crate::testing::office::{Office, body, cooperative, note};

fn registry() -> Plane {
    "register".parse().unwrap()
}

/// The entries of the register's log.
async fn entries(office: &Office) -> Vec<(Header, Entry)> {
    let mut tx = office.store().await.begin().await.unwrap();
    let entries = tx.entries(&registry(), 0, 100).await.unwrap();
    entries.into_iter().map(|(_, entry)| (Header::decode(&entry.header).unwrap(), entry)).collect()
}

/// The value of a field of an entry.
fn value(kind: &KindName, entry: &Entry, group: GroupNo, field: &str) -> Option<Value> {
    let group = entry.groups.iter().find(|of| of.no == group)?;
    let number = field_no(kind, field);
    let field = group.fields.iter().find(|field| field.no == number)?;
    Some(decode_json(&field.value).unwrap())
}

async fn sequence(office: &Office) -> usize {
    office.node(office.me).await.sequence().await.unwrap()
}

#[tokio::test]
async fn each_version_gets_one_entry_with_its_own_values_and_local_kinds_get_none() {
    let office = Office::alone(1).await;
    let id = office.create(cooperative(), body("A", 5)).await;
    office.create("register/desk".parse().unwrap(), json!({ "text": "ours" })).await;
    office.submit(Draft::patch(cooperative(), id, json!({ "members": 50 }), None)).await;
    let of = json!({ "cooperative": id.to_string(), "text": "t" });
    let remark = office.create(note(), of).await;
    office.submit(Draft::delete(cooperative(), id, None)).await;
    assert_eq!(sequence(&office).await, 4);
    assert_eq!(sequence(&office).await, 0, "nothing is entered twice");
    let entries = entries(&office).await;
    let said: Vec<_> =
        entries.iter().map(|(header, _)| (header.kind.clone(), header.entity.id, header.ver, header.tenure)).collect();
    let put = EntryKind::Put;
    assert_eq!(
        said,
        [(put.clone(), id, 1, 1), (put.clone(), id, 2, 1), (put, remark, 1, 1), (EntryKind::Delete, id, 3, 1)]
    );
    for (number, members, band) in [(0, 5, "small"), (1, 50, "large")] {
        let entry = &entries[number].1;
        assert_eq!(value(&cooperative(), entry, GroupNo::PUBLIC, "name"), Some(json!("A")));
        assert_eq!(value(&cooperative(), entry, GroupNo::INTERNAL, "members"), Some(json!(members)));
        assert_eq!(value(&cooperative(), entry, GroupNo::DERIVED, "members.band"), Some(json!(band)));
        assert_eq!(value(&cooperative(), entry, GroupNo::DERIVED, "province"), Some(json!("09.541")));
        assert_eq!(value(&cooperative(), entry, GroupNo::PERSONAL, "phone"), Some(json!("+212600000000")));
        let roots: Vec<_> = entry.groups.iter().map(|group| (group.no, group.root())).collect();
        assert_eq!(roots, entries[number].0.groups);
    }
    assert_eq!(entries[0].0.subject, None, "a cooperative is its own root");
    assert_eq!(entries[2].0.subject, Some(id));
    assert!(entries[0].0.schema.starts_with("register/cooperative/1.0+"), "{}", entries[0].0.schema);
}

#[tokio::test]
async fn values_are_not_stored_twice_and_what_is_erased_is_nowhere() {
    let office = Office::alone(1).await;
    let id = office.create(cooperative(), body("A", 5)).await;
    let other = office.create(cooperative(), body("B", 5)).await;
    sequence(&office).await;
    let mut tx = office.house.db.begin_write().await.unwrap();
    let name = LogName { node: &office.me.0.0, plane: "register", epoch: 0 };
    let log = log::number(&mut tx, name).await.unwrap();
    let rows = disclosure::read(&mut tx, Place { log, seq: 0 }, 9).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.kept.is_none() && row.seeds.len() == 4), "{rows:?}");
    drop(tx);
    office.submit(Draft::delete(cooperative(), id, None)).await;
    sequence(&office).await;
    let before = entries(&office).await;
    let mut tx = office.house.db.begin_write().await.unwrap();
    erasure::forget_contents(&mut tx, &[id]).await.unwrap();
    tx.commit().await.unwrap();
    let after = entries(&office).await;
    assert_eq!(before[0].1.leaf(), after[0].1.leaf(), "the log is what it was");
    assert!(!before[0].1.groups.is_empty() && after[0].1.groups.is_empty());
    assert_eq!((after[1].0.entity.id, before[1].1.groups.clone()), (other, after[1].1.groups.clone()));
}

#[tokio::test]
async fn what_was_erased_before_it_was_read_leaves_an_entry_without_values() {
    let office = Office::alone(1).await;
    let id = office.create(cooperative(), body("A", 5)).await;
    office.submit(Draft::delete(cooperative(), id, None)).await;
    let mut tx = office.house.db.begin_write().await.unwrap();
    erasure::forget_contents(&mut tx, &[id]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(sequence(&office).await, 2);
    let entries = entries(&office).await;
    let said: Vec<_> = entries.iter().map(|(header, entry)| (header.ver, entry.groups.len())).collect();
    assert_eq!(said, [(1, 0), (2, 0)]);
}

#[tokio::test]
async fn a_transaction_that_is_dropped_has_read_nothing_and_one_that_is_kept_has() {
    let office = Office::alone(1).await;
    let id = office.create(cooperative(), body("A", 5)).await;
    let store = office.store().await;
    let entity = Entity { kind: cooperative(), id };
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.own(&entity).await.unwrap().map(|own| (own.base.ver, own.seq)), Some((1, None)));
    drop(tx);
    // A step that looks at what was written last reads up to it, and its drafts wait with the commit.
    for _ in 0..2 {
        let mut tx = store.begin().await.unwrap();
        tx.own(&entity).await.unwrap();
        assert_eq!(tx.drafts(10).await.unwrap().len(), 1);
        tx.commit(Durability::Synced).await.unwrap();
    }
    assert_eq!(sequence(&office).await, 1);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.own(&entity).await.unwrap().and_then(|own| own.seq), Some(0));
    let entry = tx.entry(&registry(), 0).await.unwrap().unwrap();
    assert_eq!(
        value(&cooperative(), &entry, GroupNo::PUBLIC, "name"),
        Some(json!("A")),
        "drafts lay there without values"
    );
    assert!(tx.drafts(10).await.unwrap().is_empty());
    let head = tx.head(&registry()).await.unwrap().unwrap();
    assert_eq!(head.tree.size(), 1);
    let log = LogId { node: office.me, plane: registry() };
    assert!(head.note.contains(&log.to_string()), "{}", head.note);
}

#[tokio::test]
async fn the_root_of_a_record_of_ours_is_in_its_first_term_without_a_row() {
    let office = Office::alone(1).await;
    let id = office.create(cooperative(), body("A", 5)).await;
    let mut tx = office.store().await.begin().await.unwrap();
    let custody = tx.custody(id).await.unwrap().unwrap();
    assert_eq!(custody.last().map(|last| (last.home, last.tenure)), Some((office.me, 1)));
    assert_eq!(tx.custody(RecordId(uuid::Uuid::from_u128(5))).await.unwrap(), None);
    let body = tx.body(&Entity { kind: cooperative(), id }).await.unwrap().unwrap();
    assert_eq!((body.base.ver, body.value.unwrap()["name"].clone()), (1, json!("A")));
    assert_eq!(office.whole(&cooperative(), id).await.unwrap().version, Version::FIRST);
}
