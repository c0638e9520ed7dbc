//! How fast an office answers where no law says it, and when it reminds: data in `manifests/rules/office.json`.
//!
//! What the law asks is in rule packs and wins; these figures are for what it leaves open.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::day::Day;

/// The rule that comes with the program.
const FILE: &[u8] = include_bytes!("../../../manifests/rules/office.json");

/// The work whose last day nothing but this rule gives.
const ANSWERED: [&str; 7] = [
    "filing-submitted",
    "filing-correction",
    "founding-submitted",
    "founding-accepted",
    "founding-correction",
    "duplicate-open",
    "proposal-waiting",
];

/// The figures of an office.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeRule {
    /// Its number: one that is changed gets the next.
    pub version: u32,
    /// What it is.
    pub note: String,
    /// Days for each sort of work.
    pub answer_days: BTreeMap<String, Standard>,
    /// Days for work that is not named.
    pub answer_days_otherwise: Standard,
    /// When people are reminded.
    pub reminders: Reminders,
}

/// A figure, and what is to be known of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    /// Days, at least one.
    pub value: u32,
    /// Whether a directorate has still to confirm it.
    pub to_verify: bool,
    /// What it is.
    pub note: String,
}

/// When people are reminded of what is due.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reminders {
    /// Days before the last day, the farthest first.
    pub before_days: Vec<u32>,
    /// Days after it, the nearest first.
    pub after_days: Vec<u32>,
    /// What they are.
    pub note: String,
}

/// Why the rule cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OfficeRuleError {
    /// It is not what the rule is.
    #[error("the rule of the office cannot be read")]
    Read(#[source] serde_json::Error),
    /// It contradicts itself.
    #[error("the rule of the office is not right: {fault}")]
    Wrong {
        /// What is wrong.
        fault: &'static str,
    },
}

impl OfficeRule {
    /// The rule that comes with the program.
    ///
    /// # Errors
    /// When it is not right.
    pub fn own() -> Result<Self, OfficeRuleError> {
        Self::read(FILE)
    }

    /// Reads a rule.
    ///
    /// # Errors
    /// When it does not read, has an unknown member, or contradicts itself.
    pub fn read(text: &[u8]) -> Result<Self, OfficeRuleError> {
        let rule: Self = serde_json::from_slice(text).map_err(OfficeRuleError::Read)?;
        match rule.fault() {
            Some(fault) => Err(OfficeRuleError::Wrong { fault }),
            None => Ok(rule),
        }
    }

    fn fault(&self) -> Option<&'static str> {
        let (before, after) = (&self.reminders.before_days, &self.reminders.after_days);
        let is_day = |days: &u32| (1..=3_660).contains(days);
        if !self.answer_days.keys().all(|work| ANSWERED.contains(&work.as_str())) {
            return Some(
                "answer_days are for filing-submitted, filing-correction, founding-submitted, founding-accepted, \
                 founding-correction, duplicate-open and proposal-waiting alone",
            );
        }
        if !self.answer_days.values().chain([&self.answer_days_otherwise]).all(|standard| is_day(&standard.value)) {
            return Some("an answer takes one day at least and ten years at most");
        }
        if !before.iter().chain(after).all(is_day) || before.len().saturating_add(after.len()) > 100 {
            return Some("a reminder is sent within ten years of the last day, and there are a hundred at most");
        }
        let falls = before.iter().zip(before.iter().skip(1)).all(|(one, next)| one > next);
        let rises = after.iter().zip(after.iter().skip(1)).all(|(one, next)| one < next);
        if falls && rises { None } else { Some("reminders stand in the order of their days") }
    }

    /// The last day in time for work of a sort that began on a day.
    #[must_use]
    pub fn answer_by(&self, what: &str, since: Day) -> Day {
        let standard = self.answer_days.get(what).unwrap_or(&self.answer_days_otherwise);
        since.plus_days(standard.value)
    }

    /// How many reminders of something that is due on a day have their time by now.
    #[must_use]
    pub fn reminders_by(&self, due_on: Day, today: Day) -> u32 {
        let before = self.reminders.before_days.iter().filter(|days| due_on <= today.plus_days(**days));
        let after = self.reminders.after_days.iter().filter(|days| due_on.plus_days(**days) <= today);
        u32::try_from(before.count().saturating_add(after.count())).unwrap_or(u32::MAX)
    }

    /// The last day on which something may be due, of which anybody is reminded today.
    #[must_use]
    pub fn horizon(&self, today: Day) -> Day {
        today.plus_days(self.reminders.before_days.first().copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_rule_of_the_program_reads_and_names_what_is_to_be_verified() {
        let rule = OfficeRule::own().unwrap();
        assert_eq!(rule.answer_by("filing-submitted", day("2026-01-02")), day("2026-02-01"));
        assert_eq!(rule.answer_by("anything", day("2026-01-02")), day("2026-02-01"));
        assert!(rule.answer_days.values().all(|standard| !standard.to_verify || !standard.note.is_empty()));
    }

    #[test]
    fn a_reminder_has_its_time_once_and_stays_counted() {
        let rule = OfficeRule::own().unwrap();
        for (today, reminders) in [
            ("2026-06-30", 0),
            ("2026-07-01", 1),
            ("2026-07-23", 1),
            ("2026-07-24", 2),
            ("2026-07-31", 2),
            ("2026-08-01", 3),
            ("2026-08-29", 3),
            ("2026-08-30", 4),
            ("2030-01-01", 4),
        ] {
            assert_eq!(rule.reminders_by(day("2026-07-31"), day(today)), reminders, "{today}");
        }
        assert_eq!(rule.horizon(day("2026-07-01")), day("2026-07-31"));
    }

    #[test]
    fn a_rule_that_contradicts_itself_is_refused() {
        let own = std::str::from_utf8(FILE).unwrap();
        for (one, other) in
            [("[30, 7]", "[7, 30]"), ("\"value\": 15", "\"value\": 0"), ("\"filing-submitted\"", "\"filing-submited\"")]
        {
            let wrong = own.replace(one, other);
            assert!(matches!(OfficeRule::read(wrong.as_bytes()), Err(OfficeRuleError::Wrong { .. })), "{other}");
        }
        assert!(matches!(OfficeRule::read(b"{}"), Err(OfficeRuleError::Read(_))));
    }
}
