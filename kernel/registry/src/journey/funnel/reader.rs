//! The reader that keeps the counts of the funnel.
//!
//! Of whom a change could move, the records are read again as they are in the transaction of its work, and what they count for now takes the place of what
//! they counted for before. A change that comes later moves them again, so the log may be cut anywhere. Of people without a milestone nothing is
//! kept, and an import of members costs one look at an empty count.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tiwizi_model::limits::{FUNNEL_MEMBERSHIPS_MAX, FUNNEL_PAGE_ROWS_MAX};
use tiwizi_model::{Instant, KindName, Operation, RecordId, Seq};
use tiwizi_records::review::BoxFuture;
use tiwizi_records::{Entry, Reader, ReaderError, Records, catch_up};
use tiwizi_storage::record::{self, Sought};
use tiwizi_storage::{Order, RecordRow, Scan, StorageError, Tx, WriteTx, cursor, memo, tally};

use super::super::joining::Window;
use super::super::stage::{Stage, Times};
use super::counts::{KEPT, all};
use super::memo::{Cooperative, Counts, Joined, Memo, Person};
use crate::kinds::Names;

/// The name under which its place in the log, and what it keeps, are stored.
pub(super) const NAME: &str = "registry.journey";
/// The sorted index of memberships: the person.
const BY_PERSON: usize = 0;

/// Keeps the counts of the funnel.
#[derive(Debug, Clone)]
pub struct JourneyReader {
    records: Records,
    names: Names,
}

impl JourneyReader {
    /// One over these records.
    #[must_use]
    pub fn new(records: Records) -> Self {
        Self { records, names: Names::new() }
    }
}

impl Reader for JourneyReader {
    fn name(&self) -> &str {
        NAME
    }

    fn wants(&self, kind: &KindName) -> bool {
        let Names { milestone, membership, person, cooperative, .. } = &self.names;
        [milestone, membership, person, cooperative].contains(&kind)
    }

    /// Nothing is kept of anybody before the first milestone, and when it comes, everything of its subject is read as it is then.
    fn is_idle<'a>(&'a self, tx: &'a mut Tx) -> BoxFuture<'a, Result<bool, StorageError>> {
        Box::pin(async move {
            if tally::all(tx, KEPT).await?.iter().any(|(_, amount)| *amount != 0) {
                return Ok(false);
            }
            let kinds = self.records.kinds();
            let Some(milestone) = kinds.find(&self.names.milestone) else { return Ok(true) };
            let any = Scan {
                kind: milestone.number(),
                order: Order::Id,
                low: None,
                high: None,
                after: None,
                descending: false,
                reach: None,
                rows_max: 1,
            };
            Ok(record::scan(tx, &any).await?.is_empty())
        })
    }

    fn wakes(&self, kind: &KindName) -> bool {
        *kind == self.names.milestone
    }

    fn apply<'a>(&'a self, tx: &'a mut WriteTx, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), ReaderError>> {
        Box::pin(async move {
            let mut work = Work { reader: self, tx, memos: BTreeMap::new() };
            let moved = work.moved(entries).await?;
            let mut cooperatives = BTreeSet::new();
            for subject in moved {
                work.subject(subject, &mut cooperatives).await?;
            }
            for cooperative in cooperatives {
                work.cooperative(cooperative).await?;
            }
            work.store().await
        })
    }
}

/// What was kept of a record, and what is to be.
#[derive(Debug, Clone, Default)]
struct Kept {
    before: Memo,
    now: Memo,
}

/// A milestone.
struct Reached {
    stage: Stage,
    at: Instant,
    /// Whether this is its home.
    is_own: bool,
    body: Value,
}

impl Reached {
    /// Counts it among all, and among the own where it is one.
    fn take(&self, all: &mut Times, own: &mut Times) {
        all.take(self.stage, self.at);
        if self.is_own {
            own.take(self.stage, self.at);
        }
    }
}

/// The work for some changes.
struct Work<'a> {
    reader: &'a JourneyReader,
    tx: &'a mut WriteTx,
    memos: BTreeMap<RecordId, Kept>,
}

