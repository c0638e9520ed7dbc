//! The headers of outgoing requests and of their answers: what a plugin may set, and what it is shown.

use http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue, PROXY_AUTHORIZATION};
use http::{HeaderMap, Response};
use tiwizi_model::limits;

use super::FetchError;

/// What the kernel says itself, or what concerns one connection only.
const OWN: [&str; 15] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Reads the headers that a plugin sets.
pub(crate) fn read(list: Vec<(String, String)>) -> Result<HeaderMap, FetchError> {
    let bytes =
        list.iter().fold(0_usize, |sum, (name, value)| sum.saturating_add(name.len()).saturating_add(value.len()));
    if list.len() > limits::OUTBOUND_HEADERS_MAX || bytes > limits::OUTBOUND_HEADER_BYTES_MAX {
        return Err(FetchError::Header { name: String::new(), fault: "is one of too many, or too long" });
    }
    let mut headers = HeaderMap::with_capacity(list.len());
    for (name, value) in list {
        put(&mut headers, &name, &value)?;
    }
    Ok(headers)
}

/// Whether headers with secrets find room beside those that the plugin sets. `more` says of each how long its name and its prefix are: a
/// secret has a bound of its own, and is not opened for a request that is refused.
pub(crate) fn demand_room(headers: &HeaderMap, more: impl Iterator<Item = usize>) -> Result<(), FetchError> {
    let own = headers.iter().map(|(name, value)| name.as_str().len().saturating_add(value.len()));
    let (number, bytes) = own
        .chain(more)
        .fold((0_usize, 0_usize), |(number, bytes), length| (number.saturating_add(1), bytes.saturating_add(length)));
    if number > limits::OUTBOUND_HEADERS_MAX || bytes > limits::OUTBOUND_HEADER_BYTES_MAX {
        return Err(FetchError::Header { name: String::new(), fault: "is one of too many, or too long" });
    }
    Ok(())
}

/// Adds a header whose value is a secret; it does not print.
pub(crate) fn put_secret(headers: &mut HeaderMap, name: &str, value: &str) -> Result<HeaderName, FetchError> {
    let (name, mut value) = check(name, value)?;
    value.set_sensitive(true);
    headers.insert(name.clone(), value);
    Ok(name)
}

fn put(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), FetchError> {
    let (name, value) = check(name, value)?;
    headers.append(name, value);
    Ok(())
}

fn check(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), FetchError> {
    let refused = |fault| FetchError::Header { name: name.chars().take(limits::ECHO_CHARS_MAX).collect(), fault };
    let known = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused("has no name that a header can have"))?;
    if OWN.contains(&known.as_str()) {
        return Err(refused("is the kernel's own"));
    }
    let value = HeaderValue::from_str(value).map_err(|_| refused("has a value that a header cannot have"))?;
    Ok((known, value))
}

/// Takes off what must not go to another origin: credentials, and what was put in as a secret.
pub(crate) fn strip_credentials(headers: &mut HeaderMap, secret: &[HeaderName]) {
    for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION].iter().chain(secret) {
        headers.remove(name);
    }
}

/// The headers of an answer that concern the plugin. What is no text is left out.
pub(crate) fn shown<Body>(response: &Response<Body>) -> Vec<(String, String)> {
    let shown =
        response.headers().iter().filter(|(name, _)| !OWN.contains(&name.as_str()) || *name == "content-length");
    shown.filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(name: &str, value: &str) -> Result<HeaderMap, FetchError> {
        read(vec![(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn p22_a_header_cannot_break_out_or_speak_for_the_kernel() {
        for (name, value) in [
            ("x-a", "b\r\nx-evil: 1"),
            ("x-a", "b\nc"),
            ("x-a\r\nx-b", "c"),
            ("x a", "b"),
            ("", "b"),
            ("Host", "evil.org"),
            ("Transfer-Encoding", "chunked"),
            ("CONTENT-LENGTH", "1"),
            ("Connection", "upgrade"),
            ("Proxy-Authorization", "x"),
            ("Accept-Encoding", "gzip"),
        ] {
            assert!(read_one(name, value).is_err(), "{name}: {value:?}");
        }
        assert_eq!(read_one("X-Name", "value").unwrap()["x-name"], "value");
        assert!(read(vec![("x-a".to_owned(), "b".to_owned()); limits::OUTBOUND_HEADERS_MAX + 1]).is_err());
        assert!(read_one("x-a", &"b".repeat(limits::OUTBOUND_HEADER_BYTES_MAX)).is_err());
    }

    #[test]
    fn p11_headers_with_secrets_have_the_same_bound_as_others() {
        let headers = read(vec![("x-a".to_owned(), "b".to_owned()); limits::OUTBOUND_HEADERS_MAX - 1]).unwrap();
        assert!(demand_room(&headers, std::iter::once(10)).is_ok());
        assert!(demand_room(&headers, std::iter::repeat_n(10, 2)).is_err());
        assert!(demand_room(&HeaderMap::new(), std::iter::repeat_n(1, 100_000)).is_err());
        assert!(demand_room(&HeaderMap::new(), std::iter::once(limits::OUTBOUND_HEADER_BYTES_MAX + 1)).is_err());
    }

    #[test]
    fn p30_a_secret_header_does_not_print() {
        let mut headers = HeaderMap::new();
        let name = put_secret(&mut headers, "x-key", "hush").unwrap();
        assert!(!format!("{headers:?}").contains("hush"));
        let fault = put_secret(&mut headers, "x-key", "hush\n").unwrap_err();
        assert!(!format!("{fault} {fault:?}").contains("hush"));
        strip_credentials(&mut headers, &[name]);
        assert!(headers.is_empty());
    }
}
