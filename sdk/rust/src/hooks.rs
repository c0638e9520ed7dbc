//! Looks at writes before they happen: let them pass, amend them or refuse them.
//!
//! The manifest says at which: `"hooks": [{ "name": "capital", "kinds": ["registry/cooperative"], "operations": ["create", "change"],
//! "on_failure": "refuse" }]`, and asks for the capability `hooks`. A hook may read, and may not write.
//!
//! ```
//! use serde_json::json;
//! use tiwizi_sdk::hooks::{Proposal, Verdict};
//! use tiwizi_sdk::{Plugin, native};
//!
//! struct Capital;
//!
//! impl Plugin for Capital {
//!     fn before(proposal: &Proposal) -> Verdict {
//!         match proposal.after.as_ref().and_then(|after| after["capital_mad"].as_f64()) {
//!             Some(capital) if capital < 1_000.0 => {
//!                 Verdict::refuse("capital-too-low", "Le capital est d'au moins 1 000 dirhams.").at("/capital_mad")
//!             }
//!             _ => Verdict::Pass,
//!         }
//!     }
//! }
//!
//! # tiwizi_sdk::export!(Capital);
//! native::start(
//!     r#"{ "capabilities": [{ "name": "hooks" }],
//!          "hooks": [{ "name": "capital", "kinds": ["registry/cooperative"], "operations": ["create"], "on_failure": "refuse" }] }"#,
//! );
//! let refused = native::propose::<Capital>("registry/cooperative", None, Some(&json!({ "capital_mad": 10 }))).unwrap_err();
//! assert_eq!((refused.code.as_str(), refused.pointer.as_str()), ("capital-too-low", "/capital_mad"));
//! assert!(native::propose::<Capital>("registry/cooperative", None, Some(&json!({ "capital_mad": 5_000 }))).is_ok());
//! ```

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Error;
use crate::bindings::exports::tiwizi::plugin::hooks as wire;
use crate::bindings::tiwizi::plugin::types;

/// What is done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// It is made.
    Create,
    /// Its content is replaced, whole or in part.
    Change,
    /// It is deleted.
    Delete,
}

impl Operation {
    /// Its name in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Delete => "delete",
        }
    }

    pub(crate) fn from_wire(wire: types::Operation) -> Self {
        match wire {
            types::Operation::Create => Self::Create,
            types::Operation::Change => Self::Change,
            types::Operation::Delete => Self::Delete,
        }
    }
}

/// A write that is about to happen, reduced to what its caller may see.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The hook's name in the manifest.
    pub hook: String,
    /// The kind of the record: `registry/cooperative`.
    pub kind: String,
    /// The record; none when it is new.
    pub id: Option<String>,
    /// What shall be done.
    pub operation: Operation,
    /// What stands there; none for a new record.
    pub before: Option<Value>,
    /// What shall stand there; none for a deletion.
    pub after: Option<Value>,
}

impl Proposal {
    /// What stands there, read from its JSON.
    ///
    /// # Errors
    /// `internal` when it has another shape, for example because the caller may not see a field.
    pub fn read_before<Body: DeserializeOwned>(&self) -> Result<Option<Body>, Error> {
        Ok(self.before.clone().map(serde_json::from_value).transpose()?)
    }

    /// What shall stand there, read from its JSON.
    ///
    /// # Errors
    /// As [`Proposal::read_before`].
    pub fn read_after<Body: DeserializeOwned>(&self) -> Result<Option<Body>, Error> {
        Ok(self.after.clone().map(serde_json::from_value).transpose()?)
    }

    pub(crate) fn from_wire(wire: wire::Proposal) -> Self {
        let read = |body: String| serde_json::from_str(&body).unwrap_or_default();
        Self {
            hook: wire.hook,
            kind: wire.kind,
            id: wire.id,
            operation: Operation::from_wire(wire.operation),
            before: wire.before.map(read),
            after: wire.after.map(read),
        }
    }
}

/// What a hook says of a write.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It may happen.
    Pass,
    /// This shall stand there instead: the whole content, which is validated again.
    Amend(Value),
    /// It may not happen.
    Refuse(Refusal),
}

/// Why a write may not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// A word for programs: `capital-too-low`.
    pub code: String,
    /// A sentence for the person who writes, in the call's language.
    pub message: String,
    /// The JSON pointer of the field that is wrong; empty for the whole.
    pub pointer: String,
}

impl Verdict {
    /// Refuses the whole.
    #[must_use]
    pub fn refuse(code: &str, message: impl Into<String>) -> Self {
        Self::Refuse(Refusal { code: code.to_owned(), message: message.into(), pointer: String::new() })
    }

    /// The same refusal, of one field; other verdicts have no place to name.
    #[must_use]
    pub fn at(mut self, place: &str) -> Self {
        if let Self::Refuse(Refusal { pointer, .. }) = &mut self {
            place.clone_into(pointer);
        }
        self
    }

    /// Puts another content in the place of what shall stand there.
    ///
    /// # Errors
    /// `internal` when it does not serialise.
    pub fn amend(body: &impl Serialize) -> Result<Self, Error> {
        Ok(Self::Amend(serde_json::to_value(body)?))
    }

    pub(crate) fn into_wire(self) -> wire::Verdict {
        match self {
            Self::Pass => wire::Verdict::Pass,
            Self::Amend(body) => wire::Verdict::Amend(body.to_string()),
            Self::Refuse(Refusal { code, message, pointer }) => {
                wire::Verdict::Refuse(wire::Refusal { code, message, pointer })
            }
        }
    }
}
