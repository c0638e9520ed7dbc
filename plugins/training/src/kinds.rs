//! The bodies of the plugin's records, as the manifest's schemas describe them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Entry, Error, Find, Kind, Store};

/// A text in some of the seven languages, by tag.
pub(crate) type Texts = BTreeMap<String, String>;

/// A course: its modules, each with its lessons and its quiz.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Course {
    pub(crate) code: String,
    pub(crate) version: u32,
    pub(crate) title: Texts,
    pub(crate) summary: Texts,
    /// Those in which the whole course exists.
    pub(crate) languages: Vec<String>,
    pub(crate) sources: Vec<String>,
    pub(crate) modules: Vec<Module>,
    pub(crate) order: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Module {
    pub(crate) code: String,
    pub(crate) title: Texts,
    pub(crate) minutes: u32,
    pub(crate) lessons: Vec<LessonRef>,
    pub(crate) quiz: String,
    /// Right answers that are needed to pass.
    pub(crate) pass: u32,
}

/// A lesson's place in its course. The languages of the title are those that the lesson exists in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LessonRef {
    pub(crate) code: String,
    pub(crate) title: Texts,
}

/// One lesson in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lesson {
    pub(crate) course: String,
    pub(crate) code: String,
    pub(crate) version: u32,
    pub(crate) language: String,
    pub(crate) title: String,
    pub(crate) draft: bool,
    pub(crate) blocks: Vec<Block>,
    pub(crate) audio: Option<Audio>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Block {
    pub(crate) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) items: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Audio {
    /// Below the bundle's assets.
    pub(crate) file: String,
    /// `recorded` or `synthesised`.
    pub(crate) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) voice: Option<String>,
    pub(crate) seconds: u32,
}

/// One quiz in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Quiz {
    pub(crate) course: String,
    pub(crate) code: String,
    pub(crate) version: u32,
    pub(crate) language: String,
    pub(crate) draft: bool,
    pub(crate) questions: Vec<Question>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Question {
    pub(crate) code: String,
    pub(crate) text: String,
    pub(crate) choices: Vec<Choice>,
    pub(crate) explain: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) code: String,
    pub(crate) text: String,
}

/// The right answers of a quiz, by question. Nobody but this plugin and trainers can read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct AnswerKey {
    pub(crate) course: String,
    pub(crate) quiz: String,
    pub(crate) version: u32,
    pub(crate) answers: BTreeMap<String, String>,
}

/// A person's progress through a course.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Enrolment {
    pub(crate) person: String,
    pub(crate) course: String,
    pub(crate) language: String,
    pub(crate) started_at: u64,
    pub(crate) lessons_done: Vec<String>,
    pub(crate) modules_done: Vec<String>,
    #[serde(default)]
    pub(crate) completed_at: Option<u64>,
}

/// A person's answers to a quiz, marked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) person: String,
    pub(crate) course: String,
    pub(crate) quiz: String,
    pub(crate) language: String,
    pub(crate) at: u64,
    pub(crate) answers: BTreeMap<String, String>,
    pub(crate) right: u32,
    pub(crate) asked: u32,
    pub(crate) passed: bool,
}

impl Kind for Course {
    const NAME: &'static str = "course";
}
impl Kind for Lesson {
    const NAME: &'static str = "lesson";
}
impl Kind for Quiz {
    const NAME: &'static str = "quiz";
}
impl Kind for AnswerKey {
    const NAME: &'static str = "answer-key";
}
impl Kind for Enrolment {
    const NAME: &'static str = "enrolment";
}
impl Kind for Attempt {
    const NAME: &'static str = "attempt";
}

impl Course {
    /// The course with that code.
    pub(crate) fn find(code: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::find_one(&Find::new().equal("code", code))
    }

    /// The same, where its absence ends the call.
    pub(crate) fn demand(code: &str) -> Result<Self, Error> {
        Self::find(code)?.map(|entry| entry.body).ok_or_else(|| Error::not_found("there is no such course"))
    }

    /// A lesson and the module that it stands in.
    pub(crate) fn lesson(&self, code: &str) -> Option<(&Module, &LessonRef)> {
        self.modules.iter().find_map(|module| {
            let lesson = module.lessons.iter().find(|lesson| lesson.code == code)?;
            Some((module, lesson))
        })
    }

    /// The module that a quiz closes.
    pub(crate) fn module_of_quiz(&self, quiz: &str) -> Option<&Module> {
        self.modules.iter().find(|module| module.quiz == quiz)
    }

    /// How many lessons it has.
    pub(crate) fn lessons(&self) -> usize {
        self.modules.iter().map(|module| module.lessons.len()).sum()
    }

    /// How long it takes.
    pub(crate) fn minutes(&self) -> u32 {
        self.modules.iter().map(|module| module.minutes).sum()
    }
}
