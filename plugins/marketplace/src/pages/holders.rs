//! Who holds money of the platform, what each still has to hand over by day and order, and booking what they hand over.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Date, Entry, Error, Find, Language, Request, Store};

use super::money::staff;
use crate::bank::{self, BankLine, Decided};
use crate::day::{DAY_MS, Day};
use crate::held::Held;
use crate::holders;
use crate::ledger::Holder;
use crate::money::Centimes;
use crate::payment::reference;
use crate::remit::{self, Heard, Remittance, Told, Wanted};
use crate::settlement::{self, COVERS_MAX};
use crate::today;

/// Holders of the page.
const HOLDERS_MAX: usize = 20;
/// Pages of a holder's pieces that are added up, each of [`SUMMED_MAX`].
const PAGES_MAX: usize = 3;
const SUMMED_MAX: u32 = 100;
/// Pieces of a page: as many as one remittance covers at a time.
const PIECES_MAX: u32 = 30;
/// Remittances of a page.
const REMITTANCES_MAX: u32 = 20;

/// `GET /money/holders`: each with what they owe; and the remittances whose difference is open.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    staff()?;
    let language = request.page_language();
    let (mut found, mut after) = (Vec::new(), request.query("after").unwrap_or_default().to_owned());
    let mut next = None;
    // From one holder to the next, without reading what lies between.
    while let Some(first) = next_holder(&after)? {
        if found.len() == HOLDERS_MAX {
            next = Some(after);
            break;
        }
        let holder = first.body.holder()?;
        let (owed, is_all) = owed(&first.body.holder)?;
        let (sum, pieces) = owed;
        found.push(json!({
            "holder": named(&holder, language)?, "sum": sum.to_string(), "pieces": pieces, "all": is_all, "oldest": first.body.at,
        }));
        after = first.body.holder;
    }
    let open = Find::new().equal(Remittance::OPEN, true).sort(Remittance::AT).limit(REMITTANCES_MAX);
    let open = Store::list(&open.after(request.query("open").filter(|open| !open.is_empty())))?;
    let mut differences = Vec::new();
    for remittance in &open.items {
        differences.push(super::remittance::view(remittance, language)?);
    }
    let data = json!({ "holders": found, "next": next, "differences": differences, "open_next": open.next });
    Answer::page("holders", "", &data)
}

/// The oldest piece of the next holder after a word.
fn next_holder(after: &str) -> Result<Option<Entry<Held>>, Error> {
    let find = Find::new().equal(Held::OPEN, true).above(Held::HOLDER, after).sort(Held::HOLDER);
    Store::first(&find)
}

/// What a holder owes in how many pieces, and whether all were added up.
fn owed(holder: &str) -> Result<((Centimes, usize), bool), Error> {
    let pieces = Find::new().equal(Held::OPEN, true).equal(Held::HOLDER, holder).sort(Held::AT).limit(SUMMED_MAX);
    let (mut sum, mut count, mut next) = (0_i64, 0, None::<String>);
    for _ in 0..PAGES_MAX {
        let page = Store::list(&pieces.clone().after(next.as_deref()))?;
        count += page.items.len();
        sum = page.items.iter().fold(sum, |sum, piece| sum.saturating_add(piece.body.left().0));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    Ok(((Centimes(sum), count), next.is_none()))
}

/// A holder as pages show it.
pub(super) fn named(holder: &Holder, language: Language) -> Result<Value, Error> {
    Ok(json!({ "word": holder.to_string(), "kind": holder.kind(), "name": holders::name(holder, language)? }))
}

/// `GET /money/holders/{holder}`; `from` and `until` choose days, `after` goes on, `line` is a line of the bank that it shall be.
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    staff()?;
    page(request, &of(request)?, &json!({}))
}

