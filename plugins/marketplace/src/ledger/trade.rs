//! What is booked when: a sale, its money, what goes back, and what the seller is paid.
//!
//! The platform's commission is always that on the goods that are left of a part. When some go back, the difference goes back too, so
//! that however a part is divided its commission is exact to the centime.

use super::{Account, Entry, Holder, Posting, Unbooked};
use crate::money::Centimes;
use crate::order::Part;

/// A part was sold: its buyer owes it, the seller has a claim, the platform its commission.
///
/// # Errors
/// When its amounts cannot be counted.
pub fn sold(order: &str, id: &str, seller: &str, part: &Part) -> Result<Posting, Unbooked> {
    let (total, goods) = part.total().zip(part.goods()).ok_or(Unbooked::TooLarge)?;
    let (commission, vat) = part.commission_on(goods);
    Posting::of(
        format!("sale:{id}"),
        &[
            (Account::Buyer(order.to_owned()), total),
            (Account::Seller(seller.to_owned()), Centimes(commission.0 + vat.0 - total.0)),
            (Account::Platform, Centimes(-commission.0)),
            (Account::Vat, Centimes(-vat.0)),
        ],
    )
}

/// Goods of a sold part went back: the entry that stands at `place` of [`Part::returned`].
///
/// # Errors
/// When there is none, or it is worth nothing.
pub fn given_back(order: &str, id: &str, seller: &str, part: &Part, place: usize) -> Result<Posting, Unbooked> {
    let returned = part.returned.get(place).ok_or(Unbooked::Empty)?;
    let goods = part.goods().ok_or(Unbooked::TooLarge)?;
    let gone: i64 = part.returned.iter().take(place).map(|before| before.goods.0).sum();
    let (before, before_vat) = part.commission_on(Centimes(goods.0 - gone));
    let (after, after_vat) = part.commission_on(Centimes(goods.0 - gone - returned.goods.0));
    let (commission, vat, amount) = (before.0 - after.0, before_vat.0 - after_vat.0, returned.amount().0);
    Posting::of(
        format!("back:{id}:{place}"),
        &[
            (Account::Buyer(order.to_owned()), Centimes(-amount)),
            (Account::Seller(seller.to_owned()), Centimes(amount - commission - vat)),
            (Account::Platform, Centimes(commission)),
            (Account::Vat, Centimes(vat)),
        ],
    )
}

/// A buyer's money came in. `proof` names it: the transaction of the gateway, the line of the statement.
///
/// # Errors
/// When the amount is nothing.
pub fn received(order: &str, till: Account, amount: Centimes, proof: &str) -> Result<Posting, Unbooked> {
    let buyer = Account::Buyer(order.to_owned());
    Posting::of(format!("in:{proof}"), &[(till, amount), (buyer, Centimes(-amount.0))])
}

/// A buyer was paid back.
///
/// # Errors
/// When the amount is nothing.
pub fn repaid(order: &str, till: Account, amount: Centimes, proof: &str) -> Result<Posting, Unbooked> {
    let buyer = Account::Buyer(order.to_owned());
    Posting::of(format!("out:{proof}"), &[(buyer, amount), (till, Centimes(-amount.0))])
}

/// Somebody handed money over: what came to the bank, the fee that they kept, and how much of what they held it covers. What is left of
/// it, or is missing, is a difference.
///
/// # Errors
/// When all of it is nothing.
pub fn settled(holder: &Holder, [amount, fee, covered]: [Centimes; 3], proof: &str) -> Result<Posting, Unbooked> {
    let difference = amount.0.checked_add(fee.0).and_then(|gross| gross.checked_sub(covered.0));
    let difference = difference.ok_or(Unbooked::TooLarge)?;
    let sides = [
        (Account::Bank, amount),
        (Account::Platform, fee),
        (Account::Held(holder.clone()), Centimes(-covered.0)),
        (Account::Difference(holder.clone()), Centimes(-difference)),
    ];
    Posting::of(format!("settled:{proof}"), &sides)
}

/// Money that was handed over covers more of what was held than was said before; less, when the amount is negative.
///
/// # Errors
/// When the amount is nothing.
pub fn assigned(holder: &Holder, amount: Centimes, proof: &str) -> Result<Posting, Unbooked> {
    let difference = Account::Difference(holder.clone());
    let sides = [(difference, amount), (Account::Held(holder.clone()), Centimes(-amount.0))];
    Posting::of(format!("assigned:{proof}"), &sides)
}

/// What a difference turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explained {
    /// Too much came, and it stays with the platform.
    Kept,
    /// Too much came, and it was sent back.
    SentBack,
    /// What is missing is a fee that nobody had named.
    Fee,
    /// What is missing is lost, and the platform bears it.
    Lost,
    /// What is missing was paid back to the buyer of an order by those who held it.
    Refunded {
        /// The order.
        order: String,
    },
}

impl Explained {
    /// Whether it explains that too much came.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Kept | Self::SentBack)
    }
}

/// A difference, or a part of it, is explained. The amount is positive.
///
/// # Errors
/// When the amount is nothing.
pub fn explained(holder: &Holder, as_what: &Explained, amount: Centimes, proof: &str) -> Result<Posting, Unbooked> {
    let difference = Account::Difference(holder.clone());
    let less = Centimes(-amount.0);
    let (other, change) = match as_what {
        Explained::Kept => ((Account::Platform, less), amount),
        Explained::SentBack => ((Account::Bank, less), amount),
        Explained::Fee | Explained::Lost => ((Account::Platform, amount), less),
        Explained::Refunded { order } => ((Account::Buyer(order.clone()), amount), less),
    };
    Posting::of(format!("explained:{proof}"), &[(difference, change), other])
}

/// What was booked is taken back by its opposite.
///
/// # Errors
/// When it is not nothing together.
pub fn undone(key: &str, entries: &[Entry]) -> Result<Posting, Unbooked> {
    Posting::against(format!("undone:{key}"), entries)
}

/// A seller was paid.
///
/// # Errors
/// When the amount is nothing.
pub fn paid_out(seller: &str, amount: Centimes, payout: &str) -> Result<Posting, Unbooked> {
    let seller = Account::Seller(seller.to_owned());
    Posting::of(format!("payout:{payout}"), &[(seller, amount), (Account::Bank, Centimes(-amount.0))])
}

/// A seller was not paid after all: what [`paid_out`] booked under the same key is taken back.
///
/// # Errors
/// When the amount is nothing.
pub fn not_paid_out(seller: &str, amount: Centimes, payout: &str) -> Result<Posting, Unbooked> {
    let seller = Account::Seller(seller.to_owned());
    Posting::of(format!("payout-undone:{payout}"), &[(Account::Bank, amount), (seller, Centimes(-amount.0))])
}
