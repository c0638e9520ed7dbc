//! The counts as they are read: all of one question from one state of the database, with the place of the log that it is of.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_model::{Instant, ProvinceCode};
use tiwizi_storage::tally::Range;
use tiwizi_storage::{Db, ReadTx, StorageError, change, cursor, tally};

use super::super::stage::Stage;
use super::reader::NAME;
use crate::readers::{AsOf, By, Counted, Known};
use crate::territory;
use crate::youth::{YouthRule, youth_rule};

/// What the names of all dimensions begin with.
const ROOT: &str = "journey";
/// The same of what this home's milestones alone say.
const OWN: &str = "journey.own";
/// How many subjects the reader keeps something of.
pub(super) const KEPT: &str = "journey.kept";

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// People.
    People,
    /// The women among them.
    Women,
    /// The young among them, by `youth_rule`.
    Youth,
    /// Cooperatives.
    Cooperatives,
}

impl Who {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::People, Self::Women, Self::Youth, Self::Cooperatives];

    /// Its name in addresses and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Women => "women",
            Self::Youth => "youth",
            Self::Cooperatives => "cooperatives",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|who| who.name() == name)
    }

    /// How they can be split up. A person has no sector.
    #[must_use]
    pub fn splits(self) -> &'static [By] {
        match self {
            Self::People | Self::Women | Self::Youth => &[By::Region],
            Self::Cooperatives => &[By::Region, By::Sector],
        }
    }

    /// Whether they are a part of the people, so that the others can be worked out.
    pub(super) fn is_part(self) -> bool {
        matches!(self, Self::Women | Self::Youth)
    }
}

/// What the names of the dimensions begin with: of all milestones that are here, or of those of this home alone.
fn root(counted: Counted) -> &'static str {
    match counted {
        Counted::All => ROOT,
        Counted::Own => OWN,
    }
}

/// The dimension of those at a stage, by province or sector.
pub(super) fn split(counted: Counted, who: Who, stage: Stage, by: &str) -> String {
    format!("{}.{}.{}.{by}", root(counted), who.name(), stage.name())
}

/// The people at a stage who were born in a year; 0 where that is not known.
pub(super) fn births(counted: Counted, stage: Stage, year: u16) -> String {
    format!("{}.births.{}.province.{year:04}", root(counted), stage.name())
}

/// The people at a stage of whom nobody knows whether they are women.
pub(super) fn unsexed(counted: Counted, stage: Stage) -> String {
    format!("{}.unsexed.{}.province", root(counted), stage.name())
}

/// How many took so many days from a stage to the next.
pub(super) fn waits(counted: Counted, who: Who, stage: Stage) -> String {
    format!("{}.waits.{}.{}", root(counted), who.name(), stage.name())
}

/// Everything.
pub(super) fn all() -> Range {
    // The slash is the letter behind the point.
    Range { first: format!("{ROOT}."), end: format!("{ROOT}/") }
}

/// How long it takes from a stage to the next: half took as long or less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The stage from which it is taken.
    pub from: Stage,
    /// In days.
    pub median_days: i64,
    /// How many went from one to the other.
    pub count: i64,
}

/// The counts, of one moment.
#[derive(Debug)]
pub struct Funnel {
    tx: ReadTx,
    as_of: AsOf,
    rule: YouthRule,
    counted: Counted,
    known: Known,
}

impl Funnel {
    /// Opens them, with ages as they are taken at this moment.
    ///
    /// # Errors
    /// When the database fails; `Corrupt` when the rule packs cannot be used, with which no instance starts.
    pub async fn open(db: &Db, now: Instant) -> Result<Self, StorageError> {
        let mut tx = db.read().await?;
        let seq = cursor::find(&mut tx, NAME).await?;
        let at = change::written_at(&mut tx, seq).await?;
        let rule = youth_rule(now).map_err(|error| StorageError::Corrupt { what: error.to_string() })?;
        Ok(Self { tx, as_of: AsOf { seq, at }, rule, counted: Counted::Own, known: Known::Everywhere })
    }

