//! The money desk of those who run the market: statements of the bank, paying buyers back, paying sellers.
//!
//! It is for registrars. What is certain is booked by itself, what is not is shown with its reason, and nothing is booked twice, however
//! often a statement is sent.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tiwizi_sdk::jobs::Later;
use tiwizi_sdk::{Answer, Entry, Error, Find, Request, Store, context};

use crate::books::{self, About};
use crate::kinds::{Order, Payout, Posting, Share, Shop};
use crate::ledger::{self, Account, Balances};
use crate::money::Centimes;
use crate::order::State;
use crate::payment::card::hex;
use crate::payment::reconcile::{self, Received, Verdict, Waiting};
use crate::payment::reference;
use crate::payout::Claim;
use crate::{today, trade};

/// Lines of a statement that one call takes: each may read and write several records.
const LINES_MAX: usize = 15;
/// Pages of a seller's closed parts that a payout adds up.
const PAGES_MAX: usize = 20;
/// Postings of which the page shows the balances.
const POSTINGS_MAX: u32 = 100;

/// Whether the caller runs the market.
pub(crate) fn is_staff() -> bool {
    context::caller().holds("registrar")
}

/// `GET /money`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    staff()?;
    page(request, &json!({}))
}

/// `POST /money/statement`
pub(crate) fn statement(request: &Request) -> Result<Answer, Error> {
    staff()?;
    let text = request.form("statement").unwrap_or_default();
    let lines = match reconcile::statement(text) {
        Ok(lines) if lines.len() <= LINES_MAX => lines,
        Ok(_) => return Ok(page(request, &json!({ "wrong": "too-many", "max": LINES_MAX }))?.with_status(422)),
        Err(wrong) => return Ok(page(request, &json!({ "wrong": "line", "line": wrong.line }))?.with_status(422)),
    };
    let mut orders = named(&lines)?;
    let waiting: Vec<Waiting> = orders.iter().map(waiting).collect();
    let mut told = Vec::new();
    for (line, verdict) in lines.iter().zip(reconcile::judge(&lines, &waiting)) {
        let mut known = false;
        if let Verdict::Settled { order } = &verdict
            && let Some(order) = orders.iter_mut().find(|known| known.id == *order)
        {
            trade::money(order, Account::Bank, line.amount, &proof(line))?;
        } else {
            let key = format!("in:{}", proof(line));
            known = Store::first(&Find::new().equal(Posting::KEY, key))?.is_some();
        }
        told.push(json!({ "text": line.text, "amount": line.amount.to_string(), "known": known, "is": verdict }));
    }
    page(request, &json!({ "told": told }))
}

/// `POST /money/repay`: a buyer was paid back, by the number of the order.
pub(crate) fn repay(request: &Request) -> Result<Answer, Error> {
    staff()?;
    let number = reference::find(request.form("reference").unwrap_or_default()).first().copied();
    let order = number.map(|number| Store::first(&Find::new().equal(Order::NUMBER, number))).transpose()?.flatten();
    let Some(mut order) = order else {
        return Ok(page(request, &json!({ "wrong": "no-order" }))?.with_status(422));
    };
    let owed = trade::owed(&order)?;
    let amount = Centimes::read(request.form("amount").unwrap_or_default()).unwrap_or_default();
    if amount <= Centimes::ZERO || amount > owed {
        return Ok(page(request, &json!({ "wrong": "refund", "owed": owed.to_string() }))?.with_status(422));
    }
    // Day and amount stand in the key: the same form sent twice is one payment, also when more is owed than it names.
    let proof = format!("{}:{}:{}", order.id, today::day().0, amount.0);
    let posting = ledger::repaid(&order.id, Account::Bank, amount, &proof);
    if books::book(posting, About { order: Some(&order.id), cooperative: None })? {
        order.body.repaid = order.body.repaid.plus(amount).unwrap_or(order.body.repaid);
        Store::replace(&order)?;
    }
    Ok(Answer::redirect("/money"))
}

