//! A part: its lines with the prices that were agreed, and what it comes to.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::Shape;

use super::{Event, Returned, State, Wrong};
use crate::delivery::Way;
use crate::money::{AMOUNT_MAX, Centimes, Rate};

/// Whether goods can be sent back without a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub enum Nature {
    /// They can.
    Ordinary,
    /// They spoil.
    Perishable,
    /// They were made for this buyer.
    MadeToMeasure,
    /// They were sealed, and are open.
    Unsealed,
}

impl Nature {
    /// The word in the terms of the law.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Perishable => "perishable",
            Self::MadeToMeasure => "made-to-measure",
            Self::Unsealed => "unsealed",
        }
    }
}

/// One thing that was ordered, as it was when it was ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Line {
    /// The code of the product.
    #[field(max_length = 48)]
    pub product: String,
    /// The code of the variant.
    #[field(max_length = 48)]
    pub variant: String,
    /// What it was called, in the buyer's language.
    #[field(max_length = 400)]
    pub title: String,
    /// How many pieces.
    #[field(min = 1, max = 1_000)]
    pub quantity: u32,
    /// What one piece cost, all taxes in it.
    pub price: Centimes,
    /// The rate of the tax in it.
    pub vat: Rate,
    /// Whether it can be sent back without a reason.
    pub nature: Nature,
    /// The batch that it came from, when the seller said so.
    #[serde(default)]
    #[field(max_length = 60)]
    pub batch: Option<String>,
}

/// One seller's part of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub struct Part {
    /// Where it stands.
    pub state: State,
    /// What was ordered.
    #[field(min_items = 1, max_items = 40)]
    pub lines: Vec<Line>,
    /// How it reaches the buyer.
    pub way: Way,
    /// What that costs.
    pub delivery: Centimes,
    /// What the platform keeps of the goods.
    pub commission: Rate,
    /// The tax on what the platform keeps.
    pub commission_vat: Rate,
    /// When the buyer had it, in milliseconds since 1970.
    #[serde(default)]
    pub delivered_at: Option<u64>,
    /// What came back or was not accepted, oldest first.
    #[serde(default)]
    #[field(max_items = 140)]
    pub returned: Vec<Returned>,
}

impl Line {
    /// All its pieces together; none past [`AMOUNT_MAX`].
    #[must_use]
    pub fn amount(&self) -> Option<Centimes> {
        self.price.times(self.quantity)
    }
}

impl Part {
    /// The goods, all taxes in them; none past [`AMOUNT_MAX`].
    #[must_use]
    pub fn goods(&self) -> Option<Centimes> {
        let amounts: Option<Vec<Centimes>> = self.lines.iter().map(Line::amount).collect();
        Centimes::sum(amounts?).filter(|sum| *sum <= AMOUNT_MAX)
    }

    /// What the buyer pays: goods and delivery.
    #[must_use]
    pub fn total(&self) -> Option<Centimes> {
        self.goods()?.plus(self.delivery).filter(|sum| *sum <= AMOUNT_MAX)
    }

    /// What the platform keeps of goods of that amount, and the tax on it.
    #[must_use]
    pub fn commission_on(&self, goods: Centimes) -> (Centimes, Centimes) {
        let net = goods.share(self.commission);
        (net, net.share(self.commission_vat))
    }

    /// Lets something happen to it.
    ///
    /// # Errors
    /// When that cannot happen where it stands; nothing changes then.
    pub fn happen(&mut self, event: Event, now: u64) -> Result<(), Wrong> {
        self.state = self.state.after(event)?;
        if event == Event::Deliver {
            self.delivered_at = Some(now);
        }
        Ok(())
    }
}

/// Whether what the buyer saw is what it costs now. If not, nothing is placed and the buyer is shown both amounts.
///
/// # Errors
/// The amount of now.
pub fn agreed(seen: Centimes, now: Centimes) -> Result<(), Centimes> {
    if seen == now { Ok(()) } else { Err(now) }
}
