//! The dated rules about taxes and social charges, as data: `rules/tax.json`. A law changes there, with the month from which it holds.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::number::Number;

const TABLE: &str = include_str!("../../rules/tax.json");

/// What holds from a month on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rules {
    /// `2026-01`.
    pub(crate) from: String,
    /// Tax on a year's profit.
    pub(crate) profit_percent: Number,
    /// A year whose turnover before tax is below this is free of it.
    pub(crate) exempt_turnover: Number,
    /// What an employer adds to a wage.
    pub(crate) social_percent: Number,
    /// The rates of value added tax.
    pub(crate) vat_percent: Vec<Number>,
    /// Whether somebody has compared it with the law's text.
    pub(crate) checked: bool,
    pub(crate) source: String,
}

impl Rules {
    /// What holds in a month, `2027-03`; the first rules for all months before them.
    pub(crate) fn at(month: &str) -> Option<Self> {
        let mut table: Vec<Self> = serde_json::from_str(TABLE).ok()?;
        table.sort_by(|one, other| one.from.cmp(&other.from));
        let last = table.iter().rposition(|rules| rules.from.as_str() <= month).unwrap_or_default();
        table.into_iter().nth(last)
    }

    /// Whether value added tax has such a rate.
    pub(crate) fn has_vat(&self, percent: Decimal) -> bool {
        self.vat_percent.iter().any(|known| known.value() == percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_the_rules_that_hold_in_it() {
        for (month, from) in
            [("2004-01", "2005-01"), ("2025-12", "2005-01"), ("2026-01", "2026-01"), ("2031-05", "2026-01")]
        {
            assert_eq!(Rules::at(month).unwrap().from, from, "{month}");
        }
    }
}
