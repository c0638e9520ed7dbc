//! The statements by which many rows go in, and which columns they name.
//!
//! A long run of rows goes in by long statements that name only the columns in which one of the rows has something. SQLite keeps, for each
//! statement of several rows, a copy of every page that it touches, in case it has to be taken back: where rows go to places all over an
//! index, four short statements copy nearly four times what one long one does. And half the columns of most records are empty.

use sqlx::query::Query;
use sqlx::{Database, Execute as _, IntoArguments};

use crate::sql::{Batches, batches, rows_of_places, rows_without_names};

/// The rows of a long statement. So many rows of all columns of a record are fewer values than SQLite takes in one statement, which is
/// 32,766. A prepared statement takes a kilobyte for each row, and several are kept.
const LONG: usize = 512;

/// A query of one of the two drivers.
pub(super) type QueryOf<'q, DB> = Query<'q, DB, <DB as Database>::Arguments>;

/// What is inserted into: the names of its columns, and the statements for few rows.
pub(super) struct Table {
    head: &'static str,
    columns: Vec<String>,
    short: Batches,
}

/// The columns of a table that are bound, by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Filled(u32);

/// The values of one statement, and its text.
pub(super) struct Statement<V> {
    pub(super) text: Text,
    pub(super) values: V,
}

pub(super) enum Text {
    /// One for few rows: where its size stands among those.
    Short(usize),
    Long(String),
}

impl Table {
    /// A table whose columns are bound in this order.
    pub(super) fn new(head: &'static str, columns: &str) -> Self {
        let columns: Vec<String> = columns.split(", ").map(str::to_owned).collect();
        let short = Batches::new(&format!("{head} ({})", columns.join(", ")), columns.len());
        Self { head, columns, short }
    }

    /// The statements for few rows of all columns.
    pub(super) fn short(&self) -> &Batches {
        &self.short
    }

    /// The statement for so many rows that have something in these columns only.
    fn long(&self, is_postgres: bool, rows: usize, filled: Filled) -> String {
        let named = self.columns.iter().enumerate().filter(|(place, _)| filled.holds(*place));
        let columns: Vec<&str> = named.map(|(_, name)| name.as_str()).collect();
        let places = if is_postgres { rows_of_places } else { rows_without_names };
        format!("{} ({}) VALUES {}", self.head, columns.join(", "), places(rows, columns.len()))
    }

    /// Cuts rows into statements and encodes the values of each. `filled` says in which columns a row has something.
    pub(super) fn statements<'q, DB, T, V>(
        &self,
        (mut rows, is_postgres): (&'q [T], bool),
        filled: fn(&T) -> Filled,
        bind: fn(QueryOf<'q, DB>, (&'q T, Filled)) -> QueryOf<'q, DB>,
        values: fn(DB::Arguments) -> V,
    ) -> Result<Vec<Statement<V>>, sqlx::Error>
    where
        DB: Database,
        DB::Arguments: IntoArguments<DB>,
    {
        let encode = |batch: &'q [T], filled: Filled, text: Text| {
            let mut query = batch.iter().fold(sqlx::query::<DB>(""), |query, row| bind(query, (row, filled)));
            let arguments = query.take_arguments().map_err(sqlx::Error::Encode)?.unwrap_or_default();
            Ok::<_, sqlx::Error>(Statement { text, values: values(arguments) })
        };
        let all = rows.iter().map(filled).fold(Filled::NONE, Filled::or);
        let mut statements = Vec::new();
        while let Some((batch, rest)) = rows.split_at_checked(LONG) {
            statements.push(encode(batch, all, Text::Long(self.long(is_postgres, batch.len(), all)))?);
            rows = rest;
        }
        for (size, batch) in batches(rows) {
            statements.push(encode(batch, Filled::ALL, Text::Short(size))?);
        }
        Ok(statements)
    }
}

impl Filled {
    pub(super) const ALL: Self = Self(u32::MAX);
    const NONE: Self = Self(0);

    pub(super) const fn holds(self, place: usize) -> bool {
        self.0 & Self::bit(place) != 0
    }

    /// These without one.
    pub(super) const fn without(self, place: usize) -> Self {
        Self(self.0 & !Self::bit(place))
    }

    const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[expect(clippy::cast_possible_truncation, reason = "a table has a few columns")]
    const fn bit(place: usize) -> u32 {
        1_u32.wrapping_shl(place as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_statement_names_the_columns_that_are_filled() {
        let table = Table::new("INSERT INTO change", "at, plugin, depth");
        let filled = Filled::ALL.without(1);
        assert_eq!(table.long(false, 2, filled), "INSERT INTO change (at, depth) VALUES (?, ?), (?, ?)");
        assert_eq!(table.long(true, 2, filled), "INSERT INTO change (at, depth) VALUES ($1, $2), ($3, $4)");
        assert!(filled.or(Filled::NONE.or(Filled::ALL)) == Filled::ALL && !filled.holds(1) && filled.holds(2));
    }

    #[test]
    fn the_longest_statement_has_as_many_values_as_a_database_takes() {
        const { assert!(LONG * 22 <= 32_766) };
    }
}
