//! The money desk of those who run the market: statements of the bank, paying buyers back, paying sellers.
//!
//! It is for registrars. What is certain is booked by itself, what is not is shown with its reason, and nothing is booked twice, however
//! often a statement is sent.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tiwizi_sdk::jobs::Later;
use tiwizi_sdk::{Answer, Entry, Error, Find, Request, Store, context};

use crate::bank::{BankLine, Decided};
use crate::books::{self, About};
use crate::day::Day;
use crate::kinds::{Attempt, Order, Posting, Shop};
use crate::ledger::{self, Account, Balances};
use crate::money::Centimes;
use crate::payment::card::hex;
use crate::payment::reconcile::{self, Doubt, Received, Verdict, Waiting};
use crate::payment::reference;
use crate::settled::{Payout, PayoutState, Tally};
use crate::{today, trade};

/// Lines of a statement that one call takes: each may read and write a dozen records, and a call may do 200 of that with its page.
const LINES_MAX: usize = 10;
/// Attempts in doubt of the page.
const DOUBTFUL_MAX: u32 = 20;
/// Sellers, and payouts, of a page.
const SELLERS_MAX: u32 = 30;
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
    for (at, (line, verdict)) in lines.iter().zip(reconcile::judge(&lines, &waiting)).enumerate() {
        let proof = proof(line, lines.iter().take(at).filter(|before| *before == line).count());
        let kept = BankLine::of(&proof)?;
        let mut known = kept.is_some();
        if let Verdict::Settled { order } = &verdict
            && kept.as_ref().is_none_or(|kept| kept.body.state == Decided::Open)
            && let Some(order) = orders.iter_mut().find(|known| known.id == *order)
        {
            known = !trade::money(order, Account::Bank, line.amount, &proof)?;
            if let Some(mut kept) = kept {
                (kept.body.state, kept.body.order) = (Decided::Booked, Some(order.id.clone()));
                Store::replace(&kept)?;
            }
        } else if let Verdict::Doubtful { doubt, candidates } = &verdict {
            known = known || Store::first(&Find::new().equal(Posting::KEY, format!("in:{proof}")))?.is_some();
            if !known {
                keep(line, proof, *doubt, candidates)?;
            }
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

/// `POST /money/examples`: writes the products of the demonstration, in the background.
pub(crate) fn examples(_: &Request) -> Result<Answer, Error> {
    staff()?;
    Later::new("examples").once("examples").enqueue(&json!({}))?;
    Ok(Answer::redirect("/money"))
}

pub(super) fn page(request: &Request, told: &Value) -> Result<Answer, Error> {
    let language = request.page_language();
    let after = |name: &str| request.query(name).filter(|after| !after.is_empty()).map(ToOwned::to_owned);
    let owed = Find::new().equal(Tally::OWED, true).limit(SELLERS_MAX).after(after("sellers").as_deref());
    let owed = Store::list(&owed)?;
    let mut sellers = Vec::new();
    for tally in &owed.items {
        let tally = &tally.body;
        let shop = Shop::of(&tally.cooperative)?.map(|shop| shop.body.name.best(language).to_owned());
        sellers.push(json!({
            "cooperative": tally.cooperative, "name": shop, "sales": tally.sales.to_string(),
            "commissions": tally.commissions.to_string(), "refunds": tally.refunds.to_string(),
            "paid": tally.paid.to_string(), "due": tally.due().to_string(), "open": tally.open,
        }));
    }
    let state = [PayoutState::Prepared, PayoutState::Paid, PayoutState::Confirmed, PayoutState::Dropped];
    let state =
        state.into_iter().find(|state| request.query("state") == Some(state.name())).unwrap_or(PayoutState::Prepared);
    let payouts = Find::new().equal(Payout::STATE, state).sort_descending(Payout::AT).limit(SELLERS_MAX);
    let payouts = Store::list(&payouts.after(after("payouts").as_deref()))?;
    let newest = Store::list(&Find::new().sort_descending(Posting::AT).limit(POSTINGS_MAX))?;
    let mut balances = Balances::default();
    for posting in &newest.items {
        balances.add(&posting.body.entries);
    }
    let data = json!({
        "told": told,
        "sellers": sellers,
        "sellers_next": owed.next,
        "state": state,
        "payouts": payouts.items.iter().map(super::payouts::view).collect::<Vec<_>>(),
        "payouts_next": payouts.next,
        "doubtful": doubtful()?,
        "open_lines": Store::count(&Find::new().equal(BankLine::STATE, Decided::Open))?,
        "begun": request.query("begun").is_some(),
        "yesterday": Day(today::day().0 - 1).date(),
        "postings": newest.items.iter().take(20).map(|entry| json!({
            "key": entry.body.key, "at": entry.body.at,
            "entries": entry.body.entries.iter().map(|side| json!({ "account": side.account, "amount": side.amount.to_string() })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "sum": balances.sum().to_string(),
    });
    Answer::page("money", "", &data)
}

/// Orders whose payment by card a person has to ask the gateway about.
fn doubtful() -> Result<Vec<Value>, Error> {
    let mut orders = Vec::new();
    for attempt in Store::list(&Find::new().equal(Attempt::DOUBT, true).limit(DOUBTFUL_MAX))?.items {
        if let Some(order) = Store::<Order>::get(&attempt.body.order)? {
            orders.push(json!({
                "reference": reference::of(order.body.number), "amount": attempt.body.attempt.amount.to_string(),
                "attempt": attempt.id, "paid": attempt.body.attempt.is_paid(),
            }));
        }
    }
    Ok(orders)
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

/// What names a line, so that the same statement sent again books nothing. Lines of one statement that say the same are counted: each is
/// money of its own.
fn proof(line: &Received, before: usize) -> String {
    let text = format!("{}\n{}\n{}", line.day, line.text, line.amount.0);
    let name = hex(Sha256::digest(text.as_bytes()).get(..16).unwrap_or_default());
    if before == 0 { format!("bank:{name}") } else { format!("bank:{name}:{before}") }
}

/// Keeps a line until a person has decided what it is.
fn keep(line: &Received, proof: String, doubt: Doubt, candidates: &[String]) -> Result<(), Error> {
    let cut = |text: &str, chars: usize| text.chars().take(chars).collect::<String>();
    Store::create(&BankLine {
        proof,
        day: cut(&line.day, 40),
        text: cut(&line.text, 400),
        amount: line.amount,
        doubt: doubt.code().to_owned(),
        candidates: candidates.to_vec(),
        state: Decided::Open,
        order: None,
        at: context::now(),
    })
    .map(|_| ())
}

pub(super) fn staff() -> Result<(), Error> {
    if !context::caller().is_signed_in() {
        return Err(Error::sign_in());
    }
    if is_staff() { Ok(()) } else { Err(Error::denied("the money desk is for those who run the market")) }
}
