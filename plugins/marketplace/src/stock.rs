//! The stock of one variant: what is there, and what is kept for orders that are not paid yet.
//!
//! A hold has an end. After it the goods are free for others, and whoever pays late gets them only if they are still there. Nothing here
//! makes the stock negative: what cannot be given is refused with the number that can.
//!
//! The stock of a variant is one record. Two buyers who place an order in the same moment write the same record, and the kernel refuses
//! the slower one as stale; when they try again, this module tells them what is left.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::Shape;

/// Orders that a variant may be kept for at once.
pub const HOLDS_MAX: usize = 500;
/// Pieces that may be there.
pub const PIECES_MAX: u32 = 1_000_000;

/// What is there of a variant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Shape)]
pub struct Stock {
    /// Pieces in the store, those that are kept for somebody among them.
    #[field(max = 1_000_000)]
    pub there: u32,
    /// What is kept, and for whom.
    #[field(max_items = 500)]
    pub holds: Vec<Hold>,
}

/// Pieces that are kept for an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Hold {
    /// The order.
    #[field(max_length = 64)]
    pub order: String,
    /// How many pieces.
    #[field(min = 1, max = 10_000)]
    pub pieces: u32,
    /// Until when, in milliseconds since 1970.
    pub until: u64,
}

/// Why goods cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There are only so many.
    Short {
        /// Pieces that anybody may still have.
        free: u32,
    },
    /// Too many orders wait for this variant at once.
    Busy,
    /// No piece was asked for.
    Nothing,
    /// More than [`PIECES_MAX`] pieces.
    TooMany,
}

impl Stock {
    /// So many pieces, and nobody waiting.
    #[must_use]
    pub const fn of(there: u32) -> Self {
        Self { there, holds: Vec::new() }
    }

    /// Pieces that nobody waits for.
    #[must_use]
    pub fn free(&self, now: u64) -> u32 {
        self.there.saturating_sub(self.kept(now, ""))
    }

    /// Keeps pieces for an order until a time. What was kept for it before is let go.
    ///
    /// # Errors
    /// When there are not enough; nothing changes then.
    pub fn hold(&mut self, order: &str, pieces: u32, now: u64, until: u64) -> Result<(), Refused> {
        let free = self.there.saturating_sub(self.kept(now, order));
        if pieces == 0 {
            return Err(Refused::Nothing);
        }
        if pieces > free {
            return Err(Refused::Short { free });
        }
        if self.holds.iter().filter(|hold| hold.until > now && hold.order != order).count() >= HOLDS_MAX {
            return Err(Refused::Busy);
        }
        self.holds.retain(|hold| hold.until > now && hold.order != order);
        self.holds.push(Hold { order: order.to_owned(), pieces, until });
        Ok(())
    }

    /// Takes pieces out of the store for an order that is confirmed. Its hold may be over: it gets them if they are still there.
    ///
    /// # Errors
    /// When somebody else has them by now.
    pub fn take(&mut self, order: &str, pieces: u32, now: u64) -> Result<(), Refused> {
        let free = self.there.saturating_sub(self.kept(now, order));
        if pieces == 0 {
            return Err(Refused::Nothing);
        }
        if pieces > free {
            return Err(Refused::Short { free });
        }
        self.there = self.there.saturating_sub(pieces);
        self.release(order);
        Ok(())
    }

    /// Lets go of what is kept for an order.
    pub fn release(&mut self, order: &str) {
        self.holds.retain(|hold| hold.order != order);
    }

    /// Puts pieces back, or new ones in.
    ///
    /// # Errors
    /// Past [`PIECES_MAX`].
    pub fn add(&mut self, pieces: u32) -> Result<(), Refused> {
        let there = self.there.checked_add(pieces).filter(|there| *there <= PIECES_MAX).ok_or(Refused::TooMany)?;
        self.there = there;
        Ok(())
    }

