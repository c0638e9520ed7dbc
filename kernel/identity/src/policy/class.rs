//! How private a field is.

use std::fmt;
use std::str::FromStr;

/// The class of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// For everybody.
    Public,
    /// For those who work with the record.
    Internal,
    /// About a person.
    Personal,
    /// About a person, and protected further by law.
    Sensitive,
}

/// A text that names no class.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a class (public, internal, personal, sensitive)")]
pub struct ClassError {
    text: String,
}

impl Class {
    /// All classes, the most open first.
    pub const ALL: [Self; 4] = [Self::Public, Self::Internal, Self::Personal, Self::Sensitive];

    /// Its name in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Personal => "personal",
            Self::Sensitive => "sensitive",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Public => 1,
            Self::Internal => 2,
            Self::Personal => 4,
            Self::Sensitive => 8,
        }
    }
}

impl FromStr for Class {
    type Err = ClassError;
    fn from_str(text: &str) -> Result<Self, ClassError> {
        Self::ALL
            .into_iter()
            .find(|class| class.name() == text)
            .ok_or_else(|| ClassError { text: text.chars().take(tiwizi_model::limits::ECHO_CHARS_MAX).collect() })
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A set of classes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Classes(u8);

impl Classes {
    /// No class.
    pub const NONE: Self = Self(0);
    /// Public alone.
    pub const PUBLIC: Self = Self(1);
    /// Public and internal.
    pub const INTERNAL: Self = Self(1 | 2);
    /// Public, internal and personal.
    pub const PERSONAL: Self = Self(1 | 2 | 4);
    /// Every class.
    pub const ALL: Self = Self(1 | 2 | 4 | 8);

    /// Whether the class is in the set.
    #[must_use]
    pub fn holds(self, class: Class) -> bool {
        self.0 & class.bit() != 0
    }

    /// The set with one class more.
    #[must_use]
    pub fn with(self, class: Class) -> Self {
        Self(self.0 | class.bit())
    }

    /// The set with one class less.
    #[must_use]
    pub fn without(self, class: Class) -> Self {
        Self(self.0 & !class.bit())
    }

    /// What is in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every class of the other set is in this one.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl fmt::Debug for Classes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(Class::ALL.into_iter().filter(|class| self.holds(*class))).finish()
    }
}
