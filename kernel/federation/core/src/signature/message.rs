//! A message as far as it is signed.

use tiwizi_model::limits;

use super::digest::BodyDigest;
use super::error::{SignatureError, echo};

/// The header lines of a message: as they came, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines(Vec<(String, String)>);

impl Lines {
    /// Takes lines over. Names are written small, values without the space around them.
    ///
    /// # Errors
    /// When one of them could be read as two, or when there are too many.
    pub fn read<'a>(lines: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, SignatureError> {
        let (mut read, mut bytes) = (Self::default(), 0_usize);
        for (name, value) in lines {
            bytes = bytes.saturating_add(name.len()).saturating_add(value.len());
            if bytes > limits::FED_LINES_BYTES_MAX {
                return Err(SignatureError::Lines);
            }
            read.push(name, value)?;
        }
        Ok(read)
    }

    /// Adds a line at the end.
    ///
    /// # Errors
    /// As for `read`.
    pub fn push(&mut self, name: &str, value: &str) -> Result<(), SignatureError> {
        if self.0.len() >= limits::FED_LINES_MAX {
            return Err(SignatureError::Lines);
        }
        // Only what every program reads alike: a line break, or a letter that one of them drops, would make two texts of one.
        let is_plain = |byte: u8| byte == b'\t' || (b' '..=b'~').contains(&byte);
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_name) || !value.bytes().all(is_plain) {
            return Err(SignatureError::Line { name: echo(name) });
        }
        self.0.push((name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned()));
        Ok(())
    }

    /// The lines.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of a field: all its lines, one after another (RFC 9421, 2.1).
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        let lines: Vec<&str> = self.iter().filter(|(line, _)| *line == name).map(|(_, value)| value).collect();
        if lines.is_empty() { None } else { Some(lines.join(", ")) }
    }
}

/// A request as far as it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`.
    pub method: String,
    /// The host that it was sent to, with the port when it is not the scheme's own.
    pub authority: String,
    /// The path as it was sent.
    pub path: String,
    /// The query as it was sent, without its question mark.
    pub query: Option<String>,
    /// The header lines.
    pub lines: Lines,
    /// The digest of the body that was sent.
    pub body: BodyDigest,
}

/// An answer as far as it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The header lines.
    pub lines: Lines,
    /// The digest of the body that was sent.
    pub body: BodyDigest,
}

/// What is signed: a request, or an answer with the request that it answers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Message<'a> {
    Request(&'a Request),
    Response { response: &'a Response, request: &'a Request },
}

impl Message<'_> {
    pub(super) fn lines(&self) -> &Lines {
        match self {
            Self::Request(request) => &request.lines,
            Self::Response { response, .. } => &response.lines,
        }
    }

    pub(super) fn body(&self) -> BodyDigest {
        match self {
            Self::Request(request) => request.body,
            Self::Response { response, .. } => response.body,
        }
    }
}

/// An authority in its one spelling: small letters, without the port that its scheme has anyway.
pub(super) fn plain_authority(authority: &str) -> String {
    let small = authority.to_ascii_lowercase();
    let host = small.strip_suffix(":443").or_else(|| small.strip_suffix(":80")).unwrap_or(&small);
    host.to_owned()
}
