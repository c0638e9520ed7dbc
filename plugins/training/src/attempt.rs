//! Answers to a quiz, taken in once.
//!
//! A sender names each sending. What comes again under a name that is known is answered with what came of it the first
//! time; a form that comes again with other answers, from a page that a phone kept, is another attempt. The order of attempts is that in which this instance took them in; what a telephone says of the time is kept
//! beside and decides nothing.

use std::collections::BTreeMap;

use tiwizi_sdk::{Entry, Error, Find, Language, Request, Store, context};

use crate::enrolment;
use crate::kinds::{Attempt, Course, Given, Module, Sending};
use crate::marking;
use crate::questions::{AnswerKey, Question, QuestionKind, Quiz};

/// The longest name of a sending.
const CODE_BYTES_MAX: usize = 64;
const CODE_BYTES_MIN: usize = 8;

/// Answers to all questions of a quiz, marked.
pub(crate) struct Marked {
    pub(crate) given: Vec<Given>,
    pub(crate) right: u32,
    pub(crate) points: u32,
}

/// A sending's name and when it was, by its sender's clock.
pub(crate) struct Sent<'a> {
    pub(crate) code: &'a str,
    pub(crate) said_at: Option<i64>,
}

/// A quiz of a module in one language, with what is right.
pub(crate) struct Asked<'a> {
    pub(crate) course: &'a Course,
    pub(crate) module: &'a Module,
    pub(crate) quiz: &'a Quiz,
    pub(crate) key: &'a AnswerKey,
}

impl Asked<'_> {
    /// Marks the answers; what was answered, when that is not all.
    pub(crate) fn mark(&self, answers: &BTreeMap<String, Vec<String>>) -> Option<Marked> {
        let mut marked = Marked { given: Vec::new(), right: 0, points: 0 };
        for question in &self.quiz.questions {
            let values = answers.get(&question.code)?;
            let points = self.key.right(&question.code).map_or(0, |right| marking::mark(question.kind, &right, values));
            marked.right += u32::from(points == marking::POINTS);
            marked.points += points;
            marked.given.push(Given { question: question.code.clone(), values: values.clone(), points });
        }
        Some(marked)
    }

    /// Whether an attempt of the caller's at this quiz has just these answers.
    pub(crate) fn is_kept(&self, attempt: &str, marked: &Marked) -> Result<bool, Error> {
        let Some(attempt) = Store::<Attempt>::get(attempt)?.map(|entry| entry.body) else { return Ok(false) };
        let is_of_quiz = attempt.course == self.course.code && attempt.quiz == self.module.quiz;
        Ok(is_of_quiz && attempt.given == marked.given)
    }

    /// Keeps marked answers as the caller's attempt, and lets a passed one count for its module.
    pub(crate) fn keep(
        &self,
        person: String,
        marked: Marked,
        sent: Option<&Sent<'_>>,
        language: Language,
    ) -> Result<Entry<Attempt>, Error> {
        let single = |given: &Given| {
            let question = self.quiz.questions.iter().find(|question| question.code == given.question)?;
            (question.kind == QuestionKind::Single)
                .then(|| Some((given.question.clone(), given.values.first()?.clone())))?
        };
        let attempt = Store::create(&Attempt {
            person: person.clone(),
            course: self.course.code.clone(),
            quiz: self.module.quiz.clone(),
            language: self.quiz.language,
            at: context::now(),
            asked: u32::try_from(self.quiz.questions.len()).unwrap_or(u32::MAX),
            passed: passes(self.module, marked.points),
            right: marked.right,
            points: Some(marked.points),
            answers: marked.given.iter().filter_map(single).collect(),
            given: marked.given,
            version: Some(self.course.version),
        })?;
        if let Some(sent) = sent {
            note(person, sent, Some(attempt.id.clone()))?;
        }
        let entry = enrolment::find_or_begin(self.course, language)?;
        if attempt.body.passed {
            enrolment::pass_quiz(self.course, self.module, entry, &attempt.id)?;
        }
        Ok(attempt)
    }
}

/// Whether so many points pass a module's quiz.
pub(crate) fn passes(module: &Module, points: u32) -> bool {
    points >= module.pass.saturating_mul(marking::POINTS)
}

/// Notes a sending, so that it counts once.
pub(crate) fn note(person: String, sent: &Sent<'_>, attempt: Option<String>) -> Result<(), Error> {
    let sending = Sending { person, code: sent.code.to_owned(), attempt, at: context::now(), said_at: sent.said_at };
    Store::create(&sending).map(drop)
}

/// What came of a sending that is known.
pub(crate) fn known(person: &str, code: &str) -> Result<Option<Sending>, Error> {
    let find = Find::new().equal(Sending::PERSON, person).equal(Sending::CODE, code);
    Ok(Store::first(&find)?.map(|entry| entry.body))
}

/// A name that a sending may have.
pub(crate) fn is_code(code: &str) -> bool {
    (CODE_BYTES_MIN..=CODE_BYTES_MAX).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The field of a form that holds the place of a choice in an order.
pub(crate) fn place_field(question: &str, choice: &str) -> String {
    format!("{question}:{choice}")
}

/// The answers of a form, by question; what is no answer is not there.
pub(crate) fn of_form(request: &Request, questions: &[Question]) -> BTreeMap<String, Vec<String>> {
    let mut answers = BTreeMap::new();
    for question in questions {
        let sent: Vec<&str> =
            request.form.iter().filter(|(name, _)| *name == question.code).map(|(_, value)| value.as_str()).collect();
        let place = |choice: &str| request.form(&place_field(&question.code, choice));
        if let Some(values) = marking::answer_of(question, &sent, place) {
            answers.insert(question.code.clone(), values);
        }
    }
    answers
}

/// The answers that a telephone sent, by question: codes of choices, those of an order in their order, or what was typed.
pub(crate) fn of_lists(lists: &BTreeMap<String, Vec<String>>, questions: &[Question]) -> BTreeMap<String, Vec<String>> {
    let mut answers = BTreeMap::new();
    for question in questions {
        let Some(list) = lists.get(&question.code) else { continue };
        let sent: Vec<&str> = list.iter().map(String::as_str).collect();
        let places: Vec<(&str, String)> =
            sent.iter().enumerate().map(|(index, code)| (*code, (index + 1).to_string())).collect();
        let place = |choice: &str| places.iter().find(|(code, _)| *code == choice).map(|(_, place)| place.as_str());
        if let Some(values) = marking::answer_of(question, &sent, place) {
            answers.insert(question.code.clone(), values);
        }
    }
    answers
}
