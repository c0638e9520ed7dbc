//! Somebody's own plans: adopting a model, changing figures, seeing what follows.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Find, RecordId, Request, Store, context, milestones};

use super::inputs::Faults;
use super::saving::{self, Settled};
use super::{figures, improve, inputs};
use crate::card::Card;
use crate::export::page as spreadsheet;
use crate::kinds::{Model, OwnPlan, State};
use crate::learn;
use crate::plan::{LINES_MAX, Outcome, Plan, check, outcome, own};
use crate::team::access::{self, Right};
use crate::team::kinds::{Role, Seat};
use crate::team::together::{self, Clash, Places};
use crate::undertaking;

/// Plans that the list shows.
const PLANS_MAX: u32 = 100;
/// Characters of a form's key that are kept.
const FORM_CHARS_MAX: usize = 200;
/// Teams whose plans it shows.
const TEAMS_MAX: u32 = 20;
/// A model's plan was taken over.
const ADOPTED: &str = "project-adopted";
/// A plan stands whose money is found and whose cash never falls below nothing.
const BALANCED: &str = "project-balanced";

/// `POST /models/{model}/adopt`: the same form twice makes one plan.
pub(crate) fn adopt(request: &Request) -> Result<Answer, Error> {
    let person = context::caller().person.ok_or_else(Error::sign_in)?;
    let form = request.header("idempotency-key").map(|key| key.chars().take(FORM_CHARS_MAX).collect::<String>());
    if let Some(form) = &form {
        let find = Find::new().equal(OwnPlan::PERSON, person.as_str()).equal(OwnPlan::FORM, form.clone());
        if let Some(entry) = Store::first(&find)? {
            return Ok(Answer::redirect(format!("/plans/{}", entry.id)));
        }
    }
    let model = Model::demand(request.parameter("model"))?.body;
    let entry = Store::create(&OwnPlan {
        person,
        title: model.title.best(request.page_language()).to_owned(),
        model: model.code,
        version: model.version,
        changed: context::now(),
        plan: model.plan,
        form,
        before: None,
        step: None,
        sheet: None,
    })?;
    milestones::reach::<OwnPlan>(ADOPTED, &entry.id)?;
    Ok(Answer::redirect(format!("/plans/{}", entry.id)))
}

/// `GET /plans`: one's own, and those of teams.
pub(crate) fn mine(request: &Request) -> Result<Answer, Error> {
    let language = request.page_language();
    let person = context::caller().person.ok_or_else(Error::sign_in)?;
    let find = Find::new().equal(OwnPlan::PERSON, person.as_str()).sort_descending(OwnPlan::CHANGED).limit(PLANS_MAX);
    let mut entries: Vec<(Entry<OwnPlan>, Role)> =
        Store::list(&find)?.items.into_iter().map(|entry| (entry, Role::Lead)).collect();
    let find = Find::new().equal(Seat::PERSON, person).sort_descending(Seat::SINCE).limit(TEAMS_MAX);
    for seat in Store::list(&find)?.items.into_iter().filter(|seat| seat.body.role != Role::Lead) {
        entries.extend(Store::get(&seat.body.plan)?.map(|entry| (entry, seat.body.role)));
    }
    let mut plans = Vec::new();
    let mut versions: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for (entry, role) in entries {
        let code = entry.body.model.clone();
        if !versions.contains_key(&code) {
            // Of a model that is not published any more nothing is offered.
            let offers = |card: &Card| if card.state == State::Published { card.version } else { 0 };
            let known = Card::find(&code)?.map(|card| (offers(&card), card.title.best(language).to_owned()));
            versions.insert(code.clone(), known.unwrap_or_default());
        }
        let newest = versions.get(&code);
        plans.push(json!({
            "id": entry.id,
            "title": entry.body.title,
            "role": role.name(),
            "model": newest.map(|(_, title)| title),
            "changed": entry.body.changed,
            "corrected": newest.is_some_and(|(version, _)| *version > entry.body.version),
        }));
    }
    Answer::page("plans", "", &json!({ "plans": plans, "deleted": request.query("deleted") == Some("yes") }))
}

/// `GET /plans/{plan}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let entry = demand(request)?;
    page(request, &entry, &entry.body.plan, Faults::new(), &[])
}

/// `POST /plans/{plan}`: `action=look` shows what would follow and keeps nothing, `action=keep` keeps it. What others saved meanwhile is not written
/// over: `seen` says which version the form began with.
pub(crate) fn change(request: &Request) -> Result<Answer, Error> {
    let mut entry = demand(request)?;
    let Settled { request, clashes, others } = saving::settle(&entry, request)?;
    let request = &request;
    let plan = match inputs::read(&entry.body.plan, request) {
        Ok(plan) => plan,
        Err(faults) => return page(request, &entry, &entry.body.plan, faults, &[]).map(|page| page.with_status(422)),
    };
    let keeps = request.form("action") == Some("keep");
    if !clashes.is_empty() && keeps {
        return page(request, &entry, &plan, Faults::new(), &clashes).map(|page| page.with_status(409));
    }
    if !keeps {
        return page(request, &entry, &plan, Faults::new(), &clashes);
    }
    let before = together::places(&entry.body);
    let title = request.form("title").map(str::trim).filter(|title| !title.is_empty());
    if let Some(title) = title {
        if title.chars().count() > 200 {
            let faults = Faults::from([("title".to_owned(), "too-long".to_owned())]);
            return page(request, &entry, &plan, faults, &[]).map(|page| page.with_status(422));
        }
        title.clone_into(&mut entry.body.title);
    }
    entry.body.plan = plan;
    entry.body.step = None;
    let id = entry.id.clone();
    keep(entry, &before)?;
    let both = if others > 0 { "?kept=both" } else { "" };
    Ok(Answer::redirect(format!("/plans/{id}{both}")))
}

