//! What a team agrees on: the name, the place and the value of a share; who does what until when; the part of each.
//!
//! Each form says what it began with (`was-…`). When somebody else saved something else meanwhile, the form comes back with both.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Date, Error, RecordId, Request, Store, context, places};

use super::look::{Again, page};
use super::people::{back, demand_seat, demand_team};
use crate::plan::number::Number;
use crate::team::access::{self, Right, refused, seats};
use crate::team::checklist::TASKS;
use crate::team::kinds::{Role, Seat, Task, Team};

/// Most that somebody pays in, in dirhams.
const PAID_MAX: u32 = 10_000_000;
/// The texts that a team agrees on, and the letters that each may have.
const TEXTS: [(&str, usize); 4] = [("name_fr", 160), ("name_ar", 160), ("name_zgh", 160), ("commune", 100)];

/// `POST /plans/{plan}/team/facts`: the name, the place, the value of a share.
pub(crate) fn agree(request: &Request) -> Result<Answer, Error> {
    let (plan, role) = access::demand(&request.read_parameter::<RecordId>("plan")?, Right::Edit)?;
    let mut team = demand_team(&plan)?;
    let mut again = Again { typed: Some(request), form: "facts".to_owned(), status: 422, ..Again::default() };
    let said = facts(&team.body);
    let mut wanted: BTreeMap<&str, String> = BTreeMap::new();
    for (name, now) in &said {
        let typed = request.form(name).map_or_else(|| now.clone(), |text| text.trim().to_owned());
        let longest = TEXTS.iter().find(|(text, _)| text == name).map_or(40, |(_, longest)| *longest);
        match (*name, typed.as_str()) {
            (_, text) if text.chars().count() > longest => drop(again.faults.insert((*name).to_owned(), "too-long")),
            ("province", text) if !text.is_empty() && !places::is_province(text) => {
                again.faults.insert((*name).to_owned(), "required");
            }
            ("share", text) if !text.is_empty() => {
                if let Err(fault) = amount(text) {
                    again.faults.insert((*name).to_owned(), fault);
                }
            }
            _ => {}
        }
        wanted.insert(name, typed);
    }
    if !again.faults.is_empty() {
        return page(request, &plan, role, &again);
    }
    again.clashes = clashes(request, &said, &wanted);
    if !again.clashes.is_empty() {
        return page(request, &plan, role, &Again { status: 409, ..again });
    }
    let of = |name: &str| kept(request, name, &said, &wanted);
    team.body.name_fr = of("name_fr");
    team.body.name_ar = of("name_ar");
    team.body.name_zgh = of("name_zgh");
    team.body.commune = of("commune");
    team.body.place = Some(of("province")).filter(|code| !code.is_empty());
    team.body.share = Some(of("share")).filter(|text| !text.is_empty()).and_then(|text| amount(&text).ok());
    Store::replace(&team)?;
    back(&plan.id)
}

/// `POST /plans/{plan}/team/task`: who does `code`, until when, and whether it is done.
pub(crate) fn task(request: &Request) -> Result<Answer, Error> {
    let (plan, role) = access::demand(&request.read_parameter::<RecordId>("plan")?, Right::Edit)?;
    let mut team = demand_team(&plan)?;
    let code = request.form("code").filter(|code| TASKS.contains(code)).ok_or_else(|| refused(422, "team-no-task"))?;
    let mut again = Again { typed: Some(request), form: code.to_owned(), status: 422, ..Again::default() };
    let there = team.body.tasks.iter().find(|task| task.code == code).cloned();
    let there = there.unwrap_or_else(|| Task { code: code.to_owned(), ..Task::default() });
    let said = task_facts(&there);
    let typed = |name: &'static str| (name, request.form(name).unwrap_or_default().trim().to_owned());
    let done = if request.form("done").is_some() { "yes" } else { "" };
    let wanted: BTreeMap<&str, String> = [typed("who"), typed("until"), ("done", done.to_owned())].into();
    let of = |name: &str| kept(request, name, &said, &wanted);
    let until = Some(of("until")).filter(|day| !day.is_empty());
    if until.as_ref().is_some_and(|day| Date::try_from(day.clone()).is_err()) {
        again.faults.insert("until".to_owned(), "day");
    }
    let who = of("who");
    if !who.is_empty() && !seats(&plan.id)?.iter().any(|seat| seat.id == who) {
        again.faults.insert("who".to_owned(), "nobody");
    }
    if !again.faults.is_empty() {
        return page(request, &plan, role, &again);
    }
    again.clashes = clashes(request, &said, &wanted);
    if !again.clashes.is_empty() {
        return page(request, &plan, role, &Again { status: 409, ..again });
    }
    let task = Task { code: code.to_owned(), who, until, done: of("done") == "yes" };
    team.body.tasks.retain(|there| there.code != code);
    team.body.tasks.push(task);
    Store::replace(&team)?;
    back(&plan.id)
}

