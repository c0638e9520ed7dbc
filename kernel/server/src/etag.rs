//! Versions as entity tags (RFC 9110, section 8.8): `"3"` is version 3 of a record.

use http::{HeaderMap, HeaderValue, header};
use tiwizi_model::Version;

use crate::problem::{Fault, Problem};

/// What a request says of the version that it saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Nothing.
    Unsaid,
    /// `*`: whichever there is.
    Any,
    /// This one.
    Version(Version),
}

/// The tag of a version.
pub(crate) fn tag(version: Version) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Reads `If-Match`: one strong tag, or `*`.
pub(crate) fn seen(headers: &HeaderMap) -> Result<Seen, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(Seen::Unsaid) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(Seen::Any);
    }
    let version = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    version
        .map(|version| Seen::Version(Version(version)))
        .ok_or_else(|| Problem::from(Fault::Malformed).saying("If-Match must be one ETag of this server, or *"))
}

/// Whether `If-None-Match` names the tag: the caller has the answer already.
pub(crate) fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let tag = tag.to_str().unwrap_or_default();
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: http::HeaderName, value: &str) -> HeaderMap {
        [(name, value.parse().unwrap())].into_iter().collect()
    }

    #[test]
    fn if_match_names_one_version() {
        assert_eq!(seen(&HeaderMap::new()).unwrap(), Seen::Unsaid);
        assert_eq!(seen(&with(header::IF_MATCH, "*")).unwrap(), Seen::Any);
        assert_eq!(seen(&with(header::IF_MATCH, "\"7\"")).unwrap(), Seen::Version(Version(7)));
        for wrong in ["7", "W/\"7\"", "\"a\"", "\"1\", \"2\""] {
            assert_eq!(seen(&with(header::IF_MATCH, wrong)).unwrap_err().fault(), Fault::Malformed, "{wrong}");
        }
    }

    #[test]
    fn if_none_match_knows_strong_and_weak_tags() {
        for known in ["\"7\"", "W/\"7\"", "\"6\", \"7\"", "*"] {
            assert!(is_known(&with(header::IF_NONE_MATCH, known), &tag(Version(7))), "{known}");
        }
        assert!(!is_known(&with(header::IF_NONE_MATCH, "\"6\""), &tag(Version(7))));
    }
}
