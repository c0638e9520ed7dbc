//! Money that others hold, piece by piece: what a courier took at a door, what a gateway captured from a card, what a shop was paid.
//!
//! Each piece is there from the moment in which its money was booked, and what is settled of it grows until it is the whole. What is
//! left of all pieces of a holder is the balance of the holder's account in the books.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tiwizi_sdk::jobs::Later;
use tiwizi_sdk::{Entry, Error, Find, Kind, Store, context};

use crate::kinds::{Order, Share};
use crate::ledger::Holder;
use crate::money::Centimes;

/// Pieces of one order: each attempt with a card and each door is one.
const OF_ORDER_MAX: u32 = 100;

/// A piece of money that somebody holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(open, holder, at), index(number), read("plugin", "role:registrar"))]
#[kind(create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "مبلغ عند الغير", fr = "Somme détenue"),
    purpose = "What couriers, gateways and shops still have to hand over."
)]
#[kind(retention = "Ten years, as books are kept.")]
pub(crate) struct Held {
    /// What proves it: that of the posting that booked it.
    #[field(unique, max_length = 120)]
    pub(crate) key: String,
    /// Who holds it, as the books write it.
    #[field(max_length = 60)]
    pub(crate) holder: String,
    #[field(max_length = 64)]
    pub(crate) order: String,
    /// The part that it was paid for, when it was paid for one alone.
    #[serde(default)]
    #[field(max_length = 64)]
    pub(crate) share: Option<String>,
    /// The number of the order.
    pub(crate) number: u64,
    pub(crate) at: u64,
    #[field(min = 1)]
    pub(crate) amount: Centimes,
    pub(crate) settled: Centimes,
    /// Whether something is left of it.
    pub(crate) open: bool,
}

impl Held {
    /// What is left of it.
    pub(crate) const fn left(&self) -> Centimes {
        Centimes(self.amount.0 - self.settled.0)
    }

    /// Its holder.
    pub(crate) fn holder(&self) -> Result<Holder, Error> {
        Holder::read(&self.holder).ok_or_else(|| Error::internal("money is held by nobody"))
    }

    /// The pieces of an order, oldest first.
    pub(crate) fn of_order(number: u64) -> Result<Vec<Entry<Self>>, Error> {
        Ok(Store::list(&Find::new().equal(Self::NUMBER, number).limit(OF_ORDER_MAX))?.items)
    }
}

/// Notes that somebody took money; it was booked just now, and for the first time.
pub(crate) fn take(
    holder: &Holder,
    order: &Entry<Order>,
    share: Option<&str>,
    amount: Centimes,
    proof: &str,
) -> Result<(), Error> {
    if amount <= Centimes::ZERO {
        return Ok(());
    }
    Store::create(&Held {
        key: proof.to_owned(),
        holder: holder.to_string(),
        order: order.id.clone(),
        share: share.map(ToOwned::to_owned),
        number: order.body.number,
        at: context::now(),
        amount,
        settled: Centimes::ZERO,
        open: true,
    })
    .map(|_| ())
}

/// Settles so much of a piece; less than nothing opens it again. What is not there to be settled is refused.
pub(crate) fn settle(piece: &mut Entry<Held>, amount: Centimes) -> Result<(), Error> {
    let settled = piece.body.settled.plus(amount).filter(|sum| Centimes::ZERO <= *sum && *sum <= piece.body.amount);
    piece.body.settled = settled.ok_or_else(|| Error::internal("more would be settled than is held"))?;
    piece.body.open = piece.body.left() > Centimes::ZERO;
    *piece = Store::replace(piece)?;
    Ok(())
}

/// Has the accounts of sellers told what is settled of their sales now. `of` names what settled the pieces, or took that back.
pub(crate) fn tell(of: &str, pieces: &[&str]) -> Result<(), Error> {
    if pieces.is_empty() {
        return Ok(());
    }
    Later::new("held-changed").once(of).enqueue(&json!({ "pieces": pieces })).map(|_| ())
}

/// How much of the money for a part is still with others. Of money that was paid for several parts, each has its share; what is less than a
/// centime of it counts as one, so it is nothing only when nothing is left.
pub(crate) fn unsettled(id: &str, share: &Share) -> Result<Centimes, Error> {
    let total = share.part.total().unwrap_or_default();
    let mut sum = 0_i64;
    for piece in Held::of_order(share.number)? {
        let piece = piece.body;
        match &piece.share {
            Some(part) if part == id => sum = sum.saturating_add(piece.left().0),
            Some(_) => {}
            None => {
                let (left, amount) = (i128::from(piece.left().0), i128::from(piece.amount.0.max(1)));
                let part = (i128::from(total.0) * left + amount - 1) / amount;
                sum = sum.saturating_add(i64::try_from(part).unwrap_or(i64::MAX));
            }
        }
    }
    Ok(Centimes(sum.min(total.0)))
}