    /// Sets what was counted in the store. It cannot be less than what is kept for somebody.
    ///
    /// # Errors
    /// `Short` with what is kept, or `TooMany`.
    pub fn count(&mut self, there: u32, now: u64) -> Result<(), Refused> {
        let kept = self.kept(now, "");
        if there < kept {
            return Err(Refused::Short { free: kept });
        }
        if there > PIECES_MAX {
            return Err(Refused::TooMany);
        }
        self.there = there;
        Ok(())
    }

    /// Pieces that others than this order wait for.
    fn kept(&self, now: u64, except: &str) -> u32 {
        let running = self.holds.iter().filter(|hold| hold.until > now && hold.order != except);
        running.fold(0, |sum, hold| sum.saturating_add(hold.pieces))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn of_two_buyers_for_the_last_jar_one_gets_it_and_the_other_is_told() {
        let mut jar = Stock::of(1);
        assert_eq!(jar.hold("first", 1, 0, 100), Ok(()));
        assert_eq!(jar.hold("second", 1, 1, 101), Err(Refused::Short { free: 0 }));
        assert_eq!(jar.take("first", 1, 50), Ok(()));
        assert_eq!(jar.take("second", 1, 60), Err(Refused::Short { free: 0 }));
        assert_eq!(jar, Stock::of(0));
    }

    #[test]
    fn a_hold_that_is_over_frees_the_jar_and_a_late_payer_is_told() {
        let mut jar = Stock::of(1);
        jar.hold("first", 1, 0, 100).unwrap();
        assert_eq!(jar.hold("second", 1, 100, 200), Ok(()));
        assert_eq!(jar.take("first", 1, 150), Err(Refused::Short { free: 0 }));
        assert_eq!(jar.take("second", 1, 250), Ok(()));
    }

    #[test]
    fn a_late_payer_gets_what_is_still_there() {
        let mut jar = Stock::of(1);
        jar.hold("first", 1, 0, 100).unwrap();
        assert_eq!(jar.take("first", 1, 5_000), Ok(()));
    }

    #[test]
    fn counting_below_what_is_kept_is_refused() {
        let mut jars = Stock::of(5);
        jars.hold("first", 3, 0, 100).unwrap();
        assert_eq!(jars.count(2, 50), Err(Refused::Short { free: 3 }));
        assert_eq!(jars.count(3, 50), Ok(()));
        assert_eq!(jars.free(50), 0);
        assert_eq!(jars.hold("second", 0, 50, 100), Err(Refused::Nothing));
    }

    #[derive(Debug, Clone)]
    enum Move {
        Hold(u8, u32),
        Take(u8, u32),
        Release(u8),
        Add(u32),
        Count(u32),
        Wait(u64),
    }

    fn any_move() -> impl Strategy<Value = Move> {
        prop_oneof![
            (0u8..6, 0u32..8).prop_map(|(order, pieces)| Move::Hold(order, pieces)),
            (0u8..6, 0u32..8).prop_map(|(order, pieces)| Move::Take(order, pieces)),
            (0u8..6).prop_map(Move::Release),
            (0u32..5).prop_map(Move::Add),
            (0u32..12).prop_map(Move::Count),
            (0u64..60).prop_map(Move::Wait),
        ]
    }

    proptest! {
        #[test]
        fn what_is_kept_is_always_there(moves in prop::collection::vec(any_move(), 0..60)) {
            let (mut stock, mut now) = (Stock::of(5), 0);
            for step in moves {
                let before = stock.clone();
                let done = match step {
                    Move::Hold(order, pieces) => stock.hold(&order.to_string(), pieces, now, now + 50),
                    Move::Take(order, pieces) => stock.take(&order.to_string(), pieces, now),
                    Move::Release(order) => { stock.release(&order.to_string()); Ok(()) }
                    Move::Add(pieces) => stock.add(pieces),
                    Move::Count(there) => stock.count(there, now),
                    Move::Wait(time) => { now += time; Ok(()) }
                };
                if done.is_err() {
                    prop_assert_eq!(&stock, &before);
                }
                prop_assert!(stock.kept(now, "") <= stock.there);
            }
        }
    }
}
