//! The status of what is refused to peers.

use http::StatusCode;
use tiwizi_federation::exchange::{LearnError, QuestionError, Refusal};
use tiwizi_federation_core::flow::node::AskRefusal;
use tiwizi_federation_core::signature::SignatureError;

/// The status of a refusal. Its code is what peers go by; the status is for whatever stands between.
pub(crate) fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Question(QuestionError::Nowhere) | Refusal::Absent | Refusal::Ask(AskRefusal::Log) => {
            StatusCode::NOT_FOUND
        }
        Refusal::Question(QuestionError::Parameter { .. }) | Refusal::Body => StatusCode::BAD_REQUEST,
        Refusal::Signature(error) => of_signature(error),
        Refusal::Challenge(_) => StatusCode::UNAUTHORIZED,
        Refusal::Suspended | Refusal::Ask(AskRefusal::NoAgreement) => StatusCode::FORBIDDEN,
        Refusal::Replayed
        | Refusal::Ask(AskRefusal::Version { .. } | AskRefusal::Epoch { .. } | AskRefusal::Ahead { .. }) => {
            StatusCode::CONFLICT
        }
        Refusal::Flood { .. } | Refusal::Busy | Refusal::Spent { .. } => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Large { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::NeedsSnapshot => StatusCode::GONE,
        Refusal::Range => StatusCode::RANGE_NOT_SATISFIABLE,
        Refusal::Page { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Statement(LearnError::Renew(_)) | Refusal::Node(_) | Refusal::Storage(_) => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        Refusal::Statement(
            LearnError::Unknown | LearnError::Chain(_) | LearnError::Keys(_) | LearnError::Directory(_),
        ) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Cut | Refusal::Away => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::Shelf(_) => StatusCode::INSUFFICIENT_STORAGE,
    }
}

/// Who is not known, or did not sign, is told to sign; whoever changed a message on its way is told so in the same way.
fn of_signature(error: &SignatureError) -> StatusCode {
    match error {
        SignatureError::Lines | SignatureError::Line { .. } | SignatureError::Field { .. } => StatusCode::BAD_REQUEST,
        SignatureError::Authority { .. } => StatusCode::MISDIRECTED_REQUEST,
        SignatureError::DigestMissing
        | SignatureError::DigestMismatch
        | SignatureError::Missing
        | SignatureError::Component { .. }
        | SignatureError::Twice { .. }
        | SignatureError::Uncovered { .. }
        | SignatureError::Parameter { .. }
        | SignatureError::Lifetime
        | SignatureError::UnknownKey { .. }
        | SignatureError::Forged
        | SignatureError::OtherNode
        | SignatureError::Date => StatusCode::UNAUTHORIZED,
    }
}

/// The status of a request that is answered, by what its answer is.
pub(crate) fn status_of_answer(is_empty: bool, is_conflict: bool, is_part: bool) -> StatusCode {
    match (is_conflict, is_empty, is_part) {
        (true, _, _) => StatusCode::CONFLICT,
        (false, true, _) => StatusCode::NO_CONTENT,
        (false, false, true) => StatusCode::PARTIAL_CONTENT,
        (false, false, false) => StatusCode::OK,
    }
}