/// `POST /money/payouts`: a seller was paid what is theirs.
pub(crate) fn pay_out(request: &Request) -> Result<Answer, Error> {
    staff()?;
    let shop =
        Shop::of(request.form_required("cooperative")?)?.ok_or_else(|| Error::not_found("there is no such shop"))?;
    let cooperative = shop.body.cooperative;
    let (claim, before) = claim(&cooperative)?;
    let amount = claim.payable(before);
    if amount == Centimes::ZERO {
        return Ok(page(request, &json!({ "wrong": "nothing-due" }))?.with_status(409));
    }
    Store::create(&Payout {
        cooperative: cooperative.clone(),
        at: context::now(),
        sales: claim.sales,
        commissions: claim.commissions,
        refunds: claim.refunds,
        before,
        amount,
    })?;
    // What was paid before stands in the key, so of two who pay at once one is refused.
    let key = format!("{cooperative}:{}", before.0);
    let booked = books::book(
        ledger::paid_out(&cooperative, amount, &key),
        About { order: None, cooperative: Some(&cooperative) },
    )?;
    if !booked {
        return Err(Error::new(409, "stale", "this was paid in the meantime"));
    }
    Ok(Answer::redirect("/money"))
}

/// `POST /money/examples`: writes the products of the demonstration, in the background.
pub(crate) fn examples(_: &Request) -> Result<Answer, Error> {
    staff()?;
    Later::new("examples").once("examples").enqueue(&json!({}))?;
    Ok(Answer::redirect("/money"))
}

/// What a seller's closed parts come to, and what was paid of it.
fn claim(cooperative: &str) -> Result<(Claim, Centimes), Error> {
    let find = Find::new().equal(Share::COOPERATIVE, cooperative).equal(Share::STATE, State::Closed.name()).limit(100);
    let (mut claim, mut next) = (Claim::default(), None);
    for page in 0.. {
        if page >= PAGES_MAX {
            return Err(Error::new(409, "over-limit", "the seller has more closed parts than can be added up at once"));
        }
        let found = Store::list(&find.clone().after(next.as_deref()))?;
        claim = found.items.iter().fold(claim, |sum, share| sum.and(Claim::of(&share.body.part)));
        next = found.next;
        if next.is_none() {
            break;
        }
    }
    let payouts = Find::new().equal(Payout::COOPERATIVE, cooperative).sort_descending(Payout::AT).limit(1);
    let last = Store::first(&payouts)?;
    let before = last.map_or(Centimes::ZERO, |last| Centimes(last.body.before.0 + last.body.amount.0));
    Ok((claim, before))
}

fn page(request: &Request, told: &Value) -> Result<Answer, Error> {
    let language = request.page_language();
    let mut shops = Vec::new();
    for shop in Store::list(&Find::new().equal(Shop::OPEN, true).limit(20))?.items {
        let (claim, before) = claim(&shop.body.cooperative)?;
        shops.push(json!({
            "cooperative": shop.body.cooperative, "name": shop.body.name.best(language), "sales": claim.sales.to_string(),
            "commissions": claim.commissions.to_string(), "refunds": claim.refunds.to_string(),
            "paid": before.to_string(), "due": claim.payable(before).to_string(),
        }));
    }
    let newest = Store::list(&Find::new().sort_descending(Posting::AT).limit(POSTINGS_MAX))?;
    let mut balances = Balances::default();
    for posting in &newest.items {
        balances.add(&posting.body.entries);
    }
    let data = json!({
        "told": told,
        "shops": shops,
        "postings": newest.items.iter().take(20).map(|entry| json!({
            "key": entry.body.key, "at": entry.body.at,
            "entries": entry.body.entries.iter().map(|side| json!({ "account": side.account, "amount": side.amount.to_string() })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "sum": balances.sum().to_string(),
    });
    Answer::page("money", "", &data)
}

/// The orders whose references stand in the lines.
fn named(lines: &[Received]) -> Result<Vec<Entry<Order>>, Error> {
    let mut orders: Vec<Entry<Order>> = Vec::new();
    for number in lines.iter().flat_map(|line| reference::find(&line.text)) {
        if !orders.iter().any(|order| order.body.number == number) {
            orders.extend(Store::first(&Find::new().equal(Order::NUMBER, number))?);
        }
    }
    Ok(orders)
}

/// What an order can be paid with, also after its term: [`trade::money`] confirms what is still there.
fn waiting(order: &Entry<Order>) -> Waiting {
    let due = (order.body.total.0 - order.body.received.0).max(0);
    Waiting { order: order.id.clone(), number: order.body.number, due: Centimes(due) }
}

/// What names a line, so that the same statement sent again books nothing.
fn proof(line: &Received) -> String {
    let text = format!("{}\n{}\n{}", line.day, line.text, line.amount.0);
    format!("bank:{}", hex(Sha256::digest(text.as_bytes()).get(..16).unwrap_or_default()))
}

pub(super) fn staff() -> Result<(), Error> {
    if !context::caller().is_signed_in() {
        return Err(Error::sign_in());
    }
    if is_staff() { Ok(()) } else { Err(Error::denied("the money desk is for those who run the market")) }
}
