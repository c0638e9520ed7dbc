//! What instances send each other, as it lies in the database: who they are, agreements, logs, and how far each has come.
//!
//! Nothing here is signed, verified or judged: forms of the wire are bytes and text to this folder, and states are words of
//! their caller. What is held here is order and uniqueness: a size of a log is passed once, a version never goes back, a transfer
//! is one at a time, a proposal is answered once.
//!
//! An entry of a log holds no personal data. What it discloses lies beside it (`disclosure`), and erasing is a matter of
//! that one table (decision 33). Whoever appends to a log has claimed its row (`log::claim`) and holds it until the transaction
//! ends; who claims several takes them in the order of their numbers.

mod known;

pub mod acknowledgement;
pub mod agreement;
pub mod case;
pub mod checkpoint;
pub mod cursor;
pub mod custody;
pub mod directory;
pub mod disclosure;
pub mod draft;
pub mod entity;
pub mod entry;
pub mod fence;
pub mod identity;
pub mod leaves;
pub mod ledger;
pub mod log;
pub mod nonce;
pub mod own;
pub mod package;
pub mod parked;
pub mod peer;
pub mod proposal;
pub mod snapshot;
pub mod transfer;
pub mod tree;
pub mod turn;

pub use agreement::AgreementNo;
pub use known::Added;
pub use log::{LogNo, Place};
