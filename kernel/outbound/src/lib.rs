//! The way out: HTTP requests of this instance to others.
//!
//! A name is resolved here and each address must be public or allowed by the operator (`address`); the address that was looked at is the
//! address that is connected to (`connect`), so a second answer of a name server changes nothing. Whom a request may go to, and what
//! becomes of a redirect, is said by whoever asks.
//!
//! This speaks HTTP/1.1. It does not unpack compressed bodies and keeps no cookies.

mod address;
mod connect;
mod error;
mod roots;
mod target;
mod way;

pub use address::{AddressRange, AddressRangeError};
pub use error::OutboundError;
pub use roots::{Roots, RootsError};
pub use target::{address, check};
pub use way::{Ask, OutboundSettings, Way};
