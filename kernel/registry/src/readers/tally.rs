//! The reader that keeps the counts.
//!
//! Each version of a cooperative is looked at in its order, memberships by their first and last state among the changes at
//! hand. What is no longer current is looked up, so the counts are those of the log at the reader's place, whatever
//! happened since and however the log was cut into portions.
//!
//! Of a membership that another home writes the versions before are not to be had, and one version may be told more than once. It counts
//! for what it is now, and what it counted for is kept, as it is of a cooperative.
//!
//! What is of another home is counted apart from the own: a cooperative that has gone leaves its public facts here, and one that an agreement
//! gives is here as well, and neither is of this register. A move is a version of its own, and takes the counts to the other side.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use tiwizi_model::{InstanceId, Instant, KindName, Operation, RecordId, Version};
use tiwizi_records::reader::Current;
use tiwizi_records::review::BoxFuture;
use tiwizi_records::{Entry as LogEntry, Reader, ReaderError};
use tiwizi_storage::tally::Range;
use tiwizi_storage::{Tx, WriteTx, memo, record, tally};

use super::measure::{By, Measure};
use super::memo::{Memo, MemoError, Place, Seat, Taken, Whose};
use crate::kinds::Names;

/// Where a reader keeps its counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Home {
    /// The name of the reader.
    pub(super) reader: &'static str,
    /// What the names of its dimensions begin with.
    root: &'static str,
}

/// The counts that are shown.
pub(super) const LIVE: Home = Home { reader: "registry.tally", root: "registry" };
/// Those that `tiwizi doctor` makes anew from the start of the log.
pub(super) const AGAIN: Home = Home { reader: "registry.recount", root: "recount" };

impl Home {
    /// What the names of the dimensions of some registers begin with. Those of other homes stand within those of the reader.
    fn stem(self, whose: Whose) -> String {
        match whose {
            Whose::Own => self.root.to_owned(),
            Whose::Elsewhere => format!("{}.elsewhere", self.root),
        }
    }

    /// The dimension of a measure that is split up.
    pub(super) fn split(self, whose: Whose, measure: Measure, by: By) -> String {
        format!("{}.{}.{}", self.stem(whose), measure.name(), by.name())
    }

    /// The dimension of a measure by the instances whose registers are counted.
    pub(super) fn homes(self, measure: Measure) -> String {
        format!("{}.{}.home", self.root, measure.name())
    }

    /// The members of a year of birth, by province or sector.
    fn birth(self, whose: Whose, by: By, year: u16) -> String {
        format!("{}.births.{}.{year:04}", self.stem(whose), by.name())
    }

    /// The members who were born in a year or later. Those whose year is not known are in the year 0.
    pub(super) fn born_since(self, whose: Whose, by: By, year: u16) -> Range {
        let end = format!("{}.births.{}/", self.stem(whose), by.name());
        Range { first: self.birth(whose, by, year.max(1)), end }
    }

    /// Everything.
    pub(super) fn all(self) -> Range {
        // The slash is the letter behind the point.
        Range { first: format!("{}.", self.root), end: format!("{}/", self.root) }
    }

    /// The same dimension of another home.
    pub(super) fn moved(self, dimension: &str, to: Self) -> String {
        dimension.strip_prefix(self.root).map_or_else(|| dimension.to_owned(), |rest| format!("{}{rest}", to.root))
    }

    fn row(self, place: Place, amount: i64) -> (String, String, i64) {
        match place {
            Place::Split(whose, measure, by, key) => (self.split(whose, measure, by), key, amount),
            Place::Birth(whose, by, year, key) => (self.birth(whose, by, year), key, amount),
            Place::Home(measure, home) => (self.homes(measure), home.to_string(), amount),
        }
    }
}

/// Keeps the counts.
#[derive(Debug, Clone)]
pub struct TallyReader {
    names: Names,
    home: Home,
}

