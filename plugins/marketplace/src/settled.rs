//! What sellers have a claim to, kept as it grows, and their payouts.
//!
//! Each part that is closed, and each piece that goes back afterwards, is a line of a seller's account ([`Due`]) and changes its running sum
//! ([`Tally`]), so no page adds up what was sold before. A payout takes the lines of a time, and is of one seller; the next one begins where
//! the last confirmed one ended. There is one at a time that is not confirmed: what is undone leaves no hole.
//!
//! When the operator wants it so, a line waits until couriers, gateways or the shop have handed its money over; it is due from then on. What
//! was due once stays due, also when their remittance is taken back.

#![expect(clippy::duplicated_attributes, reason = "two indexes may have a field in common")]

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Date, Entry, Error, Find, Kind, Shape, Store, config, context};

use crate::books::{self, About};
use crate::held;
use crate::kinds::Share;
use crate::ledger;
use crate::money::Centimes;
use crate::payout::Claim;

/// A line of a seller's account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(cooperative, at), index(waits, cooperative), read("plugin", "own"))]
#[kind(create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "سطر من الحساب", fr = "Ligne de décompte"),
    purpose = "What sellers are owed, line by line."
)]
#[kind(retention = "Ten years, as books are kept.")]
pub(crate) struct Due {
    /// What it is of: no two have the same.
    #[field(unique, max_length = 100)]
    pub(crate) key: String,
    #[field(subject)]
    pub(crate) cooperative: String,
    /// The number of the order.
    pub(crate) number: u64,
    pub(crate) at: u64,
    pub(crate) sales: Centimes,
    pub(crate) commissions: Centimes,
    pub(crate) refunds: Centimes,
    /// How much of the sale's money is still with couriers, gateways or the shop.
    #[serde(default)]
    pub(crate) held: Centimes,
    /// Whether it waits until that is nothing; then its time is [`NEVER`].
    #[serde(default)]
    pub(crate) waits: bool,
}

/// The time of what is not due yet.
pub(crate) const NEVER: u64 = 8_640_000_000_000_000;

/// The running sum of a seller's account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(owed), read("plugin", "own"), create("plugin"), change("plugin"))]
#[kind(plane = "local", title(ar = "رصيد البائع", fr = "Solde d’un vendeur"), purpose = "What a seller is owed.")]
#[kind(retention = "Ten years, as books are kept.")]
pub(crate) struct Tally {
    #[field(subject, unique)]
    pub(crate) cooperative: String,
    pub(crate) sales: Centimes,
    pub(crate) commissions: Centimes,
    pub(crate) refunds: Centimes,
    pub(crate) paid: Centimes,
    /// Where the last confirmed payout ended.
    pub(crate) until: u64,
    /// Whether something is owed.
    pub(crate) owed: bool,
    /// The payout that is not confirmed yet.
    #[serde(default)]
    #[field(max_length = 64)]
    pub(crate) open: Option<String>,
}

/// What a seller is paid for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(cooperative, at), index(state, at), read("plugin", "own"))]
#[kind(create("plugin"), change("plugin"))]
#[kind(
    plane = "local",
    title(ar = "دفعة للتعاونية", fr = "Versement"),
    purpose = "What sellers were paid, and for what."
)]
#[kind(retention = "Ten years, as books are kept.")]
pub(crate) struct Payout {
    #[field(subject)]
    pub(crate) cooperative: String,
    pub(crate) at: u64,
    /// Behind this moment its time begins.
    pub(crate) from: u64,
    /// With this moment it ends.
    pub(crate) until: u64,
    pub(crate) sales: Centimes,
    pub(crate) commissions: Centimes,
    pub(crate) refunds: Centimes,
    #[field(min = 1)]
    pub(crate) amount: Centimes,
    pub(crate) lines: u32,
    /// Its statement as files, some lines in each.
    #[field(max_items = 100)]
    pub(crate) files: Vec<String>,
    pub(crate) state: PayoutState,
    /// How the bank names the transfer.
    #[serde(default)]
    #[field(max_length = 60)]
    pub(crate) reference: Option<String>,
    #[serde(default)]
    pub(crate) paid_on: Option<Date>,
    /// How often it was marked as paid: each time is booked by itself.
    pub(crate) marks: u32,
    /// How much of the money for its sales was still with others when it was prepared.
    #[serde(default)]
    pub(crate) held: Centimes,
}

/// How a payout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PayoutState {
    /// It is calculated, and nothing has left the bank.
    Prepared,
    /// Somebody has had it paid.
    Paid,
    /// The statement of the bank shows it. It stays as it is.
    Confirmed,
    /// It was given up; its time is paid by another one.
    Dropped,
}

impl PayoutState {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Paid => "paid",
            Self::Confirmed => "confirmed",
            Self::Dropped => "dropped",
        }
    }
}

impl Due {
    /// The line of a part that was closed.
    pub(crate) fn first_of(share: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::KEY, format!("{share}:0")))
    }

    /// What waits of a seller, without limit in time.
    pub(crate) fn waiting(cooperative: &str, lines_max: u32) -> Result<Vec<Entry<Self>>, Error> {
        let waiting = Find::new().equal(Self::WAITS, true).equal(Self::COOPERATIVE, cooperative);
        Ok(Store::list(&waiting.limit(lines_max))?.items)
    }

    /// What it comes to.
    pub(crate) const fn claim(&self) -> Claim {
        Claim { sales: self.sales, commissions: self.commissions, refunds: self.refunds }
    }

    fn add(&mut self, claim: Claim) {
        let sum = self.claim().and(claim);
        (self.sales, self.commissions, self.refunds) = (sum.sales, sum.commissions, sum.refunds);
    }
}

