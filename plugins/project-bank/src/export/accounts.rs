//! The account of each year.

use rust_decimal::Decimal;

use super::book::{Sheet, at};
use super::desk::{Desk, EXEMPT, LINES, PROFIT, Page, column_of, index};
use super::investments;
use super::monthly;
use crate::plan::outcome::Account;

const TURNOVER: u32 = 2;
const VARIABLE: u32 = 3;
const MARGIN: u32 = 4;
const FIXED: u32 = 5;
const STAFF: u32 = 6;
const DEPRECIATION: u32 = 7;
const INTEREST: u32 = 8;
const BEFORE_TAX: u32 = 9;
const TAXED: u32 = 10;
const LOSS: u32 = 11;
pub(super) const TAX: u32 = 12;
pub(super) const RESULT: u32 = 13;
const BREAK_EVEN: u32 = 14;
pub(super) const SHARE: u32 = 15;

pub(super) fn sheet(desk: &Desk<'_>) -> Sheet {
    let mut sheet = desk.sheet(Page::Accounts, (LINES, 1));
    for (row, key) in [
        (TURNOVER, "row-turnover"),
        (VARIABLE, "row-variable"),
        (MARGIN, "row-margin"),
        (FIXED, "row-fixed"),
        (STAFF, "row-staff"),
        (DEPRECIATION, "row-depreciation"),
        (INTEREST, "row-interest"),
        (BEFORE_TAX, "row-before-tax"),
        (TAXED, "sheet-taxed"),
        (LOSS, "sheet-loss"),
        (TAX, "row-tax"),
        (RESULT, "row-result"),
        (BREAK_EVEN, "break-even"),
        (SHARE, "sheet-share"),
    ] {
        sheet.text(row, 0, desk.say(key));
    }
    let mut loss = Decimal::ZERO;
    for (past, account) in desk.outcome.years.iter().enumerate() {
        sheet.heading(LINES - 1, column_of(past), format!("{} {}", desk.say("year"), past + 1));
        earned(desk, &mut sheet, past, account);
        loss = taxed(desk, &mut sheet, past, (account, loss));
    }
    sheet
}

fn earned(desk: &Desk<'_>, sheet: &mut Sheet, past: usize, account: &Account) {
    let column = column_of(past);
    for (row, from, value) in [
        (TURNOVER, monthly::SALES, account.turnover),
        (VARIABLE, monthly::VARIABLE, account.variable),
        (FIXED, monthly::FIXED, account.fixed),
        (STAFF, monthly::STAFF, account.staff),
        (INTEREST, monthly::INTEREST, account.interest),
    ] {
        sheet.formula(row, column, format!("=ROUND(SUM({}),2)", desk.of_year(from, past + 1)), value);
    }
    let written_off = investments::depreciation(desk) + index(past);
    let lines = desk.span_of(Page::Investments, (LINES, written_off), (investments::last(desk), written_off));
    sheet.formula(DEPRECIATION, column, format!("=ROUND(SUM({lines}),2)"), account.depreciation);
    sheet.formula(MARGIN, column, format!("={}-{}", at(TURNOVER, column), at(VARIABLE, column)), account.margin);
    let standing = [FIXED, STAFF, DEPRECIATION, INTEREST].map(|row| at(row, column));
    let formula = format!("=ROUND({}-{},2)", at(MARGIN, column), standing.join("-"));
    sheet.formula(BEFORE_TAX, column, formula, account.before_tax);
    let (margin, standing) = (at(MARGIN, column), standing.join("+"));
    let needed = format!("=IF({margin}>0,ROUND({}*(({standing})/{margin}),2),\"\")", at(TURNOVER, column));
    sheet.formula(BREAK_EVEN, column, needed, account.break_even.map(|(turnover, _)| turnover));
    let share = format!("=IF({margin}>0,ROUND(({standing})/{margin},6),\"\")");
    sheet.formula(SHARE, column, share, account.break_even.map(|(_, share)| share));
}

/// Writes what is taxed; answers the loss that is carried on.
fn taxed(desk: &Desk<'_>, sheet: &mut Sheet, past: usize, (account, loss): (&Account, Decimal)) -> Decimal {
    let column = column_of(past);
    let before = if past == 0 { "0".to_owned() } else { at(LOSS, column - 1) };
    let rule = |row: u32| desk.of_sheet(Page::Parameters, row, column);
    let left = (account.before_tax - loss).max(Decimal::ZERO);
    let carried = (loss - account.before_tax).max(Decimal::ZERO);
    sheet.formula(TAXED, column, format!("=MAX(0,ROUND({}-{before},2))", at(BEFORE_TAX, column)), left);
    sheet.formula(LOSS, column, format!("=MAX(0,ROUND({before}-{},2))", at(BEFORE_TAX, column)), carried);
    let owed = format!("ROUND({}*{}/100,2)", at(TAXED, column), rule(PROFIT));
    let formula = format!("=IF({}<{},0,{owed})", at(TURNOVER, column), rule(EXEMPT));
    sheet.formula(TAX, column, formula, account.tax);
    sheet.formula(RESULT, column, format!("={}-{}", at(BEFORE_TAX, column), at(TAX, column)), account.result);
    carried
}
