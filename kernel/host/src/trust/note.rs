//! Statements: lines of text under a title, with a signature as the last line.
//!
//! What is signed are the bytes themselves, from the title to the line before the signature. The title names the kind of statement
//! and its version, so a signature of one kind is none of another, and the version names the one algorithm (Ed25519). Each
//! statement has one spelling: what is read is written again and must be the same bytes.

use std::str::FromStr;

use ed25519_dalek::{Signature, VerifyingKey};
use tiwizi_model::{PublicKey, limits};

use crate::text::{escaped, is_deceptive};

/// Why a text is not the statement that it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Too many bytes.
    #[error("{what} has more than {bytes_max} bytes")]
    Long {
        /// What was read.
        what: &'static str,
        /// What is allowed.
        bytes_max: usize,
    },
    /// A line is missing, is another, or has a value of another form.
    #[error("line {line} of {what} is not understood; expected there: {expected}")]
    Line {
        /// What was read.
        what: &'static str,
        /// The line, from 1.
        line: usize,
        /// What should stand there.
        expected: String,
    },
    /// Read well, but written in another way than the one that there is.
    #[error("{what} is not written in the one way that there is: spaces, order and letters matter")]
    Spelling {
        /// What was read.
        what: &'static str,
    },
    /// The signature is not of this text by this key.
    #[error("the signature of {what} does not fit: it was changed, or signed with another key than {key}")]
    Forged {
        /// What was read.
        what: &'static str,
        /// By which key it should be signed.
        key: PublicKey,
    },
}

/// Reads a statement line by line.
pub(super) struct Lines<'a> {
    what: &'static str,
    rest: &'a str,
    line: usize,
}

impl<'a> Lines<'a> {
    /// Begins behind the title.
    pub(super) fn open(what: &'static str, title: &str, text: &'a str, bytes_max: usize) -> Result<Self, NoteError> {
        if text.len() > bytes_max {
            return Err(NoteError::Long { what, bytes_max });
        }
        let mut lines = Self { what, rest: text, line: 0 };
        if lines.next() == Some(title) { Ok(lines) } else { Err(lines.refused(title)) }
    }

    fn next(&mut self) -> Option<&'a str> {
        let (line, rest) = self.rest.split_once('\n')?;
        self.rest = rest;
        self.line = self.line.saturating_add(1);
        Some(line)
    }

    fn refused(&self, expected: impl Into<String>) -> NoteError {
        NoteError::Line { what: self.what, line: self.line.max(1), expected: expected.into() }
    }

    /// The value of the next line, which must have this name.
    pub(super) fn text(&mut self, name: &str) -> Result<&'a str, NoteError> {
        let value = self.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(": "));
        value.ok_or_else(|| self.refused(format!("{name}: …")))
    }

    /// The same, read as something.
    pub(super) fn value<T: FromStr>(&mut self, name: &str) -> Result<T, NoteError>
    where
        T::Err: std::fmt::Display,
    {
        let text = self.text(name)?;
        text.parse().map_err(|error: T::Err| self.refused(format!("{name}: … ({error})")))
    }

    /// A name or a reason: a plain line.
    pub(super) fn words(&mut self, name: &str) -> Result<String, NoteError> {
        let text = self.text(name)?;
        if is_plain(text) { Ok(text.to_owned()) } else { Err(self.refused(format!("{name}: … ({PLAIN})"))) }
    }

    /// Whether the next line has this name.
    pub(super) fn is_next(&self, name: &str) -> bool {
        self.rest.strip_prefix(name).is_some_and(|rest| rest.starts_with(": "))
    }

    /// The signature on the next line.
    pub(super) fn signature(&mut self) -> Result<[u8; 64], NoteError> {
        let text = self.text("signature")?;
        signature_of(text).ok_or_else(|| self.refused("signature: … (128 hexadecimal digits)"))
    }

    /// Ends here: nothing follows, and what was read is spelled as it is written.
    pub(super) fn end(self, read: &str, written: &str) -> Result<(), NoteError> {
        if !self.rest.is_empty() {
            return Err(NoteError::Line {
                what: self.what,
                line: self.line.saturating_add(1),
                expected: "the end".to_owned(),
            });
        }
        if read == written { Ok(()) } else { Err(NoteError::Spelling { what: self.what }) }
    }
}

/// What a name or a reason may be.
pub(super) const PLAIN: &str = "1 to 200 characters in one line, without marks that nobody sees";

/// Whether a text can stand in one line and reads as what it is.
pub(super) fn is_plain(text: &str) -> bool {
    let length = text.chars().count();
    (1..=limits::TITLE_CHARS_MAX).contains(&length) && text.trim() == text && !text.chars().any(is_deceptive)
}

fn signature_of(text: &str) -> Option<[u8; 64]> {
    let mut bytes = [0; 64];
    if text.len() != 128 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// The last line of a statement.
pub(super) fn signature_line(signature: &[u8; 64]) -> String {
    let digits: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("signature: {digits}\n")
}

/// Checks a signature strictly: no key of small order, no second spelling of a signature.
pub(super) fn verify(what: &'static str, signed: &str, key: PublicKey, signature: &[u8; 64]) -> Result<(), NoteError> {
    let forged = |_| NoteError::Forged { what, key };
    let point = VerifyingKey::from_bytes(&key.0).map_err(forged)?;
    point.verify_strict(signed.as_bytes(), &Signature::from_bytes(signature)).map_err(forged)
}

/// A file as text, or nothing when it is none.
pub(super) fn utf8<'a>(what: &'static str, bytes: &'a [u8]) -> Result<&'a str, NoteError> {
    std::str::from_utf8(bytes).map_err(|_| NoteError::Line { what, line: 1, expected: "UTF-8 text".to_owned() })
}

/// A name that is shown in a message.
pub(super) fn shown(text: &str) -> String {
    escaped(text, limits::ECHO_CHARS_MAX)
}
