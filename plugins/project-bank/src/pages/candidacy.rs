//! Applying to a call with a plan: sending it, sending it anew until the last day, taking it back, and being told what became of it.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tiwizi_sdk::form::FromText as _;
use tiwizi_sdk::registry::{self, Cooperative};
use tiwizi_sdk::{Answer, Entry, Error, Find, Language, RecordId, Request, Store, context, places};

use super::calls;
use super::view::with;
use crate::call_work;
use crate::called::{
    Backing, Candidacy, Figures, Juror, Marked, ProjectCall, SUBMISSIONS_MAX, ScoreSheet, Stage, Submission, Verdict,
    Verdicts,
};
use crate::calls::{APPLICATIONS_MAX, Applicant};
use crate::card::Card;
use crate::kinds::OwnPlan;
use crate::plan::{Outcome, check, outcome};
use crate::team::access::{self, Right};

/// Plans that the form offers.
const PLANS_MAX: u32 = 20;

/// `GET /calls/{code}/mine`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let (call, person) = mine(request)?;
    page(request, &call, &person, &json!({}))
}

fn mine(request: &Request) -> Result<(Entry<ProjectCall>, String), Error> {
    let person = context::caller().person.ok_or_else(Error::sign_in)?;
    Ok((ProjectCall::published(request.parameter("code"))?, person))
}

fn refuse(request: &Request, call: &Entry<ProjectCall>, person: &str, wrong: &str) -> Result<Answer, Error> {
    let status = if matches!(wrong, "closed" | "too-many" | "too-often" | "nothing") { 409 } else { 422 };
    Ok(page(request, call, person, &json!({ "wrong": wrong }))?.with_status(status))
}

/// `POST /calls/{code}/mine`: sends a plan as it is now, or sends it anew until the call closes.
pub(crate) fn apply(request: &Request) -> Result<Answer, Error> {
    let (call, person) = mine(request)?;
    if !calls::applies(&call.body)? {
        return refuse(request, &call, &person, "closed");
    }
    let Some(plan) = chosen_plan(request)? else { return refuse(request, &call, &person, "plan") };
    let Ok(checked) = check(&plan.body.plan) else { return refuse(request, &call, &person, "plan-faults") };
    let province = request.form("province").unwrap_or_default();
    if !places::is_province(province) {
        return refuse(request, &call, &person, "province");
    }
    let cooperative = match cooperative(request)? {
        Ok(cooperative) => cooperative,
        Err(wrong) => return refuse(request, &call, &person, wrong),
    };
    let before = Candidacy::of(&call.id, &person)?;
    let taken =
        Store::first(&Find::new().equal(Candidacy::CALL, call.id.as_str()).equal(Candidacy::PLAN, plan.id.as_str()))?;
    if taken.is_some_and(|entry: Entry<Candidacy>| entry.body.person != person) {
        return refuse(request, &call, &person, "plan-sent");
    }
    let number = before.as_ref().map_or(1, |entry| entry.body.submission + 1);
    if number > SUBMISSIONS_MAX {
        return refuse(request, &call, &person, "too-often");
    }
    if before.is_none() && Candidacy::all(&call.id)?.len() >= APPLICATIONS_MAX {
        return refuse(request, &call, &person, "too-many");
    }
    if !cooperative.is_empty() && !back(&call.id, &cooperative)? {
        return refuse(request, &call, &person, "cooperative");
    }
    let applicant = Applicant {
        province: province.to_owned(),
        sector: sector(&plan.body)?,
        women: request.form("women").is_some(),
        youth: request.form("youth").is_some(),
    };
    send(&call, &person, &plan.body, number, &outcome(&checked))?;
    keep(&call, &person, &plan, before, applicant, cooperative)?;
    Ok(to_mine(&call.body))
}

/// The plan of the form, when it is the caller's.
fn chosen_plan(request: &Request) -> Result<Option<Entry<OwnPlan>>, Error> {
    match request.form("plan").and_then(|id| RecordId::from_text(id).ok()) {
        Some(id) => access::find(&id, Right::Edit),
        None => Ok(None),
    }
}

