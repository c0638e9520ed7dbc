//! A path for one person, from four questions and from where their cooperative stands in the register, with its reasons.
//!
//! Nothing of the answers is kept. The register is asked for the cooperative that the person names by its court and number; which
//! cooperatives somebody belongs to, no plugin is told.

use serde::Deserialize;
use serde_json::{Value, json};
use tiwizi_sdk::registry::{self, Cooperative};
use tiwizi_sdk::{Answer, Error, Find, Form, Language, Request, Shape, Store};

use crate::catalogue;
use crate::kinds::Course;

#[derive(Form)]
struct Questions {
    work: Work,
    stage: Stage,
    language: Language,
    #[field(min = 10, max = 600)]
    minutes: u32,
    /// The court whose register the cooperative stands in.
    #[field(max_length = 100)]
    court: Option<String>,
    #[field(max_length = 60)]
    number: Option<String>,
}

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
enum Work {
    Produce,
    Accounts,
    Lead,
    Sell,
}

/// Where the cooperative stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
enum Stage {
    Idea,
    Young,
    Running,
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    registered_on: Option<String>,
}

/// Courses by what they are for: the beginning of a code, whom it helps and when.
const RULES: [(&str, &[Work], &[Stage]); 7] = [
    ("founding", &[], &[Stage::Idea]),
    ("accounts", &[Work::Accounts], &[Stage::Young]),
    ("product", &[Work::Produce], &[]),
    ("governance", &[Work::Lead], &[Stage::Young]),
    ("selling", &[Work::Sell], &[Stage::Young]),
    ("food-safety", &[Work::Produce], &[]),
    ("online", &[Work::Sell], &[Stage::Running]),
];

/// `GET /advice`
pub(crate) fn ask(request: &Request) -> Result<Answer, Error> {
    page(request, None)
}

/// `POST /advice`
pub(crate) fn answer(request: &Request) -> Result<Answer, Error> {
    match request.read_form::<Questions>() {
        Ok(questions) => page(request, Some(&questions)),
        Err(filled) => {
            let data =
                json!({ "languages": Language::ALL.map(crate::named::Named::of), "faults": filled, "steps": null });
            Answer::page("advice", "", &data).map(|page| page.with_status(422))
        }
    }
}

fn page(request: &Request, questions: Option<&Questions>) -> Result<Answer, Error> {
    let (steps, from_register) = match questions {
        Some(questions) => {
            let registered = registered_stage(questions.court.as_deref(), questions.number.as_deref());
            (Some(steps(questions, registered.unwrap_or(questions.stage), request)?), registered.is_some())
        }
        None => (None, false),
    };
    let languages = Language::ALL.map(crate::named::Named::of);
    Answer::page("advice", "", &json!({ "languages": languages, "steps": steps, "from_register": from_register }))
}

/// The stage of a cooperative that stands in the register: young until two full years have begun after its own.
fn registered_stage(court: Option<&str>, number: Option<&str>) -> Option<Stage> {
    let find = Find::new().equal(Cooperative::COURT, court?.trim()).equal(Cooperative::NUMBER, number?.trim()).limit(2);
    let found = registry::cooperatives::<Found>(&find).ok()?.items;
    // Another home may have given the same number.
    let [one] = found.as_slice() else { return None };
    let year: u64 = one.body.registered_on.as_deref()?.get(..4)?.parse().ok()?;
    let this_year = 1970 + tiwizi_sdk::context::now() / 31_556_952_000;
    Some(if this_year.saturating_sub(year) <= 2 { Stage::Young } else { Stage::Running })
}

/// The courses in the order in which they help, each with why and how many weeks it takes.
fn steps(questions: &Questions, stage: Stage, request: &Request) -> Result<Vec<Value>, Error> {
    let enrolments = catalogue::enrolments()?;
    let mut found: Vec<(u32, u32, Value)> = Vec::new();
    for entry in Store::list(&Find::new().sort(Course::ORDER).limit(100))?.items {
        let course = entry.body;
        let is_done = enrolments.iter().any(|each| each.course == course.code && each.completed_at.is_some());
        if is_done || course.withdrawn_at.is_some() {
            continue;
        }
        let rule = RULES.iter().find(|(code, _, _)| course.code.starts_with(code));
        let mut why = Vec::new();
        if rule.is_some_and(|(_, _, stages)| stages.contains(&stage)) {
            why.push(json!({ "message": "why-stage", "value": stage }));
        }
        if rule.is_some_and(|(_, works, _)| works.contains(&questions.work)) {
            why.push(json!({ "message": "why-work", "value": questions.work }));
        }
        if why.is_empty() {
            continue;
        }
        let in_language = course.languages.contains(&questions.language);
        let score = u32::try_from(why.len()).unwrap_or(0) * 2 + u32::from(in_language);
        let view = json!({
            "code": course.code,
            "title": course.title.best(request.page_language()),
            "why": why,
            "in_language": in_language,
            "language": questions.language.name(),
            "weeks": course.minutes().div_ceil(questions.minutes),
        });
        found.push((score, course.order, view));
    }
    found.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    Ok(found.into_iter().map(|(_, _, view)| view).collect())
}
