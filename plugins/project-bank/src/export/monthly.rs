//! The monthly table: totals first, each in a row that other sheets know, then the lines that they add up.
//!
//! Column 1 is month 0, everything before the first month of sales.

use rust_decimal::Decimal;

use super::book::{Sheet, span};
use super::desk::{
    COLLECT, COSTS, Desk, FIRST_MONTH, LINES, PAY, PRICES, Page, QUANTITIES, STOCK, column_of, month_letters,
};
use super::lines::{self, Blocks};
use super::{accounts, financing, investments, sales, staff};
use crate::plan::months::Series;

pub(super) const MONTH: u32 = 1;
pub(super) const YEAR: u32 = 2;
pub(super) const CALENDAR: u32 = 3;
pub(super) const SALES: u32 = 5;
pub(super) const SALES_VAT: u32 = 6;
pub(super) const VARIABLE: u32 = 7;
const VARIABLE_VAT: u32 = 8;
pub(super) const FIXED: u32 = 9;
const FIXED_VAT: u32 = 10;
pub(super) const STAFF: u32 = 11;
pub(super) const INVESTED: u32 = 12;
pub(super) const INVESTED_VAT: u32 = 13;
pub(super) const BORROWED: u32 = 14;
pub(super) const GRANTED: u32 = 15;
pub(super) const OWN: u32 = 16;
pub(super) const INTEREST: u32 = 17;
const PRINCIPAL: u32 = 18;
pub(super) const RECEIVED: u32 = 19;
pub(super) const BOUGHT: u32 = 20;
pub(super) const BOUGHT_VAT: u32 = 21;
pub(super) const SUPPLIES: u32 = 22;
const PAID: u32 = 23;
const VAT_NET: u32 = 24;
const VAT_CREDIT: u32 = 25;
pub(super) const VAT_OWED: u32 = 26;
const PROFIT_TAX: u32 = 27;
const TAXES: u32 = 28;
const OPERATING: u32 = 29;
pub(super) const BALANCE: u32 = 30;
pub(super) const FED: u32 = 31;
pub(super) const FLOW: u32 = 32;
const FLOWED: u32 = 33;
pub(super) const BELOW: u32 = 34;
/// The first row of the lines.
pub(super) const DETAILS: u32 = 37;

/// A row being written.
pub(super) struct Table<'a, 'b> {
    pub(super) desk: &'a Desk<'b>,
    pub(super) sheet: Sheet,
}

impl Table<'_, '_> {
    /// A row: its name, its value of each month, and the formula of each month.
    pub(super) fn row(
        &mut self,
        (row, label): (u32, String),
        value: impl Fn(usize) -> Decimal,
        formula: impl Fn(usize) -> String,
    ) {
        self.sheet.text(row, 0, label);
        for month in 0..=self.desk.last() {
            self.sheet.formula(row, column_of(month), format!("={}", formula(month)), value(month));
        }
    }

    fn named(&mut self, row: u32, key: &str, value: impl Fn(usize) -> Decimal, formula: impl Fn(usize) -> String) {
        self.row((row, self.desk.say(key)), value, formula);
    }
}

/// A cell of the same sheet in a month.
pub(super) fn of(row: u32, month: usize) -> String {
    format!("{}${}", month_letters(month), row + 1)
}

/// A row of the same sheet, all months.
fn whole(desk: &Desk<'_>, row: u32) -> String {
    span((row, column_of(0)), (row, column_of(desk.last())))
}

pub(super) fn sheet(desk: &Desk<'_>) -> Sheet {
    let mut table = Table { desk, sheet: desk.sheet(Page::Monthly, (LINES + 2, 1)) };
    calendar(&mut table);
    let blocks = Blocks::of(desk);
    sold(&mut table, &blocks);
    standing(&mut table);
    money(&mut table, &blocks);
    let flows = Flows::of(desk);
    moved(&mut table, &flows);
    taxes(&mut table, &flows);
    boxes(&mut table, &flows);
    project(&mut table, &flows);
    lines::write(&mut table, &blocks);
    table.sheet
}

