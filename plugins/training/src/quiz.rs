//! A quiz: its questions, and taking the answers in.
//!
//! Whoever has no account, or no person in the register, gets the result at once and nothing is kept. For others the
//! attempt is a record, and the result page shows that record.

use serde_json::{Map, Value, json};
use tiwizi_sdk::{Answer, Error, Find, Language, Request, Store, blobs, context};

use crate::attempt::{self, Asked, Sent, place_field};
use crate::kinds::{Course, Module};
use crate::lesson::LINK_TIME;
use crate::questions::{AnswerKey, Choice, Question, QuestionKind, Quiz};
use crate::result::{self, Outcome};
use crate::{edition, enrolment};

/// The field of the form that names its sending.
const SENDING: &str = "sending";

/// `GET /courses/{course}/quizzes/{quiz}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let (course, _) = edition::learnt(request.parameter("course"))?;
    let module = course.module_of_quiz(request.parameter("quiz")).ok_or_else(no_quiz)?;
    let wanted = wanted(request, request.query("content"));
    let quiz = in_best_language(&course.place(), &module.quiz, wanted)?;
    page(request, &course, module, &quiz)
}

/// `POST /courses/{course}/quizzes/{quiz}`
pub(crate) fn answer(request: &Request) -> Result<Answer, Error> {
    let (course, _) = edition::learnt(request.parameter("course"))?;
    let module = course.module_of_quiz(request.parameter("quiz")).ok_or_else(no_quiz)?;
    let sent = request.form(SENDING).filter(|code| attempt::is_code(code)).map(|code| Sent { code, said_at: None });
    let person = context::caller().person;
    let quiz = in_best_language(&course.place(), &module.quiz, wanted(request, request.form("content")))?;
    let key = answer_key(&course.place(), &module.quiz)?;
    let asked = Asked { course: &course, module, quiz: &quiz, key: &key };
    let Some(marked) = asked.mark(&attempt::of_form(request, &quiz.questions)) else {
        return page(request, &course, module, &quiz).map(|page| page.with_status(422));
    };
    let Some(person) = person else {
        let outcome = Outcome { module_done: false, lessons_left: 0, kept: false };
        return result::page(request, &asked, &marked, &outcome);
    };
    let known = match &sent {
        Some(sent) => attempt::known(&person, sent.code)?,
        None => None,
    };
    if let Some(attempt) = known.as_ref().and_then(|known| known.attempt.as_deref())
        && asked.is_kept(attempt, &marked)?
    {
        return Ok(Answer::redirect(result::path(&course, module, attempt)));
    }
    // A page that a phone keeps is answered more than once. Other answers are another attempt; the name stays with the first.
    let sent = sent.filter(|_| known.is_none());
    let attempt = asked.keep(person, marked, sent.as_ref(), request.page_language())?;
    Ok(Answer::redirect(result::path(&course, module, &attempt.id)))
}

/// The page of questions, with what the form held when it was not whole.
fn page(request: &Request, course: &Course, module: &Module, quiz: &Quiz) -> Result<Answer, Error> {
    let language = request.page_language();
    let questions: Result<Vec<Value>, Error> = quiz.questions.iter().map(question_view).collect();
    let given = typed(request, quiz);
    let unanswered = request.method == "POST";
    let sending =
        request.form(SENDING).filter(|code| attempt::is_code(code)).map_or_else(fresh_code, ToOwned::to_owned);
    let data = json!({
        "course": { "code": course.code, "title": course.title.best(language), "version": course.version },
        "module": { "title": module.title.best(language) },
        "quiz": {
            "code": quiz.code,
            "language": quiz.language,
            "language_name": quiz.language.name(),
            "direction": quiz.language.direction(),
            "draft": quiz.draft,
            "questions": questions?,
            "fallback": quiz.language != language,
        },
        "needed": module.pass,
        "given": given,
        "unanswered": unanswered,
        "sending": sending,
    });
    Answer::page("quiz", module.title.best(language), &data)
}

/// A name for one sending of the form: the request's, which no other has.
fn fresh_code() -> String {
    let code: String =
        context::request_id().chars().filter(|sign| sign.is_ascii_alphanumeric() || *sign == '-').take(64).collect();
    if attempt::is_code(&code) { code } else { format!("{code}-{}", context::now()) }
}

