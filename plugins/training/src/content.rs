//! The courses that come with the plugin: read from `content/`, written as records when the plugin is installed.
//!
//! Writing them again changes nothing; a course with a higher version replaces the one before, and no one's progress is
//! touched.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tiwizi_sdk::{Error, Find, Kind, Language, Store, Texts};

use crate::edition;
use crate::kinds::{Audio, Block, Course, Lesson, LessonRef, Module};
use crate::marking;
use crate::questions::{AnswerKey, Question, Quiz, Right, RightOf};

static FOUNDING: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/content/founding");
static ACCOUNTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/content/accounts");
static PRODUCT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/content/product");
static GOVERNANCE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/content/governance");
static SELLING: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/content/selling");
static FOOD_SAFETY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/content/food-safety");
static ONLINE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/content/online");

/// Each course's folder, in the order in which the catalogue lists them.
static COURSES: [&Dir<'_>; 7] = [&FOUNDING, &ACCOUNTS, &PRODUCT, &GOVERNANCE, &SELLING, &FOOD_SAFETY, &ONLINE];

/// `course.json`.
#[derive(Deserialize)]
struct CourseFile {
    code: String,
    version: u64,
    title: Texts,
    summary: Texts,
    languages: Vec<Language>,
    sources: Vec<String>,
    modules: Vec<ModuleFile>,
}

#[derive(Deserialize)]
struct ModuleFile {
    code: String,
    title: Texts,
    minutes: u32,
    lessons: Vec<String>,
    quiz: String,
    pass: u32,
}

/// `lessons/{lesson}/{language}.json`.
#[derive(Deserialize)]
struct LessonFile {
    title: String,
    draft: bool,
    blocks: Vec<Block>,
    audio: Option<Audio>,
}

/// `quizzes/{quiz}/{language}.json`.
#[derive(Deserialize)]
struct QuizFile {
    draft: bool,
    questions: Vec<Question>,
}

/// What is right for a question in `quizzes/{quiz}/key.json`.
#[derive(Deserialize)]
#[serde(untagged)]
enum RightFile {
    Choice(String),
    Other(Right),
}

/// Writes every course that is new or has a higher version.
///
/// # Errors
/// A file is missing or malformed, or the store refuses.
pub(crate) fn write_all() -> Result<(), Error> {
    for (order, folder) in COURSES.iter().enumerate() {
        let file: CourseFile = demand(folder, "course.json")?;
        let written = Course::find(&file.code)?.map(|entry| entry.body.version);
        if written.is_none_or(|version| version < file.version) {
            edition::keep(&file.code)?;
            write(folder, file, u32::try_from(order).unwrap_or(u32::MAX))?;
        }
    }
    Ok(())
}

fn write(folder: &Dir<'_>, file: CourseFile, order: u32) -> Result<(), Error> {
    let CourseFile { code, version, title, summary, languages, sources, modules: module_files } = file;
    let place = edition::place(&code, version);
    let mut modules = Vec::with_capacity(module_files.len());
    for module in module_files {
        let mut lessons = Vec::with_capacity(module.lessons.len());
        for lesson in module.lessons {
            lessons.push(write_lesson(folder, &place, version, lesson)?);
        }
        write_quiz(folder, &place, version, &module.quiz)?;
        let ModuleFile { code, title, minutes, quiz, pass, .. } = module;
        modules.push(Module { code, title, minutes, lessons, quiz, pass });
    }
    let by_code = Find::new().equal(Course::CODE, code.as_str());
    put(&by_code, &Course { code, version, title, summary, languages, sources, modules, order, withdrawn_at: None })
}

fn write_lesson(folder: &Dir<'_>, course: &str, version: u64, code: String) -> Result<LessonRef, Error> {
    let mut title = Texts::new();
    for language in Language::ALL {
        let Some(file) = find::<LessonFile>(folder, &format!("lessons/{code}/{language}.json"))? else { continue };
        title.insert(language, file.title.as_str());
        let lesson = Lesson {
            course: course.to_owned(),
            code: code.clone(),
            version,
            language,
            title: file.title,
            draft: file.draft,
            blocks: file.blocks,
            audio: file.audio,
        };
        let place = Find::new().equal(Lesson::COURSE, course).equal(Lesson::CODE, code.as_str());
        put(&place.equal(Lesson::LANGUAGE, language), &lesson)?;
    }
    if title.is_empty() {
        return Err(Error::internal(format!("the lesson {code} exists in no language")));
    }
    Ok(LessonRef { code, title })
}

fn write_quiz(folder: &Dir<'_>, course: &str, version: u64, code: &str) -> Result<(), Error> {
    let file: BTreeMap<String, RightFile> = demand(folder, &format!("quizzes/{code}/key.json"))?;
    let key = key_of(course, code, version, file);
    for language in Language::ALL {
        let Some(file) = find::<QuizFile>(folder, &format!("quizzes/{code}/{language}.json"))? else { continue };
        if let Some((question, fault)) = marking::quiz_fault(&file.questions, &key) {
            return Err(Error::internal(format!("{course} {code} {language} {question}: {}", fault.message())));
        }
        let quiz = Quiz {
            course: course.to_owned(),
            code: code.to_owned(),
            version,
            language,
            draft: file.draft,
            questions: file.questions,
        };
        let place = Find::new().equal(Quiz::COURSE, course).equal(Quiz::CODE, code);
        put(&place.equal(Quiz::LANGUAGE, language), &quiz)?;
    }
    put(&Find::new().equal(AnswerKey::COURSE, course).equal(AnswerKey::QUIZ, code), &key)
}

fn key_of(course: &str, quiz: &str, version: u64, file: BTreeMap<String, RightFile>) -> AnswerKey {
    let (mut answers, mut rights) = (BTreeMap::new(), Vec::new());
    for (question, right) in file {
        match right {
            RightFile::Choice(choice) => drop(answers.insert(question, choice)),
            RightFile::Other(right) => rights.push(RightOf { question, right }),
        }
    }
    AnswerKey { course: course.to_owned(), quiz: quiz.to_owned(), version, answers, rights }
}

/// Writes over the record that is found, or a new one.
pub(crate) fn put<Body: Kind + Clone + PartialEq>(find: &Find<Body>, body: &Body) -> Result<(), Error> {
    match Store::first(find)? {
        None => Store::create(body).map(drop),
        Some(entry) if entry.body == *body => Ok(()),
        Some(mut entry) => {
            entry.body = body.clone();
            Store::replace(&entry).map(drop)
        }
    }
}

fn find<File: DeserializeOwned>(folder: &Dir<'_>, path: &str) -> Result<Option<File>, Error> {
    // Files are known by their path from the folder that was embedded.
    let Some(file) = folder.get_file(path) else { return Ok(None) };
    serde_json::from_slice(file.contents())
        .map(Some)
        .map_err(|error| Error::internal(format!("{path} is malformed: {error}")))
}

fn demand<File: DeserializeOwned>(folder: &Dir<'_>, path: &str) -> Result<File, Error> {
    find(folder, path)?.ok_or_else(|| Error::internal(format!("{path} is missing")))
}
