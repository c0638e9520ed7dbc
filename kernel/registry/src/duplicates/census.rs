//! The cooperatives of an import, in memory: rows are compared with the register and with each other before anything is written.
//!
//! The cooperatives of a province are read when the first new row of it comes, so an import into an empty register reads nothing, one into
//! a full register reads each once, and one that brings nothing new reads none. About one kilobyte is kept for each.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;
use tiwizi_model::limits::{DUPLICATE_CANDIDATES_MAX, IMPORT_CENSUS_ROWS_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{ProvinceCode, RecordId};
use tiwizi_records::{Kind, Records};
use tiwizi_storage::{Order, Scan, StorageError, record};

use super::find::{confirmed, merged_into};
use super::profile::{Finding, Profile, Subject, mark};
use super::rule::{Rule, RuleBook};
use crate::day::Day;

/// Where a cooperative of the census is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// The register.
    Stored(RecordId),
    /// A row of the same file, as a spreadsheet counts.
    Row(u64),
}

/// A cooperative that a row may be the same as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// Which.
    pub origin: Origin,
    /// How surely, and why.
    pub finding: Finding,
}

/// What is known of the cooperatives of the places that an import came to.
#[derive(Debug)]
pub struct Census {
    rule: Rule,
    entries: Vec<(Origin, Profile)>,
    /// By the mark of each code.
    by_code: HashMap<u64, Vec<u32>>,
    places: HashSet<ProvinceCode>,
}

/// Why stored cooperatives could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum CensusError {
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
    /// A stored body is not JSON.
    #[error("a stored record is not JSON")]
    Damaged(#[from] serde_json::Error),
}

impl Census {
    /// Nothing yet; the rule is the one that holds today.
    #[must_use]
    pub fn new(book: &RuleBook, records: &Records) -> Self {
        let rule = book.at(Day::of(records.ambient().now())).clone();
        Self { rule, entries: Vec::new(), by_code: HashMap::new(), places: HashSet::new() }
    }

    /// The rule that it goes by.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// Reads the stored cooperatives of a province, unless that was done.
    ///
    /// # Errors
    /// When the database fails or a stored body is damaged.
    pub async fn load(&mut self, records: &Records, kind: &Kind, place: ProvinceCode) -> Result<(), CensusError> {
        if !self.places.insert(place) {
            return Ok(());
        }
        let mut after = None;
        while self.entries.len() < IMPORT_CENSUS_ROWS_MAX {
            let scan = Scan {
                kind: kind.number(),
                order: Order::Province,
                low: Some(place.to_string()),
                high: Some(place.to_string()),
                after: after.take(),
                descending: false,
                reach: None,
                rows_max: PAGE_ROWS_MAX,
            };
            let page = record::scan(&mut *records.db().read_single().await?, &scan).await?;
            for (_, row) in &page {
                let body: Value = serde_json::from_str(&row.body)?;
                if merged_into(&body).is_none() {
                    let profile = self.profile(&body);
                    self.add(Origin::Stored(row.id), profile);
                }
            }
            match page.into_iter().next_back() {
                Some((key, row)) => after = Some((key, row.id)),
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// What of a body is compared.
    #[must_use]
    pub fn profile(&self, body: &Value) -> Profile {
        Profile::of(&self.rule, Subject::Cooperative, body)
    }

    /// Adds a cooperative. A full census takes no more, and finds among those that it has.
    pub fn add(&mut self, origin: Origin, profile: Profile) {
        let Ok(place) = u32::try_from(self.entries.len()) else { return };
        if self.entries.len() >= IMPORT_CENSUS_ROWS_MAX {
            return;
        }
        for code in profile.codes(&self.rule.cooperative) {
            self.by_code.entry(mark(&code)).or_default().push(place);
        }
        self.entries.push((origin, profile));
    }

    /// The cooperatives that a body may be the same as, the surest first, without those from which it is said to be distinct.
    #[must_use]
    pub fn find(&self, profile: &Profile, body: &Value) -> Vec<Twin> {
        let kind = &self.rule.cooperative;
        let mut shared: BTreeMap<u32, u32> = BTreeMap::new();
        for place in profile.codes(kind).iter().filter_map(|code| self.by_code.get(&mark(code))).flatten() {
            *shared.entry(*place).or_default() += 1;
        }
        let mut shared: Vec<(u32, u32)> = shared.into_iter().collect();
        let most = usize::try_from(DUPLICATE_CANDIDATES_MAX).unwrap_or_default();
        if shared.len() > most {
            shared.sort_by_key(|(place, count)| std::cmp::Reverse((*count, *place)));
            shared.truncate(most);
        }
        let distinct = confirmed(body);
        let is_open = |origin: &Origin| !matches!(origin, Origin::Stored(id) if distinct.contains(id));
        let places = shared.into_iter().filter_map(|(place, _)| usize::try_from(place).ok());
        let mut found: Vec<Twin> = places
            .filter_map(|place| self.entries.get(place))
            .filter(|(origin, _)| is_open(origin))
            .filter_map(|(origin, other)| Some(Twin { origin: *origin, finding: profile.compare(other, kind)? }))
            .collect();
        found.sort_by_key(|twin| std::cmp::Reverse((twin.finding.level, twin.finding.points)));
        found
    }
}
