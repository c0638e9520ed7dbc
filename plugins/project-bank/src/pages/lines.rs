//! Lines of one's own in a plan: adding what the model does not have, changing and removing it, and taking the last step back.
//!
//! Any line may be removed, the model's too: that is a change of the plan like another, and a correction of the model never undoes it unasked.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Request};

use super::inputs::{self, Faults};
use super::line_form::{self, Filled};
use super::plans::{demand, keep};
use crate::kinds::{Done, LineStep, OwnPlan};
use crate::plan::{LINES_MAX, Plan, check, own};
use crate::team::together;

/// `GET /plans/{plan}/lines/new?list=costs`
pub(crate) fn ask(request: &Request) -> Result<Answer, Error> {
    let entry = demand(request)?;
    let list = list_of(request.query("list"))?;
    let filled = line_form::empty(list).unwrap_or_default();
    let code = next_code(&entry);
    page(request, &entry, &Shown { list, code: &code, is_new: true, is_own: true }, &filled, &Faults::new())
}

/// `POST /plans/{plan}/lines/new`: the same form twice makes one line, because it names the code that the line gets.
pub(crate) fn add(request: &Request) -> Result<Answer, Error> {
    let entry = demand(request)?;
    let list = list_of(request.form("list"))?;
    let language = request.page_language();
    let sent = line_form::sent(list, request).unwrap_or_default();
    let named = request.form("code").filter(|code| own::is_made(code)).map(str::to_owned);
    let mut code = named.unwrap_or_else(|| next_code(&entry));
    let line = match line_form::read(list, &sent, language) {
        Ok(line) => line,
        Err(faults) => {
            let shown = Shown { list, code: &code, is_new: true, is_own: true };
            return page(request, &entry, &shown, &sent, &faults).map(|page| page.with_status(422));
        }
    };
    let mut plan = serde_json::to_value(&entry.body.plan)?;
    let there = find(&plan, list, &code).cloned();
    let mut line = Value::Object(line);
    put_code(&mut line, &code);
    if there.as_ref() == Some(&line) {
        return Ok(back(&entry));
    }
    if there.is_some() {
        code = next_code(&entry);
        put_code(&mut line, &code);
    }
    if let Some(lines) = plan.get_mut(list).and_then(Value::as_array_mut) {
        lines.push(line.clone());
    }
    let shown = Shown { list, code: &code, is_new: true, is_own: true };
    match judged(&entry.body.plan, plan, Some((list, &code))) {
        Ok(plan) => {
            let step = step(Done::Added, &entry, (list, &code), inputs::label(&line, language));
            done(entry, plan, step)
        }
        Err(faults) => page(request, &entry, &shown, &sent, &faults).map(|page| page.with_status(422)),
    }
}

/// `GET /plans/{plan}/lines/{list}/{code}`
pub(crate) fn open(request: &Request) -> Result<Answer, Error> {
    let entry = demand(request)?;
    let (list, code, line) = line_of(request, &entry)?;
    let filled = line_form::filled(list, &line, request.page_language()).unwrap_or_default();
    page(request, &entry, &Shown::of(list, &code), &filled, &Faults::new())
}

/// `POST /plans/{plan}/lines/{list}/{code}`: `action=keep` keeps what was changed, `action=remove` takes the line away.
pub(crate) fn change(request: &Request) -> Result<Answer, Error> {
    let entry = demand(request)?;
    if request.form("action") == Some("remove") {
        return remove(request, entry);
    }
    let language = request.page_language();
    let (list, code, before) = line_of(request, &entry)?;
    if !own::is_own(&code) {
        return Err(Error::not_found("the figures of a model's line are changed in the plan"));
    }
    let sent = line_form::sent(list, request).unwrap_or_default();
    let read = line_form::read(list, &sent, language).and_then(|line| {
        let mut line = Value::Object(line);
        put_code(&mut line, &code);
        let mut plan = serde_json::to_value(&entry.body.plan).unwrap_or_default();
        if let Some(there) = find_mut(&mut plan, list, &code) {
            *there = line.clone();
        }
        judged(&entry.body.plan, plan, Some((list, &code))).map(|plan| (plan, line))
    });
    match read {
        Ok((_, line)) if line == before => Ok(back(&entry)),
        Ok((plan, line)) => {
            let step = step(Done::Changed, &entry, (list, &code), inputs::label(&line, language));
            done(entry, plan, step)
        }
        Err(faults) => page(request, &entry, &Shown::of(list, &code), &sent, &faults).map(|page| page.with_status(422)),
    }
}

