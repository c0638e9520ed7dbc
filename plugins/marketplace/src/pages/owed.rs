//! Buyers who are owed money: one list with amount, order, reason and since when, and marking each as paid back.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Date, Entry, Error, Find, Request, Store};

use super::money::staff;
use crate::day::Day;
use crate::debts::{self, Debt, Paid, Repaid, Repayment};
use crate::kinds::Order;
use crate::money::Centimes;
use crate::payment::reference;
use crate::today;

/// Debts, or repayments, of a page.
const DEBTS_MAX: u32 = 25;

/// `GET /money/owed`; `state=paid` shows what was paid back, `after` goes on.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    staff()?;
    page(request, &json!({}))
}

/// `POST /money/owed/{id}`: the buyer was paid back.
pub(crate) fn pay(request: &Request) -> Result<Answer, Error> {
    staff()?;
    let debt: Option<Entry<Debt>> = Store::get(request.parameter("id"))?;
    let debt = debt.ok_or_else(|| Error::not_found("nobody is owed this"))?;
    let mut order: Entry<Order> =
        Store::get(&debt.body.order)?.ok_or_else(|| Error::internal("a debt has no order"))?;
    let refused = |wrong: &str, owed: Centimes, status: u16| {
        let told = json!({ "wrong": wrong, "id": debt.id, "owed": owed.to_string() });
        Ok(page(request, &told)?.with_status(status))
    };
    let field = |name: &str| request.form(name).unwrap_or_default().trim();
    let Ok(amount) = Centimes::read(field("amount")) else { return refused("owed-amount", debt.body.amount, 422) };
    let on = field("paid_on").parse::<Date>().ok().filter(|on| Day::from_date(on) <= today::day());
    let Some(on) = on else { return refused("owed-day", debt.body.amount, 422) };
    let reference = field("reference").to_owned();
    let paid = Paid { amount, reference, on, by_holder: field("by") == "holder" };
    match debts::repay(&mut order, &paid)? {
        Repaid::Booked => Ok(Answer::redirect("/money/owed")),
        Repaid::NotOwed(owed) => refused("owed-more", owed, 422),
        Repaid::Taken => refused("owed-taken", debt.body.amount, 409),
        Repaid::NoReference => refused("owed-reference", debt.body.amount, 422),
        Repaid::NotHeld => refused("owed-holder", debt.body.amount, 422),
    }
}

/// `POST /money/repayments/{id}`: it was not paid back after all.
pub(crate) fn undo(request: &Request) -> Result<Answer, Error> {
    staff()?;
    let repayment: Option<Entry<Repayment>> = Store::get(request.parameter("id"))?;
    let mut repayment = repayment.ok_or_else(|| Error::not_found("there is no such repayment"))?;
    // A form that comes twice finds another version than that from which it was made.
    if request.form("version") == Some(repayment.version.to_string().as_str()) {
        debts::undo(&mut repayment)?;
    }
    Ok(Answer::redirect("/money/owed?state=paid"))
}

fn page(request: &Request, told: &Value) -> Result<Answer, Error> {
    let is_paid = request.query("state") == Some("paid");
    let after = request.query("after").filter(|after| !after.is_empty());
    let (mut debts, mut repayments) = (Vec::new(), Vec::new());
    let next = if is_paid {
        let found = Store::list(&Find::new().sort_descending(Repayment::AT).limit(DEBTS_MAX).after(after))?;
        repayments.extend(found.items.iter().map(repayment_view));
        found.next
    } else {
        let open = Find::new().equal(Debt::OPEN, true).sort(Debt::SINCE).limit(DEBTS_MAX);
        let found = Store::list(&open.after(after))?;
        for debt in &found.items {
            debts.push(view(debt)?);
        }
        found.next
    };
    let typed = |name: &str| request.form(name).map(ToOwned::to_owned);
    // What somebody else paid back meanwhile stands in the list no more.
    let is_listed = debts.iter().any(|debt| debt.get("id") == told.get("id"));
    let data = json!({
        "elsewhere": !is_listed,
        "paid": is_paid, "debts": debts, "repayments": repayments, "next": next, "told": told, "today": today::date()?,
        "form": { "amount": typed("amount"), "reference": typed("reference"), "paid_on": typed("paid_on"), "by": typed("by") },
        "refund_days": today::sales()?.refund_days,
    });
    Answer::page("owed", "", &data)
}

fn view(debt: &Entry<Debt>) -> Result<Value, Error> {
    let body = &debt.body;
    let until = Day::of(body.since).plus(today::sales()?.refund_days);
    let held = debts::holding(body.number, Centimes(1))?.map(|piece| piece.body.left().to_string());
    Ok(json!({
        "id": debt.id, "order": reference::of(body.number), "amount": body.amount.to_string(), "whys": body.whys,
        "since": body.since, "until": until.date(), "late": today::day() > until, "held": held,
    }))
}

fn repayment_view(repayment: &Entry<Repayment>) -> Value {
    let body = &repayment.body;
    json!({
        "id": repayment.id, "version": repayment.version, "order": reference::of(body.number), "amount": body.amount.to_string(),
        "reference": body.reference, "paid_on": body.paid_on, "paid": body.paid, "by_holder": body.held.is_some(),
    })
}
