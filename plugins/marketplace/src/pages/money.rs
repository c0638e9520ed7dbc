//! The money desk of those who run the market: statements of the bank, what others hold, paying buyers back, paying sellers.
//!
//! It is for registrars. What is certain is booked by itself, what is not is shown with its reason, and nothing is booked twice, however
//! often a statement is sent.

use serde_json::{Value, json};
use tiwizi_sdk::jobs::Later;
use tiwizi_sdk::{Answer, Error, Find, Request, Store, context};

use crate::bank::{BankLine, Decided};
use crate::day::Day;
use crate::debts::Debt;
use crate::kinds::{Attempt, Order, Posting, Shop};
use crate::ledger::Balances;
use crate::payment::reconcile::{LINES_MAX, SHEETS_MAX};
use crate::payment::reference;
use crate::remit::Remittance;
use crate::settled::{self, Payout, PayoutState, Tally};
use crate::{statements, today};

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

/// `POST /money/statement`: a sheet of a statement; `of` and `place` say that it goes on from one before.
pub(crate) fn statement(request: &Request) -> Result<Answer, Error> {
    staff()?;
    let text = request.form("statement").unwrap_or_default();
    let place =
        request.form("place").and_then(|place| super::desk::whole(place, SHEETS_MAX)).filter(|place| *place > 1);
    let of = request.form("of").filter(|of| of.len() == 32 && of.bytes().all(|sign| sign.is_ascii_hexdigit()));
    let told = match statements::take(text, of.zip(place))? {
        Ok(taken) => json!({
            "told": taken.told, "rest": taken.rest, "of": taken.statement,
            "next": (taken.place < SHEETS_MAX && !text.trim().is_empty()).then_some(taken.place + 1),
        }),
        Err(wrong) if wrong.line == 0 => json!({ "wrong": "too-many", "max": LINES_MAX }),
        Err(wrong) => json!({ "wrong": "line", "line": wrong.line }),
    };
    let answer = page(request, &told)?;
    Ok(if told.get("wrong").is_some() { answer.with_status(422) } else { answer })
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
        "differences": Store::count(&Find::new().equal(Remittance::OPEN, true))?,
        "debts": Store::count(&Find::new().equal(Debt::OPEN, true))?,
        "payouts_wait": settled::rule_waits()?,
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

pub(super) fn staff() -> Result<(), Error> {
    if !context::caller().is_signed_in() {
        return Err(Error::sign_in());
    }
    if is_staff() { Ok(()) } else { Err(Error::denied("the money desk is for those who run the market")) }
}
