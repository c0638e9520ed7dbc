//! Persons: the number of their identity card and who looked at it, what they belong to, and what they hold.
//!
//! `People` is the door: it sets, finds and shows numbers of identity cards, and reads what the register has of one person, legal person
//! or union. Whatever it shows it reads by the rights of the caller. It deliberately writes no membership and no mandate: those follow
//! from acts, or are written through the records as any other.
//!
//! Invariant: no number of an identity card leaves here before the look at it is stored (decision 30).

mod belongings;
mod cards;
mod error;
mod reseal;
mod union;

#[cfg(test)]
mod tests;

use tiwizi_records::Records;

pub use belongings::{Belonging, Belongings, Lines};
pub use cards::CardSet;
pub use error::PeopleError;
pub(crate) use reseal::is_reseal;
pub use reseal::{ResealError, Resealed, reseal};
pub use union::{UnionMember, UnionSheet, UnionTotals};

use crate::kinds::Names;
use crate::national_id::NationalIdKey;

/// The door to what the register knows of persons. Cheap to clone.
#[derive(Debug, Clone)]
pub struct People {
    records: Records,
    key: NationalIdKey,
    names: Names,
}

impl People {
    /// A door to the persons in these records, with the key of the instance's numbers.
    #[must_use]
    pub fn new(records: Records, key: NationalIdKey) -> Self {
        Self { records, key, names: Names::new() }
    }
}