impl Work<'_> {
    /// Of whom something could have moved: the subjects of milestones, and of all else those of whom something is kept.
    async fn moved(&mut self, entries: &[Entry]) -> Result<BTreeSet<RecordId>, ReaderError> {
        let names = &self.reader.names;
        let mut moved = BTreeSet::new();
        let mut asked = BTreeSet::new();
        let is_anything_kept = tally::all(self.tx, KEPT).await?.iter().any(|(_, amount)| *amount != 0);
        let mut has_milestone = false;
        for entry in entries {
            let body = entry.current.body.as_ref();
            if entry.kind == names.milestone {
                has_milestone = true;
                moved.extend(body.and_then(|body| id(body, "subject")));
            } else if entry.kind == names.membership {
                asked.extend(body.and_then(|body| id(body, "person")));
            } else {
                asked.insert(entry.id);
            }
            let is_new = entry.operation == Operation::Create && entry.is_own && body.is_some();
            if !is_new && (entry.kind == names.milestone || entry.kind == names.membership) {
                asked.insert(entry.id);
            }
        }
        if is_anything_kept || has_milestone {
            self.load(&asked).await?;
        }
        let Self { memos, .. } = self;
        for id in &asked {
            match memos.get(id).map(|kept| &kept.before) {
                Some(Memo::Of(owner)) => moved.extend(owner.parse::<RecordId>()),
                Some(Memo::Person(_)) => {
                    moved.insert(*id);
                }
                // Its day of registration tells whose milestones join.
                Some(Memo::Cooperative(kept)) => {
                    moved.insert(*id);
                    moved.extend(kept.people.keys().filter_map(|person| person.parse::<RecordId>().ok()));
                }
                Some(Memo::Nothing) | None => {}
            }
        }
        Ok(moved)
    }

    async fn load(&mut self, ids: &BTreeSet<RecordId>) -> Result<(), ReaderError> {
        let missing: Vec<RecordId> = ids.iter().filter(|id| !self.memos.contains_key(id)).copied().collect();
        let found = memo::find(self.tx, NAME, &missing).await?;
        for id in missing {
            let before = match found.get(&id) {
                Some(text) => {
                    serde_json::from_str::<Memo>(text).map_err(|source| ReaderError::Damaged { id, source })?
                }
                None => Memo::Nothing,
            };
            self.memos.insert(id, Kept { now: before.clone(), before });
        }
        Ok(())
    }

    /// What is kept of one record, to be changed.
    async fn kept(&mut self, id: RecordId) -> Result<&mut Memo, ReaderError> {
        self.load(&BTreeSet::from([id])).await?;
        Ok(&mut self.memos.entry(id).or_default().now)
    }

    /// Reads a person again; a cooperative is left to be read with those that people touch.
    async fn subject(&mut self, id: RecordId, cooperatives: &mut BTreeSet<RecordId>) -> Result<(), ReaderError> {
        let row = self.row(id, &self.reader.names.person).await?;
        let is_cooperative = row.is_none() && self.row(id, &self.reader.names.cooperative).await?.is_some();
        let was = self.kept(id).await?.clone();
        let before = match &was {
            Memo::Person(person) => person.cooperatives.clone(),
            _ => BTreeSet::new(),
        };
        let milestones = self.milestones(id).await?;
        let is_person = !is_cooperative && !matches!(was, Memo::Cooperative(_)) && !milestones.is_empty();
        let now = if is_person { Some(self.person(id, row, &milestones).await?) } else { None };
        let joined = now.as_ref().map(|(_, joined)| joined.clone()).unwrap_or_default();
        for left in before.iter().filter_map(|left| left.parse::<RecordId>().ok()) {
            if !joined.contains_key(&left) {
                self.leave(left, id).await?;
                cooperatives.insert(left);
            }
        }
        for (cooperative, joined) in joined {
            self.join(cooperative, id, joined).await?;
            cooperatives.insert(cooperative);
        }
        match now {
            Some((person, _)) => *self.kept(id).await? = Memo::Person(person),
            None if is_cooperative || matches!(was, Memo::Cooperative(_)) => {
                cooperatives.insert(id);
            }
            None => *self.kept(id).await? = Memo::Nothing,
        }
        Ok(())
    }

    /// What counts of a person, and what they bring to which cooperative.
    async fn person(
        &mut self,
        id: RecordId,
        row: Option<RecordRow>,
        milestones: &[Reached],
    ) -> Result<(Person, BTreeMap<RecordId, Joined>), ReaderError> {
        let mut person = Person::default();
        for reached in milestones {
            reached.take(&mut person.times, &mut person.here);
            if let Some(province) = reached.body.get("province").and_then(Value::as_str) {
                province.clone_into(&mut person.province);
            }
        }
        let mut joined: BTreeMap<RecordId, Joined> = BTreeMap::new();
        for (cooperative, membership) in self.memberships(id).await? {
            let body =
                self.row(cooperative, &self.reader.names.cooperative).await?.map(|row| read(&row)).transpose()?;
            // Where the record of a person is at another home, a membership may tell what is to be counted.
            let told: serde_json::Map<String, Value> = ["gender", "birth_year"]
                .into_iter()
                .filter_map(|field| Some((field.to_owned(), membership.get(field)?.clone())))
                .collect();
            person.describe(&Value::Object(told));
            let Some(window) = Window::of(&membership, &body.unwrap_or_default()) else { continue };
            let window = joined.get(&cooperative).map_or(window, |before| before.window.widened(window));
            let (mut times, mut here) = (Times::default(), Times::default());
            for reached in milestones.iter().filter(|reached| window.holds(reached.at)) {
                reached.take(&mut times, &mut here);
            }
            joined.insert(cooperative, Joined { window, times, here });
        }
        if let Some(row) = row {
            let body = read(&row)?;
            person.describe(&body);
            person.is_alias = body.get("merged_into").is_some_and(Value::is_string);
        } else {
            // Who was taken out of the register counts for nothing; of whom it never knew, there may be milestones of another home.
            person.is_alias = record::find(self.tx, id).await?.is_some_and(|row| row.deleted);
        }
        person.cooperatives = joined.keys().map(ToString::to_string).collect();
        Ok((person, joined))
    }

    async fn join(&mut self, cooperative: RecordId, person: RecordId, joined: Joined) -> Result<(), ReaderError> {
        let kept = self.kept(cooperative).await?;
        let mut now = match std::mem::take(kept) {
            Memo::Cooperative(now) => now,
            _ => Cooperative::default(),
        };
        now.people.insert(person.to_string(), joined);
        *kept = Memo::Cooperative(now);
        Ok(())
    }

    async fn leave(&mut self, cooperative: RecordId, person: RecordId) -> Result<(), ReaderError> {
        if let Memo::Cooperative(kept) = self.kept(cooperative).await? {
            kept.people.remove(&person.to_string());
        }
        Ok(())
    }

    /// Reads a cooperative again. Who brings what is told by its people.
    async fn cooperative(&mut self, id: RecordId) -> Result<(), ReaderError> {
        let row = self.row(id, &self.reader.names.cooperative).await?;
        let body = row.as_ref().map(read).transpose()?;
        let milestones = self.milestones(id).await?;
        let kept = self.kept(id).await?;
        let mut now = match std::mem::take(kept) {
            Memo::Cooperative(now) => now,
            _ => Cooperative::default(),
        };
        now.describe(body.as_ref());
        (now.own, now.own_here) = (Times::default(), Times::default());
        for reached in &milestones {
            reached.take(&mut now.own, &mut now.own_here);
        }
        *kept = if now.is_empty() { Memo::Nothing } else { Memo::Cooperative(now) };
        Ok(())
    }

    async fn row(&mut self, id: RecordId, kind: &KindName) -> Result<Option<RecordRow>, ReaderError> {
        let kinds = self.reader.records.kinds();
        let Some(kind) = kinds.find(kind) else { return Ok(None) };
        let row = record::find(self.tx, id).await?;
        Ok(row.filter(|row| !row.deleted && row.kind == kind.number()))
    }

    /// The milestones of a subject, with their contents. Whose each is is kept, for when it is erased.
    async fn milestones(&mut self, subject: RecordId) -> Result<Vec<Reached>, ReaderError> {
        let kinds = self.reader.records.kinds();
        let Some(kind) = kinds.find(&self.reader.names.milestone) else { return Ok(Vec::new()) };
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let rows = record::of_subject(self.tx, (kind.number(), subject), after, FUNNEL_PAGE_ROWS_MAX).await?;
            let is_end = u32::try_from(rows.len()).unwrap_or(u32::MAX) < FUNNEL_PAGE_ROWS_MAX;
            after = rows.last().map(|row| row.id);
            for row in &rows {
                let body = read(row)?;
                let stage = body.get("stage").and_then(Value::as_str).and_then(Stage::named);
                let at = body.get("reached_at").and_then(Value::as_i64).map(Instant);
                let is_own = row.home == self.reader.records.instance();
                if let Some((stage, at)) = stage.zip(at) {
                    found.push(Reached { stage, at, is_own, body });
                }
            }
            self.own(rows.iter().map(|row| row.id).collect(), subject).await?;
            if is_end {
                return Ok(found);
            }
        }
    }

    /// The memberships of a person: the cooperative and the content of each.
    async fn memberships(&mut self, person: RecordId) -> Result<Vec<(RecordId, Value)>, ReaderError> {
        let kinds = self.reader.records.kinds();
        let Some(kind) = kinds.find(&self.reader.names.membership) else { return Ok(Vec::new()) };
        let keys = kind.sorted_key(BY_PERSON, &[person.to_string().into()]).into_iter().collect();
        let (kind, rows_max) = (kind.number(), FUNNEL_MEMBERSHIPS_MAX);
        let sought = Sought { kind, slot: BY_PERSON, keys, reach: None, rows_max };
        let rows = record::find_sorted_many(self.tx, &sought).await?;
        self.own(rows.iter().map(|row| row.id).collect(), person).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let body = read(row)?;
            found.extend(id(&body, "cooperative").map(|cooperative| (cooperative, body)));
        }
        Ok(found)
    }

    /// Keeps whose some records are.
    async fn own(&mut self, records: BTreeSet<RecordId>, owner: RecordId) -> Result<(), ReaderError> {
        self.load(&records).await?;
        for id in records {
            self.memos.entry(id).or_default().now = Memo::Of(owner.to_string());
        }
        Ok(())
    }

    async fn store(self) -> Result<(), ReaderError> {
        let Self { tx, memos, .. } = self;
        let (mut counts, mut changed) = (Counts::new(), Vec::new());
        for (id, Kept { before, now }) in memos {
            if before == now {
                continue;
            }
            before.count(&mut counts, -1);
            now.count(&mut counts, 1);
            changed.push((id, serde_json::to_string(&now).map_err(|source| ReaderError::Damaged { id, source })?));
        }
        memo::store(tx, NAME, &changed).await?;
        let rows: Vec<_> = counts.into_iter().map(|((dimension, key), amount)| (dimension, key, amount)).collect();
        tally::add(tx, &rows).await?;
        Ok(())
    }
}

