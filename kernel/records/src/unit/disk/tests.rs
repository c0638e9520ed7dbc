//! A disk that fills up, over a real SQLite database: what a plugin may still do, and what the kernel does.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_model::PluginId;
use tiwizi_storage::{Disk, DiskGauge, DiskSpace};

use crate::error::WriteError;
use crate::queue::{QueueError, WantedJob};
use crate::testing::{House, body, cooperative, install, registrar};
use crate::{BlobError, Draft, KvError, Records, Unit, UnitError};

const HERE: &str = "09.541";

/// Of a hundred bytes so many are free.
#[derive(Debug)]
struct Free(AtomicU64);

impl DiskGauge for Free {
    fn space(&self) -> io::Result<DiskSpace> {
        Ok(DiskSpace { free: self.0.load(Ordering::SeqCst), size: 100 })
    }
}

struct Filling {
    house: House,
    records: Records,
    free: Arc<Free>,
}

impl Filling {
    async fn open() -> Self {
        let house = House::open().await;
        install(&house.records, &["register"]).await;
        let free = Arc::new(Free(AtomicU64::new(50)));
        let disk = Disk::measured(free.clone(), house.records.ambient().clone());
        let records = house.records.clone().on_disk(disk);
        Self { house, records, free }
    }

    fn leave(&self, free: u64) {
        self.free.0.store(free, Ordering::SeqCst);
        self.house.clock.advance_ms(1_000);
    }

    fn unit(&self) -> Unit {
        Unit::new(self.records.clone(), registrar(HERE).through(plugin()))
    }
}

fn plugin() -> PluginId {
    "register".parse().unwrap()
}

fn job() -> WantedJob {
    WantedJob { name: "index".to_owned(), payload: "{}".to_owned(), run_at: None, dedupe_key: None, attempts_max: 3 }
}

#[tokio::test]
async fn p21_on_a_disk_that_is_nearly_full_a_plugin_adds_nothing_and_may_make_room() {
    let filling = Filling::open().await;
    let mut unit = filling.unit();
    let kept = unit.create(&cooperative(), body("A", "argan", HERE)).unwrap();
    unit.set_value("key", b"long".to_vec(), None).await.unwrap();
    unit.commit(None).await.unwrap();
    filling.leave(4);
    let mut unit = filling.unit();
    let create = unit.create(&cooperative(), body("B", "argan", HERE));
    assert!(matches!(create, Err(UnitError::Write(WriteError::Disk(_)))), "{create:?}");
    let patch = unit.patch(&cooperative(), kept.id, json!({ "members": 6 }), None).await;
    assert!(matches!(patch, Err(UnitError::Write(WriteError::Disk(_)))), "{patch:?}");
    assert!(matches!(unit.set_value("key", b"longer".to_vec(), None).await, Err(KvError::Disk(_))));
    assert!(matches!(unit.check_blob_disk(), Err(BlobError::Disk(_))));
    assert!(matches!(unit.check_blob_room(1).await, Err(BlobError::Disk(_))));
    assert!(matches!(unit.enqueue(job()).await, Err(QueueError::Disk(_))));
    assert!(unit.is_empty());
    assert!(unit.get(&cooperative(), kept.id).await.unwrap().is_some());
    unit.set_value("key", b"less".to_vec(), None).await.unwrap();
    unit.delete_value("key").await.unwrap();
    unit.delete(&cooperative(), kept.id, None).await.unwrap();
    unit.commit(None).await.unwrap();
    assert_eq!(filling.unit().value("key").await.unwrap(), None);
    filling.leave(5);
    let mut unit = filling.unit();
    unit.create(&cooperative(), body("B", "argan", HERE)).unwrap();
    unit.commit(None).await.unwrap();
}

#[tokio::test]
async fn p21_what_was_gathered_while_there_was_room_is_refused_by_the_commit() {
    let filling = Filling::open().await;
    let (mut record, mut value, mut work) = (filling.unit(), filling.unit(), filling.unit());
    record.create(&cooperative(), body("A", "argan", HERE)).unwrap();
    value.set_value("key", b"value".to_vec(), None).await.unwrap();
    work.enqueue(job()).await.unwrap();
    filling.leave(4);
    for unit in [record, value, work] {
        let refused = unit.commit(None).await;
        assert!(matches!(refused, Err(WriteError::Disk(_))), "{refused:?}");
    }
    assert_eq!(filling.records.account(&plugin()).await.unwrap().0.items, 0);
}

#[tokio::test]
async fn p21_the_kernel_goes_on_writing_to_a_disk_that_is_nearly_full() {
    let filling = Filling::open().await;
    filling.leave(0);
    let create = |code: &str| vec![Draft::create(cooperative(), body(code, "argan", HERE))];
    filling.records.submit(&Caller::system(), create("A"), None).await.unwrap();
    // As a roll-back does.
    let mut unit = Unit::new(filling.records.clone(), Caller::system().through(plugin()).by_kernel());
    unit.create(&cooperative(), body("B", "argan", HERE)).unwrap();
    unit.set_value("key", b"value".to_vec(), None).await.unwrap();
    unit.commit(None).await.unwrap();
    // Whoever writes a plugin's kind adds to what the plugin keeps.
    let refused = filling.records.submit(&registrar(HERE), create("C"), None).await;
    assert!(matches!(refused, Err(WriteError::Disk(_))), "{refused:?}");
}
