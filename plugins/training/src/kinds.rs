//! The plugin's records. What the manifest says of their kinds is derived from these types; a test holds the two together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Entry, Error, Find, Kind, Language, Shape, Store, Texts};

/// The code of a course, a lesson, a quiz, a question or a choice.
const CODE: &str = "^[a-z][a-z0-9-]{0,31}$";

/// A course: its modules, each with its lessons and its quiz.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "public")]
#[kind(read("public"), create("plugin", "role:trainer"), change("plugin", "role:trainer"), delete("role:trainer"))]
pub(crate) struct Course {
    #[field(unique, pattern = CODE)]
    pub(crate) code: String,
    #[field(min = 1)]
    pub(crate) version: u64,
    #[field(each(max_length = 400), description = "The course's name.")]
    pub(crate) title: Texts,
    #[field(each(max_length = 400), description = "What it teaches, in two sentences.")]
    pub(crate) summary: Texts,
    /// Those in which the whole course exists.
    #[field(min_items = 1, unique_items, max_items = 7)]
    pub(crate) languages: Vec<Language>,
    #[serde(default)]
    #[field(max_items = 20, each(max_length = 300))]
    pub(crate) sources: Vec<String>,
    #[field(min_items = 1, max_items = 30)]
    pub(crate) modules: Vec<Module>,
    #[field(index, max = 10_000)]
    pub(crate) order: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Module {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(each(max_length = 400), description = "The module's name.")]
    pub(crate) title: Texts,
    #[field(min = 1, max = 600)]
    pub(crate) minutes: u32,
    #[field(min_items = 1, max_items = 30)]
    pub(crate) lessons: Vec<LessonRef>,
    #[field(pattern = CODE)]
    pub(crate) quiz: String,
    #[field(min = 1, max = 100, description = "Right answers that are needed.")]
    pub(crate) pass: u32,
}

/// A lesson's place in its course.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct LessonRef {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(each(max_length = 400), description = "The lesson's name, in the languages that it exists in.")]
    pub(crate) title: Texts,
}

/// One lesson in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "public", unique(course, code, language))]
#[kind(read("public"), create("plugin", "role:trainer"), change("plugin", "role:trainer"), delete("role:trainer"))]
pub(crate) struct Lesson {
    #[field(pattern = CODE)]
    pub(crate) course: String,
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(min = 1)]
    pub(crate) version: u64,
    pub(crate) language: Language,
    #[field(min_length = 1, max_length = 300)]
    pub(crate) title: String,
    #[field(description = "Machine-drafted, not yet read by a native speaker.")]
    pub(crate) draft: bool,
    #[field(min_items = 1, max_items = 60)]
    pub(crate) blocks: Vec<Block>,
    #[field(required)]
    pub(crate) audio: Option<Audio>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Block {
    pub(crate) kind: BlockKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 4000)]
    pub(crate) text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_items = 40, each(max_length = 1000))]
    pub(crate) items: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BlockKind {
    Heading,
    Paragraph,
    List,
    Example,
    Remember,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Audio {
    /// Below the bundle's assets.
    #[field(max_length = 200)]
    pub(crate) file: String,
    pub(crate) kind: AudioKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 100)]
    pub(crate) voice: Option<String>,
    #[field(min = 1, max = 7200)]
    pub(crate) seconds: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AudioKind {
    Recorded,
    Synthesised,
}

/// One quiz in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "public", unique(course, code, language))]
#[kind(read("public"), create("plugin", "role:trainer"), change("plugin", "role:trainer"), delete("role:trainer"))]
pub(crate) struct Quiz {
    #[field(pattern = CODE)]
    pub(crate) course: String,
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(min = 1)]
    pub(crate) version: u64,
    pub(crate) language: Language,
    pub(crate) draft: bool,
    #[field(min_items = 1, max_items = 40)]
    pub(crate) questions: Vec<Question>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Question {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(min_length = 1, max_length = 1000)]
    pub(crate) text: String,
    #[field(min_items = 2, max_items = 6)]
    pub(crate) choices: Vec<Choice>,
    #[field(max_length = 1000)]
    pub(crate) explain: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Choice {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(min_length = 1, max_length = 500)]
    pub(crate) text: String,
}

/// The right answers of a quiz, by question. Nobody but this plugin and trainers can read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(course, quiz))]
#[kind(read("plugin", "role:trainer"), create("plugin", "role:trainer"))]
#[kind(change("plugin", "role:trainer"), delete("role:trainer"))]
pub(crate) struct AnswerKey {
    #[field(pattern = CODE)]
    pub(crate) course: String,
    #[field(pattern = CODE)]
    pub(crate) quiz: String,
    #[field(min = 1)]
    pub(crate) version: u64,
    #[field(min_entries = 1, max_entries = 40, each(pattern = CODE))]
    pub(crate) answers: BTreeMap<String, String>,
}

/// A person's progress through a course.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "personal", unique(person, course), index(course, started_at))]
#[kind(read("own", "role:trainer", "role:observer"), create("plugin:own"), change("plugin:own"), delete("own"))]
pub(crate) struct Enrolment {
    #[field(subject)]
    pub(crate) person: String,
    #[field(pattern = CODE)]
    pub(crate) course: String,
    pub(crate) language: Language,
    #[field(description = "Milliseconds since 1970, UTC.")]
    pub(crate) started_at: u64,
    #[field(unique_items, max_items = 900, each(pattern = CODE))]
    pub(crate) lessons_done: Vec<String>,
    #[field(unique_items, max_items = 30, each(pattern = CODE))]
    pub(crate) modules_done: Vec<String>,
    #[serde(default)]
    pub(crate) completed_at: Option<u64>,
}

/// A person's answers to a quiz, marked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "personal", index(person, quiz, at), read("own", "role:trainer"), create("plugin:own"))]
pub(crate) struct Attempt {
    #[field(subject)]
    pub(crate) person: String,
    #[field(pattern = CODE)]
    pub(crate) course: String,
    #[field(pattern = CODE)]
    pub(crate) quiz: String,
    pub(crate) language: Language,
    #[field(description = "Milliseconds since 1970, UTC.")]
    pub(crate) at: u64,
    #[field(max_entries = 40, each(pattern = CODE))]
    pub(crate) answers: BTreeMap<String, String>,
    #[field(max = 40)]
    pub(crate) right: u32,
    #[field(min = 1, max = 40)]
    pub(crate) asked: u32,
    pub(crate) passed: bool,
}

impl Course {
    /// The course with that code.
    pub(crate) fn find(code: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::CODE, code))
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
