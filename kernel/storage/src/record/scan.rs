//! Lists: one range of one index, in its order, page by page.
//!
//! Every list walks an index from a key to a key and goes on after the last row that the caller has seen; nothing is
//! counted, skipped or sorted. A caller who may not see everything brings a `Reach`. Where it covers few rows of the kind
//! these are gathered by the indexes of province and subject and sorted, because walking the whole order in search of
//! them could take as long as the table is; where it covers many, walking the order finds a page soon.

use sqlx::AssertSqlSafe;
use tiwizi_model::RecordId;
use uuid::Uuid;

use super::find::UNIQUE;
use super::row::{Keyed, KeyedById, RecordRow, columns, light_columns};
use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::{Built, Value, bind_all, padded, row};
use crate::tx::{Tx, on_db};

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The id, which is the order of creation.
    Id,
    /// The province.
    Province,
    /// The subject.
    Subject,
    /// A unique index of the kind.
    Unique(usize),
    /// A sorted index of the kind.
    Sorted(usize),
}

/// Rows that a caller may see: those of these provinces, and those of these subjects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Provinces.
    pub provinces: Vec<String>,
    /// Subjects.
    pub subjects: Vec<RecordId>,
}

/// A page of a list. Keys of `Id` and `Subject` are ids as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The kind.
    pub kind: KindNo,
    /// The order, and with it the index. A row that is not in the index is not in the list.
    pub order: Order,
    /// The first key.
    pub low: Option<String>,
    /// The key before which the list ends. Where it is the same as `low`, the list is of that one key.
    pub high: Option<String>,
    /// The last row that the caller has seen.
    pub after: Option<(String, RecordId)>,
    /// From high to low.
    pub descending: bool,
    /// What the caller may see; everything if absent.
    pub reach: Option<Reach>,
    /// The length of the page.
    pub rows_max: u32,
}

/// A range of an index, as a condition beside others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    /// The index.
    pub order: Order,
    /// The first key.
    pub low: Option<String>,
    /// The key before which the range ends. Where it is the same as `low`, it is that one key.
    pub high: Option<String>,
}

impl Within {
    /// Adds the condition that a row of `record` lies in the range.
    pub(crate) fn filter(&self, built: &mut Built, kind: KindNo) -> Result<(), StorageError> {
        let Some(column) = self.order.column() else { return Ok(()) };
        let Self { order, low, high } = self.clone();
        let scan = Scan { kind, order, low, high, after: None, descending: false, reach: None, rows_max: 0 };
        range(built, &scan, column)
    }
}

/// A reach of fewer rows than this is gathered and sorted; in a kind of a million rows a larger one fills a page of a
/// hundred within fifty thousand steps of the order.
const GATHERED_ROWS_MAX: i64 = 2_000;

impl Order {
    /// The column that it goes by.
    pub(super) fn column(self) -> Option<&'static str> {
        match self {
            Self::Id => Some("id"),
            Self::Province => Some("province"),
            Self::Subject => Some("subject"),
            Self::Unique(slot) => UNIQUE.get(slot).copied(),
            Self::Sorted(slot) => SORTED.get(slot).copied(),
        }
    }

    fn is_by_id(self) -> bool {
        matches!(self, Self::Id | Self::Subject)
    }

    /// The columns that rows are in order by. With the kind before the id, the index of ids alone does not serve, and the
    /// planner cannot choose to walk through other kinds.
    fn sorted_by(self, column: &'static str) -> Vec<&'static str> {
        match self {
            Self::Id => vec!["kind", column],
            Self::Unique(_) => vec![column],
            Self::Province | Self::Subject | Self::Sorted(_) => vec![column, "id"],
        }
    }

    fn key(self, text: &str) -> Result<Value, StorageError> {
        if !self.is_by_id() {
            return Ok(Value::Text(text.to_owned()));
        }
        Uuid::try_parse(text).map(Value::Id).map_err(|_| StorageError::Corrupt { what: format!("{text:?} is no id") })
    }
}

/// The columns of the sorted indexes, by slot.
pub(super) const SORTED: [&str; 6] = ["i1", "i2", "i3", "i4", "i5", "i6"];

/// Reads a page: each row with its key in the order. Tombstones are in no list.
///
/// # Errors
/// `Corrupt` when a key of `Id` or `Subject` is no id; `Query` when the database fails.
pub async fn scan(tx: &mut Tx, scan: &Scan) -> Result<Vec<(String, RecordRow)>, StorageError> {
    rows(tx, scan, columns!()).await
}

