//! Words, numbers and days in a language: for what no template makes, a file, a message, a word in a record.
//!
//! ```
//! # use tiwizi_sdk::{i18n, native};
//! # native::start("{}");
//! # native::add_messages("fr", "left = { $count ->\n    [one] { $count } place\n   *[other] { $count } places\n}\n");
//! let text = i18n::translate("left", &[("count", &3)], Some("fr"))?;
//! # assert_eq!(text, "3 places");
//! # Ok::<(), tiwizi_sdk::Error>(())
//! ```

use std::fmt::Display;

use crate::Error;
use crate::imports::{I18nImport as _, Kernel};

/// A message of the plugin's locales with its values, in a language or in the nearest that has it; without one in the call's own.
///
/// # Errors
/// `not-found` when no language has the message, `invalid` when the language is none of the seven.
pub fn translate(key: &str, values: &[(&str, &dyn Display)], language: Option<&str>) -> Result<String, Error> {
    let values: Vec<_> = values.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect();
    Kernel::translate(key, &values, language).map_err(Error::from_wire)
}

/// A number as the language writes it, with at most so many digits after the point.
#[must_use]
pub fn number(value: f64, decimals: u8, language: Option<&str>) -> String {
    Kernel::format_number(value, decimals, language)
}

/// The day of a moment in Morocco, in words.
#[must_use]
pub fn date(at: u64, language: Option<&str>) -> String {
    Kernel::format_date(at, language)
}
