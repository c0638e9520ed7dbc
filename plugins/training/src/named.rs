//! A language as templates show it.

use serde::Serialize;
use tiwizi_sdk::Language;

/// A language with its own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Named {
    tag: Language,
    name: &'static str,
}

impl Named {
    pub(crate) fn of(language: Language) -> Self {
        Self { tag: language, name: language.name() }
    }
}
