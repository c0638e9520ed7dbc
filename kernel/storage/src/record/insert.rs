//! Creating records, many at a time.

use std::sync::LazyLock;

use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Database, Encode, Postgres, SqlSafeStr as _, Sqlite, Type};
use tiwizi_model::Operation;
use uuid::Uuid;

use super::row::{NewRow, RecordRow, columns};
use super::statement::{Filled, Look, QueryOf, Statement, Table, Text};
use crate::db::Db;
use crate::error::{StorageError, WriteError, failed, refused};
use crate::sql::SINGLE;
use crate::tx::{Connection, WriteTx, on_db};

static INSERT: LazyLock<Table> =
    LazyLock::new(|| Table::new("INSERT INTO record", concat!(columns!(), ", u1, u2, u3, i1, i2, i3, i4, i5, i6")));
/// The places among them of those that are the same in most rows, and of those that may be empty: the keys are the last.
const KIND: usize = 0;
const VERSION: usize = 2;
const TENURE: usize = 4;
const SUBJECT: usize = 5;
const PROVINCE: usize = 6;
const ACCOUNT: usize = 9;
const PLUGIN: usize = 10;
const DELETED: usize = 11;
const FIRST_KEY: usize = 13;

static APPEND: LazyLock<Table> =
    LazyLock::new(|| Table::new("INSERT INTO change", "at, kind, record, version, operation, account, plugin, depth"));
/// The places among them of what it is about, what it did, and whom it is by.
const OF_KIND: usize = 1;
const TO_VERSION: usize = 3;
const OPERATION: usize = 4;
const BY_ACCOUNT: usize = 5;
const BY_PLUGIN: usize = 6;
const DEPTH: usize = 7;

