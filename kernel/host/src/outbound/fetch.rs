//! A request from its first address to its last: each one is held to the list of hosts before anything is sent there.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LOCATION};
use http::{Method, Response, StatusCode};
use tiwizi_outbound::check;
use tokio::time::timeout;
use url::Url;

use super::allow::AllowedHost;
use super::headers::{shown, strip_credentials};
use super::{Ask, Bounds, FetchError, Outbound, OutboundError, Reply};

/// The methods that are sent.
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// Reads a method.
pub(crate) fn method(text: &str) -> Result<Method, FetchError> {
    let known = METHODS.into_iter().find(|method| method.as_str() == text);
    known.ok_or_else(|| FetchError::Method(text.chars().take(tiwizi_model::limits::ECHO_CHARS_MAX).collect()))
}

impl Outbound {
    /// Sends a request and follows it as far as it may. `secret` are the headers that hold secrets.
    pub(crate) async fn fetch(
        &self,
        ask: Ask,
        secret: &[HeaderName],
        allowed: &[AllowedHost],
        bounds: Bounds,
    ) -> Result<Reply, FetchError> {
        match timeout(bounds.timeout, self.follow(ask, secret, allowed, bounds)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(OutboundError::Timeout { timeout_ms: bounds.timeout.as_millis() }.into()),
        }
    }

    async fn follow(
        &self,
        mut ask: Ask,
        secret: &[HeaderName],
        allowed: &[AllowedHost],
        bounds: Bounds,
    ) -> Result<Reply, FetchError> {
        let mut redirects = 0;
        loop {
            if !allowed.iter().any(|host| host.holds(&ask.url)) {
                return Err(FetchError::Host { origin: ask.url.origin().ascii_serialization() });
            }
            let (response, body) = match &self.stand_in {
                Some(stand_in) => stand_in.answer(&ask)?,
                None => self.way.exchange(&ask, bounds.bytes_max).await?,
            };
            let next = if redirects < bounds.redirects_max { next(&ask.url, &response)? } else { None };
            let Some(url) = next else {
                let headers = shown(&response);
                return Ok(Reply { status: response.status().as_u16(), url: ask.url, headers, body });
            };
            redirects = redirects.saturating_add(1);
            turn(&mut ask, url, response.status(), secret);
        }
    }
}

/// Where a redirect leads; none when the answer is no redirect.
fn next(from: &Url, response: &Response<()>) -> Result<Option<Url>, OutboundError> {
    let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let Some(location) = response.headers().get(LOCATION).filter(|_| is_redirect) else { return Ok(None) };
    let wrong = OutboundError::Url("it redirects to something that is no address");
    let Ok(location) = location.to_str() else { return Err(wrong) };
    check(from.join(location).map_err(|_| wrong)?).map(Some)
}

/// Makes the request that a redirect asks for.
fn turn(ask: &mut Ask, url: Url, status: StatusCode, secret: &[HeaderName]) {
    if url.origin() != ask.url.origin() {
        strip_credentials(&mut ask.headers, secret);
    }
    let keeps = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    if !keeps && ask.method != Method::HEAD {
        ask.method = Method::GET;
        ask.body = bytes::Bytes::new();
        ask.headers.remove(CONTENT_TYPE);
        ask.headers.remove(CONTENT_LENGTH);
    }
    ask.url = url;
}

#[cfg(test)]
mod tests {
    use tiwizi_outbound::address;

    use super::*;

    #[test]
    fn credentials_stay_with_their_origin() {
        let ask = |url: &str| {
            let mut headers = http::HeaderMap::new();
            for name in ["authorization", "cookie", "x-key", "accept"] {
                headers.insert(HeaderName::from_static(name), "v".parse().unwrap());
            }
            Ask { method: Method::POST, url: address(url).unwrap(), headers, body: "body".into() }
        };
        let secret = [HeaderName::from_static("x-key")];
        let mut same = ask("https://a.example/1");
        turn(&mut same, address("https://a.example/2").unwrap(), StatusCode::PERMANENT_REDIRECT, &secret);
        assert_eq!((same.headers.len(), &same.method, same.body.len()), (4, &Method::POST, 4));
        for other in ["https://b.example/", "https://a.example:8443/", "http://a.example/"] {
            let mut moved = ask("https://a.example/1");
            turn(&mut moved, address(other).unwrap(), StatusCode::FOUND, &secret);
            assert_eq!(moved.headers.keys().collect::<Vec<_>>(), ["accept"], "{other}");
            assert_eq!((&moved.method, moved.body.len()), (&Method::GET, 0));
        }
    }
}
