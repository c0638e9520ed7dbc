//! Creating records, many at a time.

use std::sync::LazyLock;

use sqlx::query::Query;
use sqlx::{Database, Encode, Type};
use tiwizi_model::Operation;
use uuid::Uuid;

use super::row::{NewRow, RecordRow, columns};
use crate::error::{StorageError, WriteError, failed, refused};
use crate::sql::{Batches, batches};
use crate::tx::{WriteTx, on_db};

pub(super) const KEYS: &str = "u1, u2, u3, i1, i2, i3, i4, i5, i6";

static INSERT: LazyLock<Batches> =
    LazyLock::new(|| Batches::new(&format!("INSERT INTO record ({}, {KEYS})", columns!()), 22));

static APPEND: LazyLock<Batches> =
    LazyLock::new(|| Batches::new("INSERT INTO change (at, kind, record, version, operation, account, plugin)", 7));

/// Creates records and appends a change for each, in their order.
///
/// # Errors
/// `Duplicate` when a value that must be unique is taken, `Exists` when an id is. Which of the rows it was, the caller
/// learns by looking for them one by one.
pub async fn insert(tx: &mut WriteTx, rows: &[NewRow<'_>]) -> Result<(), WriteError> {
    for (size, batch) in batches(rows) {
        let text = INSERT.text(tx, size);
        on_db!(tx, conn => {
            let query = sqlx::query(text);
            batch.iter().fold(query, |query, new| bind_keys(bind_row(query, new.row), new)).execute(conn).await.map(|_| ())
        })
        .map_err(refused("record.insert", taken))?;
    }
    let appended: Vec<_> = rows.iter().map(|new| (new.row, Operation::Create)).collect();
    append(tx, &appended).await?;
    Ok(())
}

/// Which unique value it was, by PostgreSQL's name of the index or by SQLite's names of its columns.
pub(super) fn taken(constraint: &str) -> Option<WriteError> {
    for (slot, (index, column)) in
        [("record_u1", "record.u1"), ("record_u2", "record.u2"), ("record_u3", "record.u3")].into_iter().enumerate()
    {
        if constraint == index || constraint.ends_with(column) {
            return Some(WriteError::Duplicate { slot });
        }
    }
    (constraint == "record_id" || constraint.ends_with("record.id")).then_some(WriteError::Exists)
}

/// Appends the change of each write to the log.
pub(super) async fn append(tx: &mut WriteTx, writes: &[(&RecordRow, Operation)]) -> Result<(), StorageError> {
    for (size, batch) in batches(writes) {
        let text = APPEND.text(tx, size);
        on_db!(tx, conn => {
            batch.iter().fold(sqlx::query(text), |query, (row, operation)| {
                query
                    .bind(row.changed_at.0)
                    .bind(row.kind.0)
                    .bind(row.id.0)
                    .bind(row.version.0)
                    .bind(operation.code())
                    .bind(row.author.account.map(|account| account.0))
                    .bind(row.author.plugin.as_ref().map(tiwizi_model::PluginId::as_str))
            }).execute(conn).await.map(|_| ())
        })
        .map_err(failed("change.append"))?;
    }
    Ok(())
}

/// A query of one of the two drivers.
pub(super) type QueryOf<'q, DB> = Query<'q, DB, <DB as Database>::Arguments>;

/// What a driver must be able to bind for a record; both can.
macro_rules! binds {
    ($(#[$meta:meta])* fn $name:ident($query:ident, $value:ident: $type:ty) $body:block) => {
        $(#[$meta])*
        pub(super) fn $name<'q, DB>($query: QueryOf<'q, DB>, $value: $type) -> QueryOf<'q, DB>
        where
            DB: Database,
            i16: Encode<'q, DB> + Type<DB>,
            i32: Encode<'q, DB> + Type<DB>,
            i64: Encode<'q, DB> + Type<DB>,
            Uuid: Encode<'q, DB> + Type<DB>,
            String: Encode<'q, DB> + Type<DB>,
            Option<Uuid>: Encode<'q, DB> + Type<DB>,
            Option<String>: Encode<'q, DB> + Type<DB>,
            &'q str: Encode<'q, DB> + Type<DB>,
            Option<&'q str>: Encode<'q, DB> + Type<DB>,
        $body
    };
}

binds! {
    /// Binds the columns of a record in the order of `columns!`.
    fn bind_row(query, row: &'q RecordRow) {
        query
            .bind(row.kind.0)
            .bind(row.id.0)
            .bind(row.version.0)
            .bind(row.home.0)
            .bind(row.tenure)
            .bind(row.subject.map(|subject| subject.0))
            .bind(row.province.map(|province| province.to_string()))
            .bind(row.created_at.0)
            .bind(row.changed_at.0)
            .bind(row.author.account.map(|account| account.0))
            .bind(row.author.plugin.as_ref().map(tiwizi_model::PluginId::as_str))
            .bind(i16::from(row.deleted))
            .bind(row.body.as_str())
    }
}

binds! {
    /// Binds the keys of a record in the order of `KEYS`.
    fn bind_keys(query, new: &NewRow<'q>) {
        let keys = new.keys.unique.iter().chain(&new.keys.sorted);
        keys.fold(query, |query, key| query.bind(key.as_deref()))
    }
}