fn question_view(question: &Question) -> Result<Value, Error> {
    let choices: Result<Vec<Value>, Error> = question.choices.iter().map(choice_view).collect();
    Ok(json!({
        "code": question.code,
        "kind": question.kind,
        "text": question.text,
        "choices": choices?,
        "unit": question.unit,
    }))
}

fn choice_view(choice: &Choice) -> Result<Value, Error> {
    let picture = choice.picture.clone().unwrap_or_default();
    let link = picture.blob.as_deref().map(|blob| blobs::link(blob, LINK_TIME)).transpose()?;
    Ok(json!({ "code": choice.code, "text": choice.text, "file": picture.file, "link": link }))
}

/// What a form held, as its fields are filled again: a text, a list of choices, or the places of an order.
fn typed(request: &Request, quiz: &Quiz) -> Map<String, Value> {
    let mut typed = Map::new();
    for question in &quiz.questions {
        let values = || request.form.iter().filter(|(name, _)| *name == question.code).map(|(_, value)| value);
        let value = match question.kind {
            QuestionKind::Multiple => json!(values().collect::<Vec<_>>()),
            QuestionKind::Order => {
                let place = |choice: &Choice| {
                    let place = request.form(&place_field(&question.code, &choice.code))?;
                    Some((choice.code.clone(), json!(place)))
                };
                question.choices.iter().filter_map(place).collect::<Map<_, _>>().into()
            }
            _ => values().next().map_or(Value::Null, |value| json!(value)),
        };
        if !value.is_null() && value != json!([]) && value != json!({}) {
            typed.insert(question.code.clone(), value);
        }
    }
    typed
}

pub(crate) fn answer_key(place: &str, quiz: &str) -> Result<AnswerKey, Error> {
    Store::first(&Find::new().equal(AnswerKey::COURSE, place).equal(AnswerKey::QUIZ, quiz))?
        .map(|entry| entry.body)
        .ok_or_else(|| Error::internal("the quiz has no key"))
}

/// The language that was asked for, else the page's.
fn wanted(request: &Request, tag: Option<&str>) -> Language {
    tag.and_then(|tag| tag.parse().ok()).unwrap_or_else(|| request.page_language())
}

pub(crate) fn in_best_language(place: &str, code: &str, wanted: Language) -> Result<Quiz, Error> {
    let mut there = Language::ALL.to_vec();
    while let Some(language) = wanted.best(&there) {
        let find = Find::new().equal(Quiz::COURSE, place).equal(Quiz::CODE, code);
        if let Some(entry) = Store::first(&find.equal(Quiz::LANGUAGE, language))? {
            return Ok(entry.body);
        }
        there.retain(|other| *other != language);
    }
    Err(no_quiz())
}

/// `GET /courses/{course}/quizzes/{quiz}/result?attempt={id}`
pub(crate) fn result(request: &Request) -> Result<Answer, Error> {
    let attempt = Store::<crate::kinds::Attempt>::get(request.query("attempt").unwrap_or_default())?
        .map(|entry| entry.body)
        .ok_or_else(no_quiz)?;
    let newest = Course::demand(request.parameter("course"))?;
    let course = edition::of_version(newest, attempt.version.unwrap_or(1))?;
    let module = course.module_of_quiz(request.parameter("quiz")).ok_or_else(no_quiz)?;
    if attempt.quiz != module.quiz || attempt.course != course.code {
        return Err(no_quiz());
    }
    let quiz = in_best_language(&course.place(), &module.quiz, attempt.language)?;
    let key = answer_key(&course.place(), &module.quiz)?;
    let enrolment = enrolment::find(&course.code)?.map(|entry| entry.body);
    let outcome = Outcome {
        module_done: enrolment.as_ref().is_some_and(|enrolment| enrolment.modules_done.contains(&module.code)),
        lessons_left: enrolment.as_ref().map_or(0, |enrolment| enrolment::lessons_left(module, enrolment)),
        kept: true,
    };
    let asked = Asked { course: &course, module, quiz: &quiz, key: &key };
    result::page(request, &asked, &result::of_attempt(attempt), &outcome)
}

fn no_quiz() -> Error {
    Error::not_found("there is no such quiz")
}
