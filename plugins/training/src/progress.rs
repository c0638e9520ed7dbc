//! What the caller has learnt so far.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Language, Request, context};

use crate::kinds::Course;
use crate::{catalogue, edition, path};

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
    Answer::page("progress", "", &json!({ "courses": courses, "badges": badges(language)? }))
}

/// What the caller has reached: modules, courses and paths that are completed, the largest first.
fn badges(language: Language) -> Result<Vec<Value>, Error> {
    let enrolments = catalogue::enrolments()?;
    let (mut paths, mut courses, mut modules) = (Vec::new(), Vec::new(), Vec::new());
    for enrolment in &enrolments {
        let Some(newest) = Course::find(&enrolment.course)?.map(|entry| entry.body) else { continue };
        let course = edition::of_version(newest, enrolment.version.unwrap_or(1))?;
        if enrolment.completed_at.is_some() {
            courses.push(json!({ "level": "course", "title": course.title.best(language) }));
        }
        let done = course.modules.iter().filter(|module| enrolment.modules_done.contains(&module.code));
        modules.extend(done.map(|module| json!({ "level": "module", "title": module.title.best(language) })));
    }
    if !courses.is_empty() {
        let reached = path::all()?.into_iter().filter(|path| path.is_completed(&enrolments));
        paths.extend(reached.map(|path| json!({ "level": "path", "title": path.title.best(language) })));
    }
    Ok([paths, courses, modules].concat())
}
