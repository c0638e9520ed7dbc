//! The counts as they are read: all of one question from one state of the database, with the place of the log that it is of.

use std::collections::BTreeMap;

use tiwizi_model::{InstanceId, Instant, RecordId, Seq};
use tiwizi_storage::{Db, ReadTx, StorageError, change, cursor, memo, tally};

use super::known::Known;
use super::measure::{By, Measure, UNKNOWN, bands};
use super::memo::{Memo, MemoError, Whose};
use super::tally::LIVE;
use crate::youth::{YouthRule, youth_rule};

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

/// Whose registers are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// This instance's own: so the counts of several instances together are those of all.
    Own,
    /// Every one that is here, whatever its home.
    All,
}

impl Counted {
    fn sides(self) -> &'static [Whose] {
        match self {
            Self::Own => &[Whose::Own],
            Self::All => &Whose::ALL,
        }
    }
}

/// How far the log is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// The place in the log.
    pub seq: Seq,
    /// When the change there was written; none where nothing was counted yet.
    pub at: Option<Instant>,
}

/// The counts, of one moment.
#[derive(Debug)]
pub struct Statistics {
    tx: ReadTx,
    as_of: AsOf,
    rule: YouthRule,
    counted: Counted,
    known: Known,
    /// Of whose members something came.
    known_members: Known,
}

impl Statistics {
    /// Opens those of this instance's own register, with ages as they are taken at this moment.
    ///
    /// # Errors
    /// When the database fails; `Corrupt` when the rule packs cannot be used, with which no instance starts.
    pub async fn open(db: &Db, now: Instant) -> Result<Self, StorageError> {
        let mut tx = db.read().await?;
        let seq = cursor::find(&mut tx, LIVE.reader).await?;
        let at = change::written_at(&mut tx, seq).await?;
        let rule = youth_rule(now).map_err(|error| StorageError::Corrupt { what: error.to_string() })?;
        let (known, known_members) = (Known::Everywhere, Known::Everywhere);
        Ok(Self { tx, as_of: AsOf { seq, at }, rule, counted: Counted::Own, known, known_members })
    }

    /// How far the log is counted.
    #[must_use]
    pub fn as_of(&self) -> AsOf {
        self.as_of
    }

    /// Says whose registers are counted from now on.
    pub fn count(&mut self, counted: Counted) {
        self.counted = counted;
    }

    /// Who counts as young in these counts.
    #[must_use]
    pub fn youth_rule(&self) -> YouthRule {
        self.rule
    }

    /// Says from which provinces anything came. Of all others nothing is known, which tables say instead of nought.
    pub fn know_only(&mut self, known: Known) {
        self.known_members = known.clone();
        self.known = known;
    }

    /// Says of which of these provinces also the members came. Of all others nobody knows how many there are.
    pub fn know_members_only(&mut self, known: Known) {
        self.known_members = known;
    }

    /// The provinces of which a measure is known: people are known where members came.
    #[must_use]
    pub fn known(&self, measure: Measure) -> &Known {
        if measure.counts_people() { &self.known_members } else { &self.known }
    }

    /// Whether members are missing of a register that is here: then the sizes of its cooperatives are not known.
    pub(super) fn lacks_members(&self) -> bool {
        self.known != self.known_members
    }

    /// Takes ages in another year. Two years side by side tell how many were born in one, so this is for those who see every count.
    pub fn take_ages_in(&mut self, year: u16) {
        self.rule = self.rule.in_year(year);
    }