/// The cooperative of the form, by its court and number; an empty text when none was named.
fn cooperative(request: &Request) -> Result<Result<String, &'static str>, Error> {
    #[derive(Deserialize)]
    struct Registered {
        status: Option<String>,
    }
    let said = |name: &str| request.form(name).map(str::trim).filter(|text| !text.is_empty());
    let (court, number) = match (said("court"), said("number")) {
        (None, None) => return Ok(Ok(String::new())),
        (Some(court), Some(number)) => (court, number),
        _ => return Ok(Err("cooperative")),
    };
    let find = Find::new().equal(Cooperative::COURT, court).equal(Cooperative::NUMBER, number);
    match registry::cooperatives::<Registered>(&find) {
        Err(error) if error.is("denied") => Ok(Err("cooperative")),
        Err(error) => Err(error),
        Ok(page) => {
            let mut registered =
                page.items.into_iter().filter(|entry| entry.body.status.as_deref() == Some("registered"));
            Ok(registered.next().map(|entry| entry.id).ok_or("cooperative"))
        }
    }
}

/// Says that an application is a cooperative's; false for who does not act for it.
fn back(call: &str, cooperative: &str) -> Result<bool, Error> {
    let key = Backing::key(call, cooperative);
    match Store::<Backing>::first(&Find::new().equal(Backing::KEY, key.as_str())) {
        Ok(Some(_)) => return Ok(true),
        Err(error) if !error.is("denied") => return Err(error),
        _ => {}
    }
    match Store::create(&Backing { key, cooperative: cooperative.to_owned() }) {
        Ok(_) => Ok(true),
        Err(error) if error.is("denied") || error.is("duplicate") => Ok(false),
        Err(error) => Err(error),
    }
}