/// `POST /money/holders/{holder}`: what they handed over, or say that they did.
pub(crate) fn book(request: &Request) -> Result<Answer, Error> {
    staff()?;
    let holder = of(request)?;
    let refused = |told: Value, status: u16| Ok(page(request, &holder, &told)?.with_status(status));
    let told = match told(request, &holder) {
        Ok(told) => told,
        Err(wrong) => return refused(json!({ "wrong": wrong }), 422),
    };
    let wanted = match wanted(request, &holder)? {
        Ok(wanted) => wanted,
        Err(wrong) => return refused(wrong, 422),
    };
    let line = match line(request)? {
        Ok(line) => line,
        // The form came twice.
        Err(Some(remittance)) => return Ok(Answer::redirect(format!("/money/remittances/{remittance}"))),
        Err(None) => return refused(json!({ "wrong": "no-remittance" }), 409),
    };
    if line.as_ref().is_some_and(|line| line.body.amount != told.amount) {
        return refused(json!({ "wrong": "remit-line" }), 422);
    }
    match remit::hear(&told, wanted)? {
        Heard::Known(mut remittance) => {
            if let Some(mut line) = line.filter(|_| !told.later)
                && remittance.body.line.is_none()
            {
                remit::seen(&mut remittance, &line.body.proof)?;
                bank::is_remittance(&mut line, &remittance.id)?;
            }
            Ok(Answer::redirect(format!("/money/remittances/{}", remittance.id)))
        }
        Heard::Other(known) => refused(json!({ "wrong": "remit-other", "known": known.id }), 409),
        Heard::NoReference => refused(json!({ "wrong": "remit-reference" }), 422),
    }
}

/// The bank's line that the form is for, while nobody has decided on it: what pays an order counts there already. Otherwise the remittance
/// that it was booked as, if it was.
fn line(request: &Request) -> Result<Result<Option<Entry<BankLine>>, Option<String>>, Error> {
    let Some(id) = request.form("line").filter(|line| !line.is_empty()) else { return Ok(Ok(None)) };
    Ok(match Store::<BankLine>::get(id)? {
        Some(line) if line.body.state == Decided::Open => Ok(Some(line)),
        Some(line) if line.body.state == Decided::Remitted => Err(line.body.remittance),
        _ => Err(None),
    })
}

/// What the form says of a remittance; or what is wrong with it.
fn told(request: &Request, holder: &Holder) -> Result<Told, &'static str> {
    let field = |name: &str| request.form(name).unwrap_or_default().trim();
    let amount = Centimes::read(field("amount")).map_err(|_| "remit-amount")?;
    let fee = match field("fee") {
        "" => Centimes::ZERO,
        fee => Centimes::read(fee).map_err(|_| "remit-fee")?,
    };
    if amount.0 + fee.0 == 0 {
        return Err("remit-amount");
    }
    let day = field("day").parse::<Date>().map_err(|_| "remit-day")?;
    if Day::from_date(&day) > today::day() {
        return Err("remit-day");
    }
    let reference = field("reference").to_owned();
    if settlement::key(&reference).is_none() || reference.chars().count() > settlement::REFERENCE_MAX {
        return Err("remit-reference");
    }
    Ok(Told { holder: holder.clone(), reference, day, amount, fee, later: request.form("do") == Some("announce") })
}

/// The pieces that a form names: those that are ticked, each with a part when one is written, and those of the list.
pub(super) fn wanted(request: &Request, holder: &Holder) -> Result<Result<Vec<Wanted>, Value>, Error> {
    let word = holder.to_string();
    let mut wanted: Vec<Wanted> = Vec::new();
    for (_, id) in request.form.iter().filter(|(name, _)| name == "held").take(COVERS_MAX + 1) {
        let Some(held) = Store::<Held>::get(id)?.filter(|held| held.body.holder == word) else {
            return Ok(Err(json!({ "wrong": "remit-order" })));
        };
        let part = match request.form(&format!("part-{id}")).unwrap_or_default().trim() {
            "" => None,
            part => match Centimes::read(part) {
                Ok(part) => Some(part),
                Err(_) => return Ok(Err(json!({ "wrong": "remit-part", "order": reference::of(held.body.number) }))),
            },
        };
        wanted.push((held, part));
    }
    let named = match settlement::orders(request.form("orders").unwrap_or_default()) {
        Ok(named) if named.len() + wanted.len() <= COVERS_MAX => named,
        Ok(_) => return Ok(Err(json!({ "wrong": "remit-many", "max": COVERS_MAX }))),
        Err(wrong) => return Ok(Err(json!({ "wrong": "remit-list", "line": wrong.line }))),
    };
    for (number, amount) in settlement::together(named) {
        let mut pieces = Held::of_order(number)?;
        pieces.retain(|piece| piece.body.holder == word);
        if pieces.is_empty() {
            return Ok(Err(json!({ "wrong": "remit-order", "order": reference::of(number) })));
        }
        // Each door is a piece, and the list of a courier names the order. What is settled covers nothing, and the difference says so.
        pieces.retain(|piece| piece.body.open && !wanted.iter().any(|(ticked, _)| ticked.id == piece.id));
        let mut rest = amount;
        for piece in pieces {
            let part = settlement::covered(piece.body.left(), rest);
            if part > Centimes::ZERO {
                rest = rest.map(|rest| Centimes(rest.0 - part.0));
                wanted.push((piece, amount.map(|_| part)));
            }
        }
    }
    let is_much = wanted.len() > COVERS_MAX;
    Ok(if is_much { Err(json!({ "wrong": "remit-many", "max": COVERS_MAX })) } else { Ok(wanted) })
}