fn remove(request: &Request, entry: Entry<OwnPlan>) -> Result<Answer, Error> {
    let language = request.page_language();
    // Sent twice: it is gone already, and that is what was asked for.
    let Ok((list, code, line)) = line_of(request, &entry) else { return Ok(back(&entry)) };
    let mut plan = serde_json::to_value(&entry.body.plan)?;
    if let Some(lines) = plan.get_mut(list).and_then(Value::as_array_mut) {
        lines.retain(|line| line.get("code") != Some(&Value::from(code.as_str())));
    }
    match judged(&entry.body.plan, plan, None) {
        Ok(plan) => {
            let step = step(Done::Removed, &entry, (list, &code), inputs::label(&line, language));
            done(entry, plan, step)
        }
        Err(mut faults) => {
            // Its costs would be for nothing: the person is told which.
            if faults.values().any(|code| code == "unknown-product") {
                faults = Faults::from([("line".to_owned(), "product-in-use".to_owned())]);
            }
            let filled = line_form::filled(list, &line, language).unwrap_or_default();
            page(request, &entry, &Shown::of(list, &code), &filled, &faults).map(|page| page.with_status(422))
        }
    }
}

/// `POST /plans/{plan}/lines/undo`: the plan as it was before the last change of a line.
pub(crate) fn undo(request: &Request) -> Result<Answer, Error> {
    let mut entry = demand(request)?;
    let before = together::places(&entry.body);
    // Sent twice: it is undone already.
    let Some(step) = entry.body.step.take() else { return Ok(back(&entry)) };
    let mut plan = serde_json::to_value(&entry.body.plan)?;
    if let Some(lines) = plan.get_mut(&step.list).and_then(Value::as_array_mut) {
        lines.retain(|line| line.get("code").and_then(Value::as_str) != Some(step.code.as_str()));
        if let Some(before) = step.before {
            lines.insert(usize::from(step.place).min(lines.len()), serde_json::from_str(&before)?);
        }
    }
    entry.body.plan = serde_json::from_value(plan)?;
    keep(entry, &before)
}

/// What the page of a line is about.
struct Shown<'a> {
    list: &'a str,
    code: &'a str,
    is_new: bool,
    is_own: bool,
}

impl<'a> Shown<'a> {
    fn of(list: &'a str, code: &'a str) -> Self {
        Self { list, code, is_new: false, is_own: own::is_own(code) }
    }
}

fn page(
    request: &Request,
    entry: &Entry<OwnPlan>,
    shown: &Shown<'_>,
    filled: &Filled,
    faults: &Faults,
) -> Result<Answer, Error> {
    let plan = &entry.body.plan;
    let fields = line_form::view(shown.list, plan, filled, faults, request.page_language());
    let known: BTreeSet<&str> = fields.iter().filter_map(|field| field.get("name").and_then(Value::as_str)).collect();
    let elsewhere: Vec<Value> = faults
        .iter()
        .filter(|(place, _)| *place != "label" && !known.contains(place.as_str()))
        .map(|(_, code)| json!(code))
        .collect();
    let data = json!({
        "plan": { "id": entry.id, "title": entry.body.title },
        "list": shown.list,
        "code": shown.code,
        "is_new": shown.is_new,
        "is_own": shown.is_own,
        "label": filled.get("label"),
        "label_fault": faults.get("label"),
        "faults": elsewhere,
        "is_refused": !faults.is_empty(),
        "fields": fields,
        "lines_max": LINES_MAX,
    });
    Answer::page("line", &entry.body.title, &data)
}

