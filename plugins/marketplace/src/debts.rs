//! Buyers who are owed money: what they paid, less what they owe for the parts that were sold and are left.
//!
//! Whatever happens to an order that was paid looks at it again, so the list is always that of now. Why is told from the order itself.
//! A repayment is booked by the bank's reference, once; it can be taken back by its opposite.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Date, Entry, Error, Find, Kind, Shape, Store, context};

use crate::books::{self, About};
use crate::held::{self, Held};
use crate::kinds::{Order, Posting, Share};
use crate::ledger::{self, Account};
use crate::money::Centimes;
use crate::order::{Reason, State};
use crate::payment::Method;
use crate::settlement::{self, REFERENCE_MAX};

/// What the buyer of an order is owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(open, since), read("plugin", "role:registrar"), create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "دين للمشتري", fr = "Dette envers un acheteur"),
    purpose = "To pay buyers back what is theirs."
)]
#[kind(retention = "Ten years, as books are kept.")]
pub(crate) struct Debt {
    #[field(unique, max_length = 64)]
    pub(crate) order: String,
    pub(crate) number: u64,
    pub(crate) amount: Centimes,
    /// Why, the words of [`Why`].
    #[field(max_items = 8)]
    pub(crate) whys: Vec<Why>,
    /// Since when something is owed.
    pub(crate) since: u64,
    pub(crate) open: bool,
}

/// Why a buyer is owed money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Why {
    /// The money came when the goods were gone.
    Gone,
    /// More came than was due, or it came twice.
    Overpaid,
    /// The buyer thought better of it.
    Withdrawal,
    /// The goods were faulty.
    Fault,
    /// Seller or buyer gave a part up.
    Cancelled,
    /// Nobody took the parcel.
    Refused,
}

/// Money that went back to a buyer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(at), read("plugin", "role:registrar"), create("plugin"), change("plugin"))]
#[kind(plane = "local", title(ar = "رد مبلغ", fr = "Remboursement"), purpose = "What buyers were paid back, and how.")]
#[kind(retention = "Ten years, as books are kept.")]
pub(crate) struct Repayment {
    /// The order and the reference: the same is never paid twice.
    #[field(unique, max_length = 140)]
    pub(crate) key: String,
    #[field(max_length = 64)]
    pub(crate) order: String,
    pub(crate) number: u64,
    #[field(min = 1)]
    pub(crate) amount: Centimes,
    #[field(max_length = 60)]
    pub(crate) reference: String,
    pub(crate) paid_on: Date,
    /// The piece of held money out of which its holder paid; none when the bank did.
    #[serde(default)]
    #[field(max_length = 64)]
    pub(crate) held: Option<String>,
    pub(crate) at: u64,
    /// Whether it holds; false once it was taken back.
    pub(crate) paid: bool,
    /// How often it was marked as paid: each time is booked by itself.
    pub(crate) marks: u32,
}

