//! What truly happened beside what was planned, and what follows for the cash until the end.
//!
//! All three figures are of the cash box, tax inside, because that is what people count: what buyers paid, what was paid to suppliers and
//! workers, and what is there at a month's end. A count of the cash puts everything before it right; after it, only the differences that are
//! known are carried on, and the rest is taken to happen as planned.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tiwizi_sdk::Shape;

use super::Outcome;
use super::outcome::Cash;

/// What is noted of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Group {
    /// What buyers paid.
    Sales,
    /// What suppliers and workers were paid.
    Costs,
    /// What is there at the month's end.
    Cash,
}

impl Group {
    /// All of them, in the order of the form.
    pub(crate) const ALL: [Self; 3] = [Self::Sales, Self::Costs, Self::Cash];

    /// The word that forms and messages know it by.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Costs => "costs",
            Self::Cash => "cash",
        }
    }

    fn planned(self, month: &Cash) -> Decimal {
        match self {
            Self::Sales => month.received,
            Self::Costs => month.paid,
            Self::Cash => month.balance,
        }
    }
}

/// What is noted, by month and group; month 0 is everything before the first one.
pub(crate) type Noted = BTreeMap<(usize, Group), Decimal>;

/// A figure of a month: as planned, and as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Beside {
    pub(crate) planned: Decimal,
    pub(crate) actual: Option<Decimal>,
}

impl Beside {
    /// How much more it was than planned; nothing when nothing is noted.
    pub(crate) fn difference(self) -> Option<Decimal> {
        self.actual.map(|actual| actual - self.planned)
    }
}

/// A month of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Month {
    /// In the order of [`Group::ALL`].
    pub(crate) groups: [Beside; 3],
    /// What is in the cash box at its end, as far as one knows.
    pub(crate) expected: Decimal,
}

/// The comparison, month 0 first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Compared {
    pub(crate) months: Vec<Month>,
    /// The last month of which something is noted.
    pub(crate) last: Option<usize>,
    /// The month from the last noted one on with the least cash, and how much that is.
    pub(crate) lowest: Option<(usize, Decimal)>,
}

/// Compares what is noted with a plan's figures. What is noted of months after the plan's end is left out.
pub(crate) fn compare(outcome: &Outcome, noted: &Noted) -> Compared {
    let mut drift = Decimal::ZERO;
    let mut months = Vec::with_capacity(outcome.cash.len());
    for (number, planned) in outcome.cash.iter().enumerate() {
        let beside =
            |group: Group| Beside { planned: group.planned(planned), actual: noted.get(&(number, group)).copied() };
        let groups = Group::ALL.map(beside);
        let [sales, costs, cash] = groups.map(|beside| beside.difference());
        drift = match cash {
            Some(difference) => difference,
            None => drift + sales.unwrap_or_default() - costs.unwrap_or_default(),
        };
        months.push(Month { groups, expected: planned.balance + drift });
    }
    let last = noted.keys().map(|(month, _)| *month).filter(|month| *month < months.len()).max();
    let ahead = months.iter().enumerate().skip(last.unwrap_or_default());
    let lowest = last.and_then(|_| ahead.map(|(month, there)| (month, there.expected)).min_by_key(|(_, least)| *least));
    Compared { months, last, lowest }
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_map;
    use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
    use proptest::{prop_assert, prop_assert_eq};

    use super::*;
    use crate::plan::{check, outcome};

    fn reckoned() -> Outcome {
        let cases = include_str!("../../content/saffron.json");
        let model: serde_json::Value = serde_json::from_str(cases).unwrap();
        outcome(&check(&serde_json::from_value(model["plan"].clone()).unwrap()).unwrap())
    }

    fn noted() -> impl Strategy<Value = Noted> {
        let group = prop_oneof![Just(Group::Sales), Just(Group::Costs), Just(Group::Cash)];
        let amount = any::<i32>().prop_map(|centimes| Decimal::new(i64::from(centimes), 2));
        btree_map((0..64_usize, group), amount, 0..12)
    }

    #[test]
    fn a_month_that_sold_less_leaves_less_until_the_cash_is_counted() {
        let outcome = reckoned();
        let planned = |month: usize| outcome.cash[month].clone();
        let short = Decimal::from(1000);
        let mut noted = Noted::from([((2, Group::Sales), planned(2).received - short)]);
        let compared = compare(&outcome, &noted);
        assert_eq!(compared.months[1].expected, planned(1).balance);
        for month in 2..=60 {
            assert_eq!(compared.months[month].expected, planned(month).balance - short, "{month}");
        }
        noted.insert((4, Group::Costs), planned(4).paid + short);
        assert_eq!(compare(&outcome, &noted).months[60].expected, planned(60).balance - short - short);
        // Counted, there is 250 more than planned: what was thought before counts no longer.
        noted.insert((5, Group::Cash), planned(5).balance + Decimal::from(250));
        let compared = compare(&outcome, &noted);
        assert_eq!(compared.months[60].expected, planned(60).balance + Decimal::from(250));
        assert_eq!((compared.last, compared.months[4].expected), (Some(5), planned(4).balance - short - short));
    }

    proptest! {
        #[test]
        fn noting_what_was_planned_changes_nothing(months in btree_map(0..61_usize, any::<bool>(), 0..8)) {
            let outcome = reckoned();
            let mut noted = Noted::new();
            for month in months.keys() {
                for group in Group::ALL {
                    noted.insert((*month, group), group.planned(&outcome.cash[*month]));
                }
            }
            let compared = compare(&outcome, &noted);
            for (there, planned) in compared.months.iter().zip(&outcome.cash) {
                prop_assert_eq!(there.expected, planned.balance);
            }
        }

        #[test]
        fn the_end_is_what_was_planned_and_every_difference_since_the_last_count(noted in noted()) {
            let outcome = reckoned();
            let compared = compare(&outcome, &noted);
            let inside = |group: Group| noted.iter().filter(move |((month, there), _)| *month <= 60 && *there == group);
            let counted = inside(Group::Cash).map(|((month, _), amount)| (*month, *amount)).max_by_key(|(month, _)| *month);
            let since = counted.map(|(month, _)| month);
            let after = |month: usize| since.is_none_or(|since| month > since);
            let mut expected = outcome.cash[60].balance;
            expected += counted.map(|(month, amount)| amount - outcome.cash[month].balance).unwrap_or_default();
            for ((month, _), amount) in inside(Group::Sales).filter(|((month, _), _)| after(*month)) {
                expected += *amount - outcome.cash[*month].received;
            }
            for ((month, _), amount) in inside(Group::Costs).filter(|((month, _), _)| after(*month)) {
                expected -= *amount - outcome.cash[*month].paid;
            }
            prop_assert_eq!(compared.months[60].expected, expected);
            if let Some((month, least)) = compared.lowest {
                prop_assert!(month >= compared.last.unwrap());
                prop_assert!(compared.months[compared.last.unwrap()..].iter().all(|there| there.expected >= least));
            }
        }
    }
}