/// New records, encoded for one of the two databases: all that can be done before their transaction.
pub struct Insertion {
    records: Vec<Statement<Values>>,
    changes: Vec<Statement<Values>>,
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
        let (new, created) = ((rows, is_postgres), (created.as_slice(), is_postgres));
        let (of_new, of_created) = (Look { filled, fixed }, Look { filled: said, fixed: told });
        let encoded = if is_postgres {
            INSERT.statements::<Postgres, _, _, _>(new, &of_new, bind_new, Values::Postgres).and_then(|records| {
                let changes =
                    APPEND.statements::<Postgres, _, _, _>(created, &of_created, bind_change, Values::Postgres)?;
                Ok(Self { records, changes })
            })
        } else {
            INSERT.statements::<Sqlite, _, _, _>(new, &of_new, bind_new, Values::Sqlite).and_then(|records| {
                let changes =
                    APPEND.statements::<Sqlite, _, _, _>(created, &of_created, bind_change, Values::Sqlite)?;
                Ok(Self { records, changes })
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
            run(tx, &INSERT, statement).await.map_err(refused("record.insert", taken))?;
        }
        for statement in self.changes {
            run(tx, &APPEND, statement).await.map_err(failed("change.append"))?;
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

async fn run(tx: &mut WriteTx, table: &'static Table, statement: Statement<Values>) -> Result<(), sqlx::Error> {
    let Statement { text, values } = statement;
    let text = match text {
        Text::Short(size) => table.short().text(tx, size).into_sql_str(),
        Text::Long(text) => AssertSqlSafe(text).into_sql_str(),
    };
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
    let text = APPEND.short().text(tx, SINGLE);
    on_db!(tx, conn => bind_change(sqlx::query(text), (&written, Filled::ALL)).execute(conn).await.map(|_| ()))
        .map_err(failed("change.append"))
}

/// What is the same in most new records. Their home is bound: a nation has records of many homes, and each would have statements of its own.
fn fixed(NewRow { row, .. }: &NewRow<'_>) -> [(usize, i64); 4] {
    [(KIND, row.kind.0.into()), (VERSION, row.version.0), (TENURE, row.tenure), (DELETED, row.deleted.into())]
}

/// What is the same in most changes.
fn told((row, operation, depth): &Written<'_>) -> [(usize, i64); 4] {
    [
        (OF_KIND, row.kind.0.into()),
        (TO_VERSION, row.version.0),
        (OPERATION, operation.code().into()),
        (DEPTH, (*depth).into()),
    ]
}

/// The columns in which a new record has something.
fn filled(new: &NewRow<'_>) -> Filled {
    let NewRow { row, keys } = new;
    let empty = [
        (SUBJECT, row.subject.is_none()),
        (PROVINCE, row.province.is_none()),
        (ACCOUNT, row.author.account.is_none()),
        (PLUGIN, row.author.plugin.is_none()),
    ];
    let keys = (FIRST_KEY..).zip(keys.unique.iter().chain(&keys.sorted)).map(|(place, key)| (place, key.is_none()));
    let empty = empty.into_iter().chain(keys).filter(|(_, is_empty)| *is_empty);
    empty.fold(Filled::ALL, |filled, (place, _)| filled.without(place))
}

/// The columns in which a change has something.
fn said((row, _, _): &Written<'_>) -> Filled {
    let filled = if row.author.account.is_none() { Filled::ALL.without(BY_ACCOUNT) } else { Filled::ALL };
    if row.author.plugin.is_none() { filled.without(BY_PLUGIN) } else { filled }
}

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
    /// Binds the columns of a record in the order of `columns!`, as far as they are to be bound.
    fn bind_row(query, bound: (&'q RecordRow, Filled)) {
        let (row, bound) = bound;
        let mut query = query;
        if bound.holds(KIND) {
            query = query.bind(row.kind.0);
        }
        query = query.bind(row.id.0);
        if bound.holds(VERSION) {
            query = query.bind(row.version.0);
        }
        query = query.bind(row.home.0);
        if bound.holds(TENURE) {
            query = query.bind(row.tenure);
        }
        if bound.holds(SUBJECT) {
            query = query.bind(row.subject.map(|subject| subject.0));
        }
        if bound.holds(PROVINCE) {
            query = query.bind(row.province.map(|province| province.to_string()));
        }
        query = query.bind(row.created_at.0).bind(row.changed_at.0);
        if bound.holds(ACCOUNT) {
            query = query.bind(row.author.account.map(|account| account.0));
        }
        if bound.holds(PLUGIN) {
            query = query.bind(row.author.plugin.as_ref().map(tiwizi_model::PluginId::as_str));
        }
        if bound.holds(DELETED) {
            query = query.bind(i16::from(row.deleted));
        }
        query.bind(row.body.as_str())
    }
}

binds! {
    /// Binds a new record.
    fn bind_new(query, bound: (&'q NewRow<'q>, Filled)) {
        let (new, filled) = bound;
        bind_keys(bind_row(query, (new.row, filled)), (*new, filled))
    }
}

binds! {
    /// Binds the columns of a change.
    fn bind_change(query, bound: (&Written<'q>, Filled)) {
        let (&(row, operation, depth), bound) = bound;
        let mut query = query.bind(row.changed_at.0);
        if bound.holds(OF_KIND) {
            query = query.bind(row.kind.0);
        }
        query = query.bind(row.id.0);
        if bound.holds(TO_VERSION) {
            query = query.bind(row.version.0);
        }
        if bound.holds(OPERATION) {
            query = query.bind(operation.code());
        }
        if bound.holds(BY_ACCOUNT) {
            query = query.bind(row.author.account.map(|account| account.0));
        }
        if bound.holds(BY_PLUGIN) {
            query = query.bind(row.author.plugin.as_ref().map(tiwizi_model::PluginId::as_str));
        }
        if bound.holds(DEPTH) { query.bind(depth) } else { query }
    }
}

binds! {
    /// Binds the keys of a record in the order of their columns.
    fn bind_keys(query, bound: (NewRow<'q>, Filled)) {
        let (NewRow { keys, .. }, filled) = bound;
        let keys = (FIRST_KEY..).zip(keys.unique.iter().chain(&keys.sorted));
        let keys = keys.filter(|(place, _)| filled.holds(*place));
        keys.fold(query, |query, (_, key)| query.bind(key.as_deref()))
    }
}
