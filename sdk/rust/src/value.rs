//! Values that are more than a text: a day, the id of a record.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::form::{Fault, FromText};
use crate::schema::{Scalar, Shape, Value};

/// A day, `2026-03-08`. Days compare in their order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(String);

impl Date {
    /// The day, if there is such a one.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 31,
        };
        let there = year <= 9999 && (1..=12).contains(&month) && (1..=days).contains(&day);
        there.then(|| Self(format!("{year:04}-{month:02}-{day:02}")))
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Date {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::new("format");
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        let plain = |part: &str, digits: usize| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        if !(plain(year, 4) && plain(month, 2) && plain(day, 2)) {
            return Err(wrong());
        }
        let number = |part: &str| part.parse().map_err(|_| wrong());
        Self::new(year.parse().map_err(|_| wrong())?, number(month)?, number(day)?).ok_or_else(wrong)
    }
}

impl TryFrom<String> for Date {
    type Error = Fault;
    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.0
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromText for Date {
    fn from_text(text: &str) -> Result<Self, Fault> {
        text.parse()
    }
}

impl Shape for Date {
    fn schema() -> Value {
        json!({ "type": "string", "format": "date" })
    }
}

impl Scalar for Date {}

/// The id of a record. The kernel makes ids; a plugin only hands them on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(String);

impl RecordId {
    /// An id that the kernel gave.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for RecordId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

impl From<String> for RecordId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromText for RecordId {
    fn from_text(text: &str) -> Result<Self, Fault> {
        let marks = [8, 13, 18, 23];
        let fits = |(place, byte): (usize, u8)| {
            if marks.contains(&place) { byte == b'-' } else { byte.is_ascii_hexdigit() }
        };
        if text.len() == 36 && text.bytes().enumerate().all(fits) {
            return Ok(Self(text.to_owned()));
        }
        Err(Fault::new("format"))
    }
}

impl Shape for RecordId {
    fn schema() -> Value {
        json!({ "type": "string", "format": "uuid" })
    }
}

impl Scalar for RecordId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist_are_dates() {
        for good in ["2024-02-29", "2026-12-31", "0001-01-01"] {
            assert_eq!(good.parse::<Date>().unwrap().as_str(), good);
        }
        for bad in
            ["2026-02-29", "2026-13-01", "2026-4-01", "2026-04-31", "26-01-01", "2026-01-01T00", "", "+026-01-01"]
        {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
        assert!("2026-01-31".parse::<Date>().unwrap() < "2026-02-01".parse::<Date>().unwrap());
    }

    #[test]
    fn an_id_from_outside_has_the_form_of_one() {
        assert!(RecordId::from_text("01890a5d-ac96-774b-bcce-b302099a8057").is_ok());
        for bad in ["", "01890a5d", "01890a5d-ac96-774b-bcce-b302099a805g", "01890a5d-ac96-774b-bcce_b302099a8057"] {
            assert!(RecordId::from_text(bad).is_err(), "{bad}");
        }
    }
}