fn calendar(table: &mut Table<'_, '_>) {
    let first = table.desk.own(FIRST_MONTH);
    let start = table.desk.checked.start.1;
    table.sheet.heading(MONTH, 0, table.desk.say("month"));
    for month in 0..=table.desk.last() {
        table.sheet.input(MONTH, column_of(month), Decimal::from(month));
    }
    let year = |month: usize| Decimal::from(month.div_ceil(12));
    table.named(YEAR, "year", year, |month| format!("IF({0}=0,0,INT(({0}-1)/12)+1)", of(MONTH, month)));
    let calendar = |month: usize| if month == 0 { Decimal::ZERO } else { Decimal::from((start + month - 1) % 12 + 1) };
    let formula = |month| format!("IF({0}=0,0,MOD({first}+{0}-2,12)+1)", of(MONTH, month));
    table.named(CALENDAR, "sheet-calendar", calendar, formula);
}

/// Sales and what they cost, all lines together, times the factors of the first sheet.
fn sold(table: &mut Table<'_, '_>, blocks: &Blocks) {
    let desk = table.desk;
    let (prices, quantities, costs) = (desk.own(PRICES), desk.own(QUANTITIES), desk.own(COSTS));
    let sales = format!("{prices}*{quantities}");
    let used = format!("{costs}*{quantities}");
    for (row, key, series, (first, count), factor) in [
        (SALES, "row-turnover", &desk.months.sales, (blocks.sales, blocks.products), &sales),
        (SALES_VAT, "sheet-sales-vat", &desk.months.sales_vat, (blocks.sales_vat, blocks.products), &sales),
        (VARIABLE, "row-variable", &desk.months.variable, (blocks.costs, blocks.used.len()), &used),
        (VARIABLE_VAT, "sheet-variable-vat", &desk.months.variable_vat, (blocks.costs_vat, blocks.used.len()), &used),
    ] {
        table.named(
            row,
            key,
            |month| series.at(month),
            |month| format!("ROUND({}*{factor},2)", lines::total(first, count, month)),
        );
    }
}

fn standing(table: &mut Table<'_, '_>) {
    let desk = table.desk;
    let (first, last) = (sales::costs(desk), sales::last_cost(desk));
    let costs = desk.own(COSTS);
    let column = |column: u16| desk.span_of(Page::Sales, (first, column), (last, column));
    let times = column(sales::TIMES);
    for (row, key, series, amounts) in [
        (FIXED, "row-fixed", &desk.months.fixed, column(sales::NET)),
        (FIXED_VAT, "sheet-fixed-vat", &desk.months.fixed_vat, column(sales::TAX)),
    ] {
        table.named(
            row,
            key,
            |month| series.at(month),
            |month| {
                let month = of(MONTH, month);
                let yearly = format!("IF(MOD({month}-1,12)=0,SUMIF({times},1,{amounts}),0)");
                format!("IF({month}=0,0,ROUND((SUMIF({times},12,{amounts})+{yearly})*{costs},2))")
            },
        );
    }
    let from = desk.span_of(Page::Staff, (LINES, staff::FROM), (staff::last(desk), staff::FROM));
    table.named(
        STAFF,
        "row-staff",
        |month| desk.months.staff.at(month),
        |month| {
            let column = staff::COST + column_of(month.saturating_sub(1) / 12) - 1;
            let costs = desk.span_of(Page::Staff, (LINES, column), (staff::last(desk), column));
            let month = of(MONTH, month);
            format!("IF({month}=0,0,SUMIF({from},\"<=\"&{month},{costs}))")
        },
    );
}

/// What is bought to last, borrowed, given, and paid back.
fn money(table: &mut Table<'_, '_>, blocks: &Blocks) {
    let desk = table.desk;
    let bought = |column: u16| desk.span_of(Page::Investments, (LINES, column), (investments::last(desk), column));
    let lent = |column: u16| desk.span_of(Page::Financing, (LINES, column), (financing::last_loan(desk), column));
    let given = |column: u16| {
        desk.span_of(Page::Financing, (financing::funds(desk), column), (financing::last_fund(desk), column))
    };
    let (months, loans, funds) =
        (bought(investments::MONTH), lent(financing::LOAN_MONTH), given(financing::FUND_MONTH));
    for (row, key, series, amounts) in [
        (INVESTED, "list-investments", &desk.months.invested, bought(investments::VALUE)),
        (INVESTED_VAT, "sheet-invested-vat", &desk.months.invested_vat, bought(investments::TAX)),
    ] {
        table.named(
            row,
            key,
            |month| series.at(month),
            |month| format!("SUMIF({months},{},{amounts})", of(MONTH, month)),
        );
    }
    let amounts = lent(financing::LENT);
    let borrowed = |month: usize| format!("SUMIF({loans},{},{amounts})", of(MONTH, month));
    table.named(BORROWED, "list-loans", |month| desk.months.borrowed.at(month), borrowed);
    let (amounts, origins) = (given(financing::GIVEN), given(financing::ORIGIN));
    for (row, key, series, origin) in
        [(GRANTED, "grants", &desk.months.granted, 0), (OWN, "own-money", &desk.months.own, 1)]
    {
        table.named(
            row,
            key,
            |month| series.at(month),
            |month| format!("SUMIFS({amounts},{origins},{origin},{funds},{})", of(MONTH, month)),
        );
    }
    for (row, key, series, first) in [
        (INTEREST, "row-interest", &desk.months.interest, blocks.interest),
        (PRINCIPAL, "sheet-principal", &desk.months.principal, blocks.principal),
    ] {
        table.named(row, key, |month| series.at(month), |month| lines::total(first, blocks.loans, month));
    }
}

