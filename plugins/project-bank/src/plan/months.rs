//! The plan month by month: what is sold, used, paid, bought, borrowed. Each line of each month is rounded to the centime once.
//!
//! Month 0 is everything before the first month of sales; months 1 to 12 are the first year.

use rust_decimal::Decimal;

use super::check::{Checked, Sale};
use super::loan::payments;
use super::number::{centimes, digits};
use super::sheet::Origin;

/// One figure of every month, month 0 first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Series(Vec<Decimal>);

impl Series {
    pub(crate) fn zero(months: usize) -> Self {
        Self(vec![Decimal::ZERO; months + 1])
    }

    /// Adds to a month; what lies behind the end is nobody's.
    pub(crate) fn add(&mut self, month: usize, amount: Decimal) {
        if let Some(there) = self.0.get_mut(month) {
            *there += amount;
        }
    }

    /// The figure of a month.
    pub(crate) fn at(&self, month: usize) -> Decimal {
        self.0.get(month).copied().unwrap_or_default()
    }

    /// From month 0 on.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Decimal> + '_ {
        self.0.iter().copied()
    }

    pub(crate) fn sum(&self) -> Decimal {
        self.iter().sum()
    }

    /// The sum of a year's twelve months; the first year is 1.
    pub(crate) fn of_year(&self, year: usize) -> Decimal {
        self.iter().skip((year * 12).saturating_sub(11)).take(12).sum()
    }

    /// The same figures times a factor, each rounded.
    pub(crate) fn times(&self, factor: Decimal) -> Self {
        Self(self.iter().map(|amount| centimes(amount * factor)).collect())
    }

    /// Each figure so many months later, or earlier (month 0 at the earliest); what comes after the end is answered beside it.
    fn moved(&self, later: usize, earlier: usize) -> (Self, Decimal) {
        let end = self.0.len();
        let mut moved = Self(vec![Decimal::ZERO; end]);
        let mut beyond = Decimal::ZERO;
        for (month, amount) in self.iter().enumerate() {
            let month = month.saturating_sub(earlier) + later;
            if month < end { moved.add(month, amount) } else { beyond += amount }
        }
        (moved, beyond)
    }

    /// Each figure so many months later, and what comes after the end.
    pub(crate) fn later(&self, months: usize) -> (Self, Decimal) {
        self.moved(months, 0)
    }

    /// Each figure so many months earlier.
    pub(crate) fn earlier(&self, months: usize) -> Self {
        self.moved(0, months).0
    }
}

/// What a product sells in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sold {
    pub(crate) code: String,
    /// Units of each month, 6 digits.
    pub(crate) units: Series,
}

/// A month of one product.
struct Month {
    units: Decimal,
    sales: Decimal,
    sales_vat: Decimal,
    variable: Decimal,
    variable_vat: Decimal,
}

impl Month {
    fn of(sale: &Sale, has_vat: bool, units: Decimal) -> Self {
        let sales = centimes(units * sale.price);
        let sales_vat = if has_vat { centimes(sales * sale.vat) } else { Decimal::ZERO };
        let mut month = Self { units, sales, sales_vat, variable: Decimal::ZERO, variable_vat: Decimal::ZERO };
        for (cost, vat) in &sale.costs {
            let amount = centimes(units * cost);
            let tax = centimes(amount * vat);
            let (net, tax) = if has_vat { (amount, tax) } else { (amount + tax, Decimal::ZERO) };
            month.variable += net;
            month.variable_vat += tax;
        }
        month
    }
}

/// All months of a plan. Amounts are before tax where the plan charges value added tax; otherwise costs hold their tax.
#[derive(Debug, Clone)]
pub(crate) struct Months {
    pub(crate) sold: Vec<Sold>,
    pub(crate) sales: Series,
    pub(crate) sales_vat: Series,
    pub(crate) variable: Series,
    pub(crate) variable_vat: Series,
    pub(crate) fixed: Series,
    pub(crate) fixed_vat: Series,
    pub(crate) staff: Series,
    pub(crate) invested: Series,
    pub(crate) invested_vat: Series,
    /// Of each year, the first first.
    pub(crate) depreciation: Vec<Decimal>,
    /// What the investments are still worth at the end.
    pub(crate) residual: Decimal,
    pub(crate) interest: Series,
    pub(crate) principal: Series,
    pub(crate) borrowed: Series,
    pub(crate) granted: Series,
    pub(crate) own: Series,
}

impl Months {
    /// The months of a checked plan.
    pub(crate) fn of(plan: &Checked) -> Self {
        let count = plan.years * 12;
        let zero = || Series::zero(count);
        let mut months = Self {
            sold: Vec::new(),
            sales: zero(),
            sales_vat: zero(),
            variable: zero(),
            variable_vat: zero(),
            fixed: zero(),
            fixed_vat: zero(),
            staff: zero(),
            invested: zero(),
            invested_vat: zero(),
            depreciation: vec![Decimal::ZERO; plan.years],
            residual: Decimal::ZERO,
            interest: zero(),
            principal: zero(),
            borrowed: zero(),
            granted: zero(),
            own: zero(),
        };
        for sale in &plan.products {
            months.sell(plan, sale);
        }
        months.spend(plan);
        months.employ(plan);
        months.invest(plan);
        months.finance(plan);
        months
    }

