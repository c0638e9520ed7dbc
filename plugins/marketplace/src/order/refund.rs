//! What goes back: the term of withdrawal, faults of the goods, and the money for them.
//!
//! The money for pieces is counted from the whole of their line, so that a line that goes back in several steps gives back exactly what
//! it cost, to the centime. No more pieces go back than came, so no refund is ever larger than what was paid.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::Shape;

use super::{Part, State};
use crate::day::Day;
use crate::law::SaleTerms;
use crate::money::Centimes;

/// Times that pieces of one part may go back by themselves; what is left of it may always go back at once.
pub const RETURNS_MAX: usize = 100;

/// Why goods go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// The buyer thought better of it.
    Withdrawal,
    /// The goods are faulty, or others than ordered.
    Fault,
    /// The seller cannot deliver, or gives the whole part up.
    Cancelled,
    /// Nobody took the parcel at the door.
    Refused,
}

/// Pieces that went back, and the money for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Returned {
    /// The place of the line in the part, from 0.
    #[field(max = 39)]
    pub line: u32,
    /// How many pieces.
    #[field(min = 1, max = 1_000)]
    pub quantity: u32,
    /// Why.
    pub reason: Reason,
    /// The goods, all taxes in them.
    pub goods: Centimes,
    /// The share of the delivery that goes back with them.
    pub delivery: Centimes,
    /// When, in milliseconds since 1970.
    pub at: u64,
}

/// Why pieces cannot go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReturned {
    /// There is no such line.
    NoLine,
    /// None, or more pieces than are left of the line.
    Quantity {
        /// So many are left.
        left: u32,
    },
    /// Pieces of it went back [`RETURNS_MAX`] times already: what is left goes back at once, or not.
    TooOften,
    /// It is not with the buyer.
    NotDelivered,
    /// Goods of this nature cannot be sent back without a reason.
    Nature,
    /// The term is over.
    TooLate {
        /// Its last day.
        last: Day,
    },
}

/// A refund that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundRefused {
    /// What was asked for.
    pub asked: Centimes,
    /// What can still be paid back.
    pub left: Centimes,
}

impl Returned {
    /// The money that goes back.
    #[must_use]
    pub fn amount(&self) -> Centimes {
        Centimes(self.goods.0.saturating_add(self.delivery.0))
    }
}

impl Part {
    /// Pieces of a line that have not gone back.
    #[must_use]
    pub fn left(&self, line: u32) -> u32 {
        let ordered = self.line(line).map_or(0, |line| line.quantity);
        ordered.saturating_sub(self.gone_back(line))
    }

    /// Whether a buyer may send pieces back today.
    ///
    /// # Errors
    /// Why not, so that the buyer can be told.
    pub fn may_return(
        &self,
        terms: &SaleTerms,
        line: u32,
        quantity: u32,
        reason: Reason,
        today: Day,
    ) -> Result<(), NotReturned> {
        let ordered = self.line(line).ok_or(NotReturned::NoLine)?;
        let left = self.left(line);
        if quantity == 0 || quantity > left {
            return Err(NotReturned::Quantity { left });
        }
        if self.returned.len() >= RETURNS_MAX {
            return Err(NotReturned::TooOften);
        }
        let delivered = self.delivered_at.ok_or(NotReturned::NotDelivered)?;
        let days = match reason {
            Reason::Withdrawal if terms.not_withdrawable.iter().any(|nature| nature == ordered.nature.name()) => {
                return Err(NotReturned::Nature);
            }
            Reason::Withdrawal => terms.withdrawal_days,
            Reason::Fault => terms.defect_days,
            Reason::Cancelled | Reason::Refused => return Err(NotReturned::NotDelivered),
        };
        let last = Day::of(delivered).plus(days);
        if today > last { Err(NotReturned::TooLate { last }) } else { Ok(()) }
    }

