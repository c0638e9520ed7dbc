//! What the kernel stores in the transaction of a unit's writes: all of it together, or nothing.

use tiwizi_model::{RecordId, Version};
use tiwizi_storage::WriteTx;

use crate::error::WriteError;
use crate::review::BoxFuture;

/// Work of the kernel's own that stands or falls with a unit's writes.
pub trait Beside: Send + Sync {
    /// Does the work, before the first of the writes. They are known already.
    fn store<'a>(&'a self, tx: &'a mut WriteTx, written: &'a [Written]) -> BoxFuture<'a, Result<(), WriteError>>;
}

/// A record that is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The record.
    pub id: RecordId,
    /// The version that it had; none when it is new.
    pub before: Option<Version>,
    /// The version that it gets.
    pub after: Version,
}
