//! The first sheet: what holds for the whole plan, the rules of each year, and the figures with names.

use rust_decimal::Decimal;

use super::book::Sheet;
use super::desk::{
    COLLECT, COSTS, DISCOUNT, Desk, EXEMPT, FIRST_MONTH, PARAMETERS, PAY, PRICES, PROFIT, Page, QUANTITIES, SOCIAL,
    START, STOCK, VAT, column_of, count, flag,
};
use crate::plan::unit::Wanted;

pub(super) fn sheet(desk: &Desk<'_>) -> Sheet {
    let mut sheet = desk.sheet(Page::Parameters, (1, 1));
    let plan = desk.plan;
    sheet.text(START, 0, desk.say("field-start"));
    sheet.text(START, 1, plan.start.clone());
    sheet.text(FIRST_MONTH, 0, desk.say("sheet-calendar"));
    let first = format!("=VALUE(MID($B${},6,2))", START + 1);
    sheet.formula(FIRST_MONTH, 1, first, Decimal::from(desk.checked.start.1 + 1));
    sheet.text(DISCOUNT, 0, desk.say("field-discount"));
    sheet.put(DISCOUNT, 1, desk.figure(&plan.discount, Wanted::Percent));
    sheet.text(DISCOUNT, 2, "%");
    for (row, key, value) in [
        (VAT, "field-vat-charged", flag(plan.vat)),
        (COLLECT, "field-collect-months", Decimal::from(plan.collect_months)),
        (PAY, "field-pay-months", Decimal::from(plan.pay_months)),
        (STOCK, "field-stock-months", Decimal::from(plan.stock_months)),
        (PRICES, "sheet-prices", Decimal::ONE),
        (QUANTITIES, "sheet-quantities", Decimal::ONE),
        (COSTS, "sheet-costs", Decimal::ONE),
    ] {
        sheet.text(row, 0, desk.say(key));
        sheet.input(row, 1, value);
    }
    rules(desk, &mut sheet);
    named(desk, &mut sheet);
    sheet
}

fn rules(desk: &Desk<'_>, sheet: &mut Sheet) {
    sheet.heading(PROFIT - 1, 0, desk.say("sheet-rules"));
    for (row, key) in [(PROFIT, "sheet-profit"), (EXEMPT, "sheet-exempt"), (SOCIAL, "sheet-social")] {
        sheet.text(row, 0, desk.say(key));
    }
    for (past, rules) in desk.checked.rules.iter().enumerate() {
        let column = column_of(past);
        sheet.heading(PROFIT - 1, column, format!("{} {}", desk.say("year"), past + 1));
        sheet.input(PROFIT, column, rules.profit_percent.value());
        sheet.input(EXEMPT, column, rules.exempt_turnover.value());
        sheet.input(SOCIAL, column, rules.social_percent.value());
    }
}

fn named(desk: &Desk<'_>, sheet: &mut Sheet) {
    sheet.heading(PARAMETERS - 1, 0, desk.say("list-parameters"));
    for (past, parameter) in desk.plan.parameters.iter().enumerate() {
        let row = PARAMETERS + count(past);
        sheet.text(row, 0, desk.label(&parameter.label));
        sheet.input(row, 1, parameter.value.value());
        let measure = serde_json::to_value(parameter.measure).unwrap_or_default();
        sheet.text(row, 2, measure.as_str().unwrap_or_default().replace('-', " "));
        sheet.text(row, 3, parameter.source.clone());
    }
}