fn read(row: &RecordRow) -> Result<Value, ReaderError> {
    serde_json::from_str(&row.body).map_err(|source| ReaderError::Damaged { id: row.id, source })
}

fn id(body: &Value, field: &str) -> Option<RecordId> {
    body.get(field).and_then(Value::as_str).and_then(|text| text.parse().ok())
}

/// Who brings milestones to a cooperative, as far as the log is counted.
pub(in super::super) async fn joined_people(
    tx: &mut Tx,
    cooperative: RecordId,
) -> Result<BTreeMap<RecordId, Joined>, StorageError> {
    let found = memo::find(tx, NAME, &[cooperative]).await?;
    let Some(text) = found.get(&cooperative) else { return Ok(BTreeMap::new()) };
    match serde_json::from_str(text) {
        Ok(Memo::Cooperative(kept)) => {
            let people = kept.people.into_iter();
            Ok(people.filter_map(|(person, joined)| Some((person.parse().ok()?, joined))).collect())
        }
        Ok(Memo::Nothing | Memo::Of(_) | Memo::Person(_)) => Ok(BTreeMap::new()),
        Err(error) => Err(StorageError::Corrupt { what: format!("what is kept of {cooperative}: {error}") }),
    }
}

/// Forgets all counts of the funnel and counts again from the start of the log. Whoever reads meanwhile sees less.
///
/// # Errors
/// When the database fails or a record is damaged.
pub async fn recount(records: &Records) -> Result<Seq, ReaderError> {
    let mut tx = records.db().begin_write().await?;
    tally::clear_within(&mut tx, &all()).await?;
    memo::forget(&mut tx, NAME).await?;
    cursor::forget(&mut tx, NAME).await?;
    tx.commit().await?;
    catch_up(records, &JourneyReader::new(records.clone())).await
}
