//! The rows of a plan's charts: where nothing is lost, what each year brings, what is in the cash box.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};

use crate::plan::Outcome;

/// The parts of the planned sales at which turnover and costs are drawn, in per cent.
const PARTS: [u32; 7] = [0, 25, 50, 75, 100, 125, 150];
/// Months before the first one whose cash is not drawn: a chart has 60 rows, and the table has all of them.
const BEFORE: usize = 1;

/// The rows of all charts.
pub(super) fn view(outcome: &Outcome) -> Value {
    json!({ "break_even": break_even(outcome), "years": years(outcome), "cash": cash(outcome) })
}

/// Turnover and all costs of the last year if another part of what is planned were sold: the lines cross where nothing is lost.
fn break_even(outcome: &Outcome) -> Vec<Value> {
    let Some(year) = outcome.years.last() else { return Vec::new() };
    let standing = year.fixed + year.staff + year.depreciation + year.interest;
    let row = |percent: &u32| {
        let part = Decimal::new(i64::from(*percent), 2);
        row(&format!("{percent} %"), &[Some(year.turnover * part), Some(year.variable * part + standing)])
    };
    PARTS.iter().map(row).collect()
}

fn years(outcome: &Outcome) -> Vec<Value> {
    let years = outcome.years.iter().enumerate();
    years
        .map(|(past, year)| {
            let amounts = [year.turnover, year.turnover - year.result, year.result];
            row(&(past + 1).to_string(), &amounts.map(Some))
        })
        .collect()
}

fn cash(outcome: &Outcome) -> Vec<Value> {
    let months = outcome.cash.iter().enumerate().skip(BEFORE);
    months.map(|(month, cash)| row(&month.to_string(), &[Some(cash.balance)])).collect()
}

/// A row of a chart: a label, and an amount or nothing for each line that is drawn.
pub(super) fn row(label: &str, amounts: &[Option<Decimal>]) -> Value {
    let amounts: Vec<Option<f64>> =
        amounts.iter().map(|amount| amount.and_then(|amount| amount.round_dp(2).to_f64())).collect();
    json!({ "label": label, "amounts": amounts })
}
