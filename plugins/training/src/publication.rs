//! From drafts to an edition and back.
//!
//! An edition is published whole or not at all: when a text is missing, does not fit the others or a quiz has no right
//! answer, every fault is told and nothing is written.

use std::collections::BTreeMap;

use tiwizi_sdk::{Entry, Error, Find, Kind, Language, Store, Texts};

use crate::content::put;
use crate::draft::{self, Draft, PARTS_MAX, Part};
use crate::edition;
use crate::kinds::{Course, Lesson, LessonRef, Module};
use crate::questions::{AnswerKey, QuestionKind, Quiz, Right, RightOf};
use crate::text::course::{CourseText, ModuleText};
use crate::text::lesson::LessonText;
use crate::text::quiz::QuizText;
use crate::text::{Fault, Faults, course, lesson, quiz};

/// Where courses that trainers wrote stand in the catalogue.
const ORDER: u32 = 1_000;

/// The texts of a course, read.
pub(crate) struct Texted {
    pub(crate) course: CourseText,
    pub(crate) lessons: BTreeMap<(String, Language), LessonText>,
    pub(crate) quizzes: BTreeMap<(String, Language), QuizText>,
    pub(crate) faults: Vec<Fault>,
}

/// Reads all drafts of a course, and holds them to each other.
pub(crate) fn read(drafts: &[Entry<Draft>]) -> Texted {
    let mut texted = Texted {
        course: CourseText::default(),
        lessons: BTreeMap::new(),
        quizzes: BTreeMap::new(),
        faults: Vec::new(),
    };
    let mut whole = Faults::of("course");
    if !drafts.iter().any(|draft| draft.body.part == "course") {
        whole.add(0, "fault-missing", "course");
    }
    if drafts.len() > PARTS_MAX {
        whole.add(0, "fault-parts", drafts.len().to_string());
    }
    for draft in drafts {
        let mut faults = Faults::of(&draft.body.part);
        match Part::of(&draft.body.part) {
            Some(Part::Course) => texted.course = course::read(&draft.body.text, &mut faults),
            Some(Part::Lesson(code, language)) => {
                let mut text = lesson::read(&draft.body.text, &mut faults);
                if let Some(voice) = &draft.body.voice {
                    text.audio = Some(voice.clone());
                }
                texted.lessons.insert((code.to_owned(), language), text);
            }
            Some(Part::Quiz(code, language)) => {
                texted.quizzes.insert((code.to_owned(), language), quiz::read(&draft.body.text, &mut faults));
            }
            None => {}
        }
        texted.faults.extend(faults.list);
    }
    texted.faults.extend(whole.list);
    texted.hold_together();
    texted
}

impl Texted {
    fn hold_together(&mut self) {
        let mut faults = Faults::of("course");
        for module in &self.course.modules {
            for language in &self.course.languages {
                for code in &module.lessons {
                    if !self.lessons.contains_key(&(code.clone(), *language)) {
                        faults.add(module.line, "fault-missing", Part::Lesson(code, *language).name());
                    }
                }
                if !self.quizzes.contains_key(&(module.quiz.clone(), *language)) {
                    faults.add(module.line, "fault-missing", Part::Quiz(&module.quiz, *language).name());
                }
            }
            self.hold_quiz(module, &mut faults);
        }
        self.faults.extend(faults.list);
    }

    /// A quiz asks the same in every language, and can be passed.
    fn hold_quiz(&self, module: &ModuleText, faults: &mut Faults) {
        let mut first: Option<&QuizText> = None;
        for ((_, language), text) in self.quizzes.iter().filter(|((code, _), _)| *code == module.quiz) {
            let part = Part::Quiz(&module.quiz, *language).name();
            if text.questions.len() < module.pass as usize {
                faults.add(module.line, "fault-pass", part.as_str());
            }
            match first {
                None => first = Some(text),
                Some(first) if !alike(first, text) => faults.add(module.line, "fault-unlike", part),
                Some(_) => {}
            }
        }
    }

    /// What is right in a quiz: of texts, what any language accepts.
    fn key(&self, place: &str, version: u64, code: &str) -> AnswerKey {
        let mut key = AnswerKey {
            course: place.to_owned(),
            quiz: code.to_owned(),
            version,
            answers: BTreeMap::new(),
            rights: Vec::new(),
        };
        for (_, text) in self.quizzes.iter().filter(|((quiz, _), _)| quiz == code) {
            for (question, right) in &text.questions {
                match (question.kind, right.choices.first()) {
                    (QuestionKind::Single, Some(choice)) => {
                        key.answers.insert(question.code.clone(), choice.clone());
                    }
                    _ => unite(&mut key.rights, &question.code, right),
                }
            }
        }
        key
    }
}

fn unite(rights: &mut Vec<RightOf>, question: &str, right: &Right) {
    let Some(known) = rights.iter_mut().find(|known| known.question == question) else {
        rights.push(RightOf { question: question.to_owned(), right: right.clone() });
        return;
    };
    for text in &right.texts {
        if !known.right.texts.contains(text) && known.right.texts.len() < 40 {
            known.right.texts.push(text.clone());
        }
    }
    for (unit, other) in known.right.units.iter_mut().zip(&right.units) {
        for name in &other.names {
            if !unit.names.contains(name) && unit.names.len() < 10 {
                unit.names.push(name.clone());
            }
        }
    }
}

