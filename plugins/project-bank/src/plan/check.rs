//! From what was put in to figures that can be reckoned with: parameters are looked up and converted, and what makes no sense is a fault at
//! its field. Only a plan that passed gets figures, so the rest of the engine meets no bad input.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Serialize;

use super::number::Value;
use super::rules::Rules;
use super::sheet::{Basis, Origin, Parameter, Plan, Repayment};
use super::unit::Wanted;
use super::{FIGURE_MAX, LINES_MAX, PARAMETERS_MAX, YEARS_MAX, YEARS_MIN};

/// What is wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    /// `products/oil/price`, or `years`.
    pub(crate) place: String,
    /// The word that the messages know it by.
    pub(crate) code: &'static str,
}

/// A plan whose figures are numbers in the right units.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    pub(crate) start: (u16, usize),
    pub(crate) years: usize,
    /// As a fraction.
    pub(crate) discount: Decimal,
    pub(crate) vat: bool,
    pub(crate) collect_months: usize,
    pub(crate) pay_months: usize,
    pub(crate) stock_months: usize,
    pub(crate) investments: Vec<Buy>,
    pub(crate) products: Vec<Sale>,
    pub(crate) fixed: Vec<Fixed>,
    pub(crate) staff: Vec<Pay>,
    pub(crate) loans: Vec<Debt>,
    pub(crate) funds: Vec<Gift>,
    /// Of each year.
    pub(crate) rules: Vec<Rules>,
}

#[derive(Debug, Clone)]
pub(crate) struct Buy {
    pub(crate) quantity: Decimal,
    pub(crate) price: Decimal,
    pub(crate) vat: Decimal,
    pub(crate) month: usize,
    pub(crate) life_years: u8,
}

#[derive(Debug, Clone)]
pub(crate) struct Sale {
    pub(crate) code: String,
    pub(crate) price: Decimal,
    pub(crate) quantity: Decimal,
    pub(crate) vat: Decimal,
    /// Of each month of the calendar, as a fraction.
    pub(crate) season: Vec<Decimal>,
    /// Of each year, as a fraction.
    pub(crate) ramp: Vec<Decimal>,
    /// What each unit costs, with its tax.
    pub(crate) costs: Vec<(Decimal, Decimal)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Fixed {
    pub(crate) yearly: bool,
    pub(crate) amount: Decimal,
    pub(crate) vat: Decimal,
}

#[derive(Debug, Clone)]
pub(crate) struct Pay {
    pub(crate) people: Decimal,
    pub(crate) wage: Decimal,
    pub(crate) declared: bool,
    pub(crate) from_month: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Debt {
    pub(crate) amount: Decimal,
    /// A year, as a fraction.
    pub(crate) rate: Decimal,
    pub(crate) month: usize,
    pub(crate) months: usize,
    pub(crate) grace_months: usize,
    pub(crate) repayment: Repayment,
}

#[derive(Debug, Clone)]
pub(crate) struct Gift {
    pub(crate) origin: Origin,
    pub(crate) amount: Decimal,
    pub(crate) month: usize,
}

/// Checks a plan.
///
/// # Errors
/// Every fault, with its place.
pub(crate) fn check(plan: &Plan) -> Result<Checked, Vec<Fault>> {
    let mut reader = Reader::of(plan);
    reader.frame();
    reader.codes();
    reader.parameters();
    let checked = reader.read();
    match checked {
        Some(checked) if reader.faults.is_empty() => Ok(checked),
        _ => {
            reader.faults.dedup();
            Err(reader.faults)
        }
    }
}

struct Reader<'a> {
    plan: &'a Plan,
    parameters: BTreeMap<&'a str, &'a Parameter>,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    fn of(plan: &'a Plan) -> Self {
        let parameters = plan.parameters.iter().map(|parameter| (parameter.code.as_str(), parameter)).collect();
        Self { plan, parameters, faults: Vec::new() }
    }

    fn refuse(&mut self, place: impl Into<String>, code: &'static str) {
        self.faults.push(Fault { place: place.into(), code });
    }

