//! What the caller has learnt so far.

use serde_json::json;
use tiwizi_sdk::{Answer, Error, Request, context};

use crate::catalogue;
use crate::kinds::Course;

/// `GET /progress`
pub(crate) fn mine(request: &Request) -> Result<Answer, Error> {
    if !context::caller().is_signed_in() {
        return Err(Error::sign_in());
    }
    let language = request.page_language();
    let mut courses = Vec::new();
    for enrolment in catalogue::enrolments()? {
        let Some(course) = Course::find(&enrolment.course)?.map(|entry| entry.body) else { continue };
        courses.push(json!({
            "code": course.code,
            "title": course.title.best(language),
            "done": enrolment.lessons_done.len(),
            "total": course.lessons(),
            "modules_done": enrolment.modules_done.len(),
            "modules": course.modules.len(),
            "completed": enrolment.completed_at.is_some(),
        }));
    }
    Answer::page("progress", "", &json!({ "courses": courses }))
}
