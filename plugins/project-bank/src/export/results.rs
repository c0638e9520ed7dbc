//! Whether it is worth it: the flows of each year, and the figures that follow from them.

use rust_decimal::Decimal;

use super::book::{Sheet, at};
use super::desk::{DISCOUNT, Desk, LINES, Page, column_of, count};
use super::lines::{row_span, units};
use super::{accounts, investments, monthly};

const YEARS: u32 = 1;
const FLOWS: u32 = 2;
const SIGNS: u32 = 3;
const TURNS: u32 = 4;
pub(super) const RESIDUAL: u32 = 6;
const OPEN: u32 = 7;
pub(super) const PRESENT_VALUE: u32 = 9;
const RATE: u32 = 10;
const PAYBACK: u32 = 11;
pub(super) const LOWEST: u32 = 12;
const LOWEST_MONTH: u32 = 13;
pub(super) const LAST_RESULT: u32 = 14;
/// The first product's row.
const PRODUCTS: u32 = 17;
/// Where a rate is looked for, one after the other.
const GUESSES: [&str; 6] = ["0.1", "-0.5", "-0.7", "-0.85", "2", "6"];
/// Rates above it are none.
const RATE_MAX: u8 = 10;

pub(super) fn sheet(desk: &Desk<'_>) -> Sheet {
    let mut sheet = desk.sheet(Page::Results, (LINES, 1));
    for (row, key) in [
        (YEARS, "year"),
        (FLOWS, "sheet-flow"),
        (SIGNS, "sheet-sign"),
        (TURNS, "sheet-turns"),
        (RESIDUAL, "sheet-residual"),
        (OPEN, "sheet-open"),
        (PRESENT_VALUE, "present-value"),
        (RATE, "internal-rate"),
        (PAYBACK, "payback"),
        (LOWEST, "lowest-cash"),
        (LOWEST_MONTH, "sheet-lowest-month"),
        (LAST_RESULT, "sheet-last-result"),
    ] {
        sheet.text(row, 0, desk.say(key));
    }
    left(desk, &mut sheet);
    flows(desk, &mut sheet);
    worth(desk, &mut sheet);
    products(desk, &mut sheet);
    sheet
}

/// What everything is still worth at the end, and what buyers owe less what is owed.
fn left(desk: &Desk<'_>, sheet: &mut Sheet) {
    let column = investments::residual(desk);
    let lines = desk.span_of(Page::Investments, (LINES, column), (investments::last(desk), column));
    let residual = desk.months.residual;
    sheet.formula(RESIDUAL, 1, format!("=ROUND(SUM({lines}),2)"), residual);
    let sum = |row: u32| format!("SUM({})", desk.all_months(row));
    let buyers = format!("{}+{}-{}", sum(monthly::SALES), sum(monthly::SALES_VAT), sum(monthly::RECEIVED));
    let sellers = format!("{}+{}-{}", sum(monthly::BOUGHT), sum(monthly::BOUGHT_VAT), sum(monthly::SUPPLIES));
    let state = desk.in_month(monthly::VAT_OWED, desk.last());
    // The last flow is what its year brought, what is left, and what is open.
    let year = desk.last() - 11..=desk.last();
    let brought: Decimal = year.map(|month| flow(desk, month)).sum();
    let open = desk.outcome.worth.flows.last().map(|last| *last - brought - residual);
    sheet.formula(OPEN, 1, format!("=ROUND({buyers}-({sellers})-{state},2)"), open);
}

/// The project's own flow of a month.
fn flow(desk: &Desk<'_>, month: usize) -> Decimal {
    let Some(cash) = desk.outcome.cash.get(month) else { return Decimal::ZERO };
    cash.received - cash.paid - cash.taxes - cash.invested
}

