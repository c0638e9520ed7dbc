//! One seller's part of an order: its states, its lines, what was returned and paid back.
//!
//! An order of several cooperatives is as many parts, each with a life of its own; only the payment is shared. A part's prices are those
//! that the buyer agreed to: they never change after the order was placed. When a price has changed between the basket that the buyer
//! saw and the moment of placing, nothing is placed: the buyer is asked again ([`agreed`]).

mod part;
mod refund;
mod state;

pub use part::{Line, Nature, Part, agreed};
pub use refund::{NotReturned, RETURNS_MAX, Reason, RefundRefused, Returned};
pub use state::{Event, State, Wrong};
