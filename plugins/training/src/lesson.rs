//! A lesson's page: listen, read, mark as done.

use serde_json::json;
use tiwizi_sdk::{Answer, Error, Find, Language, Request, Store, context};

use crate::enrolment;
use crate::kinds::{Course, Lesson, LessonRef};
use crate::named::Named;

/// `GET /courses/{course}/lessons/{lesson}`; `?content=shi` asks for a language other than the page's.
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let language = request.page_language();
    let course = Course::demand(request.parameter("course"))?;
    let (module, place) = course.lesson(request.parameter("lesson")).ok_or_else(no_lesson)?;
    let wanted = request.query("content").and_then(|tag| tag.parse().ok()).unwrap_or(language);
    let lesson = in_best_language(&course.code, place, wanted)?;
    let enrolment = enrolment::find(&course.code)?.map(|entry| entry.body);
    let done = enrolment.as_ref().is_some_and(|enrolment| enrolment.lessons_done.contains(&place.code));
    let data = json!({
        "course": { "code": course.code, "title": course.title.best(language) },
        "module": { "title": module.title.best(language) },
        "lesson": {
            "code": lesson.code,
            "title": lesson.title,
            "language": lesson.language,
            "language_name": lesson.language.name(),
            "direction": lesson.language.direction(),
            "draft": lesson.draft,
            "blocks": lesson.blocks,
            "audio": lesson.audio,
            "fallback": lesson.language != wanted,
        },
        "languages": place.title.languages().into_iter().map(Named::of).collect::<Vec<_>>(),
        "can_progress": context::caller().person.is_some(),
        "done": done,
        "next": enrolment::next_after(&course, &place.code, language),
    });
    Answer::page("lesson", &lesson.title, &data)
}

fn in_best_language(course: &str, place: &LessonRef, wanted: Language) -> Result<Lesson, Error> {
    let language = wanted.best(&place.title.languages()).ok_or_else(no_lesson)?;
    let find = Find::new().equal(Lesson::COURSE, course).equal(Lesson::CODE, place.code.as_str());
    Store::first(&find.equal(Lesson::LANGUAGE, language))?.map(|entry| entry.body).ok_or_else(no_lesson)
}

/// `POST /courses/{course}/lessons/{lesson}/done`
pub(crate) fn done(request: &Request) -> Result<Answer, Error> {
    let course = Course::demand(request.parameter("course"))?;
    let (module, place) = course.lesson(request.parameter("lesson")).ok_or_else(no_lesson)?;
    let entry = enrolment::find_or_begin(&course, request.page_language())?;
    enrolment::finish_lesson(&course, module, &place.code, entry)?;
    let next = enrolment::next_after(&course, &place.code, request.page_language());
    Ok(Answer::redirect(next.map_or_else(|| format!("/courses/{}", course.code), |step| step.path)))
}

fn no_lesson() -> Error {
    Error::not_found("there is no such lesson")
}