/// The rows between the engine's months and its cash.
struct Flows {
    bought: Series,
    bought_vat: Series,
    supplies: Series,
    net: Series,
    owed: Series,
    profit_tax: Series,
    operating: Series,
}

impl Flows {
    fn of(desk: &Desk<'_>) -> Self {
        let (last, months) = (desk.last(), &desk.months);
        let bought = months.variable.earlier(desk.checked.stock_months);
        let bought_vat = months.variable_vat.earlier(desk.checked.stock_months);
        let zero = || Series::zero(last);
        let (mut supplies, mut net, mut owed, mut profit_tax, mut operating) = (zero(), zero(), zero(), zero(), zero());
        let mut credit = Decimal::ZERO;
        for month in 0..=last {
            supplies.add(month + desk.checked.pay_months, bought.at(month) + bought_vat.at(month));
            let back = bought_vat.at(month) + months.fixed_vat.at(month) + months.invested_vat.at(month);
            let due = months.sales_vat.at(month) - back - credit;
            credit = (-due).max(Decimal::ZERO);
            net.add(month, due);
            owed.add(month, due.max(Decimal::ZERO));
        }
        for (past, year) in desk.outcome.years.iter().enumerate() {
            profit_tax.add((past + 1) * 12, year.tax);
        }
        for (month, cash) in desk.outcome.cash.iter().enumerate() {
            operating.add(month, cash.received - cash.paid - cash.taxes);
        }
        Self { bought, bought_vat, supplies, net, owed, profit_tax, operating }
    }

    /// The sum of what happened until the end of a month.
    fn until(month: usize, of_month: impl Fn(usize) -> Decimal) -> Decimal {
        (0..=month).map(of_month).sum()
    }
}

/// What is received and paid, months before or after what it is for.
fn moved(table: &mut Table<'_, '_>, flows: &Flows) {
    let desk = table.desk;
    let (collect, pay, stock) = (desk.own(COLLECT), desk.own(PAY), desk.own(STOCK));
    let cash = |month: usize| desk.outcome.cash.get(month);
    let later = |months: &str, rows: [u32; 2], month: usize| {
        let month = of(MONTH, month);
        let [one, other] = rows.map(|row| format!("INDEX({},1,{month}-{months}+1)", whole(desk, row)));
        format!("IF({month}-{months}>=0,{one}+{other},0)")
    };
    table.named(
        RECEIVED,
        "sheet-received",
        |month| cash(month).map(|cash| cash.received).unwrap_or_default(),
        |month| later(&collect, [SALES, SALES_VAT], month),
    );
    for (row, key, series, from) in [
        (BOUGHT, "sheet-bought", &flows.bought, VARIABLE),
        (BOUGHT_VAT, "sheet-bought-vat", &flows.bought_vat, VARIABLE_VAT),
    ] {
        let from = whole(desk, from);
        table.named(
            row,
            key,
            |month| series.at(month),
            |month| {
                let (month, last) = (of(MONTH, month), desk.last());
                let first = format!("SUM(INDEX({from},1,1):INDEX({from},1,{stock}+1))");
                format!(
                    "IF({month}=0,{first},IF({month}+{stock}<={last},INDEX({from},1,MIN({month}+{stock},{last})+1),0))"
                )
            },
        );
    }
    table.named(
        SUPPLIES,
        "sheet-supplies",
        |month| flows.supplies.at(month),
        |month| later(&pay, [BOUGHT, BOUGHT_VAT], month),
    );
    table.named(
        PAID,
        "sheet-paid",
        |month| cash(month).map(|cash| cash.paid).unwrap_or_default(),
        |month| [SUPPLIES, FIXED, FIXED_VAT, STAFF].map(|row| of(row, month)).join("+"),
    );
}

