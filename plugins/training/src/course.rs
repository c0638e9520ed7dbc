//! A course's page, and enrolling in it.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Request, context};

use crate::enrolment;
use crate::kinds::{Course, Enrolment, Module};
use crate::language;

/// `GET /courses/{course}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let tag = request.language.as_str();
    let course = Course::demand(request.parameter("course"))?;
    let enrolment = enrolment::find(&course.code)?.map(|entry| entry.body);
    let modules: Vec<Value> =
        course.modules.iter().map(|module| module_view(module, enrolment.as_ref(), tag)).collect();
    let title = language::text(&course.title, tag);
    let data = json!({
        "course": {
            "code": course.code,
            "title": title,
            "summary": language::text(&course.summary, tag),
            "sources": course.sources,
        },
        "modules": modules,
        "enrolled": enrolment.is_some(),
        "can_enrol": context::caller().person.is_some(),
        "done": enrolment.as_ref().map_or(0, |enrolment| enrolment.lessons_done.len()),
        "total": course.lessons(),
        "next": enrolment.as_ref().and_then(|enrolment| enrolment::next_open(&course, enrolment, tag)),
    });
    Answer::page("course", title, &data)
}

fn module_view(module: &Module, enrolment: Option<&Enrolment>, tag: &str) -> Value {
    let is_done = |code: &String| enrolment.is_some_and(|enrolment| enrolment.lessons_done.contains(code));
    let lessons: Vec<Value> = module
        .lessons
        .iter()
        .map(|lesson| {
            json!({ "code": lesson.code, "title": language::text(&lesson.title, tag), "done": is_done(&lesson.code) })
        })
        .collect();
    json!({
        "code": module.code,
        "title": language::text(&module.title, tag),
        "minutes": module.minutes,
        "lessons": lessons,
        "quiz": module.quiz,
        "done": enrolment.is_some_and(|enrolment| enrolment.modules_done.contains(&module.code)),
    })
}

/// `POST /courses/{course}/enrol`
pub(crate) fn enrol(request: &Request) -> Result<Answer, Error> {
    let course = Course::demand(request.parameter("course"))?;
    let entry = enrolment::find_or_begin(&course, &request.language)?;
    let next = enrolment::next_open(&course, &entry.body, &request.language);
    Ok(Answer::redirect(next.map_or_else(|| format!("/courses/{}", course.code), |step| step.path)))
}
