//! Why a peer is not answered as it asked. Each has a code that does not change; which status it has is known to the server alone.

use tiwizi_federation_core::flow::NodeError;
use tiwizi_federation_core::flow::node::AskRefusal;
use tiwizi_federation_core::signature::{Nonce, SignatureError};
use tiwizi_federation_core::wire::RingError;
use tiwizi_storage::StorageError;

use crate::directory::{self, TakeError};

use super::ends::EndsError;
use super::question::QuestionError;
use super::shelf::ShelfError;

/// A refusal.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The address is no question.
    #[error("the address is no question")]
    Question(#[from] QuestionError),
    /// The message is not believed.
    #[error("the message is not believed")]
    Signature(#[from] SignatureError),
    /// The signature may be an old one: a nonce is to be signed.
    #[error("sign the nonce that is asked for")]
    Challenge(Nonce),
    /// The request was answered before.
    #[error("this request was answered before")]
    Replayed,
    /// Nothing is exchanged with that instance for now.
    #[error("nothing is exchanged with this instance for now")]
    Suspended,
    /// The line is cut by a switch.
    #[error("the line to this instance is cut")]
    Cut,
    /// Too many requests that nobody known has signed came from there.
    #[error("too many requests that nobody known has signed")]
    Flood {
        /// When to come again.
        after_s: u32,
    },
    /// So many of its requests are being answered already.
    #[error("requests of this instance are being answered already")]
    Busy,
    /// It asked or sent so often, or so much, that it waits.
    #[error("this instance has used up what it may ask for")]
    Spent {
        /// When to come again.
        after_s: u32,
    },
    /// The body is too large.
    #[error("the body has more than {bytes_max} bytes")]
    Large {
        /// What it may have.
        bytes_max: usize,
    },
    /// The body is not what the question brings.
    #[error("the body is not what it should be")]
    Body,
    /// What was asked for is not given.
    #[error("that is not given")]
    Ask(AskRefusal),
    /// What was asked for is not kept any more.
    #[error("entries that are that old are not kept any more: take a snapshot")]
    NeedsSnapshot,
    /// There is no such chunk, or package, or directory.
    #[error("there is no such thing, or it is for another instance")]
    Absent,
    /// A range of a chunk that it does not have.
    #[error("the chunk has no such part")]
    Range,
    /// A page that is not taken, with the code of the reason.
    #[error("the page is not taken: {code}")]
    Page {
        /// Why.
        code: &'static str,
    },
    /// Statements that are not taken.
    #[error("the statement is not taken")]
    Statement(#[source] LearnError),
    /// The instance that a letter is for was not there to answer it.
    #[error("the instance that the letter is for does not answer")]
    Away,
    /// No place is left for snapshots.
    #[error("a snapshot could not be kept")]
    Shelf(#[from] ShelfError),
    /// The rules of this instance failed.
    #[error("the federation of this instance failed")]
    Node(#[from] NodeError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// Why a statement that came is not taken.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// It is of an instance that is not known here.
    #[error("the statement is of an instance that is not known here")]
    Unknown,
    /// The changes of keys do not follow each other.
    #[error("the changes of keys do not follow each other")]
    Chain(#[from] RingError),
    /// The keys are not believed.
    #[error("the keys are not believed")]
    Keys(#[from] directory::LearnError),
    /// The directory is not believed.
    #[error("the directory is not believed")]
    Directory(#[from] TakeError),
    /// What is known could not be read anew.
    #[error("what is known could not be read anew")]
    Renew(#[source] Box<EndsError>),
}

impl Refusal {
    /// A code that does not change.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Question(QuestionError::Nowhere) => "not-found",
            Self::Question(QuestionError::Parameter { .. }) => "bad-parameter",
            Self::Signature(error) => error.code(),
            Self::Challenge(_) => "challenge",
            Self::Replayed => "replayed",
            Self::Suspended => "suspended",
            Self::Cut => "line-cut",
            Self::Flood { .. } => "flood",
            Self::Busy => "busy",
            Self::Spent { .. } => "budget-spent",
            Self::Large { .. } => "body-too-large",
            Self::Body => "body-form",
            Self::Ask(refusal) => ask_code(refusal),
            Self::NeedsSnapshot => "needs-snapshot",
            Self::Absent => "absent",
            Self::Range => "range-not-satisfiable",
            Self::Page { code } => code,
            Self::Statement(error) => error.code(),
            Self::Node(_) | Self::Storage(_) => "internal",
            Self::Away => "away",
            Self::Shelf(_) => "snapshot-full",
        }
    }

    /// When to come again, in seconds.
    #[must_use]
    pub fn after_s(&self) -> Option<u32> {
        match self {
            Self::Flood { after_s } | Self::Spent { after_s } => Some(*after_s),
            Self::Busy => Some(1),
            _ => None,
        }
    }
}

impl LearnError {
    /// A code that does not change.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown | Self::Keys(directory::LearnError::Stranger { .. }) => "statement-unknown",
            Self::Chain(_) => "statement-wrong",
            Self::Keys(error) => match error {
                directory::LearnError::Storage(_) => "internal",
                directory::LearnError::Twofold { .. } => "keys-twofold",
                directory::LearnError::Stranger { .. }
                | directory::LearnError::Statements { .. }
                | directory::LearnError::Own => "statement-wrong",
            },
            Self::Directory(error) => match error {
                TakeError::Lower { .. } => "directory-lower",
                TakeError::Twofold { .. } => "directory-twofold",
                TakeError::Damaged(_) | TakeError::Storage(_) => "internal",
                TakeError::NoRoot | TakeError::Directory(_) | TakeError::Ours { .. } | TakeError::Misnamed => {
                    "statement-wrong"
                }
            },
            Self::Renew(_) => "internal",
        }
    }

    /// Whether it is this instance that failed, and nothing is wrong with what was brought.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.code() == "internal"
    }
}

fn ask_code(refusal: &AskRefusal) -> &'static str {
    match refusal {
        AskRefusal::Log => "log-unknown",
        AskRefusal::NoAgreement => "no-agreement",
        AskRefusal::Version { .. } => "agreement-version",
        AskRefusal::Epoch { .. } => "epoch",
        AskRefusal::Ahead { .. } => "ahead",
    }
}
