//! Opening: again, twice at once, and a database that is newer than the kernel.

use std::path::PathBuf;

use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tiwizi_storage::{Db, Location, OpenError};

use super::{Store, for_each_database};

fn file(store: &Store) -> PathBuf {
    let Location::Sqlite { directory } = &store.location else { unreachable!() };
    directory.join("tiwizi.sqlite")
}

/// What a newer kernel would leave behind.
const NEWER: &str = "INSERT INTO migration (number, name, checksum, applied_at) VALUES (99, 'later', '', 0)";
/// What an edited migration looks like.
const ALTERED: &str = "UPDATE migration SET checksum = 'another' WHERE number = 1";

async fn run(store: &Store, text: &'static str) {
    match &store.location {
        Location::Sqlite { .. } => {
            let address = format!("sqlite://{}", file(store).display());
            let mut connection = SqliteConnection::connect(&address).await.unwrap();
            sqlx::query(text).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        Location::Postgres { url } => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::query(text).execute(&mut connection).await.unwrap();
        }
    }
}

for_each_database! {
    async fn what_was_written_is_there_after_a_second_opening(store) {
        let row = store.insert_one(store.kind("thing").await).await;
        store.db.close().await;
        let db = Db::open(&store.location, store.ambient.clone()).await.unwrap();
        let found = tiwizi_storage::record::find(&mut db.read().await.unwrap(), row.id).await.unwrap();
        assert_eq!(found, Some(row));
    }

    async fn a_newer_database_is_refused_with_both_versions(store) {
        store.db.close().await;
        run(store, NEWER).await;
        let refused = Db::open(&store.location, store.ambient.clone()).await;
        let Err(error @ OpenError::Newer { found: 99, .. }) = refused else { panic!("{refused:?}") };
        assert!(error.to_string().contains("version 99"), "{error}");
    }

    async fn an_edited_migration_is_refused(store) {
        store.db.close().await;
        run(store, ALTERED).await;
        let refused = Db::open(&store.location, store.ambient.clone()).await;
        assert!(matches!(refused, Err(OpenError::Altered { number: 1 })), "{refused:?}");
    }
}

#[tokio::test]
async fn a_second_kernel_on_the_same_sqlite_file_is_refused_until_the_first_is_gone() {
    let store = Store::sqlite().await;
    let refused = Db::open(&store.location, store.ambient.clone()).await;
    assert!(matches!(refused, Err(OpenError::InUse { .. })), "{refused:?}");
    store.db.close().await;
    Db::open(&store.location, store.ambient.clone()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_kernels_may_open_one_postgresql_at_once() {
    let store = Store::postgres().await;
    assert!(store.is_postgres());
    let mut kernels = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (location, ambient) = (store.location.clone(), store.ambient.clone());
        kernels.spawn(async move { Db::open(&location, ambient).await.is_ok() });
    }
    assert!(kernels.join_all().await.into_iter().all(|opened| opened));
}

#[tokio::test]
async fn a_directory_that_cannot_be_made_is_named() {
    let directory = tempfile::TempDir::new().unwrap();
    let taken = directory.path().join("file");
    std::fs::write(&taken, "").unwrap();
    let location = Location::Sqlite { directory: taken.join("data") };
    let Err(error) = Db::open(&location, tiwizi_model::Ambient::system()).await else { panic!("it was opened") };
    assert!(error.to_string().contains("file/data"), "{error}");
}
