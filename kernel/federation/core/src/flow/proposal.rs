//! A proposal: how an instance asks the home of a record to change it.
//!
//! The sender writes it into its own log: the version that it saw, a JSON merge patch (RFC 7396), an idempotency key that was made
//! when the form was opened. The home answers once, in its own log. What was changed meanwhile is never written over: a proposal
//! that saw an older version waits for a person, who sees for each field what it was, what is proposed and what it is now.
//! Both sides are state machines here; nothing is read or written.

mod difference;
mod patch;

use serde_json::Value;
use tiwizi_model::RecordId;
use tiwizi_model::limits::FED_PATCH_BYTES_MAX;

pub use difference::{FieldDifference, difference};
pub use patch::merged;

use crate::wire::{Entity, NodeId, Position};

/// A version of a record: the term of its home and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Base {
    /// The term of ownership.
    pub tenure: u32,
    /// The version.
    pub ver: u64,
}

/// What an instance asks a home for.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Its id.
    pub id: RecordId,
    /// What it would change.
    pub entity: Entity,
    /// The cooperative, or whatever else moves from home to home as one, that the entity belongs to.
    pub root: RecordId,
    /// The version that its sender saw.
    pub base: Base,
    /// A JSON merge patch.
    pub patch: Value,
    /// Made when the form was opened: the same form that is sent twice is one proposal.
    pub idem: [u8; 16],
}

/// Why a home refuses a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such record, or it was deleted.
    Absent,
    /// The changed record would break a rule of its kind.
    Invalid(String),
    /// A person said no.
    Declined(String),
}

/// The one answer that a home gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was done: the record has this version now.
    Accepted(Base),
    /// It was not done.
    Refused(Refusal),
}

/// Where a proposal stands with its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It lies in the sender's log and was not answered.
    Waiting,
    /// A person at the home looks at it: the record was changed meanwhile.
    InReview,
    /// It was answered, there.
    Answered {
        /// What the home said.
        answer: Answer,
        /// Where it said so.
        at: Position,
    },
}

/// What a sender is told by the log of a home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It waits for a person.
    Review,
    /// The answer.
    Answer(Answer),
}

/// Why what a home said changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TellError {
    /// It was answered before, and otherwise.
    #[error("the proposal was answered already, by {at:?}")]
    Answered {
        /// Where.
        at: Position,
    },
}

impl Sent {
    /// The state after the home said something. The same answer at the same place is no news; a second one is refused.
    ///
    /// # Errors
    /// When the proposal was answered before.
    pub fn told(self, told: Told, at: Position) -> Result<Self, TellError> {
        match (self, told) {
            (Self::Answered { at: before, .. }, Told::Answer(_)) if before != at => {
                Err(TellError::Answered { at: before })
            }
            (answered @ Self::Answered { .. }, _) => Ok(answered),
            (_, Told::Answer(answer)) => Ok(Self::Answered { answer, at }),
            (_, Told::Review) => Ok(Self::InReview),
        }
    }
}

/// Where a proposal stands with the home.
#[derive(Debug, Clone, PartialEq)]
pub enum Received {
    /// It waits until the record has a home again: it is being moved.
    Held,
    /// It waits for a person.
    InReview(Vec<FieldDifference>),
    /// It was answered.
    Answered(Answer),
    /// It went on to the new home, in our log.
    Forwarded(NodeId),
}

/// Who the home is at the moment, as the instance that got the proposal sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Custodian {
    /// We are.
    Us,
    /// We are, and have offered it to another instance.
    Moving,
    /// Another instance is.
    Other(NodeId),
}

/// What the home has of the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its version now.
    pub now: Base,
    /// Its body now; none when it was deleted.
    pub body: Option<Value>,
    /// Its body at the version that the sender saw; none when that is not kept.
    pub seen: Option<Value>,
}

/// What a home does with a proposal.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// It was dealt with before: nothing is done.
    Repeated,
    /// It waits: the record is being moved.
    Hold,
    /// It goes on to the record's home.
    Forward(NodeId),
    /// It waits for a person, who sees this.
    Review(Vec<FieldDifference>),
    /// The record is written so, and the sender told.
    Accept(Value),
    /// The sender is told why not.
    Refuse(Refusal),
}

/// Decides what to do with a proposal. `before` is what was done with the same idempotency key.
#[must_use]
pub fn decide(
    proposal: &Proposal,
    before: Option<&Received>,
    custodian: &Custodian,
    standing: Option<&Standing>,
) -> Decision {
    match before {
        None | Some(Received::Held) => {}
        Some(Received::InReview(_) | Received::Answered(_) | Received::Forwarded(_)) => return Decision::Repeated,
    }
    match custodian {
        Custodian::Other(home) => return Decision::Forward(*home),
        Custodian::Moving => return Decision::Hold,
        Custodian::Us => {}
    }
    let Some(Standing { now, body: Some(body), seen }) = standing else {
        return Decision::Refuse(Refusal::Absent);
    };
    if proposal.patch.to_string().len() > FED_PATCH_BYTES_MAX {
        return Decision::Refuse(Refusal::Invalid("the patch is too large".to_owned()));
    }
    let Value::Object(_) = &proposal.patch else {
        return Decision::Refuse(Refusal::Invalid("a patch is an object".to_owned()));
    };
    if proposal.base != *now {
        return Decision::Review(difference(seen.as_ref(), &proposal.patch, body));
    }
    Decision::Accept(merged(body, &proposal.patch))
}

#[cfg(test)]
mod tests;