    /// Notes that pieces have gone back, and answers the money for them. Delivery goes back with the last piece of the part, when all of
    /// it went back.
    ///
    /// # Errors
    /// When there are not so many; nothing changes then.
    pub fn give_back(&mut self, line: u32, quantity: u32, reason: Reason, now: u64) -> Result<Returned, NotReturned> {
        let ordered = self.line(line).ok_or(NotReturned::NoLine)?;
        let (all, amount) = (ordered.quantity, ordered.amount().unwrap_or_default());
        let gone = self.gone_back(line);
        let left = all.saturating_sub(gone);
        if quantity == 0 || quantity > left {
            return Err(NotReturned::Quantity { left });
        }
        let goods = Centimes(amount.portion(gone + quantity, all).0 - amount.portion(gone, all).0);
        let others: u32 = self.places().filter(|other| *other != line).map(|other| self.left(other)).sum();
        let delivery = if others == 0 && quantity == left { self.delivery } else { Centimes::ZERO };
        let returned = Returned { line, quantity, reason, goods, delivery, at: now };
        self.returned.push(returned.clone());
        Ok(returned)
    }

    /// Notes that all that is left goes back, as when a part is cancelled or refused at the door.
    pub fn give_all_back(&mut self, reason: Reason, now: u64) -> Vec<Returned> {
        let places: Vec<u32> = self.places().collect();
        let open = places.into_iter().map(|line| (line, self.left(line))).filter(|(_, left)| *left > 0);
        let open: Vec<(u32, u32)> = open.collect();
        open.into_iter().filter_map(|(line, left)| self.give_back(line, left, reason, now).ok()).collect()
    }

    /// What has gone back of the goods so far.
    #[must_use]
    pub fn goods_back(&self) -> Centimes {
        Centimes(self.returned.iter().map(|returned| returned.goods.0).sum())
    }

    /// What has gone back so far, delivery with it.
    #[must_use]
    pub fn money_back(&self) -> Centimes {
        Centimes(self.returned.iter().map(|returned| returned.amount().0).sum())
    }

    /// Whether so much can be paid back: never more than what has gone back, and what was paid out for it before.
    ///
    /// # Errors
    /// With what is left.
    pub fn may_refund(&self, asked: Centimes, refunded: Centimes) -> Result<(), RefundRefused> {
        let left = Centimes(self.money_back().0.saturating_sub(refunded.0));
        if asked <= Centimes::ZERO || asked > left { Err(RefundRefused { asked, left }) } else { Ok(()) }
    }

    /// The day from which the seller may be paid: the first after the term of withdrawal.
    #[must_use]
    pub fn closes_on(&self, terms: &SaleTerms) -> Option<Day> {
        let delivered = self.delivered_at.filter(|_| self.state == State::Delivered)?;
        Some(Day::of(delivered).plus(terms.withdrawal_days).plus(1))
    }

    fn line(&self, line: u32) -> Option<&super::Line> {
        self.lines.get(usize::try_from(line).ok()?)
    }

    fn places(&self) -> impl Iterator<Item = u32> + use<> {
        0..u32::try_from(self.lines.len()).unwrap_or(u32::MAX)
    }

