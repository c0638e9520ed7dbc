//! Planned against actual: noting what truly happened in a month, and what follows for the cash.

use std::time::Duration;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, RecordId, Request, blobs, i18n};

use super::charts::row;
use super::inputs::Faults;
use super::plans::demand;
use crate::export::noted::noted;
use crate::kinds::OwnPlan;
use crate::notes::{NOTES_MAX, Note, Notes, Written};
use crate::plan::actual::{Beside, Compared, Group, Month, compare};
use crate::plan::number::{Number, NumberFault};
use crate::plan::{FIGURE_MAX, check, outcome};
use crate::remains;

/// Characters of a remark.
const TEXT_CHARS_MAX: usize = 300;
const MEDIA_TYPE: &str = "text/csv";
/// How long the link to the file of notes holds: whoever has it may fetch what people wrote, so it is made anew each time.
const LINK_MINUTES: u64 = 10;

/// What the page is about.
struct Desk<'a> {
    entry: &'a Entry<OwnPlan>,
    notes: &'a Notes,
    month: usize,
    faults: &'a Faults,
    /// The link to a file that was just made.
    file: Option<String>,
}

/// `GET /plans/{plan}/actual?month=…`: without a month, the first one of which nothing is noted.
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let entry = demand(request)?;
    let notes = Notes::of(&entry.id)?;
    let asked = request.query("month").and_then(|month| month_of(month, &entry));
    let next = || {
        let noted = notes.noted();
        let last = noted.keys().map(|(month, _)| *month).max();
        last.map_or(1, |last| last + 1).min(entry.body.plan.months())
    };
    let month = asked.map_or_else(next, usize::from);
    page(request, &Desk { entry: &entry, notes: &notes, month, faults: &Faults::new(), file: None })
}

/// `POST /plans/{plan}/actual/file`: what was noted, as a file for spreadsheets, for whoever may read the page.
pub(crate) fn file(request: &Request) -> Result<Answer, Error> {
    let entry = OwnPlan::look(&request.read_parameter::<RecordId>("plan")?)?;
    let notes = Notes::of(&entry.id)?;
    if notes.len() == 0 {
        return Ok(Answer::redirect(format!("/plans/{}/actual", entry.id)));
    }
    let month = request.form("month").and_then(|month| month_of(month, &entry)).map_or(1, usize::from);
    let language = request.page_language();
    let words = |key: &str| i18n::translate(key, &[], Some(language.tag())).unwrap_or_else(|_| key.to_owned());
    let text = noted(compared(&entry, &notes).as_ref(), &notes, &words);
    let blob = blobs::keep(MEDIA_TYPE, text.as_bytes())?;
    remains::remember_noted(&entry.id, &blob.id)?;
    let link = blobs::link(&blob.id, Duration::from_secs(LINK_MINUTES * 60))?;
    page(request, &Desk { entry: &entry, notes: &notes, month, faults: &Faults::new(), file: Some(link) })
}

fn compared(entry: &Entry<OwnPlan>, notes: &Notes) -> Option<Compared> {
    check(&entry.body.plan).ok().map(|checked| compare(&outcome(&checked), &notes.noted()))
}

/// `POST /plans/{plan}/actual`: notes what was filled in; what stands there already is not noted again.
pub(crate) fn note(request: &Request) -> Result<Answer, Error> {
    let entry = demand(request)?;
    let notes = Notes::of(&entry.id)?;
    let Some(month) = request.form("month").and_then(|month| month_of(month, &entry)) else {
        let faults = Faults::from([("month".to_owned(), "month".to_owned())]);
        let desk = Desk { entry: &entry, notes: &notes, month: 0, faults: &faults, file: None };
        return page(request, &desk).map(|page| page.with_status(422));
    };
    let refused = |faults: Faults| {
        let desk = Desk { entry: &entry, notes: &notes, month: usize::from(month), faults: &faults, file: None };
        page(request, &desk).map(|page| page.with_status(422))
    };
    let written = match read(request) {
        Ok(written) => written,
        Err(faults) => return refused(faults),
    };
    let is_new = |written: &&Written<'_>| {
        let latest = notes.latest(usize::from(month), written.group);
        latest
            .is_none_or(|note| note.amount != written.amount || !(written.text.is_empty() || note.text == written.text))
    };
    let new: Vec<&Written<'_>> = written.iter().filter(is_new).collect();
    let back = Answer::redirect(format!("/plans/{}/actual?month={month}", entry.id));
    if new.is_empty() {
        return Ok(back);
    }
    let whole = |code: &str| Faults::from([("whole".to_owned(), code.to_owned())]);
    // The form was made when so much was noted of the month; somebody else's note is looked at before it is corrected.
    if request.form("seen") != Some(seen(&notes, usize::from(month)).as_str()) {
        return refused(whole("noted-meanwhile"));
    }
    if notes.len() + new.len() > NOTES_MAX {
        return refused(whole("too-many-notes"));
    }
    for written in new {
        notes.add(&entry.id, month, *written)?;
    }
    Ok(back)
}

/// A month of the plan.
fn month_of(typed: &str, entry: &Entry<OwnPlan>) -> Option<u8> {
    let month = Number::typed(typed).ok()?.to_string().parse::<u8>().ok()?;
    (usize::from(month) <= entry.body.plan.months()).then_some(month)
}

/// How much is noted of a month, as the form says it.
fn seen(notes: &Notes, month: usize) -> String {
    notes.of_month(month).count().to_string()
}

