//! A basket: what one buyer wants from several cooperatives, and its division into one part for each of them.
//!
//! A basket is a word of the page's address or a form, for a plugin sets no cookies: it travels as text and is read again with the
//! bounds of this module. It holds no prices; those are the shop's.

use std::collections::BTreeMap;
use std::fmt;

use crate::money::plain;

/// Lines that a basket may have.
pub const LINES_MAX: usize = 40;
/// Pieces that a line may have.
pub const QUANTITY_MAX: u32 = 1_000;

/// So many pieces of a variant of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The code of the product.
    pub product: String,
    /// The code of its variant.
    pub variant: String,
    /// How many pieces, at least one.
    pub quantity: u32,
}

/// What one buyer wants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Basket {
    lines: Vec<Line>,
}

/// Why a basket does not take something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The quantity is no whole number of at least one.
    Quantity,
    /// More than [`QUANTITY_MAX`] pieces of one thing.
    TooMany,
    /// More than [`LINES_MAX`] things.
    Full,
    /// A code that no product can have.
    Code,
}

impl Refused {
    /// The word of the fault.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Quantity => "quantity",
            Self::TooMany => "too-many",
            Self::Full => "basket-full",
            Self::Code => "no-such-product",
        }
    }
}

impl Basket {
    /// The lines, in the order in which they were put in.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Puts pieces in; those of a variant that is in it already come on top.
    ///
    /// # Errors
    /// When it has no room for them; nothing changes then.
    pub fn add(&mut self, product: &str, variant: &str, quantity: u32) -> Result<(), Refused> {
        if !is_code(product) || !is_code(variant) {
            return Err(Refused::Code);
        }
        if quantity == 0 {
            return Err(Refused::Quantity);
        }
        let there = self.lines.iter_mut().find(|line| line.product == product && line.variant == variant);
        if let Some(line) = there {
            let sum = line.quantity.saturating_add(quantity);
            line.quantity = if sum > QUANTITY_MAX { return Err(Refused::TooMany) } else { sum };
            return Ok(());
        }
        if quantity > QUANTITY_MAX {
            return Err(Refused::TooMany);
        }
        if self.lines.len() >= LINES_MAX {
            return Err(Refused::Full);
        }
        self.lines.push(Line { product: product.to_owned(), variant: variant.to_owned(), quantity });
        Ok(())
    }

    /// Sets how many pieces of a variant there are; with none, the line goes.
    ///
    /// # Errors
    /// Past [`QUANTITY_MAX`].
    pub fn set(&mut self, product: &str, variant: &str, quantity: u32) -> Result<(), Refused> {
        if quantity > QUANTITY_MAX {
            return Err(Refused::TooMany);
        }
        for line in &mut self.lines {
            if line.product == product && line.variant == variant {
                line.quantity = quantity;
            }
        }
        self.lines.retain(|line| line.quantity > 0);
        Ok(())
    }

    /// Reads what [`fmt::Display`] wrote: `saffron.1g.2~argan.250ml.1`. What makes no sense is left out.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut basket = Self::default();
        for line in text.split('~').take(LINES_MAX) {
            let mut parts = line.split('.');
            let (Some(product), Some(variant), Some(quantity), None) =
                (parts.next(), parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            if let Ok(quantity) = quantity.parse() {
                // A line that is refused is one that this module never wrote.
                if basket.add(product, variant, quantity).is_err() {
                    continue;
                }
            }
        }
        basket
    }
}

impl fmt::Display for Basket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.lines.iter().enumerate() {
            let between = if index == 0 { "" } else { "~" };
            write!(formatter, "{between}{}.{}.{}", line.product, line.variant, line.quantity)?;
        }
        Ok(())
    }
}

/// Reads a quantity that somebody typed, also in Arabic digits.
///
/// # Errors
/// When it is no whole number from one to [`QUANTITY_MAX`].
pub fn quantity(text: &str) -> Result<u32, Refused> {
    match plain(text.trim()).parse::<u32>() {
        Ok(0) | Err(_) => Err(Refused::Quantity),
        Ok(quantity) if quantity > QUANTITY_MAX => Err(Refused::TooMany),
        Ok(quantity) => Ok(quantity),
    }
}

/// Whether a text can be the code of a product or a variant: small letters, digits and hyphens, 48 at most.
#[must_use]
pub fn is_code(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.len() <= 48 && text.bytes().all(good)
}

/// Divides things by their sellers, each seller's in the order in which they came.
pub fn by_seller<Item>(
    items: impl IntoIterator<Item = Item>,
    seller: impl Fn(&Item) -> String,
) -> BTreeMap<String, Vec<Item>> {
    let mut parts: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for item in items {
        parts.entry(seller(&item)).or_default().push(item);
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_quantity_is_read_in_arabic_digits_and_never_negative() {
        assert_eq!((quantity("٣"), quantity(" 12 ")), (Ok(3), Ok(12)));
        for text in ["-1", "0", "", "1.5", "٠", "abc"] {
            assert_eq!(quantity(text), Err(Refused::Quantity), "{text}");
        }
        assert_eq!(quantity("1001"), Err(Refused::TooMany));
    }

    #[test]
    fn the_same_thing_twice_is_one_line() {
        let mut basket = Basket::default();
        basket.add("saffron", "1g", 2).unwrap();
        basket.add("argan", "250ml", 1).unwrap();
        basket.add("saffron", "1g", 3).unwrap();
        assert_eq!(basket.to_string(), "saffron.1g.5~argan.250ml.1");
        assert_eq!(basket.add("saffron", "1g", QUANTITY_MAX), Err(Refused::TooMany));
        basket.set("saffron", "1g", 0).unwrap();
        assert_eq!(basket.to_string(), "argan.250ml.1");
    }

    #[test]
    fn a_basket_is_divided_by_sellers() {
        let things = [("a", 1), ("b", 2), ("a", 3)];
        let parts = by_seller(things, |(seller, _)| (*seller).to_owned());
        assert_eq!(parts["a"], [("a", 1), ("a", 3)]);
        assert_eq!(parts["b"], [("b", 2)]);
    }

    proptest! {
        #[test]
        fn whatever_stands_in_an_address_is_a_basket_within_its_bounds(text in "[a-z0-9.~-]{0,200}|.{0,100}") {
            let basket = Basket::read(&text);
            prop_assert!(basket.lines().len() <= LINES_MAX);
            prop_assert!(basket.lines().iter().all(|line| (1..=QUANTITY_MAX).contains(&line.quantity)));
            prop_assert_eq!(Basket::read(&basket.to_string()), basket);
        }
    }
}
