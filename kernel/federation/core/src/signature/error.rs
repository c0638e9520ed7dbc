//! Why a message is not believed.

use tiwizi_model::limits;

/// Why a message is not believed, or cannot be signed. None of these repeats a signature or a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header line holds what no line can hold.
    #[error("the header line {name:?} holds what no line can hold")]
    Line {
        /// Its name.
        name: String,
    },
    /// There are too many header lines, or they are too long.
    #[error("the message has too many header lines, or too long ones")]
    Lines,
    /// The message has no digest of its body.
    #[error("the message has no SHA-256 digest of its body")]
    DigestMissing,
    /// The body is another one.
    #[error("the body is not the one that its digest is of")]
    DigestMismatch,
    /// There is no signature for the federation.
    #[error("the message bears no signature for the federation")]
    Missing,
    /// A structured field cannot be read.
    #[error("the header {field} cannot be read")]
    Field {
        /// Its name.
        field: &'static str,
    },
    /// A part of the message that is signed is not there, or no part that is known.
    #[error("{name:?} is signed, but is no part of the message that can be signed")]
    Component {
        /// What is named.
        name: String,
    },
    /// A part of the message is signed twice.
    #[error("{name:?} is signed twice")]
    Twice {
        /// What is named.
        name: String,
    },
    /// A part of the message that must be signed is not.
    #[error("{name:?} is not signed")]
    Uncovered {
        /// What is missing.
        name: &'static str,
    },
    /// The signature says something wrong about itself, or leaves it out.
    #[error("the signature says nothing right as its {name}")]
    Parameter {
        /// The parameter.
        name: &'static str,
    },
    /// The signature is made to live too long, or not at all.
    #[error("the signature does not end within the time that one may live")]
    Lifetime,
    /// Nobody whom we know has that key.
    #[error("nobody who is known has the key {keyid:?}")]
    UnknownKey {
        /// What was named.
        keyid: String,
    },
    /// The signature does not fit the message.
    #[error("the signature does not fit the message")]
    Forged,
    /// The request was made for another instance.
    #[error("the request was made for {authority:?}, which is not this instance")]
    Authority {
        /// For whom it was made.
        authority: String,
    },
    /// The answer comes from another instance than the one that was asked.
    #[error("the answer comes from another instance than the one that was asked")]
    OtherNode,
    /// The date of the answer cannot be read.
    #[error("the date of the answer cannot be read")]
    Date,
}

impl SignatureError {
    /// A code that does not change, for peers and for whoever looks for the cause.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Line { .. } => "signature-line",
            Self::Lines => "signature-lines",
            Self::DigestMissing => "digest-missing",
            Self::DigestMismatch => "digest-mismatch",
            Self::Missing => "signature-missing",
            Self::Field { .. } => "signature-field",
            Self::Component { .. } => "signature-component",
            Self::Twice { .. } => "signature-twice",
            Self::Uncovered { .. } => "signature-uncovered",
            Self::Parameter { .. } => "signature-parameter",
            Self::Lifetime => "signature-lifetime",
            Self::UnknownKey { .. } => "signature-key-unknown",
            Self::Forged => "signature-forged",
            Self::Authority { .. } => "signature-authority",
            Self::OtherNode => "signature-other-node",
            Self::Date => "signature-date",
        }
    }
}

/// As much of what a peer wrote as an error shows back.
pub(super) fn echo(text: &str) -> String {
    text.chars().take(limits::ECHO_CHARS_MAX).collect()
}