    fn gone_back(&self, line: u32) -> u32 {
        self.returned.iter().filter(|returned| returned.line == line).map(|returned| returned.quantity).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::day::DAY_MS;
    use crate::delivery::Way;
    use crate::law;
    use crate::money::Rate;
    use crate::order::{Event, Line, Nature};

    fn line(nature: Nature, quantity: u32, price: i64) -> Line {
        Line {
            product: "jar".into(),
            variant: "one".into(),
            title: "Jar".into(),
            quantity,
            price: Centimes(price),
            vat: Rate(2_000),
            nature,
            batch: None,
        }
    }

    fn part(lines: Vec<Line>) -> Part {
        Part {
            state: State::Awaiting,
            lines,
            way: Way::Sent,
            delivery: Centimes(3_500),
            commission: Rate(500),
            commission_vat: Rate(2_000),
            delivered_at: None,
            returned: Vec::new(),
        }
    }

    fn delivered(mut part: Part, at: u64) -> Part {
        for event in [Event::Confirm, Event::Prepare, Event::Send, Event::Deliver] {
            part.happen(event, at).unwrap();
        }
        part
    }

    fn terms() -> SaleTerms {
        law::sales().unwrap().on(&"2026-11-27".parse().unwrap()).unwrap().clone()
    }

    #[test]
    fn withdrawal_has_its_days_and_its_exceptions() {
        let part = delivered(part(vec![line(Nature::Ordinary, 2, 9_000), line(Nature::Perishable, 1, 500)]), 0);
        let ask = |line, quantity, reason, day| part.may_return(&terms(), line, quantity, reason, Day(day));
        assert_eq!(ask(0, 2, Reason::Withdrawal, 7), Ok(()));
        assert_eq!(ask(0, 2, Reason::Withdrawal, 8), Err(NotReturned::TooLate { last: Day(7) }));
        assert_eq!(ask(1, 1, Reason::Withdrawal, 1), Err(NotReturned::Nature));
        assert_eq!(ask(1, 1, Reason::Fault, 8), Ok(()));
        assert_eq!(ask(0, 3, Reason::Withdrawal, 1), Err(NotReturned::Quantity { left: 2 }));
        assert_eq!(ask(0, 0, Reason::Withdrawal, 1), Err(NotReturned::Quantity { left: 2 }));
        assert_eq!(ask(7, 1, Reason::Withdrawal, 1), Err(NotReturned::NoLine));
        assert_eq!(part.closes_on(&terms()), Some(Day(8)));
    }

    #[test]
    fn nothing_goes_back_before_it_came() {
        let part = part(vec![line(Nature::Ordinary, 2, 9_000)]);
        assert_eq!(part.may_return(&terms(), 0, 1, Reason::Withdrawal, Day(0)), Err(NotReturned::NotDelivered));
    }

    #[test]
    fn the_last_piece_brings_the_delivery_back() {
        let mut part = delivered(part(vec![line(Nature::Ordinary, 2, 9_000), line(Nature::Ordinary, 1, 500)]), DAY_MS);
        assert_eq!(part.give_back(0, 2, Reason::Withdrawal, 0).unwrap().amount(), Centimes(18_000));
        assert_eq!(part.give_back(1, 1, Reason::Fault, 0).unwrap().amount(), Centimes(4_000));
        assert_eq!(part.money_back(), part.total().unwrap());
        assert_eq!(part.give_back(0, 1, Reason::Fault, 0), Err(NotReturned::Quantity { left: 0 }));
        let left = RefundRefused { asked: Centimes(1), left: Centimes::ZERO };
        assert_eq!(part.may_refund(Centimes(1), Centimes(22_000)), Err(left));
        assert_eq!(part.may_refund(Centimes(22_000), Centimes::ZERO), Ok(()));
        assert!(part.may_refund(Centimes(-1), Centimes::ZERO).is_err());
    }

    proptest! {
        #[test]
        fn whatever_goes_back_is_never_more_than_was_paid_and_all_of_it_is_all(
            lines in prop::collection::vec((1u32..9, 1i64..100_000), 1..5),
            asks in prop::collection::vec((0u32..6, 0u32..10), 0..20),
        ) {
            let lines = lines.into_iter().map(|(quantity, price)| line(Nature::Ordinary, quantity, price)).collect();
            let mut part = delivered(part(lines), 0);
            for (line, quantity) in asks {
                let before = part.clone();
                if part.give_back(line, quantity, Reason::Fault, 0).is_err() {
                    prop_assert_eq!(&part, &before);
                }
                prop_assert!(part.money_back() <= part.total().unwrap());
            }
            part.give_all_back(Reason::Cancelled, 0);
            prop_assert_eq!(part.money_back(), part.total().unwrap());
        }
    }
}
