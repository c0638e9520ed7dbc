//! How an order is paid: at the door, by a transfer that carries a reference, by a money order, by card.
//!
//! Each way says how long goods are kept for a buyer.

pub mod card;
pub mod reconcile;
pub mod reference;

use serde::{Deserialize, Serialize};
use tiwizi_sdk::Shape;

use crate::day::DAY_MS;

/// A way of paying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// To the courier, or at the cooperative.
    OnDelivery,
    /// A bank transfer with the reference.
    Transfer,
    /// A money order of the post or of an agency.
    MoneyOrder,
    /// A card, on the page of the gateway.
    Card,
}

impl Method {
    /// All of them, in the order in which pages offer them.
    pub const ALL: [Self; 4] = [Self::OnDelivery, Self::Transfer, Self::MoneyOrder, Self::Card];

    /// How long goods are kept until the order is confirmed.
    #[must_use]
    pub const fn kept_ms(self) -> u64 {
        match self {
            Self::OnDelivery => 3 * DAY_MS,
            Self::Transfer | Self::MoneyOrder => 7 * DAY_MS,
            Self::Card => 30 * 60 * 1_000,
        }
    }

    /// How long after that goods are kept while a gateway that told nothing is asked.
    #[must_use]
    pub const fn asked_ms(self) -> u64 {
        match self {
            Self::Card => 30 * 60 * 1_000,
            Self::OnDelivery | Self::Transfer | Self::MoneyOrder => 0,
        }
    }

    /// The word in forms, messages and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnDelivery => "on-delivery",
            Self::Transfer => "transfer",
            Self::MoneyOrder => "money-order",
            Self::Card => "card",
        }
    }

    /// The way of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == word)
    }
}
