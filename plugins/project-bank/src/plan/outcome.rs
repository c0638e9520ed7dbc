//! Every figure of a plan: what has to be financed and by what, the account of each year, the cash of each month, and whether it is worth it.

use rust_decimal::Decimal;

use super::check::Checked;
use super::measures::{break_even, internal_rate, payback_month, present_value};
use super::months::{Factors, Months, Series, Sold};
use super::number::centimes;

/// The changes that the sensitivity table tries, in per cent.
const CHANGES: [i64; 4] = [-20, -10, 10, 20];

/// A plan's figures.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) financing: Financing,
    pub(crate) years: Vec<Account>,
    pub(crate) cash: Vec<Cash>,
    /// The month with the least cash, and how much that is.
    pub(crate) lowest: (usize, Decimal),
    pub(crate) worth: Worth,
    pub(crate) sensitivity: Vec<Tried>,
    pub(crate) sold: Vec<Sold>,
}

/// What is needed before the project pays for itself, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Financing {
    /// Everything that is bought to last, with the tax that is paid on it.
    pub(crate) investments: Decimal,
    /// The cash that running the project needs until it feeds itself: the deepest that its own cash falls, loans paid.
    pub(crate) working_capital: Decimal,
    pub(crate) own: Decimal,
    pub(crate) grants: Decimal,
    pub(crate) loans: Decimal,
    /// What is still missing; below zero when there is more than is needed.
    pub(crate) gap: Decimal,
}

/// The operating account of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) turnover: Decimal,
    pub(crate) variable: Decimal,
    pub(crate) margin: Decimal,
    pub(crate) fixed: Decimal,
    pub(crate) staff: Decimal,
    pub(crate) depreciation: Decimal,
    pub(crate) interest: Decimal,
    pub(crate) before_tax: Decimal,
    pub(crate) tax: Decimal,
    /// Whether no tax is owed because the turnover stays below the bound.
    pub(crate) exempt: bool,
    pub(crate) result: Decimal,
    /// The turnover at which nothing is lost, and its share of what is planned; nothing when each sale loses.
    pub(crate) break_even: Option<(Decimal, Decimal)>,
}

/// The cash of a month; month 0 is everything before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cash {
    /// What buyers pay, tax inside.
    pub(crate) received: Decimal,
    /// What suppliers and workers get, tax inside.
    pub(crate) paid: Decimal,
    /// Taxes that the State gets.
    pub(crate) taxes: Decimal,
    pub(crate) invested: Decimal,
    /// Loans, grants and own money that came.
    pub(crate) raised: Decimal,
    /// Interest and principal.
    pub(crate) repaid: Decimal,
    /// What is left at the month's end.
    pub(crate) balance: Decimal,
}

/// Whether it is worth it. The flows are the project's own: before what is borrowed and paid back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Worth {
    /// At the end of year 0, 1, 2…; the last one holds what everything is still worth, what buyers owe, less what is owed.
    pub(crate) flows: Vec<Decimal>,
    pub(crate) payback_month: Option<usize>,
    pub(crate) present_value: Option<Decimal>,
    pub(crate) internal_rate: Option<Decimal>,
}

/// What a sensitivity turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turned {
    Price,
    Quantity,
    Cost,
}

/// One line of the sensitivity table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tried {
    pub(crate) turned: Turned,
    pub(crate) percent: i64,
    /// The last year's result.
    pub(crate) result: Decimal,
    pub(crate) lowest: Decimal,
    pub(crate) present_value: Option<Decimal>,
}

/// Reckons a checked plan.
pub(crate) fn outcome(plan: &Checked) -> Outcome {
    let months = Months::of(plan);
    let main = reckon(plan, &months);
    let mut sensitivity = Vec::new();
    for turned in [Turned::Price, Turned::Quantity, Turned::Cost] {
        for percent in CHANGES {
            let tried = reckon(plan, &months.with(factors(turned, percent)));
            sensitivity.push(Tried {
                turned,
                percent,
                result: tried.years.last().map(|year| year.result).unwrap_or_default(),
                lowest: tried.lowest.1,
                present_value: tried.worth.present_value,
            });
        }
    }
    let Reckoned { financing, years, cash, lowest, mut worth } = main;
    worth.internal_rate = internal_rate(&worth.flows);
    Outcome { financing, years, cash, lowest, worth, sensitivity, sold: months.sold }
}

fn factors(turned: Turned, percent: i64) -> Factors {
    let factor = Decimal::new(100 + percent, 2);
    let mut factors = Factors { price: Decimal::ONE, quantity: Decimal::ONE, cost: Decimal::ONE };
    match turned {
        Turned::Price => factors.price = factor,
        Turned::Quantity => factors.quantity = factor,
        Turned::Cost => factors.cost = factor,
    }
    factors
}

struct Reckoned {
    financing: Financing,
    years: Vec<Account>,
    cash: Vec<Cash>,
    lowest: (usize, Decimal),
    worth: Worth,
}

fn reckon(plan: &Checked, months: &Months) -> Reckoned {
    let years = accounts(plan, months);
    let flow = Flow::of(plan, months, &years);
    let cash = cash(months, &flow);
    let lowest = lowest(&cash);
    let worth = worth(plan, months, &flow);
    let financing = financing(months, &flow);
    Reckoned { financing, years, cash, lowest, worth }
}

