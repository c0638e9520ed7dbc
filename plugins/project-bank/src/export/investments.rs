//! What is bought to last, and how it is written off.

use rust_decimal::Decimal;

use super::book::{Sheet, at};
use super::desk::{Desk, LINES, Page, VAT, count, index};
use crate::plan::number::centimes;
use crate::plan::unit::Wanted;

pub(super) const MONTH: u16 = 4;
pub(super) const VALUE: u16 = 7;
pub(super) const TAX: u16 = 8;
/// The first year's column of what was written off until its end.
const WRITTEN_OFF: u16 = 9;
const AMOUNT: u16 = 6;

/// The first year's column of what is written off in it.
pub(super) fn depreciation(desk: &Desk<'_>) -> u16 {
    WRITTEN_OFF + index(desk.checked.years)
}

/// The column of what is left at the end.
pub(super) fn residual(desk: &Desk<'_>) -> u16 {
    depreciation(desk) + index(desk.checked.years)
}

/// The last line's row; the first one's when there is none.
pub(super) fn last(desk: &Desk<'_>) -> u32 {
    LINES + count(desk.plan.investments.len().max(1)) - 1
}

pub(super) fn sheet(desk: &Desk<'_>) -> Sheet {
    let mut sheet = desk.sheet(Page::Investments, (LINES, 1));
    let keys = [
        "list-investments",
        "field-quantity",
        "field-price",
        "field-vat",
        "field-month",
        "field-life-years",
        "field-amount",
        "sheet-net",
        "sheet-tax",
    ];
    desk.headings(&mut sheet, LINES - 1, &keys);
    for year in 0..desk.checked.years {
        sheet.heading(LINES - 1, WRITTEN_OFF + index(year), format!("{} {}", desk.say("sheet-written-off"), year + 1));
        let column = depreciation(desk) + index(year);
        sheet.heading(LINES - 1, column, format!("{} {}", desk.say("row-depreciation"), year + 1));
    }
    sheet.heading(LINES - 1, residual(desk), desk.say("sheet-residual"));
    for past in 0..desk.plan.investments.len() {
        line(desk, &mut sheet, past);
    }
    sheet
}

fn line(desk: &Desk<'_>, sheet: &mut Sheet, past: usize) {
    let (Some(line), Some(buy)) = (desk.plan.investments.get(past), desk.checked.investments.get(past)) else { return };
    let row = LINES + count(past);
    sheet.text(row, 0, desk.label(&line.label));
    sheet.put(row, 1, desk.figure(&line.quantity, Wanted::Number));
    sheet.put(row, 2, desk.figure(&line.price, Wanted::Money));
    sheet.put(row, 3, desk.figure(&line.vat, Wanted::Percent));
    sheet.input(row, MONTH, line.month);
    sheet.input(row, 5, line.life_years);
    let amount = centimes(buy.quantity * buy.price);
    let tax = centimes(amount * buy.vat);
    let (value, back) = if desk.plan.vat { (amount, tax) } else { (amount + tax, Decimal::ZERO) };
    let vat = desk.own(VAT);
    let due = format!("ROUND({}*{}/100,2)", at(row, AMOUNT), at(row, 3));
    sheet.formula(row, AMOUNT, format!("=ROUND({}*{},2)", at(row, 1), at(row, 2)), amount);
    sheet.formula(row, VALUE, format!("={}+IF({vat}=1,0,{due})", at(row, AMOUNT)), value);
    sheet.formula(row, TAX, format!("=IF({vat}=1,{due},0)"), back);
    let life = Decimal::from(u32::from(buy.life_years) * 12);
    let mut before = Decimal::ZERO;
    for year in 0..desk.checked.years {
        let (end, column) = ((year + 1) * 12, WRITTEN_OFF + index(year));
        let written_off = centimes(value * Decimal::from(end.saturating_sub(buy.month)).min(life) / life);
        let (worth, month, years) = (at(row, VALUE), at(row, MONTH), at(row, 5));
        let formula = format!("=ROUND({worth}*MIN(MAX(0,{end}-{month}),{years}*12)/({years}*12),2)");
        sheet.formula(row, column, formula, written_off);
        let less = if year == 0 { String::new() } else { format!("-{}", at(row, column - 1)) };
        let formula = format!("={}{less}", at(row, column));
        sheet.formula(row, depreciation(desk) + index(year), formula, written_off - before);
        before = written_off;
    }
    let end = at(row, depreciation(desk) - 1);
    sheet.formula(row, residual(desk), format!("={}-{end}", at(row, VALUE)), value - before);
}
