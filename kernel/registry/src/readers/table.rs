//! A table as a reader may see it: every place, sector, size and band in its order, and small counts of people hidden.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_identity::{Caller, Role, Scope};
use tiwizi_model::limits::STATISTICS_CELL_MIN;
use tiwizi_model::{Jurisdiction, ProvinceCode};
use tiwizi_storage::StorageError;

use super::known::Known;
use super::measure::{By, Measure, NO_MEMBERS, SIZES, bands};
use super::statistics::Statistics;
use crate::cells::{self, Cell};
use crate::youth::YouthRule;
use crate::{sectors, territory};

/// Who looks at the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Everybody: small counts of people are hidden.
    Public,
    /// Those who may read memberships of these provinces by their office: elsewhere small counts are hidden, and with them what would tell
    /// one when the own counts are taken away.
    Provinces(OwnProvinces),
    /// Those who may read memberships of the nation by their office.
    Staff,
}

/// Some provinces, each a bit in the place that it has in `territory::provinces`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OwnProvinces(u128);

impl OwnProvinces {
    fn with(self, codes: &BTreeSet<ProvinceCode>) -> Self {
        Self(codes.iter().fold(self.0, |bits, code| bits | bit(*code)))
    }

    /// Whether a key names one of them.
    fn holds(self, key: &str) -> bool {
        key.parse().is_ok_and(|code| self.0 & bit(code) != 0)
    }
}

fn bit(code: ProvinceCode) -> u128 {
    let place = territory::provinces().iter().position(|province| province.code == code);
    place.and_then(|place| 1_u128.checked_shl(u32::try_from(place).ok()?)).unwrap_or_default()
}

impl Sight {
    /// What a caller sees: registrars and observers see everything where they may read the lists of members. An administrator runs
    /// the instance and sees no personal data by that alone.
    #[must_use]
    pub fn of(caller: &Caller) -> Self {
        Self::by_roles(caller, &[Role::Registrar, Role::Observer])
    }

    /// The same of what is read by other offices: those with one of these roles see everything where they have it.
    pub(crate) fn by_roles(caller: &Caller, roles: &[Role]) -> Self {
        if caller.is_system() {
            return Self::Staff;
        }
        let mut own = OwnProvinces::default();
        for grant in caller.roles().iter().filter(|grant| roles.contains(&grant.role)) {
            match &grant.scope {
                Scope::Jurisdiction(Jurisdiction::Nation) => return Self::Staff,
                Scope::Jurisdiction(Jurisdiction::Provinces(provinces)) => own = own.with(provinces),
                Scope::Cooperative(_) => {}
            }
        }
        if own == OwnProvinces::default() { Self::Public } else { Self::Provinces(own) }
    }

    /// Whether a count of a split is one that the caller has a right to, wherever else small ones are hidden.
    fn owns(self, by: By, key: &str) -> bool {
        match self {
            Self::Provinces(own) => matches!(by, By::Region | By::Province) && own.holds(key),
            Self::Public | Self::Staff => false,
        }
    }
}

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The code of the place, sector, size, band or year.
    pub key: String,
    /// The count; `None` when it is hidden or not known.
    pub amount: Option<i64>,
    /// Whether nothing is known of its place: then it is not nought.
    pub is_unknown: bool,
}

impl Row {
    /// A line. What is known of no place has no count, hidden or not: that it is nought there is said by nobody.
    fn of(key: String, cell: Cell, is_shown: bool, is_known: bool) -> Self {
        let is_unknown = !is_known && cell.amount == 0 && cell.rest.unwrap_or_default() == 0;
        Self { key, amount: (is_shown && !is_unknown).then_some(cell.amount), is_unknown }
    }

    /// Whether its count is hidden.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.amount.is_none() && !self.is_unknown
    }
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
    /// The sum; `None` when it is hidden or not known.
    pub total: Option<i64>,
    /// Whether nothing is known from anywhere.
    pub is_unknown: bool,
}

impl Table {
    /// Whether anything of it is hidden.
    #[must_use]
    pub fn has_hidden(&self) -> bool {
        (self.total.is_none() && !self.is_unknown) || self.rows.iter().any(Row::is_hidden)
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
        let minimum = if sight != Sight::Staff && measure.counts_people() { STATISTICS_CELL_MIN } else { 0 };
        let asked = Asked {
            by,
            sight,
            minimum,
            counts: &counts,
            whole: whole.as_ref(),
            known: self.known(measure),
            lacks_members: self.lacks_members(),
            rule: self.youth_rule(),
        };
        let Laid { rows, total, is_unknown } = laid(&asked);
        Ok(Table { measure, by, rows, total, is_unknown })
    }
}

