//! The reader of the log that keeps the codes of cooperatives, and opens pairs.
//!
//! Whatever let a record pass (the rule, the author who said that it is distinct, an import, two writers at the same moment), its pair is
//! there when the reader has come to it: open, or distinct when the author said so. A pair is opened once; what was decided on it stands.
//! Cooperatives of other homes have their codes, so that new ones are held against them; a pair with one of them is a case between homes,
//! and none for a registrar alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits::{DUPLICATE_CANDIDATES_MAX, DUPLICATES_OPENED_MAX};
use tiwizi_model::{KindName, RecordId, Seq};
use tiwizi_records::review::BoxFuture;
use tiwizi_records::{Entry, Kind, NewRecord, Reader, ReaderError, Records, WriteError};
use tiwizi_storage::{StorageError, Tx, WriteTx, cursor, duplicate, instance_value, record};

use super::find::{confirmed, merged_into};
use super::profile::{Finding, Profile, Subject, mark};
use super::rule::{Rule, RuleBook};
use crate::day::Day;
use crate::kinds::Names;

/// The unique index of pairs: the first record and the second.
const BY_RECORDS: usize = 0;
/// Bodies that are read at once.
const BODIES: usize = 256;
/// Under which it is kept by what the stored codes were made.
const MADE_BY: &str = "duplicates.codes";
/// Under which it is kept where the reader stood when it was put back to make them anew.
const STOOD_AT: &str = "duplicates.stood-at";
/// How codes are made of a name; whoever changes it counts on.
const FORM: u32 = 1;

/// Two records, the one with the lower id first.
type Pair = (RecordId, RecordId);

/// Keeps the codes, and opens pairs.
#[derive(Debug, Clone)]
pub struct DuplicateReader {
    records: Records,
    book: Arc<RuleBook>,
    names: Names,
}

/// What is known of the records of one part of the log, and of those near them.
#[derive(Default)]
struct Known {
    profiles: HashMap<RecordId, Profile>,
    /// Pairs of which one's author said that they are distinct.
    distinct: BTreeSet<Pair>,
    /// Those of other homes: nobody here could decide on a pair with one of them.
    foreign: BTreeSet<RecordId>,
}

impl Known {
    fn add(&mut self, rule: &Rule, id: RecordId, body: &Value) {
        self.distinct.extend(confirmed(body).into_iter().map(|other| pair(id, other)));
        self.profiles.insert(id, Profile::of(rule, Subject::Cooperative, body));
    }
}

impl Reader for DuplicateReader {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn wants(&self, kind: &KindName) -> bool {
        *kind == self.names.cooperative
    }

    fn apply<'a>(&'a self, tx: &'a mut WriteTx, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), ReaderError>> {
        Box::pin(self.follow(tx, entries))
    }
}

impl DuplicateReader {
    /// The name under which its place in the log is kept.
    pub(super) const NAME: &'static str = "registry.duplicates";

    /// A reader that writes the pairs into these records.
    #[must_use]
    pub fn new(records: Records, book: Arc<RuleBook>) -> Self {
        Self { records, book, names: Names::new() }
    }

