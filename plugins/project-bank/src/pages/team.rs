//! The team of a plan: who is in it, what they agreed on, what is still to be done and by whom; inviting, leaving, handing over.
//!
//! Each form says what it began with (`was-…`). When somebody else saved something else meanwhile, the form comes back with both.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tiwizi_sdk::calls::ask;
use tiwizi_sdk::notify::Message;
use tiwizi_sdk::registry::{FoundingRules, founding, founding_rules};
use tiwizi_sdk::{Answer, Date, Entry, Error, Find, Language, RecordId, Request, Store, context, milestones, random};

use crate::kinds::{Model, OwnPlan};
use crate::plan::number::Number;
use crate::plan::{check, outcome};
use crate::team::access::{self, Right, refused, seat_of, seats, team_of};
use crate::team::checklist::{Item, Known, TASKS};
use crate::team::kinds::{CODE_DIGITS, Invite, Role, Seat, Start, Task, Team};
use crate::team::province;

/// How long a code is good.
const CODE_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// A cooperative was founded from the plan.
const FOUNDED: &str = "project-founded";
/// Most that somebody pays in, in dirhams.
const PAID_MAX: u32 = 10_000_000;
/// The texts that a team agrees on, and the letters that each may have.
const TEXTS: [(&str, usize); 4] = [("name_fr", 160), ("name_ar", 160), ("name_zgh", 160), ("commune", 100)];

/// Faults of a form and what both wrote, for the page that shows it again.
#[derive(Default)]
struct Again<'a> {
    faults: BTreeMap<String, &'static str>,
    clashes: Vec<Value>,
    /// The form that is shown again: its fields.
    typed: Option<&'a Request>,
    /// Which form: `facts`, a task's code, a seat's id.
    form: String,
    status: u16,
}

/// `GET /plans/{plan}/team`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let (plan, role) = access::demand(&request.read_parameter::<RecordId>("plan")?, Right::Read)?;
    page(request, &plan, role, &Again { status: 200, ..Again::default() })
}

