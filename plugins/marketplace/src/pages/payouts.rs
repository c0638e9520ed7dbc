//! Payouts: having them prepared, the statement of one for the seller and for those who run the market, and marking it as paid.

use std::time::Duration;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Date, Entry, Error, Find, Request, Store, blobs};

use super::desk::acting;
use super::money::staff;
use crate::day::Day;
use crate::kinds::Shop;
use crate::money::Centimes;
use crate::payment::reference;
use crate::payout_work;
use crate::settled::{self, Due, Payout, PayoutState, Step, step};
use crate::today;
use tiwizi_sdk::jobs::Later;

/// Lines of a page.
const LINES_MAX: u32 = 50;
/// How long the address of a statement's file is good.
const LINK_TIME: Duration = Duration::from_hours(1);

/// `POST /money/runs`: payouts for everything that is owed up to a day that is over.
pub(crate) fn run(request: &Request) -> Result<Answer, Error> {
    staff()?;
    let until = request.form("until").unwrap_or_default().trim().parse::<Date>();
    let Some(last) = until.ok().map(|date| Day::from_date(&date)).filter(|last| *last < today::day()) else {
        return Ok(super::money::page(request, &json!({ "wrong": "run-day" }))?.with_status(422));
    };
    payout_work::begin(last)?;
    Ok(Answer::redirect("/money?begun=1"))
}

/// `GET /money/payouts/{id}`; `after` goes on among its lines.
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    staff()?;
    let payout = of(request)?;
    page(request, &payout, None)
}

/// `GET /desk/{cooperative}/payouts/{id}`: the same for the seller.
pub(crate) fn own(request: &Request) -> Result<Answer, Error> {
    let cooperative = acting(request)?;
    let payout = of(request)?;
    if payout.body.cooperative != cooperative || payout.body.state == PayoutState::Dropped {
        return Err(missing());
    }
    page(request, &payout, None)
}

/// `POST /money/payouts/{id}`: it was paid, the bank shows it, or not after all.
pub(crate) fn mark(request: &Request) -> Result<Answer, Error> {
    staff()?;
    let mut payout = of(request)?;
    let there = Answer::redirect(format!("/money/payouts/{}", payout.id));
    // A form that comes twice finds another state than that from which it was made.
    if request.form("state") != Some(payout.body.state.name()) {
        return Ok(there);
    }
    let step = match request.form("do").unwrap_or_default() {
        "pay" => match paid(request) {
            Ok(step) => step,
            Err(wrong) => return Ok(page(request, &payout, Some(wrong))?.with_status(422)),
        },
        "confirm" => Step::Confirm,
        "undo" => Step::Undo,
        _ => return Err(Error::invalid("there is no such step").with("field", "do")),
    };
    let tells = matches!(step, Step::Pay { .. });
    if !self::step(&mut payout, step)? {
        return Ok(page(request, &payout, Some("payout-state"))?.with_status(409));
    }
    if tells {
        let key = format!("{}:{}", payout.id, payout.body.marks);
        Later::new("tell-payout").once(key).enqueue(&json!({ "payout": payout.id }))?;
    }
    Ok(there)
}

/// That it was paid, as the form says it.
fn paid(request: &Request) -> Result<Step, &'static str> {
    let reference = request.form("reference").unwrap_or_default().trim().to_owned();
    if reference.chars().count() < 3 || reference.chars().count() > 60 {
        return Err("payout-reference");
    }
    let on = request.form("paid_on").unwrap_or_default().trim().parse::<Date>().map_err(|_| "payout-day")?;
    if Day::from_date(&on) > today::day() { Err("payout-day") } else { Ok(Step::Pay { reference, on }) }
}

fn of(request: &Request) -> Result<Entry<Payout>, Error> {
    Store::get(request.parameter("id"))?.ok_or_else(missing)
}

fn missing() -> Error {
    Error::not_found("there is no such payout")
}

fn page(request: &Request, payout: &Entry<Payout>, wrong: Option<&str>) -> Result<Answer, Error> {
    let (body, language) = (&payout.body, request.page_language());
    let lines = Find::new().equal(Due::COOPERATIVE, body.cooperative.as_str());
    let lines = lines.above(Due::AT, body.from).at_most(Due::AT, body.until).sort(Due::AT).limit(LINES_MAX);
    let found = Store::list(&lines.after(request.query("after").filter(|after| !after.is_empty())))?;
    let line = |line: &Entry<Due>| {
        let body = &line.body;
        json!({
            "order": reference::of(body.number), "at": body.at, "sales": body.sales.to_string(),
            "commissions": body.commissions.to_string(), "refunds": body.refunds.to_string(),
            "held": (body.held > Centimes::ZERO).then(|| body.held.to_string()),
            "net": Centimes(body.sales.0 - body.commissions.0 - body.refunds.0).to_string(),
        })
    };
    let mut files = Vec::new();
    for file in &body.files {
        files.push(blobs::link(file, LINK_TIME)?);
    }
    let shop = Shop::of(&body.cooperative)?.map(|shop| shop.body);
    let data = json!({
        "payout": view(payout),
        "shop": shop.map(|shop| json!({ "name": shop.name.best(language), "registration": shop.registration })),
        "cooperative": body.cooperative,
        "lines": found.items.iter().map(line).collect::<Vec<_>>(),
        "next": found.next,
        "files": files,
        "waits": settled::rule_waits()?,
        "staff": !request.path.starts_with("/desk/"),
        "wrong": wrong,
        "today": today::date()?,
    });
    Answer::page("payout", "", &data)
}

/// A payout as lists and its page show it.
pub(crate) fn view(payout: &Entry<Payout>) -> Value {
    let body = &payout.body;
    json!({
        "id": payout.id, "cooperative": body.cooperative, "at": body.at, "amount": body.amount.to_string(),
        "sales": body.sales.to_string(), "commissions": body.commissions.to_string(), "refunds": body.refunds.to_string(),
        "held": (body.held > Centimes::ZERO).then(|| body.held.to_string()), "state": body.state, "reference": body.reference, "paid_on": body.paid_on, "lines": body.lines,
        "from": (body.from > 0).then_some(body.from + 1), "until": body.until,
    })
}
