//! A plan's figures as the templates show them. Numbers only: the template writes them as the reader's language does.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};

use tiwizi_sdk::Language;

use super::charts;
use crate::plan::months::Sold;
use crate::plan::outcome::{Account, Cash, Tried, Turned};
use crate::plan::sheet::Product;
use crate::plan::{Outcome, Plan};

/// Everything that the template `figures` shows.
pub(crate) fn view(outcome: &Outcome, plan: &Plan, language: Language) -> Value {
    let financing = &outcome.financing;
    let worth = &outcome.worth;
    json!({
        "financing": {
            "investments": money(financing.investments),
            "working_capital": money(financing.working_capital),
            "needed": money(financing.investments + financing.working_capital),
            "own": money(financing.own),
            "grants": money(financing.grants),
            "loans": money(financing.loans),
            "gap": money(financing.gap.max(Decimal::ZERO)),
        },
        "years": outcome.years.iter().map(year).collect::<Vec<_>>(),
        "products": products(outcome, plan, language),
        "cash": cash(outcome),
        "lowest": { "month": outcome.lowest.0, "amount": money(outcome.lowest.1), "below": outcome.lowest.1 < Decimal::ZERO },
        "payback_month": worth.payback_month,
        "present_value": worth.present_value.map(money),
        "internal_percent": worth.internal_rate.map(percent),
        "sensitivity": sensitivity(outcome),
        "charts": charts::view(outcome),
    })
}

fn year(account: &Account) -> Value {
    json!({
        "turnover": money(account.turnover),
        "variable": money(account.variable),
        "margin": money(account.margin),
        "fixed": money(account.fixed),
        "staff": money(account.staff),
        "depreciation": money(account.depreciation),
        "interest": money(account.interest),
        "before_tax": money(account.before_tax),
        "tax": money(account.tax),
        "exempt": account.exempt,
        "result": money(account.result),
        "break_even": account.break_even.map(|(turnover, share)| json!({ "turnover": money(turnover), "percent": percent(share) })),
    })
}

/// What each product sells in a year, and how much of it would be enough to lose nothing, all products in the planned proportion.
fn products(outcome: &Outcome, plan: &Plan, language: Language) -> Vec<Value> {
    let view = |(sold, line): (&Sold, &Product)| {
        let of_year = |(past, account): (usize, &Account)| {
            let units = sold.units.of_year(past + 1);
            let enough = account.break_even.map(|(_, share)| (units * share).round_dp(1));
            json!({ "units": units.round_dp(1).to_f64(), "enough": enough.and_then(|enough| enough.to_f64()) })
        };
        let years: Vec<Value> = outcome.years.iter().enumerate().map(of_year).collect();
        json!({ "label": line.label.best(language), "unit": line.unit, "years": years })
    };
    let line_of = |sold: &Sold| plan.products.iter().find(|line| line.code == sold.code);
    outcome.sold.iter().filter_map(|sold| Some((sold, line_of(sold)?))).map(view).collect()
}

fn cash(outcome: &Outcome) -> Vec<Value> {
    let row = |(month, cash): (usize, &Cash)| {
        json!({
            "month": month,
            "in": money(cash.received + cash.raised),
            "out": money(cash.paid + cash.taxes + cash.invested + cash.repaid),
            "balance": money(cash.balance),
            "below": cash.balance < Decimal::ZERO,
        })
    };
    outcome.cash.iter().enumerate().map(row).collect()
}

fn sensitivity(outcome: &Outcome) -> Vec<Value> {
    let row = |tried: &Tried| {
        let turned = match tried.turned {
            Turned::Price => "price",
            Turned::Quantity => "quantity",
            Turned::Cost => "cost",
        };
        json!({
            "turned": turned,
            "percent": tried.percent,
            "result": money(tried.result),
            "lowest": money(tried.lowest),
            "present_value": tried.present_value.map(money),
        })
    };
    outcome.sensitivity.iter().map(row).collect()
}

/// Dirhams with centimes; a figure that JSON cannot hold as a number is no figure of a cooperative.
fn money(amount: Decimal) -> Option<f64> {
    amount.to_f64()
}

/// A fraction as per cent, one digit.
fn percent(fraction: Decimal) -> Option<f64> {
    (fraction * Decimal::ONE_HUNDRED).round_dp(1).to_f64()
}
