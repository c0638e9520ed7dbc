//! The day of a call, and the law of that day.

use tiwizi_sdk::{Date, Error, context};

use crate::day::Day;
use crate::delivery::{self, Tariff};
use crate::law::{self, CommissionTerms, SaleTerms, VatRates};

/// The day of this call.
pub(crate) fn day() -> Day {
    Day::of(context::now())
}

/// The same in the calendar.
pub(crate) fn date() -> Result<Date, Error> {
    context::today()
}

/// The rates of the value added tax of today.
pub(crate) fn vat() -> Result<VatRates, Error> {
    law::vat()?.on(&date()?).cloned().ok_or_else(|| no_version("the value added tax"))
}

/// The terms of distance selling of a day.
pub(crate) fn sales() -> Result<SaleTerms, Error> {
    law::sales()?.on(&date()?).cloned().ok_or_else(|| no_version("distance selling"))
}

/// What the platform keeps today.
pub(crate) fn commission() -> Result<CommissionTerms, Error> {
    law::commission()?.on(&date()?).cloned().ok_or_else(|| no_version("the commission"))
}

/// The tariff of today.
pub(crate) fn tariff() -> Result<Tariff, Error> {
    delivery::tariff()?.on(&date()?).cloned().ok_or_else(|| no_version("delivery"))
}

fn no_version(what: &str) -> Error {
    Error::internal(format!("there is no version of the rules of {what} for today"))
}