/// What was filled in.
fn read(request: &Request) -> Result<Vec<Written<'_>>, Faults> {
    let (mut written, mut faults) = (Vec::new(), Faults::new());
    let text = request.form("text").map(str::trim).unwrap_or_default();
    if text.chars().count() > TEXT_CHARS_MAX {
        faults.insert("text".to_owned(), "too-long".to_owned());
    }
    for group in Group::ALL {
        let typed = request.form(group.word()).map(str::trim).unwrap_or_default();
        if typed.is_empty() {
            continue;
        }
        match amount(typed, group) {
            Ok(amount) => written.push(Written { group, amount, text }),
            Err(code) => drop(faults.insert(group.word().to_owned(), code.to_owned())),
        }
    }
    if written.is_empty() && faults.is_empty() {
        faults.insert("whole".to_owned(), "nothing-noted".to_owned());
    }
    if faults.is_empty() { Ok(written) } else { Err(faults) }
}

/// Only what is in the cash box may be below nothing: an account may be overdrawn.
fn amount(typed: &str, group: Group) -> Result<Number, &'static str> {
    let number = Number::typed(typed).map_err(NumberFault::code)?;
    let value = number.value();
    if value < Decimal::ZERO && group != Group::Cash {
        return Err("negative");
    }
    if value.abs() > Decimal::from(FIGURE_MAX) { Err("too-large") } else { Ok(number) }
}

fn page(request: &Request, desk: &Desk<'_>) -> Result<Answer, Error> {
    let Desk { entry, notes, month, faults, file } = desk;
    let month = *month;
    let compared = compared(entry, notes);
    let is_sent = request.method == "POST";
    let fields: Vec<Value> = Group::ALL.iter().map(|group| field(request, *group, notes, month, faults)).collect();
    let months: Vec<usize> = (0..=entry.body.plan.months()).collect();
    let history: Vec<Value> = notes.of_month(month).map(|note| told(note, notes, month)).collect();
    let data = json!({
        "plan": { "id": entry.id, "title": entry.body.title },
        "month": month,
        "months": months,
        "seen": seen(notes, month),
        "fields": fields,
        "text": if is_sent { request.form("text").unwrap_or_default() } else { "" },
        "text_fault": faults.get("text"),
        "whole_fault": faults.get("whole").or_else(|| faults.get("month")),
        "is_refused": !faults.is_empty(),
        "notes_max": NOTES_MAX,
        "history": history,
        "has_notes": notes.len() > 0,
        "file": file,
        "file_minutes": LINK_MINUTES,
        "has_figures": compared.is_some(),
        "rows": compared.as_ref().map(rows),
        "forecast": compared.as_ref().and_then(forecast),
        "charts": compared.as_ref().map(charts),
    });
    Answer::page("actual", &entry.body.title, &data)
}

fn field(request: &Request, group: Group, notes: &Notes, month: usize, faults: &Faults) -> Value {
    let there = notes.latest(month, group).map(|note| note.amount.to_string());
    let typed = request.form(group.word()).filter(|_| request.method == "POST").map(str::to_owned);
    // What somebody else noted meanwhile stands in the form, so that it is seen.
    let is_overtaken = faults.get("whole").is_some_and(|code| code == "noted-meanwhile");
    let value = if is_overtaken { there.or(typed) } else { typed.or(there) };
    json!({ "name": group.word(), "value": value, "error": faults.get(group.word()) })
}

fn told(note: &Note, notes: &Notes, month: usize) -> Value {
    let counts = notes.latest(month, note.group).is_some_and(|latest| latest.number == note.number);
    json!({
        "group": note.group.word(),
        "amount": money(note.amount.value()),
        "text": note.text,
        "at": note.at,
        "corrected": !counts,
    })
}

/// The months of which something is noted.
fn rows(compared: &Compared) -> Vec<Value> {
    let cell = |beside: &Beside| {
        json!({
            "planned": money(beside.planned),
            "actual": beside.actual.and_then(money),
            "difference": beside.difference().and_then(money),
        })
    };
    let months = compared.months.iter().enumerate();
    let noted = months.filter(|(_, month)| month.groups.iter().any(|beside| beside.actual.is_some()));
    noted
        .map(|(month, there)| json!({ "month": month, "groups": there.groups.iter().map(cell).collect::<Vec<_>>() }))
        .collect()
}

fn forecast(compared: &Compared) -> Option<Value> {
    let end = compared.months.last()?;
    let [.., cash] = end.groups;
    let (lowest, least) = compared.lowest?;
    Some(json!({
        "month": compared.last?,
        "amount": money(end.expected),
        "planned": money(cash.planned),
        "lowest": { "month": lowest, "amount": money(least), "below": least < Decimal::ZERO },
    }))
}

/// The rows of the charts; the plan's beginning is not drawn, because a chart has as many rows as a plan has months.
fn charts(compared: &Compared) -> Value {
    let drawn = |amounts: &dyn Fn(&Month) -> Vec<Option<Decimal>>| -> Vec<Value> {
        let months = compared.months.iter().enumerate().skip(1);
        months.map(|(month, there)| row(&month.to_string(), &amounts(there))).collect()
    };
    let both = |beside: Beside| vec![Some(beside.planned), beside.actual];
    json!({
        "sales": drawn(&|month| { let [sales, ..] = month.groups; both(sales) }),
        "costs": drawn(&|month| { let [_, costs, _] = month.groups; both(costs) }),
        "cash": drawn(&|month| { let [.., cash] = month.groups; vec![Some(cash.planned), cash.actual, Some(month.expected)] }),
    })
}

fn money(amount: Decimal) -> Option<f64> {
    amount.to_f64()
}
