//! The plugin's records. What the manifest says of their kinds is derived from these types; a test holds the two together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Entry, Error, Find, Kind, Language, Shape, Store, Texts};

/// The code of a course, a lesson, a quiz, a question or a choice.
pub(crate) const CODE: &str = "^[a-z][a-z0-9-]{0,31}$";
/// Where an edition's lessons and quizzes are kept: the first one's below the course's code, a later one's with its number.
pub(crate) const PLACE: &str = "^[a-z][a-z0-9-]{0,31}(@[1-9][0-9]{0,5})?$";
/// What a telephone or a form calls one sending.
pub(crate) const SENDING: &str = "^[A-Za-z0-9-]{8,64}$";

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
    /// Since when nobody new may begin it; milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) withdrawn_at: Option<u64>,
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
    /// The course, or one of its later editions.
    #[field(pattern = PLACE)]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 200)]
    pub(crate) file: Option<String>,
    /// One that a trainer recorded, of the plugin's files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 100)]
    pub(crate) blob: Option<String>,
    pub(crate) kind: AudioKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 100)]
    pub(crate) voice: Option<String>,
    /// 0 when the file does not say it.
    #[field(max = 7200)]
    pub(crate) seconds: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AudioKind {
    Recorded,
    Synthesised,
}

/// A person's progress through a course.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "personal", unique(person, course), index(course, started_at))]
#[kind(read("own", "role:trainer", "role:observer"))]
#[kind(create("plugin:own", "role:trainer"), change("plugin:own"), delete("own"))]
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
    /// The edition that is learnt, to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(min = 1)]
    pub(crate) version: Option<u64>,
    /// The last time that something was learnt; milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) moved_at: Option<u64>,
    /// What the register said of the learner when they began, for the programme's numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(pattern = "^[0-9]{2}\\.[0-9]{3}$")]
    pub(crate) lives_in: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) woman: Option<bool>,
    /// The year of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(min = 1900, max = 2100)]
    pub(crate) born: Option<u32>,
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
    /// When this instance took it in; milliseconds since 1970, UTC.
    #[field(description = "Milliseconds since 1970, UTC.")]
    pub(crate) at: u64,
    /// Of questions with one right choice.
    #[field(max_entries = 40, each(pattern = CODE))]
    pub(crate) answers: BTreeMap<String, String>,
    /// Every answer with its points; attempts before there were kinds of questions have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[field(max_items = 40)]
    pub(crate) given: Vec<Given>,
    #[field(max = 40)]
    pub(crate) right: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max = 4000)]
    pub(crate) points: Option<u32>,
    #[field(min = 1, max = 40)]
    pub(crate) asked: u32,
    pub(crate) passed: bool,
    /// The edition of the course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(min = 1)]
    pub(crate) version: Option<u64>,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Given {
    #[field(pattern = CODE)]
    pub(crate) question: String,
    #[field(max_items = 8, each(max_length = 300))]
    pub(crate) values: Vec<String>,
    #[field(max = 100)]
    pub(crate) points: u32,
}

/// What somebody sent, so that it counts once however often it comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "personal", unique(person, code), read("own", "role:trainer"), create("plugin:own"))]
#[kind(title(ar = "إرسال", fr = "Envoi"), purpose = "To count what a telephone sends again once only.")]
#[kind(retention = "As long as the attempts that it stands for.")]
pub(crate) struct Sending {
    #[field(subject)]
    pub(crate) person: String,
    /// By which its sender knows it.
    #[field(pattern = SENDING)]
    pub(crate) code: String,
    /// The attempt that came of it; none for a lesson.
    #[serde(default)]
    #[field(max_length = 60)]
    pub(crate) attempt: Option<String>,
    /// When this instance took it in; milliseconds since 1970, UTC.
    pub(crate) at: u64,
    /// When it was, by the clock of the telephone, right or wrong.
    #[serde(default)]
    pub(crate) said_at: Option<i64>,
}

/// A course as it was in one of its versions, for those who learn that one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(
    class = "public",
    unique(course, version),
    read("public"),
    create("plugin"),
    change("plugin"),
    delete("role:trainer")
)]
#[kind(title(ar = "نسخة درس", fr = "Édition d’un cours"), purpose = "To let people finish the course that they began.")]
#[kind(retention = "As long as somebody learns it.")]
pub(crate) struct Edition {
    #[field(pattern = CODE)]
    pub(crate) course: String,
    #[field(min = 1)]
    pub(crate) version: u64,
    /// The course of that version, as JSON.
    #[field(max_length = 400_000)]
    pub(crate) content: String,
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

    /// Where its lessons and quizzes are kept.
    pub(crate) fn place(&self) -> String {
        crate::edition::place(&self.code, self.version)
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
