//! The lines under the monthly table's totals: units, sales and costs of each product, and each loan.

use rust_decimal::Decimal;

use super::book::{at, span};
use super::desk::{Desk, LINES, Page, VAT, column_of, count};
use super::monthly::{CALENDAR, DETAILS, MONTH, Table, YEAR, of};
use super::{financing, sales};
use crate::plan::loan::payments;
use crate::plan::months::Series;
use crate::plan::number::centimes;
use crate::plan::sheet::Basis;

/// What each unit of a product costs.
pub(super) struct Used {
    product: usize,
    /// Its row among the plan's costs.
    cost: usize,
    amount: Decimal,
    vat: Decimal,
}

/// Where the blocks begin.
pub(super) struct Blocks {
    pub(super) products: usize,
    pub(super) used: Vec<Used>,
    pub(super) loans: usize,
    pub(super) units: u32,
    pub(super) sales: u32,
    pub(super) sales_vat: u32,
    pub(super) costs: u32,
    pub(super) costs_vat: u32,
    owed: u32,
    pub(super) interest: u32,
    pub(super) principal: u32,
}

impl Blocks {
    pub(super) fn of(desk: &Desk<'_>) -> Self {
        let used = used(desk);
        let (products, loans) = (desk.plan.products.len(), desk.plan.loans.len());
        let mut next = DETAILS;
        // A blank row parts the blocks.
        let mut block = |lines: usize| {
            let first = next;
            next += count(lines) + 1;
            first
        };
        let (units, sales, sales_vat) = (block(products), block(products), block(products));
        let (costs, costs_vat) = (block(used.len()), block(used.len()));
        let (owed, interest, principal) = (block(loans), block(loans), block(loans));
        Self { products, used, loans, units, sales, sales_vat, costs, costs_vat, owed, interest, principal }
    }
}

fn used(desk: &Desk<'_>) -> Vec<Used> {
    let mut used = Vec::new();
    for (product, (line, sale)) in desk.plan.products.iter().zip(&desk.checked.products).enumerate() {
        let is_its =
            |cost: &crate::plan::sheet::Cost| cost.basis == Basis::PerUnit && cost.product.as_ref() == Some(&line.code);
        let lines = desk.plan.costs.iter().enumerate().filter(|(_, cost)| is_its(cost));
        for ((cost, _), (amount, vat)) in lines.zip(&sale.costs) {
            used.push(Used { product, cost, amount: *amount, vat: *vat });
        }
    }
    used
}

/// The sum of a block in a month.
pub(super) fn total(first: u32, lines: usize, month: usize) -> String {
    if lines == 0 {
        return "0".to_owned();
    }
    let column = column_of(month);
    format!("SUM({})", span((first, column), (first + count(lines) - 1, column)))
}

pub(super) fn write(table: &mut Table<'_, '_>, blocks: &Blocks) {
    for product in 0..blocks.products {
        sold(table, blocks, product);
    }
    for (past, used) in blocks.used.iter().enumerate() {
        cost(table, blocks, past, used);
    }
    for loan in 0..blocks.loans {
        lent(table, blocks, loan);
    }
}

fn sold(table: &mut Table<'_, '_>, blocks: &Blocks, product: usize) {
    let desk = table.desk;
    let (Some(line), Some(sale)) = (desk.plan.products.get(product), desk.checked.products.get(product)) else {
        return;
    };
    let Some(sold) = desk.months.sold.get(product) else { return };
    let (label, row) = (desk.label(&line.label), LINES + count(product));
    let field = |column: u16| desk.of_sheet(Page::Sales, row, column);
    let list = |first: u16, length: u16| desk.span_of(Page::Sales, (row, first), (row, first + length - 1));
    let (season, ramp) = (list(sales::SEASON, 12), list(sales::RAMP, super::desk::index(desk.checked.years)));
    let quantity = field(sales::QUANTITY);
    let units = blocks.units + count(product);
    table.row(
        (units, format!("{} : {label}", desk.say("field-quantity"))),
        |month| sold.units.at(month),
        |month| {
            if month == 0 {
                return "0".to_owned();
            }
            let season = format!("INDEX({season},1,{})/100", of(CALENDAR, month));
            format!("ROUND({quantity}*{season}*INDEX({ramp},1,{})/100,6)", of(YEAR, month))
        },
    );
    let amount = |month: usize| centimes(sold.units.at(month) * sale.price);
    let (price, vat, is_charged) = (field(sales::PRICE), field(sales::SALE_VAT), desk.own(VAT));
    let row = blocks.sales + count(product);
    table.row((row, format!("{} : {label}", desk.say("row-turnover"))), amount, |month| {
        format!("ROUND({}*{price},2)", of(units, month))
    });
    let tax = |month: usize| if desk.plan.vat { centimes(amount(month) * sale.vat) } else { Decimal::ZERO };
    let label = format!("{} : {label}", desk.say("sheet-sales-vat"));
    table.row((blocks.sales_vat + count(product), label), tax, |month| {
        format!("IF({is_charged}=1,ROUND({}*{vat}/100,2),0)", of(row, month))
    });
}

