//! What was learnt without a link, sent later.
//!
//! `POST /sync` takes a list of events, in the body as JSON or in the field `events` of a form. Each has a name of its
//! sender's; however often it comes it counts once. One that is refused keeps no other from being taken in.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Language, Request, context};

use crate::attempt::{self, Asked, Sent};
use crate::kinds::Course;
use crate::{edition, enrolment, quiz, result};

/// The events of one sending.
const EVENTS_MAX: usize = 20;

#[derive(Deserialize)]
struct Events {
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    /// By which its sender knows it.
    id: String,
    course: String,
    /// The edition that the telephone has; it decides only for whoever has not begun the course.
    #[serde(default)]
    version: Option<u64>,
    /// A lesson that was finished,
    #[serde(default)]
    lesson: Option<String>,
    /// or a quiz that was answered.
    #[serde(default)]
    quiz: Option<String>,
    #[serde(default)]
    language: Option<Language>,
    #[serde(default)]
    answers: BTreeMap<String, Vec<String>>,
    /// When, by the telephone's clock; milliseconds since 1970.
    #[serde(default)]
    at: Option<i64>,
}

/// What became of an event.
enum Fate {
    Kept(Option<String>),
    Known(Option<String>),
    Refused(&'static str),
}

/// `POST /sync`
pub(crate) fn receive(request: &Request) -> Result<Answer, Error> {
    let caller = context::caller();
    if !caller.is_signed_in() {
        return Err(Error::sign_in());
    }
    let Some(person) = caller.person else {
        return Err(Error::denied("this account belongs to no person of the register, so no progress can be kept"));
    };
    let Events { events } = match request.form("events") {
        Some(text) => serde_json::from_str(text)
            .map_err(|error| Error::bad_request(format!("the events are not understood: {error}")))?,
        None => request.json()?,
    };
    if events.len() > EVENTS_MAX {
        return Err(Error::invalid("too many events at once").with("events_max", EVENTS_MAX as u64));
    }
    let mut fates = Vec::with_capacity(events.len());
    for event in &events {
        let fate = take(&person, event, request.page_language())?;
        fates.push(fate_view(&event.id, &fate));
    }
    Answer::json(&json!({ "events": fates }))
}

fn fate_view(id: &str, fate: &Fate) -> Value {
    match fate {
        Fate::Kept(path) => json!({ "id": id, "state": "kept", "result": path }),
        Fate::Known(path) => json!({ "id": id, "state": "known", "result": path }),
        Fate::Refused(why) => json!({ "id": id, "state": "refused", "why": why }),
    }
}

fn take(person: &str, event: &Event, language: Language) -> Result<Fate, Error> {
    if !attempt::is_code(&event.id) {
        return Ok(Fate::Refused("id"));
    }
    let Some(newest) = Course::find(&event.course)?.map(|entry| entry.body) else {
        return Ok(Fate::Refused("course"));
    };
    let version = match enrolment::find(&event.course)? {
        Some(entry) => entry.body.version.unwrap_or(1),
        None if newest.withdrawn_at.is_some() => return Ok(Fate::Refused("withdrawn")),
        None => event.version.unwrap_or(newest.version),
    };
    let course = edition::of_version(newest, version)?;
    let sent = Sent { code: &event.id, said_at: event.at };
    if let Some(known) = attempt::known(person, sent.code)? {
        let module = event.quiz.as_deref().and_then(|quiz| course.module_of_quiz(quiz));
        let path = module.zip(known.attempt).map(|(module, attempt)| result::path(&course, module, &attempt));
        return Ok(Fate::Known(path));
    }
    match (&event.lesson, &event.quiz) {
        (Some(lesson), None) => take_lesson(person, &course, lesson, &sent, language),
        (None, Some(quiz)) => take_quiz(person, &course, quiz, event, &sent),
        _ => Ok(Fate::Refused("event")),
    }
}

fn take_lesson(
    person: &str,
    course: &Course,
    lesson: &str,
    sent: &Sent<'_>,
    language: Language,
) -> Result<Fate, Error> {
    let Some((module, place)) = course.lesson(lesson) else { return Ok(Fate::Refused("lesson")) };
    let entry = enrolment::find_or_begin(course, language)?;
    enrolment::finish_lesson(course, module, &place.code, entry)?;
    attempt::note(person.to_owned(), sent, None)?;
    Ok(Fate::Kept(None))
}

fn take_quiz(person: &str, course: &Course, code: &str, event: &Event, sent: &Sent<'_>) -> Result<Fate, Error> {
    let Some(module) = course.module_of_quiz(code) else { return Ok(Fate::Refused("quiz")) };
    let language = event.language.unwrap_or(Language::French);
    let quiz = quiz::in_best_language(&course.place(), &module.quiz, language)?;
    let key = quiz::answer_key(&course.place(), &module.quiz)?;
    let asked = Asked { course, module, quiz: &quiz, key: &key };
    let Some(marked) = asked.mark(&attempt::of_lists(&event.answers, &quiz.questions)) else {
        return Ok(Fate::Refused("answers"));
    };
    let attempt = asked.keep(person.to_owned(), marked, Some(sent), language)?;
    Ok(Fate::Kept(Some(result::path(course, module, &attempt.id))))
}