fn taxes(table: &mut Table<'_, '_>, flows: &Flows) {
    let desk = table.desk;
    table.named(
        VAT_NET,
        "sheet-vat-net",
        |month| flows.net.at(month),
        |month| {
            let back = [BOUGHT_VAT, FIXED_VAT, INVESTED_VAT].map(|row| of(row, month)).join("-");
            let credit = if month == 0 { String::new() } else { format!("-{}", of(VAT_CREDIT, month - 1)) };
            format!("ROUND({}-{back}{credit},2)", of(SALES_VAT, month))
        },
    );
    let credit = |month: usize| (-flows.net.at(month)).max(Decimal::ZERO);
    table.named(VAT_CREDIT, "sheet-vat-credit", credit, |month| format!("MAX(0,-{})", of(VAT_NET, month)));
    table.named(
        VAT_OWED,
        "sheet-vat-owed",
        |month| flows.owed.at(month),
        |month| format!("MAX(0,{})", of(VAT_NET, month)),
    );
    table.named(
        PROFIT_TAX,
        "row-tax",
        |month| flows.profit_tax.at(month),
        |month| {
            let is_last = month > 0 && month.is_multiple_of(12);
            if is_last {
                desk.of_sheet(Page::Accounts, accounts::TAX, column_of(month / 12 - 1))
            } else {
                "0".to_owned()
            }
        },
    );
    let of_month = |month: usize| desk.outcome.cash.get(month).map(|cash| cash.taxes).unwrap_or_default();
    table.named(TAXES, "sheet-taxes", of_month, |month| {
        let vat = if month == 0 { "0".to_owned() } else { of(VAT_OWED, month - 1) };
        format!("{vat}+{}", of(PROFIT_TAX, month))
    });
}

/// What running it brings, and what is in the cash box.
fn boxes(table: &mut Table<'_, '_>, flows: &Flows) {
    let (desk, months) = (table.desk, &table.desk.months);
    let operating = |month| format!("{}-{}-{}", of(RECEIVED, month), of(PAID, month), of(TAXES, month));
    table.named(OPERATING, "sheet-operating", |month| flows.operating.at(month), operating);
    let balance = |month: usize| desk.outcome.cash.get(month).map(|cash| cash.balance).unwrap_or_default();
    table.named(BALANCE, "balance", balance, |month| {
        let bought = [INVESTED, INVESTED_VAT, INTEREST, PRINCIPAL].map(|row| of(row, month)).join("-");
        let raised = [BORROWED, GRANTED, OWN].map(|row| of(row, month)).join("+");
        format!("ROUND({}{}-{bought}+{raised},2)", before(BALANCE, month), of(OPERATING, month))
    });
    let fed = |month| flows.operating.at(month) - months.interest.at(month) - months.principal.at(month);
    table.named(
        FED,
        "sheet-fed",
        |month| Flows::until(month, fed),
        |month| {
            let repaid = [INTEREST, PRINCIPAL].map(|row| of(row, month)).join("-");
            format!("ROUND({}{}-{repaid},2)", before(FED, month), of(OPERATING, month))
        },
    );
}

/// The project's own money, before what is borrowed and paid back.
fn project(table: &mut Table<'_, '_>, flows: &Flows) {
    let months = &table.desk.months;
    let flow = |month| flows.operating.at(month) - months.invested.at(month) - months.invested_vat.at(month);
    table.named(FLOW, "sheet-flow", flow, |month| {
        [OPERATING, INVESTED, INVESTED_VAT].map(|row| of(row, month)).join("-")
    });
    table.named(
        FLOWED,
        "sheet-flowed",
        |month| Flows::until(month, flow),
        |month| format!("ROUND({}{},2)", before(FLOWED, month), of(FLOW, month)),
    );
    let below = |month: usize| {
        if Flows::until(month, flow) < Decimal::ZERO { Decimal::from(month) } else { Decimal::NEGATIVE_ONE }
    };
    table.named(BELOW, "sheet-below", below, |month| format!("IF({}<0,{},-1)", of(FLOWED, month), of(MONTH, month)));
}

/// The same row a month before, with a plus behind it.
fn before(row: u32, month: usize) -> String {
    if month == 0 { String::new() } else { format!("{}+", of(row, month - 1)) }
}
