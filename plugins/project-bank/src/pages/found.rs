//! From a plan to a cooperative: what goes over to the register, and the link to its page, where the lead confirms.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use tiwizi_sdk::registry::founding_rules;
use tiwizi_sdk::{Answer, Entry, Error, Find, RecordId, Request, Store, context, places};

use super::team::{founded, founders, items};
use crate::kinds::{Category, Model, OwnPlan};
use crate::team::access::{self, Right, seats, team_of};
use crate::team::kinds::{Proposed, ProposedFounder, Seat, Start, Team};

const REGISTER: &str = include_str!("../../rules/register.json");

/// Sector and branch of the register, by model and by sector of the bank.
#[derive(Default, Deserialize)]
struct Register {
    sectors: BTreeMap<String, (String, String)>,
    models: BTreeMap<String, (String, String)>,
}

/// `GET /plans/{plan}/found`: what will go over, what is still open, and where the file stands once there is one.
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let (plan, role) = access::demand(&request.read_parameter::<RecordId>("plan")?, Right::Read)?;
    let team = team_of(&plan.id)?.map_or_else(|| Team::empty(&plan.id), |team| team.body);
    let people = founders(&plan, &seats(&plan.id)?);
    let rules = founding_rules().ok();
    let items = items(&plan, &team, &people, (rules.as_ref(), true))?;
    let proposed = proposed(&plan, &team, &people)?;
    let open: Vec<&str> = items.iter().filter(|item| !item.done).map(|item| item.code).collect();
    let data = json!({
        "plan": { "id": plan.id, "title": plan.body.title },
        "role": role.name(),
        "proposed": proposed,
        "place": team.place.as_deref().map(|code| places::province(code, request.page_language())),
        "open": open,
        "founded": founded(&plan, &team)?,
        "source": team.start.as_ref().map(|start| format!("project-bank/start/{start}")),
    });
    Answer::page("found", &plan.body.title, &data)
}

/// `POST /plans/{plan}/found`: writes down what the register's page begins with. It opens nothing: the lead does, there.
pub(crate) fn prepare(request: &Request) -> Result<Answer, Error> {
    let (plan, _) = access::demand(&request.read_parameter::<RecordId>("plan")?, Right::Lead)?;
    let person = context::caller().person.ok_or_else(Error::sign_in)?;
    let team = team_of(&plan.id)?;
    let body = team.as_ref().map_or_else(|| Team::empty(&plan.id), |team| team.body.clone());
    let founding = proposed(&plan, &body, &founders(&plan, &seats(&plan.id)?))?;
    let find = Find::new().equal(Start::PLAN, plan.id.as_str()).equal(Start::PERSON, person.as_str());
    let start = match Store::first(&find)? {
        Some(mut entry) => {
            entry.body.founding = founding;
            Store::replace(&entry)?.id
        }
        None => Store::create(&Start { plan: plan.id.clone(), person, founding })?.id,
    };
    match team {
        // A file that was begun by who led before stays the team's.
        Some(team) if founded(&plan, &team.body)?.is_some_and(|told| told.get("file").is_some()) => {}
        Some(mut team) => {
            team.body.start = Some(start);
            Store::replace(&team)?;
        }
        None => drop(Store::create(&Team { start: Some(start), ..body })?),
    }
    Ok(Answer::redirect(format!("/plans/{}/found", plan.id)))
}

/// What a founding file begins with, as far as it is known.
fn proposed(plan: &Entry<OwnPlan>, team: &Team, people: &[Seat]) -> Result<Proposed, Error> {
    let model: Option<Entry<Model>> = Store::first(&Find::new().equal(Model::CODE, plan.body.model.as_str()))?;
    let (sector, branch) = model.as_ref().map(|model| registered(&model.body)).unwrap_or_default();
    let category = model.and_then(|model| model.body.categories.first().copied());
    let founder = |seat: &Seat| ProposedFounder {
        person: seat.person.clone(),
        name: seat.name.clone(),
        shares: seat.shares,
        paid_mad: seat.paid,
    };
    Ok(Proposed {
        name_fr: team.name_fr.clone(),
        name_ar: team.name_ar.clone(),
        name_zgh: team.name_zgh.clone(),
        category: category.map(letter).unwrap_or_default().to_owned(),
        sector,
        branch,
        province: team.place.clone().unwrap_or_default(),
        commune: team.commune.clone(),
        share_value_mad: team.share,
        founders: people.iter().filter(|seat| seat.role.founds()).map(founder).collect(),
    })
}

/// Sector and branch of the register for a model: its own, else those of its sector.
fn registered(model: &Model) -> (String, String) {
    if let Some(branch) = &model.branch {
        let (sector, branch) = branch.split_once('.').unwrap_or((branch, ""));
        return (sector.to_owned(), branch.to_owned());
    }
    let register: Register = serde_json::from_str(REGISTER).unwrap_or_default();
    let sector = serde_json::to_value(model.sector).ok();
    let of_sector = sector.as_ref().and_then(Value::as_str).and_then(|sector| register.sectors.get(sector));
    register.models.get(&model.code).or(of_sector).cloned().unwrap_or_default()
}

const fn letter(category: Category) -> &'static str {
    match category {
        Category::A => "a",
        Category::B => "b",
        Category::C => "c",
    }
}

#[cfg(test)]
mod tests {
    use tiwizi_sdk::{Language, places};

    use super::{REGISTER, Register};
    use crate::kinds::Sector;

    #[test]
    fn every_sector_and_branch_that_is_proposed_is_one_of_the_register() {
        let register: Register = serde_json::from_str(REGISTER).unwrap();
        let known = places::sectors_and_branches(Language::French);
        for (sector, branch) in register.sectors.values().chain(register.models.values()) {
            let code = if branch.is_empty() { sector.clone() } else { format!("{sector}.{branch}") };
            assert!(known.iter().any(|(one, _)| *one == code), "{code}");
        }
        assert!(Sector::ALL.iter().all(|sector| register.sectors.contains_key(*sector)));
    }
}
