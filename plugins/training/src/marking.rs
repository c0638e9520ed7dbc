//! Marking an answer, and what keeps a quiz from being published.
//!
//! A question is worth 100 points. One choice, a number and a text are right or wrong. Of several choices each right one
//! gives its share and each wrong one takes one share away, down to nothing. Of an order each thing at its place gives
//! its share. A quiz is passed with 100 points for each right answer that its module asks for.

use std::collections::BTreeSet;

use crate::decimal::{self, Decimal};
use crate::folding;
use crate::questions::{AnswerKey, Choice, Question, QuestionKind, Right, Unit};

/// What a right answer is worth.
pub(crate) const POINTS: u32 = 100;
/// The longest text that is read as an answer, in characters.
const TEXT_CHARS_MAX: usize = 200;

/// What keeps a quiz from being published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It needs two choices at least, each with a code of its own.
    Choices,
    /// No right answer, or one that is none of the choices.
    NoRight,
    /// The order has not each choice once, or it is the order in which they are shown.
    Order,
    /// The number, its tolerance or a unit's factor is no number.
    Number,
    /// A choice has no picture.
    NoPicture,
}

impl Fault {
    /// Its message in the locales.
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::Choices => "fault-choices",
            Self::NoRight => "fault-no-right",
            Self::Order => "fault-order",
            Self::Number => "fault-number",
            Self::NoPicture => "fault-no-picture",
        }
    }
}

/// What was sent for a question, when it is an answer at all: codes of choices, or what was typed.
///
/// `sent` has all values of the question's own field; `place` the place that was given to a choice of an order.
pub(crate) fn answer_of<'a>(
    question: &Question,
    sent: &[&str],
    place: impl Fn(&str) -> Option<&'a str>,
) -> Option<Vec<String>> {
    match question.kind {
        QuestionKind::Single | QuestionKind::Picture => {
            let chosen = sent.first()?;
            question.choices.iter().find(|choice| choice.code == *chosen).map(|choice| vec![choice.code.clone()])
        }
        QuestionKind::Multiple => {
            let is_chosen = |choice: &&Choice| sent.contains(&choice.code.as_str());
            let chosen: Vec<String> =
                question.choices.iter().filter(is_chosen).map(|choice| choice.code.clone()).collect();
            (!chosen.is_empty()).then_some(chosen)
        }
        QuestionKind::Order => ordered(&question.choices, place),
        QuestionKind::Number | QuestionKind::Text => {
            let typed = sent.first()?.trim();
            let is_number = question.kind == QuestionKind::Number;
            let reads = if is_number { decimal::read(typed).is_some() } else { !folding::forms(typed).is_empty() };
            (reads && typed.chars().count() <= TEXT_CHARS_MAX).then(|| vec![typed.to_owned()])
        }
    }
}

/// The choices by their places; none when two share one or one has none.
fn ordered<'a>(choices: &[Choice], place: impl Fn(&str) -> Option<&'a str>) -> Option<Vec<String>> {
    let mut placed: Vec<(usize, &str)> = Vec::with_capacity(choices.len());
    for choice in choices {
        placed.push((place(&choice.code)?.trim().parse().ok()?, &choice.code));
    }
    placed.sort_unstable();
    let is_whole = placed.iter().enumerate().all(|(index, (place, _))| *place == index + 1);
    is_whole.then(|| placed.into_iter().map(|(_, code)| code.to_owned()).collect())
}

/// The points of an answer, from 0 to 100.
pub(crate) fn mark(kind: QuestionKind, right: &Right, answer: &[String]) -> u32 {
    let whole = |is_right: bool| if is_right { POINTS } else { 0 };
    match kind {
        QuestionKind::Single | QuestionKind::Picture => {
            whole(answer.len() == 1 && answer.first().is_some_and(|chosen| right.choices.contains(chosen)))
        }
        QuestionKind::Multiple => {
            let chosen: BTreeSet<&String> = answer.iter().collect();
            let good = chosen.iter().filter(|code| right.choices.contains(code)).count();
            share(good.saturating_sub(chosen.len() - good), right.choices.len())
        }
        QuestionKind::Order => {
            let at_place = answer.iter().zip(&right.choices).filter(|(given, wanted)| given == wanted).count();
            share(if answer.len() == right.choices.len() { at_place } else { 0 }, right.choices.len())
        }
        QuestionKind::Number => whole(answer.first().is_some_and(|typed| is_right_number(right, typed))),
        QuestionKind::Text => {
            whole(answer.first().is_some_and(|typed| right.texts.iter().any(|accepted| folding::same(accepted, typed))))
        }
    }
}

