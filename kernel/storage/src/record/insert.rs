//! Creating records, many at a time.

use std::sync::LazyLock;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Database, Encode, Execute as _, IntoArguments, Postgres, Sqlite, Type};
use tiwizi_model::Operation;
use uuid::Uuid;

use super::row::{NewRow, RecordRow, columns};
use crate::db::Db;
use crate::error::{StorageError, WriteError, failed, refused};
use crate::sql::{Batches, SINGLE, batches};
use crate::tx::{Connection, WriteTx, on_db};

pub(super) const KEYS: &str = "u1, u2, u3, i1, i2, i3, i4, i5, i6";

static INSERT: LazyLock<Batches> =
    LazyLock::new(|| Batches::new(&format!("INSERT INTO record ({}, {KEYS})", columns!()), 22));

static APPEND: LazyLock<Batches> = LazyLock::new(|| {
    Batches::new("INSERT INTO change (at, kind, record, version, operation, account, plugin, depth)", 8)
});

/// New records, encoded for one of the two databases: all that can be done before their transaction.
pub struct Insertion {
    records: Vec<Statement>,
    changes: Vec<Statement>,
}

/// The values of one statement, and the size of its batch.
struct Statement {
    size: usize,
    values: Values,
}

enum Values {
    Sqlite(SqliteArguments),
    Postgres(PgArguments),
}

impl Insertion {
    /// Encodes records for a database.
    ///
    /// # Errors
    /// `Query` when a value does not fit into a statement.
    pub fn new(db: &Db, rows: &[NewRow<'_>]) -> Result<Self, StorageError> {
        Self::encode(db.is_postgres(), 0, rows)
    }

    fn encode(is_postgres: bool, depth: i16, rows: &[NewRow<'_>]) -> Result<Self, StorageError> {
        let created: Vec<Written<'_>> = rows.iter().map(|new| (new.row, Operation::Create, depth)).collect();
        let encoded = if is_postgres {
            statements::<Postgres, _>(rows, bind_new, Values::Postgres).and_then(|records| {
                Ok(Self { records, changes: statements::<Postgres, _>(&created, bind_change, Values::Postgres)? })
            })
        } else {
            statements::<Sqlite, _>(rows, bind_new, Values::Sqlite).and_then(|records| {
                Ok(Self { records, changes: statements::<Sqlite, _>(&created, bind_change, Values::Sqlite)? })
            })
        };
        encoded.map_err(failed("record.insert"))
    }

    /// Creates the records and appends a change for each, in their order.
    ///
    /// # Errors
    /// `Duplicate` when a value that must be unique is taken, `Exists` when an id is. Which of the rows it was, the caller
    /// learns by looking for them one by one.
    pub async fn write(self, tx: &mut WriteTx) -> Result<(), WriteError> {
        for statement in self.records {
            let text = INSERT.text(tx, statement.size);
            run(tx, text, statement.values).await.map_err(refused("record.insert", taken))?;
        }
        for statement in self.changes {
            let text = APPEND.text(tx, statement.size);
            run(tx, text, statement.values).await.map_err(failed("change.append"))?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Insertion {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Insertion").finish_non_exhaustive()
    }
}

/// Creates records and appends a change for each, in their order.
///
/// # Errors
/// As `Insertion::write`.
pub async fn insert(tx: &mut WriteTx, rows: &[NewRow<'_>]) -> Result<(), WriteError> {
    Insertion::encode(tx.is_postgres(), tx.depth(), rows)?.write(tx).await
}

/// Cuts rows into batches and encodes the values of each.
fn statements<'q, DB, T>(
    rows: &'q [T],
    bind: fn(QueryOf<'q, DB>, &'q T) -> QueryOf<'q, DB>,
    values: fn(DB::Arguments) -> Values,
) -> Result<Vec<Statement>, sqlx::Error>
where
    DB: Database,
    DB::Arguments: IntoArguments<DB>,
{
    let encode = |(size, batch): (usize, &'q [T])| {
        let mut query = batch.iter().fold(sqlx::query::<DB>(""), bind);
        let arguments = query.take_arguments().map_err(sqlx::Error::Encode)?.unwrap_or_default();
        Ok(Statement { size, values: values(arguments) })
    };
    batches(rows).map(encode).collect()
}

async fn run(tx: &mut WriteTx, text: &'static str, values: Values) -> Result<(), sqlx::Error> {
    let done = match (tx.connection(), values) {
        (Connection::Sqlite(conn), Values::Sqlite(values)) => {
            sqlx::query_with(text, values).execute(conn).await.map(|_| ())
        }
        (Connection::Postgres(conn), Values::Postgres(values)) => {
            sqlx::query_with(text, values).execute(conn).await.map(|_| ())
        }
        _ => Err(sqlx::Error::Protocol("the values were encoded for the other database".to_owned())),
    };
    if done.is_err() {
        tx.spoil();
    }
    done
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

/// A row, what its write did, and how many reactions led to it.
type Written<'a> = (&'a RecordRow, Operation, i16);

/// Appends the change of a write to the log.
pub(super) async fn append(tx: &mut WriteTx, row: &RecordRow, operation: Operation) -> Result<(), StorageError> {
    let written: Written<'_> = (row, operation, tx.depth());
    let text = APPEND.text(tx, SINGLE);
    on_db!(tx, conn => bind_change(sqlx::query(text), &written).execute(conn).await.map(|_| ()))
        .map_err(failed("change.append"))
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
    /// Binds a new record.
    fn bind_new(query, new: &'q NewRow<'q>) {
        bind_keys(bind_row(query, new.row), new)
    }
}

binds! {
    /// Binds the columns of a change.
    fn bind_change(query, written: &Written<'q>) {
        let (row, operation, depth) = *written;
        query
            .bind(row.changed_at.0)
            .bind(row.kind.0)
            .bind(row.id.0)
            .bind(row.version.0)
            .bind(operation.code())
            .bind(row.author.account.map(|account| account.0))
            .bind(row.author.plugin.as_ref().map(tiwizi_model::PluginId::as_str))
            .bind(depth)
    }
}

binds! {
    /// Binds the keys of a record in the order of `KEYS`.
    fn bind_keys(query, new: &NewRow<'q>) {
        let keys = new.keys.unique.iter().chain(&new.keys.sorted);
        keys.fold(query, |query, key| query.bind(key.as_deref()))
    }
}
