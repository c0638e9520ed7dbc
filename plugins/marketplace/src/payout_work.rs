//! Payouts as work in the background: one for each seller who is owed something, each added up and written down in steps that fit into a call.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tiwizi_sdk::jobs::Later;
use tiwizi_sdk::{Entry, Error, Find, Store, blobs, context};

use crate::day::{DAY_MS, Day};
use crate::held::Held;
use crate::kinds::{Contact, Share};
use crate::money::Centimes;
use crate::notices::{self, Message};
use crate::payment::reference;
use crate::payout::Claim;
use crate::settled::{self, Due, Payout, PayoutState, Tally};

/// How long after the last day of a payout it is added up: what was begun on that day is written by then.
const SETTLE_MS: u64 = 5 * 60 * 1_000;
/// Sellers whose payouts one step begins.
const SELLERS_MAX: u32 = 80;
/// Pages of lines that one step adds up, each of [`LINES_MAX`].
const PAGES_MAX: usize = 10;
const LINES_MAX: u32 = 100;
/// Waiting lines that one step lets go of.
const RELEASED_MAX: u32 = 30;
/// Pieces of held money of which one step tells: each has an order of several sellers.
const PIECES_MAX: usize = 5;
/// Files of a statement; what is more waits for the next payout.
const FILES_MAX: usize = 100;
/// What a statement's file is.
pub(crate) const CSV: &str = "text/csv";

/// What a run still has to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    until: u64,
    #[serde(default)]
    after: Option<String>,
}

/// Pieces of held money of which something else is settled than before.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Changed {
    pieces: Vec<String>,
}

/// A payout that is being added up.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Adding {
    cooperative: String,
    from: u64,
    until: u64,
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    sales: Centimes,
    #[serde(default)]
    commissions: Centimes,
    #[serde(default)]
    refunds: Centimes,
    #[serde(default)]
    held: Centimes,
    #[serde(default)]
    lines: u32,
    #[serde(default)]
    files: Vec<String>,
}

/// Has payouts prepared for everything up to the end of a day that is over.
pub(crate) fn begin(last: Day) -> Result<(), Error> {
    let until = u64::try_from(last.plus(1).0).unwrap_or_default().saturating_mul(DAY_MS).saturating_sub(1);
    let at = context::now().max(until.saturating_add(SETTLE_MS));
    Later::new("payout-run").at(at).once(until.to_string()).enqueue(&Run { until, after: None }).map(|_| ())
}

/// Begins the payouts of some sellers.
pub(crate) fn run(run: &Run) -> Result<(), Error> {
    // What began to wait under another rule is due now, and comes with the next run.
    if run.after.is_none() && !settled::rule_waits()? && !waiting(1)?.is_empty() {
        Later::new("release").once("release").enqueue(&json!({}))?;
    }
    let owed = Find::new().equal(Tally::OWED, true).limit(SELLERS_MAX).after(run.after.as_deref());
    let page = Store::list(&owed)?;
    for tally in page.items.iter().filter(|tally| tally.body.open.is_none() && tally.body.until < run.until) {
        let (cooperative, from) = (tally.body.cooperative.as_str(), tally.body.until);
        let adding = json!({ "cooperative": cooperative, "from": from, "until": run.until });
        Later::new("payout").once(cooperative).enqueue(&adding)?;
    }
    if let Some(next) = page.next {
        let key = format!("{}:{next}", run.until);
        Later::new("payout-run").once(key).enqueue(&Run { until: run.until, after: Some(next) })?;
    }
    Ok(())
}

fn waiting(lines_max: u32) -> Result<Vec<Entry<Due>>, Error> {
    Ok(Store::list(&Find::new().equal(Due::WAITS, true).limit(lines_max))?.items)
}

/// Lets go of what waits, when nothing waits any more.
pub(crate) fn release() -> Result<(), Error> {
    if settled::rule_waits()? {
        return Ok(());
    }
    for due in waiting(RELEASED_MAX)? {
        settled::release(due)?;
    }
    if waiting(1)?.is_empty() { Ok(()) } else { Later::new("release").enqueue(&json!({})).map(|_| ()) }
}

