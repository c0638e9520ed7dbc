//! The page of a team: who is in it, what they agreed on, what is still to be done, and where the founding file stands.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tiwizi_sdk::calls::ask;
use tiwizi_sdk::registry::{FoundingRules, founding, founding_rules};
use tiwizi_sdk::{Answer, Entry, Error, Find, Language, RecordId, Request, Store, context, milestones, places};

use super::agreed::{facts, task_facts};
use crate::card::Card;
use crate::kinds::OwnPlan;
use crate::plan::{check, outcome};
use crate::team::access::{self, Right, seat_of, seats, team_of};
use crate::team::checklist::{Item, Known};
use crate::team::kinds::{Invite, Role, Seat, Start, Team};
use crate::undertaking;

/// A cooperative was founded from the plan.
const FOUNDED: &str = "project-founded";

/// Faults of a form and what both wrote, for the page that shows it again.
#[derive(Default)]
pub(super) struct Again<'a> {
    pub(super) faults: BTreeMap<String, &'static str>,
    pub(super) clashes: Vec<Value>,
    /// The form that is shown again: its fields.
    pub(super) typed: Option<&'a Request>,
    /// Which form: `facts`, a task's code, a seat's id.
    pub(super) form: String,
    pub(super) status: u16,
}

/// `GET /plans/{plan}/team`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let (plan, role) = access::demand(&request.read_parameter::<RecordId>("plan")?, Right::Read)?;
    page(request, &plan, role, &Again { status: 200, ..Again::default() })
}

/// Asks the training plugin what the caller has completed, and keeps it on their seat for the team. Answers whether anybody told.
fn learn(plan: &Entry<OwnPlan>) -> Result<bool, Error> {
    let Some(learnt) = completed() else { return Ok(false) };
    let seat = context::caller().person.map(|person| seat_of(&plan.id, &person)).transpose()?.flatten();
    if let Some(mut seat) = seat.filter(|seat| seat.body.learnt != learnt) {
        seat.body.learnt = learnt;
        Store::replace(&seat)?;
    }
    Ok(true)
}

/// The modules that the caller has completed; none where nobody tells.
fn completed() -> Option<Vec<String>> {
    let mut learnt: Vec<String> = ask("training/learning", 1, "completed", &json!({})).ok()?;
    learnt.retain(|module| module.len() <= 65);
    learnt.truncate(100);
    Some(learnt)
}

pub(super) fn page(request: &Request, plan: &Entry<OwnPlan>, role: Role, again: &Again<'_>) -> Result<Answer, Error> {
    let language = request.page_language();
    let hears = learn(plan)?;
    let team = team_of(&plan.id)?;
    let all = seats(&plan.id)?;
    let person = context::caller().person.unwrap_or_default();
    let typed: BTreeMap<&str, &str> = again
        .typed
        .map(|typed| typed.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect())
        .unwrap_or_default();
    let rules = founding_rules().ok();
    let empty = Team::empty(&plan.id);
    let body = team.as_ref().map_or(&empty, |team| &team.body);
    let items = items(plan, body, &founders(plan, &all), (rules.as_ref(), hears))?;
    let tasks: Vec<Value> = items.iter().map(|item| task_view(item, body)).collect();
    let invites: Vec<Value> = if role == Role::Lead { invites(&plan.id)? } else { Vec::new() };
    let view = |seat: &Entry<Seat>| {
        json!({
            "id": seat.id,
            "name": seat.body.name,
            "role": seat.body.role.name(),
            "own": seat.body.person == person,
            "mine": seat.body.person == person || role == Role::Lead,
            "shares": seat.body.shares,
            "paid": seat.body.paid.to_string(),
            "since": seat.body.since,
        })
    };
    let data = json!({
        "plan": { "id": plan.id, "title": plan.body.title },
        "role": role.name(),
        "team": team.is_some(),
        "facts": facts(body),
        "provinces": places::provinces(language),
        "seats": all.iter().map(view).collect::<Vec<_>>(),
        "tasks": tasks,
        "open": items.iter().filter(|item| !item.done).count(),
        "invites": invites,
        "founded": founded(plan, body)?,
        "rules": rules.map(|rules| json!({ "pack": rules.pack, "unsure": !rules.to_verify.is_empty(), "share_min": rules.share_min_mad })),
        "faults": again.faults,
        "clashes": again.clashes.iter().map(|clash| readable(clash, &all, language)).collect::<Vec<_>>(),
        "typed": typed,
        "form": again.form,
    });
    Answer::page("team", &plan.body.title, &data).map(|page| page.with_status(again.status))
}

