//! Who counts as young. The figures are rules of programmes, not of law 112-12 (to verify); the rule packs have them.

use tiwizi_model::Instant;

use crate::day::{Day, civil_year};
use crate::rule_pack::{PackError, Youth, youth_on};

/// Who counts as young in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YouthRule {
    /// The highest age, in years.
    pub age_max: u16,
    /// The year in which ages are taken.
    pub reference_year: u16,
}

impl YouthRule {
    fn of(youth: Youth, now: Instant) -> Self {
        let reference_year = youth.reference_year.unwrap_or_else(|| civil_year(now));
        Self { age_max: youth.age_max, reference_year }
    }

    /// The same with ages taken in another year.
    #[must_use]
    pub fn in_year(self, reference_year: u16) -> Self {
        Self { reference_year, ..self }
    }

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

/// The rule that stands at a moment: ages are taken in its year by the clock of Morocco, unless the pack of the day names a year for good.
///
/// # Errors
/// When the packs that come with the program cannot be used.
pub fn youth_rule(now: Instant) -> Result<YouthRule, &'static PackError> {
    youth_on(Day::of(now)).map(|youth| YouthRule::of(youth, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half an hour before the year 2026 begins in Morocco, and the moment at which it does.
    const EVE: [Instant; 2] = [Instant(1_767_220_200_000), Instant(1_767_222_000_000)];

    #[test]
    fn who_reaches_the_age_in_the_year_of_reference_is_still_young() {
        let rule = youth_rule(EVE[0]).unwrap();
        assert_eq!((rule.first_birth_year(), rule.age(1990), rule.age(2030)), (1990, 35, 0));
    }

    #[test]
    fn ages_go_on_with_the_year_of_morocco_unless_the_pack_names_one() {
        for (year, expected) in [(None, [2025, 2026]), (Some(2020), [2020, 2020])] {
            let youth = Youth { age_max: 35, reference_year: year };
            assert_eq!(EVE.map(|now| YouthRule::of(youth, now).reference_year), expected);
        }
        let rule = youth_rule(EVE[1]).unwrap();
        assert_eq!((rule.age(1990), rule.in_year(2025).age(1990)), (36, 35));
    }
}