/// Tells the accounts of sellers that pieces of held money were settled, or are not after all.
pub(crate) fn held_changed(changed: Changed) -> Result<(), Error> {
    let mut pieces = changed.pieces;
    let rest = pieces.split_off(pieces.len().min(PIECES_MAX));
    for piece in &pieces {
        let Some(piece) = Store::<Held>::get(piece)? else { continue };
        for share in Share::of_order(&piece.body.order)? {
            if piece.body.share.as_ref().is_none_or(|part| *part == share.id) {
                settled::held_changed(&share.id, &share.body)?;
            }
        }
    }
    if rest.is_empty() {
        return Ok(());
    }
    Later::new("held-changed").enqueue(&Changed { pieces: rest }).map(|_| ())
}

/// Adds up some lines of a seller's account; at their end the payout is there, when something is to be paid.
pub(crate) fn add(mut adding: Adding) -> Result<(), Error> {
    let lines = Find::new().equal(Due::COOPERATIVE, adding.cooperative.as_str());
    let lines = lines.above(Due::AT, adding.from).at_most(Due::AT, adding.until).sort(Due::AT).limit(LINES_MAX);
    let mut csv = String::new();
    for _ in 0..PAGES_MAX {
        let page = Store::list(&lines.clone().after(adding.after.as_deref()))?;
        for line in &page.items {
            csv.push_str(&written(&line.body));
            adding.count(&line.body);
        }
        adding.after = page.next;
        if adding.after.is_none() {
            break;
        }
    }
    if !csv.is_empty() {
        let head = "order;day;sales;commissions;refunds;net\n";
        adding.files.push(blobs::keep(CSV, format!("{head}{csv}").as_bytes())?.id);
    }
    match adding.after {
        Some(_) if adding.files.len() < FILES_MAX => {
            let key = format!("{}:{}", adding.cooperative, adding.files.len());
            Later::new("payout").once(key).enqueue(&adding).map(|_| ())
        }
        Some(_) => Err(Error::internal("the time is too long for one payout; begin with an earlier day")),
        None => prepare(adding),
    }
}

fn prepare(adding: Adding) -> Result<(), Error> {
    let claim = Claim { sales: adding.sales, commissions: adding.commissions, refunds: adding.refunds };
    let tally = Tally::of(&adding.cooperative)?;
    // Another run may have been faster; and after returns nothing may be left of the time: it waits for the next one.
    let free = |tally: &Entry<Tally>| tally.body.open.is_none() && tally.body.until == adding.from;
    let Some(mut tally) = tally.filter(free).filter(|_| claim.amount() > Centimes::ZERO) else { return Ok(()) };
    let payout = Store::create(&Payout {
        cooperative: adding.cooperative,
        at: context::now(),
        from: adding.from,
        until: adding.until,
        sales: claim.sales,
        commissions: claim.commissions,
        refunds: claim.refunds,
        amount: claim.amount(),
        lines: adding.lines,
        files: adding.files,
        state: PayoutState::Prepared,
        reference: None,
        paid_on: None,
        marks: 0,
        held: adding.held,
    })?;
    tally.body.open = Some(payout.id);
    Store::replace(&tally).map(|_| ())
}

impl Adding {
    fn count(&mut self, line: &Due) {
        self.sales = Centimes(self.sales.0 + line.sales.0);
        self.commissions = Centimes(self.commissions.0 + line.commissions.0);
        self.refunds = Centimes(self.refunds.0 + line.refunds.0);
        self.held = Centimes(self.held.0 + line.held.0);
        self.lines = self.lines.saturating_add(1);
    }
}

/// A line of the file: amounts in dirhams with a point, so that any program reads them.
fn written(line: &Due) -> String {
    let net = line.sales.0 - line.commissions.0 - line.refunds.0;
    let order = reference::of(line.number).unwrap_or_default();
    let day = Day::of(line.at).date().map(|day| day.to_string()).unwrap_or_default();
    format!("{order};{day};{};{};{};{}\n", line.sales, line.commissions, line.refunds, Centimes(net))
}

/// Tells who is told of a cooperative's orders that it was paid.
pub(crate) fn tell(payout: &str) -> Result<(), Error> {
    let is_paid = |payout: &Entry<Payout>| matches!(payout.body.state, PayoutState::Paid | PayoutState::Confirmed);
    let Some(payout) = Store::<Payout>::get(payout)?.filter(is_paid) else { return Ok(()) };
    let cooperative = payout.body.cooperative.as_str();
    let contact = Store::first(&Find::new().equal(Contact::COOPERATIVE, cooperative))?;
    let message = Message::new("notice-payout-paid")
        .value("amount", payout.body.amount)
        .link(format!("/desk/{cooperative}/payouts/{}", payout.id));
    notices::person(contact.as_ref().map(|contact| contact.body.person.as_str()), &message)
}
