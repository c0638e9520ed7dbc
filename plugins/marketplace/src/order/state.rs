//! The states of a part and what leads from one to the other. Everything that is not in the table is refused.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::Shape;

/// Where a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Placed, and to be paid first.
    Awaiting,
    /// Paid, or to be paid at the door and accepted: the goods are the buyer's.
    Confirmed,
    /// The cooperative makes it ready.
    Preparing,
    /// On its way, or ready to be collected.
    Sent,
    /// With the buyer.
    Delivered,
    /// The term of withdrawal is over: the seller is paid.
    Closed,
    /// Given up before it was sent.
    Cancelled,
    /// Not paid in time.
    Lapsed,
    /// Nobody took it at the door; the goods are back.
    Refused,
}

/// What happens to a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Shape)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// Its money came, or the seller accepts to be paid at the door.
    Confirm,
    /// The seller begins with it.
    Prepare,
    /// The courier has it, or it can be collected.
    Send,
    /// The buyer has it.
    Deliver,
    /// The term of withdrawal is over.
    Close,
    /// Seller or buyer give it up.
    Cancel,
    /// The term of payment is over.
    Lapse,
    /// Nobody took it at the door.
    Refuse,
}

/// Something that cannot happen where a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrong {
    /// Where it stands.
    pub state: State,
    /// What was meant to happen.
    pub event: Event,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Awaiting,
        Self::Confirmed,
        Self::Preparing,
        Self::Sent,
        Self::Delivered,
        Self::Closed,
        Self::Cancelled,
        Self::Lapsed,
        Self::Refused,
    ];

    /// Where an event leads.
    ///
    /// # Errors
    /// When it cannot happen here.
    pub const fn after(self, event: Event) -> Result<Self, Wrong> {
        match (self, event) {
            // Money that comes after the term confirms what lapsed, if the goods are still there: the caller asks the stock first.
            (Self::Awaiting | Self::Lapsed, Event::Confirm) => Ok(Self::Confirmed),
            (Self::Confirmed, Event::Prepare) => Ok(Self::Preparing),
            (Self::Confirmed | Self::Preparing, Event::Send) => Ok(Self::Sent),
            (Self::Sent, Event::Deliver) => Ok(Self::Delivered),
            (Self::Delivered, Event::Close) => Ok(Self::Closed),
            (Self::Awaiting | Self::Confirmed | Self::Preparing, Event::Cancel) => Ok(Self::Cancelled),
            (Self::Awaiting, Event::Lapse) => Ok(Self::Lapsed),
            (Self::Sent, Event::Refuse) => Ok(Self::Refused),
            (state, event) => Err(Wrong { state, event }),
        }
    }

    /// Whether the sale is in the books: the seller has a claim.
    #[must_use]
    pub const fn is_sold(self) -> bool {
        matches!(self, Self::Confirmed | Self::Preparing | Self::Sent | Self::Delivered | Self::Closed)
    }

    /// Whether nothing happens any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled | Self::Refused)
    }

    /// The word in messages and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Confirmed => "confirmed",
            Self::Preparing => "preparing",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
            Self::Lapsed => "lapsed",
            Self::Refused => "refused",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 8] = [
        Event::Confirm,
        Event::Prepare,
        Event::Send,
        Event::Deliver,
        Event::Close,
        Event::Cancel,
        Event::Lapse,
        Event::Refuse,
    ];

    #[test]
    fn twelve_steps_lead_on_and_every_other_is_refused() {
        let pairs = State::ALL.into_iter().flat_map(|state| EVENTS.map(|event| (state, event)));
        let steps: Vec<_> = pairs.filter(|(state, event)| state.after(*event).is_ok()).collect();
        assert_eq!(steps.len(), 12, "{steps:?}");
        assert!(steps.iter().all(|(state, _)| !state.is_over()));
        let wrong = Wrong { state: State::Sent, event: Event::Cancel };
        assert_eq!(State::Sent.after(Event::Cancel), Err(wrong));
    }

    #[test]
    fn nobody_is_paid_for_what_was_never_delivered() {
        for state in State::ALL {
            assert!(state == State::Delivered || state.after(Event::Close).is_err(), "{state:?}");
        }
    }
}
