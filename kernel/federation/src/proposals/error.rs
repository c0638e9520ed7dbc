//! Why something about a proposal was not done.

use tiwizi_federation_core::flow::{NodeError, StoreError};
use tiwizi_identity::policy::Refusal;
use tiwizi_model::RecordId;
use tiwizi_records::{FieldError, NoticeError, ReadError, UnitError, WriteError};
use tiwizi_storage::StorageError;

/// Why something about a proposal was not done.
#[derive(Debug, thiserror::Error)]
pub enum ProposalsError {
    /// There is no such proposal, or no such record, for this caller.
    #[error("there is no such proposal or record")]
    Missing,
    /// The caller sees it, but does not keep the register there.
    #[error("proposals are made and answered by those who keep the register")]
    Refused(#[source] Option<Refusal>),
    /// This instance writes the record itself.
    #[error("this instance is the home of the record; it is changed here")]
    Own,
    /// The home of the record is no member of the federation.
    #[error("the home of the record is not in the directory")]
    NoHome,
    /// What is proposed is not right.
    #[error("the proposal is not right")]
    Invalid {
        /// Every fault.
        fields: Vec<FieldError>,
    },
    /// It was answered.
    #[error("the proposal was answered before")]
    Answered,
    /// It waits for the end of a transfer, or went on to another home.
    #[error("the proposal does not wait for this instance")]
    Elsewhere,
    /// The record, or the proposal, is not what was looked at.
    #[error("it has changed since it was looked at")]
    Moved,
    /// The home's own door refuses what is proposed. The proposal still waits: it can be refused with this reason.
    #[error("what is proposed is not accepted here")]
    NotWritten(#[source] Box<WriteError>),
    /// A stored proposal is damaged.
    #[error("the proposal {id} is damaged")]
    Damaged {
        /// Which.
        id: RecordId,
    },
    /// The node refused the step, or failed.
    #[error("the node did not take the step")]
    Node(#[from] NodeError),
    /// The store failed.
    #[error("the store of the federation failed")]
    Store(#[from] StoreError),
    /// Something could not be read.
    #[error("could not read")]
    Read(#[from] ReadError),
    /// Something could not be gathered.
    #[error("could not write the proposal")]
    Unit(#[from] UnitError),
    /// It could not be stored.
    #[error("could not store the proposal")]
    Write(#[from] WriteError),
    /// Those whom it is about could not be told.
    #[error("could not tell those whom the proposal is about")]
    Notices(#[from] NoticeError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

impl ProposalsError {
    pub(super) fn field(field: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { fields: vec![FieldError::of_field(field, code, message.into())] }
    }

    /// Whether it is about one proposal alone: the others go on.
    pub(super) fn is_of_one(&self) -> bool {
        match self {
            Self::Damaged { .. } => true,
            Self::Node(error) => !matches!(error, NodeError::Store(_)),
            Self::Write(error) | Self::Unit(UnitError::Write(error)) => !matches!(error, WriteError::Storage(_)),
            _ => false,
        }
    }

    /// A write of the kernel that came second.
    pub(super) fn of_write(error: WriteError) -> Self {
        match error {
            WriteError::Stale { .. } => Self::Moved,
            error => Self::Write(error),
        }
    }

    /// A write of the kernel that could not be gathered.
    pub(super) fn of_unit(error: UnitError) -> Self {
        match error {
            UnitError::Write(WriteError::Stale { .. }) => Self::Moved,
            error => Self::Unit(error),
        }
    }
}
