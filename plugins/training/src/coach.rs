//! One person of a cohort, as their coach sees them: each module, and each answer of the newest attempts.
//!
//! The coach of the cohort sees it, and no other trainer; and only of those who joined by themselves with the code, on a page that says so: that
//! is the leave they give. Of whom a coach enrolled, the list of the cohort says where they are, and nothing more.

use std::cmp::Reverse;
use std::collections::{BTreeMap, btree_map};

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Find, Language, RecordId, Request, Store, context};

use crate::attempt::{Asked, passes};
use crate::cohort::{Cohort, Membership};
use crate::kinds::{Attempt, Course, Enrolment};
use crate::questions::{AnswerKey, Quiz};
use crate::{draft, edition, enrolment, quiz, result};

/// Attempts that the page shows, the newest first.
const ATTEMPTS_MAX: u32 = 10;

/// The quizzes of the attempts, each read once.
#[derive(Default)]
struct Quizzes(BTreeMap<(u64, String, Language), (Quiz, AnswerKey)>);

impl Quizzes {
    fn of(&mut self, course: &Course, attempt: &Attempt) -> Result<&(Quiz, AnswerKey), Error> {
        match self.0.entry((course.version, attempt.quiz.clone(), attempt.language)) {
            btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
            btree_map::Entry::Vacant(place) => {
                let text = quiz::in_best_language(&course.place(), &attempt.quiz, attempt.language)?;
                let key = quiz::answer_key(&course.place(), &attempt.quiz)?;
                Ok(place.insert((text, key)))
            }
        }
    }
}

/// `GET /cohorts/{cohort}/people/{member}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    draft::trainer()?;
    let cohort = crate::cohort::demand(request.parameter("cohort"))?;
    let member = Store::<Membership>::get(request.read_parameter::<RecordId>("member")?.as_str())?
        .filter(|member| member.body.cohort == cohort.code)
        .ok_or_else(|| Error::not_found("there is nobody like that in the cohort"))?
        .body;
    if !has_leave(&cohort, &member) {
        return Err(Error::denied(
            "only the coach of a cohort sees answers, and only of those who joined by themselves",
        ));
    }
    let language = request.page_language();
    let find = Find::new().equal(Enrolment::PERSON, member.person.as_str());
    let enrolment: Entry<Enrolment> = Store::first(&find.equal(Enrolment::COURSE, cohort.course.as_str()))?
        .ok_or_else(|| Error::not_found("this person does not learn the course"))?;
    let newest = Course::demand(&cohort.course)?;
    let course = edition::of_version(newest.clone(), enrolment.body.version.unwrap_or(1))?;
    let data = json!({
        "cohort": { "code": cohort.code, "name": cohort.name },
        "title": course.title.best(language),
        "name": member.name,
        "modules": modules(&course, &enrolment.body, language),
        "attempts": attempts(&newest, &course, &member.person, language)?,
    });
    Answer::page("cohort-person", &member.name, &data)
}

/// Whether the caller may see each answer of a member.
pub(crate) fn has_leave(cohort: &Cohort, member: &Membership) -> bool {
    member.shows_answers && context::caller().account_id.as_deref() == Some(cohort.coach.as_str())
}

fn modules(course: &Course, enrolment: &Enrolment, language: Language) -> Vec<Value> {
    let view = |module: &crate::kinds::Module| {
        let left = enrolment::lessons_left(module, enrolment);
        json!({
            "title": module.title.best(language),
            "done": module.lessons.len() - left,
            "total": module.lessons.len(),
            "completed": enrolment::is_done(enrolment, module),
        })
    };
    course.modules.iter().map(view).collect()
}

/// The newest attempts of a person at quizzes of the course, each in the edition in which it was asked.
fn attempts(newest: &Course, learnt: &Course, person: &str, language: Language) -> Result<Vec<Value>, Error> {
    let mut made = Vec::new();
    for module in &learnt.modules {
        let find = Find::new().equal(Attempt::PERSON, person).equal(Attempt::QUIZ, module.quiz.as_str());
        let page = Store::list(&find.sort_descending(Attempt::AT).limit(ATTEMPTS_MAX))?;
        made.extend(page.items.into_iter().map(|entry| entry.body).filter(|attempt| attempt.course == learnt.code));
    }
    made.sort_by_key(|attempt| Reverse(attempt.at));
    let mut quizzes = Quizzes::default();
    let mut views = Vec::new();
    for attempt in made.into_iter().take(ATTEMPTS_MAX as usize) {
        let course = edition::of_version(newest.clone(), attempt.version.unwrap_or(1))?;
        let Some(module) = course.module_of_quiz(&attempt.quiz) else { continue };
        let (at, asked_of) = (attempt.at, attempt.asked);
        let (quiz, key) = quizzes.of(&course, &attempt)?;
        let marked = result::of_attempt(attempt);
        let asked = Asked { course: &course, module, quiz, key };
        views.push(json!({
            "at": at,
            "title": module.title.best(language),
            "right": marked.right,
            "asked": asked_of,
            "passed": passes(module, marked.points),
            "language": quiz.language,
            "direction": quiz.language.direction(),
            "answers": result::views(&asked, &marked),
        }));
    }
    Ok(views)
}
