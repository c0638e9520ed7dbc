//! The statements by which many rows go in, and which columns they name.
//!
//! A long run of rows goes in by long statements that name only the columns in which one of the rows has something. SQLite keeps, for each
//! statement of several rows, a copy of every page that it touches, in case it has to be taken back: where rows go to places all over an
//! index, four short statements copy nearly four times what one long one does. And half the columns of most records are empty. What is the
//! same in all rows, their kind and their first version, stands in the text once for each row: SQLite would take a copy of
//! every value that is bound.

use sqlx::query::Query;
use sqlx::{Database, Execute as _, IntoArguments};

use crate::sql::{Batches, batches};

/// The rows of long statements. A prepared statement takes a kilobyte for each row, and several are kept.
const LONG: [usize; 3] = [2_048, 1_024, 512];
/// The values that SQLite takes in one statement; PostgreSQL takes more. The fewest rows of all columns of a record stay below.
const VALUES_MAX: usize = 32_766;

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

/// What a table needs to know of its rows.
pub(super) struct Look<T, const N: usize> {
    /// The columns in which a row has something.
    pub(super) filled: fn(&T) -> Filled,
    /// What is mostly the same in many rows, by the places of the columns.
    pub(super) fixed: fn(&T) -> [(usize, i64); N],
}

/// The columns of a long statement.
struct Shape {
    filled: Filled,
    /// Those that are the same in all its rows.
    same: Vec<(usize, i64)>,
}

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

    /// The statement for so many rows of these columns.
    fn long(&self, is_postgres: bool, rows: usize, shape: &Shape) -> String {
        let named: Vec<(usize, &str)> = self.named(shape.filled).collect();
        let columns: Vec<&str> = named.iter().map(|(_, name)| *name).collect();
        let values: Vec<Option<String>> =
            named.iter().map(|(place, _)| shape.literal(*place).map(|number| number.to_string())).collect();
        let mut bound = 0_usize;
        let mut value = |value: &Option<String>| match value {
            Some(number) => number.clone(),
            None if is_postgres => {
                bound = bound.saturating_add(1);
                format!("${bound}")
            }
            None => "?".to_owned(),
        };
        let mut row = || format!("({})", values.iter().map(&mut value).collect::<Vec<_>>().join(", "));
        // Without numbers all rows look alike.
        let written = if is_postgres { (0..rows).map(|_| row()).collect() } else { vec![row(); rows] };
        format!("{} ({}) VALUES {}", self.head, columns.join(", "), written.join(", "))
    }

    /// The columns that a statement names, with their places.
    fn named(&self, filled: Filled) -> impl Iterator<Item = (usize, &str)> {
        self.columns.iter().map(String::as_str).enumerate().filter(move |(place, _)| filled.holds(*place))
    }

    /// Cuts rows into statements and encodes the values of each.
    pub(super) fn statements<'q, DB, T, V, const N: usize>(
        &self,
        (mut rows, is_postgres): (&'q [T], bool),
        look: &Look<T, N>,
        bind: fn(QueryOf<'q, DB>, (&'q T, Filled)) -> QueryOf<'q, DB>,
        values: fn(DB::Arguments) -> V,
    ) -> Result<Vec<Statement<V>>, sqlx::Error>
    where
        DB: Database,
        DB::Arguments: IntoArguments<DB>,
    {
        let encode = |batch: &'q [T], bound: Filled, text: Text| {
            let mut query = batch.iter().fold(sqlx::query::<DB>(""), |query, row| bind(query, (row, bound)));
            let arguments = query.take_arguments().map_err(sqlx::Error::Encode)?.unwrap_or_default();
            Ok::<_, sqlx::Error>(Statement { text, values: values(arguments) })
        };
        let shape = Shape::of(rows, look);
        let bound = shape.bound();
        let columns = self.named(bound).count();
        let fits = |size: &usize, rows: &[T]| *size <= rows.len() && size.saturating_mul(columns) <= VALUES_MAX;
        let mut statements = Vec::new();
        while let Some((batch, rest)) =
            LONG.into_iter().find(|size| fits(size, rows)).and_then(|size| rows.split_at_checked(size))
        {
            statements.push(encode(batch, bound, Text::Long(self.long(is_postgres, batch.len(), &shape)))?);
            rows = rest;
        }
        for (size, batch) in batches(rows) {
            statements.push(encode(batch, Filled::ALL, Text::Short(size))?);
        }
        Ok(statements)
    }
}

impl Shape {
    fn of<T, const N: usize>(rows: &[T], look: &Look<T, N>) -> Self {
        let filled = rows.iter().map(look.filled).fold(Filled::NONE, Filled::or);
        let mut same = rows.first().map(look.fixed).map(Vec::from).unwrap_or_default();
        for row in rows {
            let fixed = (look.fixed)(row);
            same.retain(|one| fixed.contains(one));
        }
        Self { filled, same }
    }

    /// The columns whose values are bound.
    fn bound(&self) -> Filled {
        self.same.iter().fold(self.filled, |bound, (place, _)| bound.without(*place))
    }

    fn literal(&self, place: usize) -> Option<i64> {
        self.same.iter().find(|(fixed, _)| *fixed == place).map(|(_, number)| *number)
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
        let shape = Shape { filled, same: Vec::new() };
        assert_eq!(table.long(false, 2, &shape), "INSERT INTO change (at, depth) VALUES (?, ?), (?, ?)");
        assert_eq!(table.long(true, 2, &shape), "INSERT INTO change (at, depth) VALUES ($1, $2), ($3, $4)");
        assert!(filled.or(Filled::NONE.or(Filled::ALL)) == Filled::ALL && !filled.holds(1) && filled.holds(2));
    }

    #[test]
    fn what_is_the_same_in_all_rows_stands_in_the_text() {
        let table = Table::new("INSERT INTO t", "kind, id, depth");
        let look = Look { filled: |_: &i64| Filled::ALL, fixed: |row| [(0, 7), (1, *row), (2, 0)] };
        let shape = Shape::of(&[1, 2], &look);
        assert_eq!(shape.same, [(0, 7), (2, 0)]);
        assert_eq!(table.long(false, 2, &shape), "INSERT INTO t (kind, id, depth) VALUES (7, ?, 0), (7, ?, 0)");
        assert_eq!(table.long(true, 2, &shape), "INSERT INTO t (kind, id, depth) VALUES (7, $1, 0), (7, $2, 0)");
        assert!(!shape.bound().holds(0) && shape.bound().holds(1) && !shape.bound().holds(2));
    }

    #[test]
    fn the_shortest_long_statement_has_as_many_values_as_a_database_takes() {
        const { assert!(LONG[LONG.len() - 1] * 22 <= VALUES_MAX) };
    }
}
