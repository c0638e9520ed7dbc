//! Who counts as young. The figures are rules of programmes, not of law 112-12 (to verify): a rule pack takes over here.

use crate::day::Day;

/// Who counts as young is at most this old (to verify).
const AGE_MAX: u16 = 35;
/// The year in which that age is reached. The published 18,036 young members are of the end of November 2025.
const REFERENCE_YEAR: u16 = 2025;

/// Who counts as young on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YouthRule {
    /// The highest age, in years.
    pub age_max: u16,
    /// The year in which ages are taken.
    pub reference_year: u16,
}

impl YouthRule {
    /// The first year of birth of those who count as young.
    #[must_use]
    pub fn first_birth_year(self) -> u16 {
        self.reference_year.saturating_sub(self.age_max)
    }

    /// The age that somebody of a year of birth reaches in the year of reference.
    #[must_use]
    pub fn age(self, birth_year: u16) -> u16 {
        self.reference_year.saturating_sub(birth_year)
    }
}

/// The rule of a day. There is one rule today, so every day has it.
#[must_use]
pub fn youth_rule(_day: Day) -> YouthRule {
    YouthRule { age_max: AGE_MAX, reference_year: REFERENCE_YEAR }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reaches_the_age_in_the_year_of_reference_is_still_young() {
        let rule = youth_rule("2025-11-30".parse().unwrap());
        assert_eq!((rule.first_birth_year(), rule.age(1990), rule.age(2030)), (1990, 35, 0));
    }
}