fn accounts(plan: &Checked, months: &Months) -> Vec<Account> {
    let mut loss = Decimal::ZERO;
    let mut accounts = Vec::with_capacity(plan.years);
    for (past, (rules, depreciation)) in plan.rules.iter().zip(&months.depreciation).enumerate() {
        let year = past + 1;
        let (turnover, variable) = (months.sales.of_year(year), months.variable.of_year(year));
        let (fixed, staff) = (months.fixed.of_year(year), months.staff.of_year(year));
        let interest = months.interest.of_year(year);
        let standing = fixed + staff + depreciation + interest;
        let before_tax = turnover - variable - standing;
        let exempt = turnover < rules.exempt_turnover.value();
        // Losses of the years before are taken off first.
        let taxed = (before_tax - loss).max(Decimal::ZERO);
        loss = (loss - before_tax).max(Decimal::ZERO);
        let owed = centimes(taxed * rules.profit_percent.value() / Decimal::ONE_HUNDRED);
        let tax = if exempt { Decimal::ZERO } else { owed };
        accounts.push(Account {
            turnover,
            variable,
            margin: turnover - variable,
            fixed,
            staff,
            depreciation: *depreciation,
            interest,
            before_tax,
            tax,
            exempt,
            result: before_tax - tax,
            break_even: break_even(turnover, variable, standing),
        });
    }
    accounts
}

/// Cash as it moves, and what is still open at the end.
struct Flow {
    received: Series,
    paid: Series,
    taxes: Series,
    /// What buyers owe at the end, less what suppliers and the State are owed.
    open: Decimal,
}

impl Flow {
    fn of(plan: &Checked, months: &Months, years: &[Account]) -> Self {
        let count = plan.years * 12;
        let (sales, sales_open) = months.sales.later(plan.collect_months);
        let (sales_vat, sales_vat_open) = months.sales_vat.later(plan.collect_months);
        let bought = months.variable.earlier(plan.stock_months);
        let bought_vat = months.variable_vat.earlier(plan.stock_months);
        let (supplies, supplies_open) = bought.later(plan.pay_months);
        let (supplies_vat, supplies_vat_open) = bought_vat.later(plan.pay_months);
        let mut taxes = Series::zero(count);
        let mut credit = Decimal::ZERO;
        let mut vat_open = Decimal::ZERO;
        for month in 0..=count {
            let taken_back = bought_vat.at(month) + months.fixed_vat.at(month) + months.invested_vat.at(month);
            let owed = months.sales_vat.at(month) - taken_back - credit;
            credit = (-owed).max(Decimal::ZERO);
            let owed = owed.max(Decimal::ZERO);
            taxes.add(month + 1, owed);
            if month == count {
                vat_open = owed;
            }
        }
        for (past, account) in years.iter().enumerate() {
            taxes.add((past + 1) * 12, account.tax);
        }
        let mut received = Series::zero(count);
        let mut paid = Series::zero(count);
        for month in 0..=count {
            received.add(month, sales.at(month) + sales_vat.at(month));
            let standing = months.fixed.at(month) + months.fixed_vat.at(month) + months.staff.at(month);
            paid.add(month, supplies.at(month) + supplies_vat.at(month) + standing);
        }
        let owed_to_us = sales_open + sales_vat_open;
        Self { received, paid, taxes, open: owed_to_us - supplies_open - supplies_vat_open - vat_open }
    }

    /// What running the project brings in a month.
    fn of_month(&self, month: usize) -> Decimal {
        self.received.at(month) - self.paid.at(month) - self.taxes.at(month)
    }
}

fn cash(months: &Months, flow: &Flow) -> Vec<Cash> {
    let mut balance = Decimal::ZERO;
    let mut cash = Vec::new();
    for (month, received) in flow.received.iter().enumerate() {
        let invested = months.invested.at(month) + months.invested_vat.at(month);
        let raised = months.borrowed.at(month) + months.granted.at(month) + months.own.at(month);
        let repaid = months.interest.at(month) + months.principal.at(month);
        balance += flow.of_month(month) - invested + raised - repaid;
        let (paid, taxes) = (flow.paid.at(month), flow.taxes.at(month));
        cash.push(Cash { received, paid, taxes, invested, raised, repaid, balance });
    }
    cash
}

/// The first month with the least cash.
fn lowest(cash: &[Cash]) -> (usize, Decimal) {
    let mut lowest: Option<(usize, Decimal)> = None;
    for (month, there) in cash.iter().enumerate() {
        if lowest.is_none_or(|(_, least)| there.balance < least) {
            lowest = Some((month, there.balance));
        }
    }
    lowest.unwrap_or_default()
}

fn financing(months: &Months, flow: &Flow) -> Financing {
    let investments = months.invested.sum() + months.invested_vat.sum();
    let mut sum = Decimal::ZERO;
    let mut deepest = Decimal::ZERO;
    for month in 0..flow.received.iter().count() {
        sum += flow.of_month(month) - months.interest.at(month) - months.principal.at(month);
        deepest = deepest.min(sum);
    }
    let working_capital = -deepest;
    let (own, grants, loans) = (months.own.sum(), months.granted.sum(), months.borrowed.sum());
    let gap = investments + working_capital - own - grants - loans;
    Financing { investments, working_capital, own, grants, loans, gap }
}

fn worth(plan: &Checked, months: &Months, flow: &Flow) -> Worth {
    let of_month = |month: usize| flow.of_month(month) - months.invested.at(month) - months.invested_vat.at(month);
    let count = plan.years * 12;
    let mut flows = vec![of_month(0)];
    for year in 1..=plan.years {
        flows.push((year * 12 - 11..=year * 12).map(of_month).sum());
    }
    if let Some(last) = flows.last_mut() {
        *last += months.residual + flow.open;
    }
    Worth {
        payback_month: payback_month((0..=count).map(of_month)),
        present_value: present_value(&flows, plan.discount).map(centimes),
        internal_rate: None,
        flows,
    }
}