/// The same without the long bodies, which `complete` reads one by one: a page of them could have any size.
///
/// # Errors
/// As `scan`.
pub async fn scan_light(tx: &mut Tx, scan: &Scan) -> Result<Vec<(String, RecordRow)>, StorageError> {
    rows(tx, scan, light_columns!()).await
}

async fn rows(tx: &mut Tx, scan: &Scan, columns: &str) -> Result<Vec<(String, RecordRow)>, StorageError> {
    let Some(column) = scan.order.column() else { return Ok(Vec::new()) };
    let gathered = match &scan.reach {
        Some(reach) if reach.is_empty() => return Ok(Vec::new()),
        Some(reach) => is_small(tx, scan.kind, reach, GATHERED_ROWS_MAX).await?,
        None => false,
    };
    let Built { text, values } = page(scan, (columns, column), gathered)?;
    if scan.order.is_by_id() {
        let rows: Vec<KeyedById> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("record.scan"))?;
        Ok(rows.into_iter().map(|KeyedById(key, row)| (key.unwrap_or_default().to_string(), row)).collect())
    } else {
        let rows: Vec<Keyed> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("record.scan"))?;
        Ok(rows.into_iter().map(|Keyed(key, row)| (key.unwrap_or_default(), row)).collect())
    }
}

/// Both databases tell how they would run a text, each in its own words.
const EXPLAIN_SQLITE: &str = "EXPLAIN QUERY PLAN ";
const EXPLAIN_POSTGRES: &str = "EXPLAIN ";

/// How the database would read a page, line by line: for tests, and for an operator who finds a list slow.
///
/// # Errors
/// As `scan`.
pub async fn explain(tx: &mut Tx, scan: &Scan) -> Result<Vec<String>, StorageError> {
    let Some(column) = scan.order.column() else { return Ok(Vec::new()) };
    let gathered = match &scan.reach {
        Some(reach) if reach.is_empty() => return Ok(Vec::new()),
        Some(reach) => is_small(tx, scan.kind, reach, GATHERED_ROWS_MAX).await?,
        None => false,
    };
    let Built { text, values } = page(scan, (columns!(), column), gathered)?;
    let explain = if tx.is_postgres() { EXPLAIN_POSTGRES } else { EXPLAIN_SQLITE };
    let text = format!("{explain}{text}");
    let lines: Vec<PlanLine> = on_db!(tx, conn => {
        bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
    })
    .map_err(failed("record.explain"))?;
    Ok(lines.into_iter().map(|PlanLine(line)| line).collect())
}

/// The last column of a line of a plan.
struct PlanLine(String);

row!(PlanLine, row => Ok(Self(row.try_get(row.len().saturating_sub(1))?)));

