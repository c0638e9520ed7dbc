//! What is sold, with its season and its years, and what is used up.

use rust_decimal::Decimal;

use super::book::{Sheet, at};
use super::desk::{Desk, LINES, Page, VAT, count, index};
use crate::plan::number::centimes;
use crate::plan::sheet::{Basis, Cost};
use crate::plan::unit::Wanted;

/// Columns of products.
pub(super) const PRICE: u16 = 2;
pub(super) const QUANTITY: u16 = 3;
pub(super) const SALE_VAT: u16 = 4;
pub(super) const SEASON: u16 = 5;
pub(super) const RAMP: u16 = SEASON + 12;
/// Columns of costs.
pub(super) const TIMES: u16 = 1;
pub(super) const AMOUNT: u16 = 3;
pub(super) const COST_VAT: u16 = 4;
pub(super) const NET: u16 = 6;
pub(super) const TAX: u16 = 7;

/// The row of the first cost.
pub(super) fn costs(desk: &Desk<'_>) -> u32 {
    LINES + count(desk.plan.products.len()) + 2
}

/// The row of the last cost; before the first one when there is none.
pub(super) fn last_cost(desk: &Desk<'_>) -> u32 {
    costs(desk) + count(desk.plan.costs.len().max(1)) - 1
}

pub(super) fn sheet(desk: &Desk<'_>) -> Sheet {
    let mut sheet = desk.sheet(Page::Sales, (LINES, 1));
    desk.headings(
        &mut sheet,
        LINES - 1,
        &["field-product", "field-unit", "field-price", "field-quantity", "field-vat"],
    );
    for month in 1..=12_u16 {
        sheet.heading(LINES - 1, SEASON + month - 1, format!("{} {month}, %", desk.say("field-season")));
    }
    for year in 0..desk.checked.years {
        sheet.heading(LINES - 1, RAMP + index(year), format!("{} {}, %", desk.say("field-ramp"), year + 1));
    }
    for (past, (line, sale)) in desk.plan.products.iter().zip(&desk.checked.products).enumerate() {
        let row = LINES + count(past);
        sheet.text(row, 0, desk.label(&line.label));
        sheet.text(row, 1, desk.say(&format!("unit-{}", word(&line.unit))));
        sheet.put(row, PRICE, desk.figure(&line.price, Wanted::MoneyPer(line.unit)));
        sheet.put(row, QUANTITY, desk.figure(&line.quantity, Wanted::PerMonth(line.unit)));
        sheet.put(row, SALE_VAT, desk.figure(&line.vat, Wanted::Percent));
        for (column, part) in (SEASON..).zip(&sale.season).chain((RAMP..).zip(&sale.ramp)) {
            sheet.input(row, column, (*part * Decimal::ONE_HUNDRED).normalize());
        }
    }
    used_up(desk, &mut sheet);
    sheet
}

fn used_up(desk: &Desk<'_>, sheet: &mut Sheet) {
    let first = costs(desk);
    let keys = [
        "list-costs",
        "sheet-times",
        "field-product",
        "field-amount",
        "field-vat",
        "sheet-rounded",
        "sheet-net",
        "sheet-tax",
    ];
    desk.headings(sheet, first - 1, &keys);
    let mut fixed = desk.checked.fixed.iter();
    for (past, line) in desk.plan.costs.iter().enumerate() {
        let row = first + count(past);
        sheet.text(row, 0, desk.label(&line.label));
        let times: u8 = match line.basis {
            Basis::PerUnit => 0,
            Basis::Monthly => 12,
            Basis::Yearly => 1,
        };
        sheet.input(row, TIMES, times);
        sheet.put(row, AMOUNT, desk.figure(&line.amount, wanted(desk, line)));
        sheet.put(row, COST_VAT, desk.figure(&line.vat, Wanted::Percent));
        if line.basis == Basis::PerUnit {
            let product = desk.plan.products.iter().find(|product| Some(&product.code) == line.product.as_ref());
            sheet.text(row, 2, product.map(|product| desk.label(&product.label)).unwrap_or_default());
            continue;
        }
        let Some(cost) = fixed.next() else { continue };
        let amount = centimes(cost.amount);
        let tax = centimes(amount * cost.vat);
        let (net, back) = if desk.plan.vat { (amount, tax) } else { (amount + tax, Decimal::ZERO) };
        let vat = desk.own(VAT);
        let due = format!("ROUND({}*{}/100,2)", at(row, 5), at(row, COST_VAT));
        sheet.formula(row, 5, format!("=ROUND({},2)", at(row, AMOUNT)), amount);
        sheet.formula(row, NET, format!("={}+IF({vat}=1,0,{due})", at(row, 5)), net);
        sheet.formula(row, TAX, format!("=IF({vat}=1,{due},0)"), back);
    }
}

fn wanted(desk: &Desk<'_>, line: &Cost) -> Wanted {
    let product = desk.plan.products.iter().find(|product| Some(&product.code) == line.product.as_ref());
    match product {
        Some(product) if line.basis == Basis::PerUnit => Wanted::MoneyPer(product.unit),
        _ => Wanted::Money,
    }
}

/// The word of an enum, as records keep it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
