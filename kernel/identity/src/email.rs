//! E-mail addresses, as far as an account needs them: a name to sign in with.

use std::fmt;
use std::str::FromStr;

/// An e-mail address, trimmed and in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// A text that is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an e-mail address (name@example.org is expected, at most {} bytes)", Email::BYTES_MAX)]
pub struct EmailError;

impl Email {
    /// The longest address of RFC 5321.
    pub const BYTES_MAX: usize = 254;

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = EmailError;
    fn from_str(text: &str) -> Result<Self, EmailError> {
        let folded = text.trim().to_lowercase();
        let (name, domain) = folded.rsplit_once('@').ok_or(EmailError)?;
        let odd =
            |part: &str| part.is_empty() || part.chars().any(|letter| letter.is_control() || letter.is_whitespace());
        if folded.len() > Self::BYTES_MAX || odd(name) || odd(domain) || name.contains('@') {
            return Err(EmailError);
        }
        Ok(Self(folded))
    }
}

impl fmt::Display for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_folded() {
        assert_eq!("  Fadma@Example.ORG ".parse::<Email>().unwrap().as_str(), "fadma@example.org");
    }

    #[test]
    fn what_could_split_a_header_or_a_line_is_no_address() {
        for text in ["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "a\0@b"] {
            assert!(text.parse::<Email>().is_err(), "{text:?}");
        }
        assert!(format!("{}@b", "a".repeat(300)).parse::<Email>().is_err());
    }
}
