//! The one error of the kit: what a host call answers with, and what a plugin answers a request with.

use serde_json::{Map, Value};

use crate::bindings::tiwizi::plugin::types as wire;

/// What went wrong. The kernel shows the user a problem page or document made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    /// The HTTP status that fits.
    pub status: u16,
    /// A stable word for programs: `not-found`, `invalid`, `denied`, …
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// Whether the same call may succeed later, unchanged.
    pub retryable: bool,
    /// What a program needs to know.
    pub details: Map<String, Value>,
}

impl Error {
    /// An error with a code of its own.
    #[must_use]
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), retryable: false, details: Map::new() }
    }

    /// There is no such thing, or the caller may not know of it.
    #[must_use]
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "not-found", message)
    }

    /// The request is malformed.
    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "bad-request", message)
    }

    /// What was sent breaks a rule.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(422, "invalid", message)
    }

    /// The caller has to sign in first.
    #[must_use]
    pub fn sign_in() -> Self {
        Self::new(401, "sign-in", "sign in first")
    }

    /// The caller may not do this.
    #[must_use]
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(403, "denied", message)
    }

    /// The plugin is at fault.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(500, "internal", message)
    }

    /// The same error with one more detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// Whether the error has that code.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.code == code
    }

    pub(crate) fn from_wire(error: wire::Error) -> Self {
        Self {
            status: status_of(&error.code),
            code: error.code,
            message: error.message,
            retryable: error.retryable,
            details: serde_json::from_str(&error.details).unwrap_or_default(),
        }
    }

    pub(crate) fn into_wire(self) -> wire::Error {
        wire::Error {
            code: self.code,
            message: self.message,
            retryable: self.retryable,
            details: Value::Object(self.details).to_string(),
        }
    }
}

/// The status that fits a code of the kernel.
fn status_of(code: &str) -> u16 {
    match code {
        "denied" => 403,
        "not-found" => 404,
        "stale" | "duplicate" => 409,
        "invalid" => 422,
        "over-limit" => 429,
        "unavailable" => 503,
        _ => 500,
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Error {}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(format!("JSON of another shape was expected: {error}"))
    }
}
