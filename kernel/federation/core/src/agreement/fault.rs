//! What is wrong with a document, each fault by itself with the place where it stands.

use std::fmt;

use tiwizi_model::limits;

use crate::wire::EnvelopeError;

/// One fault of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What it is.
    pub what: What,
}

/// What is wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum What {
    /// A member is not there.
    #[error("is missing")]
    Missing,
    /// A member is not known.
    #[error("is not known here")]
    Unknown,
    /// A value is of another type.
    #[error("is not {expected}")]
    Type {
        /// What is expected.
        expected: &'static str,
    },
    /// A value is of the right type and not of the right form.
    #[error("is not {expected}")]
    Form {
        /// What is expected.
        expected: &'static str,
    },
    /// There is nothing in it.
    #[error("is empty")]
    Empty,
    /// There is too much in it.
    #[error("has more than {max}")]
    TooMany {
        /// How much there may be.
        max: u64,
    },
    /// A number is outside its bounds.
    #[error("is not between {min} and {max}")]
    Range {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// The first version follows one, or a later one does not.
    #[error("does not fit the version: the first follows none, each other follows one")]
    Before,
    /// Not two parties in order, each once.
    #[error("is not two different instances in the order of their names")]
    Parties,
    /// A node that is no party gives something.
    #[error("is not one of the parties")]
    NoParty,
    /// A filter looks at a field that the table does not give in clear.
    #[error("is looked at by the filter and not given in clear")]
    FilterHidden,
    /// The kind has no schema here.
    #[error("is a kind without a schema")]
    NoKind,
    /// The kind federates in another plane.
    #[error("is a kind of another plane")]
    OtherPlane,
    /// The field has no class.
    #[error("is a field without a class")]
    NoClass,
    /// What a field is to be given as is not derived from it.
    #[error("is not derived from that field")]
    NotDerived,
    /// A filter looks at a field about a person.
    #[error("is looked at by the filter and says something about a person")]
    FilterPersonal,
    /// Two fields of the kind have the same number.
    #[error("has the number of another field of its kind")]
    Clash,
    /// Personal fields are given and no decision of the commission is named.
    #[error("is missing, and fields about persons are given")]
    NoReference,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the document" } else { &self.pointer };
        write!(formatter, "{place} {}", self.what)
    }
}

/// Why bytes are no agreement.
#[derive(Debug, thiserror::Error)]
pub enum AgreementError {
    /// Too long.
    #[error("an agreement has at most {} bytes", limits::FED_AGREEMENT_BYTES_MAX)]
    Long,
    /// Not JSON.
    #[error("an agreement is JSON")]
    Json(#[source] serde_json::Error),
    /// Not what an agreement is.
    #[error("the agreement has {} faults, the first: {}", .0.len(), first(.0))]
    Faults(Vec<Fault>),
    /// Its envelope is of another type.
    #[error("the envelope is none of an agreement")]
    Envelope(#[source] EnvelopeError),
    /// Neither side has signed it.
    #[error("neither side has signed the agreement")]
    Unsigned,
    /// It says the right thing in other bytes: with spaces, in another order, or something twice.
    #[error("the agreement is not written in its one form")]
    Form,
}

fn first(faults: &[Fault]) -> String {
    faults.first().map(ToString::to_string).unwrap_or_default()
}

/// Gathers faults, up to a bound.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// Takes one more.
    pub(super) fn add(&mut self, pointer: &str, what: What) {
        if self.0.len() < limits::FIELD_ERRORS_MAX {
            self.0.push(Fault { pointer: pointer.to_owned(), what });
        }
    }

    /// What was gathered.
    pub(super) fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

/// The pointer to a member of what another pointer shows.
pub(super) fn below(pointer: &str, member: &str) -> String {
    format!("{pointer}/{}", member.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_what_it_is_made_of() {
        assert_eq!(below("/grants", "registry/cooperative~1"), "/grants/registry~1cooperative~01");
    }

    #[test]
    fn faults_are_bounded() {
        let mut faults = Faults::default();
        for _ in 0..10_000 {
            faults.add("/x", What::Missing);
        }
        assert_eq!(faults.into_vec().len(), limits::FIELD_ERRORS_MAX);
    }
}
