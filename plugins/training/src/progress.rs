//! What the caller has learnt so far.

use std::cmp::Reverse;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Language, Request, context};

use crate::catalogue;
use crate::certificate::{self, Earned};
use crate::kinds::{Course, Enrolment};

/// `GET /progress`
pub(crate) fn mine(request: &Request) -> Result<Answer, Error> {
    if !context::caller().is_signed_in() {
        return Err(Error::sign_in());
    }
    let language = request.page_language();
    let mut courses = Vec::new();
    let enrolments = catalogue::enrolments()?;
    for enrolment in &enrolments {
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
    Answer::page("progress", "", &json!({ "courses": courses, "badges": badges(&enrolments, language)? }))
}

/// What the caller has reached: paths, courses and modules that are completed, the largest first.
fn badges(enrolments: &[Enrolment], language: Language) -> Result<Vec<Value>, Error> {
    let mut earned = certificate::earned_of(enrolments)?;
    earned.sort_by_key(|earned| Reverse(earned.level));
    let view = |earned: &Earned| json!({ "level": earned.level, "title": earned.title.best(language) });
    Ok(earned.iter().map(view).collect())
}
