//! What instances send each other, as it lies in the database: order and uniqueness, on both databases.

mod agreements;
mod erasing;
mod identities;
mod logs;
mod moving;
mod packages;
mod receiving;
mod telling;
mod values;
mod writing;

use tiwizi_model::{Instant, RecordId};
use tiwizi_storage::KindNo;
use tiwizi_storage::federation::agreement::{self, AgreementNo, Keeping};
use tiwizi_storage::federation::entry::{self, EntryRow, Head};
use tiwizi_storage::federation::log::{self, LogName, LogNo};
use uuid::Uuid;

use super::Store;

/// Runs one expression in a transaction that is committed.
macro_rules! written {
    ($store:expr, $tx:ident => $body:expr) => {{
        let mut $tx = $store.db.begin_write().await.unwrap();
        let result = $body.await.unwrap();
        $tx.commit().await.unwrap();
        result
    }};
}
pub(crate) use written;

/// Runs one expression in a transaction that reads.
macro_rules! read {
    ($store:expr, $tx:ident => $body:expr) => {{
        let mut $tx = $store.db.read().await.unwrap();
        $body.await.unwrap()
    }};
}
pub(crate) use read;

/// Thirty-two bytes: an instance, a key, a hash.
fn bytes(number: u8) -> [u8; 32] {
    [number; 32]
}

fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

/// A log of an instance.
async fn a_log(store: &Store, node: u8, plane: &str) -> LogNo {
    written!(store, tx => log::number(&mut tx, LogName { node: &bytes(node), plane, epoch: 1 }))
}

/// An agreement by which instance 1 gives to instance 2.
async fn an_agreement(store: &Store, id: &str) -> AgreementNo {
    let keeping = Keeping {
        id,
        sides: [&bytes(1), &bytes(2)],
        state: "drafted",
        version: 0,
        expires_at: None,
        current: None,
        next: None,
        envelope: None,
        at: Instant(5),
    };
    written!(store, tx => agreement::keep(&mut tx, keeping)).unwrap()
}

/// An entry about an entity.
fn an_entry(seq: u64, kind: KindNo, entity: RecordId, ver: u64) -> EntryRow {
    let head = Head {
        header: vec![1, 2, 3],
        kind: "put".to_owned(),
        entity_kind: kind,
        entity,
        subject: Some(id(900)),
        tenure: 1,
        ver,
        schema: "test/thing/1.0".to_owned(),
        cause: None,
    };
    let mut leaf = [0; 32];
    leaf[..8].copy_from_slice(&seq.to_be_bytes());
    EntryRow { seq, leaf, head: Some(head) }
}

async fn enter(store: &Store, log: LogNo, entries: &[EntryRow]) {
    written!(store, tx => entry::insert(&mut tx, log, entries));
}