/// `POST /plans/{plan}/team/seat`: by what name the team knows somebody, the shares that they subscribe, what they paid in. Everybody says that of
/// themselves, and the lead of all.
pub(crate) fn contribute(request: &Request) -> Result<Answer, Error> {
    let (plan, role) = access::demand(&request.read_parameter::<RecordId>("plan")?, Right::Read)?;
    let mut seat = demand_seat(&plan, request)?;
    let own = context::caller().person.as_deref() == Some(seat.body.person.as_str());
    if !own && role != Role::Lead {
        return Err(refused(403, "team-lead-only"));
    }
    let mut again = Again { typed: Some(request), form: seat.id.clone(), status: 422, ..Again::default() };
    let said = seat_facts(&seat.body);
    let typed = |name: &'static str| {
        let text = request.form(name).map(str::trim).filter(|text| !text.is_empty());
        (name, text.unwrap_or(if name == "name" { &seat.body.name } else { "0" }).to_owned())
    };
    let wanted: BTreeMap<&str, String> = [typed("name"), typed("shares"), typed("paid")].into();
    let of = |name: &str| kept(request, name, &said, &wanted);
    let name = of("name");
    if name.chars().count() > 120 {
        again.faults.insert("name".to_owned(), "too-long");
    }
    let shares = Number::typed(&of("shares")).ok().and_then(|number| number.to_string().parse::<u32>().ok());
    if shares.is_none_or(|shares| shares > 100_000) {
        again.faults.insert("shares".to_owned(), "whole-shares");
    }
    let paid = amount(&of("paid"));
    if let Err(fault) = paid {
        again.faults.insert("paid".to_owned(), fault);
    }
    let (Some(shares), Ok(paid), true) = (shares, paid, again.faults.is_empty()) else {
        return page(request, &plan, role, &again);
    };
    again.clashes = clashes(request, &said, &wanted);
    if !again.clashes.is_empty() {
        return page(request, &plan, role, &Again { status: 409, ..again });
    }
    (seat.body.name, seat.body.shares, seat.body.paid) = (name, shares, paid);
    Store::replace(&seat)?;
    back(&plan.id)
}

/// Dirhams as somebody typed them: not below nothing, centimes at most.
fn amount(text: &str) -> Result<Number, &'static str> {
    let number = Number::typed(text).map_err(crate::plan::number::NumberFault::code)?;
    let value = number.value();
    match () {
        () if value.is_sign_negative() && !value.is_zero() => Err("negative"),
        () if value > PAID_MAX.into() => Err("too-large"),
        () if value.scale() > 2 => Err("too-fine-centimes"),
        () => Ok(number),
    }
}

pub(super) fn facts(team: &Team) -> BTreeMap<&'static str, String> {
    [
        ("name_fr", team.name_fr.clone()),
        ("name_ar", team.name_ar.clone()),
        ("name_zgh", team.name_zgh.clone()),
        ("commune", team.commune.clone()),
        ("province", team.place.clone().unwrap_or_default()),
        ("share", team.share.map(|share| share.to_string()).unwrap_or_default()),
    ]
    .into()
}

pub(super) fn task_facts(task: &Task) -> BTreeMap<&'static str, String> {
    let done = if task.done { "yes" } else { "" };
    [("who", task.who.clone()), ("until", task.until.clone().unwrap_or_default()), ("done", done.to_owned())].into()
}

fn seat_facts(seat: &Seat) -> BTreeMap<&'static str, String> {
    [("name", seat.name.clone()), ("shares", seat.shares.to_string()), ("paid", seat.paid.to_string())].into()
}

/// What counts of a field: what somebody wants, or what stands there when only others changed it.
fn kept(
    request: &Request,
    name: &str,
    said: &BTreeMap<&'static str, String>,
    wanted: &BTreeMap<&str, String>,
) -> String {
    let (now, mine) = (said.get(name), wanted.get(name));
    let was = request.form(&format!("was-{name}"));
    let is_untouched = was.is_some() && was == mine.map(String::as_str);
    if is_untouched { now } else { mine }.cloned().unwrap_or_default()
}

/// What this form and somebody else both changed, and differently.
fn clashes(request: &Request, said: &BTreeMap<&'static str, String>, wanted: &BTreeMap<&str, String>) -> Vec<Value> {
    let clash = |(name, now): (&&'static str, &String)| {
        let (was, mine) = (request.form(&format!("was-{name}"))?, wanted.get(name)?);
        let both = was != now && was != mine && now != mine;
        both.then(|| json!({ "name": name, "base": was, "theirs": now, "mine": mine }))
    };
    said.iter().filter_map(clash).collect()
}
