//! Counts that follow from the change log: cooperatives, members, women and young people, by province, sector and
//! cooperative. No page counts rows.
//!
//! Each change moves the counts by what the record counts for now, less what it counted for before; versions in
//! between are looked up, so the counts are those of the log at the reader's place, whatever happened since. Counts go
//! by the memberships alone, as the filed lists have them: a woman who belongs to two cooperatives is two members.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use tiwizi_model::{KindName, Operation, RecordId, Version};
use tiwizi_records::reader::Current;
use tiwizi_records::review::BoxFuture;
use tiwizi_records::{Entry as LogEntry, Reader, ReaderError};
use tiwizi_storage::{Db, StorageError, Tx, WriteTx, record, tally};

use crate::kinds::Names;

/// Who counts as young is at most this old. The figure is a rule of programmes, not of law 112-12 (to verify), and will
/// come from a rule pack (TODO(#4)).
pub const YOUTH_AGE_MAX: u16 = 35;
/// The year in which that age is reached. The published 18,036 young members are of the end of November 2025.
pub const YOUTH_REFERENCE_YEAR: u16 = 2025;

/// Statuses of cooperatives that are counted.
const COUNTED: [&str; 2] = ["registered", "suspended"];

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// Cooperatives that are registered or suspended.
    Cooperatives,
    /// Memberships that have not ended.
    Members,
    /// Those of women.
    Women,
    /// Those of people of at most [`YOUTH_AGE_MAX`].
    Youth,
}

impl Measure {
    /// All measures.
    pub const ALL: [Self; 4] = [Self::Cooperatives, Self::Members, Self::Women, Self::Youth];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cooperatives => "cooperatives",
            Self::Members => "members",
            Self::Women => "women",
            Self::Youth => "youth",
        }
    }
}

/// How counts are split up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum By {
    /// By HCP code of the province.
    Province,
    /// By code of the sector.
    Sector,
}

impl By {
    fn name(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::Sector => "sector",
        }
    }
}

/// The sums of an instance's register.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Cooperatives.
    pub cooperatives: i64,
    /// Members.
    pub members: i64,
    /// The women among them.
    pub women: i64,
    /// The young people among them.
    pub youth: i64,
}

impl Totals {
    fn slot(&mut self, measure: Measure) -> &mut i64 {
        match measure {
            Measure::Cooperatives => &mut self.cooperatives,
            Measure::Members => &mut self.members,
            Measure::Women => &mut self.women,
            Measure::Youth => &mut self.youth,
        }
    }
}

/// The sums of the register, as of the reader's place in the log.
///
/// # Errors
/// When the database fails.
pub async fn totals(db: &Db) -> Result<Totals, StorageError> {
    let mut tx = db.read().await?;
    let mut totals = Totals::default();
    for measure in Measure::ALL {
        let counts = tally::all(&mut tx, &dimension(measure, By::Province)).await?;
        *totals.slot(measure) = counts.iter().map(|(_, amount)| amount).sum();
    }
    Ok(totals)
}

/// One measure, split up; keys without any are left out.
///
/// # Errors
/// When the database fails.
pub async fn counts(db: &Db, measure: Measure, by: By) -> Result<Vec<(String, i64)>, StorageError> {
    let mut counts = tally::all(&mut *db.read().await?, &dimension(measure, by)).await?;
    counts.retain(|(_, amount)| *amount != 0);
    Ok(counts)
}

/// The members, women and young people of one cooperative.
///
/// # Errors
/// When the database fails.
pub async fn of_cooperative(db: &Db, cooperative: RecordId) -> Result<Totals, StorageError> {
    let counts = tally::all(&mut *db.read().await?, &of(&cooperative.to_string())).await?;
    let mut totals = Totals { cooperatives: 1, ..Totals::default() };
    for measure in [Measure::Members, Measure::Women, Measure::Youth] {
        let found = counts.iter().find(|(name, _)| name == measure.name());
        *totals.slot(measure) = found.map_or(0, |(_, amount)| *amount);
    }
    Ok(totals)
}

fn dimension(measure: Measure, by: By) -> String {
    format!("registry.{}.{}", measure.name(), by.name())
}

fn of(cooperative: &str) -> String {
    format!("registry.cooperative.{cooperative}")
}

/// Keeps the counts.
#[derive(Debug, Clone, Default)]
pub struct TallyReader {
    names: Names,
}

impl Reader for TallyReader {
    fn name(&self) -> &str {
        "registry.tally"
    }

    fn wants(&self, kind: &KindName) -> bool {
        *kind == self.names.cooperative || *kind == self.names.membership
    }

