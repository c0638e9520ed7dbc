//! What trainers write before anybody learns it: texts by part and language, and where their review stands.
//!
//! A part is `course`, `lesson/CODE/LANGUAGE` or `quiz/CODE/LANGUAGE`. The kernel keeps every version of a text. Only this
//! plugin writes drafts, and only for trainers.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Entry, Error, Find, Kind, Language, Shape, Store, context};

use crate::kinds::{Audio, CODE};

/// The parts of one course.
pub(crate) const PARTS_MAX: usize = 150;
/// The longest text, in characters.
pub(crate) const TEXT_CHARS_MAX: usize = 60_000;

/// A text that is being written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(course, part))]
#[kind(read("plugin", "role:trainer"), create("plugin"), change("plugin"), delete("plugin"))]
#[kind(title(ar = "مسودة", fr = "Brouillon"), purpose = "Texts of courses before their publication, for trainers.")]
#[kind(retention = "As long as its course is worked on.")]
pub(crate) struct Draft {
    #[field(pattern = CODE)]
    pub(crate) course: String,
    #[field(max_length = 80, pattern = "^(course|(lesson|quiz)/[a-z][a-z0-9-]{0,31}/[a-z]{2,3})$")]
    pub(crate) part: String,
    #[field(max_length = 60_000)]
    pub(crate) text: String,
    /// The account that wrote it last.
    #[field(max_length = 60)]
    pub(crate) by: String,
    /// A lesson's voice that a trainer recorded; it goes before the one that the text names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) voice: Option<Audio>,
}

/// Where the review of a course's drafts stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", read("plugin", "role:trainer"), create("plugin"), change("plugin"))]
#[kind(title(ar = "مراجعة", fr = "Relecture"), purpose = "Who sent a course for review, and who read it.")]
#[kind(retention = "As long as its course is worked on.")]
pub(crate) struct Review {
    #[field(unique, pattern = CODE)]
    pub(crate) course: String,
    pub(crate) state: State,
    /// The accounts that wrote what is reviewed.
    #[field(max_items = 20, each(max_length = 60))]
    pub(crate) authors: Vec<String>,
    /// The texts as they were sent; what is changed later must be sent again.
    #[field(max_length = 60)]
    pub(crate) seen: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 60)]
    pub(crate) reviewer: Option<String>,
    #[serde(default)]
    #[field(max_length = 2000)]
    pub(crate) note: String,
    /// Milliseconds since 1970, UTC.
    pub(crate) at: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Draft,
    Review,
    Approved,
    Published,
}

/// A part of a course that has a text in each language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    Course,
    Lesson(&'a str, Language),
    Quiz(&'a str, Language),
}

impl<'a> Part<'a> {
    pub(crate) fn of(part: &'a str) -> Option<Self> {
        if part == "course" {
            return Some(Self::Course);
        }
        let mut words = part.split('/');
        let (kind, code, tag, end) = (words.next()?, words.next()?, words.next()?, words.next());
        let language = tag.parse().ok()?;
        match (kind, end) {
            ("lesson", None) if crate::text::is_code(code) => Some(Self::Lesson(code, language)),
            ("quiz", None) if crate::text::is_code(code) => Some(Self::Quiz(code, language)),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::Course => "course".to_owned(),
            Self::Lesson(code, language) => format!("lesson/{code}/{language}"),
            Self::Quiz(code, language) => format!("quiz/{code}/{language}"),
        }
    }

    pub(crate) fn language(self) -> Option<Language> {
        match self {
            Self::Course => None,
            Self::Lesson(_, language) | Self::Quiz(_, language) => Some(language),
        }
    }

    /// The same part in another language.
    pub(crate) fn in_language(self, language: Language) -> Self {
        match self {
            Self::Course => Self::Course,
            Self::Lesson(code, _) => Self::Lesson(code, language),
            Self::Quiz(code, _) => Self::Quiz(code, language),
        }
    }
}

/// The trainer's account.
///
/// # Errors
/// Nobody is signed in, or it is no trainer.
pub(crate) fn trainer() -> Result<String, Error> {
    let caller = context::caller();
    if !caller.is_signed_in() {
        return Err(Error::sign_in());
    }
    caller
        .account_id
        .filter(|_| caller.roles.iter().any(|role| role == "trainer"))
        .ok_or_else(|| Error::denied("this page is for trainers"))
}

/// All drafts of a course, by part.
pub(crate) fn all(course: &str) -> Result<Vec<Entry<Draft>>, Error> {
    let (mut drafts, mut cursor) = (Vec::new(), None);
    loop {
        let find = Find::new().equal(Draft::COURSE, course).limit(100).after(cursor.as_deref());
        let page = Store::list(&find)?;
        drafts.extend(page.items);
        cursor = page.next;
        if cursor.is_none() || drafts.len() > PARTS_MAX {
            drafts.sort_by(|one, other| one.body.part.cmp(&other.body.part));
            return Ok(drafts);
        }
    }
}

/// One draft.
pub(crate) fn find(course: &str, part: &str) -> Result<Option<Entry<Draft>>, Error> {
    Store::first(&Find::new().equal(Draft::COURSE, course).equal(Draft::PART, part))
}

/// The review of a course.
pub(crate) fn review(course: &str) -> Result<Option<Entry<Review>>, Error> {
    Store::first(&Find::new().equal(Review::COURSE, course))
}

/// What tells one state of the texts from every other: versions only rise.
pub(crate) fn seen(drafts: &[Entry<Draft>]) -> String {
    format!("{}-{}", drafts.len(), drafts.iter().map(|draft| draft.version).sum::<u64>())
}

/// Writes a text over the draft that was seen, or anew.
pub(crate) fn write(found: Option<Entry<Draft>>, draft: Draft) -> Result<(), Error> {
    match found {
        None => Store::create(&draft).map(drop),
        Some(entry) if entry.body == draft => Ok(()),
        Some(entry) => Store::replace(&Entry { body: draft, ..entry }).map(drop),
    }
}
