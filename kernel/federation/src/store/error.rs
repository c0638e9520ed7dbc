//! What went wrong, as the rules of the core hear of it.

use std::error::Error;

use tiwizi_federation_core::flow::StoreError;
use tiwizi_storage::{StorageError, WriteError};

/// Something that is stored is not what it should be.
#[derive(Debug, thiserror::Error)]
#[error("the stored {what} is damaged")]
pub(super) struct Damaged {
    what: &'static str,
}

/// Something cannot be stored as it was handed in.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    /// An agreement that was never put.
    #[error("the agreement is not known")]
    Agreement,
    /// A log that would become shorter, or that is stopped.
    #[error("the log does not grow so")]
    Growth,
    /// Another root was signed at that size.
    #[error("the log has another checkpoint at that size")]
    Checkpoint,
    /// A later version or term stands there.
    #[error("something later is known")]
    Earlier,
    /// The records changed while their root was to be offered; the offer is tried again.
    #[error("a record of the root was written meanwhile")]
    Written,
    /// More changes wait for the sequencer than one step reads.
    #[error("too many changes wait for their places; the sequencer comes first")]
    Behind,
    /// The directory names no home of an instance.
    #[error("the directory names no home of that instance")]
    NoHome,
    /// What is held of a root was not taken by the records in full.
    #[error("something that is held of the root could not be taken by the records")]
    Unapplied,
}

/// Names the step that the database failed at.
pub(super) fn at(name: &'static str) -> impl Fn(StorageError) -> StoreError {
    move |source| {
        if source.is_full() { StoreError::Full } else { StoreError::Failed { name, source: Box::new(source) } }
    }
}

/// Names the step in which a row was refused.
pub(super) fn refused(name: &'static str) -> impl Fn(WriteError) -> StoreError {
    move |error| match error {
        WriteError::Storage(source) => at(name)(source),
        error => StoreError::Failed { name, source: Box::new(error) },
    }
}

/// Names the step that failed for another reason.
pub(super) fn failed<E: Error + Send + Sync + 'static>(name: &'static str) -> impl Fn(E) -> StoreError {
    move |source| StoreError::Failed { name, source: Box::new(source) }
}

/// What is stored cannot be read.
pub(super) fn damaged(name: &'static str, what: &'static str) -> impl Fn() -> StoreError {
    move || StoreError::Failed { name, source: Box::new(Damaged { what }) }
}
