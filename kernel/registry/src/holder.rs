//! What a member is, and what is registered.

use serde::{Deserialize, Serialize};

/// What a member of a cooperative is. Shares are in one name, a natural person's or a legal one's (law 112-12, article 26).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// A natural person, `registry/person`.
    #[default]
    Person,
    /// A legal person that is no cooperative of this register, `registry/legal-person`.
    LegalPerson,
    /// A cooperative or union of this register, `registry/cooperative`.
    Cooperative,
}

impl Holder {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Person, Self::LegalPerson, Self::Cooperative];

    /// Its name in acts and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::LegalPerson => "legal-person",
            Self::Cooperative => "cooperative",
        }
    }

    /// The field of a membership that names such a member.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::LegalPerson => "legal_person",
            Self::Cooperative => "member_cooperative",
        }
    }

    /// Whether it is a natural person.
    #[must_use]
    pub fn is_person(&self) -> bool {
        *self == Self::Person
    }
}

/// What is registered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entity {
    /// A cooperative.
    #[default]
    Cooperative,
    /// A union of cooperatives, which stands in the same registers (decree 2-15-617, articles 1 and 2).
    Union,
}

impl Entity {
    /// Its name in records and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cooperative => "cooperative",
            Self::Union => "union",
        }
    }

    /// The entity of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Cooperative, Self::Union].into_iter().find(|entity| entity.name() == name)
    }

    /// Whether it is a cooperative, which needs not be said.
    #[must_use]
    pub fn is_cooperative(&self) -> bool {
        *self == Self::Cooperative
    }
}
