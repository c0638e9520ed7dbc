//! The result of a quiz: what was right, what would have been, and what comes next.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Request};

use crate::attempt::{Asked, Marked, passes};
use crate::enrolment;
use crate::kinds::{Attempt, Course, Given, Module};
use crate::marking::POINTS;
use crate::questions::{Question, QuestionKind, Right};

/// What the answers changed.
pub(crate) struct Outcome {
    pub(crate) module_done: bool,
    pub(crate) lessons_left: usize,
    pub(crate) kept: bool,
}

/// Where an attempt's result is shown.
pub(crate) fn path(course: &Course, module: &Module, attempt: &str) -> String {
    format!("/courses/{}/quizzes/{}/result?attempt={attempt}", course.code, module.quiz)
}

/// The marks of an attempt; those from before there were kinds of questions were right or wrong.
pub(crate) fn of_attempt(attempt: Attempt) -> Marked {
    let points = attempt.points.unwrap_or(attempt.right * POINTS);
    let given = if attempt.given.is_empty() {
        let old = |(question, choice)| Given { question, values: vec![choice], points: 0 };
        attempt.answers.into_iter().map(old).collect()
    } else {
        attempt.given
    };
    Marked { given, right: attempt.right, points }
}

pub(crate) fn page(request: &Request, asked: &Asked<'_>, marked: &Marked, outcome: &Outcome) -> Result<Answer, Error> {
    let language = request.page_language();
    let Asked { course, module, quiz, .. } = asked;
    let passed = passes(module, marked.points);
    let questions = views(asked, marked);
    let data = json!({
        "course": { "code": course.code, "title": course.title.best(language) },
        "module": { "title": module.title.best(language) },
        "quiz": quiz.code,
        "language": quiz.language,
        "direction": quiz.language.direction(),
        "right": marked.right,
        "asked": quiz.questions.len(),
        "points": marked.points,
        "points_of": quiz.questions.len() * POINTS as usize,
        "partial": marked.points != marked.right * POINTS,
        "passed": passed,
        "module_done": outcome.module_done,
        "lessons_left": outcome.lessons_left,
        "kept": outcome.kept,
        "questions": questions,
        "next": passed.then(|| enrolment::next_after(course, &module.quiz, language)).flatten(),
    });
    Answer::page("result", module.title.best(language), &data)
}

/// Each question with what was answered, and what would have been right.
pub(crate) fn views(asked: &Asked<'_>, marked: &Marked) -> Vec<Value> {
    asked.quiz.questions.iter().map(|question| question_view(question, asked, marked)).collect()
}

fn question_view(question: &Question, asked: &Asked<'_>, marked: &Marked) -> Value {
    let right = asked.key.right(&question.code).unwrap_or_default();
    let given = marked.given.iter().find(|given| given.question == question.code);
    let values = given.map(|given| given.values.as_slice()).unwrap_or_default();
    let points = crate::marking::mark(question.kind, &right, values);
    json!({
        "text": question.text,
        "given": shown(question, values),
        "answer": answer_text(question, &right),
        "right": points == POINTS,
        "points": points,
        "explain": question.explain,
    })
}

/// An answer in words.
fn shown(question: &Question, values: &[String]) -> String {
    let text_of = |code: &String| {
        question.choices.iter().find(|choice| choice.code == *code).map_or("", |choice| choice.text.as_str())
    };
    match question.kind {
        QuestionKind::Number | QuestionKind::Text => values.join(" "),
        QuestionKind::Order => values.iter().map(text_of).collect::<Vec<_>>().join(" → "),
        _ => values.iter().map(text_of).collect::<Vec<_>>().join(" · "),
    }
}

fn answer_text(question: &Question, right: &Right) -> String {
    match question.kind {
        QuestionKind::Text => right.texts.join(" · "),
        QuestionKind::Number => {
            let unit = question.unit.as_deref().or_else(|| Some(right.units.first()?.names.first()?.as_str()));
            let number = right.number.as_deref().unwrap_or_default();
            unit.map_or_else(|| number.to_owned(), |unit| format!("{number} {unit}"))
        }
        _ => shown(question, &right.choices),
    }
}