/// `POST /plans/{plan}/team/code`: a new code for `role`; the one before is worth nothing then.
pub(crate) fn invite(request: &Request) -> Result<Answer, Error> {
    let plan = lead(request)?;
    let role = if request.form("role") == Some("coach") { Role::Coach } else { Role::Member };
    let own = open(&plan)?;
    let there = Store::first(&Find::new().equal(Invite::PLAN, plan.id.as_str()).equal(Invite::ROLE, role))?;
    let invite = Invite {
        plan: plan.id.clone(),
        role,
        code: code()?,
        until: context::now().saturating_add(CODE_MS),
        by: own.body.name,
    };
    match there {
        Some(mut entry) => {
            entry.body = invite;
            Store::replace(&entry)?;
        }
        None => drop(Store::create(&invite)?),
    }
    back(&plan.id)
}

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
            ("province", text) if !text.is_empty() && !province::is_known(text) => {
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

/// `POST /plans/{plan}/team/leave`: everybody may, the lead after handing over.
pub(crate) fn leave(request: &Request) -> Result<Answer, Error> {
    let (plan, role) = access::demand(&request.read_parameter::<RecordId>("plan")?, Right::Read)?;
    if role == Role::Lead {
        return Err(refused(409, "team-lead-stays"));
    }
    let person = context::caller().person.ok_or_else(Error::sign_in)?;
    if let Some(seat) = seat_of(&plan.id, &person)? {
        Store::delete(&seat)?;
        tell(&plan, &plan.body.person, "notice-team-left", &seat.body.name)?;
    }
    Ok(Answer::redirect("/plans"))
}

/// `POST /plans/{plan}/team/remove`
pub(crate) fn remove(request: &Request) -> Result<Answer, Error> {
    let plan = lead(request)?;
    let Ok(seat) = demand_seat(&plan, request) else { return back(&plan.id) };
    if seat.body.person == plan.body.person {
        return Err(refused(409, "team-lead-stays"));
    }
    Store::delete(&seat)?;
    tell(&plan, &seat.body.person, "notice-team-removed", &seat.body.name)?;
    back(&plan.id)
}

/// `POST /plans/{plan}/team/lead`: hands the lead, and the plan, to another member.
pub(crate) fn hand_over(request: &Request) -> Result<Answer, Error> {
    let mut plan = lead(request)?;
    let mut next = demand_seat(&plan, request)?;
    if next.body.role == Role::Coach {
        return Err(refused(422, "team-coach-leads-not"));
    }
    // Sent twice: it is theirs already.
    if next.body.person == plan.body.person {
        return back(&plan.id);
    }
    let mut own = open(&plan)?;
    own.body.role = Role::Member;
    next.body.role = Role::Lead;
    plan.body.person.clone_from(&next.body.person);
    Store::replace(&own)?;
    Store::replace(&next)?;
    Store::replace(&plan)?;
    tell(&plan, &next.body.person, "notice-team-lead", &own.body.name)?;
    back(&plan.id)
}

fn lead(request: &Request) -> Result<Entry<OwnPlan>, Error> {
    Ok(access::demand(&request.read_parameter::<RecordId>("plan")?, Right::Lead)?.0)
}

fn back(plan: &str) -> Result<Answer, Error> {
    Ok(Answer::redirect(format!("/plans/{plan}/team")))
}

fn demand_team(plan: &Entry<OwnPlan>) -> Result<Entry<Team>, Error> {
    match team_of(&plan.id)? {
        Some(team) => Ok(team),
        None => Store::create(&Team::empty(&plan.id)),
    }
}

fn demand_seat(plan: &Entry<OwnPlan>, request: &Request) -> Result<Entry<Seat>, Error> {
    let id = request.form("seat").unwrap_or_default();
    let found = if id.is_empty() { None } else { Store::<Seat>::get(id)? };
    found.filter(|seat| seat.body.plan == plan.id).ok_or_else(|| refused(404, "team-no-seat"))
}

/// The lead's own seat; with it the team, when there is none yet.
fn open(plan: &Entry<OwnPlan>) -> Result<Entry<Seat>, Error> {
    let caller = context::caller();
    let person = caller.person.ok_or_else(Error::sign_in)?;
    demand_team(plan)?;
    match seat_of(&plan.id, &person)? {
        Some(seat) => Ok(seat),
        None => Store::create(&Seat::new(&plan.id, &person, &caller.name, Role::Lead)),
    }
}

/// Digits that nobody foresees.
fn code() -> Result<String, Error> {
    let bytes = random::bytes::<8>()?;
    let number = u64::from_le_bytes(bytes) % 10_u64.pow(u32::try_from(CODE_DIGITS).unwrap_or_default());
    Ok(format!("{number:0CODE_DIGITS$}"))
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

fn tell(plan: &Entry<OwnPlan>, person: &str, key: &str, who: &str) -> Result<(), Error> {
    let message = Message::new(key).value("plan", &plan.body.title).value("who", who);
    match message.link(format!("/plans/{}/team", plan.id)).to_person(person) {
        Err(error) if error.is("denied") => Ok(()),
        told => told,
    }
}

fn facts(team: &Team) -> BTreeMap<&'static str, String> {
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

fn task_facts(task: &Task) -> BTreeMap<&'static str, String> {
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

fn page(request: &Request, plan: &Entry<OwnPlan>, role: Role, again: &Again<'_>) -> Result<Answer, Error> {
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
        "provinces": province::choices(language),
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
            "province" => province::choices(language).into_iter().find(|(code, _)| code == text).map(|(_, name)| name),
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
pub(super) fn founders(plan: &Entry<OwnPlan>, seats: &[Entry<Seat>]) -> Vec<Seat> {
    let mut bodies: Vec<Seat> = seats.iter().map(|seat| seat.body.clone()).collect();
    if !bodies.iter().any(|seat| seat.person == plan.body.person) {
        bodies.push(Seat::new(&plan.id, &plan.body.person, &context::caller().name, Role::Lead));
    }
    bodies
}

/// The tasks of a team as they stand, by the rules and by whether the training plugin tells anything.
pub(super) fn items(
    plan: &Entry<OwnPlan>,
    team: &Team,
    seats: &[Seat],
    (rules, hears_of_training): (Option<&FoundingRules>, bool),
) -> Result<Vec<Item>, Error> {
    let figures = check(&plan.body.plan).ok().map(|checked| outcome(&checked));
    let model = Store::first(&Find::new().equal(Model::CODE, plan.body.model.as_str()))?;
    let learn = model.map(|model: Entry<Model>| model.body.learn).unwrap_or_default();
    Ok(Known { team, seats, outcome: figures.as_ref(), rules, learn: &learn, hears_of_training }.items())
}

/// Where the founding file stands that was begun from the plan; the milestone, once it is registered.
pub(super) fn founded(plan: &Entry<OwnPlan>, team: &Team) -> Result<Option<Value>, Error> {
    let Some(start) = &team.start else { return Ok(None) };
    let found = match founding::<Start>(start) {
        Ok(found) => found,
        Err(error) if error.is("denied") => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(file) = found else { return Ok(Some(json!({ "prepared": true }))) };
    if file.body.cooperative.is_some() {
        milestones::reach::<OwnPlan>(FOUNDED, &plan.id)?;
    }
    Ok(Some(json!({
        "file": file.id,
        "step": file.body.step.name(),
        "since": file.body.since,
        "waits_for": file.body.waits_for,
        "cooperative": file.body.cooperative,
    })))
}
