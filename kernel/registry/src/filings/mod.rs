//! Yearly filings: the minutes and accounts of a year, from the draft of a cooperative's officers to the act in the register.
//!
//! A filing is one record for each cooperative and year (`registry/filing`). The register expects it once the year is over; the officers
//! fill it in, beginning with what is carried over from the register and from the year before; the office looks at it, sends it back with
//! a reason or accepts it, and then the act is entered through the door of acts.
//!
//! Invariant: a filing is `accepted` when the acts of its cooperative have that year, and only then; whoever may not file for a
//! cooperative changes none of its filings.

mod carry;
mod door;
mod error;
mod filing;
mod given;
mod imported;
mod judge;
mod settle;

pub use door::{Filings, OfYear, Opened, Rights};
pub use error::FilingError;
pub use filing::{Filing, Status, StoredFiling, Values};
pub use given::Given;