impl TallyReader {
    /// One that counts again, apart from the counts that are shown.
    pub(super) fn again() -> Self {
        Self { names: Names::new(), home: AGAIN }
    }
}

impl Default for TallyReader {
    fn default() -> Self {
        Self { names: Names::new(), home: LIVE }
    }
}

impl Reader for TallyReader {
    fn name(&self) -> &str {
        self.home.reader
    }

    fn wants(&self, kind: &KindName) -> bool {
        *kind == self.names.cooperative || *kind == self.names.membership
    }

    fn looks_at(&self, kind: &KindName) -> Option<&'static [&'static str]> {
        (*kind == self.names.membership).then_some(&Taken::FIELDS)
    }

    fn apply<'a>(&'a self, tx: &'a mut WriteTx, entries: &'a [LogEntry]) -> BoxFuture<'a, Result<(), ReaderError>> {
        Box::pin(async move {
            let (moves, seats) = self.moves(tx, entries).await?;
            let cooperatives: Vec<RecordId> = moves.keys().copied().collect();
            let mut known = memo::find(tx, self.home.reader, &cooperatives).await?;
            let mut counts = HashMap::new();
            let mut memos = Vec::with_capacity(moves.len());
            for (cooperative, moved) in moves {
                let mut memo = self.known(known.remove(&cooperative))?;
                memo.count(&mut counts, -1);
                for (body, at) in &moved.steps {
                    memo.step(body.as_deref(), *at);
                }
                for (seat, difference) in &moved.seats {
                    memo.seat(*seat, *difference);
                }
                if let Some((home, whose)) = moved.home {
                    memo.is_of(home, whose);
                }
                memo.count(&mut counts, 1);
                memos.push((cooperative, memo.to_string()));
            }
            memos.extend(seats);
            memo::store(tx, self.home.reader, &memos).await?;
            let rows: Vec<_> = counts.into_iter().map(|(place, amount)| self.home.row(place, amount)).collect();
            tally::add(tx, &rows).await?;
            Ok(())
        })
    }
}

/// What some changes do to one cooperative.
#[derive(Default)]
struct Moved<'a> {
    /// Its contents, one after the other; none where it was deleted.
    steps: Vec<(Option<Cow<'a, Value>>, Instant)>,
    seats: Vec<(Seat, i64)>,
    /// Its home, where it is known by these changes.
    home: Option<(InstanceId, Whose)>,
}

/// What changes do, by cooperative, and what is kept of memberships from now on.
type Moves<'a> = (BTreeMap<RecordId, Moved<'a>>, Vec<(RecordId, String)>);

/// Kept of a membership that another home wrote once and that is this instance's own by now: what it counted for is told by its versions.
const OWN: &str = "own";

impl TallyReader {
    fn known(&self, text: Option<String>) -> Result<Memo, ReaderError> {
        let Some(text) = text else { return Ok(Memo::default()) };
        text.parse::<Memo>().map_err(|source| self.damaged(source))
    }

    /// What the changes do, by cooperative.
    async fn moves<'a>(&self, tx: &mut Tx, entries: &'a [LogEntry]) -> Result<Moves<'a>, ReaderError> {
        let mut moves: BTreeMap<RecordId, Moved<'a>> = BTreeMap::new();
        for entry in entries {
            if entry.kind != self.names.cooperative {
                continue;
            }
            let body = body_at(tx, entry.id, entry.version, &entry.current).await?;
            let moved = moves.entry(entry.id).or_default();
            moved.steps.push((body, entry.at));
            moved.home = Some((entry.home, if entry.is_own { Whose::Own } else { Whose::Elsewhere }));
        }
        let spans = spans(entries, &self.names.membership);
        // What is new here counted for nothing before.
        let asked: Vec<RecordId> = spans.values().filter(|span| !span.is_new).map(|span| span.id).collect();
        let known = memo::find(tx, self.home.reader, &asked).await?;
        let mut kept = Vec::new();
        for span in spans.values() {
            let memo = known.get(&span.id).map(String::as_str);
            let before = match memo.filter(|memo| *memo != OWN) {
                Some(memo) => memo.parse::<Taken>().map_err(|source| self.damaged(source))?.0,
                None => span.before(tx).await?,
            };
            let after = span.after(tx).await?;
            take(&mut moves, before, -1);
            take(&mut moves, after, 1);
            if !span.is_own {
                kept.push((span.id, Taken(after).to_string()));
            } else if memo.is_some_and(|memo| memo != OWN) {
                kept.push((span.id, OWN.to_owned()));
            }
        }
        Ok((moves, kept))
    }

    fn damaged(&self, source: MemoError) -> ReaderError {
        ReaderError::Work { reader: self.home.reader.to_owned(), source: Box::new(source) }
    }
}

