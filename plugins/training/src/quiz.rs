//! A quiz: its questions, marking the answers, and the result with what to learn again.
//!
//! Whoever has no account, or no person in the register, gets the result at once and nothing is kept. For others the
//! attempt is a record, and the result page shows that record.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Find, Language, Request, Store, context};

use crate::enrolment;
use crate::kinds::{AnswerKey, Attempt, Course, Module, Quiz};

/// Question codes with the codes of the choices.
type Answers = BTreeMap<String, String>;

/// `GET /courses/{course}/quizzes/{quiz}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let course = Course::demand(request.parameter("course"))?;
    let module = course.module_of_quiz(request.parameter("quiz")).ok_or_else(no_quiz)?;
    let wanted = wanted(request, request.query("content"));
    let quiz = in_best_language(&course.code, &module.quiz, wanted)?;
    page(request, &course, module, &quiz, &Answers::new())
}

/// `POST /courses/{course}/quizzes/{quiz}`
pub(crate) fn answer(request: &Request) -> Result<Answer, Error> {
    let course = Course::demand(request.parameter("course"))?;
    let module = course.module_of_quiz(request.parameter("quiz")).ok_or_else(no_quiz)?;
    let wanted = wanted(request, request.form("content"));
    let quiz = in_best_language(&course.code, &module.quiz, wanted)?;
    let answers = answers_of(request, &quiz);
    if answers.len() < quiz.questions.len() {
        return page(request, &course, module, &quiz, &answers).map(|page| page.with_status(422));
    }
    let key = answer_key(&course.code, &module.quiz)?;
    let right = right_answers(&answers, &key);
    let Some(person) = context::caller().person else {
        let marked = Marked { module_done: false, lessons_left: 0, kept: false };
        return result_page(request, &course, module, &quiz, &Given { answers: &answers, key: &key, right }, &marked);
    };
    let attempt = Store::create(&Attempt {
        person,
        course: course.code.clone(),
        quiz: module.quiz.clone(),
        language: quiz.language,
        at: context::now(),
        asked: count(quiz.questions.len()),
        passed: right >= module.pass,
        right,
        answers,
    })?;
    let entry = enrolment::find_or_begin(&course, request.page_language())?;
    if attempt.body.passed {
        enrolment::pass_quiz(&course, module, entry, &attempt.id)?;
    }
    Ok(Answer::redirect(format!("/courses/{}/quizzes/{}/result?attempt={}", course.code, module.quiz, attempt.id)))
}

/// `GET /courses/{course}/quizzes/{quiz}/result?attempt={id}`
pub(crate) fn result(request: &Request) -> Result<Answer, Error> {
    let course = Course::demand(request.parameter("course"))?;
    let module = course.module_of_quiz(request.parameter("quiz")).ok_or_else(no_quiz)?;
    let attempt = Store::<Attempt>::get(request.query("attempt").unwrap_or_default())?
        .map(|entry| entry.body)
        .filter(|attempt| attempt.quiz == module.quiz && attempt.course == course.code)
        .ok_or_else(no_quiz)?;
    let quiz = in_best_language(&course.code, &module.quiz, attempt.language)?;
    let key = answer_key(&course.code, &module.quiz)?;
    let enrolment = enrolment::find(&course.code)?.map(|entry| entry.body);
    let marked = Marked {
        module_done: enrolment.as_ref().is_some_and(|enrolment| enrolment.modules_done.contains(&module.code)),
        lessons_left: enrolment.as_ref().map_or(0, |enrolment| enrolment::lessons_left(module, enrolment)),
        kept: true,
    };
    let given = Given { answers: &attempt.answers, key: &key, right: attempt.right };
    result_page(request, &course, module, &quiz, &given, &marked)
}

/// What was answered, and what is right.
struct Given<'a> {
    answers: &'a Answers,
    key: &'a Answers,
    right: u32,
}

/// What the answers changed.
struct Marked {
    module_done: bool,
    lessons_left: usize,
    kept: bool,
}