fn flows(desk: &Desk<'_>, sheet: &mut Sheet) {
    let mut sign = Decimal::ZERO;
    let mut turns = 0_u8;
    for (year, flow) in desk.outcome.worth.flows.iter().enumerate() {
        let column = column_of(year);
        sheet.input(YEARS, column, Decimal::from(year));
        let months = if year == 0 { desk.in_month(monthly::FLOW, 0) } else { desk.of_year(monthly::FLOW, year) };
        let end =
            if year == desk.checked.years { format!("+{}+{}", at(RESIDUAL, 1), at(OPEN, 1)) } else { String::new() };
        sheet.formula(FLOWS, column, format!("=ROUND(SUM({months}){end},2)"), *flow);
        let before = if year == 0 { "0".to_owned() } else { at(SIGNS, column - 1) };
        let here = at(FLOWS, column);
        let now = match flow {
            flow if flow.is_zero() => sign,
            flow if flow.is_sign_negative() => Decimal::NEGATIVE_ONE,
            _ => Decimal::ONE,
        };
        sheet.formula(SIGNS, column, format!("=IF({here}=0,{before},SIGN({here}))"), now);
        let turned = now * sign < Decimal::ZERO;
        turns += u8::from(turned);
        let count = if year == 0 { "0".to_owned() } else { at(TURNS, column - 1) };
        let formula = format!("={count}+IF({}*{before}<0,1,0)", at(SIGNS, column));
        sheet.formula(TURNS, column, formula, Decimal::from(turns));
        sign = now;
    }
}

fn worth(desk: &Desk<'_>, sheet: &mut Sheet) {
    let worth = &desk.outcome.worth;
    let last = column_of(desk.checked.years);
    let (flows, years) = (row_span(FLOWS, 1, last), row_span(YEARS, 1, last));
    let discounted = |rate: &str| format!("SUMPRODUCT({flows}/(1+{rate})^{years})");
    let discount = format!("{}/100", desk.own(DISCOUNT));
    sheet.formula(PRESENT_VALUE, 1, format!("=ROUND({},2)", discounted(&discount)), worth.present_value);
    // One rate is one turn, from paying to earning, within what is looked for.
    let is_one = format!("AND({}=1,{}>0,{}<=0)", at(TURNS, last), at(SIGNS, last), discounted(&RATE_MAX.to_string()));
    // Programs look for it near a guess, and some give up when it is far away.
    let near = |guess: &str| format!("IRR({flows},{guess})");
    let found =
        GUESSES.iter().rev().fold("\"\"".to_owned(), |rest, guess| format!("IFERROR(ROUND({},6),{rest})", near(guess)));
    let rate = format!("=IF({is_one},{found},\"\")");
    sheet.formula(RATE, 1, rate, worth.internal_rate);
    let below = format!("MAX({})", desk.all_months(monthly::BELOW));
    let payback = format!("=IF({below}={},\"\",{below}+1)", desk.last());
    sheet.formula(PAYBACK, 1, payback, worth.payback_month.map(Decimal::from));
    let balances = desk.all_months(monthly::BALANCE);
    let (month, amount) = desk.outcome.lowest;
    sheet.formula(LOWEST, 1, format!("=MIN({balances})"), amount);
    sheet.formula(LOWEST_MONTH, 1, format!("=MATCH({},{balances},0)-1", at(LOWEST, 1)), Decimal::from(month));
    let result = desk.of_sheet(Page::Accounts, accounts::RESULT, column_of(desk.checked.years - 1));
    sheet.formula(LAST_RESULT, 1, format!("={result}"), desk.outcome.years.last().map(|year| year.result));
}

/// What each product sells in a year, and how much of it would be enough to lose nothing.
fn products(desk: &Desk<'_>, sheet: &mut Sheet) {
    sheet.heading(PRODUCTS - 1, 0, desk.say("list-products"));
    for (past, (line, sold)) in desk.plan.products.iter().zip(&desk.months.sold).enumerate() {
        let row = PRODUCTS + count(past) * 2;
        sheet.text(row, 0, desk.label(&line.label));
        sheet.text(row + 1, 0, desk.say("enough"));
        for (year, account) in desk.outcome.years.iter().enumerate() {
            let column = column_of(year);
            sheet.heading(PRODUCTS - 1, column, format!("{} {}", desk.say("year"), year + 1));
            let number = sold.units.of_year(year + 1);
            sheet.formula(row, column, format!("=ROUND(SUM({}),6)", units(desk, past, year + 1)), number);
            let share = desk.of_sheet(Page::Accounts, accounts::SHARE, column);
            let formula = format!("=IF({share}=\"\",\"\",{}*{share})", at(row, column));
            sheet.formula(row + 1, column, formula, account.break_even.map(|(_, share)| number * share));
        }
    }
}
