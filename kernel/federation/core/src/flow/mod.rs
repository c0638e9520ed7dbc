//! What is done with what comes, and what is made of what goes: cursors, pages, order, proposals, transfers, snapshots.
//!
//! The rules stand in small modules that read and write nothing; `node` puts them together over a `Store`. Nobody waits here for a
//! peer, and no clock decides anything but how long to wait and when an agreement ends.

pub mod apply;
pub mod cursor;
pub mod fork;
pub mod memory;
pub mod node;
pub mod pace;
pub mod plant;
pub mod proposal;
pub mod receive;
pub mod retention;
pub mod retry;
pub mod rows;
pub mod shape;
pub mod snapshot;
pub mod statement;
pub mod store;
pub mod transfer;

pub use apply::{Ignored, Outcome, Schemas};
pub use cursor::Cursor;
pub use fork::ForkProof;
pub use memory::MemoryStore;
pub use node::{Node, NodeError, Setting};
pub use pace::{Lanes, Pace};
pub use retry::Retry;
pub use rows::Feed;
pub use store::{Durability, Store, StoreError, StoreTx, Stored};
