//! A plan as a spreadsheet whose figures follow from each other there as they do here: every figure that is reckoned is a formula, and the
//! value that a program shows before it reckons anew is the engine's.
//!
//! Rounding stands in the formulas at the same places as in `plan`. The sensitivity table has no sheet: the first sheet has a factor for
//! prices, quantities and costs, and all figures follow from them.
//!
//! What was noted beside a plan goes out as a plain table.

mod accounts;
pub(crate) mod book;
mod csv;
mod desk;
mod financing;
mod investments;
mod lines;
mod monthly;
pub(crate) mod noted;
pub(crate) mod page;
mod parameters;
mod results;
mod sales;
mod staff;

#[cfg(test)]
pub(crate) mod tests;

use book::Book;
use desk::Desk;

use crate::plan::Plan;
use crate::plan::check::Checked;
use tiwizi_sdk::Language;

/// Says a message in the reader's language.
pub(crate) type Words<'a> = &'a dyn Fn(&str) -> String;

/// The spreadsheet of a checked plan.
pub(crate) fn book(plan: &Plan, checked: &Checked, language: Language, words: Words<'_>) -> Book {
    let desk = Desk::of(plan, checked, language, words);
    Book {
        mark: String::new(),
        sheets: vec![
            parameters::sheet(&desk),
            sales::sheet(&desk),
            investments::sheet(&desk),
            staff::sheet(&desk),
            monthly::sheet(&desk),
            accounts::sheet(&desk),
            financing::sheet(&desk),
            results::sheet(&desk),
        ],
    }
}
