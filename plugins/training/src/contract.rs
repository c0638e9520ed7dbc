//! What other plugins ask: the contract `progress`, of the person for whom they ask.
//!
//! `modules` says of modules, each named as `course/module`, what they are called, where they go on and whether the person has completed them. What
//! there is no module of is left out. The contract `learning` has `completed`: every module that the person has completed. Neither tells
//! anything that the person's own pages do not show them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::calls::Asked;
use tiwizi_sdk::{Entry, Error, Language, context};

use crate::kinds::{Course, Enrolment};
use crate::{certificate, edition, enrolment};

/// Modules of one question.
const MODULES_MAX: usize = 24;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    modules: Vec<String>,
}

/// A module, as it is told to others.
#[derive(Debug, Serialize)]
struct Told {
    /// `course/module`, as it was asked.
    module: String,
    title: String,
    course: String,
    minutes: u32,
    /// Whether it is completed, and whether the course was begun.
    done: bool,
    begun: bool,
    /// Where it goes on, below this plugin.
    path: String,
}

/// A course in the edition that the person learns, and their enrolment in it.
type Learnt = (Course, Option<Entry<Enrolment>>);

/// Answers a question of the contract.
pub(crate) fn invoke(asked: &Asked) -> Result<Value, Error> {
    match asked.method.as_str() {
        "modules" => modules(&asked.payload::<Question>()?.modules),
        "completed" if context::caller().person.is_none() => Ok(json!([])),
        "completed" => Ok(serde_json::to_value(certificate::modules_completed()?)?),
        other => Err(Error::not_found(format!("there is no method {other}"))),
    }
}

fn modules(asked: &[String]) -> Result<Value, Error> {
    if asked.len() > MODULES_MAX {
        return Err(Error::invalid(format!("{MODULES_MAX} modules at most are asked for at once")));
    }
    let language = context::language().parse().unwrap_or(Language::French);
    let mut known: Vec<(String, Option<Learnt>)> = Vec::new();
    let mut told = Vec::new();
    for name in asked {
        let Some((course, module)) = name.split_once('/') else { continue };
        if !known.iter().any(|(code, _)| code == course) {
            known.push((course.to_owned(), learnt(course)?));
        }
        let found = known.iter().find(|(code, _)| code == course).and_then(|(_, found)| found.as_ref());
        told.extend(found.and_then(|(course, entry)| view(name, module, (course, entry.as_ref()), language)));
    }
    Ok(json!({ "modules": told }))
}

fn learnt(code: &str) -> Result<Option<Learnt>, Error> {
    match edition::learnt(code) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is("not-found") => Ok(None),
        Err(error) => Err(error),
    }
}

fn view(
    name: &str,
    module: &str,
    (course, entry): (&Course, Option<&Entry<Enrolment>>),
    language: Language,
) -> Option<Told> {
    let module = course.modules.iter().find(|known| known.code == module)?;
    let done = entry.is_some_and(|entry| enrolment::is_done(&entry.body, module));
    if course.withdrawn_at.is_some() && entry.is_none() {
        return None;
    }
    let open = entry.filter(|_| !done).and_then(|entry| enrolment::next_of(course, module, &entry.body, language));
    let path = open.map_or_else(|| format!("/courses/{}", course.code), |step| step.path);
    Some(Told {
        module: name.to_owned(),
        title: module.title.best(language).to_owned(),
        course: course.title.best(language).to_owned(),
        minutes: module.minutes,
        done,
        begun: entry.is_some(),
        path,
    })
}