fn sector(plan: &OwnPlan) -> Result<String, Error> {
    let sector = Card::find(&plan.model)?.map(|card| serde_json::to_value(card.sector)).transpose()?;
    Ok(sector.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// Keeps the plan as it is now.
fn send(call: &Entry<ProjectCall>, person: &str, plan: &OwnPlan, number: u32, outcome: &Outcome) -> Result<(), Error> {
    Store::create(&Submission {
        call: call.id.clone(),
        person: person.to_owned(),
        number,
        at: context::now(),
        title: plan.title.clone(),
        model: plan.model.clone(),
        version: plan.version,
        plan: plan.plan.clone(),
        figures: figures(outcome),
    })
    .map(|_| ())
}

fn figures(outcome: &Outcome) -> Figures {
    let whole = |amount: Decimal| amount.round().to_i64().unwrap_or(i64::MAX);
    let financing = &outcome.financing;
    Figures {
        needed: whole(financing.investments + financing.working_capital),
        own: whole(financing.own),
        grants: whole(financing.grants),
        loans: whole(financing.loans),
        gap: whole(financing.gap.max(Decimal::ZERO)),
        turnover: outcome.years.iter().map(|year| whole(year.turnover)).collect(),
        result: outcome.years.iter().map(|year| whole(year.result)).collect(),
        lowest_cash: whole(outcome.lowest.1),
        payback_month: outcome.worth.payback_month.and_then(|month| u32::try_from(month).ok()),
    }
}

fn keep(
    call: &Entry<ProjectCall>,
    person: &str,
    plan: &Entry<OwnPlan>,
    before: Option<Entry<Candidacy>>,
    applicant: Applicant,
    cooperative: String,
) -> Result<(), Error> {
    let account = context::caller().account_id.unwrap_or_default();
    let people = call_work::people(plan)?;
    if let Some(mut entry) = before {
        entry.body.submission += 1;
        entry.body.withdrawn = false;
        entry.body.account = account;
        entry.body.people = people;
        entry.body.plan.clone_from(&plan.id);
        entry.body.title.clone_from(&plan.body.title);
        entry.body.applicant = applicant;
        entry.body.cooperative = cooperative;
        return Store::replace(&entry).map(|_| ());
    }
    Store::create(&Candidacy {
        call: call.id.clone(),
        person: person.to_owned(),
        account,
        people,
        plan: plan.id.clone(),
        number: call_work::number()?,
        title: plan.body.title.clone(),
        applicant,
        cooperative,
        submission: 1,
        withdrawn: false,
    })
    .map(|_| ())
}

/// `POST /calls/{code}/mine/withdraw`: takes the application back, until there is a ranking.
pub(crate) fn withdraw(request: &Request) -> Result<Answer, Error> {
    let (call, person) = mine(request)?;
    let there = Candidacy::of(&call.id, &person)?;
    let Some(mut entry) = there.filter(|_| call.body.state == Stage::Marking) else {
        return refuse(request, &call, &person, "nothing");
    };
    entry.body.withdrawn = true;
    Store::replace(&entry)?;
    Ok(to_mine(&call.body))
}

fn page(request: &Request, call: &Entry<ProjectCall>, person: &str, told: &Value) -> Result<Answer, Error> {
    let language = request.page_language();
    let candidacy = Candidacy::of(&call.id, person)?;
    let find = Find::new().equal(OwnPlan::PERSON, person).sort_descending(OwnPlan::CHANGED).limit(PLANS_MAX);
    let plans: Vec<Value> =
        Store::list(&find)?.items.into_iter().map(|entry| json!([entry.id, entry.body.title])).collect();
    let data = json!({
        "call": calls::facts(&call.body, language)?,
        "rules": calls::rules(&call.body, language),
        "plans": plans,
        "provinces": places::provinces(language),
        "candidacy": candidacy.as_ref().map(|entry| view(entry, language)).transpose()?,
        "result": candidacy.as_ref().map(|entry| result(call, entry, language)).transpose()?.flatten(),
        "can_withdraw": call.body.state == Stage::Marking,
        "told": told,
        "typed": request.form.iter().cloned().collect::<std::collections::BTreeMap<String, String>>(),
    });
    Answer::page("candidacy", call.body.title.best(language), &data)
}

fn view(entry: &Entry<Candidacy>, language: Language) -> Result<Value, Error> {
    let body = &entry.body;
    let sent = body.sent()?;
    Ok(json!({
        "number": body.number,
        "title": body.title,
        "plan": body.plan,
        "submission": body.submission,
        "left": SUBMISSIONS_MAX - body.submission.min(SUBMISSIONS_MAX),
        "at": sent.at,
        "figures": sent.figures,
        "province": body.applicant.province,
        "province_name": places::province(&body.applicant.province, language),
        "women": body.applicant.women,
        "youth": body.applicant.youth,
        "cooperative": !body.cooperative.is_empty(),
        "withdrawn": body.withdrawn,
    }))
}

/// What the applicant is told once the ranking is public: place, threshold, points, and what the jury wrote, without its names.
fn result(call: &Entry<ProjectCall>, entry: &Entry<Candidacy>, language: Language) -> Result<Option<Value>, Error> {
    if call.body.state != Stage::Published || entry.body.withdrawn {
        return Ok(None);
    }
    let all = Verdicts::all(&call.id)?;
    let Some(verdict) = all.iter().find(|verdict| verdict.candidacy == entry.id) else { return Ok(None) };
    let chosen = all.iter().filter(|other| other.told.chosen);
    let more = json!({
        "of": all.len(),
        "last_chosen": chosen.map(|other| calls::points(other.told.score)).reduce(f64::min),
        "rows": rows(call, entry, verdict)?,
    });
    Ok(Some(with(calls::told(verdict, language), more)))
}

/// Each criterion: what it brought, of how much, and the marks with their reasons.
fn rows(call: &Entry<ProjectCall>, entry: &Entry<Candidacy>, verdict: &Verdict) -> Result<Vec<Value>, Error> {
    let numbers: std::collections::BTreeMap<String, u32> =
        Juror::of(&call.id)?.into_iter().map(|juror| (juror.id, juror.body.number)).collect();
    let counted: Vec<u32> = verdict.sheets.iter().map(|sheet| sheet.juror).collect();
    let mut sheets: Vec<(u32, ScoreSheet)> = ScoreSheet::of(&entry.id)?
        .into_iter()
        .filter(|sheet| sheet.body.state == Marked::Done)
        .filter_map(|sheet| Some((*numbers.get(&sheet.body.juror)?, sheet.body)))
        .filter(|(number, _)| counted.contains(number))
        .collect();
    sheets.sort_by_key(|(number, _)| *number);
    let weights: u32 = call.body.call.criteria.iter().map(|criterion| criterion.weight).sum();
    let rows = call.body.call.criteria.iter().zip(&verdict.told.points).map(|(criterion, points)| {
        let marks = sheets.iter().map(|(number, sheet)| {
            json!({ "juror": number, "mark": sheet.marks.get(&criterion.code), "reason": sheet.reasons.get(&criterion.code) })
        });
        json!({
            "code": criterion.code, "weight": criterion.weight, "scale": criterion.scale,
            "points": calls::points(*points),
            "most": calls::points(criterion.weight * 10_000 / weights.max(1)),
            "marks": marks.collect::<Vec<_>>(),
        })
    });
    Ok(rows.collect())
}

fn to_mine(call: &ProjectCall) -> Answer {
    Answer::redirect(format!("/calls/{}/mine", call.code))
}
