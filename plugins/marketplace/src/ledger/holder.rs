//! Who holds money of the platform: couriers who took it at the door, gateways that captured it from cards, shops where it was paid.
//!
//! Each has an account of its own in the books. A courier or gateway that no data names has the account without a code: what was
//! booked before anybody was named stands there, and stays there.

use std::fmt;

/// Somebody who holds money.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A courier, by the code of the tariff of deliveries; empty when it names none.
    Courier(String),
    /// A card gateway, by its code; empty when the data knows it not.
    Gateway(String),
    /// A cooperative where buyers pay when they collect.
    Shop(String),
}

impl Holder {
    /// The holder of a word, as [`Holder`] writes it.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        let (kind, code) = word.split_once(':').unwrap_or((word, ""));
        let sign = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
        if !code.chars().all(sign) || code.len() > 48 || (code.is_empty() && word.ends_with(':')) {
            return None;
        }
        match (kind, code) {
            ("courier", code) => Some(Self::Courier(code.to_owned())),
            ("gateway", code) => Some(Self::Gateway(code.to_owned())),
            ("shop", code) if !code.is_empty() => Some(Self::Shop(code.to_owned())),
            _ => None,
        }
    }

    /// Its code; empty for one that no data names.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Courier(code) | Self::Gateway(code) | Self::Shop(code) => code,
        }
    }

    /// The word of its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Courier(_) => "courier",
            Self::Gateway(_) => "gateway",
            Self::Shop(_) => "shop",
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind())?;
        if self.code().is_empty() { Ok(()) } else { write!(formatter, ":{}", self.code()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_read_as_it_is_written_and_nothing_else_is_one() {
        for word in ["courier", "courier:amana-2", "gateway", "gateway:cmi", "shop:0190-7f"] {
            assert_eq!(Holder::read(word).map(|holder| holder.to_string()).as_deref(), Some(word));
        }
        for word in ["", "bank", "shop", "courier:", "courier:A", "gateway:a:b", "shop:a/b", "seller:a"] {
            assert_eq!(Holder::read(word), None, "{word}");
        }
    }
}
