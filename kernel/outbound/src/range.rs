//! A part of a body: what was begun is gone on with (RFC 9110, 14).

use std::str::FromStr;

use http::HeaderValue;

/// The value of the header `Range` for everything from a byte on.
#[must_use]
pub fn range_from(first: u64) -> HeaderValue {
    // Only digits beside what is written here: it is always a value that a header can have.
    HeaderValue::from_str(&format!("bytes={first}-")).unwrap_or(HeaderValue::from_static("bytes=0-"))
}

/// Which part an answer brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRange {
    /// Its first byte.
    pub first: u64,
    /// Its last byte.
    pub last: u64,
    /// How long the whole is, if it was said.
    pub total: Option<u64>,
}

/// A text that names no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a part is written as bytes 0-99/1000")]
pub struct ContentRangeError;

impl FromStr for ContentRange {
    type Err = ContentRangeError;
    fn from_str(text: &str) -> Result<Self, ContentRangeError> {
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten().ok_or(ContentRangeError)
        };
        let (part, total) =
            text.strip_prefix("bytes ").and_then(|rest| rest.split_once('/')).ok_or(ContentRangeError)?;
        let (first, last) = part.split_once('-').ok_or(ContentRangeError)?;
        let total = if total == "*" { None } else { Some(number(total)?) };
        let range = Self { first: number(first)?, last: number(last)?, total };
        let fits = range.first <= range.last && total.is_none_or(|total| range.last < total);
        if fits { Ok(range) } else { Err(ContentRangeError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_read_and_must_make_sense() {
        assert_eq!("bytes 5-9/10".parse(), Ok(ContentRange { first: 5, last: 9, total: Some(10) }));
        assert_eq!("bytes 5-9/*".parse(), Ok(ContentRange { first: 5, last: 9, total: None }));
        for wrong in [
            "",
            "bytes",
            "bytes */10",
            "bytes 5-9",
            "bytes 9-5/10",
            "bytes 5-10/10",
            "bytes +5-9/10",
            "items 5-9/10",
            "bytes 5-99999999999999999999/*",
        ] {
            assert_eq!(wrong.parse::<ContentRange>(), Err(ContentRangeError), "{wrong}");
        }
        assert_eq!(range_from(u64::MAX), "bytes=18446744073709551615-");
    }
}
