//! What a seller is paid: of the parts whose term of withdrawal is over, the sales less the commissions and what went back, less what was
//! paid before.
//!
//! When goods go back after their part was paid out, the next payout is so much smaller. It is never negative: what is missing waits for
//! the sales that follow.

use serde::Serialize;

use crate::money::Centimes;
use crate::order::{Part, State};

/// What the parts of a seller come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Claim {
    /// Goods and deliveries that were sold.
    pub sales: Centimes,
    /// What the platform keeps of what was not given back, with the tax on it.
    pub commissions: Centimes,
    /// What went back to buyers.
    pub refunds: Centimes,
}

impl Claim {
    /// What a part comes to; nothing before it is closed.
    #[must_use]
    pub fn of(part: &Part) -> Self {
        if part.state == State::Closed { Self::of_sold(part) } else { Self::default() }
    }

    /// What a part comes to, whether it is closed or not.
    #[must_use]
    pub fn of_sold(part: &Part) -> Self {
        let (sales, goods) = part.total().zip(part.goods()).unwrap_or_default();
        let (commission, vat) = part.commission_on(Centimes(goods.0 - part.goods_back().0));
        Self { sales, commissions: Centimes(commission.0 + vat.0), refunds: part.money_back() }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            sales: Centimes(self.sales.0 + other.sales.0),
            commissions: Centimes(self.commissions.0 + other.commissions.0),
            refunds: Centimes(self.refunds.0 + other.refunds.0),
        }
    }

    /// What it is more than another.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self {
            sales: Centimes(self.sales.0 - other.sales.0),
            commissions: Centimes(self.commissions.0 - other.commissions.0),
            refunds: Centimes(self.refunds.0 - other.refunds.0),
        }
    }

    /// Sales less commissions and refunds.
    #[must_use]
    pub const fn amount(self) -> Centimes {
        Centimes(self.sales.0 - self.commissions.0 - self.refunds.0)
    }

    /// What is to be paid now, when so much was paid before.
    #[must_use]
    pub fn payable(self, paid: Centimes) -> Centimes {
        Centimes(self.amount().0.saturating_sub(paid.0).max(0))
    }
}