    fn sell(&mut self, plan: &Checked, sale: &Sale) {
        let mut units = Series::zero(plan.years * 12);
        let seasons = sale.season.iter().cycle().skip(plan.start.1).take(12);
        let full: Vec<Decimal> = seasons.map(|season| sale.quantity * season).collect();
        let mut like: Option<(Decimal, Vec<Month>)> = None;
        for (year, ramp) in sale.ramp.iter().enumerate() {
            // What has grown to its full size sells the same every year: that is reckoned once.
            let months = match like.take().filter(|(there, _)| there == ramp) {
                Some((_, months)) => months,
                None => full.iter().map(|quantity| Month::of(sale, plan.vat, digits(quantity * ramp))).collect(),
            };
            for (past, month) in months.iter().enumerate().filter(|(_, month)| !month.units.is_zero()) {
                let at = year * 12 + past + 1;
                units.add(at, month.units);
                self.sales.add(at, month.sales);
                self.sales_vat.add(at, month.sales_vat);
                self.variable.add(at, month.variable);
                self.variable_vat.add(at, month.variable_vat);
            }
            like = Some((*ramp, months));
        }
        self.sold.push(Sold { code: sale.code.clone(), units });
    }

    fn spend(&mut self, plan: &Checked) {
        for cost in &plan.fixed {
            let amount = centimes(cost.amount);
            let tax = centimes(amount * cost.vat);
            let (net, tax) = if plan.vat { (amount, tax) } else { (amount + tax, Decimal::ZERO) };
            let step = if cost.yearly { 12 } else { 1 };
            for month in (1..=plan.years * 12).step_by(step) {
                self.fixed.add(month, net);
                self.fixed_vat.add(month, tax);
            }
        }
    }

    fn employ(&mut self, plan: &Checked) {
        for pay in &plan.staff {
            let wages = centimes(pay.people * pay.wage);
            for (year, rules) in plan.rules.iter().enumerate() {
                let added = if pay.declared { rules.social_percent.value() } else { Decimal::ZERO };
                let month_costs = wages + centimes(wages * added / Decimal::ONE_HUNDRED);
                for month in (year * 12 + 1..=year * 12 + 12).filter(|month| *month >= pay.from_month) {
                    self.staff.add(month, month_costs);
                }
            }
        }
    }

    fn invest(&mut self, plan: &Checked) {
        for buy in &plan.investments {
            let amount = centimes(buy.quantity * buy.price);
            let tax = centimes(amount * buy.vat);
            let (value, tax) = if plan.vat { (amount, tax) } else { (amount + tax, Decimal::ZERO) };
            self.invested.add(buy.month, value);
            self.invested_vat.add(buy.month, tax);
            // What was written off until the end of a year, rounded, less what was before: the parts make the whole.
            let life = Decimal::from(u32::from(buy.life_years) * 12);
            let mut before = Decimal::ZERO;
            for (year, depreciation) in self.depreciation.iter_mut().enumerate() {
                let used = Decimal::from(((year + 1) * 12).saturating_sub(buy.month)).min(life);
                let written_off = centimes(value * used / life);
                *depreciation += written_off - before;
                before = written_off;
            }
            self.residual += value - before;
        }
    }

    fn finance(&mut self, plan: &Checked) {
        for debt in &plan.loans {
            self.borrowed.add(debt.month, centimes(debt.amount));
            for payment in payments(debt) {
                self.interest.add(payment.month, payment.interest);
                self.principal.add(payment.month, payment.principal);
            }
        }
        for gift in &plan.funds {
            let place = match gift.origin {
                Origin::Own => &mut self.own,
                Origin::Grant => &mut self.granted,
            };
            place.add(gift.month, centimes(gift.amount));
        }
    }

    /// The same plan with other prices, other quantities or other costs: whole series times a factor, each month rounded.
    pub(crate) fn with(&self, factors: Factors) -> Self {
        let (sales, variable) = (factors.price * factors.quantity, factors.cost * factors.quantity);
        Self {
            sales: self.sales.times(sales),
            sales_vat: self.sales_vat.times(sales),
            variable: self.variable.times(variable),
            variable_vat: self.variable_vat.times(variable),
            fixed: self.fixed.times(factors.cost),
            fixed_vat: self.fixed_vat.times(factors.cost),
            ..self.clone()
        }
    }
}

/// What a sensitivity turns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Factors {
    pub(crate) price: Decimal,
    pub(crate) quantity: Decimal,
    /// Of costs per unit and fixed costs; wages stay.
    pub(crate) cost: Decimal,
}
