//! What one piece costs: the price lists of a variant.
//!
//! An offer holds from a quantity on and for some days. Of all that hold, the one for the largest quantity is taken, then the one that
//! began last, then the cheaper one: the order in which a seller wrote them means nothing.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Date, Shape};

use crate::money::Centimes;

/// Offers that a variant may have.
pub const OFFERS_MAX: usize = 20;

/// Who a price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub enum List {
    /// Anybody.
    Retail,
    /// Whoever buys to sell again.
    Wholesale,
}

/// One price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Offer {
    /// Who it is for.
    pub list: List,
    /// From how many pieces on.
    #[field(min = 1, max = 10_000)]
    pub from_quantity: u32,
    /// Of one piece, all taxes in it.
    #[field(min = 1, max = 1_000_000_000)]
    pub amount: Centimes,
    /// Its first day.
    #[serde(default)]
    pub from: Option<Date>,
    /// Its last day.
    #[serde(default)]
    pub until: Option<Date>,
}

impl Offer {
    /// A price for anybody and always.
    #[must_use]
    pub const fn retail(amount: Centimes) -> Self {
        Self { list: List::Retail, from_quantity: 1, amount, from: None, until: None }
    }

    fn holds(&self, list: List, quantity: u32, day: &Date) -> bool {
        let begun = self.from.as_ref().is_none_or(|from| from <= day);
        let over = self.until.as_ref().is_some_and(|until| until < day);
        self.list == list && self.from_quantity <= quantity && begun && !over
    }
}

/// The price of one piece for a quantity on a day; none when nothing is offered.
#[must_use]
pub fn price(offers: &[Offer], list: List, quantity: u32, day: &Date) -> Option<Centimes> {
    let holding = offers.iter().filter(|offer| offer.holds(list, quantity, day));
    let best = holding.max_by_key(|offer| (offer.from_quantity, offer.from.clone(), -offer.amount.0));
    best.map(|offer| offer.amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(list: List, from_quantity: u32, amount: i64, days: (Option<&str>, Option<&str>)) -> Offer {
        let date = |day: Option<&str>| day.map(|day| day.parse().unwrap());
        Offer { list, from_quantity, amount: Centimes(amount), from: date(days.0), until: date(days.1) }
    }

    #[test]
    fn the_price_follows_quantity_list_and_day() {
        let offers = [
            offer(List::Retail, 1, 9_000, (None, None)),
            offer(List::Retail, 10, 8_500, (None, None)),
            offer(List::Retail, 1, 7_900, (Some("2026-12-01"), Some("2026-12-07"))),
            offer(List::Wholesale, 50, 6_000, (None, None)),
        ];
        for (list, quantity, day, amount) in [
            (List::Retail, 1, "2026-11-30", Some(9_000)),
            (List::Retail, 10, "2026-11-30", Some(8_500)),
            (List::Retail, 1, "2026-12-01", Some(7_900)),
            (List::Retail, 1, "2026-12-07", Some(7_900)),
            (List::Retail, 1, "2026-12-08", Some(9_000)),
            (List::Retail, 10, "2026-12-03", Some(8_500)),
            (List::Wholesale, 50, "2026-12-03", Some(6_000)),
            (List::Wholesale, 49, "2026-12-03", None),
            (List::Retail, 0, "2026-12-03", None),
        ] {
            let day: Date = day.parse().unwrap();
            assert_eq!(price(&offers, list, quantity, &day), amount.map(Centimes), "{list:?} {quantity} {day}");
            let turned: Vec<Offer> = offers.iter().rev().cloned().collect();
            assert_eq!(price(&turned, list, quantity, &day), amount.map(Centimes));
        }
    }
}