impl Tally {
    pub(crate) fn of(cooperative: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::COOPERATIVE, cooperative))
    }

    /// What it comes to.
    pub(crate) const fn claim(&self) -> Claim {
        Claim { sales: self.sales, commissions: self.commissions, refunds: self.refunds }
    }

    /// What is to be paid now.
    pub(crate) fn due(&self) -> Centimes {
        self.claim().payable(self.paid)
    }

    fn add(&mut self, claim: Claim) {
        let sum = self.claim().and(claim);
        (self.sales, self.commissions, self.refunds) = (sum.sales, sum.commissions, sum.refunds);
        self.owed = self.due() > Centimes::ZERO;
    }

    fn pay(&mut self, amount: Centimes) {
        self.paid = Centimes(self.paid.0.saturating_add(amount.0));
        self.owed = self.due() > Centimes::ZERO;
    }
}

/// Whether sellers are paid only what couriers, gateways and shops have handed over.
pub(crate) fn rule_waits() -> Result<bool, Error> {
    config::get("payouts_wait")
}

/// Notes what changed in a seller's claim to a part: it was closed, or pieces of a closed one went back.
pub(crate) fn note(id: &str, share: &Share, before: Claim) -> Result<(), Error> {
    let claim = Claim::of(&share.part).less(before);
    if claim == Claim::default() {
        return Ok(());
    }
    let is_first = before == Claim::default();
    if !is_first && let Some(mut first) = Due::first_of(id)?.filter(|first| first.body.waits) {
        // What waits is due with what went back of it.
        first.body.add(claim);
        return Store::replace(&first).map(|_| ());
    }
    let key = format!("{id}:{}", if is_first { 0 } else { share.part.returned.len() });
    if Store::first(&Find::new().equal(Due::KEY, key.as_str()))?.is_some() {
        return Ok(());
    }
    let held = if is_first { held::unsettled(id, share)? } else { Centimes::ZERO };
    let waits = held > Centimes::ZERO && rule_waits()?;
    Store::create(&Due {
        key,
        cooperative: share.cooperative.clone(),
        number: share.number,
        at: if waits { NEVER } else { context::now() },
        sales: claim.sales,
        commissions: claim.commissions,
        refunds: claim.refunds,
        held,
        waits,
    })?;
    if waits { Ok(()) } else { tally(&share.cooperative, claim) }
}

/// Looks at how much of a sale's money is with others now. What waited and is settled is due from this moment on.
pub(crate) fn held_changed(id: &str, share: &Share) -> Result<(), Error> {
    let Some(mut due) = Due::first_of(id)? else { return Ok(()) };
    let held = held::unsettled(id, share)?;
    if held == Centimes::ZERO && due.body.waits {
        return release(due);
    }
    if held != due.body.held {
        due.body.held = held;
        Store::replace(&due)?;
    }
    Ok(())
}

/// What waited is due.
pub(crate) fn release(mut due: Entry<Due>) -> Result<(), Error> {
    (due.body.waits, due.body.at) = (false, context::now());
    due.body.held = Centimes::ZERO;
    let due = Store::replace(&due)?;
    tally(&due.body.cooperative, due.body.claim())
}

fn tally(cooperative: &str, claim: Claim) -> Result<(), Error> {
    if let Some(mut tally) = Tally::of(cooperative)? {
        tally.body.add(claim);
        return Store::replace(&tally).map(|_| ());
    }
    let (zero, cooperative) = (Centimes::ZERO, cooperative.to_owned());
    let (owed, open) = (false, None);
    let mut tally =
        Tally { cooperative, sales: zero, commissions: zero, refunds: zero, paid: zero, until: 0, owed, open };
    tally.add(claim);
    Store::create(&tally).map(|_| ())
}

/// What somebody does to a payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// It was paid; how the bank names it, and when.
    Pay { reference: String, on: Date },
    /// The bank shows it.
    Confirm,
    /// Not that, after all: it is not paid, or it is not to be paid.
    Undo,
}

/// Does a step to a payout and books it. False when it cannot happen where the payout stands.
pub(crate) fn step(payout: &mut Entry<Payout>, step: Step) -> Result<bool, Error> {
    let cooperative = payout.body.cooperative.clone();
    let mut tally = Tally::of(&cooperative)?.ok_or_else(|| Error::internal("the seller has no account"))?;
    let about = About { order: None, cooperative: Some(&cooperative) };
    let (amount, key) = (payout.body.amount, |marks: u32| format!("{}:{marks}", payout.id));
    match (payout.body.state, step) {
        (PayoutState::Prepared, Step::Pay { reference, on }) => {
            let marks = payout.body.marks + 1;
            books::book(ledger::paid_out(&cooperative, amount, &key(marks)), about)?;
            tally.body.pay(amount);
            payout.body.marks = marks;
            (payout.body.state, payout.body.reference, payout.body.paid_on) =
                (PayoutState::Paid, Some(reference), Some(on));
        }
        (PayoutState::Paid, Step::Undo) => {
            books::book(ledger::not_paid_out(&cooperative, amount, &key(payout.body.marks)), about)?;
            tally.body.pay(Centimes(-amount.0));
            (payout.body.state, payout.body.reference, payout.body.paid_on) = (PayoutState::Prepared, None, None);
        }
        (PayoutState::Prepared, Step::Undo) => {
            tally.body.open = None;
            payout.body.state = PayoutState::Dropped;
        }
        (PayoutState::Paid, Step::Confirm) => {
            (tally.body.until, tally.body.open) = (payout.body.until, None);
            payout.body.state = PayoutState::Confirmed;
        }
        _ => return Ok(false),
    }
    Store::replace(&tally)?;
    *payout = Store::replace(payout)?;
    Ok(true)
}