    /// The plan's length, its number of lines, and that it sells something.
    fn frame(&mut self) {
        if !(YEARS_MIN..=YEARS_MAX).contains(&self.plan.years) {
            self.refuse("years", "years");
        }
        if self.plan.products.is_empty() {
            self.refuse("products", "no-product");
        }
        if self.plan.lines() > LINES_MAX {
            self.refuse("lines", "too-many-lines");
        }
        if self.plan.parameters.len() > PARAMETERS_MAX {
            self.refuse("parameters", "too-many-lines");
        }
        for (place, months) in [
            ("collect_months", self.plan.collect_months),
            ("pay_months", self.plan.pay_months),
            ("stock_months", self.plan.stock_months),
        ] {
            if months > 6 {
                self.refuse(place, "too-large");
            }
        }
    }

    fn codes(&mut self) {
        let plan = self.plan;
        let lists: [(&str, Vec<&str>); 7] = [
            ("parameters", plan.parameters.iter().map(|line| line.code.as_str()).collect()),
            ("investments", plan.investments.iter().map(|line| line.code.as_str()).collect()),
            ("products", plan.products.iter().map(|line| line.code.as_str()).collect()),
            ("costs", plan.costs.iter().map(|line| line.code.as_str()).collect()),
            ("staff", plan.staff.iter().map(|line| line.code.as_str()).collect()),
            ("loans", plan.loans.iter().map(|line| line.code.as_str()).collect()),
            ("funds", plan.funds.iter().map(|line| line.code.as_str()).collect()),
        ];
        for (kind, codes) in lists {
            let mut seen = BTreeSet::new();
            for code in codes {
                if !seen.insert(code) {
                    self.refuse(format!("{kind}/{code}"), "duplicate");
                }
            }
        }
    }

    /// The parameters' own values: their faults stand there, and not at each line that refers to them.
    fn parameters(&mut self) {
        let plan = self.plan;
        for parameter in &plan.parameters {
            let bounds = (parameter.least, parameter.most);
            if let (Some(least), Some(most)) = bounds
                && least > most
            {
                self.refuse(format!("parameters/{}/least", parameter.code), "least-above-most");
            }
            let below = bounds.0.is_some_and(|least| parameter.value < least).then_some("below-least");
            let above = bounds.1.is_some_and(|most| parameter.value > most).then_some("above-most");
            if let Some(code) = beyond(parameter.value.value()).or(below).or(above) {
                self.refuse(format!("parameters/{}/value", parameter.code), code);
            }
        }
    }

    /// A figure that may not be below zero.
    fn figure(&mut self, place: &str, value: &Value, wanted: Wanted) -> Option<Decimal> {
        let figure = match value {
            Value::Fixed(number) => number.value(),
            Value::Parameter(code) => {
                let Some(parameter) = self.parameters.get(code.as_str()) else {
                    self.refuse(place, "unknown-parameter");
                    return None;
                };
                let Some(factor) = parameter.measure.factor(wanted) else {
                    self.refuse(place, "unit");
                    return None;
                };
                // The bound comes first: two numbers within it cannot overflow together. Its fault stands at the parameter.
                let value = parameter.value.value();
                if beyond(value).is_some() {
                    return None;
                }
                value * factor
            }
        };
        let Some(code) = beyond(figure) else { return Some(figure) };
        self.refuse(place, code);
        None
    }

    /// Per cent as a fraction, 100 at most.
    fn fraction(&mut self, place: &str, value: &Value) -> Option<Decimal> {
        let percent = self.figure(place, value, Wanted::Percent)?;
        if percent > Decimal::ONE_HUNDRED {
            self.refuse(place, "too-large");
            return None;
        }
        Some(percent / Decimal::ONE_HUNDRED)
    }

    /// A rate of value added tax that the law has when the plan begins.
    fn vat(&mut self, place: &str, value: &Value, rules: Option<&Rules>) -> Option<Decimal> {
        let fraction = self.fraction(place, value)?;
        if rules.is_some_and(|rules| !rules.has_vat(fraction * Decimal::ONE_HUNDRED)) {
            self.refuse(place, "vat-rate");
            return None;
        }
        Some(fraction)
    }

