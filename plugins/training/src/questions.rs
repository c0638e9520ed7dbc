//! Quizzes as they are kept: their questions in each language, and what is right, which is the same in every language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Kind, Language, Shape};

use crate::kinds::{CODE, PLACE};

/// One quiz in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "public", unique(course, code, language))]
#[kind(read("public"), create("plugin", "role:trainer"), change("plugin", "role:trainer"), delete("role:trainer"))]
pub(crate) struct Quiz {
    /// The course, or one of its later editions.
    #[field(pattern = PLACE)]
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
    /// One right choice, when it is not said.
    #[serde(default, skip_serializing_if = "QuestionKind::is_single")]
    pub(crate) kind: QuestionKind,
    #[field(min_length = 1, max_length = 1000)]
    pub(crate) text: String,
    /// None for numbers and texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[field(max_items = 8)]
    pub(crate) choices: Vec<Choice>,
    /// Of a number: the unit that is shown beside the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 40)]
    pub(crate) unit: Option<String>,
    #[field(max_length = 1000)]
    pub(crate) explain: String,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub(crate) enum QuestionKind {
    /// One choice.
    #[default]
    Single,
    /// Every right choice.
    Multiple,
    /// The choices in their order.
    Order,
    /// A number, perhaps with a unit.
    Number,
    /// A word or a few, in any script.
    Text,
    /// One of several pictures.
    Picture,
}

impl QuestionKind {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it skips by reference")]
    fn is_single(&self) -> bool {
        *self == Self::Single
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Choice {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    /// Of a picture, what it shows.
    #[field(min_length = 1, max_length = 500)]
    pub(crate) text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) picture: Option<Picture>,
}

/// A picture of the bundle, or one that a trainer sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Picture {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 200)]
    pub(crate) file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 100)]
    pub(crate) blob: Option<String>,
}

/// The right answers of a quiz, by question. Nobody but this plugin and trainers can read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(course, quiz))]
#[kind(read("plugin", "role:trainer"), create("plugin", "role:trainer"))]
#[kind(change("plugin", "role:trainer"), delete("role:trainer"))]
pub(crate) struct AnswerKey {
    #[field(pattern = PLACE)]
    pub(crate) course: String,
    #[field(pattern = CODE)]
    pub(crate) quiz: String,
    #[field(min = 1)]
    pub(crate) version: u64,
    /// Of questions with one right choice.
    #[field(max_entries = 40, each(pattern = CODE))]
    pub(crate) answers: BTreeMap<String, String>,
    /// Of all others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[field(max_items = 40)]
    pub(crate) rights: Vec<RightOf>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct RightOf {
    #[field(pattern = CODE)]
    pub(crate) question: String,
    pub(crate) right: Right,
}

/// What is right. A kind of question reads its own members only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Right {
    /// Of choices: the right ones; of an order: all of them, in the right order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[field(max_items = 8, each(pattern = CODE))]
    pub(crate) choices: Vec<String>,
    /// Of a text: all that is accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[field(max_items = 40, each(max_length = 200))]
    pub(crate) texts: Vec<String>,
    /// Of a number: with a point, without groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 30)]
    pub(crate) number: Option<String>,
    /// How far from it is right too, in its first unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 30)]
    pub(crate) tolerance: Option<String>,
    /// The units that are understood; the first is meant when none is written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[field(max_items = 10)]
    pub(crate) units: Vec<Unit>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Unit {
    /// How it is written, in any script.
    #[field(min_items = 1, max_items = 10, each(min_length = 1, max_length = 40))]
    pub(crate) names: Vec<String>,
    /// How many of the first unit it is.
    #[serde(default = "one")]
    #[field(max_length = 30)]
    pub(crate) factor: String,
}

fn one() -> String {
    "1".to_owned()
}

impl AnswerKey {
    /// What is right for a question.
    pub(crate) fn right(&self, question: &str) -> Option<Right> {
        if let Some(entry) = self.rights.iter().find(|entry| entry.question == question) {
            return Some(entry.right.clone());
        }
        let choice = self.answers.get(question)?;
        Some(Right { choices: vec![choice.clone()], ..Right::default() })
    }
}
