//! Why a file is not written or not read.

use tiwizi_federation_core::bundle::BundleError;
use tiwizi_federation_core::flow::NodeError;
use tiwizi_federation_core::stick::{CoverError, PartError};
use tiwizi_federation_core::wire::{NodeId, SealedError};
use tiwizi_model::{Instant, limits};
use tiwizi_storage::StorageError;

use crate::exchange::{LearnError, Refusal};

/// Why a file is not written or not read. Nothing was taken of it then.
#[derive(Debug, thiserror::Error)]
pub enum StickError {
    /// The instance is not in the directory.
    #[error("the directory of this instance does not know {node}; take a newer one: tiwizi federation directory take")]
    Stranger {
        /// Which.
        node: NodeId,
    },
    /// The root has suspended it.
    #[error("the federation has suspended this instance: nothing is exchanged with it")]
    Suspended,
    /// An administrator lets it rest or has cut its line.
    #[error("this peer rests, or its line is cut by its switch: nothing goes to it and nothing is taken of it")]
    Resting,
    /// The file is for somebody else.
    #[error("the file is for {to}, and not for this instance")]
    OtherReceiver {
        /// For whom.
        to: NodeId,
    },
    /// No key of this instance opens it.
    #[error(
        "the file does not open with the keys of this instance: it was written for a key that is forgotten, or altered; \
         ask for a new file once {writer} has the newest directory"
    )]
    Closed {
        /// Who wrote it.
        writer: NodeId,
        /// Why.
        #[source]
        source: PartError,
    },
    /// Its cover is not believed.
    #[error("the file is not believed to be of {writer}")]
    Cover {
        /// Who is said to have written it.
        writer: NodeId,
        /// Why.
        #[source]
        source: CoverError,
    },
    /// Its cover is for another instance than the file says.
    #[error("the cover of the file is for another instance than the file itself: it was put together by somebody else")]
    Mixed,
    /// There is nothing new in it, and more is known here.
    #[error(
        "the file is older than what is here: it was written {}, and more of the same logs was taken since; \
         ask for a new file. If that instance was put back from an old copy, speak with it first", made_at.rfc3339()
    )]
    Older {
        /// When it was written.
        made_at: Instant,
    },
    /// The file is bounded to less than a file needs.
    #[error("a file is bounded to {} bytes at least", limits::FED_BUNDLE_BYTES_MIN)]
    Small,
    /// The file itself.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The keys in it are not taken, or the database failed at them or at its directory.
    #[error("the keys or the directory that the file brings are not taken")]
    Learn(#[from] LearnError),
    /// It could not be sealed.
    #[error("a part of the file could not be sealed")]
    Seal(#[from] SealedError),
    /// This instance could not answer itself.
    #[error("what the peer may have could not be read")]
    Own(#[from] Refusal),
    /// The rules failed.
    #[error("the federation of this instance failed")]
    Node(#[from] NodeError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

impl StickError {
    /// Whether it is the file that is wrong, or who it is from or for, and nothing of this instance.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Learn(error) => !error.is_failure(),
            Self::Bundle(BundleError::File(_)) | Self::Seal(_) | Self::Own(_) | Self::Node(_) | Self::Storage(_) => {
                false
            }
            Self::Stranger { .. }
            | Self::Suspended
            | Self::Resting
            | Self::OtherReceiver { .. }
            | Self::Closed { .. }
            | Self::Cover { .. }
            | Self::Mixed
            | Self::Older { .. }
            | Self::Small
            | Self::Bundle(_) => true,
        }
    }
}