    fn apply<'a>(&'a self, tx: &'a mut WriteTx, entries: &'a [LogEntry]) -> BoxFuture<'a, Result<(), ReaderError>> {
        Box::pin(async move {
            let mut deltas = Deltas::default();
            for span in spans(entries).values() {
                if span.current.version == span.last {
                    if let Some(body) = &span.current.body {
                        deltas.count(span.kind, body, 1);
                    }
                } else {
                    self.count_version(tx, &mut deltas, span, span.last, 1).await?;
                }
                if span.first > Version::FIRST {
                    let before = Version(span.first.0 - 1);
                    self.count_version(tx, &mut deltas, span, before, -1).await?;
                }
            }
            tally::add(tx, &deltas.into_rows()).await?;
            Ok(())
        })
    }
}

impl TallyReader {
    /// Counts a version that is not the current one.
    async fn count_version(
        &self,
        tx: &mut Tx,
        deltas: &mut Deltas,
        span: &Span<'_>,
        version: Version,
        sign: i64,
    ) -> Result<(), ReaderError> {
        let found = record::versions(tx, span.id, Some(version.next()), 1).await?;
        for (operation, row) in found {
            if operation != Operation::Delete && row.version == version {
                let body: Value =
                    serde_json::from_str(&row.body).map_err(|source| ReaderError::Damaged { id: span.id, source })?;
                deltas.count(span.kind, &body, sign);
            }
        }
        Ok(())
    }
}

/// The changes of one record among some entries.
struct Span<'a> {
    id: RecordId,
    kind: &'a KindName,
    first: Version,
    last: Version,
    current: &'a Current,
}

fn spans(entries: &[LogEntry]) -> BTreeMap<RecordId, Span<'_>> {
    let mut spans: BTreeMap<RecordId, Span<'_>> = BTreeMap::new();
    for LogEntry { kind, id, version, current, .. } in entries {
        match spans.entry(*id) {
            Entry::Occupied(mut entry) => {
                let span = entry.get_mut();
                span.first = span.first.min(*version);
                span.last = span.last.max(*version);
            }
            Entry::Vacant(entry) => {
                entry.insert(Span { id: *id, kind, first: *version, last: *version, current });
            }
        }
    }
    spans
}

/// Differences, summed up in memory before they are written.
#[derive(Default)]
struct Deltas {
    split: BTreeMap<(Measure, By), HashMap<String, i64>>,
    cooperatives: HashMap<String, BTreeMap<Measure, i64>>,
}

impl Deltas {
    fn count(&mut self, kind: &KindName, body: &Value, sign: i64) {
        match kind.name() {
            // An alias is counted where it points to.
            "cooperative" if text(body, "merged_into").is_some() => {}
            "cooperative" if text(body, "status").is_some_and(|status| COUNTED.contains(&status)) => {
                self.split(Measure::Cooperatives, body, sign);
            }
            "membership" if body.get("left_on").is_none_or(Value::is_null) => {
                for measure in measures(body) {
                    self.split(measure, body, sign);
                    if let Some(cooperative) = text(body, "cooperative") {
                        *slot(&mut self.cooperatives, cooperative).entry(measure).or_default() += sign;
                    }
                }
            }
            _ => {}
        }
    }

    fn split(&mut self, measure: Measure, body: &Value, sign: i64) {
        for (by, field) in [(By::Province, "province"), (By::Sector, "sector")] {
            if let Some(key) = text(body, field) {
                *slot(self.split.entry((measure, by)).or_default(), key) += sign;
            }
        }
    }

    fn into_rows(self) -> Vec<(String, String, i64)> {
        let split = self.split.into_iter().flat_map(|((measure, by), counts)| {
            let dimension = dimension(measure, by);
            counts.into_iter().map(move |(key, amount)| (dimension.clone(), key, amount))
        });
        let cooperatives = self.cooperatives.into_iter().flat_map(|(cooperative, counts)| {
            let dimension = of(&cooperative);
            counts.into_iter().map(move |(measure, amount)| (dimension.clone(), measure.name().to_owned(), amount))
        });
        split.chain(cooperatives).collect()
    }
}

/// The value of a key, made when it is not there.
fn slot<'a, T: Default>(map: &'a mut HashMap<String, T>, key: &str) -> &'a mut T {
    map.entry(key.to_owned()).or_default()
}

/// What a membership counts for.
fn measures(body: &Value) -> impl Iterator<Item = Measure> {
    let woman = text(body, "gender") == Some("female");
    let first_young_year = u64::from(YOUTH_REFERENCE_YEAR - YOUTH_AGE_MAX);
    let young = body.get("birth_year").and_then(Value::as_u64).is_some_and(|year| year >= first_young_year);
    [(Measure::Members, true), (Measure::Women, woman), (Measure::Youth, young)]
        .into_iter()
        .filter_map(|(measure, counts)| counts.then_some(measure))
}

fn text<'a>(body: &'a Value, field: &str) -> Option<&'a str> {
    body.get(field).and_then(Value::as_str)
}
