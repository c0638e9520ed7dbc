//! __TITLE__: a member notes what was practised, and that is a step of the member's path.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tiwizi_sdk::form::Filled;
use tiwizi_sdk::{
    Answer, Date, Error, Find, Form, Kind, Plugin, Request, Route, Shape, Store, context, milestones, router,
};

#[cfg(test)]
mod tests;

/// The milestone that the manifest declares.
const PRACTISED: &str = "practised";

/// One practice: the proof of the milestone. It is written once and never changed.
#[derive(Debug, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "personal", unique(person, skill), read("own", "role:trainer"), create("plugin:own"))]
#[kind(title(ar = "تطبيق", fr = "Pratique"))]
#[kind(purpose = "What a member has practised, for that member and the trainers.", retention = "Two years.")]
pub struct Practice {
    /// Whose it is: the person's record in the register.
    #[field(subject)]
    pub person: String,
    /// What was practised.
    pub skill: Skill,
    /// On which day.
    pub day: Date,
}

/// What can be practised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub enum Skill {
    /// Writing down what comes in and goes out.
    Accounts,
    /// Leading a meeting.
    Meetings,
    /// Setting a price.
    Prices,
}

/// What the page's form sends.
#[derive(Form)]
struct NewPractice {
    skill: Skill,
    day: Date,
}

/// The plugin.
#[derive(Debug, Clone, Copy)]
pub struct __TYPE__;

impl Plugin for __TYPE__ {
    fn handle(request: &Request) -> Result<Answer, Error> {
        router::answer(&[Route::get("/", show), Route::post("/", add)], request)
    }
}

fn show(_: &Request) -> Result<Answer, Error> {
    page(&Filled::empty())
}

fn add(request: &Request) -> Result<Answer, Error> {
    let caller = context::caller();
    if !caller.is_signed_in() {
        return Err(Error::sign_in());
    }
    let person = caller.person.ok_or_else(|| Error::denied("this account belongs to no person of the register"))?;
    let new: NewPractice = match request.read_form() {
        Ok(new) => new,
        Err(filled) => return page(&filled).map(|page| page.with_status(422)),
    };
    match Store::create(&Practice { person, skill: new.skill, day: new.day }) {
        Ok(entry) => {
            milestones::reach::<Practice>(PRACTISED, &entry.id)?;
            Ok(Answer::redirect("/"))
        }
        // The same skill twice: the form says so at its field.
        Err(error) if error.is("duplicate") => {
            page(&Filled::of(request).refuse("skill", "duplicate")).map(|page| page.with_status(409))
        }
        Err(error) => Err(error),
    }
}

fn page(form: &Filled) -> Result<Answer, Error> {
    let person = context::caller().person;
    let practices = match &person {
        Some(person) => Store::list(&Find::new().equal(Practice::PERSON, person).limit(50))?.items,
        None => Vec::new(),
    };
    let practices: Vec<_> = practices.iter().map(|entry| &entry.body).collect();
    Answer::page(
        "practices",
        "__TITLE__",
        &json!({ "practices": practices, "form": form, "can_write": person.is_some() }),
    )
}

tiwizi_sdk::export!(__TYPE__);