/// The plan after a change, unless the change brings a fault that was not there, or leaves one at the line that it is about.
fn judged(before: &Plan, after: Value, about: Option<(&str, &str)>) -> Result<Plan, Faults> {
    let refused = |code: &str| Faults::from([("line".to_owned(), code.to_owned())]);
    let after: Plan = serde_json::from_value(after).map_err(|_| refused("number"))?;
    let Err(found) = check(&after) else { return Ok(after) };
    let known = check(before).err().unwrap_or_default();
    let prefix = about.map(|(list, code)| format!("{list}/{code}"));
    let mut faults = Faults::new();
    for fault in found {
        let inside = prefix.as_ref().and_then(|prefix| fault.place.strip_prefix(prefix.as_str()));
        match inside.map(|rest| rest.trim_start_matches('/')) {
            Some(field) => drop(faults.insert(field.to_owned(), fault.code.to_owned())),
            None if known.contains(&fault) => {}
            None => drop(faults.insert(fault.place, fault.code.to_owned())),
        }
    }
    if faults.is_empty() { Ok(after) } else { Err(faults) }
}

/// What was done to a line of a plan that still stands as it was before.
fn step(done: Done, before: &Entry<OwnPlan>, (list, code): (&str, &str), label: String) -> LineStep {
    let plan = serde_json::to_value(&before.body.plan).unwrap_or_default();
    let lines = plan.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let place = lines.iter().position(|line| line.get("code").and_then(Value::as_str) == Some(code));
    LineStep {
        done,
        label,
        list: list.to_owned(),
        code: code.to_owned(),
        place: u16::try_from(place.unwrap_or(lines.len())).unwrap_or(u16::MAX),
        before: find(&plan, list, code).map(Value::to_string),
    }
}

fn done(mut entry: Entry<OwnPlan>, plan: Plan, step: LineStep) -> Result<Answer, Error> {
    let before = together::places(&entry.body);
    entry.body.plan = plan;
    entry.body.step = Some(step);
    keep(entry, &before)
}

/// The code of the next line of one's own, also once the last review is undone: a line may have become the model's in it.
fn next_code(entry: &Entry<OwnPlan>) -> String {
    let before = entry.body.before.as_ref().map(|before| &before.plan);
    own::next_code([&entry.body.plan].into_iter().chain(before))
}

fn back(entry: &Entry<OwnPlan>) -> Answer {
    Answer::redirect(format!("/plans/{}", entry.id))
}

/// The list of that name.
fn list_of(name: Option<&str>) -> Result<&'static str, Error> {
    let list = own::LISTS.into_iter().find(|list| Some(*list) == name);
    list.ok_or_else(|| Error::not_found("there is no such list of lines"))
}

/// The line that the path names: its list, its code, itself.
fn line_of(request: &Request, entry: &Entry<OwnPlan>) -> Result<(&'static str, String, Value), Error> {
    let list = list_of(Some(request.parameter("list")))?;
    let code = request.parameter("code").to_owned();
    let plan = serde_json::to_value(&entry.body.plan)?;
    let line = find(&plan, list, &code).cloned().ok_or_else(|| Error::not_found("there is no such line"))?;
    Ok((list, code, line))
}

fn find<'a>(plan: &'a Value, list: &str, code: &str) -> Option<&'a Value> {
    plan.get(list)?.as_array()?.iter().find(|line| line.get("code").and_then(Value::as_str) == Some(code))
}

fn find_mut<'a>(plan: &'a mut Value, list: &str, code: &str) -> Option<&'a mut Value> {
    let lines = plan.get_mut(list)?.as_array_mut()?;
    lines.iter_mut().find(|line| line.get("code").and_then(Value::as_str) == Some(code))
}

fn put_code(line: &mut Value, code: &str) {
    if let Some(members) = line.as_object_mut() {
        members.insert("code".to_owned(), Value::from(code));
    }
}
