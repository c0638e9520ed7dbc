//! A person's progress: what is done, what comes next, when a module is completed.

use serde::Serialize;
use tiwizi_sdk::{Entry, Error, Find, Language, Store, context, milestones};

use crate::kinds::{Attempt, Course, Enrolment, Module};
use crate::learner::{self, Learner};

/// The milestone that the manifest declares.
const MODULE_COMPLETED: &str = "module-completed";

/// A step that a page leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Step {
    pub(crate) title: String,
    /// Below the plugin.
    pub(crate) path: String,
}

/// The caller's enrolment in a course; none for the public and for accounts without a person.
pub(crate) fn find(course: &str) -> Result<Option<Entry<Enrolment>>, Error> {
    let Some(person) = context::caller().person else { return Ok(None) };
    of(&person, course)
}

/// The enrolment of a person who may be the caller.
pub(crate) fn of(person: &str, course: &str) -> Result<Option<Entry<Enrolment>>, Error> {
    Store::first(&Find::new().equal(Enrolment::PERSON, person).equal(Enrolment::COURSE, course))
}

/// The caller's enrolment, made now when there is none.
pub(crate) fn find_or_begin(course: &Course, language: Language) -> Result<Entry<Enrolment>, Error> {
    let caller = context::caller();
    if !caller.is_signed_in() {
        return Err(Error::sign_in());
    }
    let Some(person) = caller.person else {
        return Err(Error::denied("this account belongs to no person of the register, so no progress can be kept"));
    };
    begin(course, &person, language, || learner::own(&person))
}

/// A person's enrolment, made now when there is none. Only trainers may make somebody else's.
pub(crate) fn begin_for(course: &Course, person: &str, language: Language) -> Result<Entry<Enrolment>, Error> {
    begin(course, person, language, Learner::default)
}

fn begin(
    course: &Course,
    person: &str,
    language: Language,
    learner: impl FnOnce() -> Learner,
) -> Result<Entry<Enrolment>, Error> {
    if let Some(entry) = of(person, &course.code)? {
        return Ok(entry);
    }
    if course.withdrawn_at.is_some() {
        return Err(Error::new(409, "withdrawn", "this course was withdrawn; nobody new can begin it"));
    }
    let Learner { province, woman, born } = learner();
    Store::create(&Enrolment {
        person: person.to_owned(),
        course: course.code.clone(),
        language,
        started_at: context::now(),
        lessons_done: Vec::new(),
        modules_done: Vec::new(),
        completed_at: None,
        version: Some(course.version),
        moved_at: Some(context::now()),
        lives_in: province,
        woman,
        born,
    })
}

/// Notes a lesson as done, and its module as completed when its quiz was passed before.
pub(crate) fn finish_lesson(
    course: &Course,
    module: &Module,
    lesson: &str,
    mut entry: Entry<Enrolment>,
) -> Result<(), Error> {
    if entry.body.lessons_done.iter().any(|done| done == lesson) {
        return Ok(());
    }
    entry.body.lessons_done.push(lesson.to_owned());
    let passed = passed_attempt(&entry.body, &module.quiz)?;
    complete_module(course, module, entry, passed.as_deref())
}

/// Notes a passed quiz: its module is completed when all its lessons are done.
pub(crate) fn pass_quiz(course: &Course, module: &Module, entry: Entry<Enrolment>, attempt: &str) -> Result<(), Error> {
    complete_module(course, module, entry, Some(attempt))
}

/// Writes the enrolment, and completes the module when its lessons are done and its quiz was passed. The passed attempt
/// proves the milestone, so each module counts once.
fn complete_module(
    course: &Course,
    module: &Module,
    mut entry: Entry<Enrolment>,
    passed: Option<&str>,
) -> Result<(), Error> {
    let enrolment = &mut entry.body;
    enrolment.moved_at = Some(context::now());
    let attempt =
        passed.filter(|_| lessons_left(module, enrolment) == 0 && !enrolment.modules_done.contains(&module.code));
    if attempt.is_some() {
        enrolment.modules_done.push(module.code.clone());
        let all = course.modules.iter().all(|each| enrolment.modules_done.contains(&each.code));
        enrolment.completed_at = all.then(context::now);
    }
    Store::replace(&entry)?;
    attempt.map_or(Ok(()), |attempt| milestones::reach::<Attempt>(MODULE_COMPLETED, attempt))
}

