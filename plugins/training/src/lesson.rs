//! A lesson's page: listen, read, mark as done.

use std::time::Duration;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Find, Language, Request, Store, blobs, context};

use crate::kinds::{Audio, Lesson, LessonRef};
use crate::named::Named;
use crate::{edition, enrolment};

/// How long a page's links to recordings and pictures are good.
pub(crate) const LINK_TIME: Duration = Duration::from_secs(6 * 3_600);

/// `GET /courses/{course}/lessons/{lesson}`; `?content=shi` asks for a language other than the page's.
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let language = request.page_language();
    let person = context::caller().person;
    let (course, enrolment) = edition::learnt_by(request.parameter("course"), person.as_deref())?;
    let (module, place) = course.lesson(request.parameter("lesson")).ok_or_else(no_lesson)?;
    let wanted = request.query("content").and_then(|tag| tag.parse().ok()).unwrap_or(language);
    let lesson = in_best_language(&course.place(), place, wanted)?;
    let done = enrolment.is_some_and(|entry| entry.body.lessons_done.contains(&place.code));
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
            "audio": audio_view(lesson.audio.as_ref())?,
            "fallback": lesson.language != wanted,
        },
        "languages": place.title.languages().into_iter().map(Named::of).collect::<Vec<_>>(),
        "can_progress": person.is_some(),
        "done": done,
        "next": enrolment::next_after(&course, &place.code, language),
    });
    Answer::page("lesson", &lesson.title, &data)
}

/// A lesson's voice as the page plays it: a file of the bundle, or a link to one that a trainer recorded.
pub(crate) fn audio_view(audio: Option<&Audio>) -> Result<Option<Value>, Error> {
    let Some(audio) = audio else { return Ok(None) };
    let link = audio.blob.as_deref().map(|blob| blobs::link(blob, LINK_TIME)).transpose()?;
    Ok(Some(json!({ "file": audio.file, "link": link, "kind": audio.kind, "seconds": audio.seconds })))
}

fn in_best_language(course: &str, place: &LessonRef, wanted: Language) -> Result<Lesson, Error> {
    let language = wanted.best(&place.title.languages()).ok_or_else(no_lesson)?;
    let find = Find::new().equal(Lesson::COURSE, course).equal(Lesson::CODE, place.code.as_str());
    Store::first(&find.equal(Lesson::LANGUAGE, language))?.map(|entry| entry.body).ok_or_else(no_lesson)
}

/// `POST /courses/{course}/lessons/{lesson}/done`
pub(crate) fn done(request: &Request) -> Result<Answer, Error> {
    let (course, _) = edition::learnt(request.parameter("course"))?;
    let (module, place) = course.lesson(request.parameter("lesson")).ok_or_else(no_lesson)?;
    let entry = enrolment::find_or_begin(&course, request.page_language())?;
    enrolment::finish_lesson(&course, module, &place.code, entry)?;
    let next = enrolment::next_after(&course, &place.code, request.page_language());
    Ok(Answer::redirect(next.map_or_else(|| format!("/courses/{}", course.code), |step| step.path)))
}

fn no_lesson() -> Error {
    Error::not_found("there is no such lesson")
}
