//! What is known of who asks: each value with where it comes from.

use std::collections::BTreeMap;

use super::About;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// Reckoned from the plan.
    Plan,
    /// The register's word.
    Register,
    /// What was typed for this check; it is kept nowhere.
    Typed,
}

impl From {
    /// The word that the messages know it by.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Register => "register",
            Self::Typed => "typed",
        }
    }
}

/// A value: a number in the unit of what it is about, or a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    Number(i64),
    Code(String),
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) said: Said,
    pub(crate) from: From,
}

/// Everything that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts(BTreeMap<About, Fact>);

impl Facts {
    /// Notes a value. What is noted later takes the place: first the plan, then the register, then what was typed.
    pub(crate) fn note(&mut self, about: About, said: Said, from: From) {
        self.0.insert(about, Fact { said, from });
    }

    /// Notes a number.
    pub(crate) fn number(&mut self, about: About, number: i64, from: From) {
        self.note(about, Said::Number(number), from);
    }

    /// Notes a code; an empty one says nothing.
    pub(crate) fn code(&mut self, about: About, code: &str, from: From) {
        if !code.is_empty() {
            self.note(about, Said::Code(code.to_owned()), from);
        }
    }

    /// What is known about something.
    pub(crate) fn about(&self, about: About) -> Option<&Fact> {
        self.0.get(&about)
    }
}