fn of(request: &Request) -> Result<Holder, Error> {
    Holder::read(request.parameter("holder")).ok_or_else(|| Error::not_found("nobody like that holds money"))
}

fn page(request: &Request, holder: &Holder, told: &Value) -> Result<Answer, Error> {
    let (word, language) = (holder.to_string(), request.page_language());
    let day = |name: &str| request.query(name).and_then(|day| day.trim().parse::<Date>().ok());
    let (from, until) = (day("from"), day("until"));
    let start = |date: &Date, days: u32| {
        u64::try_from(Day::from_date(date).plus(days).0).unwrap_or_default().saturating_mul(DAY_MS)
    };
    let mut find = Find::new().equal(Held::OPEN, true).equal(Held::HOLDER, word.as_str()).sort(Held::AT);
    if let Some(from) = &from {
        find = find.at_least(Held::AT, start(from, 0));
    }
    if let Some(until) = &until {
        find = find.below(Held::AT, start(until, 1));
    }
    let found = Store::list(&find.limit(PIECES_MAX).after(request.query("after").filter(|after| !after.is_empty())))?;
    let ((sum, pieces), is_all) = owed(&word)?;
    let remittances = Find::new().equal(Remittance::HOLDER, word.as_str()).sort_descending(Remittance::AT);
    let remittances = remittances.limit(REMITTANCES_MAX);
    let remittances = Store::list(&remittances.after(request.query("remittances").filter(|after| !after.is_empty())))?;
    let mut views = Vec::new();
    for remittance in &remittances.items {
        views.push(super::remittance::view(remittance, language)?);
    }
    let line = request.query("line").or_else(|| request.form("line")).filter(|line| !line.is_empty());
    let line = line.map(Store::<BankLine>::get).transpose()?.flatten();
    let line = line.filter(|line| line.body.state == Decided::Open);
    let typed = |name: &str| request.form(name).map(ToOwned::to_owned);
    let data = json!({
        "holder": named(holder, language)?,
        "sum": sum.to_string(), "pieces": pieces, "all": is_all,
        "days": days(&found.items, request), "next": found.next, "from": from, "until": until,
        "remittances": views, "remittances_next": remittances.next,
        "line": line.as_ref().map(|line| json!({ "id": line.id, "text": line.body.text, "day": line.body.day })),
        "form": {
            "amount": typed("amount").or_else(|| line.map(|line| line.body.amount.to_string())),
            "fee": typed("fee"), "reference": typed("reference"), "orders": typed("orders"),
            "day": typed("day").map_or_else(|| today::date().map(|day| day.to_string()), Ok)?,
            "held": request.form.iter().filter(|(name, _)| name == "held").map(|(_, id)| id).collect::<Vec<_>>(),
        },
        "told": told,
    });
    Answer::page("holder", "", &data)
}

/// Pieces by their days, each day with what is left of it on this page; with the part of one that was typed and refused with the rest.
fn days(pieces: &[Entry<Held>], request: &Request) -> Vec<Value> {
    let mut days: Vec<(Day, i64, Vec<Value>)> = Vec::new();
    for piece in pieces {
        let (day, left) = (Day::of(piece.body.at), piece.body.left());
        let view = json!({
            "id": piece.id, "order": reference::of(piece.body.number), "left": left.to_string(),
            "amount": piece.body.amount.to_string(), "part": piece.body.settled > Centimes::ZERO,
            "typed": request.form(&format!("part-{}", piece.id)),
        });
        match days.last_mut().filter(|(known, ..)| *known == day) {
            Some((_, sum, views)) => {
                *sum = sum.saturating_add(left.0);
                views.push(view);
            }
            None => days.push((day, left.0, vec![view])),
        }
    }
    let view = |(day, sum, pieces): (Day, i64, Vec<Value>)| json!({ "day": day.date(), "sum": Centimes(sum).to_string(), "pieces": pieces });
    days.into_iter().map(view).collect()
}
