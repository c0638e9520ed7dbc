//! Loans, the members' money and grants, and whether they are enough.

use rust_decimal::Decimal;

use super::book::{Sheet, at};
use super::desk::{Desk, LINES, Page, count, flag};
use super::monthly;
use crate::plan::loan::annuity;
use crate::plan::number::centimes;
use crate::plan::sheet::{Origin, Repayment};
use crate::plan::unit::Wanted;

/// Columns of loans.
pub(super) const RATE: u16 = 2;
pub(super) const LOAN_MONTH: u16 = 3;
pub(super) const MONTHS: u16 = 4;
pub(super) const GRACE: u16 = 5;
pub(super) const KIND: u16 = 6;
pub(super) const LENT: u16 = 7;
pub(super) const INSTALMENT: u16 = 8;
/// Columns of what nobody wants back.
pub(super) const ORIGIN: u16 = 2;
pub(super) const FUND_MONTH: u16 = 3;
pub(super) const GIVEN: u16 = 4;

/// The last loan's row; the first one's when there is none.
pub(super) fn last_loan(desk: &Desk<'_>) -> u32 {
    LINES + count(desk.plan.loans.len().max(1)) - 1
}

/// The first fund's row.
pub(super) fn funds(desk: &Desk<'_>) -> u32 {
    last_loan(desk) + 3
}

/// The last fund's row; the first one's when there is none.
pub(super) fn last_fund(desk: &Desk<'_>) -> u32 {
    funds(desk) + count(desk.plan.funds.len().max(1)) - 1
}

pub(super) fn sheet(desk: &Desk<'_>) -> Sheet {
    let mut sheet = desk.sheet(Page::Financing, (LINES, 1));
    let keys = [
        "list-loans",
        "field-amount",
        "field-rate",
        "field-month",
        "field-months",
        "field-grace-months",
        "sheet-is-annuity",
        "sheet-rounded",
        "sheet-instalment",
    ];
    desk.headings(&mut sheet, LINES - 1, &keys);
    for loan in 0..desk.plan.loans.len() {
        lent(desk, &mut sheet, loan);
    }
    given(desk, &mut sheet);
    needed(desk, &mut sheet);
    sheet
}

fn lent(desk: &Desk<'_>, sheet: &mut Sheet, loan: usize) {
    let (Some(line), Some(debt)) = (desk.plan.loans.get(loan), desk.checked.loans.get(loan)) else { return };
    let row = LINES + count(loan);
    sheet.text(row, 0, desk.label(&line.label));
    sheet.put(row, 1, desk.figure(&line.amount, Wanted::Money));
    sheet.put(row, RATE, desk.figure(&line.rate, Wanted::Percent));
    sheet.input(row, LOAN_MONTH, line.month);
    sheet.input(row, MONTHS, line.months);
    sheet.input(row, GRACE, line.grace_months);
    sheet.input(row, KIND, flag(line.repayment == Repayment::Annuity));
    let amount = centimes(debt.amount);
    sheet.formula(row, LENT, format!("=ROUND({},2)", at(row, 1)), amount);
    let repaying = debt.months.saturating_sub(debt.grace_months).max(1);
    let parted = centimes(amount / Decimal::from(repaying));
    let instalment = match debt.repayment {
        Repayment::Annuity => annuity(amount, debt.rate / Decimal::from(12), repaying),
        Repayment::Principal => parted,
    };
    let (lent, months) = (at(row, LENT), format!("MAX(1,{}-{})", at(row, MONTHS), at(row, GRACE)));
    let (rate, kind) = (format!("({}/100/12)", at(row, RATE)), at(row, KIND));
    let growth = format!("(1+{rate})^{months}");
    let even = format!("ROUND({lent}*{rate}*{growth}/({growth}-1),2)");
    let formula = format!("=IF(AND({kind}=1,{rate}>0),{even},ROUND({lent}/{months},2))");
    sheet.formula(row, INSTALMENT, formula, instalment);
}

fn given(desk: &Desk<'_>, sheet: &mut Sheet) {
    let first = funds(desk);
    let keys = ["list-funds", "field-amount", "sheet-is-own", "field-month", "sheet-rounded"];
    desk.headings(sheet, first - 1, &keys);
    for (past, (line, gift)) in desk.plan.funds.iter().zip(&desk.checked.funds).enumerate() {
        let row = first + count(past);
        sheet.text(row, 0, desk.label(&line.label));
        sheet.put(row, 1, desk.figure(&line.amount, Wanted::Money));
        sheet.input(row, ORIGIN, flag(line.origin == Origin::Own));
        sheet.input(row, FUND_MONTH, line.month);
        sheet.formula(row, GIVEN, format!("=ROUND({},2)", at(row, 1)), centimes(gift.amount));
    }
}

fn needed(desk: &Desk<'_>, sheet: &mut Sheet) {
    let first = last_fund(desk) + 2;
    let found = &desk.outcome.financing;
    let sum = |rows: &[u32]| {
        let sums: Vec<String> = rows.iter().map(|row| format!("SUM({})", desk.all_months(*row))).collect();
        format!("=ROUND({},2)", sums.join("+"))
    };
    let fed = desk.all_months(monthly::FED);
    let place = |past: u32| at(first + past, 1);
    let missing = format!("=ROUND({}+{}-{}-{}-{},2)", place(0), place(1), place(2), place(3), place(4));
    for (past, (key, formula, value)) in (0..).zip([
        ("investments", sum(&[monthly::INVESTED, monthly::INVESTED_VAT]), found.investments),
        ("working-capital", format!("=MAX(0,-MIN({fed}))"), found.working_capital),
        ("own-money", sum(&[monthly::OWN]), found.own),
        ("grants", sum(&[monthly::GRANTED]), found.grants),
        ("list-loans", sum(&[monthly::BORROWED]), found.loans),
        ("gap", missing, found.gap),
    ]) {
        sheet.text(first + past, 0, desk.say(key));
        sheet.formula(first + past, 1, formula, value);
    }
}
