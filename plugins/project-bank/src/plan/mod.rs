//! A project's plan: what is put in (investments, products, costs, people, money from outside) and every figure that follows from it.
//!
//! Nothing here knows of records, pages or the kernel. Money is exact to the centime: each line of each month is rounded once, half away from
//! zero, and sums are sums of rounded figures, so that a spreadsheet that rounds in the same places shows the same. Rates have 6 digits.
//!
//! What is simplified, and stays so: a grant is capital and no income; the tax on a year's result is paid in its last month; value added tax is
//! settled every month, and a credit is carried on and never paid back; prices do not rise by themselves.

pub(crate) mod actual;
pub(crate) mod check;
pub(crate) mod loan;
pub(crate) mod measures;
pub(crate) mod months;
pub(crate) mod number;
pub(crate) mod outcome;
pub(crate) mod own;
pub(crate) mod rules;
pub(crate) mod sheet;
pub(crate) mod unit;

#[cfg(test)]
mod tests;

pub(crate) use check::check;
pub(crate) use outcome::{Outcome, outcome};
pub(crate) use sheet::Plan;

/// The years of a plan.
pub(crate) const YEARS_MIN: u8 = 3;
/// The years of a plan.
pub(crate) const YEARS_MAX: u8 = 5;
/// The lines of a plan, all kinds together.
pub(crate) const LINES_MAX: usize = 300;
/// The parameters of a plan.
pub(crate) const PARAMETERS_MAX: usize = 60;
/// No single figure of a plan is larger. With [`LINES_MAX`] it keeps every sum far from what a decimal can hold.
pub(crate) const FIGURE_MAX: u32 = 1_000_000_000;
