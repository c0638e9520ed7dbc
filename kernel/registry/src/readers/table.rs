//! A table as a reader may see it: every place, sector, size and band in its order, and small counts of people hidden.

use std::collections::BTreeMap;

use tiwizi_identity::{Caller, Role};
use tiwizi_model::limits::STATISTICS_CELL_MIN;
use tiwizi_storage::StorageError;

use super::measure::{By, Measure, SIZES, bands};
use super::statistics::Statistics;
use crate::cells::{self, Cell};
use crate::{sectors, territory};

/// Who looks at the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Everybody: small counts of people are hidden.
    Public,
    /// Those who may read memberships by their office.
    Staff,
}

impl Sight {
    /// What a caller sees: registrars and observers see everything, as they may read the lists of members. An administrator runs
    /// the instance and sees no personal data by that alone.
    #[must_use]
    pub fn of(caller: &Caller) -> Self {
        let is_staff = caller.is_system() || caller.holds(Role::Registrar) || caller.holds(Role::Observer);
        if is_staff { Self::Staff } else { Self::Public }
    }
}

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The code of the place, sector, size, band or year.
    pub key: String,
    /// The count; `None` when it is hidden.
    pub amount: Option<i64>,
}

/// A measure, split up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What is counted.
    pub measure: Measure,
    /// How it is split up.
    pub by: By,
    /// Every line, also those with nothing.
    pub rows: Vec<Row>,
    /// The sum; `None` when it is hidden.
    pub total: Option<i64>,
}

impl Table {
    /// Whether anything of it is hidden.
    #[must_use]
    pub fn has_hidden(&self) -> bool {
        self.total.is_none() || self.rows.iter().any(|row| row.amount.is_none())
    }
}

impl Statistics {
    /// A table, as somebody sees it. The rule of what is hidden stands in `cells`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn table(&mut self, measure: Measure, by: By, sight: Sight) -> Result<Table, StorageError> {
        let stored = if by == By::Region { By::Province } else { by };
        let counts: BTreeMap<String, i64> = self.split(measure, stored).await?.into_iter().collect();
        let whole: Option<BTreeMap<String, i64>> = if measure.is_part_of_members() {
            Some(self.split(Measure::Members, stored).await?.into_iter().collect())
        } else {
            None
        };
        let groups = self.groups(by, &counts);
        let cell = |key: &String| {
            let amount = counts.get(key).copied().unwrap_or_default();
            let whole = whole.as_ref().map(|whole| whole.get(key).copied().unwrap_or_default());
            Cell { amount, rest: whole.map(|whole| whole.saturating_sub(amount).max(0)) }
        };
        let cells: Vec<Vec<Cell>> = groups.iter().map(|group| group.keys.iter().map(&cell).collect()).collect();
        let minimum = if sight == Sight::Public && measure.counts_people() { STATISTICS_CELL_MIN } else { 0 };
        let hidden = cells::hidden(&cells, minimum);
        let amount = |cell: &Cell, is_hidden: bool| (!is_hidden).then_some(cell.amount);
        let mut rows = Vec::new();
        let parts = groups.into_iter().zip(&cells).zip(hidden.groups.iter().zip(&hidden.cells));
        for ((group, cells), (group_is_hidden, cells_are_hidden)) in parts {
            if by == By::Region {
                let sum = cells.iter().fold(0_i64, |sum, cell| sum.saturating_add(cell.amount));
                rows.push(Row { key: group.code, amount: (!group_is_hidden).then_some(sum) });
                continue;
            }
            for ((key, cell), is_hidden) in group.keys.into_iter().zip(cells).zip(cells_are_hidden) {
                rows.push(Row { key, amount: amount(cell, *is_hidden || *group_is_hidden) });
            }
        }
        let sum = counts.values().fold(0_i64, |sum, amount| sum.saturating_add(*amount));
        Ok(Table { measure, by, rows, total: (!hidden.total).then_some(sum) })
    }

    /// The keys of a split in their order, under those whose sums are shown too.
    fn groups(&self, by: By, counts: &BTreeMap<String, i64>) -> Vec<Group> {
        let mut groups: Vec<Group> = match by {
            By::Region | By::Province => territory::regions().iter().map(of_region).collect(),
            By::Age => {
                let (young, older): (Vec<_>, Vec<_>) =
                    bands(self.youth_rule()).into_iter().partition(|band| band.is_young);
                let group = |bands: Vec<super::measure::Band>| Group {
                    code: String::new(),
                    keys: bands.into_iter().map(|band| band.code).collect(),
                };
                vec![group(young), group(older)]
            }
            By::Sector => sectors::all().iter().map(|sector| Group::of_one(&sector.code)).collect(),
            By::Size => SIZES.iter().map(|size| Group::of_one(size)).collect(),
            By::Year => Vec::new(),
        };
        let more: Vec<Group> = counts
            .keys()
            .filter(|key| !groups.iter().any(|group| group.keys.contains(key)))
            .map(|key| Group::of_one(key))
            .collect();
        groups.extend(more);
        groups
    }
}

/// Keys below one whose sum is shown too.
struct Group {
    code: String,
    keys: Vec<String>,
}

impl Group {
    fn of_one(key: &str) -> Self {
        Self { code: key.to_owned(), keys: vec![key.to_owned()] }
    }
}

fn of_region(region: &territory::Region) -> Group {
    let provinces = territory::provinces().iter().filter(|province| province.region == region.code);
    Group { code: region.code.clone(), keys: provinces.map(|province| province.code.to_string()).collect() }
}
