//! The contract of storage: each test runs on SQLite and on a real PostgreSQL and expects the same of both.

mod accounts;
mod blobs;
mod card_keys;
mod duplicates;
mod erasure;
mod federation;
mod instance_values;
mod jobs;
mod log;
mod office;
mod opening;
mod plans;
mod plugins;
mod records;
mod scans;
mod search;
mod tallies;
mod transactions;
mod trust;
mod uploads;
mod usage;
mod values;

use std::sync::Arc;

use tempfile::TempDir;
use tiwizi_model::{Ambient, Author, InstanceId, Instant, ManualClock, RecordId, SeededEntropy, Version};
use tiwizi_storage::{Db, IndexKeys, KindNo, Location, NewRow, RecordRow, kind, record};
use tiwizi_tests::postgres::Database;

/// Makes two tests out of one. The function and the module that runs it have the same name.
macro_rules! for_each_database {
    ($(async fn $name:ident($store:ident) $body:block)+) => {$(
        async fn $name($store: &crate::storage::Store) $body

        mod $name {
            use crate::storage::Store;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name(&Store::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$name(&Store::postgres().await).await;
            }
        }
    )+};
}
pub(crate) use for_each_database;

/// A database of the test's own.
pub(crate) struct Store {
    pub(crate) db: Db,
    pub(crate) location: Location,
    pub(crate) ambient: Ambient,
    _directory: TempDir,
    _database: Option<Database>,
}

impl Store {
    pub(crate) async fn sqlite() -> Self {
        let directory = TempDir::new().unwrap();
        let location = Location::Sqlite { directory: directory.path().join("data") };
        Self::open(location, directory, None).await
    }

    pub(crate) async fn postgres() -> Self {
        let database = Database::create().await.unwrap();
        let location = Location::Postgres { url: database.url().to_owned() };
        Self::open(location, TempDir::new().unwrap(), Some(database)).await
    }

    async fn open(location: Location, directory: TempDir, database: Option<Database>) -> Self {
        let clock = ManualClock::at(Instant(1_790_000_000_000));
        let ambient = Ambient::new(Arc::new(clock), Arc::new(SeededEntropy::new(7)));
        let db = Db::open(&location, ambient.clone()).await.unwrap();
        Self { db, location, ambient, _directory: directory, _database: database }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.location, Location::Postgres { .. })
    }

    /// The number of the kind `test/name`.
    pub(crate) async fn kind(&self, name: &str) -> KindNo {
        let mut tx = self.db.begin_write().await.unwrap();
        let no = kind::register(&mut tx, &format!("test/{name}").parse().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        no
    }

    /// A record that is not stored yet.
    pub(crate) fn row(&self, kind: KindNo) -> RecordRow {
        let now = self.ambient.now();
        RecordRow {
            kind,
            id: self.ambient.new_id(),
            version: Version::FIRST,
            home: InstanceId(uuid::Uuid::from_u128(1)),
            tenure: 1,
            subject: None,
            province: None,
            created_at: now,
            changed_at: now,
            author: Author::default(),
            deleted: false,
            body: "{\"name\":\"تعاونية\"}".to_owned(),
        }
    }

    /// Stores records with their keys, in one transaction.
    pub(crate) async fn insert(&self, rows: &[(RecordRow, IndexKeys)]) {
        let mut tx = self.db.begin_write().await.unwrap();
        let rows: Vec<_> = rows.iter().map(|(row, keys)| NewRow { row, keys }).collect();
        record::insert(&mut tx, &rows).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Stores one new record without keys.
    pub(crate) async fn insert_one(&self, kind: KindNo) -> RecordRow {
        let row = self.row(kind);
        self.insert(&[(row.clone(), IndexKeys::default())]).await;
        row
    }

    pub(crate) async fn find(&self, id: RecordId) -> Option<RecordRow> {
        record::find(&mut self.db.read().await.unwrap(), id).await.unwrap()
    }
}

/// Keys with one value in the first unique index.
pub(crate) fn unique(key: &str) -> IndexKeys {
    IndexKeys { unique: [Some(key.to_owned()), None, None], ..IndexKeys::default() }
}

/// Keys with one value in the first sorted index.
pub(crate) fn sorted(key: &str) -> IndexKeys {
    let mut keys = IndexKeys::default();
    keys.sorted[0] = Some(key.to_owned());
    keys
}