fn cost(table: &mut Table<'_, '_>, blocks: &Blocks, past: usize, used: &Used) {
    let desk = table.desk;
    let Some(sold) = desk.months.sold.get(used.product) else { return };
    let label = desk.plan.costs.get(used.cost).map(|line| desk.label(&line.label)).unwrap_or_default();
    let row = sales::costs(desk) + count(used.cost);
    let amount = desk.of_sheet(Page::Sales, row, sales::AMOUNT);
    let (vat, is_charged) = (desk.of_sheet(Page::Sales, row, sales::COST_VAT), desk.own(VAT));
    let before = |month: usize| centimes(sold.units.at(month) * used.amount);
    let tax = |month: usize| centimes(before(month) * used.vat);
    let units = blocks.units + count(used.product);
    let spent = |month: usize| format!("ROUND({}*{amount},2)", of(units, month));
    let due = |month: usize| format!("ROUND({}*{vat}/100,2)", spent(month));
    table.row(
        (blocks.costs + count(past), format!("{} : {label}", desk.say("row-variable"))),
        |month| if desk.plan.vat { before(month) } else { before(month) + tax(month) },
        |month| format!("{}+IF({is_charged}=1,0,{})", spent(month), due(month)),
    );
    table.row(
        (blocks.costs_vat + count(past), format!("{} : {label}", desk.say("sheet-variable-vat"))),
        |month| if desk.plan.vat { tax(month) } else { Decimal::ZERO },
        |month| format!("IF({is_charged}=1,{},0)", due(month)),
    );
}

fn lent(table: &mut Table<'_, '_>, blocks: &Blocks, loan: usize) {
    let desk = table.desk;
    let (Some(line), Some(debt)) = (desk.plan.loans.get(loan), desk.checked.loans.get(loan)) else { return };
    let zero = || Series::zero(desk.last());
    let (mut interest, mut principal, mut owed) = (zero(), zero(), zero());
    for payment in payments(debt) {
        interest.add(payment.month, payment.interest);
        principal.add(payment.month, payment.principal);
    }
    for month in 0..=desk.last() {
        let lent = if month == debt.month { centimes(debt.amount) } else { Decimal::ZERO };
        let before = month.checked_sub(1).map(|before| owed.at(before)).unwrap_or_default();
        owed.add(month, before + lent - principal.at(month));
    }
    let row = LINES + count(loan);
    let field = |column: u16| desk.of_sheet(Page::Financing, row, column);
    let (amount, rate, start) = (field(financing::LENT), field(financing::RATE), field(financing::LOAN_MONTH));
    let (end, grace) =
        (format!("{start}+{}", field(financing::MONTHS)), format!("{start}+{}", field(financing::GRACE)));
    let (kind, instalment) = (field(financing::KIND), field(financing::INSTALMENT));
    let [owing, bearing, paying] = [blocks.owed, blocks.interest, blocks.principal].map(|first| first + count(loan));
    let before = |month: usize| if month == 0 { "0".to_owned() } else { of(owing, month - 1) };
    let label = |key: &str| format!("{} : {}", desk.say(key), desk.label(&line.label));
    table.row(
        (owing, label("sheet-owed")),
        |month| owed.at(month),
        |month| {
            let (now, paid) = (of(MONTH, month), of(paying, month));
            format!("IF({now}<{start},0,IF({now}={start},{amount},ROUND({}-{paid},2)))", before(month))
        },
    );
    table.row(
        (bearing, label("row-interest")),
        |month| interest.at(month),
        |month| {
            let (now, owed) = (of(MONTH, month), before(month));
            format!("IF(AND({now}>{start},{now}<={end}),ROUND({owed}*{rate}/100/12,2),0)")
        },
    );
    table.row(
        (paying, label("sheet-principal")),
        |month| principal.at(month),
        |month| {
            let (now, owed) = (of(MONTH, month), before(month));
            let part = format!("{instalment}-IF({kind}=1,{},0)", of(bearing, month));
            format!("IF(OR({now}<={grace},{now}>{end}),0,IF({now}={end},{owed},MAX(0,MIN({owed},{part}))))")
        },
    );
}

/// The cell of a product's units in a month, on the same sheet.
pub(super) fn units(desk: &Desk<'_>, product: usize, year: usize) -> String {
    // The units' block is the first one.
    desk.of_year(DETAILS + count(product), year)
}

/// Cells of one sheet's own row.
pub(super) fn row_span(row: u32, first: u16, last: u16) -> String {
    format!("{}:{}", at(row, first), at(row, last))
}
