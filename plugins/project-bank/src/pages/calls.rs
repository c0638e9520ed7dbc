//! Calls for everybody: the list, a call with its rules and its result, and the data that the result follows from.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Find, Language, Request, Store, context, places};

use super::view::with;
use crate::call_work;
use crate::called::{Candidacy, Juror, ProjectCall, Ranking, Stage, Verdict, Verdicts};

/// Calls of the list.
const CALLS_MAX: u32 = 30;
/// Calls in whose jury one account may be shown.
const JURIES_MAX: u32 = 20;

/// `GET /calls`: those to which one can apply, and those that were.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    let (language, today) = (request.page_language(), context::today()?);
    let open = || Find::new().equal(ProjectCall::OPEN, true).limit(CALLS_MAX);
    let view = |entry: &Entry<ProjectCall>| facts(&entry.body, language);
    let next = Store::list(&open().at_least(ProjectCall::CLOSES, today.clone()).sort(ProjectCall::CLOSES))?.items;
    let past = Store::list(&open().below(ProjectCall::CLOSES, today).sort_descending(ProjectCall::CLOSES))?.items;
    let data = json!({
        "next": next.iter().map(view).collect::<Result<Vec<_>, _>>()?,
        "past": past.iter().map(view).collect::<Result<Vec<_>, _>>()?,
        "juries": juries(language)?,
        "organises": super::call_desk::is_organiser(),
    });
    Answer::page("calls", "", &data)
}

/// The calls in whose jury the caller is.
fn juries(language: Language) -> Result<Vec<Value>, Error> {
    let Some(account) = context::caller().account_id else { return Ok(Vec::new()) };
    let mut juries = Vec::new();
    for juror in Store::list(&Find::new().equal(Juror::ACCOUNT, account).limit(JURIES_MAX))?.items {
        if juror.body.gone {
            continue;
        }
        if let Some(call) = Store::<ProjectCall>::get(&juror.body.call)? {
            juries.push(json!({ "code": call.body.code, "title": call.body.title.best(language) }));
        }
    }
    Ok(juries)
}

/// `GET /calls/{code}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let language = request.page_language();
    let call = ProjectCall::published(request.parameter("code"))?;
    let result = if call.body.state == Stage::Published { result(&call, language)? } else { None };
    let data = json!({
        "call": facts(&call.body, language)?,
        "about": call.body.about.best(language),
        "rules": rules(&call.body, language),
        "result": result,
        "has_person": context::caller().person.is_some(),
    });
    Answer::page("call", call.body.title.best(language), &data)
}

/// `GET /calls/{code}/ranking`: the data of a published ranking, to be reckoned again.
pub(crate) fn ranking(request: &Request) -> Result<Answer, Error> {
    let call = ProjectCall::published(request.parameter("code"))?;
    let ranking = Ranking::of(&call.id)?.filter(|_| call.body.state == Stage::Published);
    let ranking = ranking.ok_or_else(|| Error::not_found("there is no published ranking"))?;
    Answer::json(&call_work::published(&call.body, &ranking.body, &Verdicts::all(&call.id)?))
}

/// The ranking: all by their numbers, those who are chosen with the name of their project.
pub(crate) fn result(call: &Entry<ProjectCall>, language: Language) -> Result<Option<Value>, Error> {
    let Some(ranking) = Ranking::of(&call.id)? else { return Ok(None) };
    let titles: std::collections::BTreeMap<String, String> =
        Candidacy::all(&call.id)?.into_iter().map(|entry| (entry.id, entry.body.title)).collect();
    let row = |verdict: &Verdict| {
        let title = titles.get(&verdict.candidacy).filter(|_| verdict.told.chosen);
        with(told(verdict, language), json!({ "number": verdict.number, "title": title }))
    };
    let short = ranking.body.short.iter();
    Ok(Some(json!({
        "applications": ranking.body.applications,
        "chosen": ranking.body.chosen,
        "sum": ranking.body.sum,
        "seed": call.body.seed,
        "short": short.map(|one| json!({ "group": group(&one.group, language), "kept": one.kept, "given": one.given })).collect::<Vec<_>>(),
        "rows": Verdicts::all(&call.id)?.iter().map(row).collect::<Vec<_>>(),
    })))
}

/// What an application came to.
pub(crate) fn told(verdict: &Verdict, language: Language) -> Value {
    let told = &verdict.told;
    json!({
        "because": told.because,
        "chosen": told.chosen,
        "score": points(told.score),
        "points": told.points.iter().copied().map(points).collect::<Vec<_>>(),
        "merit": verdict.merit,
        "waiting": told.waiting,
        "groups": told.groups.iter().map(|name| group(name, language)).collect::<Vec<_>>(),
    })
}

/// Hundredths of a point as points.
pub(crate) fn points(hundredths: u32) -> f64 {
    f64::from(hundredths) / 100.0
}

/// What every page says of a call.
pub(crate) fn facts(call: &ProjectCall, language: Language) -> Result<Value, Error> {
    let today = context::today()?;
    Ok(json!({
        "code": call.code,
        "title": call.title.best(language),
        "province": places::province(&call.province, language),
        "opens": call.opens,
        "closes": call.closes,
        "open": call.open,
        "applies": applies(call)?,
        "early": call.open && today < call.opens,
        "over": today > call.closes,
        "state": call.state,
    }))
}

/// Whether one can apply today.
pub(crate) fn applies(call: &ProjectCall) -> Result<bool, Error> {
    let today = context::today()?;
    Ok(call.open && call.opens <= today && today <= call.closes)
}

/// What the call says.
pub(crate) fn rules(call: &ProjectCall, language: Language) -> Value {
    let rules = &call.call;
    json!({
        "criteria": rules.criteria,
        "weights": rules.criteria.iter().map(|criterion| criterion.weight).sum::<u32>(),
        "average": rules.average,
        "ties": rules.ties,
        "threshold": points(rules.threshold),
        "places": rules.places,
        "sheets_min": rules.sheets_min,
        "quotas": rules.quotas.iter().map(|quota| json!({
            "group": group(&quota.name(), language), "min": quota.min, "max": quota.max,
        })).collect::<Vec<_>>(),
    })
}

/// A group of a quota for people: what kind it is, and its name.
pub(crate) fn group(name: &str, language: Language) -> Value {
    match name.split_once(':') {
        Some(("province", code)) => json!({ "kind": "province", "name": places::province(code, language) }),
        Some((_, code)) => json!({ "kind": "sector", "name": places::sector(code, language) }),
        None => json!({ "kind": name, "name": "" }),
    }
}
