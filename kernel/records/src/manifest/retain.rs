//! How long records of a kind are kept, as a rule that a program follows. The sentence beside it, `retention`, is for people.

use serde::Deserialize;

use super::{KindDeclaration, ManifestError, SubjectRule, wire};
use crate::key::Scalar;

/// The longest term that a rule may have, in months.
const MONTHS_MAX: u16 = 1_200;

/// When the time of a record is over: so many months after something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retain {
    /// After what.
    pub after: RetainAfter,
    /// How long after it, in months.
    pub months: u16,
}

/// What the time of a record is counted from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetainAfter {
    /// When it was made.
    Created,
    /// When it was last written.
    Changed,
    /// What one of its fields says: a day, or milliseconds since 1970.
    Field(String),
    /// The end of the last membership of the person who is its subject.
    MembershipEnd,
    /// The end of the cooperative that is its subject.
    CooperativeEnd,
    /// The giving up of the founding file that it is, or belongs to.
    FileGivenUp,
}

impl RetainAfter {
    /// Its name in manifests.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Field(_) => "field",
            Self::MembershipEnd => "membership_end",
            Self::CooperativeEnd => "cooperative_end",
            Self::FileGivenUp => "file_given_up",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RetainWire {
    after: AfterWire,
    field: Option<String>,
    years: Option<u16>,
    months: Option<u16>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum AfterWire {
    Created,
    Changed,
    Field,
    MembershipEnd,
    CooperativeEnd,
    FileGivenUp,
}

impl RetainWire {
    pub(super) fn declare(self, pointer: &str) -> Result<Retain, ManifestError> {
        let Self { after, field, years, months } = self;
        let after = match (after, field) {
            (AfterWire::Field, Some(field)) => RetainAfter::Field(field),
            (AfterWire::Field, None) => {
                return Err(wire::rule(format!("{pointer}/field"), "it says which field the time is counted from"));
            }
            (_, Some(_)) => {
                return Err(wire::rule(format!("{pointer}/field"), "only a time after a field names one"));
            }
            (AfterWire::Created, None) => RetainAfter::Created,
            (AfterWire::Changed, None) => RetainAfter::Changed,
            (AfterWire::MembershipEnd, None) => RetainAfter::MembershipEnd,
            (AfterWire::CooperativeEnd, None) => RetainAfter::CooperativeEnd,
            (AfterWire::FileGivenUp, None) => RetainAfter::FileGivenUp,
        };
        let months = match (years, months) {
            (Some(years), None) => years.saturating_mul(12),
            (None, Some(months)) => months,
            _ => return Err(wire::rule(pointer, "the time is given in years or in months, and in one of them")),
        };
        if months == 0 || months > MONTHS_MAX {
            return Err(wire::rule(pointer, format!("the time is 1 to {MONTHS_MAX} months")));
        }
        Ok(Retain { after, months })
    }
}

/// The fields by which a record is a founding file, or belongs to one.
const OF_FILE: [&str; 2] = ["founding", "step"];

/// The rules that the schema cannot say.
pub(super) fn check(kind: &KindDeclaration, pointer: &str) -> Result<(), ManifestError> {
    let Some(retain) = &kind.retain else { return Ok(()) };
    match &retain.after {
        RetainAfter::Created | RetainAfter::Changed => Ok(()),
        RetainAfter::Field(field) => {
            let scalar = kind.schema.property(field).and_then(Scalar::of_schema);
            let is_time = matches!(scalar, Some(Scalar::Text | Scalar::Number));
            if is_time {
                return Ok(());
            }
            Err(wire::rule(format!("{pointer}/retain/field"), "a declared field with a day or a moment is named"))
        }
        RetainAfter::MembershipEnd | RetainAfter::CooperativeEnd if kind.subject == SubjectRule::Nobody => {
            Err(wire::rule(format!("{pointer}/retain/after"), "a kind without a subject has no end of that subject"))
        }
        RetainAfter::FileGivenUp if OF_FILE.iter().all(|field| kind.schema.property(field).is_none()) => {
            Err(wire::rule(format!("{pointer}/retain/after"), "a kind without founding or step has no founding file"))
        }
        RetainAfter::MembershipEnd | RetainAfter::CooperativeEnd | RetainAfter::FileGivenUp => Ok(()),
    }
}