fn alike(one: &QuizText, other: &QuizText) -> bool {
    one.questions.len() == other.questions.len()
        && one.questions.iter().zip(&other.questions).all(|((one, right), (other, right_too))| {
            one.code == other.code
                && one.kind == other.kind
                && one.choices.iter().map(|choice| &choice.code).eq(other.choices.iter().map(|choice| &choice.code))
                && right.choices == right_too.choices
                && right.number == right_too.number
                && right.tolerance == right_too.tolerance
                && right.units.iter().map(|unit| &unit.factor).eq(right_too.units.iter().map(|unit| &unit.factor))
        })
}

/// Publishes the next edition of a course from texts without fault.
pub(crate) fn publish(code: &str, texted: &Texted) -> Result<u64, Error> {
    let newest = Course::find(code)?;
    edition::keep(code)?;
    let version = newest.as_ref().map_or(1, |entry| entry.body.version + 1);
    let place = edition::place(code, version);
    for ((lesson, language), text) in &texted.lessons {
        if texted.course.modules.iter().any(|module| module.lessons.contains(lesson)) {
            Store::create(&lesson_of(&place, version, lesson, *language, text))?;
        }
    }
    for ((quiz, language), text) in &texted.quizzes {
        if texted.course.modules.iter().any(|module| module.quiz == *quiz) {
            Store::create(&Quiz {
                course: place.clone(),
                code: quiz.clone(),
                version,
                language: *language,
                draft: text.draft,
                questions: text.questions.iter().map(|(question, _)| question.clone()).collect(),
            })?;
        }
    }
    for module in &texted.course.modules {
        Store::create(&texted.key(&place, version, &module.quiz))?;
    }
    let course = Course {
        code: code.to_owned(),
        version,
        title: texted.course.title.clone(),
        summary: texted.course.summary.clone(),
        languages: texted.course.languages.clone(),
        sources: texted.course.sources.clone(),
        modules: texted.course.modules.iter().map(|module| module_of(module, texted)).collect(),
        order: newest.map_or(ORDER, |entry| entry.body.order),
        withdrawn_at: None,
    };
    put(&Find::new().equal(Course::CODE, code), &course)?;
    Ok(version)
}

fn lesson_of(place: &str, version: u64, code: &str, language: Language, text: &LessonText) -> Lesson {
    Lesson {
        course: place.to_owned(),
        code: code.to_owned(),
        version,
        language,
        title: text.title.clone(),
        draft: text.draft,
        blocks: text.blocks.clone(),
        audio: text.audio.clone(),
    }
}

fn module_of(module: &ModuleText, texted: &Texted) -> Module {
    let lesson = |code: &String| {
        let mut title = Texts::new();
        for ((_, language), text) in texted.lessons.iter().filter(|((lesson, _), _)| lesson == code) {
            title.insert(*language, text.title.as_str());
        }
        LessonRef { code: code.clone(), title }
    };
    Module {
        code: module.code.clone(),
        title: module.title.clone(),
        minutes: module.minutes,
        lessons: module.lessons.iter().map(lesson).collect(),
        quiz: module.quiz.clone(),
        pass: module.pass,
    }
}

/// Turns the newest edition of a course into drafts, where there are none of that part yet.
pub(crate) fn open(code: &str, by: &str) -> Result<(), Error> {
    let course = Course::demand(code)?;
    let there: Vec<String> = draft::all(code)?.into_iter().map(|entry| entry.body.part).collect();
    let write = |part: String, text: String| {
        if there.contains(&part) {
            return Ok(());
        }
        let draft = Draft { course: code.to_owned(), part, text, by: by.to_owned(), voice: None };
        Store::create(&draft).map(drop)
    };
    write("course".to_owned(), course::write(&text_of(&course)))?;
    for lesson in everything(Find::new().equal(Lesson::COURSE, course.place()))? {
        let Lesson { title, draft, blocks, audio, .. } = lesson.body;
        let text = lesson::write(&LessonText { title, draft, blocks, audio });
        write(Part::Lesson(&lesson.body.code, lesson.body.language).name(), text)?;
    }
    let keys = everything(Find::new().equal(AnswerKey::COURSE, course.place()))?;
    for entry in everything(Find::new().equal(Quiz::COURSE, course.place()))? {
        let quiz = entry.body;
        let key = keys.iter().find(|key| key.body.quiz == quiz.code);
        let right = |code: &str| key.and_then(|key| key.body.right(code)).unwrap_or_default();
        let questions = quiz.questions.iter().map(|question| (question.clone(), right(&question.code))).collect();
        let text = quiz::write(&QuizText { draft: quiz.draft, questions });
        write(Part::Quiz(&quiz.code, quiz.language).name(), text)?;
    }
    Ok(())
}

fn text_of(course: &Course) -> CourseText {
    let module = |module: &Module| ModuleText {
        line: 0,
        code: module.code.clone(),
        title: module.title.clone(),
        minutes: module.minutes,
        lessons: module.lessons.iter().map(|lesson| lesson.code.clone()).collect(),
        quiz: module.quiz.clone(),
        pass: module.pass,
    };
    CourseText {
        languages: course.languages.clone(),
        sources: course.sources.clone(),
        title: course.title.clone(),
        summary: course.summary.clone(),
        modules: course.modules.iter().map(module).collect(),
    }
}

fn everything<Body: Kind>(find: Find<Body>) -> Result<Vec<Entry<Body>>, Error> {
    let (mut entries, mut cursor) = (Vec::new(), None);
    loop {
        let page = Store::list(&find.clone().limit(100).after(cursor.as_deref()))?;
        entries.extend(page.items);
        cursor = page.next;
        if cursor.is_none() || entries.len() > PARTS_MAX {
            return Ok(entries);
        }
    }
}
