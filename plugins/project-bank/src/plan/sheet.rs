//! What is put into a plan. Every line has a code, unique among the lines of its kind: by it a corrected model finds the line again.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Shape, Texts};

use super::number::{Number, Value};
use super::unit::{Measure, Unit};
use super::{LINES_MAX, PARAMETERS_MAX, YEARS_MAX, YEARS_MIN};

/// The code of a line or a parameter.
pub(crate) const CODE: &str = "^[a-z][a-z0-9-]{0,31}$";
/// A month of the calendar.
const MONTH: &str = "^20[0-9]{2}-(0[1-9]|1[0-2])$";

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Plan {
    #[field(pattern = MONTH, description = "The first month of sales, 2027-01.")]
    pub(crate) start: String,
    #[field(min = YEARS_MIN, max = YEARS_MAX)]
    pub(crate) years: u8,
    #[field(description = "What money costs in a year, in per cent: later dirhams are worth less by it.")]
    pub(crate) discount: Value,
    #[field(description = "Whether value added tax is charged and taken back; otherwise it is a part of each cost.")]
    pub(crate) vat: bool,
    #[field(max = 6, description = "Months until buyers pay.")]
    pub(crate) collect_months: u8,
    #[field(max = 6, description = "Months until suppliers are paid.")]
    pub(crate) pay_months: u8,
    #[field(max = 6, description = "Months that what a sale needs is bought before it.")]
    pub(crate) stock_months: u8,
    #[field(max_items = PARAMETERS_MAX)]
    pub(crate) parameters: Vec<Parameter>,
    #[field(max_items = LINES_MAX)]
    pub(crate) investments: Vec<Investment>,
    #[field(max_items = LINES_MAX)]
    pub(crate) products: Vec<Product>,
    #[field(max_items = LINES_MAX)]
    pub(crate) costs: Vec<Cost>,
    #[field(max_items = LINES_MAX)]
    pub(crate) staff: Vec<Staff>,
    #[field(max_items = LINES_MAX)]
    pub(crate) loans: Vec<Loan>,
    #[field(max_items = LINES_MAX)]
    pub(crate) funds: Vec<Fund>,
}

/// A figure with a name, which lines refer to as `@code`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Parameter {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(each(max_length = 200))]
    pub(crate) label: Texts,
    pub(crate) value: Number,
    pub(crate) measure: Measure,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(description = "What the value is at least, wherever the model is taken.")]
    pub(crate) least: Option<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(description = "What the value is at most, wherever the model is taken.")]
    pub(crate) most: Option<Number>,
    /// Where the figure comes from; `example` when it is only one.
    #[field(max_length = 300)]
    pub(crate) source: String,
}

/// Something that lasts: a press, a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Investment {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(each(max_length = 200))]
    pub(crate) label: Texts,
    pub(crate) quantity: Value,
    #[field(description = "Dirhams for one, before tax.")]
    pub(crate) price: Value,
    #[field(description = "Per cent of value added tax.")]
    pub(crate) vat: Value,
    #[field(max = 60, description = "When it is bought; 0 is before the first month.")]
    pub(crate) month: u8,
    #[field(min = 1, max = 50)]
    pub(crate) life_years: u8,
    #[field(max_length = 300)]
    pub(crate) source: String,
}

/// What is sold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Product {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(each(max_length = 200))]
    pub(crate) label: Texts,
    pub(crate) unit: Unit,
    #[field(description = "Dirhams for one unit, before tax.")]
    pub(crate) price: Value,
    #[field(description = "Units in a month at full capacity.")]
    pub(crate) quantity: Value,
    #[field(description = "Per cent of value added tax.")]
    pub(crate) vat: Value,
    #[serde(default)]
    #[field(
        max_items = 12,
        each(max = 1000),
        description = "Per cent of a month, January first; nothing means the same all year."
    )]
    pub(crate) season: Vec<u16>,
    #[serde(default)]
    #[field(max_items = YEARS_MAX, each(max = 1000), description = "Per cent of full capacity in each year; the last one goes on.")]
    pub(crate) ramp: Vec<u16>,
}

/// How a cost arises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Basis {
    /// For each unit of a product.
    PerUnit,
    /// The same every month.
    Monthly,
    /// Once a year, in its first month.
    Yearly,
}

/// What is used up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Cost {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(each(max_length = 200))]
    pub(crate) label: Texts,
    pub(crate) basis: Basis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(pattern = CODE, description = "The product whose units are counted.")]
    pub(crate) product: Option<String>,
    #[field(description = "Dirhams, before tax.")]
    pub(crate) amount: Value,
    #[field(description = "Per cent of value added tax.")]
    pub(crate) vat: Value,
    #[field(max_length = 300)]
    pub(crate) source: String,
}

/// People who are paid by the month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Staff {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(each(max_length = 200))]
    pub(crate) label: Texts,
    pub(crate) people: Value,
    #[field(description = "Dirhams a month for one, before what the employer adds.")]
    pub(crate) wage: Value,
    #[field(description = "Whether the employer's social charges are added.")]
    pub(crate) declared: bool,
    #[field(min = 1, max = 60)]
    pub(crate) from_month: u8,
}

/// How a loan is paid back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Repayment {
    /// The same sum every month, interest inside.
    Annuity,
    /// The same part of the loan every month, interest beside it.
    Principal,
}

/// Money that is paid back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Loan {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(each(max_length = 200))]
    pub(crate) label: Texts,
    pub(crate) amount: Value,
    #[field(description = "Per cent a year.")]
    pub(crate) rate: Value,
    #[field(max = 60, description = "When it comes; 0 is before the first month.")]
    pub(crate) month: u8,
    #[field(min = 1, max = 600, description = "From when it comes to the last payment.")]
    pub(crate) months: u16,
    #[field(max = 600, description = "Months at the beginning in which only interest is paid.")]
    pub(crate) grace_months: u16,
    pub(crate) repayment: Repayment,
}

/// Where money that nobody wants back comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Origin {
    /// The members' shares and savings.
    Own,
    Grant,
}

/// Money that is not paid back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Fund {
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(each(max_length = 200))]
    pub(crate) label: Texts,
    pub(crate) origin: Origin,
    pub(crate) amount: Value,
    #[field(max = 60, description = "When it comes; 0 is before the first month.")]
    pub(crate) month: u8,
}

impl Plan {
    /// All its lines, parameters aside.
    pub(crate) fn lines(&self) -> usize {
        [
            self.investments.len(),
            self.products.len(),
            self.costs.len(),
            self.staff.len(),
            self.loans.len(),
            self.funds.len(),
        ]
        .into_iter()
        .sum()
    }

    /// Its months.
    pub(crate) fn months(&self) -> usize {
        usize::from(self.years) * 12
    }
}
