//! The reconciliation desk: lines of bank statements that match no order, or more than one, and what a person decides of them.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Find, Language, Request, Store};

use super::money::staff;
use crate::bank::{self, BankLine, Decided, UNDO_MS};
use crate::kinds::Order;
use crate::ledger::Holder;
use crate::payment::reference;
use crate::remit::{self, Remittance, RemittanceState};

/// Lines of a page.
const LINES_MAX: u32 = 20;

/// `GET /money/lines`; `state` chooses, `after` goes on.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    staff()?;
    page(request, None)
}

/// `POST /money/lines/{id}`: which order it pays, that it is for none, or not that after all.
pub(crate) fn decide(request: &Request) -> Result<Answer, Error> {
    staff()?;
    let line: Option<Entry<BankLine>> = Store::get(request.parameter("id"))?;
    let mut line = line.ok_or_else(|| Error::not_found("there is no such line"))?;
    let seen = line.body.state;
    // A form that comes twice finds another state than that from which it was made.
    if request.form("state") != Some(seen.name()) {
        return Ok(to(seen));
    }
    let done = match request.form("do").unwrap_or_default() {
        "choose" => {
            let number = reference::find(request.form("reference").unwrap_or_default()).first().copied();
            let order = number.map(|number| Store::first(&Find::new().equal(Order::NUMBER, number))).transpose()?;
            let Some(order) = order.flatten() else {
                return Ok(page(request, Some("no-order"))?.with_status(422));
            };
            bank::choose(&mut line, &order)?
        }
        "remit" => return remitted(request, &mut line),
        "aside" => bank::set_aside(&mut line)?,
        "undo" => bank::undo(&mut line)?,
        _ => return Err(Error::invalid("there is no such decision").with("field", "do")),
    };
    if done { Ok(to(seen)) } else { Ok(page(request, Some("line-booked"))?.with_status(409)) }
}

/// The line is the remittance that it was held against: an announced one is booked with what the bank shows.
fn remitted(request: &Request, line: &mut Entry<BankLine>) -> Result<Answer, Error> {
    let remittance = line.body.remittance.as_deref().map(Store::<Remittance>::get).transpose()?.flatten();
    let Some(mut remittance) = remittance.filter(|_| line.body.state == Decided::Open) else {
        return Ok(page(request, Some("no-remittance"))?.with_status(409));
    };
    if remit::arrive(&mut remittance, line.body.amount, Some(line.body.proof.clone()))? {
        bank::is_remittance(line, &remittance.id)?;
        return Ok(Answer::redirect(format!("/money/remittances/{}", remittance.id)));
    }
    if !is_of(&remittance.body, &line.body) {
        return Ok(page(request, Some("no-remittance"))?.with_status(409));
    }
    remit::seen(&mut remittance, &line.body.proof)?;
    bank::is_remittance(line, &remittance.id)?;
    Ok(Answer::redirect(format!("/money/remittances/{}", remittance.id)))
}

/// Whether a line can be that of a remittance that is in the books.
fn is_of(remittance: &Remittance, line: &BankLine) -> bool {
    remittance.state == RemittanceState::Booked && remittance.amount == line.amount && remittance.line.is_none()
}

fn page(request: &Request, wrong: Option<&str>) -> Result<Answer, Error> {
    let asked = request.query("state").or_else(|| request.form("state"));
    let state = Decided::ALL.into_iter().find(|state| asked == Some(state.name())).unwrap_or(Decided::Open);
    let find = Find::new().equal(BankLine::STATE, state).sort_descending(BankLine::AT).limit(LINES_MAX);
    let found = Store::list(&find.after(request.query("after").filter(|after| !after.is_empty())))?;
    let mut lines = Vec::new();
    for line in &found.items {
        lines.push(view(line, request.page_language())?);
    }
    let states = Decided::ALL.map(Decided::name);
    let data = json!({ "lines": lines, "next": found.next, "state": state, "states": states, "wrong": wrong, "minutes": UNDO_MS / 60_000 });
    Answer::page("bank", "", &data)
}

fn view(line: &Entry<BankLine>, language: Language) -> Result<Value, Error> {
    let body = &line.body;
    let mut candidates = Vec::new();
    for id in &body.candidates {
        if let Some(order) = Store::<Order>::get(id)? {
            let due = crate::money::Centimes((order.body.total.0 - order.body.received.0).max(0));
            candidates.push(json!({ "reference": reference::of(order.body.number), "due": due.to_string() }));
        }
    }
    let remittance = body.remittance.as_deref().map(Store::<Remittance>::get).transpose()?.flatten();
    let holder = body.holder.as_deref().and_then(Holder::read);
    let order = body.order.as_deref().map(Store::<Order>::get).transpose()?.flatten();
    Ok(json!({
        "id": line.id, "day": body.day, "text": body.text, "amount": body.amount.to_string(), "doubt": body.doubt,
        "holder": holder.map(|holder| super::holders::named(&holder, language)).transpose()?,
        "remittance": remittance.map(|one| json!({
            "id": one.id, "reference": one.body.reference, "amount": one.body.amount.to_string(), "state": one.body.state.name(),
            "fits": one.body.state == RemittanceState::Announced || is_of(&one.body, body),
        })),
        "candidates": candidates, "order": order.and_then(|order| reference::of(order.body.number)),
    }))
}

fn to(state: Decided) -> Answer {
    Answer::redirect(format!("/money/lines?state={}", state.name()))
}