/// Keeps a plan that was changed: its file is another one now, it may be balanced, and its team is told what was changed.
pub(super) fn keep(mut entry: Entry<OwnPlan>, before: &Places) -> Result<Answer, Error> {
    spreadsheet::forget(&mut entry.body)?;
    entry.body.changed = context::now();
    let entry = Store::replace(&entry)?;
    together::note(before, &entry)?;
    if let Ok(checked) = check(&entry.body.plan)
        && is_balanced(&outcome(&checked))
    {
        milestones::reach::<OwnPlan>(BALANCED, &entry.id)?;
    }
    Ok(Answer::redirect(format!("/plans/{}", entry.id)))
}

/// `POST /plans/{plan}/delete`: whose plan it is may; what it leaves behind goes as well, see [`crate::remains`].
pub(crate) fn delete(request: &Request) -> Result<Answer, Error> {
    // Sent twice: it is gone already.
    let id = request.read_parameter::<RecordId>("plan");
    let entry = match id.and_then(|id| access::demand(&id, Right::Lead)) {
        Err(error) if error.is("not-found") => return Ok(Answer::redirect("/plans")),
        found => found?.0,
    };
    if request.form("sure") != Some("yes") {
        return Ok(Answer::redirect(format!("/plans/{}", entry.id)));
    }
    Store::delete(&entry)?;
    Ok(Answer::redirect("/plans?deleted=yes"))
}

fn is_balanced(outcome: &Outcome) -> bool {
    let earns = outcome.years.last().is_some_and(|year| year.result > Decimal::ZERO);
    earns && outcome.financing.gap <= Decimal::ZERO && outcome.lowest.1 >= Decimal::ZERO
}

/// The plan of the path, for whoever may see it; for a form, whoever may change it.
pub(crate) fn demand(request: &Request) -> Result<Entry<OwnPlan>, Error> {
    if !context::caller().is_signed_in() {
        return Err(Error::sign_in());
    }
    let id = request.read_parameter::<RecordId>("plan")?;
    if request.method == "GET" { OwnPlan::look(&id) } else { OwnPlan::demand(&id) }
}

fn page(
    request: &Request,
    entry: &Entry<OwnPlan>,
    plan: &Plan,
    faults: Faults,
    clashes: &[Clash],
) -> Result<Answer, Error> {
    let language = request.page_language();
    let kept = &entry.body;
    // What was typed stands in the form again, right or wrong.
    let typed: BTreeMap<&str, &str> =
        request.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (figures, faults): (Option<Value>, Faults) = match check(plan) {
        Ok(checked) if faults.is_empty() => (Some(figures::view(&outcome(&checked), plan, language)), faults),
        Ok(_) => (None, faults),
        Err(found) => {
            (None, found.into_iter().map(|fault| (fault.place, fault.code.to_owned())).chain(faults).collect())
        }
    };
    let model = Card::find(&kept.model)?;
    // With faults nothing was compared yet, and the form goes on from where it began.
    let began = typed.get("seen").copied().filter(|_| !faults.is_empty());
    let mut data = json!({
        "plan": { "id": entry.id, "title": typed.get("title").copied().unwrap_or(&kept.title), "version": kept.version },
        "model": model.as_ref().map(|model| json!({
            "code": model.code,
            "title": model.title.best(language),
            "version": model.version,
            "published": model.state == State::Published,
            "learn": learn::modules(&model.learn),
        })),
        "corrected": model.as_ref().is_some_and(|model| model.state == State::Published && model.version > kept.version),
        "can_undo": kept.before.is_some(),
        "step": kept.step.as_ref().map(|step| json!({ "done": step.done, "label": step.label })),
        "adds": own::LISTS,
        "has_room": plan.lines() < LINES_MAX,
        "lines_max": LINES_MAX,
        "can_export": spreadsheet::is_possible(plan),
        "sheet": spreadsheet::link(entry),
        "founded": undertaking::offered(language)?,
        "groups": inputs::groups(plan, language),
        "typed": typed,
        "faults": faults,
        "kept": plan == &kept.plan && request.method == "GET",
        "figures": figures,
        "seen": began.map_or_else(|| entry.version.to_string(), str::to_owned),
        "clashes": saving::view(kept, clashes, language),
        "merged": request.query("kept") == Some("both"),
    });
    if let Some(data) = data.as_object_mut() {
        let role = access::role(entry)?;
        data.insert("reads".to_owned(), (role == Some(Role::Coach)).into());
        data.insert("leads".to_owned(), (role == Some(Role::Lead)).into());
        data.insert("proposals".to_owned(), improve::summary(entry)?);
    }
    Answer::page("plan", &kept.title, &data)
}