    /// How far the log is counted.
    #[must_use]
    pub fn as_of(&self) -> AsOf {
        self.as_of
    }

    /// Says whose milestones are counted from now on: at first those of this home alone, so no milestone is counted at two homes. Somebody who has
    /// some at two stands at both.
    pub fn count(&mut self, counted: Counted) {
        self.counted = counted;
    }

    /// Who counts as young in these counts.
    #[must_use]
    pub fn youth_rule(&self) -> YouthRule {
        self.rule
    }

    /// Says from which provinces members came. Milestones travel with them where an agreement names them, which nobody here can see: a region of
    /// which no milestone at all came is unknown too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn know_only(&mut self, known: Known) -> Result<(), StorageError> {
        let Known::Provinces(mut provinces) = known else {
            self.known = known;
            return Ok(());
        };
        let mut regions: BTreeSet<String> = BTreeSet::new();
        for who in [Who::People, Who::Cooperatives] {
            for stage in Stage::ALL {
                let counts = tally::all(&mut self.tx, &split(self.counted, who, stage, "province")).await?;
                let somewhere = counts.into_iter().filter(|(_, amount)| *amount != 0);
                regions.extend(somewhere.map(|(key, _)| key.split('.').next().unwrap_or_default().to_owned()));
            }
        }
        let region = |code: &ProvinceCode| territory::province(*code).map(|province| province.region.clone());
        provinces.retain(|code| region(code).is_some_and(|region| regions.contains(&region)));
        self.known = Known::Provinces(provinces);
        Ok(())
    }

    /// Those at a stage, by province or by sector; keys without any are left out.
    pub(super) async fn amounts(
        &mut self,
        who: Who,
        stage: Stage,
        by: By,
    ) -> Result<BTreeMap<String, i64>, StorageError> {
        let by = if by == By::Sector { "sector" } else { "province" };
        let mut counts = if who == Who::Youth {
            let first = births(self.counted, stage, self.rule.first_birth_year().max(1));
            let end = format!("{}.births.{}.province/", root(self.counted), stage.name());
            tally::sums(&mut self.tx, &Range { first, end }).await?
        } else {
            tally::all(&mut self.tx, &split(self.counted, who, stage, by)).await?
        };
        counts.retain(|(_, amount)| *amount != 0);
        Ok(counts.into_iter().collect())
    }

    /// The provinces of which those at a stage are known. Of women and of the young nothing is known where there is somebody at that stage of whom
    /// nobody knows whether they are: there nought would be a guess.
    pub(super) async fn known(&mut self, who: Who, stage: Stage) -> Result<Known, StorageError> {
        let untold = match who {
            Who::People | Who::Cooperatives => return Ok(self.known.clone()),
            Who::Women => unsexed(self.counted, stage),
            Who::Youth => births(self.counted, stage, 0),
        };
        let untold = tally::all(&mut self.tx, &untold).await?;
        let untold: BTreeSet<ProvinceCode> =
            untold.iter().filter(|(_, amount)| *amount != 0).filter_map(|(key, _)| key.parse().ok()).collect();
        if untold.is_empty() {
            return Ok(self.known.clone());
        }
        let provinces = match &self.known {
            Known::Everywhere => territory::provinces().iter().map(|province| province.code).collect(),
            Known::Provinces(provinces) => provinces.clone(),
        };
        Ok(Known::Provinces(provinces.difference(&untold).copied().collect()))
    }

    /// How many took so many days from a stage to the next, the shortest first.
    pub(super) async fn days(&mut self, who: Who, from: Stage) -> Result<Vec<(i64, i64)>, StorageError> {
        let counts = tally::all(&mut self.tx, &waits(self.counted, who, from)).await?;
        let mut days: Vec<(i64, i64)> =
            counts.into_iter().filter_map(|(key, amount)| Some((key.parse().ok()?, amount))).collect();
        days.sort_unstable();
        Ok(days)
    }
}
