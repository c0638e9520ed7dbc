//! What is counted, and how counts are split up.

use crate::youth::YouthRule;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// Cooperatives that are registered or suspended.
    Cooperatives,
    /// Memberships of those that have not ended.
    Members,
    /// Those of women.
    Women,
    /// Those of young people, by `youth_rule`.
    Youth,
    /// Those of cooperatives that give their members paid work: category c of article 1 of law 112-12, alone or with
    /// others. Employees who are no members are not in the register, so they are not counted.
    Jobs,
    /// Subscribed capital in dirhams. Shares are of 100 dirhams at least, so centimes are rounded.
    Capital,
    /// Cooperatives that were registered in a year, also those that are closed since.
    Creations,
    /// Cooperatives that closed: dissolved, liquidated, struck off, merged, split or transformed. The year is that of the change which
    /// said so; it is not known of those that were closed when they came into the register.
    Closings,
}

impl Measure {
    /// All measures.
    pub const ALL: [Self; 8] = [
        Self::Cooperatives,
        Self::Members,
        Self::Women,
        Self::Youth,
        Self::Jobs,
        Self::Capital,
        Self::Creations,
        Self::Closings,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cooperatives => "cooperatives",
            Self::Members => "members",
            Self::Women => "women",
            Self::Youth => "youth",
            Self::Jobs => "jobs",
            Self::Capital => "capital",
            Self::Creations => "creations",
            Self::Closings => "closings",
        }
    }

    /// The measure of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.name() == name)
    }

    /// How it can be split up.
    #[must_use]
    pub fn splits(self) -> &'static [By] {
        match self {
            Self::Cooperatives | Self::Jobs | Self::Capital => {
                &[By::Region, By::Province, By::Sector, By::Size, By::Year]
            }
            Self::Members | Self::Women => &[By::Region, By::Province, By::Sector, By::Size, By::Age, By::Year],
            Self::Youth => &[By::Region, By::Province, By::Sector],
            Self::Creations | Self::Closings => &[By::Year],
        }
    }

    /// Whether its counts follow the year in which ages are taken.
    #[must_use]
    pub fn follows_ages(self, by: By) -> bool {
        self == Self::Youth || by == By::Age
    }

    /// Whether it counts people: then the public does not see small counts. Each cooperative is in the public register, with
    /// its capital, so hiding counts of those would protect nobody.
    #[must_use]
    pub fn counts_people(self) -> bool {
        matches!(self, Self::Members | Self::Women | Self::Youth | Self::Jobs)
    }

    /// Whether it counts a part of the members, so that the others can be worked out.
    #[must_use]
    pub fn is_part_of_members(self) -> bool {
        matches!(self, Self::Women | Self::Youth | Self::Jobs)
    }
}

/// How counts are split up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum By {
    /// By HCP code of the region.
    Region,
    /// By HCP code of the province.
    Province,
    /// By code of the sector.
    Sector,
    /// By the number of members of the cooperative: [`SIZES`].
    Size,
    /// By age: [`bands`].
    Age,
    /// By year of registration, creation or closing.
    Year,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Region, Self::Province, Self::Sector, Self::Size, Self::Age, Self::Year];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Province => "province",
            Self::Sector => "sector",
            Self::Size => "size",
            Self::Age => "age",
            Self::Year => "year",
        }
    }

    /// The split of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }
}

/// The key of what is not known: a year, an age.
pub(super) const UNKNOWN: &str = "unknown";

/// The size class of cooperatives without members.
pub(super) const NO_MEMBERS: &str = "0";

/// The size classes of cooperatives, by members; the last has no end.
pub const SIZES: [&str; 7] = [NO_MEMBERS, "1-4", "5-9", "10-19", "20-49", "50-99", "100-"];

/// The size class of a number of members.
pub(super) fn size(members: i64) -> &'static str {
    match members {
        ..=0 => NO_MEMBERS,
        1..=4 => "1-4",
        5..=9 => "5-9",
        10..=19 => "10-19",
        20..=49 => "20-49",
        50..=99 => "50-99",
        _ => "100-",
    }
}

/// A band of ages. The bands follow from the rule for youth, so that the young are whole bands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// `25-35`; `66-` for the last, `unknown` for those whose year of birth is not known.
    pub code: String,
    /// Whether its people count as young.
    pub is_young: bool,
    /// The highest age; `None` where there is no end, and for the unknown.
    pub(super) age_max: Option<u16>,
}

impl Band {
    /// Whether an age is in it; none is in the unknown.
    #[must_use]
    pub fn holds(&self, age: u16) -> bool {
        self.code != UNKNOWN && self.age_max.is_none_or(|age_max| age <= age_max)
    }
}

/// Years of age that a band behind the young spans.
const BAND_YEARS: u16 = 10;

/// The bands of ages, from the youngest on, and the unknown at the end.
#[must_use]
pub fn bands(rule: YouthRule) -> Vec<Band> {
    let youngest = rule.age_max.saturating_sub(BAND_YEARS.saturating_add(1));
    let later = (1..=3_u16).map(|step| rule.age_max.saturating_add(step.saturating_mul(BAND_YEARS)));
    let mut bands = Vec::new();
    let mut from = 0_u16;
    for age_max in [youngest, rule.age_max].into_iter().chain(later) {
        let is_young = age_max <= rule.age_max;
        bands.push(Band { code: format!("{from}-{age_max}"), is_young, age_max: Some(age_max) });
        from = age_max.saturating_add(1);
    }
    bands.push(Band { code: format!("{from}-"), is_young: false, age_max: None });
    bands.push(Band { code: UNKNOWN.to_owned(), is_young: false, age_max: None });
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_young_are_whole_bands() {
        let bands = bands(YouthRule { age_max: 35, reference_year: 2025 });
        let codes: Vec<&str> = bands.iter().map(|band| band.code.as_str()).collect();
        assert_eq!(codes, ["0-24", "25-35", "36-45", "46-55", "56-65", "66-", "unknown"]);
        assert_eq!(bands.iter().filter(|band| band.is_young).count(), 2);
    }

    #[test]
    fn every_size_is_one_of_the_classes() {
        for (members, class) in [(-1, 0), (0, 0), (1, 1), (4, 1), (5, 2), (19, 3), (20, 4), (99, 5), (100, 6)] {
            assert_eq!(size(members), SIZES[class], "{members}");
        }
    }

    #[test]
    fn names_lead_back() {
        assert!(Measure::ALL.iter().all(|measure| Measure::named(measure.name()) == Some(*measure)));
        assert!(By::ALL.iter().all(|by| By::named(by.name()) == Some(*by)));
        assert_eq!((Measure::named("people"), By::named("colour")), (None, None));
    }
}
