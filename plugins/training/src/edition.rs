//! The editions of a course: who began one goes on with it to its end, whatever is published meanwhile.
//!
//! The newest edition is the course's record. The ones before are kept as they were; each has its lessons and quizzes at
//! a place of its own, so publishing never touches what somebody learns.

use tiwizi_sdk::{Entry, Error, Find, Store, context};

use crate::content::put;
use crate::enrolment;
use crate::kinds::{Course, Edition, Enrolment};

/// Where an edition's lessons and quizzes are kept.
pub(crate) fn place(code: &str, version: u64) -> String {
    match version {
        1 => code.to_owned(),
        version => format!("{code}@{version}"),
    }
}

/// Keeps the newest edition of a course, because a newer one comes.
pub(crate) fn keep(code: &str) -> Result<(), Error> {
    let Some(entry) = Course::find(code)? else { return Ok(()) };
    let content = serde_json::to_string(&entry.body)?;
    let edition = Edition { course: code.to_owned(), version: entry.body.version, content };
    let find = Find::new().equal(Edition::COURSE, code).equal(Edition::VERSION, edition.version);
    put(&find, &edition)
}

/// A course in the edition that the caller learns, which is the newest for whoever has not begun, and the enrolment.
pub(crate) fn learnt(code: &str) -> Result<(Course, Option<Entry<Enrolment>>), Error> {
    learnt_by(code, context::caller().person.as_deref())
}

/// The same for a caller who is known already; nothing stands for the public and for accounts without a person.
pub(crate) fn learnt_by(code: &str, person: Option<&str>) -> Result<(Course, Option<Entry<Enrolment>>), Error> {
    let newest = Course::demand(code)?;
    let enrolment = person.map(|person| enrolment::of(person, code)).transpose()?.flatten();
    let course = match &enrolment {
        Some(entry) => of_version(newest, entry.body.version.unwrap_or(1))?,
        None => newest,
    };
    Ok((course, enrolment))
}

/// A course in one of its versions; in the newest where that one was not kept.
pub(crate) fn of_version(newest: Course, version: u64) -> Result<Course, Error> {
    if newest.version == version {
        return Ok(newest);
    }
    let find = Find::new().equal(Edition::COURSE, newest.code.as_str()).equal(Edition::VERSION, version);
    let Some(edition) = Store::first(&find)? else { return Ok(newest) };
    let mut course: Course = serde_json::from_str(&edition.body.content)?;
    course.withdrawn_at = newest.withdrawn_at;
    Ok(course)
}
