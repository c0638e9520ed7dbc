//! The list of courses.

use serde_json::json;
use tiwizi_sdk::{Answer, Error, Find, Request, Store, context};

use crate::kinds::{Course, Enrolment};
use crate::named::Named;

/// The courses that a page lists at most.
const COURSES_MAX: u32 = 50;

/// `GET /`
pub(crate) fn courses(request: &Request) -> Result<Answer, Error> {
    let language = request.page_language();
    let enrolments = enrolments()?;
    let mut courses = Vec::new();
    for entry in Store::list(&Find::new().sort(Course::ORDER).limit(COURSES_MAX))?.items {
        let course = entry.body;
        let enrolment = enrolments.iter().find(|enrolment| enrolment.course == course.code);
        if course.withdrawn_at.is_some() && enrolment.is_none() {
            continue;
        }
        courses.push(json!({
            "code": course.code,
            "title": course.title.best(language),
            "summary": course.summary.best(language),
            "modules": course.modules.len(),
            "minutes": course.minutes(),
            "languages": course.languages.iter().copied().map(Named::of).collect::<Vec<_>>(),
            "enrolled": enrolment.is_some(),
            "done": enrolment.map_or(0, |enrolment| enrolment.lessons_done.len()),
            "total": course.lessons(),
        }));
    }
    Answer::page("courses", "", &json!({ "courses": courses, "trainer": context::caller().holds("trainer") }))
}

/// The caller's enrolments.
pub(crate) fn enrolments() -> Result<Vec<Enrolment>, Error> {
    let Some(person) = context::caller().person else { return Ok(Vec::new()) };
    let page = Store::list(&Find::new().equal(Enrolment::PERSON, person).limit(COURSES_MAX))?;
    Ok(page.items.into_iter().map(|entry| entry.body).collect())
}