/// Counts that are to be laid out as somebody may see them.
pub(crate) struct Asked<'a> {
    /// How they are split up; by region they are given by province.
    pub(crate) by: By,
    /// Who looks.
    pub(crate) sight: Sight,
    /// A count of somebody below this is hidden.
    pub(crate) minimum: i64,
    /// The counts.
    pub(crate) counts: &'a BTreeMap<String, i64>,
    /// Those of which these are a part, where that is shown too.
    pub(crate) whole: Option<&'a BTreeMap<String, i64>>,
    /// The provinces of which they are known.
    pub(crate) known: &'a Known,
    /// Whether members are missing of a register that is here.
    pub(crate) lacks_members: bool,
    /// Who is young, for bands of age.
    pub(crate) rule: YouthRule,
}

/// Counts as somebody may see them.
pub(crate) struct Laid {
    /// Every line, also those with nothing.
    pub(crate) rows: Vec<Row>,
    /// The sum; `None` when it is hidden or not known.
    pub(crate) total: Option<i64>,
    /// Whether nothing is known from anywhere.
    pub(crate) is_unknown: bool,
}

impl Asked<'_> {
    fn cell(&self, key: &String) -> Cell {
        let amount = self.counts.get(key).copied().unwrap_or_default();
        let whole = self.whole.map(|whole| whole.get(key).copied().unwrap_or_default());
        Cell { amount, rest: whole.map(|whole| whole.saturating_sub(amount).max(0)) }
    }

    /// Whoever knows the own counts takes them away from every sum: what is left is held to the rule.
    fn left(&self, key: &String) -> Cell {
        match self.cell(key) {
            known if self.sight.owns(self.by, key) => Cell { amount: 0, rest: known.rest.map(|_| 0) },
            cell => cell,
        }
    }
}

/// Lays counts out, and hides what the rule in `cells` says.
pub(crate) fn laid(asked: &Asked<'_>) -> Laid {
    let Asked { by, sight, known, .. } = *asked;
    // Where nobody is a woman all others are men: that is a count of people too.
    let keys: BTreeSet<&String> =
        asked.counts.keys().chain(asked.whole.iter().flat_map(|whole| whole.keys())).collect();
    let groups = groups(by, &keys, asked.rule);
    let cells: Vec<Vec<Cell>> =
        groups.iter().map(|group| group.keys.iter().map(|key| asked.cell(key)).collect()).collect();
    let left: Vec<Vec<Cell>> =
        groups.iter().map(|group| group.keys.iter().map(|key| asked.left(key)).collect()).collect();
    let hidden = cells::hidden(&left, asked.minimum);
    let mut rows = Vec::new();
    let parts = groups.into_iter().zip(&cells).zip(hidden.groups.iter().zip(&hidden.cells));
    for ((group, cells), (group_is_hidden, cells_are_hidden)) in parts {
        if by == By::Region {
            let sum = cells::sum(cells);
            let is_shown = !group_is_hidden || group.keys.iter().all(|key| sight.owns(by, key));
            let is_known = known.holds_any(group.keys.iter());
            rows.push(Row::of(group.code, sum, is_shown, is_known));
            continue;
        }
        for ((key, cell), is_hidden) in group.keys.into_iter().zip(cells).zip(cells_are_hidden) {
            let is_shown = !(*is_hidden || *group_is_hidden) || sight.owns(by, &key);
            let is_known = if by == By::Province { known.holds(&key) } else { !known.is_nowhere() };
            // Whose members did not come seems to have none.
            if by == By::Size && key == NO_MEMBERS && asked.lacks_members {
                rows.push(Row { key, amount: None, is_unknown: true });
                continue;
            }
            rows.push(Row::of(key, *cell, is_shown, is_known));
        }
    }
    let sum = asked.counts.values().fold(0_i64, |sum, amount| sum.saturating_add(*amount));
    let is_unknown = known.is_nowhere() && sum == 0 && !hidden.total;
    Laid { rows, total: (!hidden.total && !is_unknown).then_some(sum), is_unknown }
}

/// The keys of a split in their order, under those whose sums are shown too; those that are found come behind the known ones.
fn groups(by: By, found: &BTreeSet<&String>, rule: YouthRule) -> Vec<Group> {
    let mut groups: Vec<Group> = match by {
        By::Region | By::Province => territory::regions().iter().map(of_region).collect(),
        By::Age => {
            let (young, older): (Vec<_>, Vec<_>) = bands(rule).into_iter().partition(|band| band.is_young);
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
    let more: Vec<Group> = found
        .iter()
        .filter(|key| !groups.iter().any(|group| group.keys.contains(key)))
        .map(|key| Group::of_one(key))
        .collect();
    groups.extend(more);
    groups
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
