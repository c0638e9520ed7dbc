//! A lesson's page: listen, read, mark as done.

use serde_json::json;
use tiwizi_sdk::{Answer, Error, Find, Request, Store, context};

use crate::enrolment;
use crate::kinds::{Course, Lesson, LessonRef};
use crate::language::{self, Named};

/// `GET /courses/{course}/lessons/{lesson}`; `?content=shi` asks for a language other than the page's.
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let tag = request.language.as_str();
    let course = Course::demand(request.parameter("course"))?;
    let (module, place) = course.lesson(request.parameter("lesson")).ok_or_else(no_lesson)?;
    let wanted = request.query("content").unwrap_or(tag);
    let lesson = in_best_language(&course.code, place, wanted)?;
    let enrolment = enrolment::find(&course.code)?.map(|entry| entry.body);
    let done = enrolment.as_ref().is_some_and(|enrolment| enrolment.lessons_done.contains(&place.code));
    let data = json!({
        "course": { "code": course.code, "title": language::text(&course.title, tag) },
        "module": { "title": language::text(&module.title, tag) },
        "lesson": {
            "code": lesson.code,
            "title": lesson.title,
            "language": lesson.language,
            "language_name": language::name(&lesson.language),
            "direction": language::direction(&lesson.language),
            "draft": lesson.draft,
            "blocks": lesson.blocks,
            "audio": lesson.audio,
            "fallback": lesson.language != wanted,
        },
        "languages": place.title.keys().map(|tag| Named::of(tag)).collect::<Vec<_>>(),
        "can_progress": context::caller().person.is_some(),
        "done": done,
        "next": enrolment::next_after(&course, &place.code, tag),
    });
    Answer::page("lesson", &lesson.title, &data)
}

fn in_best_language(course: &str, place: &LessonRef, wanted: &str) -> Result<Lesson, Error> {
    let tag = language::best(place.title.keys().map(String::as_str), wanted).ok_or_else(no_lesson)?;
    let find = Find::new().equal("course", course).equal("code", place.code.as_str()).equal("language", tag);
    Store::find_one(&find)?.map(|entry| entry.body).ok_or_else(no_lesson)
}

/// `POST /courses/{course}/lessons/{lesson}/done`
pub(crate) fn done(request: &Request) -> Result<Answer, Error> {
    let course = Course::demand(request.parameter("course"))?;
    let (module, place) = course.lesson(request.parameter("lesson")).ok_or_else(no_lesson)?;
    let entry = enrolment::find_or_begin(&course, &request.language)?;
    enrolment::finish_lesson(&course, module, &place.code, entry)?;
    let next = enrolment::next_after(&course, &place.code, &request.language);
    Ok(Answer::redirect(next.map_or_else(|| format!("/courses/{}", course.code), |step| step.path)))
}

fn no_lesson() -> Error {
    Error::not_found("there is no such lesson")
}
