//! What all sheets are written from: the plan, its figures, and where other sheets keep theirs.

use rust_decimal::Decimal;
use tiwizi_sdk::{Language, Texts};

use super::Words;
use super::book::{Cell, Sheet, at, letters, sheet_name, span};
use crate::plan::check::Checked;
use crate::plan::months::Months;
use crate::plan::number::Value;
use crate::plan::unit::Wanted;
use crate::plan::{Outcome, Plan, outcome};

/// The sheets, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Parameters,
    Sales,
    Investments,
    Staff,
    Monthly,
    Accounts,
    Financing,
    Results,
}

impl Page {
    const KEYS: [&str; 8] = [
        "sheet-parameters",
        "sheet-sales",
        "list-investments",
        "list-staff",
        "sheet-monthly",
        "sheet-accounts",
        "sheet-financing",
        "sheet-results",
    ];
}

/// Rows of the first sheet.
pub(super) const START: u32 = 2;
pub(super) const FIRST_MONTH: u32 = 3;
pub(super) const DISCOUNT: u32 = 4;
pub(super) const VAT: u32 = 5;
pub(super) const COLLECT: u32 = 6;
pub(super) const PAY: u32 = 7;
pub(super) const STOCK: u32 = 8;
pub(super) const PRICES: u32 = 9;
pub(super) const QUANTITIES: u32 = 10;
pub(super) const COSTS: u32 = 11;
pub(super) const PROFIT: u32 = 14;
pub(super) const EXEMPT: u32 = 15;
pub(super) const SOCIAL: u32 = 16;
pub(super) const PARAMETERS: u32 = 19;
/// The first row of the lists of the other sheets.
pub(super) const LINES: u32 = 2;

/// See the module.
pub(super) struct Desk<'a> {
    pub(super) plan: &'a Plan,
    pub(super) checked: &'a Checked,
    pub(super) months: Months,
    pub(super) outcome: Outcome,
    pub(super) language: Language,
    words: Words<'a>,
    /// The sheets' names; formulas hold them often.
    names: Vec<String>,
}

impl<'a> Desk<'a> {
    pub(super) fn of(plan: &'a Plan, checked: &'a Checked, language: Language, words: Words<'a>) -> Self {
        let names = Page::KEYS.iter().enumerate().map(|(past, key)| sheet_name(past + 1, &words(key))).collect();
        Self { plan, checked, months: Months::of(checked), outcome: outcome(checked), language, words, names }
    }

    fn name(&self, page: Page) -> &str {
        self.names.get(page as usize).map(String::as_str).unwrap_or_default()
    }

    pub(super) fn say(&self, key: &str) -> String {
        (self.words)(key)
    }

    pub(super) fn label(&self, texts: &Texts) -> String {
        texts.best(self.language).to_owned()
    }

    /// The plan's last month.
    pub(super) fn last(&self) -> usize {
        self.checked.years * 12
    }

    pub(super) fn sheet(&self, page: Page, frozen: (u32, u16)) -> Sheet {
        let mut sheet = Sheet::new(self.name(page), frozen);
        sheet.heading(0, 0, self.say(Page::KEYS.get(page as usize).copied().unwrap_or_default()));
        sheet
    }

    /// Headings over the columns of a list.
    pub(super) fn headings(&self, sheet: &mut Sheet, row: u32, keys: &[&str]) {
        for (column, key) in keys.iter().enumerate() {
            sheet.heading(row, index(column), self.say(key));
        }
    }

    /// A cell of a sheet, as formulas of others name it.
    pub(super) fn of_sheet(&self, page: Page, row: u32, column: u16) -> String {
        format!("'{}'!{}", self.name(page), at(row, column))
    }

    /// Cells of a sheet, as formulas of others name them.
    pub(super) fn span_of(&self, page: Page, first: (u32, u16), last: (u32, u16)) -> String {
        format!("'{}'!{}", self.name(page), span(first, last))
    }

    /// A figure of the first sheet.
    pub(super) fn own(&self, row: u32) -> String {
        self.of_sheet(Page::Parameters, row, 1)
    }

    /// A cell of the monthly table's row in a month.
    pub(super) fn in_month(&self, row: u32, month: usize) -> String {
        self.of_sheet(Page::Monthly, row, column_of(month))
    }

    /// The whole row of the monthly table.
    pub(super) fn all_months(&self, row: u32) -> String {
        self.span_of(Page::Monthly, (row, column_of(0)), (row, column_of(self.last())))
    }

    /// The row of the monthly table in a year's months; the first year is 1.
    pub(super) fn of_year(&self, row: u32, year: usize) -> String {
        self.span_of(Page::Monthly, (row, column_of(year * 12 - 11)), (row, column_of(year * 12)))
    }

    /// What was put in: a number, or a formula that fetches the parameter and brings it into the field's unit.
    pub(super) fn figure(&self, value: &Value, wanted: Wanted) -> Cell {
        let code = match value {
            Value::Fixed(number) => return Cell::Input(number.value()),
            Value::Parameter(code) => code,
        };
        let there = self.plan.parameters.iter().enumerate().find(|(_, parameter)| &parameter.code == code);
        let Some((past, parameter)) = there else { return Cell::Text(code.clone()) };
        let factor = parameter.measure.factor(wanted).unwrap_or(Decimal::ONE);
        let place = self.of_sheet(Page::Parameters, PARAMETERS + count(past), 1);
        Cell::Formula(format!("={place}*{factor}"), Some(parameter.value.value() * factor))
    }
}

/// The column of a month in the monthly table, and of a year in the accounts.
pub(super) fn column_of(month: usize) -> u16 {
    index(month) + 1
}

/// The letters of a month's column.
pub(super) fn month_letters(month: usize) -> String {
    letters(column_of(month))
}

pub(super) fn index(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// 1 for yes.
pub(super) fn flag(is_so: bool) -> Decimal {
    if is_so { Decimal::ONE } else { Decimal::ZERO }
}