    /// Puts the reader back to the start of the log when the stored codes were made by another rule, or in another way, than they are made
    /// today. Codes stay until the reader replaces them: what they still find is found meanwhile. Pairs that are there stay as they are.
    /// Says whether there were codes that are made anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew(&self) -> Result<bool, StorageError> {
        let db = self.records.db();
        let rule = self.book.at(Day::of(self.records.ambient().now()));
        let made_by = format!("{FORM} {:016x}", mark(&format!("{:?} {:?}", rule.generic_words, rule.cooperative)));
        let known = instance_value::find(&mut *db.read_single().await?, MADE_BY).await?;
        if known.as_deref() == Some(made_by.as_str()) {
            return Ok(false);
        }
        let mut tx = db.begin_write().await?;
        // Held until the end, so that no other kernel puts codes meanwhile.
        let place = cursor::claim(&mut tx, Self::NAME).await?;
        // One that is put back again before it has come to where it stood: codes behind its place are still to be made anew.
        let stood = place.max(stood_at(&mut tx).await?);
        cursor::forget(&mut tx, Self::NAME).await?;
        instance_value::store(&mut tx, STOOD_AT, &stood.0.to_string()).await?;
        instance_value::store(&mut tx, MADE_BY, &made_by).await?;
        tx.commit().await?;
        Ok(place > Seq::START)
    }

    /// Whether codes are being made anew: the reader was put back, and has not come yet to where it stood then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_renewing(&self) -> Result<bool, StorageError> {
        let mut tx = self.records.db().read().await?;
        let stood = stood_at(&mut tx).await?;
        Ok(stood > Seq::START && cursor::find(&mut tx, Self::NAME).await? < stood)
    }

    async fn follow(&self, tx: &mut WriteTx, entries: &[Entry]) -> Result<(), ReaderError> {
        let kinds = self.records.kinds();
        let Some(kind) = kinds.find(&self.names.cooperative) else { return Ok(()) };
        let rule = self.book.at(Day::of(self.records.ambient().now()));
        // The last entry of a record counts; all show it as it is now.
        let latest: BTreeMap<RecordId, Option<&Value>> =
            entries.iter().map(|entry| (entry.id, entry.current.body.as_ref())).collect();
        let mut known = Known::default();
        known.foreign.extend(entries.iter().filter(|entry| !entry.is_own).map(|entry| entry.id));
        let (mut coded, mut gone) = (Vec::with_capacity(latest.len()), Vec::new());
        for (id, body) in latest {
            match body.filter(|body| merged_into(body).is_none()) {
                Some(body) => {
                    known.add(rule, id, body);
                    let codes = known.profiles.get(&id).map(|profile| profile.codes(&rule.cooperative));
                    coded.push((id, codes.unwrap_or_default()));
                }
                None => gone.push(id),
            }
        }
        duplicate::remove(tx, &gone).await?;
        duplicate::put(tx, kind.number(), &coded).await?;
        self.open(tx, (rule, kind), known, &coded).await
    }

    /// Opens the pairs of records with others that share a code.
    async fn open(
        &self,
        tx: &mut WriteTx,
        (rule, kind): (&Rule, &Kind),
        mut known: Known,
        coded: &[(RecordId, BTreeSet<String>)],
    ) -> Result<(), ReaderError> {
        let pairs = duplicate::pairs_of(tx, kind.number(), coded, DUPLICATE_CANDIDATES_MAX).await?;
        let mut pairs: Vec<Pair> = pairs.into_iter().map(|(one, other)| pair(one, other)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let others: BTreeSet<RecordId> = pairs
            .iter()
            .flat_map(|(one, other)| [*one, *other])
            .filter(|id| !known.profiles.contains_key(id))
            .collect();
        let others: Vec<RecordId> = others.into_iter().collect();
        for part in others.chunks(BODIES) {
            for row in record::find_many(tx, part).await?.into_iter().filter(|row| !row.deleted) {
                let body: Value =
                    serde_json::from_str(&row.body).map_err(|source| ReaderError::Damaged { id: row.id, source })?;
                if row.home != self.records.instance() {
                    known.foreign.insert(row.id);
                }
                known.add(rule, row.id, &body);
            }
        }
        let is_foreign = |(one, other): &Pair| known.foreign.contains(one) || known.foreign.contains(other);
        let mut found: Vec<(Pair, Finding)> = Vec::new();
        for (one, other) in pairs.into_iter().filter(|pair| !is_foreign(pair)) {
            let (Some(first), Some(second)) = (known.profiles.get(&one), known.profiles.get(&other)) else { continue };
            found.extend(first.compare(second, &rule.cooperative).map(|finding| ((one, other), finding)));
        }
        found.sort_by_key(|(_, finding)| std::cmp::Reverse((finding.level, finding.points)));
        if found.len() > DUPLICATES_OPENED_MAX {
            tracing::warn!(pairs = found.len(), "too many cooperatives may be the same; the surest pairs are opened");
            found.truncate(DUPLICATES_OPENED_MAX);
        }
        self.store(tx, &known, found).await
    }

    /// Writes the pairs that are not there yet.
    async fn store(&self, tx: &mut WriteTx, known: &Known, found: Vec<(Pair, Finding)>) -> Result<(), ReaderError> {
        let kinds = self.records.kinds();
        let Some(kind) = kinds.find(&self.names.duplicate).filter(|_| !found.is_empty()) else { return Ok(()) };
        let key =
            |(one, other): &Pair| kind.unique_key(BY_RECORDS, &[one.to_string().into(), other.to_string().into()]);
        let keys: Vec<String> = found.iter().filter_map(|(pair, _)| key(pair)).collect();
        let stored = record::find_unique_many(tx, kind.number(), BY_RECORDS, &keys).await?;
        let stored: BTreeSet<String> = stored.into_iter().map(|(key, _)| key).collect();
        let is_new = |(pair, _): &(Pair, Finding)| key(pair).is_some_and(|key| !stored.contains(&key));
        let new: Vec<NewRecord> = found
            .into_iter()
            .filter(is_new)
            .map(|(pair, finding)| NewRecord { id: self.records.ambient().new_id(), body: body(known, pair, &finding) })
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        let failed =
            |source: WriteError| ReaderError::Work { reader: self.name().to_owned(), source: Box::new(source) };
        let prepared = self.records.prepare_bulk(&Caller::system(), kind.name(), new).map_err(failed)?;
        self.records.write_bulk(tx, prepared).await.map_err(failed)
    }
}

/// Where the reader stood when it was last put back; the start when it never was.
async fn stood_at(tx: &mut Tx) -> Result<Seq, StorageError> {
    let kept = instance_value::find(tx, STOOD_AT).await?;
    Ok(kept.and_then(|text| text.parse().ok()).map_or(Seq::START, Seq))
}

/// Two records in the order of pairs.
fn pair(one: RecordId, other: RecordId) -> Pair {
    (one.min(other), one.max(other))
}

/// The content of a pair.
fn body(known: &Known, (first, second): Pair, finding: &Finding) -> Value {
    let status = if known.distinct.contains(&(first, second)) { "distinct" } else { "open" };
    let mut body = json!({
        "kind": Subject::Cooperative.name(),
        "first": first.to_string(),
        "second": second.to_string(),
        "level": finding.level.name(),
        "points": finding.points,
        "reasons": finding.reasons,
        "status": status,
    });
    let place = known.profiles.get(&first).map(Profile::place).filter(|place| !place.is_empty());
    if let (Some(place), Some(body)) = (place, body.as_object_mut()) {
        body.insert("province".to_owned(), place.into());
    }
    body
}
