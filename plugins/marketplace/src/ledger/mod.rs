//! The books, by double entry: whatever one account receives another gives, so the sum of all accounts is always zero.
//!
//! A [`Posting`] can only be made balanced, and carries a key that says what it is of: the same thing is never booked twice, because the
//! records of postings are unique by it. Debits are positive. What a seller has a claim to stands on their account as a negative number:
//! it is owed to them.

mod holder;
mod trade;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use tiwizi_sdk::Shape;

use crate::money::Centimes;

pub use holder::Holder;
pub use trade::{
    Explained, assigned, explained, given_back, not_paid_out, paid_out, received, repaid, settled, sold, undone,
};

/// Entries that one posting may have.
pub const ENTRIES_MAX: usize = 8;

/// Whose money it is, or where it lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What is owed to a cooperative.
    Seller(String),
    /// What the buyer of an order owes, or is owed.
    Buyer(String),
    /// What the platform earned, less what it spent.
    Platform,
    /// The tax on what the platform earned.
    Vat,
    /// Money that a courier, a card gateway or a shop took for the platform and will hand over.
    Held(Holder),
    /// What somebody handed over without anybody knowing for what, or what is missing of it, until it is explained.
    Difference(Holder),
    /// Money on the platform's bank account, money orders among it.
    Bank,
}

/// One side of a posting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Entry {
    /// The account, as [`Account`] writes it.
    #[field(max_length = 100)]
    pub account: String,
    /// Positive for a debit.
    pub amount: Centimes,
}

/// Something that was booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// What it is of: no two have the same.
    pub key: String,
    /// Its sides; together they are nothing.
    entries: Vec<Entry>,
}

/// Why something cannot be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unbooked {
    /// Its sides are not nothing together, but so much.
    Unbalanced {
        /// Their sum, in centimes.
        sum: i128,
    },
    /// It says nothing.
    Empty,
    /// It has too many sides.
    TooMany,
    /// An amount is more than can be counted.
    TooLarge,
}

impl Posting {
    /// Makes a posting; sides of nothing are left out.
    ///
    /// # Errors
    /// When its sides are not nothing together.
    pub fn of(key: impl Into<String>, sides: &[(Account, Centimes)]) -> Result<Self, Unbooked> {
        let sum: i128 = sides.iter().map(|(_, amount)| i128::from(amount.0)).sum();
        if sum != 0 {
            return Err(Unbooked::Unbalanced { sum });
        }
        let sides = sides.iter().filter(|(_, amount)| *amount != Centimes::ZERO);
        let entries: Vec<Entry> =
            sides.map(|(account, amount)| Entry { account: account.to_string(), amount: *amount }).collect();
        match entries.len() {
            0 => Err(Unbooked::Empty),
            sides if sides > ENTRIES_MAX => Err(Unbooked::TooMany),
            _ => Ok(Self { key: key.into(), entries }),
        }
    }

    /// What takes a posting back: each side the other way round, under another key.
    ///
    /// # Errors
    /// When the sides are not nothing together.
    pub fn against(key: impl Into<String>, entries: &[Entry]) -> Result<Self, Unbooked> {
        let turned = |entry: &Entry| entry.amount.0.checked_neg().map(Centimes);
        let sum: i128 = entries.iter().map(|entry| i128::from(entry.amount.0)).sum();
        if sum != 0 {
            return Err(Unbooked::Unbalanced { sum });
        }
        let sides = entries.iter().map(|entry| {
            let amount = turned(entry).ok_or(Unbooked::TooLarge)?;
            Ok(Entry { account: entry.account.clone(), amount })
        });
        match sides.collect::<Result<Vec<_>, _>>()? {
            entries if entries.is_empty() => Err(Unbooked::Empty),
            entries if entries.len() > ENTRIES_MAX => Err(Unbooked::TooMany),
            entries => Ok(Self { key: key.into(), entries }),
        }
    }

    /// Its sides.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seller(id) => write!(formatter, "seller:{id}"),
            Self::Buyer(order) => write!(formatter, "buyer:{order}"),
            Self::Platform => formatter.write_str("platform"),
            Self::Vat => formatter.write_str("vat"),
            Self::Held(holder) => write!(formatter, "{holder}"),
            Self::Difference(holder) => write!(formatter, "difference:{holder}"),
            Self::Bank => formatter.write_str("bank"),
        }
    }
}

/// Balances, added up from postings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Balances(BTreeMap<String, i128>);

impl Balances {
    /// Adds a posting's sides.
    pub fn add(&mut self, entries: &[Entry]) {
        for entry in entries {
            *self.0.entry(entry.account.clone()).or_default() += i128::from(entry.amount.0);
        }
    }

    /// An account's balance in centimes; positive is a debit.
    #[must_use]
    pub fn of(&self, account: &Account) -> i128 {
        self.0.get(&account.to_string()).copied().unwrap_or_default()
    }

    /// All accounts together, which is nothing.
    #[must_use]
    pub fn sum(&self) -> i128 {
        self.0.values().sum()
    }

    /// Each account with its balance.
    pub fn all(&self) -> impl Iterator<Item = (&str, i128)> {
        self.0.iter().map(|(account, balance)| (account.as_str(), *balance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_nothing_together_is_not_booked() {
        let side = |amount| (Account::Bank, Centimes(amount));
        assert_eq!(Posting::of("a", &[side(5), side(-4)]), Err(Unbooked::Unbalanced { sum: 1 }));
        assert_eq!(Posting::of("a", &[side(0)]), Err(Unbooked::Empty));
        assert!(Posting::of("a", &[side(i64::MAX), side(i64::MAX)]).is_err());
        let odd = [Entry { account: "bank".into(), amount: Centimes(3) }];
        assert_eq!(Posting::against("a", &odd), Err(Unbooked::Unbalanced { sum: 3 }));
        assert_eq!(Posting::against("a", &[]), Err(Unbooked::Empty));
        let many: Vec<_> = (0..5).flat_map(|_| [side(1), side(-1)]).collect();
        assert_eq!(Posting::of("a", &many), Err(Unbooked::TooMany));
    }
}
