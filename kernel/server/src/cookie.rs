//! Cookies: read from requests, written into answers.

use http::{HeaderMap, HeaderValue, header};

/// The session's cookie. Its prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`.
pub(crate) const SESSION: &str = "__Host-tiwizi";

/// How many cookies of one request are looked at.
const COOKIES_MAX: usize = 64;

/// The value of a cookie. When it is given twice, the first counts.
pub(crate) fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .take(COOKIES_MAX)
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// The header that gives a browser its session. It ends with the browser, or when the server says so.
pub(crate) fn of_session(secret: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{SESSION}={secret}; Path=/; Secure; HttpOnly; SameSite=Lax")).ok()
}

/// The header that takes the session from a browser.
pub(crate) fn end_of_session() -> HeaderValue {
    HeaderValue::from_static("__Host-tiwizi=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let headers: HeaderMap =
            [(header::COOKIE, "x__Host-tiwizi=no; __Host-tiwizi=yes; __Host-tiwizi=late".parse().unwrap())]
                .into_iter()
                .collect();
        assert_eq!(find(&headers, SESSION), Some("yes"));
        assert_eq!(find(&headers, "tiwizi"), None);
    }

    #[test]
    fn the_session_cookie_is_bound_to_its_host() {
        let header = of_session("abc").unwrap();
        let text = header.to_str().unwrap();
        for part in ["__Host-tiwizi=abc", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains("Domain"));
        assert!(of_session("a\r\nb").is_none());
    }
}
