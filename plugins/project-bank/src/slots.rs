//! The bank's part of a path: the projects of the person or of the cooperative, and the modules to learn first.

use serde::Deserialize;
use serde_json::{Value, json};
use tiwizi_sdk::ui::{Fragment, Slot};
use tiwizi_sdk::{Error, Find, Language, Store, context};

use crate::card::Card;
use crate::kinds::{OwnPlan, State};
use crate::learn;
use crate::undertaking::{self, Undertaking};

/// Plans that the part names.
const PLANS_MAX: u32 = 3;

#[derive(Deserialize)]
struct Asked {
    /// None on the path of a person.
    #[serde(default)]
    cooperative: Option<String>,
}

/// The part of a page; none where there is nothing to show.
pub(crate) fn render(slot: &Slot) -> Result<Option<Fragment>, Error> {
    let language = context::language().parse::<Language>().unwrap_or(Language::French);
    if slot.name != "path" {
        return Ok(None);
    }
    match slot.input::<Asked>()?.cooperative {
        Some(cooperative) => of_cooperative(&cooperative, language),
        None => own(language),
    }
}

fn own(language: Language) -> Result<Option<Fragment>, Error> {
    let plans = own_plans()?;
    let mut projects = Vec::new();
    for (id, plan) in &plans {
        if let Some(model) = model(&plan.model)? {
            projects.push(project(&model, &plan.title, Some(id), language));
        }
    }
    part(projects, None)
}

/// The project that a cooperative was founded from; where neither its founding file nor anybody said which, the plans of whoever looks.
fn of_cooperative(cooperative: &str, language: Language) -> Result<Option<Fragment>, Error> {
    let found = match Undertaking::of(cooperative) {
        Ok(found) => found,
        Err(error) if error.is("denied") => return Ok(None),
        Err(error) => return Err(error),
    };
    let plans = if found.is_some() { Vec::new() } else { own_plans()? };
    let became = undertaking::became(cooperative, &plans)?;
    let known = found.map(|entry| entry.body.model).or_else(|| became.map(|(_, plan)| plan.model.clone()));
    let Some(code) = known else {
        let plans: Vec<Value> = plans.iter().map(|(id, plan)| json!({ "id": id, "title": plan.title })).collect();
        return if plans.is_empty() { Ok(None) } else { part(Vec::new(), Some(plans)) };
    };
    let Some(model) = model(&code)? else { return Ok(None) };
    let title = model.title.best(language).to_owned();
    let plan = became.map(|(id, _)| id.as_str());
    part(vec![project(&model, &title, plan, language)], None)
}

fn project(model: &Card, title: &str, plan: Option<&str>, language: Language) -> Value {
    let modules = learn::modules(&model.learn);
    let next = modules.iter().find(|module| !module.done);
    json!({
        "title": title,
        "plan": plan,
        "model": { "code": model.code, "title": model.title.best(language) },
        "modules": modules,
        "done": modules.iter().filter(|module| module.done).count(),
        "next": next,
    })
}

fn part(projects: Vec<Value>, plans: Option<Vec<Value>>) -> Result<Option<Fragment>, Error> {
    if projects.is_empty() && plans.is_none() {
        return Ok(None);
    }
    Fragment::new("part-path", "", &json!({ "projects": projects, "plans": plans })).map(Some)
}

/// The caller's newest plans, with their ids.
fn own_plans() -> Result<Vec<(String, OwnPlan)>, Error> {
    let Some(person) = context::caller().person else { return Ok(Vec::new()) };
    let find = Find::new().equal(OwnPlan::PERSON, person).sort_descending(OwnPlan::CHANGED).limit(PLANS_MAX);
    Ok(Store::list(&find)?.items.into_iter().map(|entry| (entry.id, entry.body)).collect())
}

/// What is said of a published model.
fn model(code: &str) -> Result<Option<Card>, Error> {
    Ok(Card::find(code)?.filter(|card| card.state == State::Published))
}