fn page(request: &Request, course: &Course, module: &Module, quiz: &Quiz, given: &Answers) -> Result<Answer, Error> {
    let language = request.page_language();
    let data = json!({
        "course": { "code": course.code, "title": course.title.best(language) },
        "module": { "title": module.title.best(language) },
        "quiz": {
            "code": quiz.code,
            "language": quiz.language,
            "language_name": quiz.language.name(),
            "direction": quiz.language.direction(),
            "draft": quiz.draft,
            "questions": quiz.questions,
            "fallback": quiz.language != language,
        },
        "needed": module.pass,
        "given": given,
        "unanswered": !given.is_empty(),
    });
    Answer::page("quiz", module.title.best(language), &data)
}

fn result_page(
    request: &Request,
    course: &Course,
    module: &Module,
    quiz: &Quiz,
    given: &Given<'_>,
    marked: &Marked,
) -> Result<Answer, Error> {
    let language = request.page_language();
    let passed = given.right >= module.pass;
    let questions: Vec<Value> = quiz
        .questions
        .iter()
        .map(|question| {
            let text_of = |code: Option<&String>| {
                question.choices.iter().find(|choice| Some(&choice.code) == code).map_or("", |choice| &choice.text)
            };
            let (chosen, right) = (given.answers.get(&question.code), given.key.get(&question.code));
            json!({
                "text": question.text,
                "given": text_of(chosen),
                "answer": text_of(right),
                "right": chosen == right,
                "explain": question.explain,
            })
        })
        .collect();
    let data = json!({
        "course": { "code": course.code, "title": course.title.best(language) },
        "module": { "title": module.title.best(language) },
        "quiz": quiz.code,
        "language": quiz.language,
        "direction": quiz.language.direction(),
        "right": given.right,
        "asked": quiz.questions.len(),
        "passed": passed,
        "module_done": marked.module_done,
        "lessons_left": marked.lessons_left,
        "kept": marked.kept,
        "questions": questions,
        "next": passed.then(|| enrolment::next_after(course, &module.quiz, language)).flatten(),
    });
    Answer::page("result", module.title.best(language), &data)
}

/// The answers of a form: one known choice for each question; anything else counts as not answered.
fn answers_of(request: &Request, quiz: &Quiz) -> Answers {
    let mut answers = Answers::new();
    for question in &quiz.questions {
        let chosen = request.form(&question.code);
        if let Some(choice) = question.choices.iter().find(|choice| Some(choice.code.as_str()) == chosen) {
            answers.insert(question.code.clone(), choice.code.clone());
        }
    }
    answers
}

fn right_answers(answers: &Answers, key: &Answers) -> u32 {
    count(answers.iter().filter(|(question, choice)| key.get(*question) == Some(*choice)).count())
}

fn answer_key(course: &str, quiz: &str) -> Result<Answers, Error> {
    Store::first(&Find::new().equal(AnswerKey::COURSE, course).equal(AnswerKey::QUIZ, quiz))?
        .map(|entry| entry.body.answers)
        .ok_or_else(|| Error::internal("the quiz has no key"))
}

/// The language that was asked for, else the page's.
fn wanted(request: &Request, tag: Option<&str>) -> Language {
    tag.and_then(|tag| tag.parse().ok()).unwrap_or_else(|| request.page_language())
}

fn in_best_language(course: &str, code: &str, wanted: Language) -> Result<Quiz, Error> {
    let mut there = Language::ALL.to_vec();
    while let Some(language) = wanted.best(&there) {
        let find = Find::new().equal(Quiz::COURSE, course).equal(Quiz::CODE, code);
        if let Some(entry) = Store::first(&find.equal(Quiz::LANGUAGE, language))? {
            return Ok(entry.body);
        }
        there.retain(|other| *other != language);
    }
    Err(no_quiz())
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

fn no_quiz() -> Error {
    Error::not_found("there is no such quiz")
}
