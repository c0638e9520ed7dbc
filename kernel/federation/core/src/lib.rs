//! What instances say to each other and what they hold each other to, without any I/O.
//!
//! Forms on the wire and their proofs, agreements and the one gate, what is done with a page that came. Everything here is
//! deterministic: time and randomness are handed in. It opens no connection, no file and no database, and waits for nothing.
//! Nothing that a peer sends can make it panic, and nothing that it takes grows without a bound.

pub mod wire;

pub mod signature;

pub mod agreement;

pub mod greeting;

pub mod page;

pub mod parcel;

pub mod package;

pub mod relay;

pub mod stick;

pub mod gate;

pub mod preview;

pub mod bundle;

pub mod ledger;

pub mod flow;

#[cfg(test)]
mod sample;
