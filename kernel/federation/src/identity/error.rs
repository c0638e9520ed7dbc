//! Why there are no keys, or no other ones.

use tiwizi_federation_core::wire::{NodeId, RingError, StatementError};
use tiwizi_model::limits;
use tiwizi_storage::StorageError;

use super::seal::SealError;

/// Why this instance's keys cannot be had or changed. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// There are keys.
    #[error("this instance has keys for the federation already; it is {node}")]
    Begun {
        /// Who it is.
        node: NodeId,
    },
    /// There are none.
    #[error("this instance has no keys for the federation yet; make them with: tiwizi federation init")]
    Absent,
    /// The name of the instance cannot stand in a statement.
    #[error("the first keys cannot be stated; the name of the instance must stand in one line")]
    Name(#[source] StatementError),
    /// The secret half of a key does not open.
    #[error("signing key {number} does not open: it was sealed under the key of another instance, or is damaged")]
    Sealed {
        /// Which key.
        number: i64,
        /// Why.
        #[source]
        source: SealError,
    },
    /// A key cannot be sealed.
    #[error("the signing key cannot be sealed")]
    Seal(#[source] SealError),
    /// What is stored contradicts itself.
    #[error("what is stored of this instance's keys is damaged: {what}")]
    Damaged {
        /// Which part.
        what: &'static str,
    },
    /// The statements do not follow each other.
    #[error("the statements about this instance's keys do not hold")]
    Statements(#[source] RingError),
    /// A paper that is neither of the two.
    #[error("that is neither the root key in force nor the reserve that takes its place")]
    Root,
    /// No further change fits.
    #[error("an instance changes its keys {} times at most", limits::FED_ROTATIONS_MAX)]
    Full,
    /// Somebody else changed the keys meanwhile.
    #[error("the keys were changed by somebody else meanwhile; look at them and try again")]
    Raced,
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}