    /// A month within the plan; 0 is before it.
    fn month(&mut self, place: &str, month: u8) -> usize {
        if usize::from(month) > self.plan.months() {
            self.refuse(place, "after-the-end");
        }
        usize::from(month)
    }

    fn read(&mut self) -> Option<Checked> {
        let plan = self.plan;
        let start = start_of(&plan.start);
        if start.is_none() {
            self.refuse("start", "month");
        }
        let rules: Vec<Rules> = start.map(|start| rules_of(start, plan.years)).unwrap_or_default();
        let discount = self.fraction("discount", &plan.discount);
        let first = rules.first().cloned();
        let investments = self.investments(first.as_ref());
        let products = self.products(first.as_ref());
        let fixed = self.fixed(first.as_ref());
        let (staff, loans, funds) = (self.staff(), self.loans(), self.funds());
        Some(Checked {
            start: start?,
            years: usize::from(plan.years),
            discount: discount?,
            vat: plan.vat,
            collect_months: usize::from(plan.collect_months),
            pay_months: usize::from(plan.pay_months),
            stock_months: usize::from(plan.stock_months),
            investments,
            products,
            fixed,
            staff,
            loans,
            funds,
            rules,
        })
    }

    fn investments(&mut self, rules: Option<&Rules>) -> Vec<Buy> {
        let mut read = Vec::new();
        for line in &self.plan.investments {
            let place = |field: &str| format!("investments/{}/{field}", line.code);
            if line.life_years == 0 {
                self.refuse(place("life_years"), "too-small");
            }
            let month = self.month(&place("month"), line.month);
            let quantity = self.figure(&place("quantity"), &line.quantity, Wanted::Number);
            let price = self.figure(&place("price"), &line.price, Wanted::Money);
            let vat = self.vat(&place("vat"), &line.vat, rules);
            if let (Some(quantity), Some(price), Some(vat)) = (quantity, price, vat) {
                read.push(Buy { quantity, price, vat, month, life_years: line.life_years });
            }
        }
        read
    }

    fn products(&mut self, rules: Option<&Rules>) -> Vec<Sale> {
        let mut read = Vec::new();
        for line in &self.plan.products {
            let place = |field: &str| format!("products/{}/{field}", line.code);
            if !line.season.is_empty() && line.season.len() != 12 {
                self.refuse(place("season"), "season");
            }
            if line.ramp.len() > usize::from(YEARS_MAX) {
                self.refuse(place("ramp"), "ramp");
            }
            let price = self.figure(&place("price"), &line.price, Wanted::MoneyPer(line.unit));
            let quantity = self.figure(&place("quantity"), &line.quantity, Wanted::PerMonth(line.unit));
            let vat = self.vat(&place("vat"), &line.vat, rules);
            let costs = self.costs_of(&line.code, rules);
            let (Some(price), Some(quantity), Some(vat)) = (price, quantity, vat) else { continue };
            let percent = |value: u16| Decimal::new(i64::from(value), 2);
            let season = if line.season.is_empty() {
                vec![Decimal::ONE; 12]
            } else {
                line.season.iter().map(|value| percent(*value)).collect()
            };
            let last = line.ramp.last().copied().unwrap_or(100);
            let ramp = (0..usize::from(self.plan.years))
                .map(|year| percent(line.ramp.get(year).copied().unwrap_or(last)))
                .collect();
            read.push(Sale { code: line.code.clone(), price, quantity, vat, season, ramp, costs });
        }
        read
    }

    /// What each unit of a product costs.
    fn costs_of(&mut self, product: &str, rules: Option<&Rules>) -> Vec<(Decimal, Decimal)> {
        let unit = self.plan.products.iter().find(|line| line.code == product).map(|line| line.unit);
        let mut read = Vec::new();
        let lines = self.plan.costs.iter().filter(|line| line.basis == Basis::PerUnit);
        for line in lines.filter(|line| line.product.as_deref() == Some(product)) {
            let place = |field: &str| format!("costs/{}/{field}", line.code);
            let amount = unit.and_then(|unit| self.figure(&place("amount"), &line.amount, Wanted::MoneyPer(unit)));
            let vat = self.vat(&place("vat"), &line.vat, rules);
            read.extend(amount.zip(vat));
        }
        read
    }