/// What is said of a repayment.
#[derive(Debug, Clone)]
pub(crate) struct Paid {
    pub(crate) amount: Centimes,
    pub(crate) reference: String,
    pub(crate) on: Date,
    /// The holder of the order's money paid, not the bank.
    pub(crate) by_holder: bool,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repaid {
    /// It is booked, now or by the same form before.
    Booked,
    /// It is nothing, or more than is owed: so much.
    NotOwed(Centimes),
    /// Another amount was paid back with this reference.
    Taken,
    /// It has too few or too many letters and digits to be a reference.
    NoReference,
    /// Nobody holds so much money for the order.
    NotHeld,
}

/// What a buyer can be paid back now.
pub(crate) fn owed(order: &Order, shares: &[Entry<Share>]) -> Result<Centimes, Error> {
    use State::{Awaiting, Closed, Delivered};
    let too_large = || Error::invalid("the amount is too large").with("reason", "too-large");
    let left = |share: &Entry<Share>| share.body.part.total()?.minus(share.body.part.money_back());
    let paid = Centimes(order.received.0 - order.repaid.0);
    // What can still be paid for is no debt: the rest may be on its way.
    let kept = shares.iter().filter(|share| share.body.part.state.is_sold() || share.body.part.state == Awaiting);
    let costs = Centimes::sum(kept.filter_map(left)).ok_or_else(too_large)?;
    let owed = paid.0 - costs.0;
    if order.method != Method::OnDelivery {
        return Ok(Centimes(owed.max(0)));
    }
    // What was paid at one door is not for the parcel that still comes to it.
    let at_the_door = shares.iter().filter(|share| matches!(share.body.part.state, Delivered | Closed));
    let back = Centimes::sum(at_the_door.map(|share| share.body.part.money_back())).ok_or_else(too_large)?;
    Ok(Centimes(owed.max((back.0 - order.repaid.0).min(paid.0)).max(0)))
}

/// Why the buyer of an order was owed money, once or still.
pub(crate) fn whys(order: &Order, shares: &[Entry<Share>]) -> Vec<Why> {
    let mut whys = Vec::new();
    if order.received > order.total {
        whys.push(Why::Overpaid);
    }
    let never_sold = |share: &&Entry<Share>| {
        let part = &share.body.part;
        matches!(part.state, State::Cancelled | State::Lapsed) && part.returned.is_empty()
    };
    // A part that was given up before it was paid is not in the total any more.
    let kept = shares.iter().filter(|share| !never_sold(share)).filter_map(|share| share.body.part.total());
    if shares.iter().any(|share| never_sold(&share)) && Centimes::sum(kept).is_some_and(|kept| kept < order.total) {
        whys.push(Why::Gone);
    }
    for (reason, why) in [
        (Reason::Withdrawal, Why::Withdrawal),
        (Reason::Fault, Why::Fault),
        (Reason::Cancelled, Why::Cancelled),
        (Reason::Refused, Why::Refused),
    ] {
        if shares.iter().any(|share| share.body.part.returned.iter().any(|back| back.reason == reason)) {
            whys.push(why);
        }
    }
    whys
}

/// Looks at what the buyer of an order is owed, and writes it down when it is another amount than before.
pub(crate) fn look(order: &Entry<Order>) -> Result<(), Error> {
    look_since(order, context::now())
}

/// The same, of what became owed at a moment.
pub(crate) fn look_since(order: &Entry<Order>, since: u64) -> Result<(), Error> {
    if order.body.received == Centimes::ZERO {
        return Ok(());
    }
    let shares = Share::of_order(&order.id)?;
    let amount = owed(&order.body, &shares)?;
    let known: Option<Entry<Debt>> = Store::first(&Find::new().equal(Debt::ORDER, order.id.as_str()))?;
    let whys = whys(&order.body, &shares);
    match known {
        Some(known) if known.body.amount == amount && known.body.whys == whys => Ok(()),
        Some(mut known) => {
            if known.body.amount == Centimes::ZERO {
                known.body.since = since;
            }
            (known.body.amount, known.body.whys, known.body.open) = (amount, whys, amount > Centimes::ZERO);
            Store::replace(&known).map(|_| ())
        }
        None if amount == Centimes::ZERO => Ok(()),
        None => {
            let (order, number) = (order.id.clone(), order.body.number);
            let debt = Debt { order, number, amount, whys, since, open: true };
            Store::create(&debt).map(|_| ())
        }
    }
}

/// Books that a buyer was paid back. The same reference for the same order is one repayment.
pub(crate) fn repay(order: &mut Entry<Order>, paid: &Paid) -> Result<Repaid, Error> {
    let Some(reference) = settlement::key(&paid.reference) else { return Ok(Repaid::NoReference) };
    let key = format!("{}:{reference}", order.id);
    let known: Option<Entry<Repayment>> = Store::first(&Find::new().equal(Repayment::KEY, key.as_str()))?;
    if let Some(known) = known.as_ref().filter(|known| known.body.paid) {
        return Ok(if known.body.amount == paid.amount { Repaid::Booked } else { Repaid::Taken });
    }
    let owed = owed(&order.body, &Share::of_order(&order.id)?)?;
    if paid.amount <= Centimes::ZERO || paid.amount > owed {
        return Ok(Repaid::NotOwed(owed));
    }
    let piece = if paid.by_holder { holding(order.body.number, paid.amount)? } else { None };
    if paid.by_holder && piece.is_none() {
        return Ok(Repaid::NotHeld);
    }
    let marks = known.as_ref().map_or(0, |known| known.body.marks) + 1;
    let till = piece.as_ref().map_or(Ok(Account::Bank), |piece| piece.body.holder().map(Account::Held))?;
    let posting = ledger::repaid(&order.id, till, paid.amount, &format!("{key}:{marks}"));
    books::book(posting, About { order: Some(&order.id), cooperative: None })?;
    let repayment = Repayment {
        key,
        order: order.id.clone(),
        number: order.body.number,
        amount: paid.amount,
        reference: paid.reference.trim().chars().take(REFERENCE_MAX).collect(),
        paid_on: paid.on.clone(),
        held: piece.as_ref().map(|piece| piece.id.clone()),
        at: context::now(),
        paid: true,
        marks,
    };
    let repayment = match known {
        Some(known) => Store::replace(&Entry { body: repayment, ..known })?,
        None => Store::create(&repayment)?,
    };
    if let Some(mut piece) = piece {
        held::settle(&mut piece, paid.amount)?;
        held::tell(&format!("{}:{}", repayment.id, repayment.version), &[&piece.id])?;
    }
    count(order, paid.amount)?;
    Ok(Repaid::Booked)
}

/// Takes a repayment back. False when it was taken back before.
pub(crate) fn undo(repayment: &mut Entry<Repayment>) -> Result<bool, Error> {
    if !repayment.body.paid {
        return Ok(false);
    }
    let body = &repayment.body;
    let key = format!("out:{}:{}", body.key, body.marks);
    let posting: Option<Entry<Posting>> = Store::first(&Find::new().equal(Posting::KEY, key.as_str()))?;
    let posting = posting.ok_or_else(|| Error::internal("a repayment was never booked"))?;
    let about = About { order: Some(&body.order), cooperative: None };
    books::book(ledger::undone(&key, &posting.body.entries), about)?;
    if let Some(held) = &body.held {
        let mut piece: Entry<Held> = Store::get(held)?.ok_or_else(|| Error::internal("held money is gone"))?;
        held::settle(&mut piece, Centimes(-body.amount.0))?;
        held::tell(&format!("{}:{}:back", repayment.id, repayment.version), &[&piece.id])?;
    }
    let mut order: Entry<Order> =
        Store::get(&body.order)?.ok_or_else(|| Error::internal("a repayment has no order"))?;
    count(&mut order, Centimes(-body.amount.0))?;
    repayment.body.paid = false;
    *repayment = Store::replace(repayment)?;
    Ok(true)
}

/// Counts what was paid back of an order, and looks at what is owed then.
pub(crate) fn count(order: &mut Entry<Order>, amount: Centimes) -> Result<(), Error> {
    let repaid = order.body.repaid.plus(amount).filter(|repaid| *repaid >= Centimes::ZERO);
    order.body.repaid = repaid.ok_or_else(|| Error::internal("more would be taken back than was paid back"))?;
    *order = Store::replace(order)?;
    look(order)
}

/// A piece of held money of an order out of which so much can be paid.
pub(crate) fn holding(number: u64, amount: Centimes) -> Result<Option<Entry<Held>>, Error> {
    Ok(Held::of_order(number)?.into_iter().find(|piece| piece.body.left() >= amount))
}
