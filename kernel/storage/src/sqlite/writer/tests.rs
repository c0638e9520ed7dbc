//! What only the inside can show: how many writers share a COMMIT, and what becomes of a group when SQLite fails.

use std::future::ready;

use tempfile::TempDir;

use super::*;

fn options(directory: &TempDir) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(directory.path().join("test.sqlite"))
        .create_if_missing(true)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
}

/// A writer on a file with one table.
async fn writer(directory: &TempDir) -> Arc<Writer> {
    let mut connection = Writer::connect(&options(directory)).await.unwrap();
    sqlx::query("CREATE TABLE thing (content BLOB NOT NULL)").execute(&mut connection).await.unwrap();
    Arc::new(Writer::new(connection))
}

async fn put(writing: &mut Writing, bytes: i64) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO thing (content) VALUES (zeroblob($1))")
        .bind(bytes)
        .execute(writing.connection())
        .await
        .map(|_| ())
}

async fn count(writer: &Arc<Writer>) -> i64 {
    let mut writing = writer.begin().await.unwrap();
    let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM thing").fetch_one(writing.connection()).await.unwrap();
    count
}

/// Lets writers come into line behind the one that holds the turn.
async fn line_up(writer: &Arc<Writer>, writers: usize) -> tokio::task::JoinSet<Result<(), StorageError>> {
    let mut line = tokio::task::JoinSet::new();
    for _ in 0..writers {
        let writer = Arc::clone(writer);
        line.spawn(async move {
            let mut writing = writer.begin().await?;
            put(&mut writing, 1).await.unwrap();
            writing.commit().await
        });
    }
    // On one thread each has run up to where it waits for its turn.
    tokio::task::yield_now().await;
    line
}

#[tokio::test]
async fn writers_in_line_share_one_commit() {
    let directory = TempDir::new().unwrap();
    let writer = writer(&directory).await;
    let mut reader = SqliteConnection::connect_with(&options(&directory)).await.unwrap();
    let mut first = writer.begin().await.unwrap();
    put(&mut first, 1).await.unwrap();
    let line = line_up(&writer, 20).await;
    first.commit().await.unwrap();
    // The first was told last, so what it was told of holds what all the others wrote.
    let (seen,): (i64,) = sqlx::query_as("SELECT count(*) FROM thing").fetch_one(&mut reader).await.unwrap();
    assert_eq!(seen, 21);
    assert!(line.join_all().await.into_iter().all(|told| told.is_ok()));
}

#[tokio::test]
async fn a_group_has_a_bound() {
    let directory = TempDir::new().unwrap();
    let writer = writer(&directory).await;
    let mut first = writer.begin().await.unwrap();
    put(&mut first, 1).await.unwrap();
    first.turn.group.as_mut().unwrap().writers = limits::GROUP_COMMIT_WRITES_MAX;
    let line = line_up(&writer, 1).await;
    first.commit().await.unwrap();
    assert!(line.join_all().await.into_iter().all(|told| told.is_ok()));
    assert_eq!(count(&writer).await, 2);
}

#[tokio::test]
async fn a_writer_that_gives_up_takes_nothing_from_its_group() {
    let directory = TempDir::new().unwrap();
    let writer = writer(&directory).await;
    let mut gives_up = writer.begin().await.unwrap();
    put(&mut gives_up, 1).await.unwrap();
    let line = line_up(&writer, 3).await;
    drop(gives_up);
    assert!(line.join_all().await.into_iter().all(|told| told.is_ok()));
    assert_eq!(count(&writer).await, 3);
}

#[tokio::test]
async fn a_group_whose_writers_have_gone_is_committed_by_who_looks_next() {
    let directory = TempDir::new().unwrap();
    let writer = writer(&directory).await;
    let mut left = writer.begin().await.unwrap();
    put(&mut left, 1).await.unwrap();
    SqliteTransactionManager::commit(&mut left.turn.connection).await.unwrap();
    left.open = false;
    drop(left);
    assert!(writer.turn.lock().await.as_ref().unwrap().group.is_some());
    writer.settle_if_left().await.unwrap();
    assert!(writer.turn.lock().await.as_ref().unwrap().group.is_none());
    assert_eq!(count(&writer).await, 1);
}

#[tokio::test]
async fn a_commit_whose_answer_nobody_took_is_found_out_by_the_next() {
    let directory = TempDir::new().unwrap();
    let writer = writer(&directory).await;
    for round in 0..30 {
        let mut left = writer.begin().await.unwrap();
        put(&mut left, 1).await.unwrap();
        // Polled up to six times, so that each of its steps is once the one that is cut off; on a slow machine it may
        // be done before that.
        let mut commit = Box::pin(left.commit());
        for _ in 0..=round % 6 {
            tokio::select! { biased; _ = &mut commit => break, () = ready(()) => tokio::task::yield_now().await }
        }
        drop(commit);
        let mut next = writer.begin().await.unwrap();
        put(&mut next, 1).await.unwrap();
        next.commit().await.unwrap();
        assert!(!writer.failed.load(Ordering::Acquire));
    }
    assert!(count(&writer).await >= 30);
}

#[tokio::test]
async fn when_sqlite_throws_a_transaction_away_nobody_is_told_of_success() {
    let directory = TempDir::new().unwrap();
    let writer = writer(&directory).await;
    let mut first = writer.begin().await.unwrap();
    put(&mut first, 1).await.unwrap();
    // A rollback of everything behind our back is what SQLite does when it cannot write, on a full disk for one.
    let mut line = tokio::task::JoinSet::new();
    let second = Arc::clone(&writer);
    line.spawn(async move {
        let mut writing = second.begin().await?;
        sqlx::query("ROLLBACK").execute(writing.connection()).await.unwrap();
        drop(writing);
        Err(StorageError::Spoiled)
    });
    tokio::task::yield_now().await;
    line.spawn(async move { first.commit().await });
    assert!(line.join_all().await.into_iter().all(|told| told.is_err()));
    assert!(matches!(writer.begin().await, Err(StorageError::Failed)));
}

#[tokio::test]
async fn a_full_disk_fails_its_writer_and_no_acknowledged_write() {
    let directory = TempDir::new().unwrap();
    let writer = writer(&directory).await;
    let mut first = writer.begin().await.unwrap();
    sqlx::query("PRAGMA max_page_count = 20").fetch_all(first.connection()).await.unwrap();
    put(&mut first, 1).await.unwrap();
    first.commit().await.unwrap();
    let mut full = writer.begin().await.unwrap();
    assert!(put(&mut full, 1 << 20).await.is_err());
    drop(full);
    // Either SQLite kept the transaction and goes on, or it did not and the writer says so.
    match writer.begin().await {
        Ok(mut next) => {
            put(&mut next, 1).await.unwrap();
            next.commit().await.unwrap();
            assert_eq!(count(&writer).await, 2);
        }
        Err(error) => assert!(matches!(error, StorageError::Failed), "{error}"),
    }
}

#[tokio::test]
async fn a_rest_takes_nothing_from_whoever_writes() {
    let directory = TempDir::new().unwrap();
    let writer = writer(&directory).await;
    let mut first = writer.begin().await.unwrap();
    put(&mut first, 1 << 20).await.unwrap();
    writer.rest().await.unwrap();
    let line = line_up(&writer, 2).await;
    first.commit().await.unwrap();
    writer.rest().await.unwrap();
    assert!(line.join_all().await.into_iter().all(|outcome| outcome.is_ok()));
    writer.rest().await.unwrap();
    assert_eq!(count(&writer).await, 3);
    writer.close().await;
    writer.rest().await.unwrap();
}
