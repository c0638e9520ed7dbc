//! Who counts as young. The figures are rules of programmes, not of law 112-12 (to verify); the rule packs have them.

use crate::day::Day;
use crate::rule_pack::{PackError, youth};

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

/// The rule of a day. The packs have one rule for all days today.
///
/// # Errors
/// When the packs that come with the program cannot be used.
pub fn youth_rule(_day: Day) -> Result<YouthRule, &'static PackError> {
    let rule = youth()?;
    Ok(YouthRule { age_max: rule.age_max, reference_year: rule.reference_year })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reaches_the_age_in_the_year_of_reference_is_still_young() {
        let rule = youth_rule("2025-11-30".parse().unwrap()).unwrap();
        assert_eq!((rule.first_birth_year(), rule.age(1990), rule.age(2030)), (1990, 35, 0));
    }
}
