//! What is wrong with a body, field by field.

use std::borrow::Cow;
use std::fmt;

use tiwizi_model::{PluginId, RecordId};

/// One fault: where, a code for programs, a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The JSON pointer (RFC 6901) of the field; empty for the whole body.
    pub pointer: String,
    /// A stable code: `required`, `type`, `too-long`, `pattern`, `unknown-field`…
    pub code: Cow<'static, str>,
    /// A plain sentence that names the field and the limit. It never repeats the value.
    pub message: String,
    /// The plugin that says so. Its sentence is for the person who writes, in their language.
    pub said_by: Option<PluginId>,
    /// The record that stands in the way, when it is one that the caller may see.
    pub record: Option<RecordId>,
    /// What speaks for it that the two are the same, where that is why it stands in the way: fields that agree (`commune`, `court+number`)
    /// and how alike the names are in per cent (`name 92`).
    pub reasons: Vec<String>,
}

impl FieldError {
    /// A fault at a pointer.
    #[must_use]
    pub fn new(pointer: impl Into<String>, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            code: code.into(),
            message: message.into(),
            said_by: None,
            record: None,
            reasons: Vec::new(),
        }
    }

    /// A fault of a top-level field.
    #[must_use]
    pub fn of_field(field: &str, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(pointer_to(field), code, message)
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the body" } else { self.pointer.as_str() };
        write!(formatter, "{place}: {}", self.message)
    }
}

/// A draft that was not accepted, with every fault that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rejection {
    /// The faults, at most `limits::FIELD_ERRORS_MAX`.
    pub fields: Vec<FieldError>,
}

impl Rejection {
    /// A rejection for one fault.
    #[must_use]
    pub fn one(fault: FieldError) -> Self {
        Self { fields: vec![fault] }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, fault) in self.fields.iter().enumerate() {
            let separator = if position == 0 { "" } else { "; " };
            write!(formatter, "{separator}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejection {}

/// The JSON pointer of a top-level field.
#[must_use]
pub fn pointer_to(field: &str) -> String {
    format!("/{}", field.replace('~', "~0").replace('/', "~1"))
}
