//! A quiz as text.
//!
//! A question begins with `## CODE` and perhaps its kind. Its text follows, then `- [x] choice` (right), `- [ ] choice`
//! (wrong), `- [2] thing` (its place in the order), or `= answer`; `unit: kg, كلغ`; `> why`.

use std::fmt::Write as _;

use super::{Faults, Line, front_matter, heading, is_code, plain, truth};
use crate::decimal::Decimal;
use crate::marking;
use crate::questions::{Choice, Picture, Question, QuestionKind, Right, Unit};

/// What a quiz's text says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QuizText {
    pub(crate) draft: bool,
    /// Each with what is right.
    pub(crate) questions: Vec<(Question, Right)>,
}

/// Reads a quiz.
pub(crate) fn read(text: &str, faults: &mut Faults) -> QuizText {
    let (pairs, lines) = front_matter(text, faults);
    let mut quiz = QuizText { draft: true, questions: Vec::new() };
    for (line, name, value) in pairs {
        match (name, truth(value)) {
            ("draft", Some(draft)) => quiz.draft = draft,
            ("draft", None) => faults.add(line, "fault-yes-or-no", value),
            _ => faults.add(line, "fault-name", name),
        }
    }
    let mut parts: Vec<(usize, &str, Vec<Line<'_>>)> = Vec::new();
    for (line, words) in lines {
        if let Some(title) = heading(words) {
            parts.push((line, title, Vec::new()));
        } else if let Some((_, _, lines)) = parts.last_mut() {
            lines.push((line, words));
        } else if !words.is_empty() {
            faults.add(line, "fault-before-question", words);
        }
    }
    for (line, title, lines) in parts {
        let (question, right) = question(line, title, &lines, faults);
        if quiz.questions.iter().any(|(other, _)| other.code == question.code) {
            faults.add(line, "fault-twice", &question.code);
        }
        if let Some(fault) = marking::fault(&question, Some(&right)) {
            faults.add(line, fault.message(), &question.code);
        }
        quiz.questions.push((question, right));
    }
    if quiz.questions.is_empty() || quiz.questions.len() > 40 {
        faults.add(0, "fault-questions", quiz.questions.len().to_string());
    }
    quiz
}

/// What the lines of a question have told so far.
#[derive(Default)]
struct Told {
    text: Vec<String>,
    explain: Vec<String>,
    choices: Vec<Choice>,
    right: Vec<String>,
    places: Vec<(usize, String)>,
    answers: Vec<String>,
    tolerance: Option<String>,
    units: Vec<Unit>,
}

fn question(line: usize, title: &str, lines: &[Line<'_>], faults: &mut Faults) -> (Question, Right) {
    let (code, kind) = title.split_once(' ').unwrap_or((title, ""));
    if !is_code(code) {
        faults.add(line, "fault-code", code);
    }
    let mut told = Told::default();
    for (line, words) in lines {
        told.take(*line, words, faults);
    }
    let kind = match kind.trim() {
        "single" => QuestionKind::Single,
        "multiple" => QuestionKind::Multiple,
        "order" => QuestionKind::Order,
        "number" => QuestionKind::Number,
        "text" => QuestionKind::Text,
        "picture" => QuestionKind::Picture,
        other => {
            if !other.is_empty() {
                faults.add(line, "fault-kind", other);
            }
            told.kind()
        }
    };
    if told.text.is_empty() || told.text.iter().map(|text| text.chars().count()).sum::<usize>() > 900 {
        faults.add(line, "fault-question-text", code);
    }
    let (question, right) = told.finish(code, kind);
    if !fits(&question, &right) {
        faults.add(line, "fault-long", code);
    }
    (question, right)
}

/// Whether a question and what is right fit into their records.
fn fits(question: &Question, right: &Right) -> bool {
    let is_short = |text: &String, chars_max: usize| text.chars().count() <= chars_max;
    let unit_fits = |unit: &Unit| {
        (1..=10).contains(&unit.names.len())
            && unit.names.iter().all(|name| is_short(name, 40))
            && is_short(&unit.factor, 30)
    };
    is_short(&question.text, 1000)
        && is_short(&question.explain, 1000)
        && question.choices.len() <= 8
        && right.texts.len() <= 40
        && right.texts.iter().all(|text| is_short(text, 200))
        && right.tolerance.as_ref().is_none_or(|tolerance| is_short(tolerance, 30))
        && right.units.len() <= 10
        && right.units.iter().all(unit_fits)
}

impl Told {
    fn take(&mut self, line: usize, words: &str, faults: &mut Faults) {
        if let Some(choice) = words.strip_prefix("- [") {
            match choice.split_once(']') {
                Some((mark, choice)) => self.choice(line, mark.trim(), choice.trim(), faults),
                None => faults.add(line, "fault-choice", words),
            }
        } else if let Some(answer) = words.strip_prefix("= ") {
            let (answer, tolerance) = match answer.split_once('±') {
                Some((answer, tolerance)) => (answer.trim(), Some(tolerance.trim().to_owned())),
                None => (answer.trim(), None),
            };
            self.answers.push(answer.to_owned());
            self.tolerance = self.tolerance.take().or(tolerance);
        } else if let Some(unit) = words.strip_prefix("unit:") {
            let (names, factor) = unit.split_once('=').unwrap_or((unit, "1"));
            let names = super::words(names).map(ToOwned::to_owned).collect();
            self.units.push(Unit { names, factor: factor.trim().to_owned() });
        } else if let Some(why) = words.strip_prefix('>') {
            self.explain.push(plain(why.trim()));
        } else if !words.is_empty() {
            self.text.push(plain(words));
        }
    }

    /// `- [x] a: text ![](picture)`; the code may be left out.
    fn choice(&mut self, line: usize, mark: &str, words: &str, faults: &mut Faults) {
        let (words, picture) = match words.split_once("![") {
            Some((words, rest)) => {
                let place = rest.split_once("](").and_then(|(_, place)| place.split_once(')')).map(|(place, _)| place);
                (words.trim(), place)
            }
            None => (words, None),
        };
        let named = words.split_once(':').filter(|(code, _)| is_code(code.trim()) && code.len() <= 3);
        let letter = char::from(b'a' + u8::try_from(self.choices.len() % 26).unwrap_or(0)).to_string();
        let (code, text) = named.map_or((letter, words), |(code, text)| (code.trim().to_owned(), text.trim()));
        if text.is_empty() || text.chars().count() > 500 {
            faults.add(line, "fault-choice", words);
        }
        match (mark, mark.parse()) {
            ("x" | "X", _) => self.right.push(code.clone()),
            (_, Ok(place)) => self.places.push((place, code.clone())),
            ("", _) => {}
            _ => faults.add(line, "fault-choice", mark),
        }
        let picture = picture.map(|place| match place.strip_prefix("blob:") {
            Some(blob) => Picture { blob: Some(blob.to_owned()), file: None },
            None => Picture { file: Some(place.to_owned()), blob: None },
        });
        self.choices.push(Choice { code, text: plain(text), picture });
    }

    /// The kind that the lines speak of.
    fn kind(&self) -> QuestionKind {
        if !self.places.is_empty() {
            QuestionKind::Order
        } else if !self.answers.is_empty() {
            let is_number = self.answers.iter().all(|answer| Decimal::plain(answer).is_some());
            if is_number { QuestionKind::Number } else { QuestionKind::Text }
        } else if self.choices.iter().any(|choice| choice.picture.is_some()) {
            QuestionKind::Picture
        } else if self.right.len() > 1 {
            QuestionKind::Multiple
        } else {
            QuestionKind::Single
        }
    }

    fn finish(mut self, code: &str, kind: QuestionKind) -> (Question, Right) {
        self.places.sort();
        let choices = match kind {
            QuestionKind::Order => self.places.into_iter().map(|(_, code)| code).collect(),
            _ => self.right,
        };
        let is_number = kind == QuestionKind::Number;
        let right = Right {
            choices,
            number: self.answers.first().filter(|_| is_number).cloned(),
            tolerance: self.tolerance,
            texts: if kind == QuestionKind::Text { self.answers } else { Vec::new() },
            units: self.units,
        };
        let question = Question {
            code: code.to_owned(),
            kind,
            text: self.text.join(" "),
            choices: self.choices,
            unit: right.units.first().and_then(|unit| unit.names.first()).cloned(),
            explain: self.explain.join(" "),
        };
        (question, right)
    }
}

/// The text of a quiz.
pub(crate) fn write(quiz: &QuizText) -> String {
    let mut text = format!("---\ndraft: {}\n---\n", if quiz.draft { "yes" } else { "no" });
    for (question, right) in &quiz.questions {
        write_question(&mut text, question, right).unwrap_or_default();
    }
    text
}

fn write_question(text: &mut String, question: &Question, right: &Right) -> std::fmt::Result {
    let kind = match question.kind {
        QuestionKind::Single => "single",
        QuestionKind::Multiple => "multiple",
        QuestionKind::Order => "order",
        QuestionKind::Number => "number",
        QuestionKind::Text => "text",
        QuestionKind::Picture => "picture",
    };
    writeln!(text, "\n## {} {kind}\n{}", question.code, question.text)?;
    for choice in &question.choices {
        let place = right.choices.iter().position(|code| *code == choice.code);
        let mark = match (question.kind, place) {
            (QuestionKind::Order, Some(place)) => (place + 1).to_string(),
            (_, Some(_)) => "x".to_owned(),
            (_, None) => " ".to_owned(),
        };
        write!(text, "- [{mark}] {}: {}", choice.code, choice.text)?;
        match &choice.picture {
            Some(Picture { blob: Some(blob), .. }) => write!(text, " ![](blob:{blob})")?,
            Some(Picture { file: Some(file), .. }) => write!(text, " ![]({file})")?,
            _ => {}
        }
        text.push('\n');
    }
    if let Some(number) = &right.number {
        let tolerance = right.tolerance.as_deref().map(|tolerance| format!(" ± {tolerance}")).unwrap_or_default();
        writeln!(text, "= {number}{tolerance}")?;
    }
    right.texts.iter().try_for_each(|answer| writeln!(text, "= {answer}"))?;
    for unit in &right.units {
        writeln!(text, "unit: {} = {}", unit.names.join(", "), unit.factor)?;
    }
    if !question.explain.is_empty() {
        writeln!(text, "> {}", question.explain)?;
    }
    Ok(())
}