    fn fixed(&mut self, rules: Option<&Rules>) -> Vec<Fixed> {
        let mut read = Vec::new();
        for line in &self.plan.costs {
            let place = |field: &str| format!("costs/{}/{field}", line.code);
            if line.basis == Basis::PerUnit {
                let known = self.plan.products.iter().any(|product| Some(&product.code) == line.product.as_ref());
                if !known {
                    self.refuse(place("product"), "unknown-product");
                }
                continue;
            }
            let amount = self.figure(&place("amount"), &line.amount, Wanted::Money);
            let vat = self.vat(&place("vat"), &line.vat, rules);
            if let (Some(amount), Some(vat)) = (amount, vat) {
                read.push(Fixed { yearly: line.basis == Basis::Yearly, amount, vat });
            }
        }
        read
    }

    fn staff(&mut self) -> Vec<Pay> {
        let mut read = Vec::new();
        for line in &self.plan.staff {
            let place = |field: &str| format!("staff/{}/{field}", line.code);
            if line.from_month == 0 {
                self.refuse(place("from_month"), "too-small");
            }
            let from_month = self.month(&place("from_month"), line.from_month);
            let people = self.figure(&place("people"), &line.people, Wanted::Number);
            let wage = self.figure(&place("wage"), &line.wage, Wanted::Money);
            if let (Some(people), Some(wage)) = (people, wage) {
                read.push(Pay { people, wage, declared: line.declared, from_month });
            }
        }
        read
    }

    fn loans(&mut self) -> Vec<Debt> {
        let mut read = Vec::new();
        for line in &self.plan.loans {
            let place = |field: &str| format!("loans/{}/{field}", line.code);
            let (months, grace_months) = (usize::from(line.months), usize::from(line.grace_months));
            let month = self.month(&place("month"), line.month);
            if months == 0 {
                self.refuse(place("months"), "too-small");
            } else if month + months > self.plan.months() {
                self.refuse(place("months"), "loan-longer-than-plan");
            }
            if grace_months >= months {
                self.refuse(place("grace_months"), "grace-longer-than-loan");
            }
            let amount = self.figure(&place("amount"), &line.amount, Wanted::Money);
            let rate = self.fraction(&place("rate"), &line.rate);
            if let (Some(amount), Some(rate)) = (amount, rate) {
                read.push(Debt { amount, rate, month, months, grace_months, repayment: line.repayment });
            }
        }
        read
    }

    fn funds(&mut self) -> Vec<Gift> {
        let mut read = Vec::new();
        for line in &self.plan.funds {
            let place = |field: &str| format!("funds/{}/{field}", line.code);
            let month = self.month(&place("month"), line.month);
            if let Some(amount) = self.figure(&place("amount"), &line.amount, Wanted::Money) {
                read.push(Gift { origin: line.origin, amount, month });
            }
        }
        read
    }
}

/// What is wrong with a figure that nothing is wrong with but its size.
fn beyond(figure: Decimal) -> Option<&'static str> {
    if figure < Decimal::ZERO {
        return Some("negative");
    }
    (figure > Decimal::from(FIGURE_MAX)).then_some("too-large")
}

/// `2027-03` as the year and the month's place in it, January 0.
fn start_of(text: &str) -> Option<(u16, usize)> {
    let (year, month) = text.split_once('-')?;
    let (year, month): (u16, usize) = (year.parse().ok()?, month.parse().ok()?);
    ((2000..2100).contains(&year) && (1..=12).contains(&month)).then_some((year, month.saturating_sub(1)))
}

/// The rules of each year of a plan: those of its first month.
fn rules_of((year, month): (u16, usize), years: u8) -> Vec<Rules> {
    (0..u16::from(years)).filter_map(|past| Rules::at(&format!("{:04}-{:02}", year + past, month + 1))).collect()
}
