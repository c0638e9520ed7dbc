//! The address of a request, read in one way only.

use tiwizi_model::limits;
use url::Url;

use crate::error::OutboundError;

/// Reads an address. What could be read in two ways is refused.
///
/// # Errors
/// When it is none that can be asked.
pub fn address(text: &str) -> Result<Url, OutboundError> {
    if text.len() > limits::ADDRESS_BYTES_MAX {
        return Err(OutboundError::Url("it is too long"));
    }
    if text.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '\\') {
        return Err(OutboundError::Url("it holds spaces, control characters or backslashes"));
    }
    check(Url::parse(text).map_err(|_| OutboundError::Url("it is no address"))?)
}

/// Looks at an address that was read: its fragment is taken off.
///
/// # Errors
/// When it is none that can be asked.
pub fn check(mut url: Url) -> Result<Url, OutboundError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(OutboundError::Url("it does not begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(OutboundError::Url("it holds a user or a password"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(OutboundError::Url("it names no host"));
    }
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p22_an_address_that_can_be_read_in_two_ways_is_refused() {
        for text in [
            "https://good.example@evil.org/",
            "https://good.example:pass@evil.org/",
            "https://good.example\\@evil.org/",
            "https://good.example\t.evil.org/",
            "https://good.example/\r\nHost: evil.org",
            "ftp://good.example/",
            "file:///etc/passwd",
            "//good.example/",
            "good.example",
            "https://",
            "gopher://127.0.0.1:6379/_x",
        ] {
            assert!(address(text).is_err(), "{text}");
        }
        for (text, host) in [
            ("http://0x7f.1/", "127.0.0.1"),
            ("http://017700000001/", "127.0.0.1"),
            ("http://2130706433/", "127.0.0.1"),
            ("http://127.1/", "127.0.0.1"),
            ("http://[::ffff:7f00:1]/", "[::ffff:7f00:1]"),
            ("https://exa%6dple.org/#x", "example.org"),
        ] {
            assert_eq!(address(text).unwrap().host_str(), Some(host), "{text}");
        }
    }
}