/// The text of a page: the columns of its rows, and the one that they are in order by.
fn page(scan: &Scan, (columns, column): (&str, &'static str), gathered: bool) -> Result<Built, StorageError> {
    let mut built = Built::default();
    let kind = || Value::Kind(scan.kind.0);
    match scan.reach.as_ref().filter(|_| gathered) {
        Some(reach) => {
            // MATERIALIZED: the planner must not walk the order after all.
            built.push("WITH reached AS MATERIALIZED (");
            arms(&mut built, scan.kind, reach, &format!("{columns}, u1, u2, u3, i1, i2, i3, i4, i5, i6"));
            built.push(") SELECT ").push(columns!()).push(", ").push(column).push(" FROM reached WHERE deleted = 0");
        }
        None => {
            built.push("SELECT ").push(columns).push(", ").push(column).push(" FROM record WHERE deleted = 0");
        }
    }
    if scan.order == Order::Id {
        // An equality would let the planner drop the kind from the order.
        built.push(" AND kind BETWEEN ").bind(kind()).push(" AND ").bind(kind());
    } else {
        built.push(" AND kind = ").bind(kind());
    }
    range(&mut built, scan, column)?;
    if let Some(reach) = scan.reach.as_ref().filter(|_| !gathered) {
        reach.filter(&mut built, "");
    }
    let direction = if scan.descending { " DESC" } else { "" };
    let separator = format!("{direction}, ");
    built.push(" ORDER BY ").push(&scan.order.sorted_by(column).join(&separator)).push(direction);
    built.push(" LIMIT ").bind(Value::Number(scan.rows_max.into()));
    Ok(built)
}

/// The bounds of a page, on the key and behind the last row seen.
pub(super) fn range(built: &mut Built, scan: &Scan, column: &'static str) -> Result<(), StorageError> {
    // Says to both planners that the partial index holds every row that is asked for.
    built.push(" AND ").push(column).push(" IS NOT NULL");
    match (&scan.low, &scan.high) {
        (Some(low), Some(high)) if low == high => bound(built, scan, " = ", low)?,
        (low, high) => {
            if let Some(low) = low {
                bound(built, scan, " >= ", low)?;
            }
            if let Some(high) = high {
                bound(built, scan, " < ", high)?;
            }
        }
    }
    let Some((key, id)) = &scan.after else { return Ok(()) };
    let sign = if scan.descending { " < " } else { " > " };
    match scan.order {
        Order::Id | Order::Unique(_) => bound(built, scan, sign, key),
        Order::Province | Order::Subject | Order::Sorted(_) => {
            built.push(" AND (").push(column).push(", id)").push(sign).push("(").bind(scan.order.key(key)?);
            built.push(", ").bind(Value::Id(id.0)).push(")");
            Ok(())
        }
    }
}

/// A bound on the key alone.
fn bound(built: &mut Built, scan: &Scan, sign: &str, key: &str) -> Result<(), StorageError> {
    let key = scan.order.key(key)?;
    match scan.order.column() {
        Some(id) if scan.order == Order::Id => {
            built.push(" AND (kind, ").push(id).push(")").push(sign).push("(").bind(Value::Kind(scan.kind.0));
            built.push(", ").bind(key).push(")");
        }
        Some(column) => {
            built.push(" AND ").push(column).push(sign).bind(key);
        }
        None => {}
    }
    Ok(())
}

/// Whether a reach is small enough to be gathered.
pub(super) async fn is_small(tx: &mut Tx, kind: KindNo, reach: &Reach, rows_max: i64) -> Result<bool, StorageError> {
    let mut built = Built::default();
    built.push("SELECT count(*) FROM (");
    arms(&mut built, kind, reach, "num");
    built.push(" LIMIT ").bind(Value::Number(rows_max)).push(") AS reached");
    let Built { text, values } = built;
    let (count,): (i64,) = on_db!(tx, conn => {
        bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_one(conn).await
    })
    .map_err(failed("record.is_small"))?;
    Ok(count < rows_max)
}

/// The rows of a reach, each once, by the indexes of province and of subject.
pub(super) fn arms(built: &mut Built, kind: KindNo, reach: &Reach, columns: &str) {
    let head = |built: &mut Built| {
        built.push("SELECT ").push(columns).push(" FROM record WHERE kind = ").bind(Value::Kind(kind.0));
        built.push(" AND deleted = 0 AND ");
    };
    if !reach.provinces.is_empty() {
        head(built);
        built.within("province", reach.province_values());
    }
    if !reach.subjects.is_empty() {
        if !reach.provinces.is_empty() {
            built.push(" UNION ALL ");
        }
        head(built);
        built.within("subject", reach.subject_values());
        if !reach.provinces.is_empty() {
            built.push(" AND (province IS NULL OR NOT ").within("province", reach.province_values()).push(")");
        }
    }
}

impl Reach {
    pub(crate) fn is_empty(&self) -> bool {
        self.provinces.is_empty() && self.subjects.is_empty()
    }

    /// Adds the condition that a row of `record` is in reach. One that is empty lets nothing through.
    pub(crate) fn filter(&self, built: &mut Built, table: &str) {
        if self.is_empty() {
            built.push(" AND 1 = 0");
            return;
        }
        built.push(" AND (");
        if !self.provinces.is_empty() {
            built.push(table).within("province", self.province_values());
        }
        if !self.subjects.is_empty() {
            let or = if self.provinces.is_empty() { "" } else { " OR " };
            built.push(or).push(table).within("subject", self.subject_values());
        }
        built.push(")");
    }

    fn province_values(&self) -> Vec<Value> {
        padded(&self.provinces).into_iter().map(Value::Text).collect()
    }

    fn subject_values(&self) -> Vec<Value> {
        padded(&self.subjects).into_iter().map(|subject| Value::Id(subject.0)).collect()
    }
}
