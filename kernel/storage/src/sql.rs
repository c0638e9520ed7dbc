//! Small parts that SQL texts and rows are put together from.
//!
//! Texts are built from constants and counts only; a value is always bound.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use uuid::Uuid;

use crate::tx::Tx;

/// Implements `FromRow` for both drivers from one body.
macro_rules! row {
    ($type:ty, $row:ident => $body:expr) => {
        impl sqlx::FromRow<'_, sqlx::sqlite::SqliteRow> for $type {
            fn from_row($row: &sqlx::sqlite::SqliteRow) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                $body
            }
        }
        impl sqlx::FromRow<'_, sqlx::postgres::PgRow> for $type {
            fn from_row($row: &sqlx::postgres::PgRow) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                $body
            }
        }
    };
}
pub(crate) use row;

/// A text of ours read back as the type it was written from.
pub(crate) fn parsed<T>(text: &str) -> Result<T, sqlx::Error>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().map_err(decode)
}

/// The same for a text that may be missing.
pub(crate) fn parsed_option<T>(text: Option<&str>) -> Result<Option<T>, sqlx::Error>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.map(parsed).transpose()
}

/// Bytes of ours read back as a hash.
pub(crate) fn hash(bytes: &[u8]) -> Result<[u8; 32], sqlx::Error> {
    bytes.try_into().map_err(decode)
}

pub(crate) fn decode(error: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}

/// `$3, $4, $5`.
pub(crate) fn places(numbers: RangeInclusive<usize>) -> String {
    let mut text = String::new();
    for number in numbers {
        let separator = if text.is_empty() { "" } else { ", " };
        // Writing to a String cannot fail.
        write!(text, "{separator}${number}").unwrap_or_default();
    }
    text
}

/// `($1, $2), ($3, $4)` for so many rows of so many columns.
pub(crate) fn rows_of_places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let first = row.saturating_mul(columns).saturating_add(1);
        let last = row.saturating_add(1).saturating_mul(columns);
        format!("({})", places(first..=last))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// `(?, ?), (?, ?)`, the same for SQLite. There `$1` is a name, which is looked for in a list at every binding: with the
/// thousands of places of an insert of many rows that took longer than the insert.
pub(crate) fn rows_without_names(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row; rows].join(", ")
}

/// A value that a built text binds.
pub(crate) enum Value {
    Text(String),
    Id(Uuid),
    Kind(i32),
    Number(i64),
}

/// A text that is put together from constants, with its values in the order of their places.
#[derive(Default)]
pub(crate) struct Built {
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
}

impl Built {
    /// Adds a constant part.
    pub(crate) fn push(&mut self, part: &str) -> &mut Self {
        self.text.push_str(part);
        self
    }

    /// Adds the place of a value.
    pub(crate) fn bind(&mut self, value: Value) -> &mut Self {
        self.values.push(value);
        let number = self.values.len();
        // Writing to a String cannot fail.
        write!(self.text, "${number}").unwrap_or_default();
        self
    }

    /// Adds ` column IN (…)`.
    pub(crate) fn within(&mut self, column: &str, values: Vec<Value>) -> &mut Self {
        self.push(column).push(" IN (");
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
        self.push(")")
    }
}

/// Binds the values of a built text.
macro_rules! bind_all {
    ($query:expr, $values:expr) => {
        $values.into_iter().fold($query, |query, value| match value {
            $crate::sql::Value::Text(text) => query.bind(text),
            $crate::sql::Value::Id(id) => query.bind(id),
            $crate::sql::Value::Kind(kind) => query.bind(kind),
            $crate::sql::Value::Number(number) => query.bind(number),
        })
    };
}
pub(crate) use bind_all;

/// The most values that one `IN` list takes; longer lists are asked for in parts.
pub(crate) const LIST_MAX: usize = 256;

/// Fills a list up to the next power of two by repeating its last value, so that a few prepared statements serve lists of
/// every length. A value that stands twice in an `IN` list changes nothing.
pub(crate) fn padded<T: Clone>(values: &[T]) -> Vec<T> {
    let mut padded = values.to_vec();
    if let Some(last) = values.last() {
        padded.resize(values.len().next_power_of_two(), last.clone());
    }
    padded
}

/// How many rows one statement inserts: the sizes for which a prepared statement is kept.
pub(crate) const BATCH_SIZES: [usize; 4] = [256, 32, 4, 1];

/// Where the size of a single row stands among them.
pub(crate) const SINGLE: usize = BATCH_SIZES.len() - 1;

/// Cuts rows into pieces of those sizes, in order.
pub(crate) fn batches<T>(mut rows: &[T]) -> impl Iterator<Item = (usize, &[T])> {
    std::iter::from_fn(move || {
        let size = BATCH_SIZES.into_iter().position(|size| size <= rows.len())?;
        let (batch, rest) = rows.split_at_checked(*BATCH_SIZES.get(size)?)?;
        rows = rest;
        Some((size, batch))
    })
}

/// The texts of an insert, for each of those sizes on each database.
pub(crate) struct Batches {
    sqlite: [String; 4],
    postgres: [String; 4],
}

impl Batches {
    /// The same text for both but for the places.
    pub(crate) fn new(head: &str, columns: usize) -> Self {
        Self::with_texts((head, ""), (head, ""), columns)
    }

    /// What stands before and after the rows, for SQLite and for PostgreSQL.
    pub(crate) fn with_texts(sqlite: (&str, &str), postgres: (&str, &str), columns: usize) -> Self {
        let text = |(head, tail): (&str, &str), rows: String| format!("{head} VALUES {rows}{tail}");
        Self {
            sqlite: BATCH_SIZES.map(|rows| text(sqlite, rows_without_names(rows, columns))),
            postgres: BATCH_SIZES.map(|rows| text(postgres, rows_of_places(rows, columns))),
        }
    }

    /// The text for the database of a transaction and the size that `batches` gave.
    pub(crate) fn text(&self, tx: &Tx, size: usize) -> &str {
        let texts = if tx.is_postgres() { &self.postgres } else { &self.sqlite };
        // `batches` gives no other size.
        texts.get(size).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_from_the_first_to_the_last() {
        assert_eq!(places(3..=5), "$3, $4, $5");
        assert_eq!(rows_of_places(2, 2), "($1, $2), ($3, $4)");
        assert_eq!(rows_without_names(2, 2), "(?, ?), (?, ?)");
    }

    #[test]
    fn batches_hold_every_row_once_and_in_order() {
        for count in [0, 1, 3, 4, 37, 256, 2_000] {
            let rows: Vec<usize> = (0..count).collect();
            let pieces: Vec<_> = batches(&rows).collect();
            assert!(pieces.iter().all(|(size, piece)| BATCH_SIZES[*size] == piece.len()));
            assert_eq!(pieces.concat_rows(), rows);
        }
    }

    #[test]
    fn a_padded_list_has_a_power_of_two_of_values_and_none_that_is_new() {
        assert_eq!(padded(&[1, 2, 3]), [1, 2, 3, 3]);
        assert_eq!(padded(&[7]), [7]);
        assert!(padded::<i32>(&[]).is_empty());
    }

    trait ConcatRows {
        fn concat_rows(&self) -> Vec<usize>;
    }
    impl ConcatRows for Vec<(usize, &[usize])> {
        fn concat_rows(&self) -> Vec<usize> {
            self.iter().flat_map(|(_, piece)| piece.iter().copied()).collect()
        }
    }
}
