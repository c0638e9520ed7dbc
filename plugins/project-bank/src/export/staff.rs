//! People who are paid, and what they cost in a month of each year.

use rust_decimal::Decimal;

use super::book::{Sheet, at};
use super::desk::{Desk, LINES, Page, SOCIAL, column_of, count, flag, index};
use crate::plan::number::centimes;
use crate::plan::unit::Wanted;

pub(super) const FROM: u16 = 4;
const WAGES: u16 = 5;
/// What a month costs in the first year.
pub(super) const COST: u16 = 6;

/// The last line's row; the first one's when there is none.
pub(super) fn last(desk: &Desk<'_>) -> u32 {
    LINES + count(desk.plan.staff.len().max(1)) - 1
}

pub(super) fn sheet(desk: &Desk<'_>) -> Sheet {
    let mut sheet = desk.sheet(Page::Staff, (LINES, 1));
    let keys = ["list-staff", "field-people", "field-wage", "field-declared", "field-from-month", "sheet-wages"];
    desk.headings(&mut sheet, LINES - 1, &keys);
    for year in 0..desk.checked.years {
        sheet.heading(LINES - 1, COST + index(year), format!("{} {}", desk.say("sheet-wages-year"), year + 1));
    }
    for (past, (line, pay)) in desk.plan.staff.iter().zip(&desk.checked.staff).enumerate() {
        let row = LINES + count(past);
        sheet.text(row, 0, desk.label(&line.label));
        sheet.put(row, 1, desk.figure(&line.people, Wanted::Number));
        sheet.put(row, 2, desk.figure(&line.wage, Wanted::Money));
        sheet.input(row, 3, flag(line.declared));
        sheet.input(row, FROM, line.from_month);
        let wages = centimes(pay.people * pay.wage);
        sheet.formula(row, WAGES, format!("=ROUND({}*{},2)", at(row, 1), at(row, 2)), wages);
        for (year, rules) in desk.checked.rules.iter().enumerate() {
            let added = centimes(wages * rules.social_percent.value() / Decimal::ONE_HUNDRED);
            let social = desk.of_sheet(Page::Parameters, SOCIAL, column_of(year));
            let (paid, declared) = (at(row, WAGES), at(row, 3));
            let formula = format!("={paid}+IF({declared}=1,ROUND({paid}*{social}/100,2),0)");
            sheet.formula(row, COST + index(year), formula, if pay.declared { wages + added } else { wages });
        }
    }
    sheet
}