/// The person's newest passed attempt at a quiz of the course.
fn passed_attempt(enrolment: &Enrolment, quiz: &str) -> Result<Option<String>, Error> {
    let find = Find::new().equal(Attempt::PERSON, enrolment.person.as_str()).equal(Attempt::QUIZ, quiz);
    let attempts = Store::list(&find.sort_descending(Attempt::AT))?.items;
    let passed = |entry: &Entry<Attempt>| entry.body.passed && entry.body.course == enrolment.course;
    Ok(attempts.into_iter().find(passed).map(|entry| entry.id))
}

/// How many lessons of a module are still to be done.
pub(crate) fn lessons_left(module: &Module, enrolment: &Enrolment) -> usize {
    module.lessons.iter().filter(|lesson| !enrolment.lessons_done.contains(&lesson.code)).count()
}

/// The first step of the course that is not done.
pub(crate) fn next_open(course: &Course, enrolment: &Enrolment, language: Language) -> Option<Step> {
    steps(course, language).into_iter().find(|(step, _)| !step.is_done(enrolment)).map(|(_, step)| step)
}

/// The first step of one module that is not done.
pub(crate) fn next_of(course: &Course, module: &Module, enrolment: &Enrolment, language: Language) -> Option<Step> {
    let of_module = |key: &Key<'_>| match key {
        Key::Lesson(code) => module.lessons.iter().any(|lesson| lesson.code == *code),
        Key::Quiz { code, .. } => module.quiz == *code,
    };
    let open = |(key, _): &(Key<'_>, Step)| of_module(key) && !key.is_done(enrolment);
    steps(course, language).into_iter().find(open).map(|(_, step)| step)
}

/// The step that follows a lesson or a quiz, done or not.
pub(crate) fn next_after(course: &Course, code: &str, language: Language) -> Option<Step> {
    let mut steps = steps(course, language).into_iter().skip_while(|(key, _)| key.code() != code);
    steps.next();
    steps.next().map(|(_, step)| step)
}

enum Key<'a> {
    Lesson(&'a str),
    Quiz { code: &'a str, module: &'a str },
}

impl Key<'_> {
    fn code(&self) -> &str {
        match self {
            Self::Lesson(code) | Self::Quiz { code, .. } => code,
        }
    }

    fn is_done(&self, enrolment: &Enrolment) -> bool {
        match self {
            Self::Lesson(code) => enrolment.lessons_done.iter().any(|done| done == code),
            Self::Quiz { module, .. } => enrolment.modules_done.iter().any(|done| done == module),
        }
    }
}

/// The course's lessons and quizzes in the order in which one takes them.
fn steps<'a>(course: &'a Course, language: Language) -> Vec<(Key<'a>, Step)> {
    let mut steps = Vec::new();
    for module in &course.modules {
        for lesson in &module.lessons {
            let path = format!("/courses/{}/lessons/{}", course.code, lesson.code);
            let title = lesson.title.best(language).to_owned();
            steps.push((Key::Lesson(&lesson.code), Step { title, path }));
        }
        let path = format!("/courses/{}/quizzes/{}", course.code, module.quiz);
        let title = module.title.best(language);
        steps
            .push((Key::Quiz { code: &module.quiz, module: &module.code }, Step { title: format!("✎ {title}"), path }));
    }
    steps
}

/// Whether a module is completed.
pub(crate) fn is_done(enrolment: &Enrolment, module: &Module) -> bool {
    enrolment.modules_done.contains(&module.code)
}
