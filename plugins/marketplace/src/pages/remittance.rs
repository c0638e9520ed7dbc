//! One remittance: what it was booked for, step by step, its difference by name, and what a clerk says of it.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Find, Language, Request, Store};

use super::holders::named;
use super::money::staff;
use crate::bank;
use crate::kinds::Order;
use crate::ledger::Explained;
use crate::money::Centimes;
use crate::payment::reference;
use crate::remit::{self, Remittance, RemittanceState, Settling};

/// `GET /money/remittances/{id}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    staff()?;
    page(request, &of(request)?, &json!({}))
}

/// `POST /money/remittances/{id}`: more orders, what a difference is, that it came, or not after all.
pub(crate) fn step(request: &Request) -> Result<Answer, Error> {
    staff()?;
    let mut remittance = of(request)?;
    let there = Answer::redirect(format!("/money/remittances/{}", remittance.id));
    // A form that comes twice finds another version than that from which it was made.
    if request.form("version") != Some(remittance.version.to_string().as_str()) {
        return Ok(there);
    }
    let done = match request.form("do").unwrap_or_default() {
        "more" => more(request, &mut remittance)?,
        "explain" => explain(request, &mut remittance)?,
        "arrive" => {
            let amount = remittance.body.amount;
            if remit::arrive(&mut remittance, amount, None)? { Ok(()) } else { Err(json!({ "wrong": "remit-state" })) }
        }
        "undo" => {
            let line = remittance.body.line.clone();
            let is_undone = remit::undo(&mut remittance)?;
            if let Some(line) = line.filter(|_| remittance.body.state == RemittanceState::Undone) {
                bank::free(&line)?;
            }
            if is_undone { Ok(()) } else { Err(json!({ "wrong": "remit-state" })) }
        }
        _ => return Err(Error::invalid("there is no such step").with("field", "do")),
    };
    match done {
        Ok(()) => Ok(there),
        Err(told) => Ok(page(request, &remittance, &told)?.with_status(422)),
    }
}

fn more(request: &Request, remittance: &mut Entry<Remittance>) -> Result<Result<(), Value>, Error> {
    let wanted = match super::holders::wanted(request, &remittance.body.holder()?)? {
        Ok(wanted) => wanted,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let done = remit::more(remittance, wanted)?;
    Ok(if done { Ok(()) } else { Err(json!({ "wrong": "remit-nothing" })) })
}

fn explain(request: &Request, remittance: &mut Entry<Remittance>) -> Result<Result<(), Value>, Error> {
    let open = Centimes(remittance.body.difference.0.saturating_abs());
    let amount = match request.form("amount").unwrap_or_default().trim() {
        "" => Ok(open),
        amount => Centimes::read(amount),
    };
    let Some(amount) = amount.ok().filter(|amount| Centimes::ZERO < *amount && *amount <= open) else {
        return Ok(Err(json!({ "wrong": "remit-explained", "open": open.to_string() })));
    };
    let note = request.form("note").unwrap_or_default();
    let what = match request.form("what").unwrap_or_default() {
        "kept" => Explained::Kept,
        "sent-back" => Explained::SentBack,
        "fee" => Explained::Fee,
        "lost" => Explained::Lost,
        what @ ("refunded" | "owed") => {
            let number = reference::find(request.form("order").unwrap_or_default()).first().copied();
            let order = number.map(|number| Store::first(&Find::new().equal(Order::NUMBER, number))).transpose()?;
            let Some(order) = order.flatten() else { return Ok(Err(json!({ "wrong": "no-order" }))) };
            if what == "owed" {
                let done = remit::owe_again(remittance, order.body.number, amount)?;
                return Ok(if done { Ok(()) } else { Err(json!({ "wrong": "remit-not-covered" })) });
            }
            Explained::Refunded { order: order.id }
        }
        _ => return Ok(Err(json!({ "wrong": "remit-what" }))),
    };
    let done = remit::explain(remittance, &what, amount, note)?;
    Ok(if done { Ok(()) } else { Err(json!({ "wrong": "remit-not-this" })) })
}

fn of(request: &Request) -> Result<Entry<Remittance>, Error> {
    Store::get(request.parameter("id"))?.ok_or_else(|| Error::not_found("there is no such remittance"))
}

fn page(request: &Request, remittance: &Entry<Remittance>, told: &Value) -> Result<Answer, Error> {
    let steps = remit::steps(&remittance.id)?;
    let last = steps.iter().rev().find(|step| !step.body.undone).map(|step| step.body.place);
    let data = json!({
        "remittance": view(remittance, request.page_language())?,
        "version": remittance.version,
        "steps": steps.iter().map(step_view).collect::<Vec<_>>(),
        "last": last,
        "whats": if remittance.body.difference > Centimes::ZERO { &["kept", "sent-back"][..] } else { &["owed", "fee", "lost", "refunded"][..] },
        "planned": remittance.body.planned.len(),
        "full": remittance.body.steps >= remit::STEPS_MAX,
        "told": told,
    });
    Answer::page("remittance", "", &data)
}

fn step_view(step: &Entry<Settling>) -> Value {
    let body = &step.body;
    let covers: Vec<Value> = body
        .covers
        .iter()
        .map(|cover| json!({ "order": reference::of(cover.number), "amount": cover.amount.to_string() }))
        .collect();
    let amount = Centimes(body.change.0.saturating_abs()).to_string();
    json!({
        "place": body.place, "what": body.what, "covers": covers, "amount": amount, "note": body.note,
        "undone": body.undone, "at": body.at,
    })
}

/// A remittance as lists and its page show it.
pub(super) fn view(remittance: &Entry<Remittance>, language: Language) -> Result<Value, Error> {
    let body = &remittance.body;
    Ok(json!({
        "id": remittance.id, "holder": named(&body.holder()?, language)?, "reference": body.reference, "day": body.day,
        "amount": body.amount.to_string(), "fee": body.fee.to_string(), "covered": body.covered.to_string(),
        "difference": Centimes(body.difference.0.saturating_abs()).to_string(), "named": body.named(),
        "state": body.state.name(), "awaits": body.awaits, "open": body.open,
    }))
}
