//! A course's page, and enrolling in it.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Language, Request, context};

use crate::kinds::{Enrolment, Module};
use crate::{edition, enrolment};

/// `GET /courses/{course}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let language = request.page_language();
    let person = context::caller().person;
    let (course, enrolment) = edition::learnt_by(request.parameter("course"), person.as_deref())?;
    let enrolment = enrolment.map(|entry| entry.body);
    let modules: Vec<Value> =
        course.modules.iter().map(|module| module_view(module, enrolment.as_ref(), language)).collect();
    let title = course.title.best(language);
    let data = json!({
        "course": {
            "code": course.code,
            "title": title,
            "summary": course.summary.best(language),
            "sources": course.sources,
        },
        "modules": modules,
        "enrolled": enrolment.is_some(),
        "can_enrol": person.is_some() && course.withdrawn_at.is_none(),
        "withdrawn": course.withdrawn_at.is_some(),
        "done": enrolment.as_ref().map_or(0, |enrolment| enrolment.lessons_done.len()),
        "total": course.lessons(),
        "next": enrolment.as_ref().and_then(|enrolment| enrolment::next_open(&course, enrolment, language)),
    });
    Answer::page("course", title, &data)
}

fn module_view(module: &Module, enrolment: Option<&Enrolment>, language: Language) -> Value {
    let is_done = |code: &String| enrolment.is_some_and(|enrolment| enrolment.lessons_done.contains(code));
    let lessons: Vec<Value> = module
        .lessons
        .iter()
        .map(|lesson| {
            json!({ "code": lesson.code, "title": lesson.title.best(language), "done": is_done(&lesson.code) })
        })
        .collect();
    json!({
        "code": module.code,
        "title": module.title.best(language),
        "minutes": module.minutes,
        "lessons": lessons,
        "quiz": module.quiz,
        "done": enrolment.is_some_and(|enrolment| enrolment.modules_done.contains(&module.code)),
    })
}

/// `POST /courses/{course}/enrol`
pub(crate) fn enrol(request: &Request) -> Result<Answer, Error> {
    let (course, _) = edition::learnt(request.parameter("course"))?;
    let entry = enrolment::find_or_begin(&course, request.page_language())?;
    let next = enrolment::next_open(&course, &entry.body, request.page_language());
    Ok(Answer::redirect(next.map_or_else(|| format!("/courses/{}", course.code), |step| step.path)))
}
