//! What is booked when: a sale, its money, what goes back, and what the seller is paid.
//!
//! The platform's commission is always that on the goods that are left of a part. When some go back, the difference goes back too, so
//! that however a part is divided its commission is exact to the centime.

use super::{Account, Posting, Unbooked};
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

/// Gateway or courier handed money over, less what they keep.
///
/// # Errors
/// When the amount is nothing.
pub fn settled(till: Account, amount: Centimes, fee: Centimes, proof: &str) -> Result<Posting, Unbooked> {
    let sides = [(Account::Bank, Centimes(amount.0 - fee.0)), (Account::Platform, fee), (till, Centimes(-amount.0))];
    Posting::of(format!("settled:{proof}"), &sides)
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