    /// The sums of what is counted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn totals(&mut self) -> Result<Totals, StorageError> {
        Ok(Totals {
            cooperatives: self.total(Measure::Cooperatives).await?,
            members: self.total(Measure::Members).await?,
            women: self.total(Measure::Women).await?,
            youth: self.total(Measure::Youth).await?,
        })
    }

    /// The sum of a measure.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn total(&mut self, measure: Measure) -> Result<i64, StorageError> {
        let by = if measure.splits().contains(&By::Province) { By::Province } else { By::Year };
        let counts = self.split(measure, by).await?;
        Ok(counts.iter().fold(0_i64, |sum, (_, amount)| sum.saturating_add(*amount)))
    }

    /// A measure by the instances whose registers are counted, this one's own among them; those with nothing are left out. Instances that
    /// nothing came from are not in it: what they have is not known, and no count of theirs is nought. Beside counts by place it tells what
    /// those hide, so of people it is for those from whom nothing is hidden.
    ///
    /// # Errors
    /// When the database fails; `Corrupt` when a count is of no instance.
    pub async fn by_home(&mut self, measure: Measure) -> Result<Vec<(InstanceId, i64)>, StorageError> {
        let counts = tally::all(&mut self.tx, &LIVE.homes(measure)).await?;
        let home = |(key, amount): (String, i64)| match key.parse::<InstanceId>() {
            Ok(home) => Ok((home, amount)),
            Err(_) => Err(StorageError::Corrupt { what: format!("{key:?} is no instance") }),
        };
        counts.into_iter().filter(|(_, amount)| *amount != 0).map(home).collect()
    }

    /// A measure, split up, in the order of the keys; keys without any are left out. A split that a measure does not
    /// have has no keys.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn split(&mut self, measure: Measure, by: By) -> Result<Vec<(String, i64)>, StorageError> {
        let stored = if by == By::Region { By::Province } else { by };
        let mut counts = Vec::new();
        for whose in self.counted.sides() {
            counts.extend(if measure == Measure::Youth {
                let born = LIVE.born_since(*whose, stored, self.rule.first_birth_year());
                tally::sums(&mut self.tx, &born).await?
            } else {
                tally::all(&mut self.tx, &LIVE.split(*whose, measure, stored)).await?
            });
        }
        if self.counted == Counted::All {
            counts = summed(counts, ToOwned::to_owned);
        }
        match by {
            By::Region => counts = summed(counts, |code| code.split('.').next().unwrap_or_default().to_owned()),
            By::Age => counts = in_bands(&counts, self.rule),
            By::Province | By::Sector | By::Size | By::Year => {}
        }
        counts.retain(|(_, amount)| *amount != 0);
        Ok(counts)
    }
}

/// Counts under wider keys.
fn summed(counts: Vec<(String, i64)>, wider: impl Fn(&str) -> String) -> Vec<(String, i64)> {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (key, amount) in counts {
        let sum = sums.entry(wider(&key)).or_default();
        *sum = sum.saturating_add(amount);
    }
    sums.into_iter().collect()
}

/// Counts by year of birth as counts by band of age, from the youngest on.
fn in_bands(counts: &[(String, i64)], rule: YouthRule) -> Vec<(String, i64)> {
    let mut banded: Vec<_> = bands(rule).into_iter().map(|band| (band, 0_i64)).collect();
    for (year, amount) in counts {
        let age = year.parse().ok().map(|year| rule.age(year));
        let found = banded.iter_mut().find(|(band, _)| match age {
            Some(age) => band.holds(age),
            None => band.code == UNKNOWN,
        });
        if let Some((_, sum)) = found {
            *sum = sum.saturating_add(*amount);
        }
    }
    banded.into_iter().map(|(band, sum)| (band.code, sum)).collect()
}

/// The sums of some registers, as of the reader's place in the log.
///
/// # Errors
/// When the database fails.
pub async fn totals(db: &Db, counted: Counted, now: Instant) -> Result<Totals, StorageError> {
    let mut statistics = Statistics::open(db, now).await?;
    statistics.count(counted);
    statistics.totals().await
}

/// One measure, split up; keys without any are left out.
///
/// # Errors
/// When the database fails.
pub async fn counts(
    db: &Db,
    counted: Counted,
    (measure, by): (Measure, By),
    now: Instant,
) -> Result<Vec<(String, i64)>, StorageError> {
    let mut statistics = Statistics::open(db, now).await?;
    statistics.count(counted);
    statistics.split(measure, by).await
}

/// The members, women and young people of one cooperative, as far as the log is counted.
///
/// # Errors
/// When the database fails, or what the reader keeps of the cooperative is damaged.
pub async fn of_cooperative(db: &Db, cooperative: RecordId, now: Instant) -> Result<Totals, StorageError> {
    let found = of_cooperatives(db, &[cooperative], now).await?.remove(&cooperative);
    Ok(found.unwrap_or(Totals { cooperatives: 1, ..Totals::default() }))
}

/// The same of several at one moment; those of which nothing is counted are left out.
///
/// # Errors
/// As `of_cooperative`.
pub async fn of_cooperatives(
    db: &Db,
    cooperatives: &[RecordId],
    now: Instant,
) -> Result<BTreeMap<RecordId, Totals>, StorageError> {
    let mut statistics = Statistics::open(db, now).await?;
    let first_year = statistics.rule.first_birth_year();
    let found = memo::find(&mut statistics.tx, LIVE.reader, cooperatives).await?;
    let totals = found.into_iter().map(|(cooperative, text)| {
        let memo: Memo = text.parse().map_err(|error: MemoError| StorageError::Corrupt { what: error.to_string() })?;
        let (members, women, youth) = (memo.members(), memo.women(), memo.born_since(first_year));
        Ok((cooperative, Totals { cooperatives: 1, members, women, youth }))
    });
    totals.collect()
}