/// What both wrote, with names in the place of ids and codes.
fn readable(clash: &Value, seats: &[Entry<Seat>], language: Language) -> Value {
    let mut clash = clash.clone();
    let name = clash.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    for said in ["base", "theirs", "mine"] {
        let Some(Value::String(text)) = clash.get_mut(said) else { continue };
        let known = match name.as_str() {
            "who" => seats.iter().find(|seat| seat.id == *text).map(|seat| seat.body.name.clone()),
            "province" => Some(places::province(text, language)),
            "done" if text == "yes" => Some("✓".to_owned()),
            _ => None,
        };
        if let Some(known) = known {
            *text = known;
        }
    }
    clash
}

fn task_view(item: &Item, team: &Team) -> Value {
    let task = team.tasks.iter().find(|task| task.code == item.code).cloned().unwrap_or_default();
    let mut view = Map::new();
    view.extend(task_facts(&task).into_iter().map(|(name, text)| (name.to_owned(), Value::from(text))));
    view.insert("code".to_owned(), item.code.into());
    view.insert("is_done".to_owned(), item.done.into());
    view.insert("knows".to_owned(), item.knows.into());
    if let Some((have, need)) = item.count {
        view.insert("have".to_owned(), have.round_dp(2).to_string().into());
        view.insert("need".to_owned(), need.round_dp(2).to_string().into());
    }
    Value::Object(view)
}

fn invites(plan: &str) -> Result<Vec<Value>, Error> {
    let now = context::now();
    let good = |entry: Entry<Invite>| {
        let code = &entry.body.code;
        let parts: Vec<&str> = [0..4, 4..8, 8..12].into_iter().filter_map(|part| code.get(part)).collect();
        (entry.body.until > now).then(|| {
            json!({ "role": entry.body.role.name(), "code": code, "shown": parts.join(" "), "until": entry.body.until })
        })
    };
    let mut found = Vec::new();
    for role in [Role::Member, Role::Coach] {
        found.extend(Store::first(&Find::new().equal(Invite::PLAN, plan).equal(Invite::ROLE, role))?.and_then(good));
    }
    Ok(found)
}

/// Those who are in the team; whose plan it is counts also while there is none yet.
pub(in crate::pages) fn founders(plan: &Entry<OwnPlan>, seats: &[Entry<Seat>]) -> Vec<Seat> {
    let mut bodies: Vec<Seat> = seats.iter().map(|seat| seat.body.clone()).collect();
    if !bodies.iter().any(|seat| seat.person == plan.body.person) {
        bodies.push(Seat::new(&plan.id, &plan.body.person, &context::caller().name, Role::Lead));
    }
    bodies
}

/// The tasks of a team as they stand, by the rules and by whether the training plugin tells anything.
pub(in crate::pages) fn items(
    plan: &Entry<OwnPlan>,
    team: &Team,
    seats: &[Seat],
    (rules, hears_of_training): (Option<&FoundingRules>, bool),
) -> Result<Vec<Item>, Error> {
    let figures = check(&plan.body.plan).ok().map(|checked| outcome(&checked));
    let learn = Card::find(&plan.body.model)?.map(|card| card.learn).unwrap_or_default();
    Ok(Known { team, seats, outcome: figures.as_ref(), rules, learn: &learn, hears_of_training }.items())
}

/// Where the founding file stands that was begun from the plan; the milestone, once it is registered.
pub(in crate::pages) fn founded(plan: &Entry<OwnPlan>, team: &Team) -> Result<Option<Value>, Error> {
    let Some(start) = &team.start else { return Ok(None) };
    let found = match founding::<Start>(start) {
        Ok(found) => found,
        Err(error) if error.is("denied") => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(file) = found else { return Ok(Some(json!({ "prepared": true }))) };
    if let Some(cooperative) = &file.body.cooperative {
        milestones::reach::<OwnPlan>(FOUNDED, &plan.id)?;
        undertaking::note(cooperative, &plan.body)?;
    }
    Ok(Some(json!({
        "file": file.id,
        "step": file.body.step.name(),
        "since": file.body.since,
        "waits_for": file.body.waits_for,
        "cooperative": file.body.cooperative,
    })))
}