fn share(good: usize, all: usize) -> u32 {
    if all == 0 || good > all {
        return 0;
    }
    u32::try_from(good * POINTS as usize / all).unwrap_or(0)
}

fn is_right_number(right: &Right, typed: &str) -> bool {
    let Some(number) = right.number.as_deref().and_then(Decimal::plain) else { return false };
    let tolerance = right.tolerance.as_deref().and_then(Decimal::plain).unwrap_or(Decimal::ZERO);
    let Some(written) = decimal::read(typed) else { return false };
    let Some(factor) = factor_of(&right.units, &written.unit) else { return false };
    written.readings.iter().any(|reading| reading.times(factor).apart(number) <= tolerance)
}

/// How many of the first unit a written unit is; none for a unit that is not known.
fn factor_of(units: &[Unit], written: &str) -> Option<Decimal> {
    if written.is_empty() {
        return units.first().map_or(Some(Decimal::ONE), |unit| Decimal::plain(&unit.factor));
    }
    // "%" and "°" have no letters that could be folded.
    let is_it = |name: &String| name.trim() == written || folding::same(name, written);
    let unit = units.iter().find(|unit| unit.names.iter().any(is_it))?;
    Decimal::plain(&unit.factor)
}

/// What is wrong with a question and its right answer.
pub(crate) fn fault(question: &Question, right: Option<&Right>) -> Option<Fault> {
    let Some(right) = right else { return Some(Fault::NoRight) };
    let codes: BTreeSet<&str> = question.choices.iter().map(|choice| choice.code.as_str()).collect();
    let needs_choices = !matches!(question.kind, QuestionKind::Number | QuestionKind::Text);
    if needs_choices && (codes.len() < 2 || codes.len() != question.choices.len()) {
        return Some(Fault::Choices);
    }
    let known = right.choices.iter().all(|code| codes.contains(code.as_str()));
    let distinct = right.choices.iter().collect::<BTreeSet<_>>().len() == right.choices.len();
    match question.kind {
        QuestionKind::Single | QuestionKind::Picture if right.choices.len() != 1 || !known => Some(Fault::NoRight),
        QuestionKind::Multiple if right.choices.is_empty() || !known || !distinct => Some(Fault::NoRight),
        QuestionKind::Order if right.choices.len() != codes.len() || !known || !distinct => Some(Fault::Order),
        QuestionKind::Order if question.choices.iter().map(|choice| &choice.code).eq(&right.choices) => {
            Some(Fault::Order)
        }
        QuestionKind::Number => number_fault(right),
        QuestionKind::Text if !right.texts.iter().any(|text| !folding::forms(text).is_empty()) => Some(Fault::NoRight),
        QuestionKind::Picture if question.choices.iter().any(|choice| choice.picture.is_none()) => {
            Some(Fault::NoPicture)
        }
        _ => None,
    }
}

fn number_fault(right: &Right) -> Option<Fault> {
    let Some(number) = &right.number else { return Some(Fault::NoRight) };
    let tolerance = right.tolerance.as_deref().map(Decimal::plain);
    let is_good = Decimal::plain(number).is_some()
        && tolerance.is_none_or(|tolerance| tolerance.is_some_and(|tolerance| !tolerance.is_negative()))
        && right.units.iter().all(|unit| Decimal::plain(&unit.factor).is_some_and(|factor| factor > Decimal::ZERO));
    (!is_good).then_some(Fault::Number)
}

/// The first fault of a quiz, with the code of its question.
pub(crate) fn quiz_fault(questions: &[Question], key: &AnswerKey) -> Option<(String, Fault)> {
    questions.iter().find_map(|question| {
        fault(question, key.right(&question.code).as_ref()).map(|fault| (question.code.clone(), fault))
    })
}

#[cfg(test)]
mod tests;