/// Counts a seat for its cooperative.
fn take(moves: &mut BTreeMap<RecordId, Moved<'_>>, taken: Option<(RecordId, Seat)>, difference: i64) {
    if let Some((cooperative, seat)) = taken {
        moves.entry(cooperative).or_default().seats.push((seat, difference));
    }
}

/// The content of a version of a record; none where it deleted the record.
async fn body_at<'a>(
    tx: &mut Tx,
    id: RecordId,
    version: Version,
    current: &'a Current,
) -> Result<Option<Cow<'a, Value>>, ReaderError> {
    if current.version == version {
        return Ok(current.body.as_ref().map(Cow::Borrowed));
    }
    for (operation, row) in record::versions(tx, id, Some(version.next()), 1).await? {
        if operation != Operation::Delete && row.version == version {
            let body = serde_json::from_str(&row.body).map_err(|source| ReaderError::Damaged { id, source })?;
            return Ok(Some(Cow::Owned(body)));
        }
    }
    Ok(None)
}

/// The changes of one record among some entries.
struct Span<'a> {
    id: RecordId,
    first: Version,
    last: Version,
    current: &'a Current,
    /// Whether the first of them made it, here.
    is_new: bool,
    is_own: bool,
}

impl Span<'_> {
    /// What it counted for before, by the version that stood then.
    async fn before(&self, tx: &mut Tx) -> Result<Option<(RecordId, Seat)>, ReaderError> {
        if self.is_new || self.first <= Version::FIRST {
            return Ok(None);
        }
        let found = record::versions(tx, self.id, Some(self.first), 1).await?.into_iter().next();
        let Some((_, row)) = found.filter(|(operation, _)| *operation != Operation::Delete) else { return Ok(None) };
        let body = serde_json::from_str(&row.body).map_err(|source| ReaderError::Damaged { id: self.id, source })?;
        Ok(Taken::of(&body).0)
    }

    /// What it counts for behind them.
    async fn after(&self, tx: &mut Tx) -> Result<Option<(RecordId, Seat)>, ReaderError> {
        if !self.is_own {
            return Ok(self.current.body.as_ref().and_then(|body| Taken::of(body).0));
        }
        let body = body_at(tx, self.id, self.last, self.current).await?;
        Ok(body.and_then(|body| Taken::of(&body).0))
    }
}

fn spans<'a>(entries: &'a [LogEntry], wanted: &KindName) -> BTreeMap<RecordId, Span<'a>> {
    let mut spans: BTreeMap<RecordId, Span<'_>> = BTreeMap::new();
    for LogEntry { id, kind, version, operation, current, is_own, .. } in entries {
        if kind != wanted {
            continue;
        }
        match spans.entry(*id) {
            Entry::Occupied(mut entry) => {
                let span = entry.get_mut();
                span.first = span.first.min(*version);
                span.last = span.last.max(*version);
            }
            Entry::Vacant(entry) => {
                let is_new = *operation == Operation::Create;
                entry.insert(Span { id: *id, first: *version, last: *version, current, is_new, is_own: *is_own });
            }
        }
    }
    spans
}
