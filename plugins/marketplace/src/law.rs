//! Law as data: rates of the value added tax and the terms of distance selling, each with the day from which it holds.
//!
//! The files lie in `law/`. They say of themselves that they are to be verified; pages show that. A rule changes by a new version there,
//! never by a line of code, and what was sold before goes on by the version of its own day.

use std::collections::BTreeMap;

use serde::Deserialize;
use tiwizi_sdk::Date;

use crate::money::{Centimes, Rate};

const VAT: &str = include_str!("../law/vat.json");
const SALES: &str = include_str!("../law/sales.json");
const COMMISSION: &str = include_str!("../law/commission.json");

/// Versions of a rule, by their first day.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dated<Version> {
    /// What the file says of itself.
    pub note: String,
    /// Whether nobody has held it against the text of the law yet.
    pub verify: bool,
    versions: Vec<From<Version>>,
}

#[derive(Debug, Clone, Deserialize)]
struct From<Version> {
    from: Date,
    #[serde(flatten)]
    version: Version,
}

/// The rates of one version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct VatRates {
    rates: BTreeMap<String, Rate>,
}

/// The terms of distance selling of one version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SaleTerms {
    /// Days after delivery in which a buyer may withdraw without a reason.
    pub withdrawal_days: u32,
    /// The same, when the seller did not confirm what the law asks for in writing.
    pub withdrawal_days_unconfirmed: u32,
    /// Days after the withdrawal within which the money is paid back.
    pub refund_days: u32,
    /// Days after the order within which is delivered, when nothing else was agreed.
    pub delivery_days: u32,
    /// Days after delivery in which a fault of the goods may be claimed here.
    pub defect_days: u32,
    /// The natures of goods that no withdrawal without a reason concerns.
    pub not_withdrawable: Vec<String>,
}

/// What the platform keeps, in one version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CommissionTerms {
    /// Of the goods with their taxes.
    pub rate: Rate,
    /// The class of the tax that lies on the commission.
    pub vat_class: String,
}

/// An amount with its tax taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taxed {
    /// Without the tax.
    pub net: Centimes,
    /// The tax.
    pub tax: Centimes,
}

impl<Version> Dated<Version> {
    /// The version of a day; none before the first.
    #[must_use]
    pub fn on(&self, day: &Date) -> Option<&Version> {
        self.versions
            .iter()
            .filter(|dated| dated.from <= *day)
            .max_by_key(|dated| &dated.from)
            .map(|dated| &dated.version)
    }
}

impl VatRates {
    /// The rate of a class of goods.
    #[must_use]
    pub fn rate(&self, class: &str) -> Option<Rate> {
        self.rates.get(class).copied()
    }

    /// The classes that there are.
    pub fn classes(&self) -> impl Iterator<Item = &str> {
        self.rates.keys().map(String::as_str)
    }
}

impl Taxed {
    /// Takes an amount that holds its tax apart.
    #[must_use]
    pub fn of(gross: Centimes, rate: Rate) -> Self {
        let net = gross.without(rate);
        Self { net, tax: Centimes(gross.0 - net.0) }
    }
}

/// The rates of the value added tax.
///
/// # Errors
/// When the file that was built in is damaged; a test holds that it is not.
pub fn vat() -> Result<Dated<VatRates>, serde_json::Error> {
    serde_json::from_str(VAT)
}

/// The terms of distance selling.
///
/// # Errors
/// As [`vat`].
pub fn sales() -> Result<Dated<SaleTerms>, serde_json::Error> {
    serde_json::from_str(SALES)
}

/// What the platform keeps of a sale.
///
/// # Errors
/// As [`vat`].
pub fn commission() -> Result<Dated<CommissionTerms>, serde_json::Error> {
    serde_json::from_str(COMMISSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_that_of_its_day() {
        let vat = vat().unwrap();
        let rate = |day: &str, class: &str| vat.on(&day.parse().unwrap()).and_then(|rates| rates.rate(class));
        assert_eq!(rate("2024-12-31", "transport"), Some(Rate(1_600)));
        assert_eq!(rate("2025-01-01", "transport"), Some(Rate(1_800)));
        assert_eq!(rate("2030-01-01", "standard"), Some(Rate(2_000)));
        assert_eq!((rate("2022-12-31", "standard"), rate("2026-01-01", "none")), (None, None));
    }

    #[test]
    fn tax_and_net_are_the_whole() {
        for (gross, rate, tax) in [(12_000, 2_000, 2_000), (9_999, 1_000, 909), (1, 2_000, 0), (500, 0, 0)] {
            let taxed = Taxed::of(Centimes(gross), Rate(rate));
            assert_eq!((taxed.tax, taxed.net.0 + taxed.tax.0), (Centimes(tax), gross));
        }
    }

    #[test]
    fn the_terms_of_selling_say_that_they_are_to_be_verified() {
        let sales = sales().unwrap();
        assert!(sales.verify && !sales.note.is_empty());
        let terms = sales.on(&"2026-11-27".parse().unwrap()).unwrap();
        assert_eq!((terms.withdrawal_days, terms.refund_days), (7, 15));
        let commission = commission().unwrap();
        assert_eq!(commission.on(&"2026-11-27".parse().unwrap()).unwrap().rate, Rate(500));
    }
}
