//! The way out: HTTP requests of this instance to others.
//!
//! A name is resolved here and each address must be public or allowed by the operator (`address`); the address that was looked at is the
//! address that is connected to (`connect`), so a second answer of a name server changes nothing. Whom a request may go to, and what
//! becomes of a redirect, is said by whoever asks.
//!
//! Whoever asks many others once each has a connection for each request (`Way::exchange`); whoever asks few others again and again keeps
//! them (`Client`).
//!
//! This speaks HTTP/1.1. It does not unpack compressed bodies and keeps no cookies.

mod address;
mod body;
mod client;
mod connect;
mod drive;
mod error;
mod line;
mod proxy;
mod range;
mod reply;
mod roots;
mod target;
mod way;

pub use address::{AddressRange, AddressRangeError};
pub use body::Outgoing;
pub use client::{Call, Client, Terms};
pub use connect::authority;
pub use error::OutboundError;
pub use proxy::{Proxy, ProxyError};
pub use range::{ContentRange, ContentRangeError, range_from};
pub use reply::{Reply, Resumed};
pub use roots::{Roots, RootsError};
pub use target::{address, check};
pub use way::{Ask, OutboundSettings, Way};

#[cfg(test)]
mod tests;
